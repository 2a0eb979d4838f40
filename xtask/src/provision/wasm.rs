//! Selects the compiler for wasm32.
//!
//! The default compiler is used if rustup can download its wasm target. Otherwise, Debian's newest compiler is unpacked, and the
//! standard library is built from Debian's source package.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use crate::{paths, provision::debian, run};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A separate target folder. Two compilers that share one rebuild everything at each switch.
pub(crate) const TARGET_FOLDER: &str = "target/wasm";

const DEBIAN_PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy"];

/// An installed compiler for wasm32.
#[derive(Debug)]
pub(crate) enum Toolchain {
    /// The default compiler.
    Default,
    /// Debian's compiler, unpacked into `target/tools`.
    Debian,
}

impl Toolchain {
    /// Finds or installs a compiler.
    pub(crate) fn ensure() -> Result<Self> {
        if has_target()? {
            return Ok(Self::Default);
        }
        if std_stamp().exists() {
            return Ok(Self::Debian);
        }
        if paths::find_program("rustup").is_some() {
            run::say(&format!("Adding the target {TARGET} with rustup"));
            let log = paths::tool("rustup.log");
            match run::run_quietly(Command::new("rustup").args(["target", "add", TARGET]), &log) {
                Ok(()) => return Ok(Self::Default),
                Err(_) => println!("    rustup could not download it (see {})", log.display()),
            }
        }
        if !debian::is_available() {
            bail!("the standard library for {TARGET} is missing. Run `rustup target add {TARGET}` and try again");
        }
        debian::unpack(&DEBIAN_PACKAGES)?;
        debian::unpack(&[&linker_package()?])?;
        build_std()?;
        Ok(Self::Debian)
    }

    /// Returns cargo, set up to build for wasm32.
    pub(crate) fn cargo(&self) -> Result<Command> {
        let mut command = Command::new("cargo");
        self.set_up(&mut command)?;
        Ok(command)
    }

    /// Sets up a program that calls cargo to use this compiler.
    pub(crate) fn set_up(&self, command: &mut Command) -> Result<()> {
        command.env("CARGO_TARGET_DIR", paths::root().join(TARGET_FOLDER));
        if matches!(self, Self::Debian) {
            set_up_debian(command)?;
        }
        Ok(())
    }
}

fn debian_rustc() -> PathBuf {
    debian::root().join("usr/bin/rustc")
}

fn set_up_debian(command: &mut Command) -> Result<()> {
    command.env("RUSTC", debian_rustc());
    run::prepend(command, "PATH", &[debian::root().join("usr/bin")])?;
    run::prepend(command, "LD_LIBRARY_PATH", &debian::libraries()?)
}

/// Returns the folder of a compiler's standard library for wasm32.
fn std_folder(rustc: &Path) -> Result<PathBuf> {
    let mut command = Command::new(rustc);
    if rustc == debian_rustc() {
        set_up_debian(&mut command)?;
    }
    let sysroot = run::output(command.args(["--print", "sysroot"]))?;
    Ok(Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib"))
}

/// Returns true if the default compiler has the standard library for wasm32.
fn has_target() -> Result<bool> {
    let Ok(files) = fs::read_dir(std_folder(Path::new("rustc"))?) else { return Ok(false) };
    Ok(files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-")))
}

/// A file that exists if Debian's compiler has a standard library for wasm32 with bitcode.
fn std_stamp() -> PathBuf {
    debian::root().join(".std-with-bitcode")
}

/// Returns the linker's package, which the link `rust-lld` names.
fn linker_package() -> Result<String> {
    let link = fs::read_link(debian::root().join("usr/bin/rust-lld")).context("rust-web-llvm has no rust-lld")?;
    let name = link.file_name().context("rust-lld links to nothing")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Builds the standard library for wasm32 from source and copies it into the compiler's folder.
fn build_std() -> Result<()> {
    let _lock = paths::lock_tools()?;
    if std_stamp().exists() {
        return Ok(());
    }
    run::say("Building the standard library for wasm32 (about 1 min)");
    let probe = paths::tool("std");
    fs::create_dir_all(probe.join("src"))?;
    fs::write(probe.join("src/lib.rs"), "")?;
    let manifest = "[package]\nname = \"probe\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
                    [profile.release]\npanic = \"abort\"\n\n[workspace]\n";
    fs::write(probe.join("Cargo.toml"), manifest)?;
    let mut cargo = Command::new("cargo");
    set_up_debian(&mut cargo)?;
    cargo
        .args(["build", "-Zbuild-std=std,panic_abort,panic_unwind,test", "--release", "--target", TARGET])
        .current_dir(&probe)
        .env("RUSTC_BOOTSTRAP", "1")
        // LTO needs bitcode, which rustup's standard library has as well.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", probe.join("target"));
    run::run_quietly(&mut cargo, &paths::tool("std.log"))?;
    let folder = std_folder(&debian_rustc())?;
    // An older standard library and the crates that were built with it.
    for stale in [folder.as_path(), Path::new(TARGET_FOLDER)] {
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(probe.join("target").join(TARGET).join("release/deps"))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("lib") && name.ends_with(".rlib") {
            fs::copy(&file, folder.join(name))?;
        }
    }
    fs::remove_dir_all(probe.join("target"))?;
    fs::write(std_stamp(), "")?;
    Ok(())
}
