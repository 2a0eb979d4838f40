//! Compiles `proto/` into prost's messages and into the tables that `src/message.rs` reads them by.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use prost_build::Config;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

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
    let enums: Vec<_> =
        zitadel.clone().flat_map(|file| file.enum_type.iter().map(|it| (full_name(file, it.name()), it))).collect();
    let mut out = String::new();
    for file in zitadel.clone() {
        for message in &file.message_type {
            write_table(&mut out, file, message, &enums)?;
        }
    }
    let mut json = String::new();
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
                let answer = table_name(method.output_type());
                writeln!(out, "Method {{ name: {name:?}, path: {path:?}, answer: {answer} }},")?;
                write_requests(&mut json, method.name(), &name, index, &path)?;
            }
        }
    }
    writeln!(out, "];")?;
    writeln!(
        out,
        "/// How they are called, as JSON.\npub const METHODS_JSON: &str = r#\"{{{}}}\"#;",
        json.trim_end_matches(',')
    )?;
    Ok(out)
}

/// What a method's requests are; see `methods` in `src/module.rs`. Request messages have no fields, so the frame is all there is.
fn write_requests(json: &mut String, rpc: &str, name: &str, index: i32, path: &str) -> Result<(), Box<dyn Error>> {
    let (_, verb, route) = ROUTES.iter().find(|(it, ..)| *it == rpc).ok_or_else(|| format!("{rpc} has no route"))?;
    let body = if *verb == "GET" { "null" } else { "[123,125]" };
    let agent = format!("\"x-user-agent\":\"zitadel-org-web/{}\"", env::var("CARGO_PKG_VERSION")?);
    write!(json, "\"{name}\":{{\"index\":{index},")?;
    write!(json, "\"grpc-web\":{{\"method\":\"POST\",\"path\":\"{path}\",\"headers\":")?;
    write!(
        json,
        "{{\"content-type\":\"application/grpc-web+proto\",\"x-grpc-web\":\"1\",{agent}}},\"body\":[0,0,0,0,0]}},"
    )?;
    write!(json, "\"json\":{{\"method\":\"{verb}\",\"path\":\"{route}\",\"headers\":")?;
    write!(
        json,
        "{{\"content-type\":\"application/json\",\"accept\":\"application/json\",{agent}}},\"body\":{body}}}}},"
    )?;
    Ok(())
}

fn write_table(
    out: &mut String,
    file: &FileDescriptorProto,
    message: &DescriptorProto,
    enums: &[(String, &EnumDescriptorProto)],
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
        writeln!(out, "Field {{ number: {number}, name: {name:?}, kind: {} }},", kind(field, enums)?)?;
    }
    writeln!(out, "];")?;
    Ok(())
}

fn kind(field: &FieldDescriptorProto, enums: &[(String, &EnumDescriptorProto)]) -> Result<String, Box<dyn Error>> {
    let type_name = field.type_name();
    Ok(match (field.label(), field.r#type()) {
        (Label::Repeated, _) => return Err(format!("{}: repeated fields are not supported", field.name()).into()),
        (_, Type::String) => "Kind::String".to_owned(),
        (_, Type::Uint64) => "Kind::Uint64".to_owned(),
        (_, Type::Message) if type_name == ".google.protobuf.Timestamp" => "Kind::Timestamp".to_owned(),
        (_, Type::Message) => format!("Kind::Message({})", table_name(type_name)),
        (_, Type::Enum) => {
            let (_, found) = enums.iter().find(|(name, _)| name == type_name).ok_or("an enum of another package")?;
            let names: Vec<_> = found.value.iter().map(prost_types::EnumValueDescriptorProto::name).collect();
            if found.value.iter().zip(0..).any(|(value, number)| value.number() != number) {
                return Err(format!("{type_name}: the numbers have gaps").into());
            }
            format!("Kind::Enum(&{names:?})")
        }
        (_, other) => return Err(format!("{}: {other:?} is not supported", field.name()).into()),
    })
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
