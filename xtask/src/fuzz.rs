//! The fuzzer: libFuzzer with the coverage that a stable compiler can give.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use crate::run;

/// Instrumentation for libFuzzer, and the checks of a debug build.
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
    /// How long to look, in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds the fuzzer and runs it for a while. What it finds new goes to target/fuzz; a finding ends it with an error.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let host = run::output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    run::say("Building the fuzzer (about 1 min when nothing is built yet; needs a C++ compiler)");
    let mut cargo = Command::new("cargo");
    // With a target named, the flags leave build scripts alone.
    cargo.args(["build", "--quiet", "--release", "--package", "fuzz", "--target", &host]);
    run::run(cargo.env("RUSTFLAGS", FLAGS.join(" ")).env("CARGO_TARGET_DIR", "target/fuzz"))?;
    run::say(&format!("Fuzzing for {} s", arguments.seconds));
    fs::create_dir_all("target/fuzz/corpus").context("target/fuzz/corpus")?;
    let mut fuzzer = Command::new(format!("target/fuzz/{host}/release/fuzz"));
    fuzzer.args(["target/fuzz/corpus", "fuzz/corpus", "-artifact_prefix=target/fuzz/", "-print_final_stats=1"]);
    run::run(fuzzer.arg(format!("-max_total_time={}", arguments.seconds)))
}
