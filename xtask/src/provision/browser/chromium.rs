//! Chromium and chromedriver.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use super::{Browser, Engine, download, named, unpacked};
use crate::{paths, run};

const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
// The fonts are for machines without fonts.
const DEBIAN_PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];
/// Flags for running as root, in a container and without a network.
const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
];

/// Finds the browser in CHROME and CHROMEDRIVER, on the PATH, in Debian's packages or as a download, in this order.
pub(super) fn ensure() -> Result<Browser> {
    if let Some([program, driver]) = named(["CHROME", "CHROMEDRIVER"]).or_else(installed) {
        return Ok(browser(program, driver, false));
    }
    if let Some(usr) = unpacked(&DEBIAN_PACKAGES) {
        return Ok(browser(usr.join("lib/chromium/chromium"), usr.join("bin/chromedriver"), true));
    }
    Ok(browser(download("chrome@stable")?, download("chromedriver@stable")?, false))
}

/// Returns the browser and driver on the PATH if their versions match.
fn installed() -> Option<[PathBuf; 2]> {
    let driver = paths::find_program("chromedriver")?;
    let wanted = major_version(&driver)?;
    let program = PROGRAMS
        .iter()
        .filter_map(|name| paths::find_program(name))
        .find(|program| major_version(program).as_ref() == Some(&wanted))?;
    Some([program, driver])
}

fn browser(program: PathBuf, driver: PathBuf, is_unpacked: bool) -> Browser {
    let flags = FLAGS.map(|flag| format!("{flag:?}")).join(", ");
    let capabilities = format!(
        "{{ \"goog:chromeOptions\": {{ \"binary\": {:?}, \"args\": [{flags}] }} }}\n",
        program.display().to_string()
    );
    let variables = vec![
        ("CHROME", program.into()),
        ("CHROMEDRIVER", driver.clone().into()),
        ("CHROME_FLAGS", FLAGS.join(" ").into()),
    ];
    Browser { engine: Engine::Chromium, driver, variables, capabilities, is_unpacked }
}

/// Returns the first number in the output of `--version`.
fn major_version(program: &Path) -> Option<String> {
    let text = run::output(Command::new(program).arg("--version")).ok()?;
    let digits = text.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit()))?;
    digits.split('.').next().map(str::to_owned)
}
