//! A client that connectrpc generates, over a transport of fetch, which its crate leaves to apps: one call, with the fields of its
//! response that are compared.

use std::fmt;

use bytes::Bytes;
use connectrpc::{
    Protocol,
    client::{CallOptions, ClientBody, ClientConfig, ClientTransport},
};
use futures_util::future::BoxFuture;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use proto::zitadel::management::v1::{ManagementServiceClient, ReactivateOrgRequest};
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit};

#[allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
mod proto {
    ::connectrpc::include_generated!();
}

/// Calls ReactivateOrg.
#[wasm_bindgen]
pub async fn reactivate(base_url: String, token: String, org_id: String) -> Result<JsValue, JsError> {
    let config = ClientConfig::new(base_url.parse::<Uri>()?).with_protocol(Protocol::GrpcWeb);
    let options = CallOptions::default()
        .with_header("authorization", format!("Bearer {token}"))
        .with_header("x-zitadel-orgid", org_id);
    let client = ManagementServiceClient::new(Fetch, config);
    let response = client.reactivate_org_with_options(ReactivateOrgRequest::default(), options).await?;
    let response = response.into_owned();
    let object = Object::new();
    if let Some(details) = response.details.as_option() {
        for (name, value) in
            [("sequence", details.sequence.to_string()), ("resourceOwner", details.resource_owner.to_string())]
        {
            let _ = Reflect::set(&object, &name.into(), &value.into());
        }
    }
    Ok(object.into())
}

#[derive(Clone)]
struct Fetch;

/// What fetch failed with.
#[derive(Debug)]
struct FetchError(String);

impl fmt::Display for FetchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for FetchError {}

impl From<JsValue> for FetchError {
    fn from(thrown: JsValue) -> Self {
        Self(format!("{thrown:?}"))
    }
}

impl ClientTransport for Fetch {
    type ResponseBody = Full<Bytes>;
    type Error = FetchError;

    fn send(&self, request: Request<ClientBody>) -> BoxFuture<'static, Result<Response<Full<Bytes>>, FetchError>> {
        // There is one thread.
        Box::pin(SendWrapper::new(fetch(request)))
    }
}

async fn fetch(request: Request<ClientBody>) -> Result<Response<Full<Bytes>>, FetchError> {
    let failed = |error: &dyn fmt::Display| FetchError(error.to_string());
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|error| failed(&error))?.to_bytes();
    let headers = Headers::new()?;
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), value.to_str().map_err(|error| failed(&error))?)?;
    }
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_headers(&headers);
    init.set_body(&Uint8Array::from(&*body));
    let global_fetch: Function = Reflect::get(&js_sys::global(), &"fetch".into())?.unchecked_into();
    let promise: Promise =
        global_fetch.call2(&JsValue::UNDEFINED, &parts.uri.to_string().into(), &init)?.unchecked_into();
    let received: web_sys::Response = JsFuture::from(promise).await?.unchecked_into();
    let mut response = Response::builder().status(received.status());
    for pair in Array::from(&received.headers()).iter() {
        let pair: Array = pair.unchecked_into();
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            response = response.header(name, value);
        }
    }
    let buffer = JsFuture::from(received.array_buffer()?).await?;
    response.body(Full::new(Uint8Array::new(&buffer).to_vec().into())).map_err(|error| failed(&error))
}
