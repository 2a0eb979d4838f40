//! The seam between the steps of a call and the machine: HTTP, a clock, and what a URL is.

use std::future::Future;

use crate::{
    Metadata,
    error::Source,
    protocol::{json::Json, response::Head},
};

/// An HTTP request.
#[derive(Debug)]
pub(crate) struct HttpRequest<'a> {
    pub(crate) verb: &'a str,
    pub(crate) url: String,
    pub(crate) headers: Metadata,
    pub(crate) body: Option<&'a [u8]>,
}

/// Why there is no response.
#[derive(Debug)]
pub(crate) enum SendError {
    /// The connection failed; nobody says why.
    Failed(Source),
    /// The request was never sent, since fetch refuses its own arguments.
    Refused(Source),
    /// The response's headers are longer than what the runtime reads.
    HeadersTooLong(Source),
    /// What fetch returned is not a response that can be read.
    NotAResponse(Source),
}

/// What the machine gives.
pub(crate) trait Platform {
    type Body: Body;
    type Json: Json;

    /// Sends a request and waits for the response's head. Dropping the future ends the request.
    fn send(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<(Head, Self::Body), SendError>>;

    /// Parses JSON text.
    fn parse_json(&self, text: &[u8]) -> Option<Self::Json>;

    /// Parses an absolute URL and writes it in its normal form.
    fn parse_url(&self, text: &str) -> Option<String>;

    /// The origin of the page or worker: `null` if it is opaque, `None` where there is none (Node).
    fn own_origin(&self) -> Option<String>;

    /// Milliseconds from some beginning on, never fewer than before.
    fn now_ms(&self) -> f64;

    /// Milliseconds until a date in HTTP's form.
    fn ms_until(&self, http_date: &str) -> Option<f64>;

    /// Waits; at most [`MAX_SLEEP_MS`]. Dropping the future removes the timer.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()>;
}

/// Longest delay of a browser's timer; a longer one would fire at once.
pub(crate) const MAX_SLEEP_MS: f64 = i32::MAX as f64;

/// The body of a response. Dropping it before its end cancels it.
pub(crate) trait Body {
    /// The next chunk; `None` at the end.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Source>>;
}
