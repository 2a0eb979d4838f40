//! The demo page, served for a person or driven in a headless browser.

use std::{env, path::Path, process::Command};

use anyhow::Result;

use crate::{build, provision::browser::Engine, run, server, server::DevServer};

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Drive the page in headless Chromium instead: reactivate three organizations, compare the results with the database, and
    /// write screenshots to target/demo, or with UPDATE=1 to docs/page
    #[arg(long)]
    headless: bool,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT", conflicts_with = "headless")]
    listen: String,
}

/// Builds and serves the page.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    build::package()?;
    server::build()?;
    if arguments.headless {
        return run_headless();
    }
    run::say("Open the address below; Ctrl+C ends the server");
    run::run(server::program().args(["--listen", &arguments.listen]))
}

fn run_headless() -> Result<()> {
    let browser = Engine::Chromium.ensure()?;
    let database = Path::new("target/demo.sqlite");
    let server = DevServer::start(database, 60)?;
    run::say("Driving the page in Chromium");
    let mut node = Command::new("node");
    browser.set_up(&mut node)?;
    let folder = if env::var_os("UPDATE").is_some() { "docs/page" } else { "target/demo" };
    node.args(["tests/support/demo.js", folder]).env("ZITADEL_TEST_URL", server.url());
    node.env("DEVSERVER_DATABASE", database);
    run::run(&mut node)
}
