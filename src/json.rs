//! JSON text: what the module hands to JavaScript.
//!
//! Text is bytes here. It may hold what is not UTF-8 where the network's text did; JavaScript's decoder replaces it.

use alloc::vec::Vec;

/// A JSON value as text.
pub type Json = Vec<u8>;

/// Writes a string.
///
/// ```
/// use zitadel_org_web::json;
///
/// let mut text = Vec::new();
/// json::write_string(&mut text, b"a \"b\"\n");
/// assert_eq!(text, br#""a \"b\"\u000a""#);
/// ```
pub fn write_string(out: &mut Json, text: &[u8]) {
    write_text(out, &[text]);
}

/// Writes a string that comes in parts.
pub fn write_text(out: &mut Json, parts: &[&[u8]]) {
    out.push(b'"');
    for byte in parts.iter().copied().flatten() {
        match byte {
            b'"' | b'\\' => {
                out.push(b'\\');
                out.push(*byte);
            }
            0..=0x1f => {
                out.extend_from_slice(b"\\u00");
                out.push(hex_digit(byte >> 4));
                out.push(hex_digit(byte & 15));
            }
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
}

/// Writes the name of a member, and before it what separates it from the one before.
pub fn write_name(out: &mut Json, name: &[u8]) {
    write_separator(out);
    write_string(out, name);
    out.push(b':');
}

/// Writes a comma unless an object or a list has just begun.
pub fn write_separator(out: &mut Json) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

/// Writes a number in decimal.
// Not `to_string`: that links the machinery of `core::fmt`, which is larger than all of this module.
pub fn write_number(out: &mut Json, number: u64) {
    if number > 9 {
        write_number(out, number / 10);
    }
    out.push(digit(number));
}

/// The last decimal digit of a number.
#[must_use]
pub fn digit(number: u64) -> u8 {
    b'0'.wrapping_add((number % 10).to_le_bytes()[0])
}

/// A string that comes in parts, as JSON text.
#[must_use]
pub fn string(parts: &[&[u8]]) -> Json {
    let mut out = Json::new();
    write_text(&mut out, parts);
    out
}

fn hex_digit(digit: u8) -> u8 {
    let base = if digit < 10 { b'0' } else { b'a'.wrapping_sub(10) };
    base.wrapping_add(digit)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{string, write_number};

    #[test]
    fn a_string_reads_back_as_it_was() {
        for text in ["", "plain", "\"quoted\" \\ and \u{0}\u{1f}\r\n\t", "Zürich 组织 😀", "</script>"] {
            assert_eq!(serde_json::from_slice::<Value>(&string(&[text.as_bytes()])).unwrap(), text);
        }
    }

    #[test]
    fn a_number_is_written_in_decimal() {
        for number in [0, 7, 10, 99, 1_234_567_890, u64::MAX] {
            let mut out = Vec::new();
            write_number(&mut out, number);
            assert_eq!(out, number.to_string().into_bytes());
        }
    }
}
