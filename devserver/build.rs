//! Compiles the protos to descriptors, for the methods, their messages and their REST mapping.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../proto");
    let protos = ["zitadel/auth.proto", "zitadel/management.proto", "zitadel/org/v2/org_service.proto"];
    let mut compiler = protox::Compiler::new(["../proto"])?;
    // Encoded by the compiler, which keeps the options.
    let descriptors = compiler.include_imports(true).open_files(protos)?.encode_file_descriptor_set();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("descriptors.bin"), descriptors)?;
    Ok(())
}
