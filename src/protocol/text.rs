//! Cutting of text at ASCII characters. Ours because the standard library's searchers are 1 kB gzip of the module.

/// What comes before the first of a character, and what comes behind it if it is there.
pub(crate) fn cut(text: &str, at: u8) -> (&str, Option<&str>) {
    debug_assert!(at.is_ascii());
    let place = text.bytes().position(|byte| byte == at).unwrap_or(text.len());
    let (before, rest) = text.split_at_checked(place).unwrap_or((text, ""));
    (before, rest.get(1..))
}

/// The parts between a character.
pub(crate) fn parts(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (part, behind) = cut(rest?, separator);
        rest = behind;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::{cut, parts};

    #[test]
    fn a_text_is_cut_at_the_first_of_a_character() {
        for (text, expected) in [
            ("a:b:c", ("a", Some("b:c"))),
            (":b", ("", Some("b"))),
            ("ü:", ("ü", Some(""))),
            ("ü", ("ü", None)),
            ("", ("", None)),
        ] {
            assert_eq!(cut(text, b':'), expected, "{text}");
        }
    }

    #[test]
    fn parts_are_those_that_the_standard_library_finds() {
        for text in ["", ",", "a", "a,b", ",a,", "ü,,ß"] {
            assert_eq!(parts(text, b',').collect::<Vec<_>>(), text.split(',').collect::<Vec<_>>());
        }
    }
}
