//! The one place that calls `fetch` and reads its answer.
//!
//! Nothing that fetch hands back is trusted to be what it should, because the caller may bring their own: every access
//! to it can fail and none can trap.

use js_sys::{ArrayBuffer, Function, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::{
    call::CallError,
    guard::{End, Guard},
    js::{get, pairs, present},
    options::Target,
};
use crate::{
    code::Code,
    error::{Error, Kind},
    metadata::Metadata,
    response::Head,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;

    type Body;
    #[wasm_bindgen(method, js_name = getReader, catch)]
    fn get_reader(this: &Body) -> Result<BodyReader, JsValue>;

    pub(super) type BodyReader;
    #[wasm_bindgen(method, catch)]
    fn read(this: &BodyReader) -> Result<JsValue, JsValue>;
}

/// fetch, for one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fetch<'a> {
    /// Where to, and with which fetch.
    pub(super) target: &'a Target,
    /// What ends the call early.
    pub(super) guard: &'a Guard,
}

/// A request, complete but for the address.
pub(super) struct Outgoing<'a> {
    pub(super) verb: &'a str,
    pub(super) path: &'a str,
    pub(super) headers: &'a Metadata,
    pub(super) body: Option<&'a [u8]>,
}

/// An answer whose body is yet to be read.
pub(super) struct Incoming {
    pub(super) head: Head,
    pub(super) body: Option<BodyReader>,
}

/// How the reading of a body ended.
pub(super) enum Ending {
    /// There is no more.
    Complete,
    /// The taker wanted no more.
    Stopped,
    /// The body broke off.
    Broken(JsValue),
    /// The deadline or the caller.
    Ended(End),
}

impl Fetch<'_> {
    /// Sends a request and waits for the answer's head.
    pub(super) async fn send(&self, request: Outgoing<'_>) -> Result<Incoming, CallError> {
        let init = self.request_init(&request).map_err(|cause| self.no_answer(cause))?;
        let url = format!("{}{}", self.target.base_url, request.path);
        let started = match &self.target.fetch {
            Some(fetch) => call_fetch(fetch, &url, &init),
            None => global_fetch(&url, &init),
        };
        let answer = match started {
            Ok(promise) => self.guard.settled(&promise).await.map_err(|end| CallError::ended(end, self.target))?,
            Err(cause) => Err(cause),
        };
        let incoming = incoming(&answer.map_err(|cause| self.no_answer(cause))?).map_err(not_an_answer)?;
        // A browser shows a redirect as status 0 and no more of it, other runtimes as it is.
        if matches!(incoming.head.http_status, 0 | 300..=399) {
            return Err(self.no_answer(JsValue::UNDEFINED));
        }
        Ok(incoming)
    }

    /// Reads a body chunk by chunk, as long as `take` wants more.
    pub(super) async fn read(&self, body: Option<BodyReader>, mut take: impl FnMut(&[u8]) -> bool) -> Ending {
        let Some(body) = body else { return Ending::Complete };
        loop {
            let chunk = match body.read() {
                Ok(promise) => self.guard.settled(&promise).await,
                Err(cause) => Ok(Err(cause)),
            };
            let chunk = match chunk {
                Ok(chunk) => chunk.and_then(|chunk| bytes(&chunk)),
                Err(end) => return Ending::Ended(end),
            };
            match chunk {
                Ok(Some(chunk)) if take(&chunk) => {}
                // The guard aborts what is left of the body.
                Ok(Some(_)) => return Ending::Stopped,
                Ok(None) => {
                    self.guard.finish();
                    return Ending::Complete;
                }
                Err(cause) => return Ending::Broken(cause),
            }
        }
    }

    fn request_init(&self, request: &Outgoing<'_>) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        for (name, value) in request.headers.iter() {
            headers.append(name, value)?;
        }
        let init = RequestInit::new();
        init.set_method(request.verb);
        init.set_headers(&headers);
        if let Some(body) = request.body {
            init.set_body(&Uint8Array::from(body));
        }
        init.set_signal(Some(&self.guard.signal()));
        // Not "error", which workerd does not have: `send` refuses what a redirect answers with.
        init.set_redirect(RequestRedirect::Manual);
        init.set_credentials(RequestCredentials::Omit);
        init.set_cache(RequestCache::NoStore);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        Ok(init)
    }

    fn no_answer(&self, cause: JsValue) -> CallError {
        CallError::caused(no_answer(self.target), cause)
    }
}

/// There was no answer; the browser does not tell a page why.
pub(super) fn no_answer(target: &Target) -> Error {
    let base_url = &target.base_url;
    let cors = if target.is_cross_origin { ", or its CORS headers do not allow this origin or a header" } else { "" };
    let text = format!(
        "{base_url} gave no answer: it cannot be reached, its certificate is not trusted, it redirects{cors}. \
         Check baseUrl; the browser's network log tells more."
    );
    Error::new(Kind::Transport, Code::Unavailable, text)
}

fn not_an_answer(cause: JsValue) -> CallError {
    let text = "fetch did not give a Response. Check the option fetch and whatever replaces the global one.";
    CallError::caused(Error::new(Kind::Transport, Code::Unavailable, text), cause)
}

fn call_fetch(fetch: &Function, url: &str, init: &RequestInit) -> Result<JsValue, JsValue> {
    fetch.call2(&JsValue::UNDEFINED, &JsValue::from_str(url), init)
}

/// The parts of what should be a `Response`.
fn incoming(answer: &JsValue) -> Result<Incoming, JsValue> {
    let http_status = get(answer, "status")?.as_f64().ok_or(JsValue::UNDEFINED)?;
    let mut headers = Metadata::new();
    for (name, value) in pairs(&get(answer, "headers")?)?.into_iter().flatten() {
        headers.append(&name, bytes_as_utf8(&value));
    }
    // A 204 has no body in some runtimes and an empty one in others.
    let body = get(answer, "body")?;
    let body = present(&body).map(|body| body.unchecked_ref::<Body>().get_reader()).transpose()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from f64 saturates")]
    Ok(Incoming { head: Head { http_status: http_status as u16, headers }, body })
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
