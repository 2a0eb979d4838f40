//! The environment a call runs in: HTTP, a clock, URLs and signals. A browser has all of them, the host a clock and URLs.

#[cfg(browser)]
#[cfg_attr(
    not(feature = "js"),
    expect(dead_code, reason = "only the exports for JavaScript use signals and token functions")
)]
pub(crate) mod browser;
#[cfg(not(browser))]
mod host;
#[cfg(any(browser, test))]
mod http;
mod signal;

use std::{future::Future, pin::pin};

use futures_util::future::{Either, select};

#[cfg(browser)]
pub(crate) use self::browser::{clock, own_origin, parse_url};
#[cfg(not(any(browser, test)))]
pub(crate) use self::host::own_origin;
#[cfg(not(browser))]
pub(crate) use self::host::{clock, parse_url};
#[cfg(any(browser, test))]
pub(crate) use self::http::{Body, Http, HttpError, HttpRequest};
pub(crate) use self::signal::Signal;
#[cfg(test)]
#[cfg(not(browser))]
pub(crate) use crate::fake::own_origin;

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
/// A timer that has fired counts even if the clock disagrees, because tests fake one and not the other.
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

/// Waits for a future until a time of the clock, if there is one; `None` if the time came first.
pub(crate) async fn within<T>(clock: &impl Clock, at_ms: Option<f64>, future: impl Future<Output = T>) -> Option<T> {
    let Some(at_ms) = at_ms else { return Some(future.await) };
    match select(pin!(future), pin!(sleep_until(clock, at_ms))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
