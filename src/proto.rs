//! What the build made of `proto/`: the service's methods, the tables of their answers, and prost's messages.

use crate::message::{Field, Kind};

/// A method of the service. The fields of the message that it answers with are in [`ANSWERS`], at the same place.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name in JavaScript.
    pub name: &'static str,
    /// Its path over gRPC-Web.
    pub path: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
pub use generated::{google, zitadel};

#[expect(missing_docs, reason = "prost takes comments of messages and fields, and packages have none")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/proto.rs"));
}
