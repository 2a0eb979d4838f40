//! The dev server as a child process.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::run;

/// A running dev server; it ends with this value.
#[derive(Debug)]
pub(crate) struct DevServer {
    child: Child,
    url: String,
}

impl DevServer {
    /// Starts the server, once it is built, on a free port with a new database of so many organizations.
    pub(crate) fn start(database: &Path, organizations: u32) -> Result<Self> {
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{}{suffix}", database.display());
            if Path::new(&file).exists() {
                fs::remove_file(file)?;
            }
        }
        let mut child = program()
            .args(["--listen", "127.0.0.1:0", "--database"])
            .arg(database)
            .args(["--organizations", &organizations.to_string(), "--until-input-ends"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the dev server does not start")?;
        let stdout = child.stdout.take().context("the dev server prints nothing")?;
        let url = BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned));
        let server = Self { child, url: url.unwrap_or_default() };
        anyhow::ensure!(!server.url.is_empty(), "the dev server ended before it listened");
        Ok(server)
    }

    /// Its address, for instance `http://127.0.0.1:8080`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds the dev server.
pub(crate) fn build() -> Result<()> {
    run::say("Building the dev server (about 1 min when nothing is built yet)");
    run::run(Command::new("cargo").args(["build", "--quiet", "--package", "devserver"]))
}

/// The dev server's program, once it is built.
pub(crate) fn program() -> Command {
    Command::new("target/debug/devserver")
}
