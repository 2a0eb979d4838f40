//! JSON: what is read of a parsed value, and writing of text.
//!
//! Source: protobuf "ProtoJSON Format".

use crate::value::Invalid;

/// A parsed JSON value, or what JavaScript passes in as one.
pub trait Json: Sized {
    /// A member of an object; `None` if it is absent or null, or this is not an object.
    fn member(&self, name: &str) -> Option<Self>;
    /// The string that this is.
    fn string(&self) -> Option<String>;
    /// The number that this is.
    fn number(&self) -> Option<f64>;
    /// The Boolean that this is.
    fn boolean(&self) -> Option<bool>;
    /// The items of the array that this is.
    fn items(&self) -> Option<Vec<Self>>;
    /// The names of the members of the object that this is.
    fn names(&self) -> Option<Vec<String>>;
    /// This as JSON text.
    fn text(&self) -> String;
}

/// A member that is a string.
pub(crate) fn string<J: Json>(json: &J, field: &str) -> Result<Option<String>, Invalid> {
    let string = json.member(field).map(|value| value.string().ok_or_else(|| Invalid::new("not a string")));
    string.transpose().map_err(|invalid| invalid.at(field))
}

/// A member that is a uint64: a decimal string, or a number as far as JavaScript knows it exactly.
pub(crate) fn uint64<J: Json>(json: &J, field: &str) -> Result<Option<u64>, Invalid> {
    const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
    let Some(value) = json.member(field) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
    let number = match (value.string(), value.number()) {
        (Some(text), _) => parse_uint64(&text),
        (_, Some(number)) if (0.0..=MAX_EXACT).contains(&number) && number.fract() == 0.0 => Some(number as u64),
        _ => None,
    };
    number.map(Some).ok_or_else(|| Invalid::new("not a whole number from 0 up").at(field))
}

pub(crate) fn parse_uint64(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.starts_with(|char: char| char.is_ascii_digit()))
}

/// A member that is an enum's value: its name, or its number as an error.
pub(crate) fn name_or_number<J: Json>(json: &J, field: &str) -> Result<Option<Result<String, i32>>, Invalid> {
    let Some(value) = json.member(field) else { return Ok(None) };
    if let Some(name) = value.string() {
        return Ok(Some(Ok(name)));
    }
    #[expect(clippy::cast_possible_truncation, reason = "compared below")]
    let whole = value.number().map(|number| (number, number as i32));
    match whole {
        Some((number, whole)) if f64::from(whole) == number => Ok(Some(Err(whole))),
        _ => Err(Invalid::new("neither the name nor the number of an enum's value").at(field)),
    }
}

/// A member that is an array, each item of which `read` accepts.
pub(crate) fn list<J: Json, T>(json: &J, field: &str, read: fn(&J) -> Result<T, Invalid>) -> Result<Vec<T>, Invalid> {
    let Some(value) = json.member(field) else { return Ok(Vec::new()) };
    let Some(items) = value.items() else { return Err(Invalid::new("not an array").at(field)) };
    let items = items.iter().enumerate().map(|(index, item)| read(item).map_err(|invalid| invalid.at_index(index)));
    items.collect::<Result<_, _>>().map_err(|invalid| invalid.at(field))
}

/// The text of an object that is being written.
#[derive(Debug)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) const fn new() -> Self {
        Self(String::new())
    }

    /// Adds a member, whose name needs no escapes and whose value is JSON text.
    pub(crate) fn insert(&mut self, name: &str, value: &str) {
        let separator = if self.0.is_empty() { "{\"" } else { ",\"" };
        for part in [separator, name, "\":", value] {
            self.0.push_str(part);
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// A string as JSON text.
pub(crate) fn quote(text: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\0'..='\x1f' => {
                quoted.push_str("\\u00");
                let code = char as usize;
                quoted.extend([code >> 4, code & 15].iter().filter_map(|digit| HEX.get(*digit)));
            }
            _ => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::Value;

    use super::{Json, Object, quote};

    impl Json for Value {
        fn member(&self, name: &str) -> Option<Self> {
            self.get(name).filter(|value| !value.is_null()).cloned()
        }

        fn string(&self) -> Option<String> {
            self.as_str().map(str::to_owned)
        }

        fn number(&self) -> Option<f64> {
            self.as_f64()
        }

        fn boolean(&self) -> Option<bool> {
            self.as_bool()
        }

        fn items(&self) -> Option<Vec<Self>> {
            self.as_array().cloned()
        }

        fn names(&self) -> Option<Vec<String>> {
            self.as_object().map(|object| object.keys().cloned().collect())
        }

        fn text(&self) -> String {
            self.to_string()
        }
    }

    #[test]
    fn a_quoted_string_is_read_as_itself() {
        let text: String = ('\0'..='\u{a0}').chain("ß\u{2028}\u{ffff}😀".chars()).collect();
        assert_eq!(serde_json::from_str::<String>(&quote(&text)).unwrap(), text);
    }

    #[test]
    fn an_object_is_written_with_its_members() {
        assert_eq!(Object::new().finish(), "{}");
        let mut object = Object::new();
        object.insert("a", "1");
        object.insert("b", &quote("\"\n"));
        assert_eq!(object.finish(), "{\"a\":1,\"b\":\"\\\"\\u000a\"}");
    }
}
