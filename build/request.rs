//! Writes the JSON mapping of the requests: prost's messages from plain objects, and as JSON text.

use std::{error::Error, fmt::Write as _};

use heck::ToUpperCamelCase as _;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use crate::field::{self, Kind, is_repeated, oneof_path, rust_path};

/// The JSON mapping of every request, and of the messages in those.
pub(crate) fn write(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let methods = descriptors.file.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
    let mut out = String::new();
    for (name, message) in field::with_inner(descriptors, methods.map(|method| method.input_type()))? {
        write_message(name, message, &mut out)?;
    }
    Ok(out)
}

fn write_message(full_name: &str, message: &DescriptorProto, out: &mut String) -> Result<(), Box<dyn Error>> {
    let (mut reads, mut writes) = (String::new(), String::new());
    let names: Vec<&str> = message.field.iter().map(|field| field.json_name()).collect();
    for field in message.field.iter().filter(|field| field.oneof_index.is_none()) {
        let (ident, json) = (field.name(), field.json_name());
        let (read, write) = mapping(field)?;
        writeln!(reads, "{ident}: {read},")?;
        writeln!(writes, "if let Some(json) = {write} {{ object.insert({json:?}, &json); }}")?;
    }
    for (index, oneof) in message.oneof_decl.iter().enumerate() {
        let path = oneof_path(full_name, oneof.name());
        let mut arms = String::new();
        writeln!(reads, "{}: {{ let mut found = None;", oneof.name())?;
        for field in message.field.iter().filter(|field| field.oneof_index.is_some_and(|it| it as usize == index)) {
            let (json, variant) = (field.json_name(), field.name().to_upper_camel_case());
            if !matches!(Kind::of(field)?, Kind::Message(_)) {
                return Err(field::unsupported(field, "other than a message in a oneof").into());
            }
            writeln!(reads, "one_of(&mut found, message_from_json(json, {json:?})?.map({path}::{variant}))?;")?;
            writeln!(arms, "Some({path}::{variant}(message)) => object.insert({json:?}, &message.to_json()),")?;
        }
        writeln!(reads, "found }},")?;
        writeln!(writes, "match &self.{} {{ None => {{}} {arms} }}", oneof.name())?;
    }
    let parameter = match message.field.iter().find(|field| field.name() == "organization_id") {
        Some(_) => "fn parameter(&self) -> &str { &self.organization_id }",
        None => "",
    };
    let (json, object, finish) = if message.field.is_empty() {
        ("_json", "", "\"{}\".to_owned()")
    } else {
        ("json", "let mut object = Object::new();", "object.finish()")
    };
    writeln!(
        out,
        "impl RequestMessage for {path} {{
            const NAMES: &'static [&'static str] = &{names:?};
            fn from_json<J: Json>({json}: &J) -> Result<Self, Invalid> {{ Ok(Self {{ {reads} }}) }}
            fn to_json(&self) -> String {{ {object} {writes} {finish} }}
            {parameter}
        }}",
        path = rust_path(full_name),
    )?;
    Ok(())
}

/// How a field is read, and written as JSON unless it is zero.
fn mapping(field: &FieldDescriptorProto) -> Result<(String, String), Box<dyn Error>> {
    let (ident, json) = (field.name(), field.json_name());
    Ok(match (Kind::of(field)?, is_repeated(field)) {
        (Kind::Bool, false) => (format!("bool_from_json(json, {json:?})?"), format!("bool_to_json(self.{ident})")),
        (Kind::Uint32, false) => {
            (format!("uint32_from_json(json, {json:?})?"), format!("uint64_to_json(u64::from(self.{ident}), false)"))
        }
        (Kind::Uint64, false) => {
            (format!("uint64_from_json(json, {json:?})?"), format!("uint64_to_json(self.{ident}, true)"))
        }
        (Kind::String, false) => {
            (format!("string_from_json(json, {json:?})?"), format!("string_to_json(&self.{ident})"))
        }
        (Kind::Message(_), false) => (
            format!("message_from_json(json, {json:?})?"),
            format!("self.{ident}.as_ref().map(RequestMessage::to_json)"),
        ),
        (Kind::Message(_), true) => {
            (format!("messages_from_json(json, {json:?})?"), format!("messages_to_json(&self.{ident})"))
        }
        (Kind::Enum(inner), false) => {
            let of = rust_path(inner);
            (
                format!("enum_from_json(json, {json:?}, |name| {of}::from_str_name(name).map(i32::from))?"),
                format!(
                    "enum_to_json(self.{ident}, |number| {of}::try_from(number).ok().map(|value| value.as_str_name()))"
                ),
            )
        }
        _ => return Err(field::unsupported(field, "this type of a request's field").into()),
    })
}
