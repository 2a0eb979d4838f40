//! The edges: what talks to JavaScript and to the network. Everything else is free of both.

mod call;
mod exports;
mod fetch;
mod guard;
mod js;
mod options;

pub use exports::{deactivate_org, get_my_org, reactivate_org};
