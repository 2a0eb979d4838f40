//! Metadata: the headers and trailers of a call.

/// An ordered list of metadata; a name may occur several times.
///
/// Names are kept in lower case, so a look-up need not care how the server wrote them.
///
/// ```
/// use zitadel_org_web::metadata::Metadata;
///
/// let mut metadata = Metadata::new();
/// metadata.append("X-Request-Id", "d3a8");
/// assert_eq!(metadata.get("x-request-id"), Some("d3a8"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    entries: Vec<(String, String)>,
}

impl Metadata {
    /// No metadata.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Adds one value, after those that the name has already.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.entries.push((name.to_ascii_lowercase(), value.into()));
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// The first value of a name in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All values of a name in lower case, in the order in which they came.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All names and values, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Whether `name` can be the name of a header.
///
/// Source: RFC 9110, section 5.6.2 (token).
#[must_use]
pub fn is_valid_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether `value` is free of what a header's value cannot hold: CR, LF, NUL and the other control characters.
///
/// Source: RFC 9110, section 5.5 (field-value).
#[must_use]
pub fn is_valid_value(value: &str) -> bool {
    value.chars().all(|char| char == '\t' || !char.is_control())
}

#[cfg(test)]
mod tests {
    use super::{Metadata, is_valid_name, is_valid_value};

    #[test]
    fn names_match_in_any_case_and_repeated_values_keep_their_order() {
        let mut metadata = Metadata::new();
        metadata.append("X-A", "1");
        metadata.append("x-b", "2");
        metadata.append("x-A", "3");
        assert_eq!(metadata.get_all("x-a").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(metadata.get("x-c"), None);
    }

    #[test]
    fn a_name_is_a_token() {
        assert!(is_valid_name("grpc-status") && is_valid_name("X_a.1~"));
        for name in ["", "a b", "a:b", "a\n", "ä", "a\"", "(a)"] {
            assert!(!is_valid_name(name), "{name:?}");
        }
    }

    #[test]
    fn a_value_has_no_control_characters_but_tabs() {
        assert!(is_valid_value("") && is_valid_value("a\tb ü"));
        for value in ["\r", "\n", "a\0", "\x7f", "\u{85}"] {
            assert!(!is_valid_value(value), "{value:?}");
        }
    }
}
