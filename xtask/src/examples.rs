//! The example apps: built as any Rust app in the browser is, by cargo and wasm-bindgen.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    provision::{
        cargo_tools,
        wasm::{TARGET, Toolchain},
    },
    run,
};

/// Not the package's target folder: an app that depends on the crate has cargo build the crate's module anew, without its exports,
/// where the package takes it from.
const APPS_FOLDER: &str = "target/wasm-apps";

/// The folders of the Rust apps that are no part of the workspace.
pub(crate) const APPS: [&str; 4] = ["examples/leptos", "examples/yew", "bench/rust", "bench/connectrpc"];
const NAMES: [&str; 2] = ["leptos", "yew"];

/// Builds each into `target/examples`.
pub(crate) fn build() -> Result<()> {
    let toolchain = Toolchain::ensure()?;
    for name in NAMES {
        let folder = Path::new("examples").join(name);
        let out = Path::new("target/examples").join(name);
        app(&toolchain, &folder, &format!("{name}-example"), &out)?;
        for file in ["index.html", "main.js"] {
            fs::copy(folder.join(file), out.join(file))?;
        }
    }
    Ok(())
}

/// Builds a Rust app for the browser, as `app.js` and `app_bg.wasm`.
pub(crate) fn app(toolchain: &Toolchain, folder: &Path, name: &str, out: &Path) -> Result<()> {
    run::say(&format!("Building {} (about 2 min when nothing is built yet)", folder.display()));
    let mut cargo = toolchain.cargo()?;
    cargo.env("CARGO_TARGET_DIR", APPS_FOLDER);
    cargo.args(["build", "--quiet", "--release", "--locked", "--target", TARGET, "--manifest-path"]);
    run::run(cargo.arg(folder.join("Cargo.toml")))?;
    fs::create_dir_all(out)?;
    let built = Path::new(APPS_FOLDER).join(TARGET).join("release").join(name).with_extension("wasm");
    let mut bindgen = Command::new(cargo_tools::wasm_bindgen()?);
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", "app", "--out-dir"]);
    run::run(bindgen.arg(out).arg(built))
}
