//! Metadata: the headers and trailers of an answer.

/// A block of metadata as gRPC-Web writes trailers: a `name: value` per line. Headers come as one too.
///
/// Source: grpc `doc/PROTOCOL-WEB.md`, which takes the form from HTTP/1.1.
///
/// ```
/// use zitadel_org_web::metadata::Block;
///
/// assert_eq!(Block::new(b"Grpc-Status:0\r\n").get(b"grpc-status"), Some(&b"0"[..]));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block<'a> {
    bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// The block that these bytes are.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// All names and values, in the order in which they came; names as they are written.
    ///
    /// A line that is not a header (no colon, a bad name, a control character) is left out and the others are kept, so that
    /// the status survives whatever else is wrong.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.bytes.split(|byte| *byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            let (name, value) = (name.trim_ascii(), value.get(1..)?.trim_ascii());
            (is_name(name) && is_value(value)).then_some((name, value))
        })
    }

    /// All values of a name, in the order in which they came; the case of names does not matter.
    pub fn get_all(self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The first value of a name.
    #[must_use]
    pub fn get(self, name: &'a [u8]) -> Option<&'a [u8]> {
        self.get_all(name).next()
    }
}

/// Whether this can be the name of a header.
///
/// Source: RFC 9110, section 5.6.2 (token).
fn is_name(name: &[u8]) -> bool {
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
fn is_value(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::{Block, is_name};

    fn entries(block: &[u8]) -> Vec<(String, String)> {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Block::new(block).iter().map(|(name, value)| (text(name), text(value))).collect()
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
    fn names_are_found_in_any_case() {
        assert_eq!(Block::new(b"gRPC-Status: 0\r\n").get(b"grpc-status"), Some(&b"0"[..]));
        assert_eq!(Block::new(b"gRPC-Status: 0\r\n").get(b"grpc-message"), None);
    }

    #[test]
    fn a_value_may_hold_colons() {
        assert_eq!(entries(b"x-a: b: c:d\r\n"), pairs(&[("x-a", "b: c:d")]));
    }

    #[test]
    fn repeated_names_keep_all_values_in_order() {
        let block = b"x: bing\r\ny: 1\r\nX: quuz\r\n";
        assert_eq!(entries(block), pairs(&[("x", "bing"), ("y", "1"), ("X", "quuz")]));
        assert_eq!(Block::new(block).get_all(b"x").collect::<Vec<_>>(), [&b"bing"[..], b"quuz"]);
    }

    #[test]
    fn a_name_has_the_characters_of_a_token() {
        for byte in 0..=255_u8 {
            let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(is_name(&[byte]), is_token, "{byte}");
        }
    }

    #[test]
    fn a_bad_line_is_left_out_and_the_status_survives() {
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
}
