//! The wire formats of a call: pure functions of bytes, without a clock and without I/O.

pub mod base64;
pub mod body;
pub(crate) mod decoder;
pub mod frame;
pub mod head;
pub mod response;
#[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only fetch speaks REST"))]
pub(crate) mod rest;
pub(crate) mod retry_after;
pub mod status;
pub mod timeout;
