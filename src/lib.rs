//! The core of a gRPC-Web client for the part of ZITADEL's Management API that turns an organization off and on again.
//!
//! For JavaScript it is the npm package in `pkg/`, which sends requests and hands their answers to [`module`]. The core is free
//! of JavaScript and of the network: an answer's bytes in, a value or an error out, both as JSON.
//!
//! ```
//! use zitadel_org_web::{answer::Answer, metadata::Block, proto::REACTIVATE_ORG_RESPONSE};
//!
//! let answer = Answer {
//!     http_status: 200,
//!     headers: Block::new(b"content-type: application/grpc-web+proto\r\n"),
//!     body: b"\0\0\0\0\x09\x0a\x07\x08\x07\x22\x03org\x80\0\0\0\x0fgrpc-status:0\r\n",
//!     is_complete: true,
//! };
//! let json = answer.outcome_json(REACTIVATE_ORG_RESPONSE);
//! assert_eq!(json, br#"{"value":{"details":{"sequence":"7","resourceOwner":"org"}}}"#);
//! ```
#![cfg_attr(all(feature = "standalone", target_arch = "wasm32"), no_std)]
#![deny(clippy::arithmetic_side_effects)]

extern crate alloc;

pub mod answer;
pub mod base64;
pub mod code;
pub mod date;
pub mod detail;
pub mod error;
pub mod frame;
pub mod json;
pub mod message;
pub mod metadata;
pub mod module;
pub mod percent;
pub mod proto;
pub mod status;
pub mod wire;

#[cfg(all(feature = "tonic", target_arch = "wasm32"))]
pub mod tonic;
