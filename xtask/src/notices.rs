//! The licence notices of the crates that are linked into the modules.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{provision::wasm::TARGET, run};

/// A crate and its licence texts.
struct Notice {
    name: String,
    licence: String,
    texts: Vec<String>,
}

/// Writes the notices of every crate that is linked into a module.
pub(crate) fn write(file: &Path) -> Result<()> {
    let linked = linked()?;
    let metadata =
        run::output(Command::new("cargo").args(["metadata", "--format-version", "1", "--features", "tonic"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata.get("packages").and_then(Value::as_array).context("cargo metadata has no packages")?;
    let notices = packages.iter().map(|package| Package::parse(package).context("a package without a name"));
    let notices = notices.filter(|package| package.as_ref().map_or(true, |package| linked.contains(&package.name)));
    fs::write(file, text(notices.map(|package| notice(package?)).collect::<Result<_>>()?))?;
    Ok(())
}

/// Returns the names and versions of the linked crates, without build, test and macro dependencies.
fn linked() -> Result<BTreeSet<String>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["tree", "--package", "zitadel-org-web", "--features", "tonic", "--target", TARGET]);
    let tree = run::output(cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]))?;
    // A line is "name v1.2.3". This repository's packages are followed by their folder.
    let is_in_repository = |line: &&str| line.contains('(');
    Ok(tree.lines().filter(|line| !is_in_repository(line)).map(|line| line.replacen(" v", " ", 1)).collect())
}

/// A package in cargo's metadata.
struct Package {
    name: String,
    licence: String,
    folder: PathBuf,
}

impl Package {
    fn parse(json: &Value) -> Option<Self> {
        let text = |name| json.get(name).and_then(Value::as_str);
        Some(Self {
            name: format!("{} {}", text("name")?, text("version")?),
            licence: text("license").unwrap_or("see its files").to_owned(),
            folder: Path::new(text("manifest_path")?).parent()?.to_owned(),
        })
    }
}

fn notice(Package { name, licence, folder }: Package) -> Result<Notice> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().to_uppercase();
        if ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|start| file.starts_with(start))
            && entry.path().is_file()
        {
            texts.push(fs::read_to_string(entry.path())?.trim().to_owned());
        }
    }
    texts.sort();
    Ok(Notice { name, licence, texts })
}

/// Lists the crates, then each licence text once with its crates.
fn text(notices: Vec<Notice>) -> String {
    let mut text = "The WebAssembly modules of zitadel-org-web link these crates, and Rust's standard library (MIT OR \
                    Apache-2.0, https://www.rust-lang.org).\n\n"
        .to_owned();
    let mut by_text = BTreeMap::<String, Vec<String>>::new();
    for Notice { name, licence, texts } in notices {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- {name}: {licence}");
        for licence in texts {
            by_text.entry(licence).or_default().push(name.clone());
        }
    }
    for (licence, names) in by_text {
        let _ = write!(text, "\n{}\n{}\n\n{licence}\n", "-".repeat(80), names.join(", "));
    }
    text
}
