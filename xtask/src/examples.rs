//! Builds the example apps the way any Rust app for the browser is built, with cargo and wasm-bindgen.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    provision::{
        cargo_tools,
        wasm::{TARGET, Toolchain},
    },
    run,
};

/// A folder of their own. In the package's target folder, cargo would replace the package's module with one without exports.
const APPS_FOLDER: &str = "target/wasm-apps";

/// The folders of the Rust apps outside the workspace.
pub(crate) const APPS: [&str; 3] = ["examples/leptos", "examples/yew", "bench/rust"];
const NAMES: [&str; 2] = ["leptos", "yew"];

/// Builds each app into `target/examples`.
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

/// Builds a Rust app for the browser into `app.js` and `app_bg.wasm`.
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
