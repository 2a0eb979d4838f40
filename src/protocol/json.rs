//! JSON: what is read of a parsed value, and writing of text.
//!
//! Source: protobuf "ProtoJSON Format".

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

/// The uint64 that a decimal string is, or a number as far as JavaScript knows it exactly.
pub(crate) fn uint64(text: Option<&str>, number: Option<f64>) -> Option<u64> {
    const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared")]
    match (text, number) {
        (Some(text), _) => parse_uint64(text),
        (_, Some(number)) if (0.0..=MAX_EXACT).contains(&number) => {
            Some(number as u64).filter(|whole| to_f64(*whole) == number)
        }
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "it has 53 bits")]
const fn to_f64(whole: u64) -> f64 {
    whole as f64
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

/// Appends a string as JSON text.
pub(crate) fn quote(value: &str, text: &mut String) {
    text.push('"');
    if !value.bytes().any(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f)) {
        // Almost always.
        text.push_str(value);
        return text.push('"');
    }
    for char in value.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\0'..='\x1f' => {
                text.push_str("\\u00");
                push_hex(char as u8, text);
            }
            _ => text.push(char),
        }
    }
    text.push('"');
}

/// Appends a byte as two digits, upper-case as percent-encoding has them.
pub(crate) fn push_hex(byte: u8, text: &mut String) {
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from(if digit < 10 { b'0' } else { b'A' - 10 }.wrapping_add(digit)));
    }
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
        let mut quoted = String::new();
        quote(&text, &mut quoted);
        assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
    }
}
