//! Runs programs and reports their failures.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

/// Prints the current step, with its usual duration if that is long.
pub(crate) fn say(step: &str) {
    println!("\n==> {step}");
}

/// Runs a program and waits for it.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| describe(command))?;
    if !status.success() {
        bail!("{} failed with {status}", describe(command));
    }
    Ok(())
}

/// Runs a program with its output in a log file, and prints the end of the log if it fails.
pub(crate) fn run_quietly(command: &mut Command, log: &Path) -> Result<()> {
    let started = Instant::now();
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = fs::File::create(log)?;
    let status = command.stdout(file.try_clone()?).stderr(file).stdin(Stdio::null()).status();
    let status = status.with_context(|| describe(command))?;
    if !status.success() {
        let text = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n");
        bail!("{} failed with {status}:\n{tail}\n(full log: {})", describe(command), log.display());
    }
    println!("    done in {} s", started.elapsed().as_secs());
    Ok(())
}

/// Runs a program and returns its output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command.output().with_context(|| describe(command))?;
    if !status.success() {
        bail!("{} failed with {status}: {}", describe(command), String::from_utf8_lossy(&stderr));
    }
    Ok(String::from_utf8(stdout)?.trim().to_owned())
}

/// The command line.
pub(crate) fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Prepends folders to one of the child's variables that list folders, such as PATH.
pub(crate) fn prepend(command: &mut Command, variable: &str, folders: &[PathBuf]) -> Result<()> {
    let set = command.get_envs().find(|(name, _)| *name == variable).and_then(|(_, value)| value.map(OsString::from));
    let old = set.or_else(|| env::var_os(variable)).unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&old).filter(|folder| !folder.as_os_str().is_empty()));
    command.env(variable, env::join_paths(all)?);
    Ok(())
}
