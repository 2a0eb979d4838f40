//! A second transport: tonic over tonic-web-wasm-client, behind the same seam.
//!
//! What those libraries cannot do is listed, with the reasons, in `tests/browser/tonic-failures.js`.

use std::error::Error as _;

use http::uri::PathAndQuery;
use http_body::Body as HttpBody;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost::bytes::{self, Buf as _, BufMut as _};
use tonic::{
    Status,
    body::Body,
    client::{Grpc, GrpcService},
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{KeyAndValueRef, MetadataKey, MetadataMap},
};
use tonic_web_wasm_client::{
    Client,
    options::{Credentials, FetchOptions, Redirect, ReferrerPolicy},
};

use crate::{
    Code, Error, ErrorKind, Metadata,
    http::connection_error,
    machine::{self, Browser},
    options::is_cross_origin,
    protocol::{base64, status},
    transport::{Request, Response, Transport, USER_AGENT},
};

type StdError = Box<dyn std::error::Error + Send + Sync>;

/// gRPC-Web through tonic and tonic-web-wasm-client.
///
/// ```no_run
/// # fn main() -> Result<(), zitadel_org_web::Error> {
/// use zitadel_org_web::{Client, tonic::TonicTransport};
///
/// let client = Client::builder("https://id.example.com").token("…").transport(TonicTransport::new()).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct TonicTransport(());

impl TonicTransport {
    /// A transport that calls the global fetch.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl Transport for TonicTransport {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let service = Client::new_with_options(request.base_url.to_owned(), fetch_options());
        unary(service, request).await
    }
}

/// Calls through a service that takes the place of tonic's channel.
async fn unary<S>(service: S, request: Request<'_>) -> Result<Response, Error>
where
    S: GrpcService<Body>,
    S::ResponseBody: HttpBody<Data = bytes::Bytes> + Send + 'static,
    <S::ResponseBody as HttpBody>::Error: Into<StdError>,
{
    let Request { base_url, path, message, options } = request;
    let path = PathAndQuery::try_from(path)
        .map_err(|_| Error::invalid_argument(&["the method's path cannot be sent by tonic."]))?;
    let mut call = tonic::Request::new(message.to_vec());
    *call.metadata_mut() = request_metadata(&options.metadata)?;
    let mut grpc = Grpc::new(service);
    match grpc.unary(call, path, Bytes).await {
        Ok(response) => {
            let (metadata, message, _) = response.into_parts();
            // tonic merges the trailers into the headers.
            Ok(Response { headers: from_map(&metadata), message, trailers: Metadata::new() })
        }
        Err(status) => Err(failure(&status, base_url)),
    }
}

/// tonic over our own [`TowerService`](crate::tower::TowerService), for the tests of that.
#[cfg(feature = "tower")]
#[derive(Debug)]
pub(crate) struct ThroughTower<'a> {
    pub(crate) platform: &'a Browser,
}

#[cfg(feature = "tower")]
impl Transport for ThroughTower<'_> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let transport = machine::FetchTransport::with(self.platform.fetch.clone());
        let service = crate::tower::TowerService::new(request.base_url, transport);
        unary(service, request).await
    }
}

/// The transport of one call from JavaScript.
#[cfg(not(feature = "tower"))]
#[derive(Debug)]
pub(crate) struct CallTransport<'a> {
    pub(crate) platform: &'a Browser,
}

#[cfg(not(feature = "tower"))]
impl Transport for CallTransport<'_> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        if self.platform.fetch.is_some() {
            let text = "fetch cannot be set here: tonic-web-wasm-client calls the global one.";
            return Err(Error::invalid_argument(&[text]));
        }
        TonicTransport::new().unary(request).await
    }
}

/// How tonic's own complaints begin that have no source.
const CLIENT_ERROR_PREFIXES: [&str; 2] = ["protocol error: ", "failed to decode Protobuf message"];

fn failure(failure: &Status, base_url: &str) -> Error {
    let source = failure.source().map(ToString::to_string);
    if source.as_ref().is_some_and(|source| source.starts_with("JS API error")) {
        return connection_error(is_cross_origin(base_url, &machine::platform()));
    }
    let metadata = from_map(failure.metadata());
    let is_own = source.is_some() || CLIENT_ERROR_PREFIXES.iter().any(|prefix| failure.message().starts_with(prefix));
    let error = if is_own {
        let code = Code::from_number(u64::from(i32::from(failure.code()).unsigned_abs())).unwrap_or(Code::Unknown);
        Error::new(ErrorKind::Protocol, code, &[failure.message()])
    } else {
        // The status is decoded again from what tonic kept of it, so that details become what they are elsewhere.
        let mut block = Metadata::new();
        block.append("grpc-status", &i32::from(failure.code()).to_string());
        block.append("grpc-message", &utf8_percent_encode(failure.message(), NON_ALPHANUMERIC).to_string());
        block.append("grpc-status-details-bin", &base64::encode(failure.details()));
        match status::decode(&Metadata::new(), &block) {
            Some(Err(failure)) => failure.into(),
            _ => Error::new(ErrorKind::Protocol, Code::Unknown, &[failure.message()]),
        }
    };
    error.with_response(200, &metadata, &Metadata::new())
}

fn fetch_options() -> FetchOptions {
    FetchOptions::new()
        .credentials(Credentials::Omit)
        .redirect(Redirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
}

fn request_metadata(metadata: &Metadata) -> Result<MetadataMap, Error> {
    let mut map = MetadataMap::new();
    for (name, value) in metadata.iter().chain([USER_AGENT]) {
        let invalid = || Error::invalid_argument(&["headers has ", name, ", which tonic cannot send."]);
        let key = MetadataKey::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        map.append(key, value.parse().map_err(|_| invalid())?);
    }
    Ok(map)
}

fn from_map(map: &MetadataMap) -> Metadata {
    let mut metadata = Metadata::new();
    for entry in map.iter() {
        let (name, value) = match entry {
            KeyAndValueRef::Ascii(name, value) => (name.as_str(), String::from_utf8_lossy(value.as_bytes())),
            KeyAndValueRef::Binary(name, value) => (name.as_str(), String::from_utf8_lossy(value.as_encoded_bytes())),
        };
        metadata.append(name, &value);
    }
    metadata
}

/// Messages as they are: the typed client encodes and decodes them.
#[derive(Debug, Clone, Copy)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut message = vec![0; buffer.remaining()];
        buffer.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}
