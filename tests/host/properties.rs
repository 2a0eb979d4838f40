//! Properties that hold for all inputs. The fuzzer checks those of `fuzz/src/oracles.rs`, too.

use std::fmt::Write as _;

use proptest::{collection::vec, prelude::*, sample::Index};
use prost::Message as _;
use prost_types::Timestamp;
use serde_json::Value as Json;
use zitadel_org_web::{
    Detail, Metadata,
    message::{
        self, Direction, json,
        schema::{GOOGLE_RPC_STATUS, ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as SCHEMA},
        timestamp,
    },
    proto::{
        google::rpc::Status,
        zitadel::{management::v1::GetMyOrgResponse, org::v1::Org, v1::ObjectDetails},
    },
    wire::{
        base64,
        body::End,
        frame::{self, Violation},
        head::Head,
        response::ResponseDecoder,
        status,
    },
};

use super::oracles::{self, outcome};

const HEADERS: &[u8] = b"content-type: application/grpc-web+proto\r\n";

fn decoder() -> ResponseDecoder {
    ResponseDecoder::new(Head { http_status: 200, headers: Metadata::decode(HEADERS) })
}

fn frames(body: &[u8]) -> frame::Decoder {
    let mut frames = frame::Decoder::default();
    frames.push(body);
    frames.end();
    frames
}

/// Complete and truncated frames as servers send them, and bytes that are not frames.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let flags = prop_oneof![5 => Just(0u8), 3 => Just(0x80), 1 => any::<u8>()];
    let payload = prop_oneof![
        vec(any::<u8>(), 0..40),
        "(grpc-status: ?[0-9]{0,2}|grpc-message: [ -~]{0,9}|[ -~]{0,12})(\r\n)?".prop_map(String::into_bytes),
    ];
    let frame = (flags, payload, any::<bool>()).prop_map(|(flags, payload, is_whole)| {
        let mut frame = frame::encode(&payload).unwrap();
        frame[0] = flags;
        if !is_whole {
            frame.pop();
        }
        frame
    });
    prop_oneof![4 => vec(frame, 0..5).prop_map(|frames| frames.concat()), 1 => vec(any::<u8>(), 0..80)]
}

proptest! {
    #[test]
    fn the_outcome_does_not_depend_on_the_chunks(body in body(), cuts in vec(0usize..100, 0..6)) {
        let whole = outcome(HEADERS, [body.as_slice()]);
        prop_assert_eq!(&outcome(HEADERS, body.chunks(1)), &whole);
        let mut rest = body.as_slice();
        let mut chunks = Vec::new();
        for cut in cuts {
            let (chunk, after) = rest.split_at(cut.min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        chunks.push(rest);
        prop_assert_eq!(&outcome(HEADERS, chunks), &whole);
    }

    #[test]
    fn an_early_decision_holds_unless_data_follows_the_trailers(body in body()) {
        let whole = outcome(HEADERS, [body.as_slice()]);
        let mut early = decoder();
        for byte in &body {
            if early.is_decided() {
                break;
            }
            early.push(&[*byte]);
        }
        let is_longer = frames(&body).violation() == Some(Violation::DataAfterTrailers);
        let early = early.finish(End::Complete).map_err(|error| format!("{error:?}"));
        prop_assert!(early == whole || is_longer, "{early:?} became {whole:?}");
    }

    #[test]
    fn a_success_has_status_0_and_exactly_one_message(body in body()) {
        if outcome(HEADERS, [body.as_slice()]).is_ok() {
            let frames = frames(&body);
            prop_assert_eq!((frames.messages(), frames.violation()), (1, None));
            let trailers = Metadata::decode(frames.trailers().unwrap());
            prop_assert_eq!(trailers.get("grpc-status"), Some("0"));
        }
    }

    #[test]
    fn a_framed_message_round_trips(message in vec(any::<u8>(), 0..2000)) {
        let framed = frame::encode(&message).unwrap();
        let frames = frames(&framed);
        prop_assert_eq!((frames.messages(), frames.message(), frames.violation()), (1, message.as_slice(), None));
    }

    #[test]
    fn a_status_survives_any_other_lines(
        before in vec(any::<u8>(), 0..60),
        after in vec(any::<u8>(), 0..60),
        code in 0i32..=16,
    ) {
        let block = [&before, b"\r\ngrpc-status: ".as_slice(), code.to_string().as_bytes(), b"\r\n", &after].concat();
        let decoded = Metadata::decode(&block);
        prop_assert!(decoded.get_all("grpc-status").any(|value| value == code.to_string()));
    }

    #[test]
    fn trailers_are_valid_metadata(block in vec(any::<u8>(), 0..200)) {
        oracles::trailers_are_valid_metadata(&block);
    }

    #[test]
    fn trailers_with_a_known_name_are_valid_metadata(
        name in "(?i)(grpc-status|grpc-message|grpc-status-details-bin|set-cookie2?|x-a)",
        value in vec(prop_oneof![any::<u8>(), 0u8..0x20, Just(b'0')], 0..6),
    ) {
        let block = [name.as_bytes(), b": ", &value].concat();
        oracles::trailers_are_valid_metadata(&block);
    }

    #[test]
    fn a_percent_encoded_text_round_trips(text in any::<String>()) {
        let mut encoded = String::new();
        text.bytes().for_each(|byte| write!(encoded, "%{byte:02X}").unwrap());
        prop_assert_eq!(message(&encoded), text);
    }

    #[test]
    fn a_text_without_escapes_is_kept(text in "[^%\\p{Cc}]{0,60}") {
        prop_assert_eq!(message(&text), text);
    }

    #[test]
    fn a_malformed_status_is_never_ok(raw in "[^\r\n\0]{0,20}") {
        prop_assume!(raw.split(',').any(|part| part.trim_ascii() != "0"));
        let mut block = Metadata::new();
        block.append("grpc-status", &raw);
        let status = status::decode(&Metadata::new(), &block);
        prop_assert!(status.is_none_or(|status| status.is_err()));
    }

    #[test]
    fn details_round_trip_padded_or_not(code in 1i32..=16, message in ".{1,20}", value in vec(any::<u8>(), 0..60)) {
        let any = prost_types::Any { type_url: "type.googleapis.com/a.B".to_owned(), value: value.clone() };
        let bytes = Status { code, message: message.clone(), details: vec![any] }.encode_to_vec();
        let padded = base64::encode(&bytes);
        for bin in [padded.as_str(), padded.trim_end_matches('=')] {
            let mut block = Metadata::new();
            block.append("grpc-status", &code.to_string());
            block.append("grpc-status-details-bin", bin);
            let error = status::decode(&Metadata::new(), &block).unwrap().unwrap_err();
            prop_assert_eq!((error.code.number(), &error.message), (code, &message));
            let detail = Detail::Other { type_url: "type.googleapis.com/a.B".to_owned(), value: value.clone() };
            prop_assert_eq!(error.details, vec![detail]);
        }
    }

    #[test]
    fn a_message_of_prost_is_read(
        (id, name, owner) in (".{0,9}", ".{0,9}", ".{0,9}"),
        sequence in any::<u64>(),
        seconds in -62_135_596_800i64..=253_402_300_799,
        nanos in 0i32..1_000_000_000,
        state in any::<i32>(),
    ) {
        let details = ObjectDetails {
            sequence,
            change_date: Some(Timestamp { seconds, nanos }),
            resource_owner: owner.clone(),
            creation_date: None,
        };
        let org = Org { id: id.clone(), details: Some(details), state, name: name.clone(), primary_domain: String::new() };
        let bytes = GetMyOrgResponse { org: Some(org) }.encode_to_vec();
        oracles::protobuf_is_read_as_by_prost::<GetMyOrgResponse>(&SCHEMA, &bytes);
        let text = message::decode(&SCHEMA, &bytes, Direction::Response).unwrap().to_text();
        let value: Json = serde_json::from_str(&text).unwrap();
        let details = &value["org"]["details"];
        prop_assert_eq!(details["sequence"].as_str().unwrap(), sequence.to_string());
        prop_assert_eq!(details["changeDate"].as_str().unwrap(), Timestamp { seconds, nanos }.to_string());
        prop_assert_eq!(details["resourceOwner"].as_str().unwrap(), owner);
        prop_assert_eq!(value["org"]["id"].as_str().unwrap(), id);
        prop_assert_eq!(value["org"]["name"].as_str().unwrap(), name);
    }

    #[test]
    fn any_bytes_are_read_as_by_prost(bytes in vec(prop_oneof![0u8..0x30, any::<u8>()], 0..40)) {
        oracles::protobuf_is_read_as_by_prost::<GetMyOrgResponse>(&SCHEMA, &bytes);
        oracles::protobuf_is_read_as_by_prost::<Status>(&GOOGLE_RPC_STATUS, &bytes);
    }

    #[test]
    fn json_of_any_form_is_read_or_rejected(json in json()) {
        let text = json.to_string();
        if let Ok(bytes) = message::encode(&SCHEMA, &json::parse(&text).unwrap(), Direction::Response) {
            prop_assert!(GetMyOrgResponse::decode(bytes.as_slice()).is_ok());
        }
    }

    #[test]
    fn json_is_parsed_as_by_serde(text in json_text()) {
        oracles::json_is_parsed_as_by_serde(&text);
    }

    #[test]
    fn deep_json_is_parsed_as_by_serde(depth in 95usize..=130, inner in DEEP_JSON, after in "[\\]}]{0,2}") {
        let text = ["[".repeat(depth), inner, "]".repeat(depth), after].concat();
        oracles::json_is_parsed_as_by_serde(&text);
        if let Some(json) = json::parse(&text) {
            prop_assert!(!json.is_complete() || depth <= json::MAX_DEPTH);
        }
    }

    #[test]
    fn base64_round_trips(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(base64::decode(base64::encode(&bytes).as_bytes()), Some(bytes));
    }

    #[test]
    fn a_timestamp_round_trips_and_is_written_as_by_prost(
        seconds in -62_135_596_800i64..=253_402_300_799,
        nanos in 0i32..1_000_000_000,
    ) {
        let timestamp = Timestamp { seconds, nanos };
        let text = timestamp::format(&timestamp).unwrap();
        prop_assert_eq!(&text, &timestamp.to_string());
        prop_assert_eq!(timestamp::parse(&text), Some(timestamp));
    }

    #[test]
    fn a_date_with_an_offset_is_read_as_by_prost(text in DATE) {
        oracles::a_parsed_timestamp_round_trips(&text);
        if let Some(timestamp) = timestamp::parse(&text) {
            prop_assert_eq!(text.parse(), Ok(timestamp));
        }
    }

    #[test]
    fn a_parsed_timestamp_round_trips(text in "[0-9TZ:.+-]{0,30}") {
        oracles::a_parsed_timestamp_round_trips(&text);
    }
}

const DATE: &str =
    "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6]0:[0-6]0([.][0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-6][0-9])";
const DEEP_JSON: &str = r#"(1|true|"\\u00e9"|\[\]|\{\}|\{"a":|\[|,|\]|\}| ){0,5}"#;

/// Returns the message of an error with this `grpc-message`.
fn message(raw: &str) -> String {
    let mut block = Metadata::new();
    block.append("grpc-status", "9");
    block.append("grpc-message", raw);
    status::decode(&Metadata::new(), &block).unwrap().unwrap_err().message
}

/// JSON with the names of a message's fields and values of all types.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[0-9]{0,21}|ORG_STATE_ACTIVE|2026-0[0-9]-3[0-9]T00:00:00Z|.{0,5}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let name =
            prop_oneof![Just("org"), Just("details"), Just("sequence"), Just("changeDate"), Just("state"), Just("id")];
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Json::from),
            vec((name.prop_map(str::to_owned), inner), 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON text in which up to 3 characters were inserted or removed, and text that is put together from pieces of JSON.
fn json_text() -> impl Strategy<Value = String> {
    const PIECE: &str = r#"[\[\]{}:,"\\0-9eE.+\- ]|[\x00-\x20]|null|true|false|"a":|\\u[dD][89cCdD][0-9a-f]{2}|\\u00[0-9a-f]{2}|\\[nux"]|\PC"#;
    let change = (any::<Index>(), any::<bool>(), PIECE);
    let changed = (json(), any::<bool>(), vec(change, 0..=3)).prop_map(|(json, is_pretty, changes)| {
        let text = if is_pretty { format!("{json:#}") } else { json.to_string() };
        let mut pieces: Vec<String> = text.chars().map(String::from).collect();
        for (index, is_removed, piece) in changes {
            let index = index.index(pieces.len() + 1);
            if is_removed && index < pieces.len() {
                pieces.remove(index);
            } else {
                pieces.insert(index, piece);
            }
        }
        pieces.concat()
    });
    let number = "-?[0-9]{0,18}([.][0-9]{0,3})?([eE][+-]?[0-9]{1,3})?";
    let pieces = vec(PIECE, 0..12).prop_map(|pieces| pieces.concat());
    let string = vec(PIECE, 0..6).prop_map(|pieces| format!("\"{}\"", pieces.concat()));
    prop_oneof![2 => changed, 1 => number, 1 => pieces, 1 => string]
}
