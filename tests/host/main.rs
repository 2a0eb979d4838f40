//! Tests without a browser: the bytes of recorded responses, properties, the client over a fake transport, and the architecture.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod architecture;
mod client;
mod golden;
#[path = "../../fuzz/src/oracles.rs"]
mod oracles;
mod properties;
#[cfg(feature = "tower")]
mod tower;
