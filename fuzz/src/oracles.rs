//! Properties that hold for all inputs, for the fuzzer and for `tests/host/properties.rs`. Each function panics if one does not.

use std::fmt::Debug;

use prost::Message;
use zitadel_org_web::{
    Metadata,
    message::{
        self, Direction, Schema,
        json::{self, Json},
        timestamp,
    },
    transport::Response,
    wire::{body::End, head::Head, response::ResponseDecoder},
};

/// Decodes a response to its outcome; an error is its `Debug` text.
pub(crate) fn outcome<'a>(headers: &[u8], chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Response, String> {
    let mut decoder = ResponseDecoder::new(Head { http_status: 200, headers: Metadata::decode(headers) });
    chunks.into_iter().for_each(|chunk| decoder.push(chunk));
    decoder.finish(End::Complete).map_err(|error| format!("{error:?}"))
}

/// Trailers have the names and values that headers may have.
pub(crate) fn trailers_are_valid_metadata(block: &[u8]) {
    for (name, value) in Metadata::decode(block).iter() {
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()), "{name:?}");
        assert!(!name.is_empty() && !name.contains(':') && !matches!(name, "set-cookie" | "set-cookie2"), "{name:?}");
        assert!(!value.contains(|char: char| char.is_ascii_control() && char != '\t'), "{name}: {value:?}");
    }
}

/// A text that is parsed as a timestamp is one that can be formatted and parsed again.
pub(crate) fn a_parsed_timestamp_round_trips(text: &str) {
    if let Some(parsed) = timestamp::parse(text) {
        let formatted = timestamp::format(&parsed).unwrap_or_default();
        assert_eq!(timestamp::parse(&formatted), Some(parsed), "{text}");
    }
}

/// Bytes are decoded or rejected as by prost, except that RFC 3339 limits the range of dates. The decoded value is the same after
/// a round trip through JSON.
pub(crate) fn protobuf_is_read_as_by_prost<M: Message + Default + PartialEq + Debug>(schema: &Schema, bytes: &[u8]) {
    match (M::decode(bytes), message::decode(schema, bytes, Direction::Response)) {
        (Ok(message), Ok(json)) => {
            let text = json.to_text();
            let parsed = json::parse(&text).unwrap_or(Json::Null);
            assert_eq!(parsed, json, "{text}");
            let encoded =
                message::encode(schema, &parsed, Direction::Response).map(|bytes| M::decode(bytes.as_slice()));
            assert_eq!(encoded, Ok(Ok(message)));
        }
        (Ok(_), Err(invalid)) => assert!(format!("{invalid:?}").contains("must be a date"), "{invalid:?}"),
        (Err(error), Ok(json)) => panic!("prost: {error}, but decoded as {json:?}"),
        (Err(_), Err(_)) => {}
    }
}

/// JSON text is parsed or rejected as by `serde_json`. Each has its own limit of the depth, and `serde_json` one of exponents.
pub(crate) fn json_is_parsed_as_by_serde(text: &str) {
    let parsed = json::parse(text);
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(expected) => match parsed {
            Some(parsed) if parsed.is_complete() => {
                assert_eq!(to_serde(&parsed), expected);
                assert_eq!(json::parse(&parsed.to_text()), Some(parsed));
            }
            Some(_) => {}
            None => panic!("not parsed: {text:?}"),
        },
        Err(error) => {
            let is_limit = ["recursion limit", "out of range"].iter().any(|limit| error.to_string().contains(limit));
            // Without values there are no limits.
            if !is_limit || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
                assert_eq!(parsed, None, "{text:?}: {error}");
            }
        }
    }
}

fn to_serde(json: &Json<'_>) -> serde_json::Value {
    match json {
        Json::Null | Json::TooDeep => serde_json::Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Number(text) => {
            let number: serde_json::Number = parse_with_serde(text);
            whole_numbers_are_exact(json, text, number.as_f64().unwrap_or(f64::NAN));
            number.into()
        }
        Json::String(text) => text.as_ref().into(),
        Json::Array(items) => items.iter().map(to_serde).collect(),
        Json::Object(members) => members.iter().map(|(name, value)| (name.clone(), to_serde(value))).collect(),
    }
}

fn parse_with_serde<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn whole_numbers_are_exact(json: &Json<'_>, text: &str, expected: f64) {
    const MAX_EXACT: f64 = 9_007_199_254_740_991.0;
    match json.whole_number() {
        #[allow(clippy::cast_precision_loss, reason = "the number has 53 bits")]
        Some(number) => assert!(number as f64 == expected && expected.abs() <= MAX_EXACT, "{text}"),
        // A longer one may be whole only because it was rounded.
        None if text.len() <= 15 && !text.contains(['e', 'E']) => assert!(expected.fract() != 0.0, "{text}"),
        None => {}
    }
}
