//! The JavaScript edge: exports that read JavaScript's arguments and return promises. No other module imports it.

mod arguments;
mod ensure;
mod error;
mod exports;
mod record;
mod token;
mod value;

pub use self::{exports::*, record::CallRecord};
