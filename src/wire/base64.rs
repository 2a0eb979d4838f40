//! Base64 of `grpc-status-details-bin` and of bytes in ProtoJSON.
//!
//! Hand-written because the crates are built for speed or constant time: base64ct adds 1.65 kB gzip to the module and base64 4 kB
//! (November 2026).
//!
//! Source: RFC 4648, section 4.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Decodes text with or without padding; `None` if it is malformed.
///
/// ```
/// use zitadel_org_web::wire::base64;
///
/// assert_eq!(base64::decode(b"aGk="), Some(b"hi".to_vec()));
/// assert_eq!(base64::decode(b"aGk"), Some(b"hi".to_vec()));
/// ```
#[must_use]
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut bits = 0_u32;
    let mut len = 0_u32;
    let mut digits = text;
    while let [before @ .., b'='] = digits {
        digits = before;
    }
    for digit in digits {
        let value = ALPHABET.iter().zip(0..).find(|(other, _)| *other == digit).map(|(_, value)| value)?;
        bits = (bits << 6) | value;
        len = len.wrapping_add(6);
        if len >= 8 {
            len = len.wrapping_sub(8);
            out.push((bits >> len).to_le_bytes()[0]);
        }
    }
    // A single remaining digit is less than a byte.
    (len < 6).then_some(out)
}

/// Encodes bytes with padding.
///
/// ```
/// use zitadel_org_web::wire::base64;
///
/// assert_eq!(base64::encode(b"hi"), "aGk=");
/// ```
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET.get((bits >> shift & 63) as usize).filter(|_| index <= chunk.len());
            out.push(char::from(digit.copied().unwrap_or(b'=')));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded, Encoding as _};

    use super::{decode, encode};

    #[test]
    fn bytes_of_any_length_are_encoded_as_by_base64ct() {
        let bytes: Vec<u8> = (0..=255).cycle().take(300).collect();
        for len in 0..bytes.len() {
            let bytes = &bytes[..len];
            let text = encode(bytes);
            assert_eq!(text, Base64::encode_string(bytes));
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(bytes));
            assert_eq!(decode(Base64Unpadded::encode_string(bytes).as_bytes()).as_deref(), Some(bytes));
        }
    }

    #[test]
    fn malformed_base64_is_rejected() {
        for text in [&b"*"[..], b"A", b"AAAAA", b"AA=A", b"AA-_", b"A A=", b"\xff\xff"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
