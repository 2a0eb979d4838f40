//! The package: the module, optimized, and the JavaScript around it, in `pkg`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    notices, npm, project, step, tools,
    wasm::{TARGET, TARGET_FOLDER, Toolchain},
};

/// What npm packs.
const PACKAGE: &str = "pkg";
/// Files of `js/` that the package has as they are.
const FILES: [&str; 4] = ["package.json", "README.md", "index.d.ts", "error.js"];
const WASM: &str = "zitadel_org_web_bg.wasm";
/// What the module uses; more would let wasm-opt write what some tools cannot read.
const FEATURES: [&str; 6] =
    ["bulk-memory", "reference-types", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "multivalue"];

/// Builds the package without its second transport and returns the compiler that did it.
pub(crate) fn package() -> Result<Toolchain> {
    let toolchain = Toolchain::ensure()?;
    npm::ensure()?;
    step::say("Building the package (about 1 min when nothing is built yet)");
    empty()?;
    for file in FILES {
        fs::copy(Path::new("js").join(file), Path::new(PACKAGE).join(file))?;
    }
    fs::copy("js/index.d.ts", Path::new(PACKAGE).join("index.d.cts"))?;
    fs::copy("LICENSE", Path::new(PACKAGE).join("LICENSE"))?;
    let module = module(&toolchain, &[])?;
    fs::copy(module.join(WASM), Path::new(PACKAGE).join(WASM))?;
    bundle(&module, &["index", "streaming", "workerd"])?;
    notices::write(&Path::new(PACKAGE).join("THIRD_PARTY_LICENSES.txt"))?;
    Ok(toolchain)
}

/// Builds the package with both of its transports, and returns the compiler that did it.
pub(crate) fn all() -> Result<Toolchain> {
    let toolchain = package()?;
    step::say("Building the package over tonic (about 1 min when nothing is built yet)");
    bundle(&module(&toolchain, &["--features", "tonic"])?, &["tonic"])?;
    Ok(toolchain)
}

/// Removes what an earlier build, or wasm-pack, has left in the package.
fn empty() -> Result<()> {
    for entry in fs::read_dir(PACKAGE)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else if !path.ends_with(".gitignore") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Builds the module and wasm-bindgen's functions around it, in the folder that is returned.
fn module(toolchain: &Toolchain, features: &[&str]) -> Result<PathBuf> {
    let out = project::root().join("target/package").join(features.last().unwrap_or(&"default"));
    let mut cargo = toolchain.cargo()?;
    // Beside an rlib cargo would leave lto out.
    cargo.args(["rustc", "--quiet", "--release", "--package", "zitadel-org-web", "--lib", "--crate-type", "cdylib"]);
    step::run(cargo.args(["--target", TARGET]).args(features))?;
    let built = Path::new(TARGET_FOLDER).join(TARGET).join("release/zitadel_org_web.wasm");
    fs::create_dir_all(&out)?;
    let mut bindgen = Command::new(tools::wasm_bindgen()?);
    bindgen.args(["--target", "bundler", "--no-typescript", "--out-dir"]);
    step::run(bindgen.arg(&out).arg(built))?;
    let wasm = out.join(WASM);
    let mut wasm_opt = npm::program("wasm-opt");
    wasm_opt.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    // The first KiB is the stack's end and holds no data.
    wasm_opt.args(["-O3", "--flatten", "--rereloop", "-Oz", "--converge", "--low-memory-unused"]);
    wasm_opt.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    step::run(wasm_opt.arg(&wasm).arg("-o").arg(&wasm))?;
    fs::write(out.join("wasm.js"), inline(&fs::read(&wasm)?)?)?;
    Ok(out)
}

/// Bundles the entries of the package that a module serves.
fn bundle(module: &Path, entries: &[&str]) -> Result<()> {
    step::run(Command::new("node").arg("xtask/bundle.mjs").arg(module).arg(PACKAGE).args(entries))
}

/// The module as JavaScript: deflated, since base64 leaves servers little to compress, and in base64.
fn inline(wasm: &[u8]) -> Result<String> {
    let mut deflated = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Zlib, wasm, &mut deflated)?;
    Ok(format!("export default \"{}\";\n", STANDARD.encode(deflated)))
}

/// Builds and packs the package twice from nothing and compares the tarballs.
pub(crate) fn reproduce() -> Result<()> {
    let folder = project::root().join("target/reproduce");
    let mut tarballs = Vec::new();
    for turn in ["first", "second"] {
        step::say(&format!("Building the package from nothing, the {turn} time (about 2 min)"));
        let out = folder.join(turn);
        let built = Path::new(TARGET_FOLDER).join(TARGET).join("release");
        for used in [Path::new("target/package"), &out, &built] {
            if used.exists() {
                fs::remove_dir_all(used)?;
            }
        }
        all()?;
        fs::create_dir_all(&out)?;
        let mut pack = Command::new("npm");
        pack.args(["pack", "--pack-destination"]).arg(&out).arg("./pkg");
        step::run_quietly(&mut pack, &project::tool("pack.log"))?;
        let packed = fs::read_dir(&out)?.next().context("npm packed nothing")??.path();
        tarballs.push(fs::read(packed)?);
    }
    ensure!(tarballs.first() == tarballs.last(), "the two tarballs in {} differ", folder.display());
    println!("\nboth tarballs are the same, byte by byte");
    Ok(())
}

/// Builds the package and prints its sizes; fails if they are over the budget.
pub(crate) fn print_sizes() -> Result<()> {
    all()?;
    step::run(Command::new("node").arg("tests/support/size.js"))
}
