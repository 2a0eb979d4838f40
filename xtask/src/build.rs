//! Builds the package into `pkg`: the optimized module and the JavaScript around it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    examples, notices, paths,
    provision::{
        cargo_tools, npm,
        wasm::{TARGET, TARGET_FOLDER, Toolchain},
    },
    run, text,
};

/// The folder that npm packs.
const PACKAGE: &str = "pkg";
/// Files of `js/` that are copied unchanged.
const FILES: [&str; 5] = ["package.json", "README.md", "index.d.ts", "types.d.ts", "error.js"];
/// The modules and their glue code, one folder for each set of features.
const MODULES: &str = "target/package";
const WASM: &str = "zitadel_org_web_bg.wasm";
/// The WebAssembly features of the module. Enabling more would let wasm-opt write code that some tools cannot read.
const FEATURES: [&str; 6] =
    ["bulk-memory", "reference-types", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "multivalue"];

/// The optimizer's passes. `--flatten --rereloop` between rounds of `-Oz` saves 300 B gzip (November 2026). The first KiB is the end
/// of the stack and holds no data.
const PASSES: [&str; 7] = ["-Oz", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge", "--low-memory-unused"];

/// Options of the build.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print the sizes by crate and file, and fail if the default entry exceeds its budget; UPDATE=1 records them
    #[arg(long)]
    size: bool,
    /// Build and pack the package twice from scratch, and fail if the tarballs differ
    #[arg(long)]
    reproduce: bool,
    /// Build the example apps into target/examples instead
    #[arg(long, conflicts_with_all = ["size", "reproduce"])]
    examples: bool,
}

/// Builds the package, or the example apps.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.examples {
        return examples::build();
    }
    if arguments.size || !arguments.reproduce {
        all()?;
    }
    if arguments.size {
        print_sizes()?;
    }
    if arguments.reproduce {
        reproduce()?;
    }
    Ok(())
}

/// Builds the package without its second transport and returns the compiler used.
pub(crate) fn package() -> Result<Toolchain> {
    let toolchain = Toolchain::ensure()?;
    npm::ensure()?;
    run::say("Building the package (about 1 min when nothing is built yet)");
    empty()?;
    for file in FILES {
        fs::copy(Path::new("js").join(file), Path::new(PACKAGE).join(file))?;
    }
    fs::copy("js/types.d.ts", Path::new(PACKAGE).join("types.d.cts"))?;
    let types = fs::read_to_string("js/index.d.ts")?.replace("./types.js", "./types.cjs");
    fs::write(Path::new(PACKAGE).join("index.d.cts"), types)?;
    fs::copy("LICENSE", Path::new(PACKAGE).join("LICENSE"))?;
    let module = module(&toolchain, &[])?;
    fs::copy(module.join(WASM), Path::new(PACKAGE).join(WASM))?;
    bundle(&module, &["index", "streaming", "workerd"])?;
    notices::write(&Path::new(PACKAGE).join("THIRD_PARTY_LICENSES.txt"))?;
    Ok(toolchain)
}

/// Builds the package with both of its transports and returns the compiler used.
pub(crate) fn all() -> Result<Toolchain> {
    let toolchain = package()?;
    run::say("Building the package over tonic (about 1 min when nothing is built yet)");
    bundle(&module(&toolchain, &["--features", "tonic"])?, &["tonic"])?;
    Ok(toolchain)
}

/// Builds an entry for the tests into `target/tower`. Its calls go through tonic and `TowerService`.
pub(crate) fn tower(toolchain: &Toolchain) -> Result<()> {
    run::say("Building the entry over tower for the tests (about 1 min when nothing is built yet)");
    let out = Path::new("target/tower");
    fs::create_dir_all(out)?;
    bundle_into(out, &module(toolchain, &["--features", "tonic,tower"])?, &["tower"])?;
    fs::copy("js/error.js", out.join("error.js"))?;
    Ok(())
}

/// Builds the output of `wasm-pack build` for each of its targets into `target/wasm-pack`. The target web is built into `pkg` first,
/// as a user does it.
pub(crate) fn wasm_pack(toolchain: &Toolchain) -> Result<()> {
    // wasm-pack uses the one on the PATH.
    cargo_tools::wasm_bindgen()?;
    run::say("Building with wasm-pack for web, bundlers and Node (about 1 min when nothing is built yet)");
    let run = |target: &str, more: &[&str]| {
        let mut wasm_pack = Command::new(cargo_tools::wasm_pack()?);
        toolchain.set_up(&mut wasm_pack)?;
        run::prepend(&mut wasm_pack, "PATH", &[cargo_tools::bin_without_spaces()?])?;
        wasm_pack.args(["build", "--mode", "no-install", "--target", target]).args(more);
        run::run_quietly(&mut wasm_pack, &paths::tool("wasm-pack-build.log"))
    };
    let before = run::output(Command::new("git").args(["status", "--porcelain"])).ok();
    run("web", &[])?;
    ensure!(
        before == run::output(Command::new("git").args(["status", "--porcelain"])).ok(),
        "wasm-pack build changed a tracked file"
    );
    let web = Path::new("target/wasm-pack/web");
    if web.exists() {
        fs::remove_dir_all(web)?;
    }
    fs::create_dir_all("target/wasm-pack")?;
    copy(Path::new(PACKAGE), web)?;
    for target in ["bundler", "nodejs"] {
        run(target, &["--dev", "--out-dir", &format!("target/wasm-pack/{target}")])?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// Removes the files of an earlier build, or of wasm-pack, from the package.
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

/// Builds the module and wasm-bindgen's glue code and returns their folder.
fn module(toolchain: &Toolchain, features: &[&str]) -> Result<PathBuf> {
    let out = paths::root().join(MODULES).join(features.last().unwrap_or(&"default"));
    let mut cargo = toolchain.cargo()?;
    // Cargo does not apply LTO when it builds an rlib as well.
    cargo.args(["rustc", "--quiet", "--release", "--package", "zitadel-org-web", "--lib", "--crate-type", "cdylib"]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags());
    run::run(cargo.args(["--target", TARGET]).args(features))?;
    let built = Path::new(TARGET_FOLDER).join(TARGET).join("release/zitadel_org_web.wasm");
    fs::create_dir_all(&out)?;
    let stamp = out.join("built.wasm");
    if is_current(&stamp) && fs::read(&stamp)? == fs::read(&built)? {
        return Ok(out);
    }
    let mut bindgen = Command::new(cargo_tools::wasm_bindgen()?);
    bindgen.args(["--target", "bundler", "--no-typescript", "--out-dir"]);
    run::run(bindgen.arg(&out).arg(&built))?;
    let wasm = out.join(WASM);
    fs::copy(&wasm, out.join("bindgen.wasm"))?;
    optimize(&wasm)?;
    // A separate run, because the passes above would otherwise run again and assign other names.
    let mut minify = wasm_opt();
    minify.arg("--minify-imports-and-exports-and-modules").arg(&wasm).arg("-o").arg(&wasm);
    fs::write(out.join("names.json"), run::output(&mut minify)?)?;
    let text = text::encode(&fs::read(&wasm)?);
    fs::write(out.join("wasm.js"), format!("export default \"{text}\";\n"))?;
    // The last step, so that the stamp proves the ones before it.
    fs::copy(built, stamp)?;
    Ok(out)
}

/// Returns true if the file is newer than this program and than the lock file of npm's tools.
fn is_current(file: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let Some(file) = modified(file) else { return false };
    let program = env::current_exe().ok().and_then(|program| modified(&program));
    let tools = modified(Path::new("tests/package-lock.json"));
    program.zip(tools).is_some_and(|(program, tools)| file > program && file > tools)
}

/// The compiler's flags: the user's, and one that keeps this machine's paths out of the panic messages.
fn flags() -> String {
    let home = env::var("CARGO_HOME").or_else(|_| env::var("HOME").map(|home| format!("{home}/.cargo")));
    let mut flags: Vec<String> =
        env::var("RUSTFLAGS").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    flags.push(format!("--remap-path-prefix={}/registry/src=", home.unwrap_or_default()));
    flags.join("\u{1f}")
}

/// Bundles the package's entries that use the module.
fn bundle(module: &Path, entries: &[&str]) -> Result<()> {
    bundle_into(Path::new(PACKAGE), module, entries)
}

fn bundle_into(folder: &Path, module: &Path, entries: &[&str]) -> Result<()> {
    run::run(Command::new("node").arg("xtask/bundle.mjs").arg(module).arg(folder).args(entries))
}

/// Builds and packs the package twice from scratch and compares the tarballs.
fn reproduce() -> Result<()> {
    let folder = paths::root().join("target/reproduce");
    let mut tarballs = Vec::new();
    for turn in ["first", "second"] {
        run::say(&format!("Building the package from scratch, the {turn} time (about 2 min)"));
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
        run::run_quietly(&mut pack, &paths::tool("pack.log"))?;
        let packed = fs::read_dir(&out)?.next().context("npm packed nothing")??.path();
        tarballs.push(fs::read(packed)?);
    }
    ensure!(tarballs.first() == tarballs.last(), "the two tarballs in {} differ", folder.display());
    println!("\nboth tarballs are identical");
    Ok(())
}

/// Prints the package's sizes and fails if they exceed the budget.
fn print_sizes() -> Result<()> {
    name_functions()?;
    run::run(Command::new("node").arg("tests/support/size.js"))
}

/// wasm-opt with the module's WebAssembly features.
fn wasm_opt() -> Command {
    let mut wasm_opt = npm::program("wasm-opt");
    wasm_opt.args(FEATURES.map(|feature| format!("--enable-{feature}")));
    wasm_opt
}

/// Optimizes a module with the same passes as the package's.
pub(crate) fn optimize(wasm: &Path) -> Result<()> {
    let mut wasm_opt = wasm_opt();
    wasm_opt.args(PASSES).args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    run::run(wasm_opt.arg(wasm).arg("-o").arg(wasm))
}

/// Writes the default module with the names of its functions, for the size report.
fn name_functions() -> Result<()> {
    let folder = Path::new(MODULES).join("default");
    let mut wasm_opt = wasm_opt();
    wasm_opt.arg("-g").args(PASSES);
    run::run(wasm_opt.arg(folder.join("bindgen.wasm")).arg("-o").arg(folder.join("named.wasm")))
}
