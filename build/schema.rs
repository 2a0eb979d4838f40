//! Generates the tables that convert messages.

use std::{error::Error, fmt::Write as _};

use heck::{ToShoutySnakeCase as _, ToSnakeCase as _};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet,
    field_descriptor_proto::{Label, Type},
};

/// Returns the tables of all requests, responses and error details, and of the messages in them.
pub(crate) fn write(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let methods = descriptors.file.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
    let mut names: Vec<&str> = methods.flat_map(|method| [method.input_type(), method.output_type()]).collect();
    names.extend([
        ".google.protobuf.Timestamp",
        ".google.rpc.Status",
        ".zitadel.v1.ErrorDetail",
        ".zitadel.error.v2.ErrorDetail",
    ]);
    let mut out = String::new();
    let mut index = 0;
    while let Some(&name) = names.get(index) {
        let message = find(descriptors, name, |file| &file.message_type, DescriptorProto::name)?;
        writeln!(out, "/// `{}`.\npub static {}: Schema = Schema {{ fields: &[", &name[1..], ident(name))?;
        for field in &message.field {
            if field.r#type() == Type::Message && !is_timestamp(field) && !names.contains(&field.type_name()) {
                names.push(field.type_name());
            }
            // `Field::has_name` derives the second name that the JSON mapping allows from the first.
            if field.json_name().to_snake_case() != field.name() {
                return Err(format!("{name}: {} is not {} in snake_case", field.name(), field.json_name()).into());
            }
            writeln!(
                out,
                "Field {{ number: {}, name: {:?}, kind: {}, is_repeated: {}, oneof: {:?} }},",
                field.number(),
                field.json_name(),
                kind(descriptors, field)?,
                field.label() == Label::Repeated,
                field.oneof_index,
            )?;
        }
        writeln!(out, "] }};")?;
        index += 1;
    }
    Ok(out)
}

/// Converts `.zitadel.v1.ObjectDetails` to `ZITADEL_V1_OBJECT_DETAILS`.
pub(crate) fn ident(full_name: &str) -> String {
    full_name.replace('.', "_").to_shouty_snake_case()
}

fn kind(descriptors: &FileDescriptorSet, field: &FieldDescriptorProto) -> Result<String, Box<dyn Error>> {
    Ok(match field.r#type() {
        Type::Bool => "Kind::Bool".to_owned(),
        Type::Bytes => "Kind::Bytes".to_owned(),
        Type::Int32 => "Kind::Int32".to_owned(),
        Type::Int64 => "Kind::Int64".to_owned(),
        Type::Uint32 => "Kind::Uint32".to_owned(),
        Type::Uint64 => "Kind::Uint64".to_owned(),
        Type::String => "Kind::String".to_owned(),
        Type::Message if is_timestamp(field) => "Kind::Timestamp".to_owned(),
        Type::Message => format!("Kind::Message(&{})", ident(field.type_name())),
        Type::Enum => {
            let values = find(descriptors, field.type_name(), |file| &file.enum_type, EnumDescriptorProto::name)?;
            let values = values.value.iter().map(|value| format!("({:?}, {})", value.name(), value.number()));
            format!("Kind::Enum(&[{}])", values.collect::<Vec<_>>().join(", "))
        }
        other => return Err(format!("{}: {other:?} is not supported", field.name()).into()),
    })
}

fn is_timestamp(field: &FieldDescriptorProto) -> bool {
    field.type_name() == ".google.protobuf.Timestamp"
}

fn find<'a, T>(
    descriptors: &'a FileDescriptorSet,
    full_name: &str,
    all: fn(&'a prost_types::FileDescriptorProto) -> &'a Vec<T>,
    name: fn(&T) -> &str,
) -> Result<&'a T, Box<dyn Error>> {
    let mut all = descriptors.file.iter().flat_map(|file| all(file).iter().map(move |item| (file, item)));
    let declaration = all.find(|(file, item)| format!(".{}.{}", file.package(), name(item)) == full_name);
    declaration.map(|(_, item)| item).ok_or_else(|| format!("{full_name} is not declared in proto/").into())
}
