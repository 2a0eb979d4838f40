//! The project's commands. Each brings what it needs and skips what is there.

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
/// What is missing (the wasm target, wasm-bindgen, wasm-pack, wasm-opt, a browser with its driver) is brought into
/// target/tools; nothing is installed on the machine itself but, where rustup can, the wasm target.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run what CI runs: check, msrv, test, matrix, size, publish, reproduce
    Ci,
    /// Build the package and serve the demo page with a stand-in for ZITADEL
    Demo(demo::Arguments),
    /// Run every test: crate, dev server, protos, package, and the browser's
    Test(test::Arguments),
    /// Check formatting, lints (host and wasm) and types
    Check,
    /// Build the package into pkg
    Build,
    /// Try the package, as packed, in every bundler, runtime and browser that it is made for
    Matrix,
    /// Do all of a release but the release: dry runs of both registries, licences, sources, advisories
    Publish,
    /// Check the crate with the oldest Rust that it declares
    Msrv,
    /// Build the example apps into target/examples
    Examples,
    /// Play odd and hostile answers to both transports and write docs/robustness.md
    Robustness,
    /// Fuzz the decoders with untrusted input
    Fuzz(fuzz::Arguments),
    /// Print the sizes of what a page downloads, and fail over the budget
    Size,
    /// Build and pack the package twice from nothing; fail if the tarballs differ
    Reproduce,
    /// Compare payload, cold start, own cost and memory with other clients and write docs/performance.md
    Bench,
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
        Command::Build => build::package().map(drop),
        Command::Matrix => test::run_matrix(),
        Command::Publish => publish::dry_run(),
        Command::Msrv => msrv::check(),
        Command::Examples => examples::build(),
        Command::Robustness => test::write_robustness(),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Size => build::print_sizes(),
        Command::Reproduce => build::reproduce(),
        Command::Bench => test::run_bench(),
    }
}
