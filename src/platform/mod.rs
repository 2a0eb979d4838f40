//! The environment a call runs in: HTTP, a clock, URLs and signals. A browser has all of them, the host a clock and URLs.

#[cfg(browser)]
pub(crate) mod browser;
#[cfg(not(browser))]
mod host;
mod signal;

use std::future::Future;

#[cfg(browser)]
pub(crate) use self::browser::{clock, own_origin, parse_url};
#[cfg(not(any(browser, test)))]
pub(crate) use self::host::own_origin;
#[cfg(not(browser))]
pub(crate) use self::host::{clock, parse_url};
pub(crate) use self::signal::Signal;
#[cfg(all(test, not(browser)))]
pub(crate) use crate::fake::own_origin;
use crate::{error::Source, metadata::Metadata, wire::head::Head};

/// A monotonic clock and its timers.
pub(crate) trait Clock {
    /// Milliseconds since an unspecified epoch.
    fn now_ms(&self) -> f64;

    /// Waits for at most [`MAX_SLEEP_MS`]. Dropping the future removes the timer.
    fn sleep(&self, ms: f64) -> impl Future<Output = ()>;
}

/// The longest delay of a browser's timer. A longer one would fire at once.
const MAX_SLEEP_MS: f64 = i32::MAX as f64;

/// Waits until a time of the clock, however far away.
///
/// A timer that has fired counts, whatever the clock says, because tests fake one and not the other.
pub(crate) async fn sleep_until(clock: &impl Clock, at_ms: f64) {
    loop {
        let left_ms = at_ms - clock.now_ms();
        if left_ms > 0.0 {
            clock.sleep(left_ms.min(MAX_SLEEP_MS)).await;
        }
        if left_ms <= MAX_SLEEP_MS {
            return;
        }
    }
}

/// An HTTP client.
pub(crate) trait Http {
    type Body: Body;

    /// Sends a request and waits for the head of the response. Dropping the future aborts the request.
    fn send(&self, request: HttpRequest<'_>) -> impl Future<Output = Result<(Head, Self::Body), SendError>>;
}

/// An HTTP request.
#[derive(Debug)]
pub(crate) struct HttpRequest<'a> {
    /// The HTTP method.
    pub(crate) verb: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Metadata,
    pub(crate) body: Option<&'a [u8]>,
}

/// The reason why there is no response.
#[derive(Debug)]
pub(crate) enum SendError {
    /// The request failed. Browsers don't say why.
    Failed(Source),
    /// The connection was never established, so nothing was sent.
    NotConnected(Source),
    /// fetch rejected its arguments, so nothing was sent.
    Refused(Source),
    /// The response's headers exceed the runtime's limit.
    HeadersTooLong(Source),
    /// The value that fetch returned is not a readable Response.
    Unreadable(Source),
}

/// The body of a response. Dropping it before its end cancels the response.
pub(crate) trait Body {
    /// Reads the next chunk; `None` at the end.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, Source>>;
}
