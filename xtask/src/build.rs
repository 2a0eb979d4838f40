//! The package: the wasm, optimized, and the JavaScript beside it, in `pkg/dist`.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    npm, step, tools,
    wasm::{TARGET, Toolchain},
};

const DIST: &str = "pkg/dist";
/// What the module uses; more would let wasm-opt write what some tools cannot read.
const FEATURES: [&str; 6] =
    ["bulk-memory", "reference-types", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "multivalue"];

/// Builds the package and tells which compiler did it.
pub(crate) fn package() -> Result<Toolchain> {
    let toolchain = Toolchain::ensure()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    npm::ensure()?;
    step::say("Building the package (about 45 s when nothing is built yet)");
    step::run(toolchain.cargo()?.args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "zitadel-org-web",
        "--target",
        TARGET,
    ]))?;
    let built = Path::new("target/wasm").join(TARGET).join("release/zitadel_org_web.wasm");
    fs::create_dir_all(DIST)?;
    step::run(
        Command::new(wasm_bindgen).args(["--target", "bundler", "--no-typescript", "--out-dir", DIST]).arg(built),
    )?;
    // Our own loader takes the place of the generated entry.
    fs::remove_file(Path::new(DIST).join("zitadel_org_web.js"))?;
    declare_glue()?;
    let wasm = Path::new(DIST).join("zitadel_org_web_bg.wasm");
    let mut wasm_opt = npm::program("wasm-opt");
    wasm_opt.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    step::run(wasm_opt.args(["-Oz", "--strip-debug", "--strip-producers"]).arg(&wasm).arg("-o").arg(&wasm))?;
    Ok(toolchain)
}

/// Puts the types of the generated JavaScript beside it.
pub(crate) fn declare_glue() -> Result<()> {
    fs::create_dir_all(DIST)?;
    fs::copy("pkg/src/glue.d.ts", Path::new(DIST).join("zitadel_org_web_bg.d.ts"))?;
    Ok(())
}

/// Builds the package and prints the sizes of its files.
pub(crate) fn print_sizes() -> Result<()> {
    package()?;
    step::run(Command::new("node").arg("tests/size.js"))
}
