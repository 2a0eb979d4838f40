//! Formatting, lints and types.

use std::process::Command;

use anyhow::Result;

use crate::{
    npm, step,
    wasm::{TARGET, Toolchain},
};

/// Runs all checks that need no test.
pub(crate) fn run() -> Result<()> {
    step::say("Checking the format of Rust");
    step::run(Command::new("cargo").args(["fmt", "--all", "--check"]))?;
    npm::ensure()?;
    step::say("Checking the format of everything else");
    step::run(npm::program("prettier").args(["--check", "."]))?;
    step::say("Checking types");
    // Not the program tsc: an older TypeScript, for the tests of the types, has one too.
    step::run(Command::new("node").args(["tests/node_modules/typescript/bin/tsc", "--project", "tests"]))?;
    step::say("Linting for the host");
    let warnings = ["--", "--deny", "warnings"];
    step::run(Command::new("cargo").args(["clippy", "--quiet", "--workspace", "--all-targets"]).args(warnings))?;
    let toolchain = Toolchain::ensure()?;
    step::say("Linting for wasm");
    for features in
        [&["--all-targets"][..], &["--all-targets", "--features", "tonic"], &["--lib", "--no-default-features"]]
    {
        let mut clippy = toolchain.cargo()?;
        clippy.args(["clippy", "--quiet", "--package", "zitadel-org-web", "--target", TARGET]);
        step::run(clippy.args(features).args(warnings))?;
    }
    step::say("Building the documentation for host and wasm");
    let mut doc = Command::new("cargo");
    doc.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings");
    step::run(&mut doc)?;
    let mut doc = toolchain.cargo()?;
    doc.args([
        "doc",
        "--quiet",
        "--package",
        "zitadel-org-web",
        "--no-deps",
        "--target",
        TARGET,
        "--features",
        "tonic",
    ]);
    step::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))
}
