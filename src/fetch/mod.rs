//! The machine in a browser, or in a runtime like one: the one place that calls `fetch` and reads its response.
//!
//! Nothing that fetch returns is trusted to be what it should, because the caller may bring their own: every access to it can
//! fail and none can trap.

mod abort;
mod body;
mod callback;
mod future;
mod json;
pub(crate) mod reflect;
mod timer;

use std::{cell::RefCell, fmt};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

use self::{
    abort::Abort,
    body::FetchBody,
    reflect::{GLOBAL, Global, array, construct, member, parse, plain, type_error},
};
use crate::{
    Error, Metadata,
    error::Source,
    grpc_web::GrpcWeb,
    platform::{HttpRequest, Platform, SendError},
    protocol::{
        json::quote,
        response::Head,
        text::{cut, parts},
    },
    transport::{Request, Response, Transport},
};

#[cfg(feature = "js")]
pub(crate) use self::callback::Callback;
#[cfg(feature = "js")]
pub use self::reflect::Any;
pub(crate) use self::{future::settled, json::JsJson};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(method, getter, structural, catch)]
    fn origin(this: &Global) -> Result<Option<reflect::Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn fetch(this: &Global) -> Result<Option<reflect::Any>, JsValue>;

    type ResponseLike;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn status(this: &ResponseLike) -> Result<Option<reflect::Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn headers(this: &ResponseLike) -> Result<Option<reflect::Any>, JsValue>;

    type Init;
    #[wasm_bindgen(method, setter, structural)]
    fn set_body(this: &Init, body: &Uint8Array);
    #[wasm_bindgen(method, setter, structural)]
    fn set_signal(this: &Init, signal: &JsValue);

    type Pairs;
    #[wasm_bindgen(method, structural, catch)]
    fn join(this: &Pairs, separator: &JsValue) -> Result<Option<reflect::Any>, JsValue>;
}

/// Something that JavaScript threw: what lies below an [`Error`].
///
/// ```no_run
/// use zitadel_org_web::{Error, Thrown};
///
/// fn thrown(error: &Error) -> Option<&Thrown> {
///     std::error::Error::source(error)?.downcast_ref()
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Thrown(pub JsValue);

impl fmt::Debug for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Thrown")
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.as_string().unwrap_or_else(|| "a JavaScript exception".to_owned()))
    }
}

impl std::error::Error for Thrown {}

/// What was thrown as the source of an error.
pub(crate) fn source(thrown: JsValue) -> Source {
    Box::new(Thrown(thrown))
}

/// gRPC-Web over the browser's fetch.
///
/// ```no_run
/// use zitadel_org_web::{FetchTransport, proto::zitadel::management::v1::ManagementServiceClient};
///
/// let client = ManagementServiceClient::new("https://id.example.com", FetchTransport::new());
/// ```
#[derive(Debug, Clone, Default)]
pub struct FetchTransport {
    /// `None` for the global one at the time of the call.
    fetch: Option<Function>,
}

impl FetchTransport {
    /// A transport that calls the global fetch.
    #[must_use]
    pub const fn new() -> Self {
        Self { fetch: None }
    }

    #[cfg(all(feature = "tonic", feature = "tower"))]
    pub(crate) const fn with(fetch: Option<Function>) -> Self {
        Self { fetch }
    }

    pub(crate) const fn available() -> Option<Self> {
        Some(Self::new())
    }
}

impl Transport for FetchTransport {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        GrpcWeb { platform: &Browser { fetch: self.fetch.clone() } }.unary(request).await
    }
}

pub(crate) const fn platform() -> Browser {
    Browser { fetch: None }
}

/// The browser.
#[derive(Debug)]
pub(crate) struct Browser {
    /// The caller's fetch; `None` for the global one at the time of the call.
    pub(crate) fetch: Option<Function>,
}

/// What a request can go without, since it only tightens the call, where a runtime refuses it: first `referrerPolicy`, which
/// older workerd does not know, then the signal, which jsdom makes of another realm than fetch's.
const CONCESSIONS: [(bool, bool); 3] = [(true, true), (false, true), (false, false)];

impl Platform for Browser {
    type Body = FetchBody;
    type Json = JsJson;

    async fn send(&self, request: HttpRequest<'_>) -> Result<(Head, FetchBody), SendError> {
        let abort = Abort::new();
        let mut refusal = None;
        for (has_policy, has_signal) in CONCESSIONS {
            let signal = has_signal.then(|| abort.signal()).flatten();
            let init =
                init(&request, has_policy, signal.as_deref()).map_err(|cause| SendError::Refused(source(cause)))?;
            let started = call(self.fetch.as_ref(), &request.url, &init);
            let (response, is_thrown) = match started {
                Ok(promise) => (settled(&promise).await, false),
                Err(thrown) => (Err(thrown), true),
            };
            match response {
                Ok(response) => {
                    let (head, body) =
                        read(&response, abort).map_err(|cause| SendError::NotAResponse(source(cause)))?;
                    if head.http_status == 0 && !is_redirect(&response) {
                        return Err(SendError::Failed(source(type_error("the response is a network error"))));
                    }
                    return Ok((head, body));
                }
                Err(thrown) if is_header_overflow(&thrown) => return Err(SendError::HeadersTooLong(source(thrown))),
                // A caller's fetch may have sent the request whatever it says.
                Err(thrown) if self.fetch.is_some() => return Err(SendError::Failed(source(thrown))),
                // The constructor of Request refuses what fetch refuses of its arguments, and sends nothing.
                Err(thrown) if !is_thrown && construct("Request", &[&request.url.as_str().into(), &init]).is_ok() => {
                    return Err(SendError::Failed(source(thrown)));
                }
                Err(thrown) => refusal = Some(thrown),
            }
        }
        Err(SendError::Refused(source(refusal.unwrap_or_default())))
    }

    fn parse_json(&self, text: &[u8]) -> Option<JsJson> {
        parse(&String::from_utf8_lossy(text)).ok().map(JsJson)
    }

    fn parse_url(&self, text: &str) -> Option<String> {
        thread_local! {
            // The one that was parsed last: most callers have but one, and to parse it would be a tenth of a call.
            static LAST: RefCell<(String, String)> = const { RefCell::new((String::new(), String::new())) };
        }
        LAST.with_borrow_mut(|(known, href)| {
            if known != text {
                *href = member(&construct("URL", &[&text.into()]).ok()?, "href")?.as_string()?;
                text.clone_into(known);
            }
            Some(href.clone())
        })
    }

    fn own_origin(&self) -> Option<String> {
        GLOBAL.with(Global::origin).ok()??.as_string()
    }

    fn now_ms(&self) -> f64 {
        performance_now()
    }

    fn ms_until(&self, http_date: &str) -> Option<f64> {
        let ms = js_sys::Date::parse(http_date) - js_sys::Date::now();
        ms.is_finite().then_some(ms)
    }

    fn sleep(&self, ms: f64) -> impl Future<Output = ()> {
        timer::sleep(ms)
    }
}

/// Whether a response of status 0 is a redirect that was not followed, and not one that never came.
///
/// Source: Fetch standard, "filtered response".
fn is_redirect(response: &JsValue) -> bool {
    let kind = member(response, "type").and_then(|kind| kind.as_string());
    kind.is_some_and(|kind| kind == "opaqueredirect")
}

/// Whether Node refuses the length of a response's headers, which is not a missing response.
fn is_header_overflow(thrown: &JsValue) -> bool {
    let code = member(thrown, "cause").and_then(|cause| member(&cause, "code")).and_then(|code| code.as_string());
    code.is_some_and(|code| code == "UND_ERR_HEADERS_OVERFLOW")
}

fn call(fetch: Option<&Function>, url: &str, init: &JsValue) -> Result<JsValue, JsValue> {
    let global;
    let fetch: &JsValue = match fetch {
        Some(fetch) => fetch,
        None => {
            global = GLOBAL.with(Global::fetch)?.ok_or_else(|| type_error("there is no global fetch"))?;
            &global
        }
    };
    reflect::call(fetch, &JsValue::from_str(url), init)
}

/// The second argument of fetch, with headers as an object that callers can read: repeated ones are joined.
fn init(request: &HttpRequest<'_>, has_policy: bool, signal: Option<&JsValue>) -> Result<JsValue, JsValue> {
    let mut text = String::from("{\"method\":");
    quote(request.verb, &mut text);
    // Not "error", which workerd does not have: `http::exchange` refuses what a redirect responds with.
    text.push_str(",\"redirect\":\"manual\",\"credentials\":\"omit\"");
    if has_policy {
        text.push_str(",\"referrerPolicy\":\"no-referrer\"");
    }
    text.push_str(",\"headers\":{");
    let mut separator = "";
    for (name, values) in request.headers.joined_all() {
        text.push_str(separator);
        quote(name, &mut text);
        text.push(':');
        quote(&values, &mut text);
        separator = ",";
    }
    text.push_str("}}");
    // One text that the browser parses costs a third of setting every member.
    let init = parse(&text)?;
    if let Some(body) = request.body {
        init.unchecked_ref::<Init>().set_body(&Uint8Array::from(body));
    }
    if let Some(signal) = signal {
        init.unchecked_ref::<Init>().set_signal(signal);
    }
    Ok(init)
}

thread_local! {
    // Made once: a string takes longer to cross than what is done with it.
    static LINE_BREAK: JsValue = JsValue::from_str("\n");
}

/// Reads the head of what should be a `Response`.
fn read(response: &JsValue, abort: Abort) -> Result<(Head, FetchBody), JsValue> {
    let like: &ResponseLike = response.unchecked_ref();
    let status =
        like.status()?.and_then(|status| status.as_f64()).ok_or_else(|| type_error("its status is not a number"))?;
    // One text for all of them, since each crossing costs: a line is "name,value", and neither can hold a line break.
    let pairs = array(&plain(like.headers()?))?.ok_or_else(|| type_error("its headers are none"))?;
    let lines = LINE_BREAK.with(|line_break| pairs.unchecked_ref::<Pairs>().join(line_break))?;
    let lines = lines.and_then(|lines| lines.as_string()).unwrap_or_default();
    let mut headers = Metadata::new();
    for line in parts(&lines, b'\n') {
        // A Set-Cookie is none of an error's business.
        if let (name, Some(value)) = cut(line, b',') {
            if name == "set-cookie" {
                continue;
            }
            headers.append(name, &bytes_as_utf8(value));
        }
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from f64 saturates")]
    let head = Head { http_status: status as u16, headers };
    Ok((head, FetchBody::new(response, abort)?))
}

/// A header's value: fetch shows each of its bytes as a character, and what was sent may be UTF-8.
fn bytes_as_utf8(value: &str) -> String {
    if value.is_ascii() {
        return value.to_owned();
    }
    let bytes: Option<Vec<u8>> = value.chars().map(|char| u8::try_from(char).ok()).collect();
    bytes.map_or_else(|| value.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
