//! Metadata: the headers and trailers of a call.

#[cfg(target_arch = "wasm32")]
use std::borrow::Cow;
use std::fmt;

use super::{
    base64,
    text::{cut, parts},
};

/// Headers or trailers: pairs of a lower-case name and a value, in their order, repeated names kept.
///
/// ```
/// use zitadel_org_web::Metadata;
///
/// let mut metadata = Metadata::new();
/// metadata.append("X-Tag", "a");
/// metadata.append("x-tag", "b");
/// metadata.append_bin("x-trace-bin", &[0xff]);
/// assert_eq!(metadata.get_all("x-tag").collect::<Vec<_>>(), ["a", "b"]);
/// assert_eq!(metadata.get_bin("x-trace-bin"), Some(vec![0xff]));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    // One text, a `name:value` per line: neither can hold a line break. A list of pairs is many times the code.
    lines: String,
}

impl Metadata {
    /// No metadata.
    #[must_use]
    pub const fn new() -> Self {
        Self { lines: String::new() }
    }

    /// Adds a pair; one of the same name stays. What no header can have is left out: a bad name, a control character in a
    /// value.
    pub fn append(&mut self, name: &str, value: &str) {
        if is_name(name.as_bytes()) && is_value(value.as_bytes()) {
            let start = self.lines.len();
            for part in [name, ":", value, "\n"] {
                self.lines.push_str(part);
            }
            if let Some(added) = self.lines.get_mut(start..start.saturating_add(name.len())) {
                added.make_ascii_lowercase();
            }
        }
    }

    /// Adds a value of bytes. The name has to end with `-bin`.
    ///
    /// Source: grpc `doc/PROTOCOL-HTTP2.md`, Binary-Header (base64, unpadded preferred).
    pub fn append_bin(&mut self, name: &str, value: &[u8]) {
        self.append(name, base64::encode(value).trim_end_matches('='));
    }

    /// The first value of a lower-case name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values of a lower-case name, in their order.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Every name once, with its values joined.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn joined_all(&self) -> Vec<(&str, Cow<'_, str>)> {
        let mut joined: Vec<(&str, Cow<'_, str>)> = Vec::new();
        for (name, value) in self.iter() {
            match joined.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => *values = [&**values, ", ", value].concat().into(),
                None => joined.push((name, value.into())),
            }
        }
        joined
    }

    /// All values of a lower-case name as one, joined with `, `; empty if there is none.
    #[must_use]
    pub fn joined(&self, name: &str) -> String {
        let mut joined = String::new();
        for (key, value) in self.iter() {
            if key == name {
                if !joined.is_empty() {
                    joined.push_str(", ");
                }
                joined.push_str(value);
            }
        }
        joined
    }

    /// The first value of a lower-case name that ends with `-bin`, as bytes; `None` also if it is not base64.
    #[must_use]
    pub fn get_bin(&self, name: &str) -> Option<Vec<u8>> {
        // HTTP joins repeated values with commas.
        base64::decode(cut(self.get(name)?, b',').0.trim_ascii().as_bytes())
    }

    /// All pairs, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        parts(&self.lines, b'\n').filter_map(|line| match cut(line, b':') {
            (name, Some(value)) => Some((name, value)),
            _ => None,
        })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Those pairs whose name other metadata does not have.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let mut rest = Self::new();
        for (name, value) in self.iter().filter(|(name, _)| other.get(name).is_none()) {
            rest.append(name, value);
        }
        rest
    }

    /// Adds all pairs of other metadata.
    pub fn extend(&mut self, other: &Self) {
        self.lines.push_str(&other.lines);
    }

    /// Decodes the payload of a trailers frame: a `name: value` per line, as in HTTP/1.1.
    ///
    /// A malformed line (no colon, a bad name, a control character) is left out, so that the status survives whatever else
    /// is wrong. Source: grpc `doc/PROTOCOL-WEB.md`.
    #[must_use]
    pub fn decode(block: &[u8]) -> Self {
        let mut metadata = Self::new();
        for line in parts(&String::from_utf8_lossy(block), b'\n') {
            if let (name, Some(value)) = cut(line, b':') {
                metadata.append(name.trim_ascii(), value.trim_ascii());
            }
        }
        metadata
    }
}

impl fmt::Debug for Metadata {
    /// Shows all but the token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| (name, if name == "authorization" { "…" } else { value }));
        formatter.debug_list().entries(shown).finish()
    }
}

/// Whether this can be the name of a header.
///
/// Source: RFC 9110, section 5.6.2 (token).
#[must_use]
pub fn is_name(name: &[u8]) -> bool {
    let is_token = |byte: &u8| {
        // Visible ASCII but for the delimiters.
        byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'(' | b')' | b',' | b'/' | b':'..=b'@' | b'['..=b']' | b'{' | b'}')
    };
    !name.is_empty() && name.iter().all(is_token)
}

/// Whether this is free of control characters, which a header's value cannot hold.
///
/// Source: RFC 9110, section 5.5 (field-value).
#[must_use]
pub fn is_value(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::{Metadata, is_name};

    fn entries(block: &[u8]) -> Vec<(String, String)> {
        pairs(&Metadata::decode(block).iter().collect::<Vec<_>>())
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_block_has_no_metadata() {
        assert_eq!(entries(b""), []);
        assert_eq!(entries(b"\r\n\r\n"), []);
    }

    #[test]
    fn the_space_after_the_colon_and_the_last_line_end_are_optional() {
        let expected = pairs(&[("grpc-status", "9"), ("grpc-message", "no")]);
        assert_eq!(entries(b"grpc-status:9\r\ngrpc-message:no"), expected);
        assert_eq!(entries(b"grpc-status: 9\r\ngrpc-message:  no \t\r\n"), expected);
    }

    #[test]
    fn names_are_lower_case() {
        let trailers = Metadata::decode(b"gRPC-Status: 0\r\n");
        assert_eq!((trailers.get("grpc-status"), trailers.get("grpc-message")), (Some("0"), None));
    }

    #[test]
    fn a_value_may_hold_colons() {
        assert_eq!(entries(b"x-a: b: c:d\r\n"), pairs(&[("x-a", "b: c:d")]));
    }

    #[test]
    fn repeated_names_keep_all_values_in_order() {
        let block = b"x: bing\r\ny: 1\r\nX: quuz\r\n";
        assert_eq!(entries(block), pairs(&[("x", "bing"), ("y", "1"), ("x", "quuz")]));
        assert_eq!(Metadata::decode(block).get_all("x").collect::<Vec<_>>(), ["bing", "quuz"]);
    }

    #[test]
    fn a_name_has_the_characters_of_a_token() {
        for byte in 0..=255_u8 {
            let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(is_name(&[byte]), is_token, "{byte}");
        }
    }

    #[test]
    fn a_malformed_line_is_left_out_and_the_status_survives() {
        for bad in [&b"no colon"[..], b": no name", b"bad name: x", b"nul: \0", b"bell: \x07", b"\xff\xfe: x"] {
            let block = [b"x-first: 1\r\n", bad, b"\r\ngrpc-status: 7\r\n"].concat();
            assert_eq!(entries(&block), pairs(&[("x-first", "1"), ("grpc-status", "7")]), "{bad:?}");
        }
    }

    #[test]
    fn lines_that_end_in_lf_alone_are_lines() {
        assert_eq!(entries(b"a: 1\nb: 2\n"), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn values_may_be_raw_utf_8_whole_or_broken() {
        assert_eq!(entries("x: Zürich\r\n".as_bytes()), pairs(&[("x", "Zürich")]));
        assert_eq!(entries(b"x: a\xffb\r\n"), pairs(&[("x", "a\u{fffd}b")]));
    }

    #[test]
    fn what_no_header_can_have_is_left_out() {
        let mut metadata = Metadata::new();
        for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("a", "x\ny:z"), ("a", "\0"), ("ü", "x")] {
            metadata.append(name, value);
        }
        assert!(metadata.is_empty());
    }

    #[test]
    fn values_of_a_name_are_joined() {
        let metadata = Metadata::decode(b"a: 1\nb: 2\nA: 3\n");
        assert_eq!(
            (metadata.joined("a"), metadata.joined("b"), metadata.joined("c")),
            ("1, 3".into(), "2".into(), String::new())
        );
    }

    #[test]
    fn bytes_are_read_with_and_without_padding() {
        for value in ["aGk=", "aGk", "aGk=, eA==", "aGk,eA"] {
            let mut metadata = Metadata::new();
            metadata.append("a-bin", value);
            assert_eq!(metadata.get_bin("a-bin").as_deref(), Some(&b"hi"[..]), "{value}");
        }
        for value in ["*", "aGk*", "a"] {
            let mut metadata = Metadata::new();
            metadata.append("a-bin", value);
            assert_eq!(metadata.get_bin("a-bin"), None, "{value}");
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        let mut metadata = Metadata::new();
        metadata.append("authorization", "Bearer secret");
        metadata.append("x-a", "1");
        assert_eq!(format!("{metadata:?}"), r#"[("authorization", "…"), ("x-a", "1")]"#);
    }
}
