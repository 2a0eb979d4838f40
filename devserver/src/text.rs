//! Translated texts, in three languages that ZITADEL supports.
//!
//! Source: ZITADEL `internal/i18n/translator.go` and `internal/static/i18n/`.

/// A translated text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    AlreadyActive,
    AlreadyDeactivated,
    NotFound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    En,
    De,
    Fr,
}

impl Key {
    pub(crate) const fn text(self, language: Language) -> &'static str {
        let [english, german, french] = match self {
            Self::AlreadyActive => {
                ["Organisation is already active", "Organisation ist bereits aktiv", "L'organisation est déjà active"]
            }
            Self::AlreadyDeactivated => [
                "Organisation is already deactivated",
                "Organisation ist bereits deaktiviert",
                "L'organisation est déjà désactivée",
            ],
            Self::NotFound => {
                ["Organisation not found", "Organisation konnte nicht gefunden werden", "Organisation non trouvée"]
            }
        };
        match language {
            Language::En => english,
            Language::De => german,
            Language::Fr => french,
        }
    }
}

impl Language {
    /// Returns the language of a call: the profile's, else the first known one of `accept-language`, else English.
    pub(crate) fn choose(profile: Option<&str>, accept_language: &str) -> Self {
        let accepted = accept_language.split(',').find_map(Self::from_tag);
        profile.and_then(Self::from_tag).or(accepted).unwrap_or(Self::En)
    }

    /// Returns the language of a tag such as `de-CH;q=0.9`.
    fn from_tag(tag: &str) -> Option<Self> {
        match tag.trim().split(['-', ';']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::En),
            "de" => Some(Self::De),
            "fr" => Some(Self::Fr),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn profile_overrides_accept_language_and_english_is_the_default() {
        assert_eq!(Language::choose(Some("de"), "fr"), Language::De);
        assert_eq!(Language::choose(None, "ja, fr-CA;q=0.9, en;q=0.5"), Language::Fr);
        assert_eq!(Language::choose(None, "ja"), Language::En);
        assert_eq!(Language::choose(None, ""), Language::En);
    }
}
