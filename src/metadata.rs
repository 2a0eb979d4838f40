//! Metadata: the headers and trailers of a call.

use std::{collections::BinaryHeap, fmt};

use crate::wire::base64;

/// Headers or trailers: pairs of a lower-case name and a value. Repeated names and the order are kept.
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
    pairs: Vec<(String, String)>,
}

impl Metadata {
    /// Returns empty metadata.
    #[must_use]
    pub const fn new() -> Self {
        Self { pairs: Vec::new() }
    }

    /// Adds a pair. Others with the same name are kept. A pair that no header can have is omitted: one with an invalid name, or with
    /// a control character in its value.
    pub fn append(&mut self, name: &str, value: &str) {
        if is_name(name.as_bytes()) && is_value(value.as_bytes()) {
            self.pairs.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }

    /// Adds a value of bytes. The name has to end with `-bin`.
    ///
    /// Source: grpc `doc/PROTOCOL-HTTP2.md`, Binary-Header (base64, unpadded preferred).
    pub fn append_bin(&mut self, name: &str, value: &[u8]) {
        self.append(name, base64::encode(value).trim_end_matches('='));
    }

    /// Adds a pair that a server sent, without the blanks around the value. A pair that no header can have is omitted, and so are
    /// cookies, which fetch does not show either.
    ///
    /// A status is never omitted, so that no other status can take its place: it keeps its control characters as U+FFFD, which makes
    /// it malformed. A message loses its control characters.
    pub(crate) fn append_received(&mut self, name: &str, value: &str) {
        let value = value.trim_matches([' ', '\t']);
        let is_control = |char: char| char.is_ascii_control() && char != '\t';
        match name.to_ascii_lowercase().as_str() {
            "set-cookie" | "set-cookie2" => {}
            "grpc-status" => self.append(name, &value.replace(is_control, "\u{fffd}")),
            "grpc-message" => self.append(name, &value.replace(is_control, "")),
            _ => self.append(name, value),
        }
    }

    /// Returns the first value of a lower-case name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// Returns all values of a lower-case name in their order.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Returns all values of a lower-case name joined with `, `; empty if the name is absent.
    #[must_use]
    pub fn joined(&self, name: &str) -> String {
        let mut text = String::new();
        let mut separator = "";
        for value in self.get_all(name) {
            text.push_str(separator);
            text.push_str(value);
            separator = ", ";
        }
        text
    }

    /// Returns the first value of a lower-case name that ends with `-bin`, as bytes; `None` also if it is not base64.
    #[must_use]
    pub fn get_bin(&self, name: &str) -> Option<Vec<u8>> {
        // HTTP joins repeated values with commas.
        let first = self.get(name)?.split(',').next()?;
        base64::decode(first.trim_ascii().as_bytes())
    }

    /// Returns all pairs in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns true if there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Adds all pairs of other metadata.
    pub fn extend(&mut self, other: &Self) {
        self.pairs.extend_from_slice(&other.pairs);
    }

    /// Returns these pairs with those of `overrides` in place of all that have the same name.
    pub(crate) fn overridden_by(&self, overrides: &Self) -> Self {
        // Sorted by a heap, as the ids of a bulk run are.
        let names = overrides.iter().map(|(name, _)| name).collect::<BinaryHeap<_>>().into_sorted_vec();
        let mut metadata = Self::new();
        for pair in self.pairs.iter().filter(|(name, _)| names.binary_search(&name.as_str()).is_err()) {
            metadata.pairs.push(pair.clone());
        }
        metadata.extend(overrides);
        metadata
    }

    /// Decodes the payload of a trailers frame: a `name: value` per line, as in HTTP/1.1.
    ///
    /// A malformed line is omitted, so that the status survives it. Cookies are omitted, too. The status itself is kept even if it is
    /// malformed. Source: grpc `doc/PROTOCOL-WEB.md`.
    #[must_use]
    pub fn decode(block: &[u8]) -> Self {
        let mut metadata = Self::new();
        for line in String::from_utf8_lossy(block).split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if let Some((name, value)) = line.split_once(':') {
                metadata.append_received(name.trim_ascii(), value);
            }
        }
        metadata
    }
}

impl fmt::Debug for Metadata {
    /// Redacts the token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.iter().map(|(name, value)| (name, if name == "authorization" { "…" } else { value }));
        formatter.debug_list().entries(pairs).finish()
    }
}

/// Returns true if a header can have this name.
///
/// Source: RFC 9110, section 5.6.2 (token).
pub(crate) fn is_name(name: &[u8]) -> bool {
    let is_token = |byte: &u8| {
        // Printable ASCII except the delimiters.
        byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'(' | b')' | b',' | b'/' | b':'..=b'@' | b'['..=b']' | b'{' | b'}')
    };
    !name.is_empty() && name.iter().all(is_token)
}

/// Returns true if a value has no control characters other than tabs.
///
/// Source: RFC 9110, section 5.5 (field-value).
pub(crate) fn is_value(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::{Metadata, is_name};

    fn entries(block: &[u8]) -> Vec<(String, String)> {
        owned(&Metadata::decode(block).iter().collect::<Vec<_>>())
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn metadata(pairs: &[(&str, &str)]) -> Metadata {
        let mut metadata = Metadata::new();
        pairs.iter().for_each(|(name, value)| metadata.append(name, value));
        metadata
    }

    #[test]
    fn an_empty_block_has_no_metadata() {
        assert_eq!(entries(b""), []);
        assert_eq!(entries(b"\r\n\r\n"), []);
    }

    #[test]
    fn the_space_after_the_colon_and_the_last_line_end_are_optional() {
        let expected = owned(&[("grpc-status", "9"), ("grpc-message", "no")]);
        assert_eq!(entries(b"grpc-status:9\r\ngrpc-message:no"), expected);
        assert_eq!(entries(b"grpc-status: 9\r\ngrpc-message:  no \t\r\n"), expected);
    }

    #[test]
    fn names_become_lower_case() {
        let trailers = Metadata::decode(b"gRPC-Status: 0\r\n");
        assert_eq!((trailers.get("grpc-status"), trailers.get("grpc-message")), (Some("0"), None));
    }

    #[test]
    fn a_value_may_contain_colons() {
        assert_eq!(entries(b"x-a: b: c:d\r\n"), owned(&[("x-a", "b: c:d")]));
    }

    #[test]
    fn repeated_names_keep_all_values_in_order() {
        let block = b"x: bing\r\ny: 1\r\nX: quuz\r\n";
        assert_eq!(entries(block), owned(&[("x", "bing"), ("y", "1"), ("x", "quuz")]));
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
    fn a_malformed_line_is_omitted_and_the_status_survives() {
        for line in
            [&b"no colon"[..], b": no name", b"bad name: x", b"nul: \0", b"bell: \x07", b"del: \x7f", b"\xff\xfe: x"]
        {
            let block = [b"x-first: 1\r\n", line, b"\r\ngrpc-status: 7\r\n"].concat();
            assert_eq!(entries(&block), owned(&[("x-first", "1"), ("grpc-status", "7")]), "{line:?}");
        }
    }

    #[test]
    fn a_status_with_a_control_character_is_kept_as_malformed() {
        for (line, value) in [
            (&b"grpc-status: 0\0"[..], "0\u{fffd}"),
            (b"Grpc-Status: \x070", "\u{fffd}0"),
            (b"grpc-status: 0\x0c", "0\u{fffd}"),
            (b"grpc-status: 7\rx: y", "7\u{fffd}x: y"),
            (b"grpc-status: 0\r", "0\u{fffd}"),
            (b"grpc-status: \0", "\u{fffd}"),
        ] {
            assert_eq!(entries(&[line, b"\r\n"].concat()), owned(&[("grpc-status", value)]), "{line:?}");
        }
        assert_eq!(entries(b"grpc-status: \t0\t \r\n"), owned(&[("grpc-status", "0")]));
    }

    #[test]
    fn a_message_loses_its_control_characters() {
        assert_eq!(entries(b"grpc-message: a\0b\tc \x7f\r\n"), owned(&[("grpc-message", "ab\tc ")]));
        assert_eq!(entries(b"grpc-message: \x01\n"), owned(&[("grpc-message", "")]));
        assert_eq!(entries(b"grpc-status-details-bin: aGk\0=\n"), []);
    }

    #[test]
    fn received_cookies_are_omitted() {
        assert_eq!(
            entries(b"Set-Cookie: a=b\r\nset-cookie2: c\r\nx-set-cookie: d\r\n"),
            owned(&[("x-set-cookie", "d")])
        );
        let mut headers = Metadata::new();
        for (name, value) in
            [("SET-COOKIE", "a"), ("Set-Cookie2", "b"), ("bad name", "c"), ("X-A", " d "), ("x-b", "\0")]
        {
            headers.append_received(name, value);
        }
        assert_eq!(headers, metadata(&[("x-a", "d")]));
    }

    #[test]
    fn a_line_may_end_with_lf() {
        assert_eq!(entries(b"a: 1\nb: 2\n"), owned(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn a_value_may_be_raw_utf_8_valid_or_not() {
        assert_eq!(entries("x: Zürich\r\n".as_bytes()), owned(&[("x", "Zürich")]));
        assert_eq!(entries(b"x: a\xffb\r\n"), owned(&[("x", "a\u{fffd}b")]));
    }

    #[test]
    fn a_pair_that_no_header_can_have_is_omitted() {
        for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("a", "x\ny:z"), ("a", "\0"), ("ü", "x")] {
            assert!(metadata(&[(name, value)]).is_empty(), "{name:?}: {value:?}");
        }
        assert!(!metadata(&[("set-cookie", "a")]).is_empty());
    }

    #[test]
    fn the_values_of_a_name_are_joined() {
        let metadata = Metadata::decode(b"a: 1\nb: 2\nA: 3\nd:\nd: 4\n");
        assert_eq!([metadata.joined("a"), metadata.joined("b")], ["1, 3", "2"]);
        assert_eq!([metadata.joined("c"), metadata.joined("d")], ["", ", 4"]);
    }

    #[test]
    fn overrides_replace_all_pairs_with_their_names() {
        let defaults = metadata(&[("a", "1"), ("b", "2"), ("A", "3"), ("c", "4")]);
        let overrides = metadata(&[("d", "5"), ("a", "6"), ("a", "7")]);
        let expected = metadata(&[("b", "2"), ("c", "4"), ("d", "5"), ("a", "6"), ("a", "7")]);
        assert_eq!(defaults.overridden_by(&overrides), expected);
        assert_eq!(defaults.overridden_by(&Metadata::new()), defaults);
        assert_eq!(Metadata::new().overridden_by(&overrides), overrides);
    }

    #[test]
    fn other_metadata_is_added_at_the_end() {
        let mut extended = metadata(&[("a", "1")]);
        extended.extend(&metadata(&[("a", "2"), ("b", "3")]));
        assert_eq!(extended, metadata(&[("a", "1"), ("a", "2"), ("b", "3")]));
    }

    #[test]
    fn bytes_are_read_with_and_without_padding() {
        for value in ["aGk=", "aGk", "aGk=, eA==", "aGk,eA"] {
            assert_eq!(metadata(&[("a-bin", value)]).get_bin("a-bin").as_deref(), Some(&b"hi"[..]), "{value}");
        }
        for value in ["*", "aGk*", "a"] {
            assert_eq!(metadata(&[("a-bin", value)]).get_bin("a-bin"), None, "{value}");
        }
    }

    #[test]
    fn debug_redacts_the_token() {
        let metadata = metadata(&[("authorization", "Bearer secret"), ("x-a", "1")]);
        assert_eq!(format!("{metadata:?}"), r#"[("authorization", "…"), ("x-a", "1")]"#);
    }
}
