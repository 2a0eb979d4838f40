//! Messages in proto3's JSON mapping: what JavaScript gets and gives, and what REST carries.
//!
//! One [`Value`] for all of them, converted by tables that the build makes of the protos: code for each message would be some 30 kB
//! of the module.

mod json;
mod wire;

pub use self::json::Form;
#[cfg(feature = "js")]
use crate::protocol::base64;

/// The tables of the messages.
pub mod schema {
    use super::{Field, Kind, Schema};

    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}

/// A message's fields.
#[derive(Debug)]
pub struct Schema {
    /// In the order of the proto.
    pub(crate) fields: &'static [Field],
}

/// A field of a message.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) number: u32,
    /// In JSON.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_repeated: bool,
    /// Of the fields with the same number here, one at most is there.
    pub(crate) oneof: Option<i32>,
}

/// What a field holds, of what there is.
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
    /// Names and numbers.
    Enum(&'static [(&'static str, i32)]),
}

impl Kind {
    fn is_varint(&self) -> bool {
        !matches!(self, Self::String | Self::Bytes | Self::Timestamp | Self::Message(_))
    }
}

/// A message, or a part of one. A uint64 is an exact decimal string, a date a string, an enum's value a name; one that this version
/// does not know is its number, or its name if that is all there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A Boolean.
    Bool(bool),
    /// A whole number that is not a uint64, or the number of an enum's value.
    Number(i64),
    /// A string, a uint64, a date, or the name of an enum's value.
    Text(String),
    /// Bytes; base64 in JSON.
    Bytes(Vec<u8>),
    /// A repeated field.
    List(Vec<Value>),
    /// A message; absent ones are absent.
    Object(Vec<(&'static str, Value)>),
}

impl Value {
    /// A member of the object that this is.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The text that a member is.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.member(name) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A member, taken; an empty list if there is none.
    fn take(&mut self, name: &str) -> Self {
        let Self::Object(members) = self else { return Self::List(Vec::new()) };
        let member = members.iter_mut().find(|(other, _)| *other == name);
        member.map_or(Self::List(Vec::new()), |(_, value)| std::mem::replace(value, Self::List(Vec::new())))
    }

    /// The text that a member is, taken.
    pub(crate) fn take_text(&mut self, name: &str) -> String {
        if let Self::Text(text) = self.take(name) { text } else { String::new() }
    }

    /// The bytes that a member is, taken.
    pub(crate) fn take_bytes(&mut self, name: &str) -> Vec<u8> {
        if let Self::Bytes(bytes) = self.take(name) { bytes } else { Vec::new() }
    }

    /// The items of the list that a member is, taken.
    pub(crate) fn take_items(&mut self, name: &str) -> Vec<Self> {
        if let Self::List(items) = self.take(name) { items } else { Vec::new() }
    }

    /// The number that a member is; 0 if it is none.
    pub(crate) fn number(&self, name: &str) -> i64 {
        if let Some(Self::Number(number)) = self.member(name) { *number } else { 0 }
    }

    /// The items of the list that a member is.
    pub(crate) fn items(&self, name: &str) -> &[Self] {
        match self.member(name) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }
}

#[cfg(feature = "js")]
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            #[expect(clippy::cast_precision_loss, reason = "those of our messages have 32 bits")]
            Self::Number(number) => serializer.serialize_f64(*number as f64),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_str(&base64::encode(bytes)),
            Self::List(items) => serializer.collect_seq(items),
            // As a map: for a struct serde-wasm-bindgen brings a hash map of its fields' names (1 kB gzip).
            Self::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// Why a value cannot be one of its type, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    path: String,
    problem: &'static str,
}

impl Invalid {
    pub(crate) const fn new(problem: &'static str) -> Self {
        Self { path: String::new(), problem }
    }

    /// The same, seen from the object whose member it is.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub(crate) fn at(self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: [name, separator, &self.path].concat(), problem: self.problem }
    }

    /// The same, seen from the array whose item it is.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub(crate) fn at_index(self, index: usize) -> Self {
        self.at(&["[", &index.to_string(), "]"].concat())
    }

    /// `org.details.changeDate is not a date`.
    pub(crate) fn text(&self) -> String {
        let subject = if self.path.is_empty() { "it" } else { &self.path };
        [subject, " is ", self.problem].concat()
    }
}
