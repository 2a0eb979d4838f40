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

/// The uint64 that this is: a decimal string, or a number as far as JavaScript knows it exactly.
pub(crate) fn uint64<J: Json>(json: &J) -> Result<u64, Invalid> {
    const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
    let number = match (json.string(), json.number()) {
        (Some(text), _) => parse_uint64(&text),
        (_, Some(number)) if (0.0..=MAX_EXACT).contains(&number) && number.fract() == 0.0 => Some(number as u64),
        _ => None,
    };
    number.ok_or(Invalid::new("not a whole number from 0 up"))
}

pub(crate) fn parse_uint64(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.starts_with(|char: char| char.is_ascii_digit()))
}

/// The int32 that a number is.
pub(crate) fn int32(number: f64) -> Option<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "compared below")]
    let whole = number as i32;
    (f64::from(whole) == number).then_some(whole)
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

    use super::{Json, quote};

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
}
