//! The second transport: tonic over tonic-web-wasm-client, behind the same seam.
//!
//! What those libraries cannot do is listed, with the reasons, in `tests/tonic-failures.js`.

use std::error::Error as _;

use base64ct::{Base64, Encoding as _};
use http::uri::PathAndQuery;
use prost::bytes::{Buf as _, BufMut as _};
use tonic::{
    Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{KeyAndValueRef, MetadataKey, MetadataMap},
};
use tonic_web_wasm_client::{
    Client,
    options::{Cache, Credentials, FetchOptions, Redirect, ReferrerPolicy},
};

use super::{
    call::CallError,
    fetch::no_answer,
    guard::Guard,
    options::{Target, USER_AGENT},
};
use crate::{
    code::Code,
    error::{Error, Kind},
    metadata::Metadata,
    response::Response,
    status,
    transport::{Request, Transport},
};

/// gRPC-Web through tonic, for one call of any unary method.
#[derive(Debug)]
pub struct Tonic<'a> {
    target: &'a Target,
    guard: &'a Guard,
}

impl<'a> Tonic<'a> {
    /// A transport that calls `target` until `guard` ends the call.
    #[must_use]
    pub const fn new(target: &'a Target, guard: &'a Guard) -> Self {
        Self { target, guard }
    }
}

impl Transport for Tonic<'_> {
    type Error = CallError;

    async fn unary(&self, request: Request<'_>) -> Result<Response, CallError> {
        if self.target.fetch.is_some() {
            return Err(Error::invalid_argument(
                "fetch cannot be set here: tonic-web-wasm-client calls the global one.",
            )
            .into());
        }
        let path = PathAndQuery::try_from(request.path)
            .map_err(|error| Error::invalid_argument(format!("the method's path cannot be sent: {error}.")))?;
        let mut call = tonic::Request::new(request.message);
        *call.metadata_mut() = request_metadata(&request.metadata)?;
        let mut grpc = Grpc::new(Client::new_with_options(self.target.base_url.clone(), fetch_options()));
        match self.guard.run(grpc.unary(call, path, Bytes)).await {
            Ok(Ok(answer)) => {
                self.guard.finish();
                let (metadata, message, _) = answer.into_parts();
                // tonic merges the trailers into the headers.
                Ok(Response { headers: from_map(&metadata), message, trailers: Metadata::new() })
            }
            Ok(Err(status)) => Err(self.failure(&status).into()),
            Err(end) => Err(CallError::ended(end, self.target)),
        }
    }
}

impl Tonic<'_> {
    fn failure(&self, failure: &Status) -> Error {
        let metadata = from_map(failure.metadata());
        let source = failure.source().map(ToString::to_string);
        if source.as_ref().is_some_and(|source| source.starts_with("JS API error")) {
            return no_answer(self.target);
        }
        // The status is read again from what tonic kept of it, so that details become what they are elsewhere.
        let mut block = metadata.clone();
        block.append(status::STATUS, i32::from(failure.code()).to_string());
        if !failure.details().is_empty() {
            block.append(status::DETAILS, Base64::encode_string(failure.details()));
        }
        let mut error = match status::from_metadata(&block) {
            Some(Err(failure)) => Error::from(failure),
            _ => Error::new(Kind::Protocol, Code::Unknown, String::new()),
        };
        // tonic makes a status of its own complaints too; these are told apart by their source or their first words.
        if source.is_some() || failure.message().starts_with("protocol error: ") {
            error.kind = Kind::Protocol;
        }
        failure.message().clone_into(&mut error.message);
        error.with_answer(200, metadata)
    }
}

fn fetch_options() -> FetchOptions {
    FetchOptions::new()
        .cache(Cache::NoStore)
        .credentials(Credentials::Omit)
        .redirect(Redirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
}

fn request_metadata(metadata: &Metadata) -> Result<MetadataMap, Error> {
    let mut map = MetadataMap::new();
    for (name, value) in metadata.iter().chain([("x-user-agent", USER_AGENT)]) {
        let invalid = || Error::invalid_argument(format!("headers has {name}, which tonic cannot send."));
        let key = MetadataKey::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        map.append(key, value.parse().map_err(|_| invalid())?);
    }
    Ok(map)
}

fn from_map(map: &MetadataMap) -> Metadata {
    let mut metadata = Metadata::new();
    for entry in map.iter() {
        let (name, value) = match entry {
            KeyAndValueRef::Ascii(name, value) => {
                (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            }
            KeyAndValueRef::Binary(name, value) => {
                (name.as_str(), String::from_utf8_lossy(value.as_encoded_bytes()).into_owned())
            }
        };
        metadata.append(name, value);
    }
    metadata
}

/// Messages as they are: the generated client encodes and decodes them.
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
