//! A binary file as printable ASCII, which JavaScript decodes in a few lines; see `js/decode.js`.
//!
//! A common byte is one character. The other bytes share two prefixes, each followed by one more character. Unlike base64, this
//! keeps bytes aligned to characters, so gzip and brotli compress the text as well as the file.

use std::collections::BTreeMap;

/// The first character of each byte's code. Quotes, `\`, `$` and `<` are missing, because string literals, templates and HTML pages
/// escape them. A search found the assignment that makes gzip plus brotli smallest for the module of November 2026. Compared with
/// characters assigned only by frequency, it saves 700 B in brotli.
const TABLE: &str = concat!(
    "5)*#?2309;]1QC&{%L==6===q==,N=== ASUV===8Z==}-[/_===4=WM7=:=====",
    "@.B=DEFG=I=====!====T============abcdefghijklmnop+rstuHwxyz====~",
    "X=(=v===R=======Y(======^=============((((((((((((((((((((((((((",
    "O(((((((((((((>(J((((((((((=((((((((|((((=((((((P((((((((((((((K",
);

/// Encodes bytes. The text starts with [`TABLE`], so the decoder needs no copy of it.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let codes = codes();
    let encoded = bytes.iter().filter_map(|&byte| codes.get(usize::from(byte)));
    [TABLE].into_iter().chain(encoded.map(String::as_str)).collect()
}

/// The code of each byte. Bytes that share a first character have a second one, which counts them in the order of the alphabet.
fn codes() -> Vec<String> {
    let alphabet = alphabet();
    let mut seen = BTreeMap::<char, usize>::new();
    let code = |first: char| {
        if TABLE.matches(first).count() == 1 {
            return first.to_string();
        }
        let index = seen.entry(first).or_default();
        let second = alphabet.get(*index).copied();
        *index += 1;
        [first].into_iter().chain(second).collect()
    };
    TABLE.chars().map(code).collect()
}

/// The characters of [`TABLE`] in the order of their first occurrence.
fn alphabet() -> Vec<char> {
    let mut characters = Vec::new();
    for character in TABLE.chars() {
        if !characters.contains(&character) {
            characters.push(character);
        }
    }
    characters
}

#[cfg(test)]
mod tests {
    use std::{env, fs, iter};

    use super::{TABLE, alphabet, encode};
    use crate::paths;

    /// Each value, then pseudo-random bytes. `tests/node/inline.test.js` generates the same.
    fn vector() -> Vec<u8> {
        let random =
            iter::successors(Some(1_u32), |state| Some(state.wrapping_mul(1_103_515_245).wrapping_add(12_345)));
        (0..=255).chain(random.skip(1).take(10_000).map(|state| state.to_be_bytes()[0])).collect()
    }

    /// The decoder of `js/decode.js`.
    fn decode(text: &str) -> Vec<u8> {
        let alphabet = alphabet();
        let mut chars = text.strip_prefix(TABLE).unwrap().chars();
        let mut decoded = Vec::new();
        while let Some(first) = chars.next() {
            let bytes: Vec<usize> =
                TABLE.chars().enumerate().filter(|(_, symbol)| *symbol == first).map(|(at, _)| at).collect();
            let index = match bytes.len() {
                1 => 0,
                _ => chars.next().and_then(|second| alphabet.iter().position(|symbol| *symbol == second)).unwrap(),
            };
            decoded.push(u8::try_from(bytes[index]).unwrap());
        }
        decoded
    }

    #[test]
    fn every_byte_has_a_distinct_code() {
        assert_eq!(TABLE.chars().count(), 256);
        assert_eq!(decode(&encode(&vector())), vector());
    }

    #[test]
    fn text_needs_no_escapes() {
        let text = encode(&vector());
        assert!(text.chars().all(|char| matches!(char, ' '..='~') && !"\"'`\\$<".contains(char)));
    }

    #[test]
    fn encoded_fixture_is_current() {
        let fixture = paths::root().join("tests/fixtures/encoded.txt");
        if env::var_os("UPDATE").is_some() {
            fs::write(&fixture, encode(&vector())).unwrap();
        }
        assert_eq!(fs::read_to_string(fixture).unwrap(), encode(&vector()), "UPDATE=1 cargo test -p xtask writes it");
    }
}
