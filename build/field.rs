//! What the JSON mapping knows of a message's fields.

use std::error::Error;

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Bool,
    Uint32,
    Uint64,
    String,
    Timestamp,
    Message(&'a str),
    Enum(&'a str),
}

impl<'a> Kind<'a> {
    pub(crate) fn of(field: &'a FieldDescriptorProto) -> Result<Self, Box<dyn Error>> {
        let type_name = field.type_name();
        Ok(match field.r#type() {
            Type::Bool => Self::Bool,
            Type::Uint32 => Self::Uint32,
            Type::Uint64 => Self::Uint64,
            Type::String => Self::String,
            Type::Message if type_name == ".google.protobuf.Timestamp" => Self::Timestamp,
            Type::Message => Self::Message(type_name),
            Type::Enum => Self::Enum(type_name),
            other => return Err(unsupported(field, &format!("{other:?}")).into()),
        })
    }
}

pub(crate) fn is_repeated(field: &FieldDescriptorProto) -> bool {
    field.label() == Label::Repeated
}

pub(crate) fn unsupported(field: &FieldDescriptorProto, what: &str) -> String {
    format!("{}: {what} is not supported", field.name())
}

/// The messages with these names, and all that are in their fields.
pub(crate) fn with_inner<'a>(
    descriptors: &'a FileDescriptorSet,
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<(&'a str, &'a DescriptorProto)>, Box<dyn Error>> {
    let mut names: Vec<&str> = names.collect();
    let mut messages = Vec::new();
    let mut at = 0;
    while let Some(&name) = names.get(at) {
        let message = find(descriptors, name)?;
        for field in &message.field {
            match Kind::of(field)? {
                Kind::Message(inner) if !names.contains(&inner) => names.push(inner),
                _ => {}
            }
        }
        messages.push((name, message));
        at += 1;
    }
    Ok(messages)
}

fn find<'a>(descriptors: &'a FileDescriptorSet, name: &str) -> Result<&'a DescriptorProto, Box<dyn Error>> {
    let mut messages = descriptors.file.iter().flat_map(|file| file.message_type.iter().map(move |it| (file, it)));
    let found = messages.find(|(file, message)| format!(".{}.{}", file.package(), message.name()) == name);
    found.map(|(_, message)| message).ok_or_else(|| format!("there is no {name}").into())
}

/// `.zitadel.v1.ObjectDetails` as the path of prost's type.
pub(crate) fn rust_path(full_name: &str) -> String {
    let (package, name) = full_name.rsplit_once('.').unwrap_or_default();
    format!("crate::proto{}::{}", package.replace('.', "::"), name.to_upper_camel_case())
}

/// The path of the enum that prost makes of a oneof.
pub(crate) fn oneof_path(message: &str, oneof: &str) -> String {
    let (package, name) = message.rsplit_once('.').unwrap_or_default();
    format!("crate::proto{}::{}::{}", package.replace('.', "::"), name.to_snake_case(), oneof.to_upper_camel_case())
}
