//! Compiles `proto/`: prost's messages, a typed client for every service, and the messages' JSON mapping as Rust.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use prost_build::{Comments, Config, Method, Service, ServiceGenerator};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

const PROTOS: [&str; 4] =
    ["zitadel/management.proto", "zitadel/message.proto", "zitadel/error/v2/error.proto", "google/rpc/status.proto"];

/// How a method is called over REST, and whether it changes nothing. Source: the options of ZITADEL's own
/// `proto/zitadel/management.proto`, which prost-build does not show.
struct Route {
    rpc: &'static str,
    verb: &'static str,
    path: &'static str,
    is_read: bool,
}

const ROUTES: [Route; 3] = [
    Route { rpc: "GetMyOrg", verb: "GET", path: "/management/v1/orgs/me", is_read: true },
    Route { rpc: "DeactivateOrg", verb: "POST", path: "/management/v1/orgs/me/_deactivate", is_read: false },
    Route { rpc: "ReactivateOrg", verb: "POST", path: "/management/v1/orgs/me/_reactivate", is_read: false },
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("values.rs"), values(&descriptors)?)?;
    Config::new()
        .service_generator(Box::new(Generator))
        .extern_path(".google.protobuf.Any", "crate::protocol::any::Any")
        .include_file("proto.rs")
        .compile_fds(descriptors)?;
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
        pub struct {name};
        impl crate::rpc::Rpc for {name} {{
            type Request = {};
            type Value = crate::value::{};
            const METHOD: crate::rpc::Method = crate::rpc::Method {{
                path: \"/{full_name}\", verb: {:?}, route: {:?}, is_read: {},
            }};
        }}",
        method.input_type,
        value_name(&method.output_proto_type),
        route.verb,
        route.path,
        route.is_read,
    )?;
    Ok(())
}

fn write_comments(comments: &Comments, out: &mut String) -> std::fmt::Result {
    for line in &comments.leading {
        writeln!(out, "///{}{}", if line.is_empty() { "" } else { " " }, line.trim())?;
    }
    Ok(())
}

/// The JSON mapping of every message that a method responds with, and of the messages in those.
fn values(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let methods = descriptors.file.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
    let mut names: Vec<String> = methods.map(|method| method.output_type().to_owned()).collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(name) = names.get(at).cloned() {
        let message = find_message(descriptors, &name)?;
        for field in &message.field {
            if let Kind::Message(inner) = Kind::of(field)?
                && !names.contains(&inner.to_owned())
            {
                names.push(inner.to_owned());
            }
        }
        write_value(&name, message, &mut out)?;
        at += 1;
    }
    Ok(out)
}

fn write_value(full_name: &str, message: &DescriptorProto, out: &mut String) -> Result<(), Box<dyn Error>> {
    let name = value_name(full_name);
    let (mut fields, mut from_message, mut into_message, mut from_json, mut entries) = Default::default();
    let mut names = Vec::new();
    let write = |out: &mut String, text: String| writeln!(out, "{text}");
    for field in &message.field {
        let (ident, json) = (field.name(), field.json_name());
        names.push(json);
        let kind = Kind::of(field)?;
        let (rust_type, is_optional) = match kind {
            Kind::String | Kind::Uint64 => ("String".to_owned(), false),
            Kind::Timestamp => ("Option<String>".to_owned(), true),
            Kind::Message(inner) => (format!("Option<{}>", value_name(inner)), true),
            Kind::Enum(_) => ("Enum".to_owned(), false),
        };
        let entry = format!("map.serialize_entry({json:?}, ");
        let entry = if is_optional {
            format!("if let Some(value) = &self.{ident} {{ {entry} value)?; }}")
        } else {
            format!("{entry} &self.{ident})?;")
        };
        write(&mut entries, entry)?;
        write(&mut fields, format!("pub {ident}: {rust_type},"))?;
        let (from, into, read) = match kind {
            Kind::String => {
                (format!("message.{ident}"), format!("self.{ident}"), format!("string_from_json(json, {json:?})?"))
            }
            Kind::Uint64 => (
                format!("message.{ident}.to_string()"),
                format!("uint64_into_message(&self.{ident}, {json:?})?"),
                format!("uint64_from_json(json, {json:?})?"),
            ),
            Kind::Timestamp => (
                format!("timestamp_from_message(message.{ident}, {json:?})?"),
                format!("timestamp_into_message(self.{ident}, {json:?})?"),
                format!("timestamp_from_json(json, {json:?})?"),
            ),
            Kind::Message(_) => (
                format!("message_from_message(message.{ident}, {json:?})?"),
                format!("message_into_message(self.{ident}, {json:?})?"),
                format!("message_from_json(json, {json:?})?"),
            ),
            Kind::Enum(inner) => {
                let of = rust_path(inner);
                let name = format!("|number| {of}::try_from(number).ok().map(|value| value.as_str_name())");
                let number = format!("|name| {of}::from_str_name(name).map(i32::from)");
                (
                    format!("Enum::from_number(message.{ident}, {name})"),
                    format!("self.{ident}.into_number({number})"),
                    format!("Enum::from_json(json, {json:?}, {name}, {number})?"),
                )
            }
        };
        write(&mut from_message, format!("{ident}: {from},"))?;
        write(&mut into_message, format!("{ident}: {into},"))?;
        write(&mut from_json, format!("{ident}: {read},"))?;
    }
    writeln!(
        out,
        "/// `{}` in the JSON mapping.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = \"the message's own docs have them\")]
        pub struct {name} {{ {fields} }}
        impl Value for {name} {{
            type Message = {path};
            const NAMES: &'static [&'static str] = &{names:?};
            fn from_message(message: Self::Message) -> Result<Self, Invalid> {{ Ok(Self {{ {from_message} }}) }}
            fn into_message(self) -> Result<Self::Message, Invalid> {{ Ok({path} {{ {into_message} }}) }}
            fn from_json<J: Json>(json: &J) -> Result<Self, Invalid> {{ Ok(Self {{ {from_json} }}) }}
        }}
        #[cfg(feature = \"js\")]
        impl serde::Serialize for {name} {{
            // As a map: for a struct serde-wasm-bindgen brings a hash map of its fields' names (1 kB gzip).
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                {entries}
                map.end()
            }}
        }}",
        full_name.trim_start_matches('.'),
        path = rust_path(full_name),
    )?;
    Ok(())
}

/// What a field holds, of what the mapping knows.
#[derive(Clone, Copy)]
enum Kind<'a> {
    String,
    Uint64,
    Timestamp,
    Message(&'a str),
    Enum(&'a str),
}

impl<'a> Kind<'a> {
    fn of(field: &'a FieldDescriptorProto) -> Result<Self, Box<dyn Error>> {
        let type_name = field.type_name();
        Ok(match (field.label(), field.r#type()) {
            (Label::Repeated, _) => return Err(format!("{}: repeated fields are not supported", field.name()).into()),
            (_, Type::String) => Self::String,
            (_, Type::Uint64) => Self::Uint64,
            (_, Type::Message) if type_name == ".google.protobuf.Timestamp" => Self::Timestamp,
            (_, Type::Message) => Self::Message(type_name),
            (_, Type::Enum) => Self::Enum(type_name),
            (_, other) => return Err(format!("{}: {other:?} is not supported", field.name()).into()),
        })
    }
}

fn find_message<'a>(descriptors: &'a FileDescriptorSet, name: &str) -> Result<&'a DescriptorProto, Box<dyn Error>> {
    let mut messages = descriptors.file.iter().flat_map(|file| file.message_type.iter().map(move |it| (file, it)));
    let found = messages.find(|(file, message)| format!(".{}.{}", file.package(), message.name()) == name);
    found.map(|(_, message)| message).ok_or_else(|| format!("there is no {name}").into())
}

/// `.zitadel.v1.ObjectDetails` as `ZitadelV1ObjectDetails`.
fn value_name(full_name: &str) -> String {
    let capitalized = |word: &str| {
        word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>()
    };
    full_name.split('.').map(capitalized).collect()
}

/// `.zitadel.v1.ObjectDetails` as the path of prost's type.
fn rust_path(full_name: &str) -> String {
    format!("crate::proto{}", full_name.replace('.', "::"))
}
