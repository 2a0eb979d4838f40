//! Runs the test suites and reports the number of tests of each.

use std::{
    fmt,
    io::{self, BufRead as _, BufReader},
    path::Path,
    process::Command,
    thread,
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::{
    build, examples, fuzz,
    provision::{
        browser::{Browser, Engine},
        cargo_tools, npm,
        wasm::Toolchain,
    },
    run, server,
    server::DevServer,
};

/// The number of tests of a suite.
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

/// The tests that depend on the engine. Firefox and WebKit run only these.
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
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// Run only the suites whose name contains this text, for example `node` or `Firefox`
    suite: Option<String>,
    #[command(subcommand)]
    other: Option<Other>,
}

/// Tests that are not part of the suites.
#[derive(Debug, clap::Subcommand)]
enum Other {
    /// Install the packed tarball in every supported bundler, runtime and browser and run it
    Matrix,
    /// Fuzz the decoders with untrusted input
    Fuzz(fuzz::Arguments),
}

/// A suite, or the reason why this machine cannot run it.
struct Suite {
    name: String,
    command: Result<Command>,
}

/// A suite's success and counts, or `None` if the whole suite was skipped.
type Outcome = Option<(bool, Count)>;

/// Runs the suites, or one of the other tests.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.other {
        Some(Other::Matrix) => run_matrix(),
        Some(Other::Fuzz(arguments)) => fuzz::run(arguments),
        None => run_suites(arguments.suite.as_deref().unwrap_or_default()),
    }
}

/// Runs the suites whose name contains the text. A failing suite does not stop the others.
fn run_suites(only: &str) -> Result<()> {
    build::wasm_pack(&Toolchain::ensure()?)?;
    let toolchain = build::all()?;
    build::tower(&toolchain)?;
    let wasm_pack = cargo_tools::wasm_pack()?;
    let chromium = Engine::Chromium.ensure()?;
    server::build()?;
    // The suites mostly wait, so Chromium and the other engines run in parallel, each with a server.
    let server = DevServer::start(Path::new("target/test.sqlite"), 1000)?;
    let others_server = DevServer::start(Path::new("target/test-others.sqlite"), 1000)?;

    let web = |server: &DevServer, browser: &Browser, features: &[&str]| -> Result<Command> {
        let mut web = Command::new(&wasm_pack);
        toolchain.set_up(&mut web)?;
        run::prepend(&mut web, "PATH", &[cargo_tools::bin_without_spaces()?])?;
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
    native.args(["test", "--quiet", "--workspace", "--features", "zitadel-org-web/tower"]);
    let native_suites = vec![suite("core, dev server, xtask (native)", Ok(native))];
    let chromium_suites = vec![
        suite("client in Chromium (wasm-pack)", web(&server, &chromium, &[])),
        suite("the same over tonic (wasm-pack)", web(&server, &chromium, &["--features", "tonic"])),
        suite("package in node", node(&server, &chromium, &["tests/node/", "tests/apps/"])),
        suite("package, page, scenarios, soak in Chromium", node(&server, &chromium, &["tests/browser/"])),
    ];
    let mut other_suites = Vec::new();
    for engine in Engine::OTHERS {
        let name = engine.name();
        match engine.ensure() {
            Ok(browser) => {
                other_suites.push(suite(&format!("client in {name} (wasm-pack)"), web(&others_server, &browser, &[])));
                let command = node(&others_server, &browser, &ENGINE_TESTS);
                other_suites.push(suite(&format!("package, page, scenarios in {name}"), command));
            }
            Err(why) => other_suites.push(suite(&format!("client, package, page, scenarios in {name}"), Err(why))),
        }
    }
    let mut summary = Vec::new();
    for rows in [vec![native_suites], vec![chromium_suites, other_suites]] {
        let select = |suites: Vec<Suite>| suites.into_iter().filter(|suite| suite.name.contains(only)).collect();
        let rows: Vec<Vec<Suite>> = rows.into_iter().map(select).filter(|suites: &Vec<_>| !suites.is_empty()).collect();
        summary.extend(run_in_parallel(rows)?);
    }
    ensure!(!summary.is_empty(), "no suite's name contains \"{only}\"");
    report(&summary)
}

/// Runs rows of suites in parallel, and the suites of each row in sequence.
fn run_in_parallel(rows: Vec<Vec<Suite>>) -> Result<Vec<(String, Outcome)>> {
    // The output of parallel suites would be interleaved.
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

/// Runs a suite and prints its output, line by line or at the end.
fn run_suite(suite: Suite, is_live: bool) -> Result<Outcome> {
    let Suite { name, command } = suite;
    run::say(&format!("Testing: {name}"));
    let command = match command {
        Ok(command) => command,
        Err(why) => {
            println!("Skipped: {why:#}");
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

/// Installs and runs the packed tarball in every supported environment.
fn run_matrix() -> Result<()> {
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
    run::say("Running the package in every environment (about 2 min)");
    node.args(["--test", "--test-reporter=spec", "tests/apps/environments.test.js"]).env("MATRIX", "1");
    node.env("ZITADEL_TEST_URL", server.url());
    run::run(&mut node)
}

/// Prints the outcomes of the suites. Fails if a suite failed or ran no test.
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

/// Runs a suite, passes each line of its output to `print`, and returns the suite's success and counts.
fn run_counted(mut command: Command, mut print: impl FnMut(&str)) -> Result<(bool, Count)> {
    let described = run::describe(&command);
    let (output, writer) = io::pipe()?;
    let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn().context(described)?;
    // The command holds a writing end of the pipe, which would keep it open.
    drop(command);
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        print(&line);
        count_line(&mut count, &line);
    }
    Ok((child.wait()?.success(), count))
}

/// Adds the counts in a line of cargo's, wasm-bindgen's or node's summary.
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
    fn count_line_reads_the_summaries_of_all_runners() {
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
