//! The example apps: built as any Rust app in the browser is, by cargo and wasm-bindgen.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    provision::{
        cargo_tools,
        wasm::{TARGET, TARGET_FOLDER, Toolchain},
    },
    run,
};

pub(crate) const NAMES: [&str; 2] = ["leptos", "yew"];

/// Builds each into `target/examples`.
pub(crate) fn build() -> Result<()> {
    let toolchain = Toolchain::ensure()?;
    for name in NAMES {
        run::say(&format!("Building examples/{name} (about 2 min when nothing is built yet)"));
        let folder = Path::new("examples").join(name);
        let out = Path::new("target/examples").join(name);
        let mut cargo = toolchain.cargo()?;
        cargo.args(["build", "--quiet", "--release", "--locked", "--target", TARGET, "--manifest-path"]);
        run::run(cargo.arg(folder.join("Cargo.toml")))?;
        fs::create_dir_all(&out)?;
        let built = Path::new(TARGET_FOLDER).join(TARGET).join(format!("release/{name}-example.wasm"));
        let mut bindgen = Command::new(cargo_tools::wasm_bindgen()?);
        bindgen.args(["--target", "web", "--no-typescript", "--out-name", "app", "--out-dir"]);
        run::run(bindgen.arg(&out).arg(built))?;
        for file in ["index.html", "main.js"] {
            fs::copy(folder.join(file), out.join(file))?;
        }
    }
    Ok(())
}
