#![doc = include_str!("../README.md")]
#![deny(clippy::arithmetic_side_effects)]

pub mod argument;
pub mod code;
pub mod error;
pub mod frame;
pub mod metadata;
pub mod percent;
pub mod proto;
pub mod response;
pub mod status;
pub mod timeout;
pub mod trailer;
pub mod transport;
pub mod value;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
