//! Trailers: the header block that a trailers frame carries.

use crate::metadata::{Metadata, is_valid_name, is_valid_value};

/// Reads a header block: a `name: value` per line.
///
/// A line that is not a header (no colon, a bad name, a control character) is dropped and the others are kept, so that
/// the status survives whatever else is wrong. Bytes that are not UTF-8 become U+FFFD.
///
/// ```
/// use zitadel_org_web::trailer;
///
/// assert_eq!(trailer::parse(b"Grpc-Status:0\r\n").get("grpc-status"), Some("0"));
/// ```
#[must_use]
pub fn parse(block: &[u8]) -> Metadata {
    let mut metadata = Metadata::new();
    for line in String::from_utf8_lossy(block).split('\n') {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (trim(name), trim(value));
        if is_valid_name(name) && is_valid_value(value) {
            metadata.append(name, value);
        }
    }
    metadata
}

/// Without the white space around a name or value and the line's CR.
fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn entries(block: &[u8]) -> Vec<(String, String)> {
        parse(block).iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_block_has_no_trailers() {
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
    fn names_are_read_in_any_case() {
        assert_eq!(entries(b"gRPC-Status: 0\r\n"), pairs(&[("grpc-status", "0")]));
    }

    #[test]
    fn a_value_may_hold_colons() {
        assert_eq!(entries(b"x-a: b: c:d\r\n"), pairs(&[("x-a", "b: c:d")]));
    }

    #[test]
    fn repeated_names_keep_all_values_in_order() {
        assert_eq!(entries(b"x: bing\r\ny: 1\r\nx: quuz\r\n"), pairs(&[("x", "bing"), ("y", "1"), ("x", "quuz")]));
    }

    #[test]
    fn a_bad_line_is_dropped_and_the_status_survives() {
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
    fn raw_utf_8_is_kept_and_broken_utf_8_is_replaced() {
        assert_eq!(entries("x: Zürich\r\n".as_bytes()), pairs(&[("x", "Zürich")]));
        assert_eq!(entries(b"x: a\xffb\r\n"), pairs(&[("x", "a\u{fffd}b")]));
    }
}
