//! Compiles `proto/` into messages (prost) and, for every service, a client that is generic over the transport.

use std::{error::Error, fmt::Write as _};

use prost_build::{Comments, Config, Service, ServiceGenerator};

const PROTOS: [&str; 3] = ["zitadel/management.proto", "zitadel/message.proto", "google/rpc/status.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    Config::new().service_generator(Box::new(ClientGenerator)).include_file("proto.rs").compile_fds(descriptors)?;
    Ok(())
}

/// Turns each unary rpc of a service into a typed async method.
struct ClientGenerator;

impl ServiceGenerator for ClientGenerator {
    fn generate(&mut self, service: Service, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = write_client(&service, out);
    }
}

fn write_client(service: &Service, out: &mut String) -> std::fmt::Result {
    let name = format!("{}Client", service.name);
    let full_name = format!("{}.{}", service.package, service.proto_name);
    write_comments(&service.comments, "", out)?;
    writeln!(out, "#[derive(Debug, Clone)]")?;
    writeln!(out, "pub struct {name}<T> {{ transport: T }}")?;
    writeln!(out, "impl<T: crate::transport::Transport> {name}<T> {{")?;
    writeln!(out, "    /// A client of `{full_name}` that calls through `transport`.")?;
    writeln!(out, "    pub const fn new(transport: T) -> Self {{ Self {{ transport }} }}")?;
    for method in &service.methods {
        if method.client_streaming || method.server_streaming {
            writeln!(out, "compile_error!(\"{}: only unary rpcs are supported\");", method.proto_name)?;
            continue;
        }
        write_comments(&method.comments, "    ", out)?;
        writeln!(out, "    ///")?;
        writeln!(out, "    /// # Errors")?;
        writeln!(
            out,
            "    /// Whatever the transport fails with, or INTERNAL if the answer is not a [`{}`].",
            method.output_type
        )?;
        writeln!(
            out,
            "    pub async fn {}(&self, request: &{}, metadata: crate::metadata::Metadata) \
             -> Result<crate::transport::Reply<{}>, T::Error> {{",
            method.name, method.input_type, method.output_type
        )?;
        writeln!(
            out,
            "        crate::transport::unary(&self.transport, \"/{full_name}/{}\", request, metadata).await",
            method.proto_name
        )?;
        writeln!(out, "    }}")?;
    }
    writeln!(out, "}}")
}

fn write_comments(comments: &Comments, indent: &str, out: &mut String) -> std::fmt::Result {
    for line in &comments.leading {
        writeln!(out, "{indent}///{}{}", if line.is_empty() { "" } else { " " }, line.trim())?;
    }
    Ok(())
}
