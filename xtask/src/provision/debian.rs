//! Programs from Debian's packages, unpacked into `target/tools`. This needs no root and does not change the machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::{paths, run};

/// Returns true if the machine can download and unpack Debian's packages.
pub(crate) fn is_available() -> bool {
    paths::find_program("apt-get").is_some() && paths::find_program("dpkg-deb").is_some()
}

/// The folder that packages are unpacked into, in place of `/`.
pub(crate) fn root() -> PathBuf {
    paths::tool("debian")
}

/// The folders of the unpacked shared libraries.
pub(crate) fn libraries() -> Result<Vec<PathBuf>> {
    libraries_below(&root())
}

/// The folders of the shared libraries below another root.
pub(crate) fn libraries_below(root: &Path) -> Result<Vec<PathBuf>> {
    let lib = root.join("usr/lib");
    let mut folders = Vec::new();
    for entry in fs::read_dir(&lib)? {
        let path = entry?.path();
        if path.is_dir() && path.to_string_lossy().ends_with("-linux-gnu") {
            folders.push(path.join("pulseaudio"));
            folders.push(path);
        }
    }
    Ok(folders)
}

/// Unpacks packages and the dependencies that the machine lacks, unless they are unpacked already.
pub(crate) fn unpack(packages: &[&str]) -> Result<()> {
    unpack_into(&root(), packages)
}

/// Unpacks packages into another folder, for conflicting versions. A package may be `name=1.2*`.
pub(crate) fn unpack_into(root: &Path, packages: &[&str]) -> Result<()> {
    let _lock = paths::lock_tools()?;
    let stamp = root.join(format!(".unpacked-{}", packages.first().unwrap_or(&"")));
    if fs::read_to_string(&stamp).is_ok_and(|text| text == packages.join(" ")) {
        return Ok(());
    }
    if !is_available() {
        bail!("{} cannot be unpacked without apt-get and dpkg-deb; install the packages manually", packages.join(", "));
    }
    run::say(&format!("Unpacking {} from Debian's packages (about 15 s)", packages.join(", ")));
    let apt = paths::tool("apt");
    let archives = apt.join("cache/archives");
    fs::create_dir_all(apt.join("state/lists/partial"))?;
    fs::create_dir_all(archives.join("partial"))?;
    fs::create_dir_all(root)?;
    run::run_quietly(apt_get(&apt).arg("update"), &apt.join("update.log"))?;
    let mut install = apt_get(&apt);
    install
        .args(["install", "--yes", "--allow-downgrades", "--no-install-recommends", "--download-only"])
        .args(packages);
    run::run_quietly(&mut install, &apt.join("install.log"))?;
    for entry in fs::read_dir(&archives)? {
        let package = entry?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            run::run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(root))?;
            fs::remove_file(&package)?;
        }
    }
    fs::write(stamp, packages.join(" "))?;
    Ok(())
}

/// apt-get with its own lists and caches, and with the machine's sources and list of installed packages.
fn apt_get(apt: &Path) -> Command {
    let mut command = Command::new("apt-get");
    let options = [
        format!("Dir::State={}", apt.join("state").display()),
        format!("Dir::Cache={}", apt.join("cache").display()),
        "Dir::State::status=/var/lib/dpkg/status".to_owned(),
        "Debug::NoLocking=1".to_owned(),
        "APT::Sandbox::User=".to_owned(),
    ];
    for option in options {
        command.arg("-o").arg(option);
    }
    command.env("LC_ALL", "C");
    command
}
