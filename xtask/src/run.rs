//! Running programs: say what is done, show what it prints, fail with what failed.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

/// Says what is being done, and how long it usually takes if that is long.
pub(crate) fn say(what: &str) {
    println!("\n==> {what}");
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| describe(command))?;
    if !status.success() {
        bail!("{} failed with {status}", describe(command));
    }
    Ok(())
}

/// Runs a program whose output matters only if it fails, which goes to a log file.
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
        bail!("{} failed with {status}:\n{tail}\n(all of it: {})", describe(command), log.display());
    }
    println!("    done in {} s", started.elapsed().as_secs());
    Ok(())
}

/// What a program prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } = command.output().with_context(|| describe(command))?;
    if !status.success() {
        bail!("{} failed with {status}: {}", describe(command), String::from_utf8_lossy(&stderr));
    }
    Ok(String::from_utf8(stdout)?.trim().to_owned())
}

/// The command as one would type it.
pub(crate) fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Puts folders in front of one of the child's variables that list folders, such as PATH.
pub(crate) fn prepend(command: &mut Command, variable: &str, folders: &[PathBuf]) -> Result<()> {
    let set = command.get_envs().find(|(name, _)| *name == variable).and_then(|(_, value)| value.map(OsString::from));
    let old = set.or_else(|| env::var_os(variable)).unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&old).filter(|folder| !folder.as_os_str().is_empty()));
    command.env(variable, env::join_paths(all)?);
    Ok(())
}
