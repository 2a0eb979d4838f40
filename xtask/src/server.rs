//! The dev server as a child process.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

use crate::run;

/// A running dev server. Dropping it stops the server.
#[derive(Debug)]
pub(crate) struct DevServer {
    child: Child,
    url: String,
}

impl DevServer {
    /// Starts the built server on a free port with a new database of `organizations` organizations.
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
            .context("failed to start the dev server")?;
        let stdout = child.stdout.take().context("the dev server has no output")?;
        let url = BufReader::new(stdout)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Listening on ").map(str::to_owned));
        let server = Self { child, url: url.unwrap_or_default() };
        anyhow::ensure!(!server.url.is_empty(), "the dev server stopped before it listened");
        Ok(server)
    }

    /// The server's address, for example `http://127.0.0.1:8080`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        // The server may have stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds the dev server.
pub(crate) fn build() -> Result<()> {
    run::say("Building the dev server (about 1 min when nothing is built yet)");
    run::run(Command::new("cargo").args(["build", "--quiet", "--package", "devserver"]))
}

/// Returns the dev server's program; see [`build`].
pub(crate) fn program() -> Command {
    Command::new("target/debug/devserver")
}
