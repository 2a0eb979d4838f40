//! What CI runs.

use std::{env, process::Command};

use anyhow::Result;

use crate::run;

/// The commands, in their order; `test` is the one that the README names.
const COMMANDS: [&str; 7] = ["check", "msrv", "test", "matrix", "size", "publish", "reproduce"];

/// Runs them all; the first that fails ends it.
pub(crate) fn run() -> Result<()> {
    for command in COMMANDS {
        run::say(&format!("cargo xtask {command}"));
        run::run(Command::new(env::current_exe()?).arg(command))?;
    }
    Ok(())
}
