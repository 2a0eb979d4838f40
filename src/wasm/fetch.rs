//! The default transport: gRPC-Web over `fetch`. This is the one place that calls it and reads its answer.
//!
//! Nothing that fetch hands back is trusted to be what it should, because the caller may bring their own: every access
//! to it can fail and none can trap.

use js_sys::{ArrayBuffer, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::{
    call::CallError,
    guard::Guard,
    js::{get, pairs, present},
    options::Options,
};
use crate::{
    code::Code,
    error::{Error, Kind},
    frame,
    metadata::Metadata,
    response::{Head, Reader, Response},
    timeout,
    transport::{Request, Transport},
};

const USER_AGENT: &str = concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION"));

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;

    type Body;
    #[wasm_bindgen(method, js_name = getReader, catch)]
    fn get_reader(this: &Body) -> Result<BodyReader, JsValue>;

    type BodyReader;
    #[wasm_bindgen(method, catch)]
    fn read(this: &BodyReader) -> Result<JsValue, JsValue>;
}

/// gRPC-Web over `fetch`, for one call.
#[derive(Debug)]
pub(super) struct FetchTransport<'a> {
    /// Where to, and with which fetch.
    pub(super) options: &'a Options,
    /// What ends the call early.
    pub(super) guard: &'a Guard,
}

impl Transport for FetchTransport<'_> {
    type Error = CallError;

    async fn unary(&self, request: Request<'_>) -> Result<Response, CallError> {
        let answer = self.send(&request).await?;
        let head = head(&answer).map_err(|cause| self.not_an_answer(cause))?;
        let reader = Reader::new(head)?;
        self.read(&answer, reader).await
    }
}

impl FetchTransport<'_> {
    async fn send(&self, request: &Request<'_>) -> Result<JsValue, CallError> {
        let init = self.request_init(request)?;
        let url = format!("{}{}", self.options.base_url, request.path);
        let started = match &self.options.fetch {
            Some(fetch) => call_fetch(fetch, &url, &init),
            None => global_fetch(&url, &init),
        };
        match started {
            Ok(promise) => self.settle(promise).await?.map_err(|cause| self.no_answer(cause)),
            Err(cause) => Err(self.no_answer(cause)),
        }
    }

    fn request_init(&self, request: &Request<'_>) -> Result<RequestInit, CallError> {
        let headers = Headers::new().map_err(|cause| self.no_answer(cause))?;
        let append = |name: &str, value: &str| headers.append(name, value).map_err(|cause| self.no_answer(cause));
        for (name, value) in request.metadata.iter() {
            append(name, value)?;
        }
        append("content-type", "application/grpc-web+proto")?;
        append("x-grpc-web", "1")?;
        append("x-user-agent", USER_AGENT)?;
        // ZITADEL's preflight refuses grpc-timeout, so only calls without a preflight can tell the server.
        if let (Some(timeout_ms), false) = (self.options.timeout_ms, self.options.is_cross_origin) {
            append("grpc-timeout", &timeout::header(timeout_ms))?;
        }
        let frame = frame::encode(&request.message)
            .ok_or_else(|| Error::new(Kind::InvalidArgument, Code::ResourceExhausted, "The request is too long."))?;
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_headers(&headers);
        init.set_body(&Uint8Array::from(frame.as_slice()));
        init.set_signal(Some(&self.guard.signal()));
        init.set_redirect(RequestRedirect::Error);
        init.set_credentials(RequestCredentials::Omit);
        init.set_cache(RequestCache::NoStore);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        Ok(init)
    }

    async fn read(&self, answer: &JsValue, mut reader: Reader) -> Result<Response, CallError> {
        let body = get(answer, "body").map_err(|cause| self.not_an_answer(cause))?;
        if let Some(body) = present(&body) {
            let body = body.unchecked_ref::<Body>().get_reader().map_err(|cause| self.not_an_answer(cause))?;
            loop {
                let chunk = match body.read() {
                    Ok(promise) => self.settle(promise).await?,
                    Err(cause) => Err(cause),
                };
                let bytes = chunk.and_then(|chunk| bytes(&chunk));
                match bytes {
                    Ok(Some(bytes)) if reader.push(&bytes) => {}
                    // The guard aborts what is left of the body.
                    Ok(Some(_)) => return reader.finish().map_err(CallError::from),
                    Ok(None) => break,
                    Err(cause) => return reader.broken_off().map_err(|error| CallError::caused(error, cause)),
                }
            }
        }
        self.guard.finish();
        reader.finish().map_err(CallError::from)
    }

    /// Waits for what should be a promise, unless the call ends before it settles.
    async fn settle(&self, promise: JsValue) -> Result<Result<JsValue, JsValue>, CallError> {
        let outcome = self.guard.run(JsFuture::from(Promise::resolve(&promise))).await;
        // fetch may reject before the guard is polled; what ended the call is told by the guard, not by the rejection.
        match self.guard.end().map_or(outcome, Err) {
            Ok(outcome) => Ok(outcome),
            Err(end) => Err(CallError::ended(end, self.options)),
        }
    }

    fn no_answer(&self, cause: JsValue) -> CallError {
        let base_url = &self.options.base_url;
        let cors = if self.options.is_cross_origin {
            ", or its CORS headers do not allow this origin or a header"
        } else {
            ""
        };
        let text = format!(
            "{base_url} gave no answer: it cannot be reached, its certificate is not trusted, it redirects{cors}. \
             Check baseUrl; the browser's network log tells more."
        );
        CallError::caused(Error::new(Kind::Transport, Code::Unavailable, text), cause)
    }

    fn not_an_answer(&self, cause: JsValue) -> CallError {
        let text = "fetch did not give a Response. Check the option fetch and whatever replaces the global one.";
        CallError::caused(Error::new(Kind::Transport, Code::Unavailable, text), cause)
    }
}

fn call_fetch(fetch: &Function, url: &str, init: &RequestInit) -> Result<JsValue, JsValue> {
    fetch.call2(&JsValue::UNDEFINED, &JsValue::from_str(url), init)
}

/// Status and headers of what should be a `Response`.
fn head(answer: &JsValue) -> Result<Head, JsValue> {
    let http_status = get(answer, "status")?.as_f64().ok_or(JsValue::UNDEFINED)?;
    let mut headers = Metadata::new();
    for (name, value) in pairs(&get(answer, "headers")?)?.into_iter().flatten() {
        headers.append(&name, bytes_as_utf8(&value));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from f64 saturates")]
    Ok(Head { http_status: http_status as u16, headers })
}

/// A header's value: fetch shows each of its bytes as a character, and what was sent may be UTF-8.
fn bytes_as_utf8(value: &str) -> String {
    let bytes: Option<Vec<u8>> = value.chars().map(|char| u8::try_from(char).ok()).collect();
    bytes.map_or_else(|| value.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The bytes of a chunk; `None` at the end of the body.
fn bytes(chunk: &JsValue) -> Result<Option<Vec<u8>>, JsValue> {
    if get(chunk, "done")?.is_truthy() {
        return Ok(None);
    }
    let value = get(chunk, "value")?;
    // Not instanceof: the stream may come from another realm.
    if !ArrayBuffer::is_view(&value) {
        return Err(js_sys::TypeError::new("the body's stream gave a chunk that is not a Uint8Array").into());
    }
    Ok(Some(value.unchecked_ref::<Uint8Array>().to_vec()))
}
