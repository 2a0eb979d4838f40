//! A browser, or a runtime like one, over the snippet `browser.js`.

use std::{
    borrow::{Borrow, Cow},
    cell::Cell,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::{Body, Clock, Http, HttpError, HttpRequest, Signal};
use crate::{
    Metadata,
    error::{SharedSource, Source},
    wire::{frame::MAX_BODY_LEN, head::Head},
};

#[wasm_bindgen(module = "/src/platform/browser.js")]
extern "C" {
    #[wasm_bindgen(js_name = now)]
    fn now_ms() -> f64;
    /// The origin of this page or worker: `null` if it is opaque, `None` in runtimes without one.
    #[wasm_bindgen(js_name = ownOrigin)]
    pub(crate) fn own_origin() -> Option<String>;
    /// Returns an absolute URL in its normal form.
    #[wasm_bindgen(js_name = parseUrl)]
    pub(crate) fn parse_url(text: &str) -> Option<String>;
    /// Parses well-formed JSON.
    #[wasm_bindgen(js_name = parseJson)]
    pub(crate) fn parse_json(text: &str) -> JsValue;

    type Watch;
    #[wasm_bindgen(method, getter, js_name = isFulfilled)]
    fn is_fulfilled(this: &Watch) -> bool;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Watch) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = value)]
    fn bytes(this: &Watch) -> Option<Vec<u8>>;
    #[wasm_bindgen(method)]
    fn cancel(this: &Watch);

    #[wasm_bindgen(js_name = Timer)]
    type JsTimer;
    #[wasm_bindgen(constructor, js_class = "Timer")]
    fn new(ms: f64, wake: &Closure<dyn Fn()>) -> JsTimer;
    #[wasm_bindgen(method)]
    fn cancel(this: &JsTimer);

    #[wasm_bindgen(js_name = AbortSubscription)]
    #[derive(Clone)]
    type JsSubscription;
    #[wasm_bindgen(constructor, js_class = "AbortSubscription")]
    fn new(signal: &JsValue, callback: &Closure<dyn Fn(JsValue)>) -> JsSubscription;
    #[wasm_bindgen(method, getter, js_name = isValid)]
    fn is_valid(this: &JsSubscription) -> bool;
    #[wasm_bindgen(method, getter)]
    fn thrown(this: &JsSubscription) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = isAborted)]
    fn is_aborted(this: &JsSubscription) -> bool;
    #[wasm_bindgen(method, getter)]
    fn reason(this: &JsSubscription) -> JsValue;
    #[wasm_bindgen(method)]
    fn close(this: &JsSubscription);

    #[wasm_bindgen(js_name = functionId)]
    pub(crate) fn function_id(callee: &Function) -> u32;
    #[wasm_bindgen(js_name = requestToken)]
    fn request_token_js(callee: &Function, previous: &JsValue, wake: &Closure<dyn Fn()>) -> Watch;
    /// Calls back without waiting. Exceptions and rejections are ignored.
    pub(crate) fn notify(callback: &Function, value: &JsValue);

    /// Returns headers as an object, from lines that are in turn a name and a value.
    #[wasm_bindgen(js_name = joinHeaders)]
    fn join_headers(lines: &str) -> JsValue;

    #[wasm_bindgen(js_name = Exchange)]
    #[derive(Debug)]
    type JsExchange;
    #[wasm_bindgen(constructor, js_class = "Exchange")]
    fn new(fetch: Option<Function>, controller: Option<AbortController>) -> JsExchange;
    #[wasm_bindgen(method)]
    fn send(this: &JsExchange, url: &str, init: &RequestInit, wake: &Closure<dyn Fn()>) -> Watch;
    #[wasm_bindgen(method, getter)]
    fn failure(this: &JsExchange) -> String;
    #[wasm_bindgen(method, getter)]
    fn status(this: &JsExchange) -> f64;
    #[wasm_bindgen(method, getter, js_name = type)]
    fn kind(this: &JsExchange) -> String;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &JsExchange) -> String;
    #[wasm_bindgen(method, js_name = endIfClosed)]
    fn end_if_closed(this: &JsExchange) -> bool;
    #[wasm_bindgen(method)]
    fn read(this: &JsExchange, limit: f64, wake: &Closure<dyn Fn()>) -> Watch;
    #[wasm_bindgen(method)]
    fn close(this: &JsExchange);
}

/// An exception of JavaScript: the [`source`](std::error::Error::source) of an [`Error`](crate::Error).
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

impl Thrown {
    pub(crate) fn source(thrown: JsValue) -> Source {
        Box::new(Self(thrown))
    }
}

/// A function that JavaScript calls when an operation has ended, for futures to wait for.
struct Wake {
    ended: Rc<Ended>,
    function: Closure<dyn Fn()>,
}

#[derive(Default)]
struct Ended {
    is_called: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

impl Wake {
    fn new() -> Self {
        let ended = Rc::new(Ended::default());
        let state = Rc::clone(&ended);
        let function = Closure::new(move || {
            state.is_called.set(true);
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
        });
        Self { ended, function }
    }

    /// Waits until the function is called. The next wait is for the next call.
    fn poll_called(&self, context: &Context<'_>) -> Poll<()> {
        if self.ended.is_called.take() {
            return Poll::Ready(());
        }
        self.ended.waker.set(Some(context.waker().clone()));
        Poll::Pending
    }
}

/// Waits until a promise settles, and returns the reason of a rejection. The watch has the value of a fulfilled one.
///
/// The watch is cancelled when it is dropped. A promise that never settles then holds nothing of the module.
struct Settling<W> {
    watch: Watch,
    wake: W,
}

impl<W: Borrow<Wake> + Unpin> Future for Settling<W> {
    type Output = Result<(), JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let watch = &self.watch;
        let result = || if watch.is_fulfilled() { Ok(()) } else { Err(watch.value()) };
        self.wake.borrow().poll_called(context).map(|()| result())
    }
}

impl<W> Drop for Settling<W> {
    fn drop(&mut self) {
        self.watch.cancel();
    }
}

/// Calls a token function with the error that ZITADEL rejected the previous token with.
///
/// # Errors
/// The exception or rejection of the function.
pub(crate) fn request_token(
    callee: &Function,
    previous: &JsValue,
) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let wake = Wake::new();
    let watch = request_token_js(callee, previous, &wake.function);
    let mut invocation = Settling { watch, wake };
    async move {
        (&mut invocation).await?;
        Ok(invocation.watch.value())
    }
}

/// Aborts a [`Signal`] when the caller's AbortSignal aborts, until it is dropped.
pub(crate) struct AbortSubscription {
    subscription: JsSubscription,
    _callback: Closure<dyn Fn(JsValue)>,
}

impl AbortSubscription {
    /// Subscribes to an AbortSignal.
    ///
    /// # Errors
    /// The exception that reading the signal threw, or undefined, if it is not an AbortSignal.
    pub(crate) fn new(abort_signal: &JsValue, signal: &Signal) -> Result<Self, JsValue> {
        let aborted = signal.clone();
        let callback = Closure::new(move |reason| aborted.abort(source_of(reason)));
        let subscription = JsSubscription::new(abort_signal, &callback);
        if !subscription.is_valid() {
            return Err(subscription.thrown());
        }
        let source = subscription.clone();
        signal.set_source(move || source.is_aborted().then(|| source_of(source.reason())));
        Ok(Self { subscription, _callback: callback })
    }
}

fn source_of(reason: JsValue) -> Option<SharedSource> {
    (!reason.is_undefined()).then(|| Arc::new(Thrown(reason)) as SharedSource)
}

impl Drop for AbortSubscription {
    fn drop(&mut self) {
        self.subscription.close();
    }
}

/// The clock and the timers of the browser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BrowserClock;

pub(crate) const fn clock() -> BrowserClock {
    BrowserClock
}

impl Clock for BrowserClock {
    fn now_ms(&self) -> f64 {
        now_ms()
    }

    async fn sleep(&self, ms: f64) {
        let wake = Wake::new();
        let _timer = Timer(JsTimer::new(ms, &wake.function));
        poll_fn(|context| wake.poll_called(context)).await;
    }
}

/// A timer that is cancelled when it is dropped.
struct Timer(JsTimer);

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// HTTP over fetch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fetch {
    /// The caller's fetch; `None` for the global one at the time of the request.
    pub(crate) custom: Option<Function>,
}

impl Http for Fetch {
    type Body = FetchBody;

    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<(Head, FetchBody), HttpError>> {
        // A runtime without AbortController sends requests that cannot be aborted.
        let exchange = JsExchange::new(self.custom.clone(), AbortController::new().ok());
        let wake = Wake::new();
        let watch = exchange.send(&request.url, &init(&request), &wake.function);
        let body = FetchBody { exchange, wake };
        async move {
            match (Settling { watch, wake: &body.wake }).await {
                Ok(()) => Ok((head(&body.exchange)?, body)),
                Err(thrown) => Err(http_error(&body.exchange, thrown)),
            }
        }
    }
}

fn http_error(exchange: &JsExchange, thrown: JsValue) -> HttpError {
    let source = Thrown::source(thrown);
    match exchange.failure().as_str() {
        "invalid-request" => HttpError::InvalidRequest(source),
        "not-connected" => HttpError::NotConnected(source),
        "headers-too-long" => HttpError::HeadersTooLong(source),
        "unreadable" => HttpError::Unreadable(source),
        _ => HttpError::Failed(source),
    }
}

/// Returns the head of the response.
///
/// # Errors
/// The response is a network error.
fn head(exchange: &JsExchange) -> Result<Head, HttpError> {
    let (status, kind) = (exchange.status(), exchange.kind());
    // A redirect that was not followed has status 0 in browsers, as has a network error.
    // Source: Fetch standard, "filtered response".
    if status == 0.0 && kind != "opaqueredirect" {
        return Err(HttpError::Failed(Thrown::source("the response is a network error".into())));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from f64 saturates")]
    Ok(Head { http_status: status as u16, headers: parse_lines(&exchange.headers()) })
}

/// Returns the options of fetch.
fn init(request: &HttpRequest) -> RequestInit {
    let init = RequestInit::new();
    init.set_method(request.http_method);
    init.set_headers(&headers_object(&request.headers));
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    // Not "error", which workerd lacks: the transport rejects redirects.
    init.set_redirect(RequestRedirect::Manual);
    match &request.body {
        Some(body) => init.set_body(&Uint8Array::from(body.as_slice())),
        // Not on a POST, for which Chromium would then send a preflight each time.
        None => init.set_cache(RequestCache::NoStore),
    }
    init
}

/// Returns headers as an object, with repeated ones joined.
pub(crate) fn headers_object(headers: &Metadata) -> JsValue {
    let mut lines = String::new();
    for (name, value) in headers.iter() {
        for line in [name, "\n", value, "\n"] {
            lines.push_str(line);
        }
    }
    join_headers(&lines)
}

fn parse_lines(lines: &str) -> Metadata {
    let mut headers = Metadata::new();
    let mut lines = lines.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.append_received(name, &latin_1_as_utf_8(value));
    }
    headers
}

/// Decodes a header's value: fetch shows each byte as a character, and servers send UTF-8.
fn latin_1_as_utf_8(value: &str) -> Cow<'_, str> {
    if value.is_ascii() {
        return Cow::Borrowed(value);
    }
    let bytes: Option<Vec<u8>> = value.chars().map(|char| u8::try_from(char).ok()).collect();
    bytes.map_or(Cow::Borrowed(value), |bytes| Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The body of a response that is being read.
pub(crate) struct FetchBody {
    exchange: JsExchange,
    wake: Wake,
}

impl Body for FetchBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        if self.exchange.end_if_closed() {
            return Ok(None);
        }
        // One byte more than a body may have shows that it is too long.
        #[expect(clippy::cast_precision_loss, reason = "a few MiB")]
        let limit = MAX_BODY_LEN as f64 + 1.0;
        let watch = self.exchange.read(limit, &self.wake.function);
        let mut chunk = Settling { watch, wake: &self.wake };
        (&mut chunk).await.map_err(|thrown| http_error(&self.exchange, thrown))?;
        Ok(chunk.watch.bytes())
    }
}

impl Drop for FetchBody {
    fn drop(&mut self) {
        self.exchange.close();
    }
}
