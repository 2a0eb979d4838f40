//! Installs what the commands need, below `target/tools`: compilers, tools and browsers.

pub(crate) mod browser;
pub(crate) mod cargo_tools;
pub(crate) mod debian;
pub(crate) mod npm;
pub(crate) mod wasm;
