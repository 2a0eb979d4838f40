//! Error details: what servers attach to a status, as `google.protobuf.Any`.
//!
//! Sources: ZITADEL `proto/zitadel/message.proto`, `proto/zitadel/error/v2/error.proto`.

use crate::{
    base64,
    json::{self, Json},
    message::{self, Field},
    proto::{ERROR_DETAIL, V2_ERROR_DETAIL},
    wire,
};

/// The known types: the end of the type's URL and its fields.
const TYPES: [(&[u8], &[Field]); 2] =
    [(b"/zitadel.v1.ErrorDetail", ERROR_DETAIL), (b"/zitadel.error.v2.ErrorDetail", V2_ERROR_DETAIL)];

/// Reads a detail from a `google.protobuf.Any`: an object with `@type` and either the fields of a known type or `value`, the
/// bytes in base64. `None` if the bytes are none.
#[must_use]
pub fn from_any(any: &[u8]) -> Option<Json> {
    wire::check(any)?;
    let type_url = wire::text(any, 1)?;
    let value = wire::bytes(any, 2)?;
    let mut out = Json::new();
    out.push(b'{');
    json::write_name(&mut out, b"@type");
    json::write_string(&mut out, type_url);
    let known = TYPES.into_iter().find(|(name, _)| type_url.ends_with(name));
    if let Some(fields) = known.and_then(|(_, fields)| message::from_proto(fields, value)) {
        out.push(b',');
        out.extend(fields.iter().skip(1));
    } else {
        json::write_name(&mut out, b"value");
        out.push(b'"');
        base64::write(&mut out, value);
        out.extend_from_slice(b"\"}");
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::Any;
    use serde_json::{Value, json};

    use super::from_any;
    use crate::proto::zitadel::{error, v1::ErrorDetail};

    const OURS: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";
    const V2: &str = "type.googleapis.com/zitadel.error.v2.ErrorDetail";

    fn read(type_url: &str, value: &[u8]) -> Value {
        let any = Any { type_url: type_url.to_owned(), value: value.to_vec() }.encode_to_vec();
        serde_json::from_slice(&from_any(&any).unwrap()).unwrap()
    }

    #[test]
    fn zitadels_detail_has_id_and_message_even_if_they_are_empty() {
        let detail = ErrorDetail { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() };
        let expected = json!({ "@type": OURS, "id": "EVENT-bfnrh", "message": "text" });
        assert_eq!(read(OURS, &detail.encode_to_vec()), expected);
        assert_eq!(read(OURS, b""), json!({ "@type": OURS, "id": "", "message": "" }));
    }

    #[test]
    fn zitadels_newer_detail_has_a_slug() {
        let detail = error::v2::ErrorDetail { slug: "org.not_found".to_owned(), message: "text".to_owned() };
        let expected = json!({ "@type": V2, "slug": "org.not_found", "message": "text" });
        assert_eq!(read(V2, &detail.encode_to_vec()), expected);
    }

    #[test]
    fn unknown_types_and_broken_bytes_keep_their_bytes() {
        let unknown = "type.googleapis.com/a.B";
        assert_eq!(read(unknown, &[1, 2]), json!({ "@type": unknown, "value": "AQI=" }));
        assert_eq!(read("", b""), json!({ "@type": "", "value": "" }));
        for broken in [&[0x0a][..], &[0x0a, 5, b'a'], &[0x08, 1], &[0x0a, 1, 0xff], &[0xff; 12]] {
            let json = read(OURS, broken);
            let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, ["@type", "value"], "{broken:?}");
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
        assert_eq!(read(OURS, bytes), json!({ "@type": OURS, "id": "i", "message": "" }));
    }
}
