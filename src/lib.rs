#![doc = include_str!("../README.md")]
//!
//! # For Rust
//!
//! [`Client`] has a method for each call, [`Client::ensure_org_active`] and [`Client::ensure_orgs_active`] those that most apps
//! want. Options are [`CallOptions`], failures an [`Error`], responses the messages of [`proto`]. Below it are the typed clients
//! that the build makes of the protos, over a [`transport`] of one's own if need be; that is how the crate is used, and tested,
//! on the host, where there is no fetch.
//!
//! Times are [`Duration`](std::time::Duration)s; what is a number of milliseconds ends with `_ms`.
//!
//! # Features
#![cfg_attr(feature = "document-features", doc = document_features::document_features!())]
#![deny(clippy::arithmetic_side_effects)]
#![cfg_attr(not(feature = "json"), allow(dead_code, unused_variables, reason = "what serves the REST mapping"))]

mod bulk;
mod call;
mod client;
mod ensure;
mod error;
#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test")]
mod fake;
#[cfg(any(target_arch = "wasm32", test))]
mod grpc_web;
#[cfg_attr(not(any(target_arch = "wasm32", test)), allow(dead_code, reason = "the host has no fetch"))]
mod http;
mod options;
#[cfg_attr(not(any(target_arch = "wasm32", test)), allow(dead_code, reason = "the host has no fetch"))]
mod platform;
pub mod proto;
// For the dev server, the fuzz targets and the benchmarks of the repository; nobody else is to rely on it.
#[doc(hidden)]
pub mod protocol;
mod rest;
mod rpc;
mod token;
pub mod transport;
#[doc(hidden)]
pub mod value;

#[cfg(target_arch = "wasm32")]
#[path = "fetch/mod.rs"]
mod machine;
#[cfg(not(target_arch = "wasm32"))]
#[path = "host.rs"]
mod machine;

#[cfg(all(feature = "js", target_arch = "wasm32"))]
#[doc(hidden)]
pub mod js;

#[cfg(all(feature = "tonic", target_arch = "wasm32"))]
pub mod tonic;

#[cfg(feature = "tower")]
pub mod tower;

pub use bulk::{BulkOptions, BulkProgress, OrgActivationResult};
pub use client::{Client, ClientBuilder};
pub use ensure::{OrgActivation, Outcome};
pub use error::{Error, ErrorKind, Source};
pub use machine::FetchTransport;
#[cfg(target_arch = "wasm32")]
pub use machine::Thrown;
pub use options::{CallOptions, Protocol};
pub use protocol::{code::Code, detail::Detail, metadata::Metadata};

/// A small allocator; the standard library's is ten times its size.
#[cfg(all(feature = "lol_alloc", target_arch = "wasm32"))]
#[global_allocator]
static ALLOCATOR: lol_alloc::LockedAllocator<lol_alloc::FreeListAllocator> =
    lol_alloc::LockedAllocator::new(lol_alloc::FreeListAllocator::new());
