//! The fuzzer under `cargo xtask test fuzz`; otherwise a replay of files or folders given as arguments.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::run(input));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for file in std::env::args().skip(1) {
        fuzz::run(&std::fs::read(file)?);
    }
    Ok(())
}
