//! What a release would be refused for, without a release.

use std::process::Command;

use anyhow::Result;

use crate::{build, paths, provision::cargo_tools, run};

/// Packs and checks for both registries, and checks licences, sources and, where the network has them, advisories.
pub(crate) fn dry_run() -> Result<()> {
    build::all()?;
    run::say("Publishing to crates.io, but for the upload");
    let mut cargo = Command::new("cargo");
    // In a tree that is being worked on there is no release, but there may be a question.
    run::run(cargo.args(["publish", "--quiet", "--dry-run", "--allow-dirty", "--package", "zitadel-org-web"]))?;
    run::say("Publishing to npm, but for the upload");
    let mut npm = Command::new("npm");
    run::run_quietly(npm.args(["publish", "--dry-run", "./pkg"]), &paths::tool("npm-publish.log"))?;
    let deny = cargo_tools::cargo_deny()?;
    run::say("Checking licences, bans and sources of dependencies");
    let check = |what: &[&str]| {
        let mut check = Command::new(&deny);
        check.args(["--workspace", "check", "--hide-inclusion-graph"]).args(what);
        check
    };
    run::run(&mut check(&["licenses", "bans", "sources"]))?;
    run::say("Checking advisories");
    if run::run_quietly(&mut check(&["advisories"]), &paths::tool("advisories.log")).is_ok() {
        return Ok(());
    }
    let log = std::fs::read_to_string(paths::tool("advisories.log"))?;
    // Without the database there is nothing to say; with it, what it says counts.
    anyhow::ensure!(log.contains("failed to fetch advisory database"), "{log}");
    println!("Skipped: the advisory database cannot be reached from here");
    Ok(())
}
