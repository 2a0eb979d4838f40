//! Translated texts and the choice of a language.
//!
//! Source: ZITADEL `internal/i18n/translator.go` and `internal/static/i18n/`.

/// A text that ZITADEL translates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// `Errors.Org.AlreadyActive`
    AlreadyActive,
    /// `Errors.Org.AlreadyDeactivated`
    AlreadyDeactivated,
    /// `Errors.Org.NotFound`
    NotFound,
}

/// A language that the texts are there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    En,
    /// German.
    De,
    /// French.
    Fr,
}

impl Key {
    /// The text in a language.
    #[must_use]
    pub const fn text(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::AlreadyActive, Language::En) => "Organisation is already active",
            (Self::AlreadyActive, Language::De) => "Organisation ist bereits aktiv",
            (Self::AlreadyActive, Language::Fr) => "L'organisation est déjà active",
            (Self::AlreadyDeactivated, Language::En) => "Organisation is already deactivated",
            (Self::AlreadyDeactivated, Language::De) => "Organisation ist bereits deaktiviert",
            (Self::AlreadyDeactivated, Language::Fr) => "L'organisation est déjà désactivée",
            (Self::NotFound, Language::En) => "Organisation not found",
            (Self::NotFound, Language::De) => "Organisation konnte nicht gefunden werden",
            (Self::NotFound, Language::Fr) => "Organisation non trouvée",
        }
    }
}

impl Language {
    /// The language of a tag such as `de-CH`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "de" => Some(Self::De),
            "fr" => Some(Self::Fr),
            _ => None,
        }
    }

    /// The language of a call: the user's preferred one, then `accept-language`, then English.
    #[must_use]
    pub fn choose(preferred: Option<&str>, accept_language: Option<&str>) -> Self {
        preferred.and_then(Self::from_tag).or_else(|| accept_language.and_then(Self::accepted)).unwrap_or(Self::En)
    }

    /// The language that `accept-language` weighs most, of those that are there.
    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse().ok());
            if let (Some(weight), Some(language)) = (weight, Self::from_tag(tag))
                && weight > best.map_or(0.0, |(best, _)| best)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_preferred_language_comes_before_the_accepted_one_and_english_last() {
        assert_eq!(Language::choose(Some("de"), Some("fr")), Language::De);
        assert_eq!(Language::choose(None, Some("fr-CA,en;q=0.5")), Language::Fr);
        assert_eq!(Language::choose(None, Some("en;q=0.5, de;q=0.9")), Language::De);
        assert_eq!(Language::choose(Some("xx"), Some("fr")), Language::Fr);
        assert_eq!(Language::choose(None, Some("ja")), Language::En);
        assert_eq!(Language::choose(None, None), Language::En);
    }
}
