//! Browsers with their drivers: the machine's own, or Debian's, or those that npm's `@puppeteer/browsers` downloads.

mod chromium;
mod firefox;
mod webkit;

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{paths, provision::debian, run};

/// The engines that tests run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];
    /// Those besides Chromium, in which every test runs.
    pub(crate) const OTHERS: [Self; 2] = [Self::Firefox, Self::WebKit];

    /// Finds or brings a browser of this engine; fails, with the reason, where that cannot be done.
    pub(crate) fn ensure(self) -> Result<Browser> {
        match self {
            Self::Chromium => chromium::ensure(),
            Self::Firefox => firefox::ensure(),
            Self::WebKit => webkit::ensure(),
        }
    }

    /// What people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// What wasm-pack calls the browser and its driver.
    fn wasm_pack_options(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["--chrome", "--chromedriver"],
            Self::Firefox => ["--firefox", "--geckodriver"],
            Self::WebKit => ["--safari", "--safaridriver"],
        }
    }
}

/// A browser that is ready to be driven.
#[derive(Debug)]
pub(crate) struct Browser {
    engine: Engine,
    driver: PathBuf,
    /// What tests/browser.js reads.
    variables: Vec<(&'static str, OsString)>,
    /// What wasm-bindgen's test runner asks the driver for.
    capabilities: String,
    is_unpacked: bool,
}

impl Browser {
    /// The engine's name.
    pub(crate) fn name(&self) -> &'static str {
        self.engine.name()
    }

    /// Makes a program that drives browsers know this one.
    pub(crate) fn set_up(&self, command: &mut Command) -> Result<()> {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        // There is no bus in a container; without this browsers complain about it at length.
        command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        if self.is_unpacked {
            run::prepend(command, "LD_LIBRARY_PATH", &debian::libraries()?)?;
            command.env("FONTCONFIG_FILE", write_font_config()?);
        }
        Ok(())
    }

    /// Makes wasm-pack run its tests in this one.
    pub(crate) fn set_up_wasm_pack(&self, command: &mut Command) -> Result<()> {
        self.set_up(command)?;
        let capabilities = paths::tool(&format!("{}.json", self.engine.name()));
        fs::write(&capabilities, &self.capabilities)?;
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
        command.arg("--headless").args(self.engine.wasm_pack_options()).arg(&self.driver);
        Ok(())
    }
}

/// Paths that variables name, if all of them are set.
fn named<const N: usize>(variables: [&str; N]) -> Option<[PathBuf; N]> {
    let paths = variables.map(|variable| env::var_os(variable).map(PathBuf::from));
    paths.iter().all(Option::is_some).then(|| paths.map(Option::unwrap_or_default))
}

/// The `usr` of Debian's packages once these are unpacked; `None`, said why, where that cannot be done.
fn unpacked(packages: &[&str]) -> Option<PathBuf> {
    if !debian::is_available() {
        return None;
    }
    match debian::unpack(packages) {
        Ok(()) => Some(debian::root().join("usr")),
        Err(why) => {
            println!("    not from Debian's packages: {why:#}");
            None
        }
    }
}

/// Downloads a browser or a driver where there are no Debian packages.
fn download(what: &str) -> Result<PathBuf> {
    let _lock = paths::lock_tools()?;
    let stamp = paths::tool(&format!("{what}.path"));
    let known = fs::read_to_string(&stamp).map(PathBuf::from);
    if let Ok(path) = known
        && path.exists()
    {
        return Ok(path);
    }
    run::say(&format!("Downloading {what} (about 1 min)"));
    let mut command = Command::new("npx");
    command.args(["--yes", "@puppeteer/browsers@2.9.0", "install", what, "--path"]);
    // It prints the name with its version, then the path.
    let line = run::output(command.arg(paths::tool("browsers")))?;
    let path = line.lines().last().and_then(|line| line.split_once(' ')).map(|(_, path)| path);
    let path = path.with_context(|| format!("{what}: no path in {line:?}"))?;
    fs::write(stamp, path)?;
    Ok(PathBuf::from(path))
}

/// Fonts of the machine and of the unpacked packages.
fn write_font_config() -> Result<PathBuf> {
    let file = paths::tool("fonts.conf");
    let text = |path: PathBuf| path.display().to_string().replace('&', "&amp;").replace('<', "&lt;");
    let unpacked = text(debian::root().join("usr/share/fonts"));
    let cache = text(paths::tool("fonts"));
    fs::write(
        &file,
        format!(
            "<?xml version=\"1.0\"?>\n<fontconfig><dir>/usr/share/fonts</dir><dir>{unpacked}</dir>\
             <cachedir>{cache}</cachedir>\
             <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>\
             <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>\
             </fontconfig>\n"
        ),
    )?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::download;
    use crate::paths;

    #[test]
    fn what_was_downloaded_is_not_asked_for_again() {
        let program = paths::tool("test@known.program");
        fs::create_dir_all(paths::tool("")).unwrap();
        fs::write(&program, "").unwrap();
        fs::write(paths::tool("test@known.path"), program.display().to_string()).unwrap();
        // npm has no such browser.
        assert_eq!(download("test@known").unwrap(), program);
    }
}
