//! The minimum Rust version, as the crate's manifest declares it.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use crate::{paths, provision::debian, run};

/// Checks the crate with the minimum Rust version.
pub(crate) fn check() -> Result<()> {
    let version = declared()?;
    run::say(&format!("Checking the crate with Rust {version}, its minimum version"));
    let target = paths::root().join("target/msrv");
    let mut cargo = compiler(&version)?;
    cargo.env("CARGO_TARGET_DIR", target).args(["check", "--quiet", "--package", "zitadel-org-web"]);
    run::run(&mut cargo)
}

/// The `rust-version` of the crate's manifest.
fn declared() -> Result<String> {
    let manifest = fs::read_to_string("Cargo.toml")?;
    let (_, package) = manifest.split_once("\n[package]\n").context("Cargo.toml has no package section")?;
    let (_, rest) = package.split_once("rust-version = \"").context("Cargo.toml declares no rust-version")?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

/// Returns cargo with the compiler of that version from rustup or Debian.
fn compiler(version: &str) -> Result<Command> {
    if paths::find_program("rustup").is_some() {
        let mut install = Command::new("rustup");
        install.args(["toolchain", "install", version, "--profile", "minimal"]);
        if run::run_quietly(&mut install, &paths::tool("rustup.log")).is_ok() {
            let mut cargo = Command::new("cargo");
            cargo.env("RUSTUP_TOOLCHAIN", version);
            return Ok(cargo);
        }
    }
    let root = paths::tool("msrv");
    let packages = ["rustc-web", "libstd-rust-web-dev"].map(|name| format!("{name}={version}*"));
    debian::unpack_into(&root, &packages.each_ref().map(String::as_str))?;
    let mut cargo = Command::new("cargo");
    cargo.env("RUSTC", root.join("usr/bin/rustc"));
    run::prepend(&mut cargo, "LD_LIBRARY_PATH", &debian::libraries_below(&root)?)?;
    Ok(cargo)
}
