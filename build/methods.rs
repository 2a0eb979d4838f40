//! Writes a type for each method, the table of methods, and the typed clients.

use std::{collections::BTreeMap, error::Error, fmt::Write as _};

use heck::ToLowerCamelCase as _;
use prost_build::{Comments, Method, Service};
use prost_reflect::DescriptorPool;

use crate::{
    routes::{self, Route},
    schema,
};

/// The routes of all methods and the types of their messages, by the methods' full names.
pub(crate) struct Routes(BTreeMap<String, (Route, String, String)>);

impl Routes {
    pub(crate) fn read(pool: &DescriptorPool) -> Result<Self, Box<dyn Error>> {
        let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let routes = methods.map(|method| {
            let route =
                routes::read(&method).ok_or_else(|| format!("{} has no google.api.http", method.full_name()))?;
            let types = (method.input().full_name().to_owned(), method.output().full_name().to_owned());
            Ok((method.full_name().to_owned(), (route, types.0, types.1)))
        });
        Ok(Self(routes.collect::<Result<_, Box<dyn Error>>>()?))
    }
}

/// Replaces the names in braces by those of the JSON mapping.
fn json_names(path: &str) -> String {
    let mut parts = path.split(['{', '}']);
    let mut names = parts.next().unwrap_or_default().to_owned();
    while let (Some(name), Some(after)) = (parts.next(), parts.next()) {
        names.extend(["{", &name.to_lower_camel_case(), "}", after]);
    }
    names
}

/// Returns the table of all methods. It names no generated message, so that `method` imports no module above it.
pub(crate) fn write_table(routes: &Routes) -> String {
    let methods = routes.0.iter().map(|(full_name, (route, request, response))| {
        let path = match full_name.rsplit_once('.') {
            Some((service, method)) => format!("/{service}/{method}"),
            None => format!("/{full_name}"),
        };
        format!(
            "Method {{
                path: {path:?}, http_method: {:?}, route: {:?}, is_read: {},
                request: &crate::message::schema::{}, response: &crate::message::schema::{},
            }}",
            route.http_method,
            json_names(&route.path),
            route.is_read,
            schema::ident(&format!(".{request}")),
            schema::ident(&format!(".{response}")),
        )
    });
    let methods: Vec<String> = methods.collect();
    format!("pub(crate) const METHODS: [Method; {}] = [{}];", methods.len(), methods.join(", "))
}

/// Writes the methods and the typed client of a service.
pub(crate) fn write_service(service: &Service, routes: &Routes, out: &mut String) -> Result<(), Box<dyn Error>> {
    let name = format!("{}Client", service.name);
    let full_name = format!("{}.{}", service.package, service.proto_name);
    for method in &service.methods {
        write_rpc(&full_name, method, routes, out)?;
    }
    write_comments(&service.comments, out)?;
    writeln!(
        out,
        "#[derive(Debug, Clone)]
        pub struct {name}<T> {{ base_url: String, transport: T }}
        impl<T: crate::transport::Transport> {name}<T> {{
            /// Returns a client of `{full_name}` at a base URL, over a transport. It checks nothing, adds no token and enforces no
            /// deadline; [`Client`](crate::Client) does.
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
            /// The transport's error, or INTERNAL if the response is not a [`{output_type}`].
            pub async fn {name}(
                &self,
                request: &{input_type},
                options: crate::transport::Options,
            ) -> Result<crate::transport::TypedResponse<{output_type}>, crate::Error> {{
                crate::transport::unary::<{proto_name}, T>(&self.transport, &self.base_url, request, options).await
            }}"
        )?;
    }
    writeln!(out, "}}")?;
    Ok(())
}

fn write_rpc(service: &str, method: &Method, routes: &Routes, out: &mut String) -> Result<(), Box<dyn Error>> {
    let name = &method.proto_name;
    if method.client_streaming || method.server_streaming {
        return Err(format!("{name}: only unary rpcs are supported").into());
    }
    let full_name = format!("{service}.{name}");
    let index = routes.0.keys().position(|key| *key == full_name).ok_or_else(|| format!("{name} has no route"))?;
    writeln!(
        out,
        "/// The method `{service}/{name}`.
        #[derive(Debug, Clone, Copy)]
        pub(crate) struct {name};
        impl crate::method::Rpc for {name} {{
            type Request = {};
            type Response = {};
            const METHOD: crate::method::Method = crate::method::METHODS[{index}];
        }}",
        method.input_type, method.output_type,
    )?;
    Ok(())
}

fn write_comments(comments: &Comments, out: &mut String) -> std::fmt::Result {
    for line in &comments.leading {
        writeln!(out, "///{}{}", if line.is_empty() { "" } else { " " }, line.trim())?;
    }
    Ok(())
}
