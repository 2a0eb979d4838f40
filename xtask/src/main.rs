//! The project's commands. Each installs the tools it needs and skips work that is already done.

mod bench;
mod build;
mod check;
mod ci;
mod demo;
mod examples;
mod fuzz;
mod msrv;
mod notices;
mod paths;
mod provision;
mod publish;
mod run;
mod server;
mod test;
mod text;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, shows and tests zitadel-org-web.
///
/// Missing tools (the wasm target, wasm-bindgen, wasm-pack, wasm-opt, browsers and their drivers) are downloaded into
/// target/tools. The machine itself is not changed, except that rustup adds the wasm target where it can.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything that CI runs
    Ci,
    /// Build the package and serve the demo page with a mock of ZITADEL
    Demo(demo::Arguments),
    /// Run the tests, the fuzzer, or the package in every supported environment
    Test(test::Arguments),
    /// Check formatting, lints, types, documentation and the minimum Rust version
    Check,
    /// Build the package into pkg
    Build(build::Arguments),
    /// Dry-run a release: both registries, licences, dependency sources, advisories
    Publish,
    /// Compare the client with others and write docs/performance.md
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<()> {
    std::env::set_current_dir(paths::root())?;
    match Arguments::parse().command {
        Command::Ci => ci::run(),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Check => check::run(),
        Command::Build(arguments) => build::run(&arguments),
        Command::Publish => publish::dry_run(),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Arguments;

    #[test]
    fn every_command_is_documented_in_one_line() {
        let arguments = Arguments::command();
        arguments.clone().debug_assert();
        for command in arguments.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!((1..=88).contains(&about.len()), "{}: {about}", command.get_name());
        }
    }
}
