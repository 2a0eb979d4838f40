//! The package: the wasm, optimized, and the JavaScript beside it, in `pkg/dist`.

use std::{collections::BTreeSet, fs, iter, path::Path, process::Command};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{
    notices, npm, project, step, tools,
    wasm::{TARGET, TARGET_FOLDER, Toolchain},
};

const DIST: &str = "pkg/dist";
const GLUE: &str = "zitadel_org_web.js";
/// What the module uses; more would let wasm-opt write what some tools cannot read.
const FEATURES: [&str; 6] =
    ["bulk-memory", "reference-types", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "multivalue"];

/// Builds the package and tells which compiler did it.
pub(crate) fn package() -> Result<Toolchain> {
    let toolchain = Toolchain::ensure()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    npm::ensure()?;
    step::say("Building the package (about 45 s when nothing is built yet)");
    bundle(&toolchain, &wasm_bindgen, "standalone", DIST)?;
    notices::write(&Path::new(DIST).join("THIRD_PARTY_LICENSES.txt"))?;
    Ok(toolchain)
}

/// Builds the package with both of its transports, and tells which compiler did it.
pub(crate) fn all() -> Result<Toolchain> {
    let toolchain = package()?;
    tonic(&toolchain)?;
    Ok(toolchain)
}

/// Builds the package's second transport, over tonic.
fn tonic(toolchain: &Toolchain) -> Result<()> {
    step::say("Building the package over tonic (about 45 s when nothing is built yet)");
    bundle(toolchain, &tools::wasm_bindgen()?, "tonic", &format!("{DIST}/tonic"))
}

fn bundle(toolchain: &Toolchain, wasm_bindgen: &Path, feature: &str, dist: &str) -> Result<()> {
    let dist = Path::new(dist);
    let mut cargo = toolchain.cargo()?;
    cargo.args(["rustc", "--quiet", "--release", "--package", "zitadel-org-web", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--target", TARGET, "--features", feature]);
    step::run(&mut cargo)?;
    let built = Path::new(TARGET_FOLDER).join(TARGET).join("release/zitadel_org_web.wasm");
    fs::create_dir_all(dist)?;
    let mut bindgen = Command::new(wasm_bindgen);
    bindgen.args(["--target", "bundler", "--no-typescript", "--out-dir"]);
    step::run(bindgen.arg(dist).arg(built))?;
    let script = dist.join("zitadel_org_web_bg.js");
    let glue = fs::read_to_string(&script)?;
    fs::write(dist.join(GLUE), glue_factory(&glue))?;
    fs::remove_file(script)?;
    declare(dist)?;
    let wasm = dist.join("zitadel_org_web_bg.wasm");
    let features = FEATURES.map(|feature| format!("--enable-{feature}"));
    let graph = project::tool("exports.json");
    fs::write(&graph, used_exports(&glue).to_string())?;
    let mut metadce = npm::program("wasm-metadce");
    metadce.args(&features).arg(&wasm).arg("--graph-file").arg(&graph).arg("-o").arg(&wasm);
    step::run_quietly(&mut metadce, &project::tool("metadce.log"))?;
    let mut wasm_opt = npm::program("wasm-opt");
    wasm_opt.args(&features);
    // The first KiB is the stack's end and holds no data.
    wasm_opt.args(["-O3", "--flatten", "--rereloop", "-Oz", "--low-memory-unused"]);
    wasm_opt.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    step::run(wasm_opt.arg(&wasm).arg("-o").arg(&wasm))?;
    fs::write(dist.join("wasm.js"), inline_module(&fs::read(&wasm)?)?)?;
    Ok(())
}

/// Builds and packs the package twice from nothing and compares the tarballs.
pub(crate) fn reproduce() -> Result<()> {
    let folder = project::root().join("target/reproduce");
    let mut tarballs = Vec::new();
    for turn in ["first", "second"] {
        step::say(&format!("Building the package from nothing, the {turn} time (about 1 min)"));
        for used in
            [Path::new(DIST), &folder.join(turn), Path::new(TARGET_FOLDER).join(TARGET).join("release").as_path()]
        {
            if used.exists() {
                fs::remove_dir_all(used)?;
            }
        }
        all()?;
        let out = folder.join(turn);
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

/// What the glue uses of the module, for wasm-metadce: the other exports keep code that nothing calls.
fn used_exports(glue: &str) -> serde_json::Value {
    let is_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let used = glue.split("wasm.").skip(1).filter_map(|rest| rest.split(|char| !is_name(char)).next());
    let names: BTreeSet<_> = used.chain(["memory", "__wbindgen_start"]).collect();
    let exports = names.iter().map(|name| json!({ "name": name, "export": name }));
    let root = json!({ "name": "root of all", "root": true, "reaches": names });
    iter::once(root).chain(exports).collect()
}

/// The module as JavaScript: deflated, since base64 leaves servers little to compress, and in base64.
fn inline_module(wasm: &[u8]) -> Result<String> {
    let mut deflated = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Zlib, wasm, &mut deflated)?;
    Ok(format!("export default \"{}\";\n", STANDARD.encode(deflated)))
}

/// The generated module as a function that makes its exports anew, since they keep the state of one instance; see
/// `pkg/src/instance.js`.
fn glue_factory(module: &str) -> String {
    let names = module.lines().filter_map(|line| line.strip_prefix("export function ")?.split('(').next());
    let names = names.collect::<Vec<_>>().join(", ");
    let script = module.replace("\nexport function ", "\nfunction ").replace("\nexport class ", "\nclass ");
    format!("export function createGlue() {{\n{script}\nreturn {{ {names} }};\n}}\n")
}

/// Bundles the package's JavaScript for `tests/web.rs`.
pub(crate) fn web_edge() -> Result<()> {
    npm::ensure()?;
    let mut esbuild = npm::program("esbuild");
    esbuild.args([
        "tests/web-edge.js",
        "--bundle",
        "--format=esm",
        "--log-level=warning",
        "--outfile=target/web-edge.js",
    ]);
    step::run(&mut esbuild)
}

/// Puts the types of what is generated beside it; they are written by hand in `pkg/src`.
fn declare(dist: &Path) -> Result<()> {
    fs::create_dir_all(dist)?;
    let up = dist.components().skip(1).map(|_| "../").collect::<String>();
    let glue = format!("export {{ createGlue }} from \"{up}src/module.js\";\n");
    fs::write(dist.join(GLUE).with_extension("d.ts"), glue)?;
    fs::write(dist.join("wasm.d.ts"), format!("export {{ default }} from \"{up}src/wasm.js\";\n"))?;
    Ok(())
}

/// Puts the types of what is generated where it will be, for checks that need no build.
pub(crate) fn declare_all() -> Result<()> {
    declare(Path::new(DIST))?;
    declare(&Path::new(DIST).join("tonic"))
}

/// Builds the package and prints its sizes; fails if they are over the budget.
pub(crate) fn print_sizes() -> Result<()> {
    all()?;
    step::run(Command::new("node").arg("tests/size.js"))
}
