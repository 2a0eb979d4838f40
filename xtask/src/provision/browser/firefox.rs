//! Firefox and geckodriver.

use std::path::PathBuf;

use anyhow::Result;

use super::{Browser, Engine, download, named, unpacked};
use crate::{paths, provision::cargo_tools};

/// Finds the browser in FIREFOX and GECKODRIVER, as firefox-esr on the PATH, in Debian's packages or as a download, in this order.
///
/// A program named `firefox` is ignored. On Ubuntu it is a snap, which cannot read the driver's profile.
pub(super) fn ensure() -> Result<Browser> {
    if let Some([program, driver]) = named(["FIREFOX", "GECKODRIVER"]) {
        return Ok(browser(program, driver, false));
    }
    if let Some(program) = paths::find_program("firefox-esr") {
        return Ok(browser(program, geckodriver()?, false));
    }
    if let Some(usr) = unpacked(&["firefox-esr"]) {
        return Ok(browser(usr.join("lib/firefox-esr/firefox-esr"), geckodriver()?, true));
    }
    Ok(browser(download("firefox@stable")?, geckodriver()?, false))
}

fn geckodriver() -> Result<PathBuf> {
    paths::find_program("geckodriver").map_or_else(cargo_tools::geckodriver, Ok)
}

fn browser(program: PathBuf, driver: PathBuf, is_unpacked: bool) -> Browser {
    let capabilities = format!("{{ \"moz:firefoxOptions\": {{ \"binary\": {:?} }} }}\n", program.display().to_string());
    let variables = vec![("FIREFOX", program.into()), ("GECKODRIVER", driver.clone().into())];
    Browser { engine: Engine::Firefox, driver, variables, capabilities, is_unpacked }
}
