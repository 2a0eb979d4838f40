//! Every test suite, and how many tests of each ran.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{browser::Browser, build, npm, server::DevServer, step, tools};

/// What a suite's output tells of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs all suites; one that fails does not keep the next from running.
pub(crate) fn run() -> Result<()> {
    let toolchain = build::all()?;
    build::web_edge()?;
    let wasm_pack = tools::wasm_pack()?;
    let browser = Browser::ensure()?;
    let server = DevServer::start(Path::new("target/test.sqlite"))?;

    let mut native = Command::new("cargo");
    native.args(["test", "--quiet", "--workspace"]);

    let web = |features: &[&str]| -> Result<Command> {
        let mut web = Command::new(&wasm_pack);
        toolchain.set_up(&mut web)?;
        browser.set_up(&mut web)?;
        step::prepend(&mut web, "PATH", &[tools::bin()])?;
        web.args(["test", "--headless", "--chrome", "--mode", "no-install", "--chromedriver"]).arg(browser.driver());
        web.args(["--", "--test", "web"]).args(features).env("ZITADEL_TEST_URL", server.url());
        web.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", browser.write_webdriver_json()?);
        web.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
        Ok(web)
    };

    let mut node = Command::new("node");
    browser.set_up(&mut node)?;
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec", "tests/"])
        .env("ZITADEL_TEST_URL", server.url());

    let suites = [
        ("core, dev server, xtask (native)", native),
        ("client in Chromium (wasm-pack)", web(&[])?),
        ("the same over tonic (wasm-pack)", web(&["--features", "tonic"])?),
        ("protos, package, page (node, Chromium)", node),
    ];
    let mut summary = Vec::new();
    for (name, mut command) in suites {
        step::say(&format!("Testing: {name}"));
        summary.push((name, run_counted(&mut command)?));
    }
    report(&summary)
}

/// Plays the scenarios to both transports and writes the table of what they answered.
pub(crate) fn write_robustness() -> Result<()> {
    build::all()?;
    let mut node = Command::new("node");
    Browser::ensure()?.set_up(&mut node)?;
    step::say("Playing the scenarios (about 1 min)");
    step::run(node.args(["--test", "--test-reporter=spec", "tests/scenarios.test.js"]).env("UPDATE", "1"))
}

/// Tries the package, as packed, in more runtimes and bundlers.
pub(crate) fn run_matrix() -> Result<()> {
    build::all()?;
    npm::ensure_matrix()?;
    let server = DevServer::start(Path::new("target/matrix.sqlite"))?;
    let mut node = Command::new("node");
    Browser::ensure()?.set_up(&mut node)?;
    step::say("Trying the package in more runtimes and bundlers (about 15 s)");
    node.args(["--test", "--test-reporter=spec", "tests/matrix/run.js"]).env("ZITADEL_TEST_URL", server.url());
    step::run(&mut node)
}

/// Compares the package with other clients, and the core with itself at growing sizes.
pub(crate) fn run_bench() -> Result<()> {
    build::all()?;
    npm::ensure_bench()?;
    step::say("Timing the core (about 1 min)");
    step::run(Command::new("cargo").args(["bench", "--quiet", "--package", "zitadel-org-web"]))?;
    let mut node = Command::new("node");
    Browser::ensure()?.set_up(&mut node)?;
    step::say("Comparing clients in Chromium (about 3 min)");
    step::run(node.arg("bench/run.js"))
}

fn report(summary: &[(&str, (bool, Count))]) -> Result<()> {
    step::say("Summary");
    let mut total = Count::default();
    for (name, (succeeded, count)) in summary {
        let verdict = if *succeeded { "ok" } else { "FAILED" };
        println!("{name:<40} {verdict:<6} {:>4} passed {:>3} failed", count.passed, count.failed);
        total.passed += count.passed;
        total.failed += count.failed;
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    for (name, (succeeded, count)) in summary {
        if !succeeded {
            bail!("the suite \"{name}\" failed");
        }
        if count.passed == 0 {
            bail!("the suite \"{name}\" ran no test");
        }
    }
    Ok(())
}

/// Runs a suite, shows its output, and tells whether it succeeded and what it counted.
fn run_counted(command: &mut Command) -> Result<(bool, Count)> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| step::describe(command))?;
    let stdout = child.stdout.take().context("no standard output")?;
    let mut count = Count::default();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        println!("{line}");
        count_line(&mut count, &line);
    }
    Ok((child.wait()?.success(), count))
}

/// Adds what a line of a test runner's summary tells: cargo's and wasm-bindgen's, or node's.
fn count_line(count: &mut Count, line: &str) {
    if let Some((_, numbers)) = line.split_once("test result: ") {
        count.passed += number_before(numbers, " passed");
        count.failed += number_before(numbers, " failed");
    } else if let Some(number) = line.strip_prefix("ℹ pass ") {
        count.passed += number.trim().parse().unwrap_or(0);
    } else if let Some(number) = line.strip_prefix("ℹ fail ") {
        count.failed += number.trim().parse().unwrap_or(0);
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let number = text.split_once(word).and_then(|(before, _)| before.rsplit([' ', '.']).next()?.parse().ok());
    number.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Count, count_line};

    #[test]
    fn the_summaries_of_all_runners_are_counted() {
        let mut count = Count::default();
        for line in [
            "test result: ok. 72 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out",
            "ℹ pass 10",
            "ℹ fail 1",
            "ℹ tests 11",
            "test a::b ... ok",
        ] {
            count_line(&mut count, line);
        }
        assert_eq!(count, Count { passed: 85, failed: 3 });
    }
}
