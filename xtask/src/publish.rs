//! A dry run of a release.

use std::process::Command;

use anyhow::Result;

use crate::{build, paths, provision::cargo_tools, run};

/// Dry-runs both registries and checks licences, sources and, if the network allows it, advisories.
pub(crate) fn dry_run() -> Result<()> {
    build::all()?;
    run::say("Dry-running the release to crates.io");
    let mut cargo = Command::new("cargo");
    // A dry run is also useful before the changes are committed.
    run::run(cargo.args(["publish", "--quiet", "--dry-run", "--allow-dirty", "--package", "zitadel-org-web"]))?;
    run::say("Dry-running the release to npm");
    let mut npm = Command::new("npm");
    run::run_quietly(npm.args(["publish", "--dry-run", "./pkg"]), &paths::tool("npm-publish.log"))?;
    let deny = cargo_tools::cargo_deny()?;
    run::say("Checking licences, bans and sources of dependencies");
    let check = |kinds: &[&str]| {
        let mut check = Command::new(&deny);
        check.args(["--workspace", "check", "--hide-inclusion-graph"]).args(kinds);
        check
    };
    run::run(&mut check(&["licenses", "bans", "sources"]))?;
    run::say("Checking advisories");
    if run::run_quietly(&mut check(&["advisories"]), &paths::tool("advisories.log")).is_ok() {
        return Ok(());
    }
    let log = std::fs::read_to_string(paths::tool("advisories.log"))?;
    // Only an unreachable database is tolerated.
    anyhow::ensure!(log.contains("failed to fetch advisory database"), "{log}");
    println!("Skipped: the advisory database is unreachable");
    Ok(())
}
