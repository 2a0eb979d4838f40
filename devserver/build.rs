//! Compiles the protos to descriptors for the REST mapping. The client has its own mapping, which this server tests.

use std::{env, error::Error, fs, path::Path};

use prost::Message as _;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../proto");
    let protos = ["zitadel/auth.proto", "zitadel/management.proto", "zitadel/org/v2/org_service.proto"];
    let descriptors = protox::compile(protos, ["../proto"])?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("descriptors.bin"), descriptors.encode_to_vec())?;
    Ok(())
}
