//! Compiles `proto/`: prost's messages, a typed client for every service, and tables of the methods and messages. Also turns
//! `src/call_texts.json` into constants.

mod methods;
mod routes;
mod schema;
mod texts;

use std::{env, error::Error, fs, path::Path};

use prost_build::{Config, Service, ServiceGenerator};
use protox::Compiler;

use self::methods::Routes;

const PROTOS: [&str; 6] = [
    "zitadel/auth.proto",
    "zitadel/management.proto",
    "zitadel/org/v2/org_service.proto",
    "zitadel/message.proto",
    "zitadel/error/v2/error.proto",
    "google/rpc/status.proto",
];
const TEXTS: &str = "src/call_texts.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    println!("cargo:rerun-if-changed={TEXTS}");
    set_browser_cfg()?;
    let mut compiler = Compiler::new(["proto"])?;
    let descriptors = compiler.include_imports(true).open_files(PROTOS)?.file_descriptor_set();
    let routes = Routes::read(&compiler.descriptor_pool())?;
    let out = env::var("OUT_DIR")?;
    let write = |name: &str, code: String| fs::write(Path::new(&out).join(name), code);
    write("schemas.rs", schema::write(&descriptors)?)?;
    write("methods.rs", methods::write_table(&routes))?;
    write("texts.rs", texts::write(&fs::read_to_string(TEXTS)?)?)?;
    Config::new().service_generator(Box::new(Generator(routes))).include_file("proto.rs").compile_fds(descriptors)?;
    Ok(())
}

/// Sets `cfg(browser)` for targets that have JavaScript.
fn set_browser_cfg() -> Result<(), Box<dyn Error>> {
    println!("cargo:rustc-check-cfg=cfg(browser)");
    if env::var("CARGO_CFG_TARGET_FAMILY")? == "wasm" && env::var("CARGO_CFG_TARGET_OS")? == "unknown" {
        println!("cargo:rustc-cfg=browser");
    }
    Ok(())
}

/// Turns each unary rpc of a service into a type and into a method of a typed client.
struct Generator(Routes);

impl ServiceGenerator for Generator {
    fn generate(&mut self, service: Service, out: &mut String) {
        if let Err(error) = methods::write_service(&service, &self.0, out) {
            *out = format!("compile_error!({:?});", error.to_string());
        }
    }
}
