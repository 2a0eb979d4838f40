//! The commands that CI runs.

use std::{env, process::Command};

use anyhow::Result;

use crate::run;

/// The commands in order. `test` without arguments is the README's command.
const COMMANDS: [&[&str]; 5] =
    [&["check"], &["test"], &["test", "matrix"], &["publish"], &["build", "--size", "--reproduce"]];

/// Runs the commands until one fails.
pub(crate) fn run() -> Result<()> {
    for arguments in COMMANDS {
        run::say(&format!("cargo xtask {}", arguments.join(" ")));
        run::run(Command::new(env::current_exe()?).args(arguments))?;
    }
    Ok(())
}
