//! The environment outside a browser: a clock and URLs, but no fetch.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use futures_timer::Delay;

use super::Clock;

pub(crate) const fn clock() -> Host {
    Host
}

/// Outside a browser there is no page, so every call is cross-origin.
#[cfg(not(test))]
pub(crate) const fn own_origin() -> Option<String> {
    None
}

/// Returns an absolute URL in its normal form.
pub(crate) fn parse_url(text: &str) -> Option<String> {
    url::Url::parse(text).ok().map(String::from)
}

/// The clock of the standard library. All its timers share one thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Host;

impl Clock for Host {
    fn now_ms(&self) -> f64 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1000.0
    }

    async fn sleep(&self, ms: f64) {
        Delay::new(Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()).await;
    }
}
