//! A second transport: tonic over tonic-web-wasm-client.
//!
//! `tests/browser/tonic-failures.js` lists the limits of those libraries, with the reasons.

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

use super::{Request, Response, Transport, exchange::connection_error, grpc_web::USER_AGENT};
use crate::{
    code::Code,
    error::Error,
    metadata::Metadata,
    platform::own_origin,
    validate::is_cross_origin,
    wire::{base64, status},
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
    /// Returns a transport that calls the global fetch.
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

/// Makes a call with a service in place of tonic's channel.
async fn unary<S>(service: S, request: Request<'_>) -> Result<Response, Error>
where
    S: GrpcService<Body>,
    S::ResponseBody: HttpBody<Data = bytes::Bytes> + Send + 'static,
    <S::ResponseBody as HttpBody>::Error: Into<StdError>,
{
    let Request { base_url, path, message, options } = request;
    let path =
        PathAndQuery::try_from(path).map_err(|_| Error::invalid_argument("path must be one that tonic can send."))?;
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

/// The transport of the exports for JavaScript.
#[cfg(all(feature = "js", not(feature = "tower")))]
#[derive(Debug)]
pub(crate) struct ExportTransport {
    rest: super::FetchTransport,
    is_fetch_custom: bool,
}

#[cfg(all(feature = "js", not(feature = "tower")))]
impl ExportTransport {
    pub(crate) const fn with(fetch: Option<js_sys::Function>) -> Self {
        Self { is_fetch_custom: fetch.is_some(), rest: super::FetchTransport::with(fetch) }
    }
}

#[cfg(all(feature = "js", not(feature = "tower")))]
impl Transport for ExportTransport {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        if request.options.protocol == super::Protocol::Json {
            return self.rest.unary(request).await;
        }
        if self.is_fetch_custom {
            return Err(Error::invalid_argument(
                "fetch must not be set here: tonic-web-wasm-client calls the global one.",
            ));
        }
        TonicTransport::new().unary(request).await
    }
}

/// The transport of the exports for JavaScript in the tests of [`TowerService`](super::tower::TowerService): tonic over it.
#[cfg(all(feature = "js", feature = "tower"))]
#[derive(Debug)]
pub(crate) struct ExportTransport(super::FetchTransport);

#[cfg(all(feature = "js", feature = "tower"))]
impl ExportTransport {
    pub(crate) const fn with(fetch: Option<js_sys::Function>) -> Self {
        Self(super::FetchTransport::with(fetch))
    }
}

#[cfg(all(feature = "js", feature = "tower"))]
impl Transport for ExportTransport {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        if request.options.protocol == super::Protocol::Json {
            return self.0.unary(request).await;
        }
        let service = super::tower::TowerService::new(request.base_url, self.0.clone()).allow_insecure(true);
        unary(service, request).await
    }
}

/// The beginnings of tonic's own errors without a source.
const CLIENT_ERROR_PREFIXES: [&str; 2] = ["protocol error: ", "failed to decode Protobuf message"];

fn failure(failure: &Status, base_url: &str) -> Error {
    let source = failure.source().map(ToString::to_string);
    if source.as_ref().is_some_and(|source| source.starts_with("JS API error")) {
        return connection_error(is_cross_origin(base_url, own_origin().as_deref()));
    }
    let metadata = from_map(failure.metadata());
    let is_own = source.is_some() || CLIENT_ERROR_PREFIXES.iter().any(|prefix| failure.message().starts_with(prefix));
    let error = if is_own {
        let code = Code::from_number(u64::from(i32::from(failure.code()).unsigned_abs())).unwrap_or(Code::Unknown);
        Error::protocol(code, failure.message())
    } else {
        // The status is decoded again from the parts that tonic keeps, so that details are the same as elsewhere.
        let mut block = Metadata::new();
        block.append("grpc-status", &i32::from(failure.code()).to_string());
        block.append("grpc-message", &utf8_percent_encode(failure.message(), NON_ALPHANUMERIC).to_string());
        block.append("grpc-status-details-bin", &base64::encode(failure.details()));
        match status::decode(&Metadata::new(), &block) {
            Some(Err(status)) => status.into(),
            _ => Error::protocol(Code::Unknown, failure.message()),
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
        let invalid = || Error::invalid_argument(["headers must not set ", name, ": tonic cannot send it."].concat());
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

/// Passes messages on as they are, because the typed client encodes and decodes them.
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
