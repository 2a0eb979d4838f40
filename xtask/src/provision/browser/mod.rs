//! Browsers and their drivers: the machine's, Debian's, or downloads of npm's `@puppeteer/browsers`.

mod chromium;
mod firefox;
mod webkit;

use std::{env, ffi::OsString, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{paths, provision::debian, run};

/// A browser engine that the tests run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// All engines.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];
    /// The engines other than Chromium, which runs every test.
    pub(crate) const OTHERS: [Self; 2] = [Self::Firefox, Self::WebKit];

    /// Finds or installs a browser of this engine. The error says why the machine cannot have it.
    pub(crate) fn ensure(self) -> Result<Browser> {
        match self {
            Self::Chromium => chromium::ensure(),
            Self::Firefox => firefox::ensure(),
            Self::WebKit => webkit::ensure(),
        }
    }

    /// The engine's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKit",
        }
    }

    /// wasm-pack's options for the browser and its driver.
    fn wasm_pack_options(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["--chrome", "--chromedriver"],
            Self::Firefox => ["--firefox", "--geckodriver"],
            Self::WebKit => ["--safari", "--safaridriver"],
        }
    }
}

/// An installed browser and its driver.
#[derive(Debug)]
pub(crate) struct Browser {
    engine: Engine,
    driver: PathBuf,
    /// Environment variables for `tests/support/browser.js`.
    variables: Vec<(&'static str, OsString)>,
    /// The WebDriver capabilities for wasm-bindgen's test runner.
    capabilities: String,
    is_unpacked: bool,
}

impl Browser {
    /// The engine's name.
    pub(crate) fn name(&self) -> &'static str {
        self.engine.name()
    }

    /// Sets up a program to drive this browser.
    pub(crate) fn set_up(&self, command: &mut Command) -> Result<()> {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        // Browsers log many errors if a container has no bus.
        command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        if self.is_unpacked {
            run::prepend(command, "LD_LIBRARY_PATH", &debian::libraries()?)?;
            command.env("FONTCONFIG_FILE", write_font_config()?);
        }
        Ok(())
    }

    /// Sets up wasm-pack to run its tests in this browser.
    pub(crate) fn set_up_wasm_pack(&self, command: &mut Command) -> Result<()> {
        self.set_up(command)?;
        let capabilities = paths::tool(&format!("{}.json", self.engine.name()));
        fs::write(&capabilities, &self.capabilities)?;
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
        command.arg("--headless").args(self.engine.wasm_pack_options()).arg(&self.driver);
        Ok(())
    }
}

/// Returns the paths in environment variables if all of them are set.
fn named<const N: usize>(variables: [&str; N]) -> Option<[PathBuf; N]> {
    let paths = variables.map(|variable| env::var_os(variable).map(PathBuf::from));
    paths.iter().all(Option::is_some).then(|| paths.map(Option::unwrap_or_default))
}

/// Unpacks Debian's packages and returns their folder `usr`. Prints the reason and returns `None` if that fails.
fn unpacked(packages: &[&str]) -> Option<PathBuf> {
    if !debian::is_available() {
        return None;
    }
    match debian::unpack(packages) {
        Ok(()) => Some(debian::root().join("usr")),
        Err(why) => {
            println!("    Debian's packages are not available: {why:#}");
            None
        }
    }
}

/// Downloads a browser or a driver.
fn download(name: &str) -> Result<PathBuf> {
    let _lock = paths::lock_tools()?;
    let stamp = paths::tool(&format!("{name}.path"));
    let recorded_path = fs::read_to_string(&stamp).map(PathBuf::from);
    if let Ok(path) = recorded_path
        && path.exists()
    {
        return Ok(path);
    }
    run::say(&format!("Downloading {name} (about 1 min)"));
    let mut command = Command::new("npx");
    command.args(["--yes", "@puppeteer/browsers@2.9.0", "install", name, "--path"]);
    // The output is the name with its version, then the path.
    let line = run::output(command.arg(paths::tool("browsers")))?;
    let path = line.lines().last().and_then(|line| line.split_once(' ')).map(|(_, path)| path);
    let path = path.with_context(|| format!("{name}: no path in {line:?}"))?;
    fs::write(stamp, path)?;
    Ok(PathBuf::from(path))
}

/// Writes a font configuration with the machine's and the unpacked fonts.
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
    fn download_reuses_an_earlier_download() {
        let program = paths::tool("test@known.program");
        fs::create_dir_all(paths::tool("")).unwrap();
        fs::write(&program, "").unwrap();
        fs::write(paths::tool("test@known.path"), program.display().to_string()).unwrap();
        // This browser does not exist, so a download would fail.
        assert_eq!(download("test@known").unwrap(), program);
    }
}
