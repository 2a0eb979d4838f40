//! A gRPC-Web client for the part of ZITADEL's API that brings an organization back to life, for the browser.
//!
//! For JavaScript it is the npm package `zitadel-org-web`. A Rust app in the browser depends on this crate with
//! `default-features = false` and calls [`Client`]:
//!
//! ```no_run
//! # async fn reactivate(token: String) -> Result<(), zitadel_org_web::Error> {
//! use zitadel_org_web::{Client, proto::zitadel::management::v1::ReactivateOrgResponse};
//!
//! let client = Client::builder("https://id.example.com").token(token).build()?;
//! let response: ReactivateOrgResponse = client.reactivate_org(Some("69629023906488334")).await?;
//! # Ok(())
//! # }
//! ```
//!
//! It builds on the host, too, where a [`transport`] of one's own carries the calls.
//!
//! # Features
//!
//! - `js` (default): the exports that the npm package is made of. An app that links the crate wants none of them.
//! - `lol_alloc` (default): a small allocator for WebAssembly.
//! - `tonic`: `tonic::TonicTransport`, over tonic and tonic-web-wasm-client.
#![deny(clippy::arithmetic_side_effects)]

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
mod http;
mod options;
#[cfg_attr(not(any(target_arch = "wasm32", test)), allow(dead_code, reason = "the host has no fetch"))]
mod platform;
pub mod proto;
pub mod protocol;
pub mod request;
mod rest;
pub mod rpc;
mod token;
pub mod transport;
pub mod value;

#[cfg(target_arch = "wasm32")]
#[path = "fetch/mod.rs"]
mod machine;
#[cfg(not(target_arch = "wasm32"))]
#[path = "host.rs"]
mod machine;

#[cfg(all(feature = "js", target_arch = "wasm32"))]
pub mod js;

#[cfg(all(feature = "tonic", target_arch = "wasm32"))]
pub mod tonic;

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
