//! The protocol: bytes in, values out. Nothing in here knows JavaScript, a network or a clock.

pub mod base64;
pub mod code;
pub mod detail;
pub mod frame;
pub mod json;
pub mod metadata;
pub mod response;
pub mod rest;
pub mod status;
pub(crate) mod text;
pub mod timeout;
pub mod timestamp;
