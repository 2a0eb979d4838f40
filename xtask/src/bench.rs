//! The comparison with other clients.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    build, examples,
    provision::{browser::Engine, npm},
    run,
};

/// Options of the comparison.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Measure one round only and print the tables without writing docs/performance.md
    #[arg(long)]
    quick: bool,
}

/// Builds every candidate and measures them in Chromium.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let toolchain = build::package()?;
    npm::ensure_bench()?;
    let out = Path::new("target/bench/rust");
    examples::app(&toolchain, Path::new("bench/rust"), "rust_candidate", out)?;
    build::optimize(&out.join("app_bg.wasm"))?;
    let mut node = Command::new("node");
    Engine::Chromium.ensure()?.set_up(&mut node)?;
    node.arg("bench/run.js");
    if arguments.quick {
        node.arg("--quick");
    }
    run::say("Comparing clients in Chromium (about 9 min, with --quick 1 min)");
    run::run(&mut node)
}
