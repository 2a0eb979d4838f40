//! Messages, converted between protobuf, proto3's JSON mapping and JavaScript by tables that the build generates.
//!
//! There is one [`Value`] for all messages because code for each message would add some 30 kB to the module.

mod json;
pub mod json_text;
mod protobuf;
pub mod timestamp;

pub use self::json::Form;
#[cfg(feature = "js")]
use crate::wire::base64;

/// The tables of the messages.
pub mod schema {
    use super::{Field, Kind, Schema};

    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}

/// The fields of a message.
#[derive(Debug)]
pub struct Schema {
    /// In the proto's order.
    pub(crate) fields: &'static [Field],
}

impl Schema {
    /// Returns true if a field has this name in JSON.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.has_name(name))
    }
}

/// A field of a message.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) number: u32,
    /// The name in JSON, in lowerCamelCase.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_repeated: bool,
    /// The index of the field's oneof: a message has at most one of its fields.
    pub(crate) oneof: Option<i32>,
}

impl Field {
    /// Returns true for both names that the JSON mapping allows: `changeDate` and the proto's `change_date`. The build checks that
    /// the second is the first in snake_case.
    fn has_name(&self, name: &str) -> bool {
        let snake_case = self.name.bytes().flat_map(|byte| {
            let underscore = byte.is_ascii_uppercase().then_some(b'_');
            underscore.into_iter().chain([byte.to_ascii_lowercase()])
        });
        self.name == name || name.bytes().eq(snake_case)
    }

    /// Returns the value of a field that a message lacks; `None` for a message.
    fn default(&self) -> Option<Value> {
        if self.is_repeated {
            return Some(Value::List(Vec::new()));
        }
        Some(match &self.kind {
            Kind::Bool => Value::Bool(false),
            Kind::Int32 | Kind::Int64 | Kind::Uint32 => Value::Number(0),
            Kind::Uint64 => Value::Text("0".to_owned()),
            Kind::String => Value::Text(String::new()),
            Kind::Bytes => Value::Bytes(Vec::new()),
            Kind::Enum(values) => enum_value(values, 0),
            Kind::Timestamp | Kind::Message(_) => return None,
        })
    }
}

/// The type of a field, or of the items of a repeated field.
#[derive(Debug)]
pub(crate) enum Kind {
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    String,
    Bytes,
    Timestamp,
    Message(&'static Schema),
    /// The names and numbers of the values.
    Enum(EnumValues),
}

type EnumValues = &'static [(&'static str, i32)];

/// Returns the name of an enum's value, or its number if this version has no name for it.
fn enum_value(values: EnumValues, number: i32) -> Value {
    let value = values.iter().find(|(_, other)| *other == number);
    value.map_or(Value::Number(number.into()), |(name, _)| Value::Text((*name).to_owned()))
}

/// Returns the number of an enum's value.
fn enum_number(values: EnumValues, name: &str) -> Option<i32> {
    values.iter().find(|(other, _)| *other == name).map(|(_, number)| *number)
}

/// A message or a part of one, as in the JSON mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A Boolean.
    Bool(bool),
    /// A whole number other than a uint64, or the number of an enum's value without a name.
    Number(i64),
    /// A string, a uint64 as a decimal number, a date in RFC 3339, or the name of an enum's value.
    Text(String),
    /// Bytes; base64 in JSON.
    Bytes(Vec<u8>),
    /// A repeated field.
    List(Vec<Value>),
    /// A message. Messages and dates that it lacks are absent.
    Object(Vec<(&'static str, Value)>),
}

impl Value {
    /// Returns a member of an object.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Returns a member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.member(name) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns a member that is a number; 0 if it is absent.
    pub(crate) fn number(&self, name: &str) -> i64 {
        match self.member(name) {
            Some(Self::Number(number)) => *number,
            _ => 0,
        }
    }

    /// Returns the items of a member that is a list.
    pub(crate) fn items(&self, name: &str) -> &[Self] {
        match self.member(name) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// Takes a member that is a text; empty if it is absent.
    pub(crate) fn take_text(&mut self, name: &str) -> String {
        if let Some(Self::Text(text)) = self.take(name) { text } else { String::new() }
    }

    /// Takes a member that is bytes; empty if it is absent.
    pub(crate) fn take_bytes(&mut self, name: &str) -> Vec<u8> {
        if let Some(Self::Bytes(bytes)) = self.take(name) { bytes } else { Vec::new() }
    }

    /// Takes the items of a member that is a list; empty if it is absent.
    pub(crate) fn take_items(&mut self, name: &str) -> Vec<Self> {
        if let Some(Self::List(items)) = self.take(name) { items } else { Vec::new() }
    }

    fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        let (_, value) = members.iter_mut().find(|(other, _)| *other == name)?;
        Some(std::mem::replace(value, Self::List(Vec::new())))
    }
}

#[cfg(feature = "js")]
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            #[expect(clippy::cast_precision_loss, reason = "numbers in the API's messages have 32 bits")]
            Self::Number(number) => serializer.serialize_f64(*number as f64),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_str(&base64::encode(bytes)),
            Self::List(items) => serializer.collect_seq(items),
            // As a map because serde-wasm-bindgen adds a hash map of field names for a struct (1 kB gzip, November 2026).
            Self::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// The first problem of a value that does not match its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    path: String,
    problem: &'static str,
}

impl Invalid {
    pub(crate) const NOT_PROTOBUF: Self = Self::new("must be valid protobuf");
    pub(crate) const NOT_ITS_TYPE: Self = Self::new("must have the type of its field");
    pub(crate) const NOT_A_FIELD: Self = Self::new("is not a field of this request");
    pub(crate) const NOT_AN_OBJECT: Self = Self::new("must be an object");
    pub(crate) const NOT_AN_ARRAY: Self = Self::new("must be an array");
    pub(crate) const NOT_A_BOOL: Self = Self::new("must be true or false");
    pub(crate) const NOT_A_STRING: Self = Self::new("must be a string");
    pub(crate) const NOT_BASE64: Self = Self::new("must be a base64 string");
    pub(crate) const NOT_A_DATE: Self = Self::new("must be a date (RFC 3339, years 1 to 9999)");
    pub(crate) const NOT_AN_ENUM_VALUE: Self = Self::new("must be a name or number of its enum");
    pub(crate) const NOT_INT32: Self = Self::new("must be a whole number from -2147483648 to 2147483647");
    pub(crate) const NOT_INT64: Self = Self::new("must be a whole number of 64 bits");
    pub(crate) const NOT_UINT32: Self = Self::new("must be a whole number from 0 to 4294967295");
    pub(crate) const NOT_UINT64: Self = Self::new("must be a whole number from 0 to 18446744073709551615");
    pub(crate) const TWO_OF_A_ONEOF: Self = Self::new("must have at most one field of a oneof");

    pub(crate) const fn new(problem: &'static str) -> Self {
        Self { path: String::new(), problem }
    }

    /// Prefixes the path with the member that contains it.
    #[must_use]
    pub(crate) fn at(self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: [name, separator, &self.path].concat(), ..self }
    }

    /// Prefixes the path with the array's item that contains it.
    #[must_use]
    pub(crate) fn at_index(self, index: usize) -> Self {
        self.at(&["[", &index.to_string(), "]"].concat())
    }

    /// Returns the problem without a full stop: `request.queries[1] must be an object`.
    pub(crate) fn text(&self) -> String {
        let subject = if self.path.is_empty() { "the message" } else { &self.path };
        [subject, " ", self.problem].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Kind};

    #[test]
    fn a_field_has_its_json_name_and_its_proto_name() {
        let field = Field { number: 1, name: "changeDate", kind: Kind::Bool, is_repeated: false, oneof: None };
        for (name, expected) in [
            ("changeDate", true),
            ("change_date", true),
            ("change_Date", false),
            ("ChangeDate", false),
            ("changedate", false),
            ("change_dat", false),
            ("change_date_", false),
            ("", false),
        ] {
            assert_eq!(field.has_name(name), expected, "{name}");
        }
    }
}
