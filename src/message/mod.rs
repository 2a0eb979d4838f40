//! Messages, converted between protobuf and proto3's JSON mapping by tables that the build generates.
//!
//! One type, [`json::Json`], stands for all messages, because code for each message would add some 30 kB to the module.

mod decode;
mod encode;
pub mod json;
pub mod timestamp;

pub use self::{decode::decode, encode::encode};

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

impl Kind {
    /// Returns true for a message. A date is one.
    const fn is_message(&self) -> bool {
        matches!(self, Self::Timestamp | Self::Message(_))
    }
}

type EnumValues = &'static [(&'static str, i32)];

/// The direction of a message, which decides how it is converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the server. Unknown names in JSON are rejected, and fields that are not set are omitted from JSON.
    Request,
    /// From the server, which may be newer than the schema. Unknown fields in JSON are ignored, unknown names of an enum are its zero
    /// value, and fields that are not set have their defaults in JSON. Messages and dates that are not set are omitted.
    Response,
}

/// The first problem of a message that does not match its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    path: String,
    problem: &'static str,
}

impl Invalid {
    pub(crate) const NOT_PROTOBUF: Self = Self::new("must be valid protobuf");
    pub(crate) const NOT_A_FIELD: Self = Self::new("must be a field of this request");
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
