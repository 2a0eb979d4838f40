//! Error details: what servers attach to a status, as `google.protobuf.Any`.
//!
//! Sources: ZITADEL `proto/zitadel/message.proto`, `proto/zitadel/error/v2/error.proto`.

use alloc::vec;

use crate::{
    base64,
    json::{self, Json},
    message::{self, Field},
    proto::{self, ERROR_DETAIL},
    wire,
};

const TYPE: &[u8] = b"@type";

/// A detail, and ZITADEL's id of the error if the detail has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// An object with `@type` and either the fields of a known type or `value`, the bytes in base64.
    pub json: Json,
    /// A string; see [`crate::error::Error::id`].
    pub id: Option<Json>,
}

/// The known types: the end of the type's URL, its fields, and which of them is the error's id.
const TYPES: [(&[u8], &[Field], &[u8]); 2] = [
    (b"/zitadel.v1.ErrorDetail", ERROR_DETAIL, b"id"),
    (b"/zitadel.error.v2.ErrorDetail", proto::V2_ERROR_DETAIL, b"slug"),
];

/// Reads a detail from a `google.protobuf.Any`; `None` if the bytes are none.
#[must_use]
pub fn from_any(any: &[u8]) -> Option<Detail> {
    wire::check(any)?;
    let type_url = wire::text(any, 1)?;
    let value = wire::bytes(any, 2)?;
    let decoded = known(type_url).and_then(|(_, fields, id)| Some((message::from_proto(fields, value)?, id)));
    Some(match decoded {
        Some((fields, id)) => detail(type_url, &fields, id),
        None => {
            let mut fields = vec![b'{'];
            json::write_name(&mut fields, b"value");
            fields.push(b'"');
            base64::write(&mut fields, value);
            fields.extend_from_slice(b"\"}");
            detail(type_url, &fields, b"")
        }
    })
}

/// Reads a detail as REST answers with it; `None` if it is not one. The text must be as `JSON.stringify` writes it.
#[must_use]
pub fn from_json(text: &[u8]) -> Option<Detail> {
    let type_url = json::contents(json::member(text, TYPE)?)?;
    let decoded = known(type_url).and_then(|(_, fields, id)| Some((message::from_json(fields, text)?, id)));
    Some(match decoded {
        Some((fields, id)) => detail(type_url, &fields, id),
        None => Detail { json: text.to_vec(), id: None },
    })
}

fn known(type_url: &[u8]) -> Option<(&'static [u8], &'static [Field], &'static [u8])> {
    TYPES.into_iter().find(|(name, ..)| type_url.ends_with(name))
}

/// Puts `@type` in front of the fields, and takes the id from them.
fn detail(type_url: &[u8], fields: &[u8], id: &[u8]) -> Detail {
    let mut out = vec![b'{'];
    json::write_name(&mut out, TYPE);
    json::write_string(&mut out, type_url);
    out.push(b',');
    out.extend(fields.iter().skip(1));
    let id = json::member(fields, id).filter(|id| *id != b"\"\"").map(<[u8]>::to_vec);
    Detail { json: out, id }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::Any;
    use serde_json::{Value, json};

    use super::{Detail, from_any, from_json};
    use crate::proto::zitadel::{error, v1::ErrorDetail};

    const OURS: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";
    const V2: &str = "type.googleapis.com/zitadel.error.v2.ErrorDetail";

    fn read(type_url: &str, value: &[u8]) -> (Value, Option<String>) {
        parsed(&from_any(&Any { type_url: type_url.to_owned(), value: value.to_vec() }.encode_to_vec()).unwrap())
    }

    fn parsed(Detail { json, id }: &Detail) -> (Value, Option<String>) {
        (serde_json::from_slice(json).unwrap(), id.as_ref().map(|id| serde_json::from_slice(id).unwrap()))
    }

    #[test]
    fn zitadels_detail_has_id_and_message_even_if_they_are_empty() {
        let detail = ErrorDetail { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() };
        let expected = json!({ "@type": OURS, "id": "EVENT-bfnrh", "message": "text" });
        assert_eq!(read(OURS, &detail.encode_to_vec()), (expected, Some("EVENT-bfnrh".to_owned())));
        assert_eq!(read(OURS, b""), (json!({ "@type": OURS, "id": "", "message": "" }), None));
    }

    #[test]
    fn the_id_of_zitadels_newer_detail_is_its_slug() {
        let detail = error::v2::ErrorDetail { slug: "org.not_found".to_owned(), message: "text".to_owned() };
        let expected = json!({ "@type": V2, "slug": "org.not_found", "message": "text" });
        assert_eq!(read(V2, &detail.encode_to_vec()), (expected, Some("org.not_found".to_owned())));
    }

    #[test]
    fn unknown_types_and_broken_bytes_keep_their_bytes() {
        let unknown = "type.googleapis.com/a.B";
        assert_eq!(read(unknown, &[1, 2]), (json!({ "@type": unknown, "value": "AQI=" }), None));
        assert_eq!(read("", b""), (json!({ "@type": "", "value": "" }), None));
        for broken in [&[0x0a][..], &[0x0a, 5, b'a'], &[0x08, 1], &[0x0a, 1, 0xff], &[0xff; 12]] {
            let (json, id) = read(OURS, broken);
            let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!((names, id), (vec!["@type", "value"], None), "{broken:?}");
        }
    }

    #[test]
    fn what_is_no_any_is_no_detail() {
        for broken in [&[0x0a][..], &[0x08, 1], &[0x0a, 1, 0xff], &[0x12, 9]] {
            assert_eq!(from_any(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn fields_that_the_table_does_not_have_are_skipped() {
        let bytes = b"\x0a\x01i\x4a\x01x\x58\x01";
        assert_eq!(read(OURS, bytes).0, json!({ "@type": OURS, "id": "i", "message": "" }));
    }

    #[test]
    fn a_detail_of_rest_is_an_object_with_a_type() {
        let read = |json: Value| from_json(&serde_json::to_vec(&json).unwrap()).map(|detail| parsed(&detail));
        let expected = json!({ "@type": OURS, "id": "A-1", "message": "" });
        assert_eq!(read(json!({ "@type": OURS, "id": "A-1" })), Some((expected, Some("A-1".to_owned()))));
        let unknown = json!({ "@type": "a.B", "id": "A-1", "list": [1, { "x": null }] });
        assert_eq!(read(unknown.clone()), Some((unknown, None)));
        for other in [json!({ "id": "A-1" }), json!(null), json!(5), json!({ "@type": 5 })] {
            assert_eq!(read(other), None);
        }
    }
}
