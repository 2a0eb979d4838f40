//! Runs libFuzzer with the coverage that a stable compiler supports.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use crate::run;

/// Instrumentation for libFuzzer, and a debug build's assertions.
const FLAGS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions",
];

/// Options of the fuzzer.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Duration in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds the fuzzer and runs it for a while. New inputs and findings are written to target/fuzz; a finding is an error.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let host = run::output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    run::say("Building the fuzzer (about 1 min when nothing is built yet; needs a C++ compiler)");
    let mut cargo = Command::new("cargo");
    // With an explicit target, cargo does not apply the flags to build scripts.
    cargo.args(["build", "--quiet", "--release", "--package", "fuzz", "--target", &host]);
    run::run(cargo.env("RUSTFLAGS", FLAGS.join(" ")).env("CARGO_TARGET_DIR", "target/fuzz"))?;
    run::say(&format!("Fuzzing for {} s", arguments.seconds));
    fs::create_dir_all("target/fuzz/corpus").context("target/fuzz/corpus")?;
    let mut fuzzer = Command::new(format!("target/fuzz/{host}/release/fuzz"));
    fuzzer.args(["target/fuzz/corpus", "fuzz/corpus", "-artifact_prefix=target/fuzz/", "-print_final_stats=1"]);
    run::run(fuzzer.arg(format!("-max_total_time={}", arguments.seconds)))
}
