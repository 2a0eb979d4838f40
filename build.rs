//! Compiles `proto/` into prost's messages and into the tables that `src/message.rs` reads them by.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use prost_build::Config;
use prost_types::{
    DescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};

const PROTOS: [&str; 4] =
    ["zitadel/management.proto", "zitadel/message.proto", "zitadel/error/v2/error.proto", "google/rpc/status.proto"];

/// How the rpcs are called over REST. Source: the options of ZITADEL's own `proto/zitadel/management.proto`.
const ROUTES: [(&str, &str, &str); 3] = [
    ("GetMyOrg", "GET", "/management/v1/orgs/me"),
    ("DeactivateOrg", "POST", "/management/v1/orgs/me/_deactivate"),
    ("ReactivateOrg", "POST", "/management/v1/orgs/me/_reactivate"),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(PROTOS, ["proto"])?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("tables.rs"), tables(&descriptors)?)?;
    Config::new().include_file("proto.rs").compile_fds(descriptors)?;
    Ok(())
}

/// The tables of ZITADEL's messages and the list of its methods, as Rust.
fn tables(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let zitadel = descriptors.file.iter().filter(|file| file.package().starts_with("zitadel."));
    let mut out = String::new();
    for file in zitadel.clone() {
        for message in &file.message_type {
            write_table(&mut out, &descriptors.file, file, message)?;
        }
    }
    let mut answers = Vec::new();
    let mut methods = Map::new();
    methods.insert("headers".to_owned(), headers_json()?);
    writeln!(out, "/// The service's methods.\npub const METHODS: &[Method] = &[")?;
    for file in zitadel {
        for service in &file.service {
            for (method, index) in service.method.iter().zip(0..) {
                if method.client_streaming() || method.server_streaming() {
                    return Err(format!("{}: only unary rpcs are supported", method.name()).into());
                }
                let (first, rest) = method.name().split_at(1);
                let name = format!("{}{rest}", first.to_lowercase());
                let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                answers.push(table_name(method.output_type()));
                writeln!(out, "Method {{ name: {name:?}, path: {path:?} }},")?;
                methods.insert(name, method_json(descriptors, method, index, &path)?);
            }
        }
    }
    writeln!(out, "];")?;
    writeln!(
        out,
        "/// The fields of what the methods answer with.\npub const ANSWERS: &[&[Field]] = &[{}];",
        answers.join(", ")
    )?;
    let json = Value::Object(methods);
    writeln!(out, "/// How they are called, as JSON.\npub const METHODS_JSON: &str = r#\"{json}\"#;")?;
    Ok(out)
}

/// How a method is called; see `methods` in `src/module.rs`. Request messages have no fields, so the frame is all there is.
fn method_json(
    descriptors: &FileDescriptorSet,
    method: &MethodDescriptorProto,
    index: usize,
    path: &str,
) -> Result<Value, Box<dyn Error>> {
    let (_, verb, route) = ROUTES
        .iter()
        .find(|(rpc, ..)| *rpc == method.name())
        .ok_or_else(|| format!("{} has no route", method.name()))?;
    Ok(json!({
        "index": index,
        "grpc-web": { "method": "POST", "path": path, "body": [0, 0, 0, 0, 0] },
        "json": { "method": verb, "path": route, "body": if *verb == "GET" { None } else { Some(b"{}") } },
        "answer": fields_json(descriptors, method.output_type())?,
    }))
}

/// The headers of every request, by protocol.
fn headers_json() -> Result<Value, Box<dyn Error>> {
    let agent = format!("zitadel-org-web/{}", env::var("CARGO_PKG_VERSION")?);
    Ok(json!({
        "grpc-web": { "content-type": "application/grpc-web+proto", "x-grpc-web": "1", "x-user-agent": agent },
        "json": { "content-type": "application/json", "accept": "application/json", "x-user-agent": agent },
    }))
}

/// The fields of a message; see `methods` in `src/module.rs`.
fn fields_json(descriptors: &FileDescriptorSet, type_name: &str) -> Result<Value, Box<dyn Error>> {
    let files = &descriptors.file;
    let mut messages =
        files.iter().flat_map(|file| file.message_type.iter().map(move |it| (full_name(file, it.name()), it)));
    let (_, message) =
        messages.find(|(name, _)| name == type_name).ok_or_else(|| format!("there is no {type_name}"))?;
    let mut fields = Map::new();
    for field in &message.field {
        let kind = match Kind::of(field, files)? {
            Kind::String => json!("string"),
            Kind::Uint64 => json!("uint64"),
            Kind::Timestamp => json!("timestamp"),
            Kind::Message(name) => fields_json(descriptors, name)?,
            Kind::Enum(names) => json!(names),
        };
        fields.insert(field.json_name().to_owned(), kind);
    }
    Ok(Value::Object(fields))
}

/// The names of an enum's values, which must be numbered from 0.
fn enum_names<'a>(files: &'a [FileDescriptorProto], type_name: &str) -> Result<Vec<&'a str>, Box<dyn Error>> {
    let mut enums = files.iter().flat_map(|file| file.enum_type.iter().map(move |it| (full_name(file, it.name()), it)));
    let (_, found) = enums.find(|(name, _)| name == type_name).ok_or_else(|| format!("there is no {type_name}"))?;
    if found.value.iter().zip(0..).any(|(value, number)| value.number() != number) {
        return Err(format!("{type_name}: the numbers have gaps").into());
    }
    Ok(found.value.iter().map(EnumValueDescriptorProto::name).collect())
}

fn write_table(
    out: &mut String,
    files: &[FileDescriptorProto],
    file: &FileDescriptorProto,
    message: &DescriptorProto,
) -> Result<(), Box<dyn Error>> {
    let name = full_name(file, message.name());
    writeln!(
        out,
        "/// The fields of `{}`.\npub const {}: &[Field] = &[",
        name.trim_start_matches('.'),
        table_name(&name)
    )?;
    for field in &message.field {
        let (number, name) = (field.number(), field.json_name());
        let kind = match Kind::of(field, files)? {
            Kind::String => "String".to_owned(),
            Kind::Uint64 => "Uint64".to_owned(),
            Kind::Timestamp => "Timestamp".to_owned(),
            Kind::Message(name) => format!("Message({})", table_name(name)),
            Kind::Enum(names) => format!("Enum(&{names:?})"),
        };
        writeln!(out, "Field {{ number: {number}, name: {name:?}, kind: Kind::{kind} }},")?;
    }
    writeln!(out, "];")?;
    Ok(())
}

/// What a field holds, of what the reader knows; as `Kind` in `src/message.rs`.
enum Kind<'a> {
    String,
    Uint64,
    Timestamp,
    Message(&'a str),
    Enum(Vec<&'a str>),
}

impl<'a> Kind<'a> {
    fn of(field: &'a FieldDescriptorProto, files: &'a [FileDescriptorProto]) -> Result<Self, Box<dyn Error>> {
        let type_name = field.type_name();
        Ok(match (field.label(), field.r#type()) {
            (Label::Repeated, _) => return Err(format!("{}: repeated fields are not supported", field.name()).into()),
            (_, Type::String) => Self::String,
            (_, Type::Uint64) => Self::Uint64,
            (_, Type::Message) if type_name == ".google.protobuf.Timestamp" => Self::Timestamp,
            (_, Type::Message) => Self::Message(type_name),
            (_, Type::Enum) => Self::Enum(enum_names(files, type_name)?),
            (_, other) => return Err(format!("{}: {other:?} is not supported", field.name()).into()),
        })
    }
}

fn full_name(file: &FileDescriptorProto, name: &str) -> String {
    format!(".{}.{name}", file.package())
}

/// `.zitadel.v1.ObjectDetails` as `OBJECT_DETAILS`. Two messages of one name fail the build, as two constants do.
fn table_name(full_name: &str) -> String {
    let name = full_name.rsplit('.').next().unwrap_or_default();
    let words = name.char_indices().map(|(at, char)| {
        let separator = if at > 0 && char.is_uppercase() { "_" } else { "" };
        format!("{separator}{}", char.to_ascii_uppercase())
    });
    let prefix = if full_name.contains(".error.v2.") { "V2_" } else { "" };
    prefix.chars().map(String::from).chain(words).collect()
}
