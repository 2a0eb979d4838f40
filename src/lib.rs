#![doc = include_str!("../README.md")]
//!
//! # For Rust
//!
//! [`Client`] has one method per rpc. Most apps only need [`Client::ensure_org_active`] and [`Client::ensure_orgs_active`].
//! [`CallOptions`] sets the timeout, language, headers and protocol of a call. Responses are the messages of [`proto`], and every
//! failure is an [`Error`]. `Client` sends through a [`transport`]: [`FetchTransport`] in a browser, or your own. On the host there is
//! no fetch, so a client needs its own transport there.
//!
//! # Features
#![cfg_attr(feature = "document-features", doc = document_features::document_features!())]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod call;
mod client;
mod code;
mod detail;
mod ensure;
mod error;
#[cfg(test)]
mod fake;
// For the fuzzer and the tests of the repository only.
#[doc(hidden)]
pub mod message;
mod metadata;
mod method;
mod options;
mod platform;
pub mod proto;
mod texts;
mod token;
pub mod transport;
mod validate;
#[doc(hidden)]
pub mod wire;

#[cfg(all(feature = "js", browser))]
#[doc(hidden)]
pub mod js;

#[cfg(browser)]
pub use platform::browser::Thrown;
#[cfg(all(feature = "tonic", browser))]
pub use transport::tonic;
#[cfg(feature = "tower")]
pub use transport::tower;
pub use {
    client::{Client, ClientBuilder},
    code::Code,
    detail::Detail,
    ensure::{BulkOptions, BulkProgress, OrgActivation, OrgActivationResult, Outcome},
    error::{Error, ErrorKind, Source},
    metadata::Metadata,
    options::CallOptions,
    transport::{FetchTransport, Protocol},
};

/// A small allocator for the npm module. An app in Rust chooses its own.
#[cfg(all(feature = "js", browser))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
