//! What needs no browser: the bytes of real responses, and what holds for all bytes.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod architecture;
mod client;
mod golden;
mod properties;
