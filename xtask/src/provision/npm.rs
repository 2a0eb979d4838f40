//! Packages from npm.

use std::{fs, path::Path, process::Command, time::SystemTime};

use anyhow::Result;

use crate::{paths, run};

/// Installs the tools of the tests, unless they are installed.
pub(crate) fn ensure() -> Result<()> {
    install("tests")
}

/// Installs the runtimes and bundlers of the matrix, unless they are installed.
pub(crate) fn ensure_matrix() -> Result<()> {
    install("tests/support/matrix")
}

/// Installs the clients for the comparison, unless they are installed.
pub(crate) fn ensure_bench() -> Result<()> {
    install("bench")
}

fn install(folder: &str) -> Result<()> {
    let _lock = paths::lock_tools()?;
    let folder = Path::new(folder);
    let changed = |path: &str| fs::metadata(folder.join(path)).and_then(|file| file.modified());
    // npm writes this file at the end of an installation.
    let installed = changed("node_modules/.package-lock.json").unwrap_or(SystemTime::UNIX_EPOCH);
    if installed >= changed("package-lock.json")? {
        return Ok(());
    }
    run::say(&format!("Installing the packages of {} from npm (about 15 s)", folder.display()));
    let mut npm = Command::new("npm");
    // `npm ci` rejects the lock file on mirrors that lack some platform's optional packages.
    npm.args(["install", "--no-save", "--no-audit", "--no-fund"]).current_dir(folder);
    run::run_quietly(&mut npm, &paths::tool("npm.log"))
}

/// Returns a program of the tests' packages.
pub(crate) fn program(name: &str) -> Command {
    Command::new(paths::root().join("tests/node_modules/.bin").join(name))
}
