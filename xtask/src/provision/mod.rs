//! Installs compilers, tools and browsers into `target/tools`.

pub(crate) mod browser;
pub(crate) mod cargo_tools;
pub(crate) mod debian;
pub(crate) mod npm;
pub(crate) mod wasm;
