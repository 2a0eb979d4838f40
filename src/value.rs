//! Messages in proto3's JSON mapping: what JavaScript gets, and what REST carries.
//!
//! The types are made by the build, one for each message that a method responds with. A uint64 is an exact decimal string, a
//! date a string, an enum a name; absent messages are absent.

use prost_types::Timestamp;

use crate::protocol::{rest::Json, timestamp};

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
    path: Vec<&'static str>,
    problem: &'static str,
}

impl Invalid {
    pub(crate) const fn new(problem: &'static str) -> Self {
        Self { path: Vec::new(), problem }
    }

    /// The same, seen from the object whose member it is.
    #[must_use]
    fn at(mut self, name: &'static str) -> Self {
        self.path.insert(0, name);
        self
    }

    /// `org.details.changeDate is not a date`.
    pub(crate) fn text(&self) -> String {
        let subject = if self.path.is_empty() { "it".to_owned() } else { self.path.join(".") };
        [&subject, " is ", self.problem].concat()
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
        let Some(value) = json.member(field) else { return Ok(Self::from_number(0, name)) };
        if let Some(text) = value.string() {
            return Ok(number(&text).and_then(name).map_or(Self::Unknown(text), Self::Name));
        }
        #[expect(clippy::cast_possible_truncation, reason = "compared below")]
        let whole = value.number().map(|number| (number, number as i32));
        match whole {
            Some((number, whole)) if f64::from(whole) == number => Ok(Self::from_number(whole, name)),
            _ => Err(Invalid::new("neither the name nor the number of an enum's value").at(field)),
        }
    }
}

fn string_from_json<J: Json>(json: &J, field: &'static str) -> Result<String, Invalid> {
    json.member(field)
        .map_or_else(|| Ok(String::new()), |value| value.string().ok_or_else(|| Invalid::new("not a string").at(field)))
}

/// A JSON number counts as far as JavaScript knows it exactly.
fn uint64_from_json<J: Json>(json: &J, field: &'static str) -> Result<String, Invalid> {
    const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
    let Some(value) = json.member(field) else { return Ok("0".to_owned()) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
    let number = match (value.string(), value.number()) {
        (Some(text), _) => uint64(&text),
        (_, Some(number)) if (0.0..=MAX_EXACT).contains(&number) && number.fract() == 0.0 => Some(number as u64),
        _ => None,
    };
    number.map(|number| number.to_string()).ok_or_else(|| Invalid::new("not a uint64").at(field))
}

fn timestamp_from_json<J: Json>(json: &J, field: &'static str) -> Result<Option<String>, Invalid> {
    let Some(value) = json.member(field) else { return Ok(None) };
    let timestamp = value.string().and_then(|text| timestamp::parse(&text));
    timestamp.map_or_else(|| Err(Invalid::new("not a date").at(field)), |it| timestamp_from_message(Some(it), field))
}

fn message_from_json<J: Json, V: Value>(json: &J, field: &'static str) -> Result<Option<V>, Invalid> {
    json.member(field)
        .map(|value| if value.names().is_none() { Err(Invalid::new("not an object")) } else { V::from_json(&value) })
        .transpose()
        .map_err(|invalid| invalid.at(field))
}

fn timestamp_from_message(message: Option<Timestamp>, field: &'static str) -> Result<Option<String>, Invalid> {
    let format = |message| timestamp::format(&message).ok_or_else(|| Invalid::new("not a date").at(field));
    message.map(format).transpose()
}

fn message_from_message<V: Value>(message: Option<V::Message>, field: &'static str) -> Result<Option<V>, Invalid> {
    message.map(V::from_message).transpose().map_err(|invalid| invalid.at(field))
}

fn uint64_into_message(text: &str, field: &'static str) -> Result<u64, Invalid> {
    uint64(text).ok_or_else(|| Invalid::new("not a uint64").at(field))
}

fn timestamp_into_message(text: Option<String>, field: &'static str) -> Result<Option<Timestamp>, Invalid> {
    let parse = |text: String| timestamp::parse(&text).ok_or_else(|| Invalid::new("not a date").at(field));
    text.map(parse).transpose()
}

fn message_into_message<V: Value>(value: Option<V>, field: &'static str) -> Result<Option<V::Message>, Invalid> {
    value.map(V::into_message).transpose().map_err(|invalid| invalid.at(field))
}

fn uint64(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.starts_with(|char: char| char.is_ascii_digit()))
}
