//! Compiles `proto/`: prost's messages, a typed client for every service, and tables of the messages.

mod schema;

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use prost_build::{Comments, Config, Method, Service, ServiceGenerator};

const PROTOS: [&str; 6] = [
    "zitadel/auth.proto",
    "zitadel/management.proto",
    "zitadel/org/v2/org_service.proto",
    "zitadel/message.proto",
    "zitadel/error/v2/error.proto",
    "google/rpc/status.proto",
];

/// How a method is called over REST, and whether it changes nothing. `*` in the path is the request's `organization_id`.
/// Source: the options of ZITADEL's own protos (`proto/zitadel/{auth,management}.proto`, `org/v2/org_service.proto`), which
/// prost-build does not show.
struct Route {
    rpc: &'static str,
    verb: &'static str,
    path: &'static str,
    is_read: bool,
}

const ROUTES: [Route; 7] = [
    read("ListMyZitadelPermissions", "POST", "/auth/v1/permissions/zitadel/me/_search"),
    read("GetMyOrg", "GET", "/management/v1/orgs/me"),
    change("DeactivateOrg", "/management/v1/orgs/me/_deactivate"),
    change("ReactivateOrg", "/management/v1/orgs/me/_reactivate"),
    read("ListOrganizations", "POST", "/v2/organizations/_search"),
    change("ActivateOrganization", "/v2/organizations/*/activate"),
    change("DeactivateOrganization", "/v2/organizations/*/deactivate"),
];

const fn read(rpc: &'static str, verb: &'static str, path: &'static str) -> Route {
    Route { rpc, verb, path, is_read: true }
}

const fn change(rpc: &'static str, path: &'static str) -> Route {
    Route { rpc, verb: "POST", path, is_read: false }
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("schemas.rs"), schema::write(&descriptors)?)?;
    Config::new().service_generator(Box::new(Generator)).include_file("proto.rs").compile_fds(descriptors)?;
    Ok(())
}

/// Turns each unary rpc of a service into a type and into a method of a typed client.
struct Generator;

impl ServiceGenerator for Generator {
    fn generate(&mut self, service: Service, out: &mut String) {
        if let Err(error) = write_service(&service, out) {
            *out = format!("compile_error!({:?});", error.to_string());
        }
    }
}

fn write_service(service: &Service, out: &mut String) -> Result<(), Box<dyn Error>> {
    let name = format!("{}Client", service.name);
    let full_name = format!("{}.{}", service.package, service.proto_name);
    for method in &service.methods {
        write_rpc(service, method, out)?;
    }
    write_comments(&service.comments, out)?;
    writeln!(
        out,
        "#[derive(Debug, Clone)]
        pub struct {name}<T> {{ base_url: String, transport: T }}
        impl<T: crate::transport::Transport> {name}<T> {{
            /// A client of `{full_name}` at a base URL, over a transport. It checks nothing, asks for no token and sets no
            /// deadline of its own; see [`Client`](crate::Client) for all that.
            pub fn new(base_url: impl Into<String>, transport: T) -> Self {{
                Self {{ base_url: base_url.into(), transport }}
            }}"
    )?;
    for Method { name, proto_name, input_type, output_type, comments, .. } in &service.methods {
        write_comments(comments, out)?;
        writeln!(
            out,
            "///
            /// # Errors
            /// Whatever the transport fails with, or INTERNAL if the response is not a [`{output_type}`].
            pub async fn {name}(
                &self,
                request: &{input_type},
                options: crate::transport::Options,
            ) -> Result<crate::transport::Reply<{output_type}>, crate::Error> {{
                crate::transport::unary::<{proto_name}, T>(&self.transport, &self.base_url, request, options).await
            }}"
        )?;
    }
    writeln!(out, "}}")?;
    Ok(())
}

/// A type for a method, which says how it is called.
fn write_rpc(service: &Service, method: &Method, out: &mut String) -> Result<(), Box<dyn Error>> {
    let name = &method.proto_name;
    if method.client_streaming || method.server_streaming {
        return Err(format!("{name}: only unary rpcs are supported").into());
    }
    let route = ROUTES.iter().find(|route| route.rpc == name).ok_or_else(|| format!("{name} has no route"))?;
    let full_name = format!("{}.{}/{name}", service.package, service.proto_name);
    writeln!(
        out,
        "/// The method `{full_name}`.
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct {name};
        impl crate::rpc::Rpc for {name} {{
            type Request = {};
            type Response = {};
            const METHOD: crate::rpc::Method = crate::rpc::Method {{
                path: \"/{full_name}\", verb: {:?}, route: {:?}, is_read: {},
                request: &crate::value::schema::{}, response: &crate::value::schema::{},
            }};
        }}",
        method.input_type,
        method.output_type,
        route.verb,
        route.path,
        route.is_read,
        schema::ident(&method.input_proto_type),
        schema::ident(&method.output_proto_type),
    )?;
    Ok(())
}

fn write_comments(comments: &Comments, out: &mut String) -> std::fmt::Result {
    for line in &comments.leading {
        writeln!(out, "///{}{}", if line.is_empty() { "" } else { " " }, line.trim())?;
    }
    Ok(())
}
