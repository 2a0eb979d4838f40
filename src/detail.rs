//! Error details: messages that a server attaches to a status, as `google.protobuf.Any`.
//!
//! Sources: ZITADEL `proto/zitadel/message.proto`, `proto/zitadel/error/v2/error.proto`.

use crate::message::{self, Direction, schema};

/// `@type` of [`Detail::Zitadel`].
pub(crate) const ZITADEL: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";
/// `@type` of [`Detail::ZitadelV2`].
pub(crate) const ZITADEL_V2: &str = "type.googleapis.com/zitadel.error.v2.ErrorDetail";

/// A detail of an error.
///
/// ```
/// use zitadel_org_web::{Detail, Error};
///
/// fn id(error: &Error) -> Option<&str> {
///     error.details().iter().find_map(|detail| match detail {
///         Detail::Zitadel { id, .. } => Some(id.as_str()),
///         _ => None,
///     })
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// `zitadel.v1.ErrorDetail`.
    Zitadel {
        /// The stable id of the error, for instance `EVENT-bfnrh`.
        id: String,
        /// The error's text without the id, in the language of the token's user.
        message: String,
    },
    /// `zitadel.error.v2.ErrorDetail`.
    ZitadelV2 {
        /// The stable id of the error, for instance `org.not_found`.
        slug: String,
        /// The error's text.
        message: String,
    },
    /// A message of another type.
    Other {
        /// The type, for instance `type.googleapis.com/google.rpc.RequestInfo`.
        type_url: String,
        /// The message's bytes.
        value: Vec<u8>,
    },
    /// A message of another type, in a response over REST.
    Json {
        /// The type.
        type_url: String,
        /// The detail, including `@type`, as JSON text without blanks.
        text: String,
    },
}

impl Detail {
    /// Decodes a message; `None` if it is malformed and has a ZITADEL type.
    pub(crate) fn decode(type_url: String, value: Vec<u8>) -> Option<Self> {
        let (schema, id) = match type_url.as_str() {
            ZITADEL => (&schema::ZITADEL_V1_ERROR_DETAIL, "id"),
            ZITADEL_V2 => (&schema::ZITADEL_ERROR_V2_ERROR_DETAIL, "slug"),
            _ => return Some(Self::Other { type_url, value }),
        };
        let fields = message::decode(schema, &value, Direction::Response).ok()?;
        let text = |name| fields.text(name).unwrap_or_default().to_owned();
        let (id, message) = (text(id), text("message"));
        Some(if type_url == ZITADEL { Self::Zitadel { id, message } } else { Self::ZitadelV2 { slug: id, message } })
    }

    /// Returns ZITADEL's stable id, if the detail has one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Zitadel { id, .. } | Self::ZitadelV2 { slug: id, .. } if !id.is_empty() => Some(id),
            _ => None,
        }
    }
}

/// Finds ZITADEL's stable id in a text: a final `(XXX-yyyyy)`, or else the first `ID=XXX-yyyyy`.
///
/// Sources: ZITADEL `internal/api/grpc/gerrors/zitadel_errors.go`, `internal/zerrors/zerror.go`.
pub(crate) fn id_in_text(text: &str) -> Option<&str> {
    let last = text.strip_suffix(')').and_then(|rest| rest.split('(').skip(1).last());
    last.filter(|id| is_id(id)).or_else(|| {
        let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '-' && char != '=');
        words.filter_map(|word| word.strip_prefix("ID=")).find(|id| is_id(id))
    })
}

/// Returns true for the form of a ZITADEL error id, and false for `UTF-8`, `SHA-256` and `ISO-8601`.
fn is_id(text: &str) -> bool {
    let Some((prefix, suffix)) = text.split_once('-') else { return false };
    prefix.len() > 1
        && prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && (4..=8).contains(&suffix.len())
        && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && suffix.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::{Detail, ZITADEL, ZITADEL_V2, id_in_text};
    use crate::proto::zitadel::{error, v1::ErrorDetail};

    fn decode(type_url: &str, value: &[u8]) -> Option<Detail> {
        Detail::decode(type_url.to_owned(), value.to_vec())
    }

    #[test]
    fn zitadels_detail_has_id_and_message() {
        let detail = ErrorDetail { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() };
        let decoded = decode(ZITADEL, &detail.encode_to_vec()).unwrap();
        assert_eq!(decoded, Detail::Zitadel { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() });
        assert_eq!(decoded.id(), Some("EVENT-bfnrh"));
        let empty = decode(ZITADEL, b"").unwrap();
        assert_eq!(empty.id(), None);
        assert_eq!(empty, Detail::Zitadel { id: String::new(), message: String::new() });
    }

    #[test]
    fn zitadels_newer_detail_has_a_slug() {
        let detail = error::v2::ErrorDetail { slug: "org.not_found".to_owned(), message: "text".to_owned() };
        assert_eq!(decode(ZITADEL_V2, &detail.encode_to_vec()).unwrap().id(), Some("org.not_found"));
    }

    #[test]
    fn other_types_keep_their_bytes() {
        for type_url in ["type.googleapis.com/a.B", "", "example.com/zitadel.v1.ErrorDetail"] {
            let expected = Detail::Other { type_url: type_url.to_owned(), value: vec![1, 2] };
            assert_eq!(decode(type_url, &[1, 2]), Some(expected));
        }
    }

    #[test]
    fn malformed_details_of_zitadel_are_omitted() {
        for malformed in [&[0x0a][..], &[0x0a, 5, b'a'], &[0x08, 1], &[0x0a, 1, 0xff], &[0xff; 12]] {
            assert_eq!(decode(ZITADEL, malformed), None, "{malformed:?}");
        }
    }

    #[test]
    fn an_id_is_found_where_zitadel_writes_it() {
        for (text, expected) in [
            ("Organisation is already active (EVENT-bfnrh)", Some("EVENT-bfnrh")),
            ("a (b) (AUTH-rKLWEH)", Some("AUTH-rKLWEH")),
            ("origin &{h}: ID=QUERY-1kIjX Message=Instance not found", Some("QUERY-1kIjX")),
            ("ID=x ID=QUERY-IuGh1 Parent=(ID=QUERY-1kIjX)", Some("QUERY-IuGh1")),
            ("(EVENT-bfnrh) is not at the end", None),
            ("the text is not valid (UTF-8)", None),
            ("bad digest (SHA-256)", None),
            ("bad date (ISO-8601)", None),
            ("db connection error ()", None),
            ("(event-bfnrh)", None),
            ("EVENT-bfnrh)", None),
            ("EVENT-bfnrh", None),
            (")", None),
            ("", None),
        ] {
            assert_eq!(id_in_text(text), expected, "{text}");
        }
    }
}
