//! The JavaScript edge: exports that take what JavaScript passes in and return promises. Nothing imports it.
#![cfg_attr(
    not(all(feature = "v1", feature = "v2")),
    allow(dead_code, unused_imports, reason = "what serves the exports that are left out")
)]

mod abort;
mod ensure;
mod error;
mod executor;
mod exports;
mod options;
mod token;

pub use self::exports::*;
pub use crate::machine::Any;
