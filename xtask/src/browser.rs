//! Chromium and its driver: the machine's own, or Debian's, or those that npm's `@puppeteer/browsers` downloads.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{debian, project, step};

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
// The fonts are for machines that have none.
const DEBIAN_PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];
/// Downloads a browser where there are no Debian packages.
const PUPPETEER_BROWSERS: &str = "@puppeteer/browsers@2.9.0";
/// What a Chromium needs that runs as root, in a container, without a network.
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

/// A browser that is ready to be driven.
#[derive(Debug)]
pub(crate) struct Browser {
    binary: PathBuf,
    driver: PathBuf,
    is_unpacked: bool,
}

impl Browser {
    /// Finds or brings one.
    pub(crate) fn ensure() -> Result<Self> {
        if let Some(browser) = Self::named().or_else(Self::installed) {
            return Ok(browser);
        }
        if debian::is_available() {
            debian::unpack(&DEBIAN_PACKAGES)?;
            let usr = debian::root().join("usr");
            let (binary, driver) = (usr.join("lib/chromium/chromium"), usr.join("bin/chromedriver"));
            return Ok(Self { binary, driver, is_unpacked: true });
        }
        Self::download()
    }

    /// What the variables CHROME and CHROMEDRIVER name.
    fn named() -> Option<Self> {
        let path = |name| env::var_os(name).map(PathBuf::from);
        Some(Self { binary: path("CHROME")?, driver: path("CHROMEDRIVER")?, is_unpacked: false })
    }

    /// What is on the PATH, if browser and driver are of one version.
    fn installed() -> Option<Self> {
        let driver = project::find_program("chromedriver")?;
        let wanted = major_version(&driver)?;
        let binary = CHROMIUM
            .iter()
            .filter_map(|name| project::find_program(name))
            .find(|binary| major_version(binary).as_ref() == Some(&wanted))?;
        Some(Self { binary, driver, is_unpacked: false })
    }

    fn download() -> Result<Self> {
        let folder = project::tool("browsers");
        let download = |what: &str| -> Result<PathBuf> {
            step::say(&format!("Downloading {what} (about 1 min)"));
            let mut command = Command::new("npx");
            command.args(["--yes", PUPPETEER_BROWSERS]);
            // It prints the name with its version, then the path.
            let line = step::output(command.args(["install", what, "--path"]).arg(&folder))?;
            let path = line.lines().last().and_then(|line| line.split_once(' ')).map(|(_, path)| path);
            path.map(PathBuf::from).with_context(|| format!("{what}: no path in {line:?}"))
        };
        Ok(Self { binary: download("chrome@stable")?, driver: download("chromedriver@stable")?, is_unpacked: false })
    }

    /// Makes a program that drives browsers use this one.
    pub(crate) fn set_up(&self, command: &mut Command) -> Result<()> {
        command.env("CHROME", &self.binary).env("CHROMEDRIVER", &self.driver).env("CHROME_FLAGS", FLAGS.join(" "));
        // There is no bus in a container; without this Chromium complains about it at length.
        command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        if self.is_unpacked {
            step::prepend(command, "LD_LIBRARY_PATH", &debian::libraries()?)?;
            command.env("FONTCONFIG_FILE", write_font_config()?);
        }
        Ok(())
    }

    /// The file that tells wasm-bindgen's test runner of the browser.
    pub(crate) fn write_webdriver_json(&self) -> Result<PathBuf> {
        let file = project::tool("webdriver.json");
        let flags = FLAGS.map(|flag| format!("{flag:?}")).join(", ");
        let binary = self.binary.display().to_string();
        fs::write(&file, format!("{{ \"goog:chromeOptions\": {{ \"binary\": {binary:?}, \"args\": [{flags}] }} }}\n"))?;
        Ok(file)
    }

    /// The driver.
    pub(crate) fn driver(&self) -> &Path {
        &self.driver
    }
}

/// The first number in what `--version` prints.
fn major_version(program: &Path) -> Option<String> {
    let text = step::output(Command::new(program).arg("--version")).ok()?;
    let digits = text.split_whitespace().find(|word| word.starts_with(|char: char| char.is_ascii_digit()))?;
    digits.split('.').next().map(str::to_owned)
}

/// Fonts of the machine and of the unpacked packages.
fn write_font_config() -> Result<PathBuf> {
    let file = project::tool("fonts.conf");
    let unpacked = debian::root().join("usr/share/fonts").display().to_string();
    let cache = project::tool("fonts").display().to_string();
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
