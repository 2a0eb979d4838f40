//! Transports: they carry a unary call to a server, and its response back.

#[cfg(any(browser, test))]
pub(crate) mod exchange;
mod fetch;
#[cfg(any(browser, test))]
mod grpc_web;
#[cfg(any(browser, test))]
mod rest;
#[cfg(all(feature = "tonic", target_family = "wasm", target_os = "unknown"))]
pub mod tonic;
#[cfg(feature = "tower")]
pub mod tower;

use std::future::Future;

use prost::Message as _;

pub use self::fetch::FetchTransport;
pub use crate::wire::decoder::Response;
use crate::{
    error::Error,
    message::{self, Direction, Invalid, json::Json},
    metadata::Metadata,
    method::{Method, Rpc},
    wire::decoder::invalid_message,
};

/// A unary call, before it is sent.
///
/// See the example of [`Transport`].
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The server's base URL, without a slash at the end.
    pub base_url: &'a str,
    /// `/package.Service/Method`.
    pub path: &'a str,
    /// The message's bytes.
    pub message: &'a [u8],
    /// Metadata, timeout and protocol.
    pub options: Options,
}

/// Options of a request.
///
/// ```
/// use zitadel_org_web::{Metadata, transport::{Options, TimeoutHeader}};
///
/// let mut metadata = Metadata::new();
/// metadata.append("x-trace", "1");
/// let options =
///     Options { metadata, timeout_ms: Some(5000.0), timeout_header: TimeoutHeader::Withhold, ..Options::default() };
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The request headers, except the protocol's own.
    pub metadata: Metadata,
    /// Milliseconds left until the call's deadline, which the transport may send to the server. The transport does not enforce
    /// the deadline: [`Client`](crate::Client) does, by dropping the future.
    pub timeout_ms: Option<f64>,
    /// Sets when the request carries `grpc-timeout`.
    pub timeout_header: TimeoutHeader,
    /// The wire protocol. Only [`FetchTransport`] supports a protocol other than gRPC-Web.
    pub protocol: Protocol,
}

/// When a request carries `grpc-timeout`.
///
/// See the example of [`Options`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutHeader {
    /// Only to the page's own origin, because ZITADEL's preflight rejects that header.
    #[default]
    OwnOrigin,
    /// Always, for servers whose preflight allows it.
    Send,
    /// Never.
    Withhold,
}

/// Wire protocol.
///
/// ```
/// use zitadel_org_web::{CallOptions, Protocol};
///
/// let options = CallOptions::new().protocol(Protocol::Json);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// gRPC-Web.
    #[default]
    GrpcWeb,
    /// The REST mapping, for networks that block gRPC-Web.
    Json,
}

/// Carries a unary call to a server and its response back.
///
/// Dropping the future ends the call.
///
/// ```
/// use zitadel_org_web::{Error, Metadata};
/// use zitadel_org_web::transport::{Request, Response, Transport};
///
/// /// Responds to every call with an empty message.
/// struct Empty;
///
/// impl Transport for Empty {
///     async fn unary(&self, _request: Request<'_>) -> Result<Response, Error> {
///         Ok(Response { headers: Metadata::new(), message: Vec::new(), trailers: Metadata::new() })
///     }
/// }
/// ```
pub trait Transport {
    /// Sends the request and reads the whole response.
    ///
    /// # Errors
    /// The server's status, or the reason why its response could not be read.
    fn unary(&self, request: Request<'_>) -> impl Future<Output = Result<Response, Error>>;

    /// Returns true if the transport speaks a protocol. A client rejects the other ones before anything is sent.
    fn supports(&self, protocol: Protocol) -> bool {
        protocol == Protocol::GrpcWeb
    }
}

impl<T: Transport> Transport for &T {
    fn unary(&self, request: Request<'_>) -> impl Future<Output = Result<Response, Error>> {
        (**self).unary(request)
    }

    fn supports(&self, protocol: Protocol) -> bool {
        (**self).supports(protocol)
    }
}

/// A decoded response of a typed client.
///
/// ```no_run
/// # async fn read(transport: impl zitadel_org_web::transport::Transport) -> Result<(), zitadel_org_web::Error> {
/// use zitadel_org_web::{
///     proto::zitadel::management::v1::{GetMyOrgRequest, ManagementServiceClient},
///     transport::Options,
/// };
///
/// let client = ManagementServiceClient::new("https://id.example.com", transport);
/// let response = client.get_my_org(&GetMyOrgRequest {}, Options::default()).await?;
/// println!("{:?} {:?}", response.message.org, response.headers.get("x-request-id"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TypedResponse<M> {
    /// The message.
    pub message: M,
    /// The headers.
    pub headers: Metadata,
    /// The trailers.
    pub trailers: Metadata,
}

/// Encodes the request, calls through the transport and decodes the response. The generated typed clients call this.
pub(crate) async fn unary<R: Rpc, T: Transport>(
    transport: &T,
    base_url: &str,
    request: &R::Request,
    options: Options,
) -> Result<TypedResponse<R::Response>, Error> {
    let message = request.encode_to_vec();
    let request = Request { base_url, path: R::METHOD.path, message: &message, options };
    let result = transport.unary(request).await.map_err(|error| error.finish(Method::progress(R::METHOD.path)));
    let Response { headers, message, trailers } = result?;
    match R::Response::decode(message.as_slice()) {
        Ok(message) => Ok(TypedResponse { message, headers, trailers }),
        Err(_) => Err(invalid_response(&R::METHOD, &Invalid::NOT_PROTOBUF, &headers, &trailers)),
    }
}

/// Decodes the message of a response, with the defaults of the fields that it lacks.
///
/// # Errors
/// The message is not the method's.
pub(crate) fn decode(method: &Method, response: &Response) -> Result<Json<'static>, Error> {
    let Response { headers, message, trailers } = response;
    let json = message::decode(method.response, message, Direction::Response);
    json.map_err(|invalid| invalid_response(method, &invalid, headers, trailers))
}

/// The error of a request that is not the method's.
pub(crate) fn invalid_request(invalid: Invalid) -> Error {
    Error::invalid_argument([&invalid.at("request").text(), "."].concat())
}

/// The error of a success whose message is not the method's. The change may have been applied.
fn invalid_response(method: &Method, invalid: &Invalid, headers: &Metadata, trailers: &Metadata) -> Error {
    invalid_message(invalid).with_response(200, headers, trailers).finish(Method::progress(method.path))
}
