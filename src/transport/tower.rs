//! A service for clients that tonic generates, over any [`Transport`].

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt::Display,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost::bytes::{Buf as _, Bytes};
use tower_service::Service;

use super::{Options, Request, Response, Transport};
use crate::{
    error::Error,
    metadata::Metadata,
    method::Method,
    platform::{Clock as _, clock, own_origin, within},
    validate,
    wire::{base64, frame, timeout},
};

/// A [`tower_service::Service`] for unary gRPC calls: a client that tonic generates takes it in place of a channel.
///
/// ```ignore
/// let service = TowerService::new("https://id.example.com", FetchTransport::new());
/// let mut client = OrganizationServiceClient::new(service); // from tonic-build
/// let mut request = tonic::Request::new(ListOrganizationsRequest::default());
/// request.metadata_mut().insert("authorization", "Bearer …".parse()?);
/// let response = client.list_organizations(request).await?;
/// ```
///
/// An error of the transport becomes its gRPC status, with ZITADEL's details if the response had them. The deadline of
/// `tonic::Request::set_timeout` is enforced here. Plain http to a host other than this machine is rejected.
#[derive(Debug, Clone)]
pub struct TowerService<T> {
    base_url: String,
    is_insecure_allowed: bool,
    transport: T,
}

impl<T: Transport + Clone> TowerService<T> {
    /// Returns a service for the server at a base URL, over a transport.
    pub fn new(base_url: impl Into<String>, transport: T) -> Self {
        Self { base_url: base_url.into(), is_insecure_allowed: false, transport }
    }

    /// Allows plain http to hosts other than this machine. The token is then sent unencrypted.
    #[must_use]
    pub fn allow_insecure(mut self, is_allowed: bool) -> Self {
        self.is_insecure_allowed = is_allowed;
        self
    }

    /// Makes a call within the deadline of its header.
    async fn call<B: Body<Error: Display>>(&self, request: http::Request<B>) -> Result<Response, Error> {
        let base_url = Some(self.base_url.clone());
        let base_url = validate::base_url(base_url, self.is_insecure_allowed, own_origin().as_deref())?;
        let (head, body) = request.into_parts();
        let message = message(body).await?;
        let timeout_ms = head.headers.get("grpc-timeout").and_then(|value| timeout::decode(value.to_str().ok()?));
        let options = Options { metadata: metadata(&head.headers), timeout_ms, ..Options::default() };
        let path = head.uri.path();
        let request = Request { base_url: &base_url, path, message: &message, options };
        let clock = clock();
        let deadline_ms = timeout_ms.map(|timeout_ms| clock.now_ms() + timeout_ms);
        let response = within(&clock, deadline_ms, self.transport.unary(request)).await;
        let result = response.unwrap_or_else(|| Err(Error::timed_out(timeout_ms.unwrap_or_default())));
        result.map_err(|error| error.finish(Method::progress(path)))
    }
}

impl<T: Transport + Clone + 'static, B: Body<Error: Display> + 'static> Service<http::Request<B>> for TowerService<T> {
    type Response = http::Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>>>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let (headers, frames) = match Self::call(&service, request).await {
                Ok(response) => {
                    let mut trailers = header_map(&response.trailers);
                    trailers.insert("grpc-status", HeaderValue::from_static("0"));
                    let message = frame::encode(&response.message).unwrap_or_default();
                    let frames = [Frame::data(Bytes::from(message)), Frame::trailers(trailers)];
                    (header_map(&response.headers), VecDeque::from(frames))
                }
                Err(error) => (status(&error), VecDeque::new()),
            };
            let mut response = http::Response::new(ResponseBody(frames));
            *response.headers_mut() = headers;
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
            Ok(response)
        })
    }
}

/// The body of a response: a frame and trailers, or empty if the headers carry the status.
#[derive(Debug)]
pub struct ResponseBody(VecDeque<Frame<Bytes>>);

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.get_mut().0.pop_front().map(Ok))
    }
}

const DETAILS: &str = "grpc-status-details-bin";

/// Returns the message of a request's body, which is one frame.
async fn message<B: Body<Error: Display>>(body: B) -> Result<Vec<u8>, Error> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let frame = frame.map_err(|error| {
            Error::invalid_argument(["request must have a readable body: ", &error.to_string()].concat())
        })?;
        if let Ok(mut data) = frame.into_data() {
            bytes.extend_from_slice(&data.copy_to_bytes(data.remaining()));
        }
    }
    match bytes.split_first_chunk::<{ frame::PREFIX_LEN }>() {
        Some(([0, len @ ..], message)) if usize::try_from(u32::from_be_bytes(*len)) == Ok(message.len()) => {
            Ok(message.to_vec())
        }
        _ => Err(Error::invalid_argument("request must be one uncompressed frame.")),
    }
}

/// Returns the caller's metadata, without the protocol's own headers.
fn metadata(headers: &HeaderMap) -> Metadata {
    let mut metadata = Metadata::new();
    for (name, value) in headers {
        let is_protocols =
            ["te", "content-type", "user-agent"].contains(&name.as_str()) || name.as_str().starts_with("grpc-");
        if let (false, Ok(value)) = (is_protocols, value.to_str()) {
            metadata.append(name.as_str(), value);
        }
    }
    metadata
}

fn status(error: &Error) -> HeaderMap {
    let mut headers = header_map(error.metadata());
    let message = utf8_percent_encode(error.message(), NON_ALPHANUMERIC).to_string();
    let details = error.metadata().get_bin(DETAILS).map(|details| HeaderValue::try_from(base64::encode(&details)));
    if let Some(Ok(details)) = details {
        headers.insert(DETAILS, details);
    }
    headers.insert("grpc-status", HeaderValue::from(error.code().number()));
    headers.insert("grpc-message", HeaderValue::from_str(&message).unwrap_or(HeaderValue::from_static("")));
    headers
}

/// Leaves out the protocol's own headers, which were evaluated. tonic panics on some values of them.
fn header_map(metadata: &Metadata) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in metadata.iter().filter(|(name, _)| !name.starts_with("grpc-")) {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            headers.append(name, value);
        }
    }
    headers
}
