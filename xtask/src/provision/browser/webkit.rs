//! WebKitGTK, which shares Safari's engine, and WebKitWebDriver.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{Browser, Engine};
use crate::{paths, provision::debian, run};

const DEBIAN_PACKAGES: [&str; 3] = ["webkit2gtk-driver", "xvfb", "fonts-dejavu-core"];

/// Finds the browser on the PATH or in Debian's packages. `webkit-driver.sh` starts it.
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
    run::output(&mut probe).context("this machine does not allow the user namespaces that WebKit needs")?;
    Ok(Browser { engine: Engine::WebKit, driver, variables, capabilities: "{}".to_owned(), is_unpacked: false })
}
