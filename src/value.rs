//! Messages in proto3's JSON mapping: what JavaScript gets, and what REST carries.
//!
//! The types are made by the build, one for each message that a method responds with. A uint64 is an exact decimal string, a
//! date a string, an enum a name; absent messages are absent.

use prost_types::Timestamp;

use crate::protocol::{
    json::{self, Json},
    timestamp,
};

include!(concat!(env!("OUT_DIR"), "/values.rs"));

/// A message in the JSON mapping.
pub trait Value: Sized {
    /// The message on the wire.
    type Message: prost::Message + Default;

    /// The names of its fields.
    const NAMES: &'static [&'static str];

    /// Converts from the wire.
    ///
    /// # Errors
    /// A date beyond the year 9999 or before 1.
    fn from_message(message: Self::Message) -> Result<Self, Invalid>;

    /// Converts to the wire, where an unknown name of an enum becomes -1.
    ///
    /// # Errors
    /// Never for what [`Value::from_json`] made.
    fn into_message(self) -> Result<Self::Message, Invalid>;

    /// Reads a JSON object. Members that the message does not have are ignored.
    ///
    /// # Errors
    /// A member of another type.
    fn from_json<J: Json>(json: &J) -> Result<Self, Invalid>;
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

/// The value of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "js", derive(serde::Serialize), serde(untagged))]
pub enum Enum {
    /// The name of a known value.
    Name(&'static str),
    /// The number of a value that this version does not know.
    Number(i32),
    /// The name of a value that this version does not know.
    Unknown(String),
}

impl Enum {
    fn from_number(number: i32, name: fn(i32) -> Option<&'static str>) -> Self {
        name(number).map_or(Self::Number(number), Self::Name)
    }

    fn into_number(self, number: fn(&str) -> Option<i32>) -> i32 {
        match self {
            Self::Number(number) => number,
            Self::Name(name) => number(name).unwrap_or(-1),
            Self::Unknown(_) => -1,
        }
    }

    fn from_json<J: Json>(
        json: &J,
        field: &'static str,
        name: fn(i32) -> Option<&'static str>,
        number: fn(&str) -> Option<i32>,
    ) -> Result<Self, Invalid> {
        Ok(match json::name_or_number(json, field)? {
            None => Self::from_number(0, name),
            Some(Ok(text)) => number(&text).and_then(name).map_or(Self::Unknown(text), Self::Name),
            Some(Err(number)) => Self::from_number(number, name),
        })
    }
}

fn string_from_json<J: Json>(json: &J, field: &'static str) -> Result<String, Invalid> {
    json::string(json, field).map(Option::unwrap_or_default)
}

fn strings_from_json<J: Json>(json: &J, field: &'static str) -> Result<Vec<String>, Invalid> {
    json::list(json, field, |item| item.string().ok_or_else(|| Invalid::new("not a string")))
}

fn uint64_from_json<J: Json>(json: &J, field: &'static str) -> Result<String, Invalid> {
    json::uint64(json, field).map(|number| number.unwrap_or_default().to_string())
}

fn timestamp_from_json<J: Json>(json: &J, field: &'static str) -> Result<Option<String>, Invalid> {
    let Some(text) = json::string(json, field)? else { return Ok(None) };
    let timestamp = timestamp::parse(&text);
    timestamp.map_or_else(|| Err(Invalid::new("not a date").at(field)), |it| timestamp_from_message(Some(it), field))
}

fn object_from_json<J: Json, V: Value>(json: &J) -> Result<V, Invalid> {
    if json.names().is_none() { Err(Invalid::new("not an object")) } else { V::from_json(json) }
}

fn message_from_json<J: Json, V: Value>(json: &J, field: &'static str) -> Result<Option<V>, Invalid> {
    let message = json.member(field).map(|value| object_from_json(&value));
    message.transpose().map_err(|invalid| invalid.at(field))
}

fn messages_from_json<J: Json, V: Value>(json: &J, field: &'static str) -> Result<Vec<V>, Invalid> {
    json::list(json, field, object_from_json)
}

fn timestamp_from_message(message: Option<Timestamp>, field: &'static str) -> Result<Option<String>, Invalid> {
    let format = |message| timestamp::format(&message).ok_or_else(|| Invalid::new("not a date").at(field));
    message.map(format).transpose()
}

fn message_from_message<V: Value>(message: Option<V::Message>, field: &'static str) -> Result<Option<V>, Invalid> {
    message.map(V::from_message).transpose().map_err(|invalid| invalid.at(field))
}

fn messages_from_message<V: Value>(messages: Vec<V::Message>, field: &'static str) -> Result<Vec<V>, Invalid> {
    let messages = messages.into_iter().enumerate();
    let values = messages.map(|(index, message)| V::from_message(message).map_err(|invalid| invalid.at_index(index)));
    values.collect::<Result<_, _>>().map_err(|invalid| invalid.at(field))
}

fn uint64_into_message(text: String, field: &'static str) -> Result<u64, Invalid> {
    json::parse_uint64(&text).ok_or_else(|| Invalid::new("not a uint64").at(field))
}

fn timestamp_into_message(text: Option<String>, field: &'static str) -> Result<Option<Timestamp>, Invalid> {
    let parse = |text: String| timestamp::parse(&text).ok_or_else(|| Invalid::new("not a date").at(field));
    text.map(parse).transpose()
}

fn message_into_message<V: Value>(value: Option<V>, field: &'static str) -> Result<Option<V::Message>, Invalid> {
    value.map(V::into_message).transpose().map_err(|invalid| invalid.at(field))
}

fn messages_into_message<V: Value>(values: Vec<V>, field: &'static str) -> Result<Vec<V::Message>, Invalid> {
    let messages = values.into_iter().map(V::into_message).collect::<Result<_, _>>();
    messages.map_err(|invalid: Invalid| invalid.at(field))
}
