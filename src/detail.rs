//! Error details: what servers attach to a status, as `google.protobuf.Any`.
//!
//! The known types are described by tables, and one decoder reads them all into proto3's JSON mapping.
//! Sources: ZITADEL `proto/zitadel/message.proto` and `proto/zitadel/error/v2/error.proto`; googleapis
//! `google/rpc/error_details.proto`.

use base64ct::{Base64, Encoding as _};
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_types::Any;

use crate::json::Json;

/// Name of ZITADEL's own detail.
const ZITADEL_ERROR_DETAIL: &str = "zitadel.v1.ErrorDetail";
/// Deepest nesting of messages that is decoded; `google.protobuf.Struct` nests without an end.
const MAX_DEPTH: usize = 32;

/// A field of a known type.
struct Field {
    number: u32,
    name: &'static str,
    kind: Kind,
    is_repeated: bool,
}

enum Kind {
    String,
    Int32,
    Int64,
    Message(&'static [Field]),
    /// A map from strings to strings.
    Map,
    Duration,
    Struct,
}

const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, is_repeated: false }
}

const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, is_repeated: true }
}

const fn text(number: u32, name: &'static str) -> Field {
    one(number, name, Kind::String)
}

const GOOGLE_LOCALIZED_MESSAGE: &[Field] = &[text(1, "locale"), text(2, "message")];

/// The known types.
const TYPES: &[(&str, &[Field])] = &[
    (ZITADEL_ERROR_DETAIL, &[text(1, "id"), text(2, "message")]),
    ("zitadel.v1.CredentialsCheckError", &[text(1, "id"), text(2, "message"), one(3, "failedAttempts", Kind::Int32)]),
    ("zitadel.v1.LocalizedMessage", &[text(1, "key"), text(2, "localizedMessage")]),
    ("zitadel.error.v2.ErrorDetail", &[text(1, "slug"), text(2, "message"), one(3, "details", Kind::Struct)]),
    ("google.rpc.ErrorInfo", &[text(1, "reason"), text(2, "domain"), one(3, "metadata", Kind::Map)]),
    ("google.rpc.RetryInfo", &[one(1, "retryDelay", Kind::Duration)]),
    ("google.rpc.DebugInfo", &[many(1, "stackEntries", Kind::String), text(2, "detail")]),
    (
        "google.rpc.QuotaFailure",
        &[many(
            1,
            "violations",
            Kind::Message(&[
                text(1, "subject"),
                text(2, "description"),
                text(3, "apiService"),
                text(4, "quotaMetric"),
                text(5, "quotaId"),
                one(6, "quotaDimensions", Kind::Map),
                one(7, "quotaValue", Kind::Int64),
                one(8, "futureQuotaValue", Kind::Int64),
            ]),
        )],
    ),
    (
        "google.rpc.PreconditionFailure",
        &[many(1, "violations", Kind::Message(&[text(1, "type"), text(2, "subject"), text(3, "description")]))],
    ),
    (
        "google.rpc.BadRequest",
        &[many(
            1,
            "fieldViolations",
            Kind::Message(&[
                text(1, "field"),
                text(2, "description"),
                text(3, "reason"),
                one(4, "localizedMessage", Kind::Message(GOOGLE_LOCALIZED_MESSAGE)),
            ]),
        )],
    ),
    ("google.rpc.RequestInfo", &[text(1, "requestId"), text(2, "servingData")]),
    (
        "google.rpc.ResourceInfo",
        &[text(1, "resourceType"), text(2, "resourceName"), text(3, "owner"), text(4, "description")],
    ),
    ("google.rpc.Help", &[many(1, "links", Kind::Message(&[text(1, "description"), text(2, "url")]))]),
    ("google.rpc.LocalizedMessage", GOOGLE_LOCALIZED_MESSAGE),
];

/// A detail in proto3's JSON mapping: an object with `@type` and the fields of a known type, or `value` in base64.
#[must_use]
pub fn from_any(Any { type_url, value }: &Any) -> Json {
    let name = type_name(type_url);
    let known = TYPES.iter().find(|(known, _)| *known == name);
    let fields = known.and_then(|(_, fields)| decode(&mut value.as_slice(), fields, MAX_DEPTH));
    let members = fields.unwrap_or_else(|| vec![member("value", Json::String(Base64::encode_string(value)))]);
    finish(type_url, members)
}

/// A detail as REST answers with it; `None` if it is not one.
#[must_use]
pub fn from_json(json: Json) -> Option<Json> {
    let type_url = json.get("@type")?.as_str()?.to_owned();
    let Json::Object(mut members) = json else { return None };
    members.retain(|(name, _)| name != "@type");
    Some(finish(&type_url, members))
}

/// ZITADEL's error id in a detail, if it has one.
#[must_use]
pub fn id(detail: &Json) -> Option<&str> {
    let name = type_name(detail.get("@type")?.as_str()?);
    let id = detail.get(if name == "zitadel.error.v2.ErrorDetail" { "slug" } else { "id" })?.as_str()?;
    (name.starts_with("zitadel.") && !id.is_empty()).then_some(id)
}

fn type_name(type_url: &str) -> &str {
    type_url.rsplit('/').next().unwrap_or_default()
}

fn member(name: &str, value: Json) -> (String, Json) {
    (name.to_owned(), value)
}

/// Puts `@type` in front. ZITADEL's own detail has both its fields, even if they are empty.
fn finish(type_url: &str, mut members: Vec<(String, Json)>) -> Json {
    if type_name(type_url) == ZITADEL_ERROR_DETAIL && !members.iter().any(|(name, _)| name == "value") {
        for name in ["id", "message"] {
            if !members.iter().any(|(member, _)| member == name) {
                members.push(member(name, Json::String(String::new())));
            }
        }
    }
    members.insert(0, member("@type", Json::String(type_url.to_owned())));
    Json::Object(members)
}

/// A message as the members of an object, in the order of the table; `None` if the bytes are not one.
fn decode(bytes: &mut &[u8], fields: &[Field], depth: usize) -> Option<Vec<(String, Json)>> {
    let depth = depth.checked_sub(1)?;
    let mut values: Vec<Option<Json>> = fields.iter().map(|_| None).collect();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(bytes).ok()?;
        let known = fields.iter().zip(&mut values).find(|(field, _)| field.number == number);
        let Some((field, slot)) = known else {
            skip_field(wire_type, number, bytes, DecodeContext::default()).ok()?;
            continue;
        };
        let value = decode_value(bytes, wire_type, &field.kind, depth)?;
        match (slot.as_mut(), value) {
            (Some(Json::List(list)), value) if field.is_repeated => list.push(value),
            (Some(Json::Object(map)), Json::Object(entry)) if matches!(field.kind, Kind::Map) => map.extend(entry),
            (_, value) if field.is_repeated => *slot = Some(Json::List(vec![value])),
            (_, value) => *slot = Some(value),
        }
    }
    let named = fields.iter().zip(values).filter_map(|(field, value)| Some(member(field.name, value?)));
    Some(named.collect())
}

fn decode_value(bytes: &mut &[u8], wire_type: WireType, kind: &Kind, depth: usize) -> Option<Json> {
    match kind {
        Kind::Int32 | Kind::Int64 => {
            let value = (wire_type == WireType::Varint).then(|| decode_varint(bytes).ok())??.cast_signed();
            Some(match kind {
                #[expect(clippy::cast_possible_truncation, reason = "as protobuf reads an int32")]
                Kind::Int32 => Json::Number(f64::from(value as i32)),
                _ => Json::String(value.to_string()),
            })
        }
        _ => {
            let mut payload = length_delimited(bytes, wire_type)?;
            let payload = &mut payload;
            Some(match kind {
                Kind::Message(fields) => Json::Object(decode(payload, fields, depth)?),
                Kind::Map => Json::Object(vec![string_entry(payload, depth)?]),
                Kind::Duration => Json::String(duration(payload, depth)?),
                Kind::Struct => Json::Object(decode_struct(payload, depth)?),
                _ => Json::String(String::from_utf8(payload.to_vec()).ok()?),
            })
        }
    }
}

fn length_delimited<'a>(bytes: &mut &'a [u8], wire_type: WireType) -> Option<&'a [u8]> {
    if wire_type != WireType::LengthDelimited {
        return None;
    }
    let len = usize::try_from(decode_varint(bytes).ok()?).ok()?;
    let (payload, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(payload)
}

/// An entry of a map from strings to strings.
fn string_entry(bytes: &mut &[u8], depth: usize) -> Option<(String, Json)> {
    let mut entry = decode(bytes, &[text(1, "key"), text(2, "value")], depth)?.into_iter();
    let mut take = |name: &str| match entry.as_slice().first() {
        Some((first, _)) if first == name => entry.next().map(|(_, value)| value),
        _ => None,
    };
    let empty = Json::String(String::new());
    let key = take("key").unwrap_or_else(|| empty.clone());
    let value = take("value").unwrap_or(empty);
    Some((key.as_str()?.to_owned(), value))
}

/// A duration as `3.5s`, with 0, 3, 6 or 9 fraction digits.
fn duration(bytes: &mut &[u8], depth: usize) -> Option<String> {
    let members = Json::Object(decode(bytes, &[one(1, "seconds", Kind::Int64), one(2, "nanos", Kind::Int64)], depth)?);
    let number = |name| members.get(name).and_then(Json::as_str).map_or(Some(0), |text| text.parse::<i64>().ok());
    let (seconds, nanos) = (number("seconds")?, number("nanos")?);
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let fraction = format!("{:09}", nanos.unsigned_abs());
    let digits = match fraction.trim_end_matches('0').len() {
        0 => 0,
        1..=3 => 3,
        4..=6 => 6,
        _ => 9,
    };
    let point = if digits == 0 { "" } else { "." };
    Some(format!("{sign}{}{point}{}s", seconds.unsigned_abs(), fraction.get(..digits)?))
}

/// A `google.protobuf.Struct`.
fn decode_struct(bytes: &mut &[u8], depth: usize) -> Option<Vec<(String, Json)>> {
    let depth = depth.checked_sub(1)?;
    let mut members = Vec::new();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(bytes).ok()?;
        if number != 1 {
            skip_field(wire_type, number, bytes, DecodeContext::default()).ok()?;
            continue;
        }
        let mut entry = length_delimited(bytes, wire_type)?;
        let (mut key, mut value) = (String::new(), Json::Null);
        while !entry.is_empty() {
            let (number, wire_type) = decode_key(&mut entry).ok()?;
            match number {
                1 => key = String::from_utf8(length_delimited(&mut entry, wire_type)?.to_vec()).ok()?,
                2 => value = decode_dynamic(&mut length_delimited(&mut entry, wire_type)?, depth)?,
                _ => skip_field(wire_type, number, &mut entry, DecodeContext::default()).ok()?,
            }
        }
        members.push((key, value));
    }
    Some(members)
}

/// A `google.protobuf.Value`.
fn decode_dynamic(bytes: &mut &[u8], depth: usize) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    let mut value = Json::Null;
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(bytes).ok()?;
        value = match (number, wire_type) {
            (1, WireType::Varint) => decode_varint(bytes).ok().map(|_| Json::Null)?,
            (2, WireType::SixtyFourBit) => {
                let (number, rest) = bytes.split_first_chunk()?;
                *bytes = rest;
                Json::Number(f64::from_le_bytes(*number))
            }
            (3, _) => Json::String(String::from_utf8(length_delimited(bytes, wire_type)?.to_vec()).ok()?),
            (4, WireType::Varint) => Json::Bool(decode_varint(bytes).ok()? != 0),
            (5, _) => Json::Object(decode_struct(&mut length_delimited(bytes, wire_type)?, depth)?),
            (6, _) => Json::List(decode_list(&mut length_delimited(bytes, wire_type)?, depth)?),
            _ => {
                skip_field(wire_type, number, bytes, DecodeContext::default()).ok()?;
                value
            }
        };
    }
    Some(value)
}

/// A `google.protobuf.ListValue`.
fn decode_list(bytes: &mut &[u8], depth: usize) -> Option<Vec<Json>> {
    let mut values = Vec::new();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(bytes).ok()?;
        if number == 1 {
            values.push(decode_dynamic(&mut length_delimited(bytes, wire_type)?, depth)?);
        } else {
            skip_field(wire_type, number, bytes, DecodeContext::default()).ok()?;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::{Any, Duration, Struct, Value, value::Kind};
    use serde_json::json;

    use super::{from_any, from_json, id};
    use crate::{json::Json, proto::zitadel::v1::ErrorDetail};

    fn any(name: &str, value: Vec<u8>) -> Any {
        Any { type_url: format!("type.googleapis.com/{name}"), value }
    }

    /// What a detail decodes to, without its type.
    fn decoded(name: &str, value: Vec<u8>) -> serde_json::Value {
        let mut json = serde_json::to_value(from_any(&any(name, value))).unwrap();
        let object = json.as_object_mut().unwrap();
        assert_eq!(object.remove("@type").unwrap(), format!("type.googleapis.com/{name}"));
        json
    }

    /// Fields with a length, numbered from 1.
    fn fields(values: &[&[u8]]) -> Vec<u8> {
        let with_key = values.iter().zip(1u8..).map(|(value, number)| field(number, value));
        with_key.collect::<Vec<_>>().concat()
    }

    fn field(number: u8, value: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(value.len()).unwrap()], value].concat()
    }

    #[test]
    fn zitadels_detail_has_id_and_message_even_if_they_are_empty() {
        let detail = ErrorDetail { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() };
        let name = "zitadel.v1.ErrorDetail";
        assert_eq!(decoded(name, detail.encode_to_vec()), json!({ "id": "EVENT-bfnrh", "message": "text" }));
        assert_eq!(decoded(name, vec![]), json!({ "id": "", "message": "" }));
    }

    #[test]
    fn every_known_type_decodes_to_its_json() {
        let nested = fields(&[b"a", b"b", b"c"]);
        let cases = [
            (
                "zitadel.v1.CredentialsCheckError",
                [fields(&[b"i", b"m"]), vec![0x18, 3]].concat(),
                json!({ "id": "i", "message": "m", "failedAttempts": 3.0 }),
            ),
            ("zitadel.v1.LocalizedMessage", fields(&[b"k", b"m"]), json!({ "key": "k", "localizedMessage": "m" })),
            (
                "google.rpc.ErrorInfo",
                [fields(&[b"r", b"d"]), field(3, &fields(&[b"k", b"v"])), field(3, &fields(&[b"l"]))].concat(),
                json!({ "reason": "r", "domain": "d", "metadata": { "k": "v", "l": "" } }),
            ),
            (
                "google.rpc.DebugInfo",
                [field(1, b"a"), field(1, b"b"), field(2, b"d")].concat(),
                json!({ "stackEntries": ["a", "b"], "detail": "d" }),
            ),
            (
                "google.rpc.QuotaFailure",
                field(1, &[fields(&[b"s", b"d"]), vec![0x38, 5]].concat()),
                json!({ "violations": [{ "subject": "s", "description": "d", "quotaValue": "5" }] }),
            ),
            (
                "google.rpc.PreconditionFailure",
                field(1, &nested),
                json!({ "violations": [{ "type": "a", "subject": "b", "description": "c" }] }),
            ),
            (
                "google.rpc.BadRequest",
                field(1, &[nested, field(4, &fields(&[b"en", b"m"]))].concat()),
                json!({ "fieldViolations": [{ "field": "a", "description": "b", "reason": "c",
                        "localizedMessage": { "locale": "en", "message": "m" } }] }),
            ),
            ("google.rpc.RequestInfo", fields(&[b"r", b"s"]), json!({ "requestId": "r", "servingData": "s" })),
            (
                "google.rpc.ResourceInfo",
                fields(&[b"t", b"n", b"o", b"d"]),
                json!({ "resourceType": "t", "resourceName": "n", "owner": "o", "description": "d" }),
            ),
            (
                "google.rpc.Help",
                [field(1, &fields(&[b"d", b"u"])), field(1, &fields(&[b"e"]))].concat(),
                json!({ "links": [{ "description": "d", "url": "u" }, { "description": "e" }] }),
            ),
            ("google.rpc.LocalizedMessage", fields(&[b"l", b"m"]), json!({ "locale": "l", "message": "m" })),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(decoded(name, bytes), expected, "{name}");
        }
    }

    #[test]
    fn a_duration_has_as_many_fraction_digits_as_it_needs() {
        let text = |seconds, nanos| {
            let bytes = field(1, &Duration { seconds, nanos }.encode_to_vec());
            decoded("google.rpc.RetryInfo", bytes)["retryDelay"].clone()
        };
        assert_eq!(text(3, 0), "3s");
        assert_eq!(text(0, 0), "0s");
        assert_eq!(text(3, 500_000_000), "3.500s");
        assert_eq!(text(1, 1), "1.000000001s");
        assert_eq!(text(-1, -250_000), "-1.000250s");
        assert_eq!(text(i64::MIN, 0), "-9223372036854775808s");
    }

    #[test]
    fn a_struct_decodes_to_any_json() {
        let value = |kind| Value { kind: Some(kind) };
        let inner = Struct { fields: [("n".to_owned(), value(Kind::NumberValue(1.5)))].into() };
        let list = prost_types::ListValue { values: vec![value(Kind::BoolValue(true)), value(Kind::NullValue(0))] };
        let fields = [
            ("a".to_owned(), value(Kind::StringValue("x".to_owned()))),
            ("b".to_owned(), value(Kind::StructValue(inner))),
            ("c".to_owned(), value(Kind::ListValue(list))),
        ];
        let bytes = [field(1, b"ORG.NOT_FOUND"), field(3, &Struct { fields: fields.into() }.encode_to_vec())].concat();
        let expected =
            json!({ "slug": "ORG.NOT_FOUND", "details": { "a": "x", "b": { "n": 1.5 }, "c": [true, null] } });
        assert_eq!(decoded("zitadel.error.v2.ErrorDetail", bytes), expected);
    }

    #[test]
    fn a_struct_that_nests_too_deep_keeps_its_bytes() {
        let mut value = Value { kind: Some(Kind::BoolValue(true)) };
        for _ in 0..60 {
            value = Value { kind: Some(Kind::ListValue(prost_types::ListValue { values: vec![value] })) };
        }
        let nested = Struct { fields: [("a".to_owned(), value)].into() }.encode_to_vec();
        let mut bytes = vec![0x1a];
        prost::encoding::encode_varint(nested.len() as u64, &mut bytes);
        bytes.extend(nested);
        let json = decoded("zitadel.error.v2.ErrorDetail", bytes);
        assert!(json["value"].is_string(), "{json}");
    }

    #[test]
    fn unknown_types_and_broken_bytes_keep_their_bytes() {
        assert_eq!(decoded("a.B", vec![1, 2]), json!({ "value": "AQI=" }));
        for broken in [&[0x0a][..], &[0x0a, 5, b'a'], &[0x08, 1], &[0x0a, 1, 0xff], &[0xff; 12]] {
            let json = decoded("zitadel.v1.ErrorDetail", broken.to_vec());
            assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["value"], "{broken:?}");
        }
    }

    #[test]
    fn fields_that_the_table_does_not_have_are_skipped() {
        let bytes = [fields(&[b"i"]), field(9, b"x"), vec![0x58, 1]].concat();
        assert_eq!(decoded("zitadel.v1.ErrorDetail", bytes), json!({ "id": "i", "message": "" }));
    }

    #[test]
    fn an_id_is_zitadels_own_or_a_slug() {
        let of = |name: &str, bytes| id(&from_any(&any(name, bytes))).map(str::to_owned);
        assert_eq!(of("zitadel.v1.ErrorDetail", fields(&[b"A-1"])).as_deref(), Some("A-1"));
        assert_eq!(of("zitadel.v1.CredentialsCheckError", fields(&[b"A-2"])).as_deref(), Some("A-2"));
        assert_eq!(of("zitadel.error.v2.ErrorDetail", fields(&[b"A.B"])).as_deref(), Some("A.B"));
        assert_eq!(of("zitadel.v1.ErrorDetail", vec![]), None);
        assert_eq!(of("google.rpc.RequestInfo", fields(&[b"r"])), None);
    }

    #[test]
    fn a_detail_of_rest_is_an_object_with_a_type() {
        let object = |members: &[(&str, &str)]| {
            let member = |(name, value): &(&str, &str)| ((*name).to_owned(), Json::String((*value).to_owned()));
            Json::Object(members.iter().map(member).collect())
        };
        let detail = object(&[("id", "A-1"), ("@type", "type.googleapis.com/zitadel.v1.ErrorDetail")]);
        let expected =
            object(&[("@type", "type.googleapis.com/zitadel.v1.ErrorDetail"), ("id", "A-1"), ("message", "")]);
        assert_eq!(from_json(detail), Some(expected));
        assert_eq!(from_json(object(&[("id", "A-1")])), None);
        assert_eq!(from_json(Json::Null), None);
    }
}
