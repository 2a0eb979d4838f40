//! The machine outside of a browser: a clock, but no fetch.

use std::{
    future::{Future, poll_fn},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    task::{Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Error,
    error::Source,
    platform::{Body, HttpRequest, Platform, SendError},
    protocol::{json::Json, response::Head},
    transport::{Request, Response, Transport},
};

/// gRPC-Web over the browser's fetch. There is none here: [`ClientBuilder::transport`](crate::ClientBuilder::transport) takes
/// another.
#[derive(Debug, Clone)]
pub struct FetchTransport(());

impl FetchTransport {
    pub(crate) const fn available() -> Option<Self> {
        None
    }
}

impl Transport for FetchTransport {
    async fn unary(&self, _request: Request<'_>) -> Result<Response, Error> {
        Err(Error::invalid_argument(&[NO_FETCH]))
    }
}

const NO_FETCH: &str = "There is no fetch outside of a browser: set another transport.";

pub(crate) const fn platform() -> Host {
    Host
}

/// A clock without fetch.
#[derive(Debug)]
pub(crate) struct Host;

impl Platform for Host {
    type Body = Nothing;
    type Json = Nothing;

    async fn send(&self, _request: HttpRequest<'_>) -> Result<(Head, Nothing), SendError> {
        Err(SendError::Refused(NO_FETCH.into()))
    }

    fn parse_json(&self, _text: &[u8]) -> Option<Nothing> {
        None
    }

    fn parse_url(&self, text: &str) -> Option<String> {
        url::Url::parse(text).ok().map(String::from)
    }

    fn own_origin(&self) -> Option<String> {
        None
    }

    fn now_ms(&self) -> f64 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
    }

    fn ms_until(&self, _http_date: &str) -> Option<f64> {
        None
    }

    /// Waits in a thread of its own, since the standard library has no other timer.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()> {
        let is_over = Arc::new(Mutex::new((false, None::<Waker>)));
        let shared = Arc::clone(&is_over);
        let duration = Duration::try_from_secs_f64(ms.max(0.0) / 1000.0).unwrap_or(Duration::MAX);
        let mut start = Some(move || {
            thread::sleep(duration);
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            state.0 = true;
            if let Some(waker) = state.1.take() {
                waker.wake();
            }
        });
        poll_fn(move |context| {
            if let Some(start) = start.take() {
                thread::spawn(start);
            }
            let mut state = is_over.lock().unwrap_or_else(PoisonError::into_inner);
            state.1 = Some(context.waker().clone());
            if state.0 { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

/// What there is none of.
#[derive(Debug)]
pub(crate) enum Nothing {}

impl Body for Nothing {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Source> {
        match *self {}
    }
}

impl Json for Nothing {
    fn member(&self, _name: &str) -> Option<Self> {
        match *self {}
    }

    fn string(&self) -> Option<String> {
        match *self {}
    }

    fn number(&self) -> Option<f64> {
        match *self {}
    }

    fn boolean(&self) -> Option<bool> {
        match *self {}
    }

    fn items(&self) -> Option<Vec<Self>> {
        match *self {}
    }

    fn names(&self) -> Option<Vec<String>> {
        match *self {}
    }

    fn text(&self) -> String {
        match *self {}
    }
}
