//! Percent-decoding of `grpc-message`.

use alloc::vec::Vec;

/// Decodes the text of an error; nothing makes it fail or lose text.
///
/// A broken escape stays as it is. What comes out may be other than UTF-8; JavaScript makes U+FFFD of that.
/// Source: grpc `doc/PROTOCOL-HTTP2.md`, Percent-Encoded.
///
/// ```
/// use zitadel_org_web::percent;
///
/// assert_eq!(percent::decode(b"d%C3%A9j%C3%A0 100%"), "déjà 100%".as_bytes());
/// ```
#[must_use]
pub fn decode(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, escape(after)) {
            (b'%', Some((byte, after))) => {
                bytes.push(byte);
                rest = after;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

/// The byte that two hex digits stand for, and what follows them.
fn escape(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let ([high, low], rest) = bytes.split_first_chunk()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = (digit(*high)? << 4) | digit(*low)?;
    Some((u8::try_from(byte).ok()?, rest))
}

#[cfg(test)]
mod tests {
    fn decode(text: &str) -> String {
        String::from_utf8_lossy(&super::decode(text.as_bytes())).into_owned()
    }

    #[test]
    fn escapes_are_decoded_as_utf_8() {
        assert_eq!(decode("L'organisation est d%C3%A9j%c3%a0 active"), "L'organisation est déjà active");
        assert_eq!(decode("%F0%9F%98%80%0D%0A%25"), "😀\r\n%");
    }

    #[test]
    fn a_plus_is_a_plus() {
        assert_eq!(decode("a+b"), "a+b");
    }

    #[test]
    fn leading_and_trailing_line_breaks_stay() {
        assert_eq!(decode("%0A text %0A"), "\n text \n");
    }

    #[test]
    fn a_broken_escape_stays_text() {
        for text in ["%", "%4", "100% of", "%zz", "%4g", "a%"] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode("%%41"), "%A");
        assert_eq!(decode("%4%41"), "%4A");
    }

    #[test]
    fn broken_utf_8_is_replaced() {
        assert_eq!(decode("a%FFb"), "a\u{fffd}b");
        assert_eq!(decode("%C3"), "\u{fffd}");
    }

    #[test]
    fn text_that_is_not_ascii_is_kept() {
        assert_eq!(decode("schön %21"), "schön !");
    }
}
