//! Tools from crates.io, installed into `target/tools/bin`.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{paths, run};

/// The folder of the tools, to put on the PATH.
pub(crate) fn bin() -> PathBuf {
    paths::tool("bin")
}

/// The folder of the tools by a path without spaces, because cargo splits the path of wasm-pack's test runner at spaces.
pub(crate) fn bin_without_spaces() -> Result<PathBuf> {
    let bin = bin();
    #[cfg(unix)]
    if bin.to_string_lossy().contains(char::is_whitespace) {
        let mut hasher = DefaultHasher::new();
        bin.hash(&mut hasher);
        let link = env::temp_dir().join(format!("zitadel-org-web-{:x}", hasher.finish()));
        if fs::read_link(&link).ok().as_ref() != Some(&bin) {
            std::os::unix::fs::symlink(&bin, &link).with_context(|| link.display().to_string())?;
        }
        return Ok(link);
    }
    Ok(bin)
}

/// wasm-bindgen and its test runner, in the crate's locked version.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    let lock = fs::read_to_string("Cargo.lock").context("Cargo.lock")?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    install("wasm-bindgen-cli", &version, "wasm-bindgen", "about 2.5 min")
}

/// wasm-pack, which runs the browser tests written in Rust.
pub(crate) fn wasm_pack() -> Result<PathBuf> {
    install("wasm-pack", "0.15.1", "wasm-pack", "about 1.5 min")
}

/// geckodriver, which drives Firefox.
pub(crate) fn geckodriver() -> Result<PathBuf> {
    install("geckodriver", "0.37.1", "geckodriver", "about 3 min")
}

/// cargo-deny, which checks licences and sources.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    install("cargo-deny", "0.18.9", "cargo-deny", "about 4 min")
}

/// Returns a package's version in a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    let (version, _) = entry.split_once('"')?;
    Some(version.to_owned())
}

fn install(package: &str, version: &str, program: &str, duration: &str) -> Result<PathBuf> {
    let _lock = paths::lock_tools()?;
    let path = bin().join(program);
    let is_there = run::output(Command::new(&path).arg("--version"))
        .is_ok_and(|text| text.split_whitespace().any(|word| word == version));
    if is_there {
        return Ok(path);
    }
    run::say(&format!("Building {package} {version} ({duration})"));
    let build = paths::tool("build");
    let log = paths::tool(&format!("{package}.log"));
    let cargo_install = |locked: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(["install", package, "--version", version, "--force"]).args(locked);
        cargo.arg("--root").arg(paths::root().join(paths::TOOLS)).arg("--target-dir").arg(&build);
        run::run_quietly(&mut cargo, &log)
    };
    // The lock file may name a version that was yanked since.
    cargo_install(&["--locked"]).or_else(|_| cargo_install(&[]))?;
    fs::remove_dir_all(&build)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn locked_version_matches_the_whole_name() {
        let lock =
            "[[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.3.4\"\n";
        assert_eq!(locked_version(lock, "a").as_deref(), Some("2.3.4"));
        assert_eq!(locked_version(lock, "b"), None);
    }
}
