//! Has connectrpc generate a client of the rpc that is compared.

use std::{env, error::Error, fs, path::Path};

use prost::Message as _;

const FILES: [&str; 3] = ["zitadel/management.proto", "zitadel/object.proto", "zitadel/org.proto"];
const PROTOS: &str = "../../proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PROTOS}");
    let descriptors = Path::new(&env::var("OUT_DIR")?).join("descriptors.binpb");
    fs::write(&descriptors, protox::compile(["zitadel/management.proto"], [PROTOS])?.encode_to_vec())?;
    connectrpc_build::Config::new()
        .files(&FILES)
        .descriptor_set(descriptors)
        .generate_json(false)
        .include_file("_connectrpc.rs")
        .compile()?;
    Ok(())
}
