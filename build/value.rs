//! Writes the JSON mapping of the responses: a type for each message, which keeps what prost's cannot.

use std::{error::Error, fmt::Write as _};

use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use crate::field::{self, Kind, is_repeated, rust_path};

/// The JSON mapping of every message that a method responds with, and of the messages in those.
pub(crate) fn write(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let methods = descriptors.file.iter().flat_map(|file| &file.service).flat_map(|service| &service.method);
    let mut out = String::new();
    for (name, message) in field::with_inner(descriptors, methods.map(|method| method.output_type()))? {
        write_message(name, message, &mut out)?;
    }
    Ok(out)
}

/// `.zitadel.v1.ObjectDetails` as `ZitadelV1ObjectDetails`.
pub(crate) fn name(full_name: &str) -> String {
    let capitalized = |word: &str| {
        word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>()
    };
    full_name.split('.').map(capitalized).collect()
}

/// What is written of a field.
struct Mapping {
    rust_type: String,
    from_message: String,
    into_message: String,
    from_json: String,
}

fn write_message(full_name: &str, message: &DescriptorProto, out: &mut String) -> Result<(), Box<dyn Error>> {
    let name = name(full_name);
    let (mut fields, mut from_message, mut into_message, mut from_json, mut entries) =
        (String::new(), String::new(), String::new(), String::new(), String::new());
    let names: Vec<&str> = message.field.iter().map(|field| field.json_name()).collect();
    for field in &message.field {
        let (ident, json) = (field.name(), field.json_name());
        let mapping = mapping(field)?;
        let entry = format!("map.serialize_entry({json:?}, ");
        if mapping.rust_type.starts_with("Option") {
            writeln!(entries, "if let Some(value) = &self.{ident} {{ {entry} value)?; }}")?;
        } else {
            writeln!(entries, "{entry} &self.{ident})?;")?;
        }
        writeln!(fields, "pub {ident}: {},", mapping.rust_type)?;
        writeln!(from_message, "{ident}: {},", mapping.from_message)?;
        writeln!(into_message, "{ident}: {},", mapping.into_message)?;
        writeln!(from_json, "{ident}: {},", mapping.from_json)?;
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

fn mapping(field: &FieldDescriptorProto) -> Result<Mapping, Box<dyn Error>> {
    let (ident, json) = (field.name(), field.json_name());
    // `read(message.field, "field")?` and the like.
    let by = |rust_type: &str, what: &str| Mapping {
        rust_type: rust_type.to_owned(),
        from_message: format!("{what}_from_message(message.{ident}, {json:?})?"),
        into_message: format!("{what}_into_message(self.{ident}, {json:?})?"),
        from_json: format!("{what}_from_json(json, {json:?})?"),
    };
    let as_it_is = |rust_type: &str, what: &str| Mapping {
        from_message: format!("message.{ident}"),
        into_message: format!("self.{ident}"),
        ..by(rust_type, what)
    };
    Ok(match (Kind::of(field)?, is_repeated(field)) {
        (Kind::String, false) => as_it_is("String", "string"),
        (Kind::String, true) => as_it_is("Vec<String>", "strings"),
        (Kind::Uint64, false) => {
            Mapping { from_message: format!("message.{ident}.to_string()"), ..by("String", "uint64") }
        }
        (Kind::Timestamp, false) => by("Option<String>", "timestamp"),
        (Kind::Message(inner), false) => by(&format!("Option<{}>", name(inner)), "message"),
        (Kind::Message(inner), true) => by(&format!("Vec<{}>", name(inner)), "messages"),
        (Kind::Enum(inner), false) => {
            let of = rust_path(inner);
            let name = format!("|number| {of}::try_from(number).ok().map(|value| value.as_str_name())");
            let number = format!("|name| {of}::from_str_name(name).map(i32::from)");
            Mapping {
                rust_type: "Enum".to_owned(),
                from_message: format!("Enum::from_number(message.{ident}, {name})"),
                into_message: format!("self.{ident}.into_number({number})"),
                from_json: format!("Enum::from_json(json, {json:?}, {name}, {number})?"),
            }
        }
        _ => return Err(field::unsupported(field, "this type of a response's field").into()),
    })
}
