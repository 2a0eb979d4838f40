//! A gRPC-Web client for the part of ZITADEL's Management API that turns an organization off and on again.
//!
//! For JavaScript it is the npm package in `pkg/`. For Rust it is a core without JavaScript: an answer's bytes in, a message
//! or an error out, and a typed client over a [`Transport`](transport::Transport) that you bring.
//!
//! ```
//! use zitadel_org_web::{error::Error, metadata::Metadata, transport::Transport};
//! use zitadel_org_web::proto::zitadel::management::v1::{ManagementServiceClient, ReactivateOrgRequest};
//!
//! async fn reactivate(transport: impl Transport<Error = Error>, token: &str) -> Result<u64, Error> {
//!     let mut metadata = Metadata::new();
//!     metadata.append("authorization", format!("Bearer {token}"));
//!     let client = ManagementServiceClient::new(transport);
//!     let reply = client.reactivate_org(&ReactivateOrgRequest {}, metadata).await?;
//!     Ok(reply.message.details.unwrap_or_default().sequence)
//! }
//! ```
#![deny(clippy::arithmetic_side_effects)]

pub mod argument;
pub mod code;
pub mod detail;
pub mod error;
pub mod frame;
pub mod json;
pub mod metadata;
pub mod percent;
pub mod proto;
pub mod response;
pub mod rest;
pub mod status;
pub mod timeout;
pub mod trailer;
pub mod transport;
pub mod value;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
