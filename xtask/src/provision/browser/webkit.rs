//! WebKitGTK, Safari's engine on Linux, and WebKitWebDriver.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Browser, Engine};
use crate::{paths, provision::debian, run};

const DEBIAN_PACKAGES: [&str; 3] = ["webkit2gtk-driver", "xvfb", "fonts-dejavu-core"];

/// The machine's, or Debian's; the script beside this file starts it.
pub(super) fn ensure() -> Result<Browser> {
    let driver = paths::root().join("xtask/src/provision/browser/webkit-driver.sh");
    let is_installed = ["WebKitWebDriver", "Xvfb"].iter().all(|name| paths::find_program(name).is_some());
    let mut variables = vec![("WEBKITDRIVER", driver.clone().into())];
    if !is_installed {
        debian::unpack(&DEBIAN_PACKAGES)?;
        variables.push(("WEBKIT_ROOT", debian::root().into()));
    }
    let mut probe = Command::new(&driver);
    probe.arg("--help").envs(variables.iter().cloned());
    run::output(&mut probe).context("WebKit needs namespaces, which this machine does not allow")?;
    Ok(Browser { engine: Engine::WebKit, driver, variables, capabilities: "{}".to_owned(), is_unpacked: false })
}
