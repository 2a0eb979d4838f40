//! Every test suite, and how many tests of each ran.

use std::{
    fmt,
    io::{self, BufRead as _, BufReader},
    path::Path,
    process::Command,
    thread,
};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{
    build, examples,
    provision::{
        browser::{Browser, Engine},
        cargo_tools, npm,
        wasm::Toolchain,
    },
    run, server,
    server::DevServer,
};

/// The counts of a suite's output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(formatter, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// The tests in Node that say something of an engine, for those that do not run them all.
const ENGINE_TESTS: [&str; 6] = [
    "tests/browser/frames.test.js",
    "tests/browser/organizations.test.js",
    "tests/browser/package.test.js",
    "tests/browser/page.test.js",
    "tests/browser/preflight.test.js",
    "tests/browser/scenarios.test.js",
];

/// Options of the tests.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only suites whose name contains this, for instance `node` or `Firefox`
    only: Option<String>,
}

/// A suite, or why this machine cannot run it.
struct Suite {
    name: String,
    command: Result<Command>,
}

/// Whether a suite succeeded, and its counts; `None` if it was skipped as a whole.
type Outcome = Option<(bool, Count)>;

/// Runs all suites; one that fails does not keep the next from running.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    build::wasm_pack(&Toolchain::ensure()?)?;
    let toolchain = build::all()?;
    build::tower(&toolchain)?;
    let wasm_pack = cargo_tools::wasm_pack()?;
    let chromium = Engine::Chromium.ensure()?;
    server::build()?;
    // The suites mostly wait, so the other engines' run beside Chromium's, with a server of their own.
    let server = DevServer::start(Path::new("target/test.sqlite"), 1000)?;
    let others_server = DevServer::start(Path::new("target/test-others.sqlite"), 1000)?;

    let web = |server: &DevServer, browser: &Browser, features: &[&str]| -> Result<Command> {
        let mut web = Command::new(&wasm_pack);
        toolchain.set_up(&mut web)?;
        run::prepend(&mut web, "PATH", &[cargo_tools::bin_without_blanks()?])?;
        web.args(["test", "--mode", "no-install"]);
        browser.set_up_wasm_pack(&mut web)?;
        web.args(["--", "--test", "web"]).args(features).env("ZITADEL_TEST_URL", server.url());
        web.env("WASM_BINDGEN_TEST_TIMEOUT", "120").env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
        Ok(web)
    };
    let node = |server: &DevServer, browser: &Browser, tests: &[&str]| -> Result<Command> {
        let mut node = Command::new("node");
        browser.set_up(&mut node)?;
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(tests);
        node.env("BROWSER", browser.name()).env("ZITADEL_TEST_URL", server.url());
        Ok(node)
    };
    let suite = |name: &str, command| Suite { name: name.to_owned(), command };

    let mut native = Command::new("cargo");
    native.args(["test", "--quiet", "--workspace"]);
    let mut fewest = Command::new("cargo");
    fewest.args(["test", "--quiet", "--package", "zitadel-org-web", "--no-default-features"]);
    fewest.args(["--features", "js", "--test", "host"]);
    let of_the_host = vec![
        suite("core, dev server, xtask (native)", Ok(native)),
        suite("core with the fewest features (native)", Ok(fewest)),
    ];
    let of_chromium = vec![
        suite("client in Chromium (wasm-pack)", web(&server, &chromium, &[])),
        suite("the same over tonic (wasm-pack)", web(&server, &chromium, &["--features", "tonic"])),
        suite("package in node", node(&server, &chromium, &["tests/node/", "tests/apps/"])),
        suite("package, page, scenarios, soak in Chromium", node(&server, &chromium, &["tests/browser/"])),
    ];
    let mut of_others = Vec::new();
    for engine in Engine::OTHERS {
        let name = engine.name();
        match engine.ensure() {
            Ok(browser) => {
                of_others.push(suite(&format!("client in {name} (wasm-pack)"), web(&others_server, &browser, &[])));
                let command = node(&others_server, &browser, &ENGINE_TESTS);
                of_others.push(suite(&format!("package, page, scenarios in {name}"), command));
            }
            Err(why) => of_others.push(suite(&format!("client, package, page, scenarios in {name}"), Err(why))),
        }
    }
    let only = arguments.only.as_deref().unwrap_or_default();
    let mut summary = Vec::new();
    for side_by_side in [vec![of_the_host], vec![of_chromium, of_others]] {
        let wanted = |suites: Vec<Suite>| suites.into_iter().filter(|suite| suite.name.contains(only)).collect();
        let rows: Vec<Vec<Suite>> =
            side_by_side.into_iter().map(wanted).filter(|suites: &Vec<_>| !suites.is_empty()).collect();
        summary.extend(run_side_by_side(rows)?);
    }
    report(&summary)
}

/// Runs rows of suites side by side, those of a row one after the other.
fn run_side_by_side(rows: Vec<Vec<Suite>>) -> Result<Vec<(String, Outcome)>> {
    // What two suites print at the same time nobody can read.
    let is_live = rows.len() == 1;
    let run_row = |row: Vec<Suite>| -> Result<Vec<_>> {
        row.into_iter().map(|suite| Ok((suite.name.clone(), run_suite(suite, is_live)?))).collect()
    };
    thread::scope(|scope| {
        let rows: Vec<_> = rows.into_iter().map(|row| scope.spawn(|| run_row(row))).collect();
        let outcomes = rows.into_iter().map(|row| row.join().map_err(|_| anyhow!("a thread panicked"))?);
        outcomes.collect::<Result<Vec<_>>>().map(|outcomes| outcomes.concat())
    })
}

/// Runs a suite and shows what it prints: line by line, or as a whole when it has ended.
fn run_suite(suite: Suite, is_live: bool) -> Result<Outcome> {
    let Suite { name, command } = suite;
    run::say(&format!("Testing: {name}"));
    let command = match command {
        Ok(command) => command,
        Err(why) => {
            println!("Skipped, since this machine lacks what it needs: {why:#}");
            return Ok(None);
        }
    };
    let mut printed = String::new();
    let outcome = run_counted(command, |line| {
        if is_live {
            println!("{line}");
        } else {
            printed.extend([line, "\n"]);
        }
    })?;
    if !is_live {
        println!("\n==> Tested: {name}\n{printed}");
    }
    Ok(Some(outcome))
}

/// Plays the scenarios to both transports and writes the table of what they answered.
pub(crate) fn write_robustness() -> Result<()> {
    build::tower(&build::all()?)?;
    let mut node = Command::new("node");
    Engine::Chromium.ensure()?.set_up(&mut node)?;
    run::say("Playing the scenarios (about 1 min)");
    run::run(node.args(["--test", "--test-reporter=spec", "tests/browser/scenarios.test.js"]).env("UPDATE", "1"))
}

/// Tries the package, as packed, in more runtimes and bundlers.
pub(crate) fn run_matrix() -> Result<()> {
    build::all()?;
    npm::ensure_matrix()?;
    examples::build()?;
    server::build()?;
    let server = DevServer::start(Path::new("target/matrix.sqlite"), 60)?;
    let mut node = Command::new("node");
    for engine in Engine::ALL {
        match engine.ensure() {
            Ok(browser) => browser.set_up(&mut node)?,
            Err(why) => println!("No {}: {why:#}", engine.name()),
        }
    }
    run::say("Trying the package in every environment (about 2 min)");
    node.args(["--test", "--test-reporter=spec", "tests/apps/environments.test.js"]).env("MATRIX", "1");
    node.env("ZITADEL_TEST_URL", server.url());
    run::run(&mut node)
}

/// Compares the package with other clients, and the core with itself at growing sizes.
pub(crate) fn run_bench() -> Result<()> {
    let toolchain = build::all()?;
    build::name_functions()?;
    npm::ensure_bench()?;
    for name in ["rust", "connectrpc"] {
        let (folder, out) = (Path::new("bench").join(name), Path::new("target/bench").join(name));
        examples::app(&toolchain, &folder, &format!("{name}_candidate"), &out)?;
        build::optimize(&out.join("app_bg.wasm"))?;
    }
    run::say("Timing the core (about 4 min)");
    run::run(Command::new("cargo").args(["bench", "--quiet", "--package", "zitadel-org-web"]))?;
    let mut node = Command::new("node");
    Engine::Chromium.ensure()?.set_up(&mut node)?;
    run::say("Comparing clients in Chromium (about 9 min)");
    run::run(node.arg("bench/run.js"))
}

/// Prints how the suites went, and fails if one did or ran no test.
fn report(summary: &[(String, Outcome)]) -> Result<()> {
    run::say("Summary");
    let mut total = Count::default();
    for (name, outcome) in summary {
        let (verdict, count) = match outcome {
            None => ("skipped", Count { skipped: 1, ..Count::default() }),
            Some((true, count)) => ("ok", *count),
            Some((false, count)) => ("FAILED", *count),
        };
        println!("{name:<45} {verdict:<7} {count}");
        total.passed += count.passed;
        total.failed += count.failed;
        total.skipped += count.skipped;
    }
    println!("\n{total}");
    for (name, outcome) in summary {
        let Some((succeeded, count)) = outcome else { continue };
        if !succeeded {
            bail!("the suite \"{name}\" failed");
        }
        if count.passed == 0 {
            bail!("the suite \"{name}\" ran no test");
        }
    }
    Ok(())
}

/// Runs a suite, hands on each line of its output, and returns whether it succeeded and its counts.
fn run_counted(mut command: Command, mut print: impl FnMut(&str)) -> Result<(bool, Count)> {
    let described = run::describe(&command);
    let (output, writer) = io::pipe()?;
    let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn().context(described)?;
    // With it go its ends of the pipe, which would otherwise stay open.
    drop(command);
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        print(&line);
        count_line(&mut count, &line);
    }
    Ok((child.wait()?.success(), count))
}

/// Adds the counts of a line of a test runner's summary: cargo's and wasm-bindgen's, or node's.
fn count_line(count: &mut Count, line: &str) {
    if let Some((_, numbers)) = line.split_once("test result: ") {
        count.passed += number_before(numbers, " passed");
        count.failed += number_before(numbers, " failed");
        count.skipped += number_before(numbers, " ignored");
    } else if let Some(number) = line.strip_prefix("ℹ pass ") {
        count.passed += number.trim().parse().unwrap_or(0);
    } else if let Some(number) = line.strip_prefix("ℹ fail ") {
        count.failed += number.trim().parse().unwrap_or(0);
    } else if let Some(number) = line.strip_prefix("ℹ skipped ") {
        count.skipped += number.trim().parse().unwrap_or(0);
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
            "test result: FAILED. 3 passed; 2 failed; 4 ignored; 0 filtered out",
            "ℹ pass 10",
            "ℹ fail 1",
            "ℹ skipped 2",
            "ℹ tests 13",
            "test a::b ... ok",
        ] {
            count_line(&mut count, line);
        }
        assert_eq!(count, Count { passed: 85, failed: 3, skipped: 6 });
    }
}
