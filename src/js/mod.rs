//! The JavaScript edge: exports that take what JavaScript passes in and return promises. Nothing imports it.

mod abort;
mod error;
mod executor;
mod exports;
mod options;
mod token;

pub use self::exports::{deactivate_org, get_my_org, reactivate_org};
