//! Formatting, lints, types, documentation and the minimum Rust version.

use std::process::Command;

use anyhow::Result;

use crate::{
    examples, msrv,
    provision::{
        npm,
        wasm::{TARGET, Toolchain},
    },
    run,
};

/// Runs every check that is not a test.
pub(crate) fn run() -> Result<()> {
    run::say("Checking the format of Rust");
    run::run(Command::new("cargo").args(["fmt", "--all", "--check"]))?;
    for app in examples::APPS {
        let manifest = format!("{app}/Cargo.toml");
        run::run(Command::new("cargo").args(["fmt", "--check", "--manifest-path", &manifest]))?;
        // Fails if the lock file is out of date with the crate's dependencies.
        let mut metadata = Command::new("cargo");
        metadata.args(["metadata", "--locked", "--format-version", "1", "--manifest-path", &manifest]);
        run::output(&mut metadata)?;
    }
    npm::ensure()?;
    run::say("Checking the format of everything else");
    run::run(npm::program("prettier").args(["--check", "."]))?;
    run::say("Checking types");
    // The program `tsc` may be the older TypeScript that the type tests use.
    run::run(Command::new("node").args(["tests/node_modules/typescript/bin/tsc", "--project", "tests"]))?;
    run::say("Linting for the host");
    let warnings = ["--", "--deny", "warnings"];
    run::run(Command::new("cargo").args(["clippy", "--quiet", "--workspace", "--all-targets"]).args(warnings))?;
    let toolchain = Toolchain::ensure()?;
    run::say("Linting for wasm");
    for features in [
        &["--all-targets"][..],
        &["--all-targets", "--features", "tonic"],
        &["--lib", "--features", "tonic,tower"],
        &["--lib", "--no-default-features"],
    ] {
        let mut clippy = toolchain.cargo()?;
        clippy.args(["clippy", "--quiet", "--package", "zitadel-org-web", "--target", TARGET]);
        run::run(clippy.args(features).args(warnings))?;
    }
    run::say("Building the documentation for host and wasm");
    let mut doc = Command::new("cargo");
    doc.args(["doc", "--quiet", "--workspace", "--no-deps", "--features", "zitadel-org-web/document-features"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    run::run(&mut doc)?;
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
        "document-features,tonic,tower",
    ]);
    run::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    msrv::check()
}
