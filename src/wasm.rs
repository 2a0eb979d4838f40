//! The edges: what talks to JavaScript and to the network. Everything else is free of both.

mod call;
mod exports;
mod fetch;
mod grpc_web;
mod guard;
mod js;
mod options;
mod rest;
#[cfg(feature = "tonic")]
mod tonic;

pub use call::CallError;
pub use exports::{deactivate_org, get_my_org, reactivate_org};
pub use grpc_web::GrpcWeb;
pub use guard::{End, Guard};
pub use options::Target;
#[cfg(feature = "tonic")]
pub use tonic::Tonic;
