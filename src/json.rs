//! JSON text: what the module hands to JavaScript, and what REST answers with.
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
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            0..=0x1f => {
                out.extend(*b"\\u00");
                out.extend([byte >> 4, byte & 15].map(hex_digit));
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
    let mut digits = [0; 20];
    let mut rest = number;
    let mut len = 0_usize;
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.wrapping_add((rest % 10).to_le_bytes()[0]);
        rest /= 10;
        len = len.wrapping_add(1);
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(digits.len().wrapping_sub(len)));
}

/// A string as JSON text.
#[must_use]
pub fn string(text: &[u8]) -> Json {
    let mut out = Vec::new();
    write_string(&mut out, text);
    out
}

fn hex_digit(digit: u8) -> u8 {
    let base = if digit < 10 { b'0' } else { b'a'.wrapping_sub(10) };
    base.wrapping_add(digit)
}

/// The members of an object, or of a list, whose names are empty then: both as the text that they are written in.
///
/// The text must be as `JSON.stringify` writes it: valid and without white space. Of other text the members are anything
/// or nothing.
///
/// ```
/// use zitadel_org_web::json;
///
/// let members: Vec<_> = json::members(br#"{"a":[1,"}"],"b":2}"#).collect();
/// assert_eq!(members, [(&b"a"[..], &br#"[1,"}"]"#[..]), (b"b", b"2")]);
/// ```
pub fn members(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let is_object = text.first() == Some(&b'{');
    let mut rest = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    core::iter::from_fn(move || {
        let mut name = &b""[..];
        if is_object {
            let (quoted, after) = rest.split_at_checked(value_len(rest))?;
            name = contents(quoted)?;
            rest = after.get(1..)?;
        }
        let (value, after) = rest.split_at_checked(value_len(rest))?;
        if value.is_empty() {
            return None;
        }
        rest = after.get(1..).unwrap_or_default();
        Some((name, value))
    })
}

/// The value of an object's member, as text; none if it is missing or null.
#[must_use]
pub fn member<'a>(object: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    members(object).find(|(member, value)| *member == name && *value != b"null").map(|(_, value)| value)
}

/// What stands between a string's quotes, escapes and all; none if it is no string.
#[must_use]
pub fn contents(string: &[u8]) -> Option<&[u8]> {
    string.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// How long the first value is.
fn value_len(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut is_escaped = false;
    text.iter()
        .position(|byte| {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = in_string,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b'{' | b'[' => depth = depth.wrapping_add(1),
                b',' | b':' | b'}' | b']' if depth == 0 => return true,
                b'}' | b']' => depth = depth.wrapping_sub(1),
                _ => {}
            }
            false
        })
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{contents, member, members, string, write_number};

    #[test]
    fn a_string_reads_back_as_it_was() {
        for text in ["", "plain", "\"quoted\" \\ and \u{0}\u{1f}\r\n\t", "Zürich 组织 😀", "</script>"] {
            assert_eq!(serde_json::from_slice::<Value>(&string(text.as_bytes())).unwrap(), text);
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

    #[test]
    fn members_are_cut_at_their_own_commas() {
        let value = json!({ "a": { "x": [1, { "y": "},]\"\\" }] }, "b": [], "c": "\\", "d": null, "": 1.5 });
        let text = serde_json::to_vec(&value).unwrap();
        let read: Vec<(String, Value)> = members(&text)
            .map(|(name, value)| (String::from_utf8(name.to_vec()).unwrap(), serde_json::from_slice(value).unwrap()))
            .collect();
        let expected: Vec<_> =
            value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn a_lists_members_have_no_names() {
        let values: Vec<_> = members(br#"[1,"a,b",[2,3]]"#).collect();
        assert_eq!(values, [(&b""[..], &b"1"[..]), (b"", b"\"a,b\""), (b"", b"[2,3]")]);
        assert_eq!(members(b"[]").count(), 0);
        assert_eq!(members(b"{}").count(), 0);
    }

    #[test]
    fn what_is_null_is_missing() {
        assert_eq!(member(br#"{"a":null,"b":1}"#, b"a"), None);
        assert_eq!(member(br#"{"a":null,"b":1}"#, b"b"), Some(&b"1"[..]));
        assert_eq!(member(b"7", b"b"), None);
    }

    #[test]
    fn only_a_string_has_contents() {
        assert_eq!(contents(b"\"a\""), Some(&b"a"[..]));
        for text in [&b"a"[..], b"", b"\"", b"1"] {
            assert_eq!(contents(text), None);
        }
    }

    #[test]
    fn text_that_is_no_json_ends() {
        for text in [&b"{"[..], b"}", b"{\"a", b"{\"a\"", b"{\"a\":", b"[,,,]", b"]]]]", b"{:::}", b"\\\\"] {
            assert!(members(text).count() <= text.len());
        }
    }
}
