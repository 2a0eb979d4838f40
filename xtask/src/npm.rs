//! Tools from the npm registry, in `tests/node_modules`.

use std::{fs, path::Path, process::Command, time::SystemTime};

use anyhow::Result;

use crate::{project, step};

/// Installs what `tests/package-lock.json` says, unless it is installed.
pub(crate) fn ensure() -> Result<()> {
    let changed = |path: &str| fs::metadata(Path::new(path)).and_then(|file| file.modified());
    // npm writes the second file at the end of an installation.
    let installed = changed("tests/node_modules/.package-lock.json").unwrap_or(SystemTime::UNIX_EPOCH);
    if installed >= changed("tests/package-lock.json")? {
        return Ok(());
    }
    step::say("Installing the tools from npm (about 10 s)");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"]).current_dir("tests");
    step::run_quietly(&mut npm, &project::tool("npm.log"))
}

/// A program of one of the packages.
pub(crate) fn program(name: &str) -> Command {
    Command::new(project::root().join("tests/node_modules/.bin").join(name))
}
