//! The second transport: tonic over tonic-web-wasm-client, for `./tonic` of the package.
//!
//! What those libraries cannot do is listed, with the reasons, in `tests/tonic-failures.js`.

use std::{collections::BTreeMap, error::Error as _, future::poll_fn, pin::pin, task::Poll};

use http::uri::PathAndQuery;
use js_sys::Promise;
use prost::Message;
use serde::Deserialize;
use tonic::{
    Request, Status,
    client::Grpc,
    metadata::{KeyAndValueRef, MetadataKey, MetadataMap},
};
use tonic_prost::ProstCodec;
use tonic_web_wasm_client::{
    Client,
    options::{Cache, Credentials, FetchOptions, Redirect, ReferrerPolicy},
};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use crate::{
    answer::{self, unfit_message},
    code::Code,
    error::{Error, Kind},
    message::{self, Field},
    metadata::Block,
    proto::{
        ANSWERS, METHODS, Method,
        zitadel::management::v1::{
            DeactivateOrgRequest, DeactivateOrgResponse, GetMyOrgRequest, GetMyOrgResponse, ReactivateOrgRequest,
            ReactivateOrgResponse,
        },
    },
    status,
};

/// Where a call goes and what its request carries, the token among it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    base_url: String,
    headers: BTreeMap<String, String>,
}

/// Calls a method, by its index, and tells the outcome as `decode` in `src/module.rs` does; empty if there was no answer or
/// the signal came first.
///
/// # Errors
/// If `target` is not `{ baseUrl, headers }`, or there is no such method.
#[wasm_bindgen]
pub async fn unary(index: u8, target: JsValue, signal: AbortSignal) -> Result<Vec<u8>, JsValue> {
    let target: Target = serde_wasm_bindgen::from_value(target)?;
    let place = usize::from(index);
    let (method, fields) = METHODS.get(place).zip(ANSWERS.get(place)).ok_or("there is no such method")?;
    let aborted = Promise::new(&mut |resolve, _| signal.set_onabort(Some(&resolve)));
    let (mut aborted, mut call) = (pin!(JsFuture::from(aborted)), pin!(call(method, fields, target)));
    let outcome = poll_fn(|context| match aborted.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(None),
        Poll::Pending => call.as_mut().poll(context).map(Some),
    });
    Ok(outcome.await.flatten().unwrap_or_default())
}

/// Calls a method and tells the outcome; `None` if there was no answer.
async fn call(method: &'static Method, fields: &'static [Field], target: Target) -> Option<Vec<u8>> {
    let mut grpc = Grpc::new(Client::new_with_options(target.base_url, fetch_options()));
    let answer = match method.name {
        "getMyOrg" => send::<GetMyOrgRequest, GetMyOrgResponse>(&mut grpc, method, &target.headers).await,
        "deactivateOrg" => {
            send::<DeactivateOrgRequest, DeactivateOrgResponse>(&mut grpc, method, &target.headers).await
        }
        _ => send::<ReactivateOrgRequest, ReactivateOrgResponse>(&mut grpc, method, &target.headers).await,
    };
    let (outcome, metadata) = match answer {
        Ok((message, metadata)) => {
            let value = message::from_proto(fields, &message);
            (value.ok_or_else(|| (unfit_message(), Block::default())), block(&metadata))
        }
        Err(failure) => (Err((error(&failure)?, Block::default())), block(failure.metadata())),
    };
    Some(answer::outcome_json(outcome, Block::new(metadata.as_bytes())))
}

/// The message that a method answers with, as bytes, and the metadata of the answer.
async fn send<Q: Message + Default + 'static, A: Message + Default + 'static>(
    grpc: &mut Grpc<Client>,
    method: &Method,
    headers: &BTreeMap<String, String>,
) -> Result<(Vec<u8>, MetadataMap), Status> {
    let mut request = Request::new(Q::default());
    for (name, value) in headers {
        let invalid = |_| Status::invalid_argument("tonic cannot send a header of the call");
        let key = MetadataKey::from_bytes(name.as_bytes()).map_err(|_| invalid(()))?;
        request.metadata_mut().append(key, value.parse().map_err(|_| invalid(()))?);
    }
    let answer = grpc.unary(request, PathAndQuery::from_static(method.path), ProstCodec::<Q, A>::default()).await?;
    let (metadata, message, _) = answer.into_parts();
    Ok((message.encode_to_vec(), metadata))
}

/// How tonic's own complaints begin that have no source.
const OWN_COMPLAINTS: [&str; 2] = ["protocol error: ", "failed to decode Protobuf message"];

/// A status of tonic's: the server's, which is read again so that details become what they are elsewhere, or tonic's own.
/// `None` if there was no answer.
fn error(failure: &Status) -> Option<Error> {
    let source = failure.source().map(ToString::to_string);
    if source.as_ref().is_some_and(|source| source.starts_with("JS API error")) {
        return None;
    }
    let code = Code::from_number(failure.code().into()).unwrap_or(Code::Unknown);
    let text = failure.message();
    let mut error = status::from_details(code, &[text.as_bytes()], failure.details());
    // tonic's own complaints are told apart by their source or their first words.
    if source.is_some() || OWN_COMPLAINTS.iter().any(|complaint| text.starts_with(complaint)) {
        error.kind = Kind::Protocol;
    }
    Some(error)
}

fn fetch_options() -> FetchOptions {
    FetchOptions::new()
        .cache(Cache::NoStore)
        .credentials(Credentials::Omit)
        .redirect(Redirect::Error)
        .referrer_policy(ReferrerPolicy::NoReferrer)
}

fn block(map: &MetadataMap) -> String {
    let line = |entry| match entry {
        KeyAndValueRef::Ascii(name, value) => format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes())),
        KeyAndValueRef::Binary(name, value) => {
            format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_encoded_bytes()))
        }
    };
    map.iter().map(line).collect()
}
