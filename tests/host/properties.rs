//! What holds for all bytes, not only for those that somebody thought of.

use std::fmt::Write as _;

use proptest::{collection::vec, prelude::*};
use prost::Message as _;
use prost_types::Timestamp;
use serde_json::Value as Json;
use zitadel_org_web::{
    Detail, Error, Metadata,
    proto::{
        google::rpc::Status,
        zitadel::{management::v1::GetMyOrgResponse, org::v1::Org, v1::ObjectDetails},
    },
    protocol::{
        base64,
        frame::{self, Violation},
        response::{Decoder, End, Head, Opening, Response},
        status, timestamp,
    },
    value::{Form, Value as Message, schema::ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as SCHEMA},
};

/// A decoder of a body.
fn decoder() -> Decoder {
    let headers = Metadata::decode(b"content-type: application/grpc-web+proto\r\n");
    let Opening::Body(decoder) = Decoder::open(Head { http_status: 200, headers }) else { panic!("not a body") };
    decoder
}

/// The outcome of a body that comes in these chunks.
fn outcome<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Response, String> {
    let mut decoder = decoder();
    chunks.into_iter().for_each(|chunk| decoder.push(chunk));
    decoder.finish(End::Complete).map_err(|error| text(&error))
}

fn text(error: &Error) -> String {
    format!("{:?} {:?} {} {:?} {:?}", error.kind(), error.code(), error.message(), error.details(), error.metadata())
}

fn frames(body: &[u8]) -> frame::Decoder {
    let mut frames = frame::Decoder::default();
    frames.push(body);
    frames.end();
    frames
}

/// Frames as servers send them, whole or not, and bytes that are none.
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
    fn the_outcome_is_the_same_however_the_body_is_cut(body in body(), cuts in vec(0usize..100, 0..6)) {
        let whole = outcome([body.as_slice()]);
        prop_assert_eq!(&outcome(body.chunks(1)), &whole);
        let mut rest = body.as_slice();
        let mut chunks = Vec::new();
        for cut in cuts {
            let (chunk, after) = rest.split_at(cut.min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        chunks.push(rest);
        prop_assert_eq!(&outcome(chunks), &whole);
    }

    #[test]
    fn what_is_decided_early_is_the_outcome_unless_something_follows_the_trailers(body in body()) {
        let whole = outcome([body.as_slice()]);
        let mut early = decoder();
        for byte in &body {
            if early.is_decided() {
                break;
            }
            early.push(&[*byte]);
        }
        let is_longer = frames(&body).violation() == Some(Violation::DataAfterTrailers);
        let early = early.finish(End::Complete).map_err(|error| text(&error));
        prop_assert!(early == whole || is_longer, "{early:?} became {whole:?}");
    }

    #[test]
    fn a_success_has_status_0_and_exactly_one_message(body in body()) {
        if outcome([body.as_slice()]).is_ok() {
            let frames = frames(&body);
            prop_assert_eq!((frames.messages(), frames.violation()), (1, None));
            let trailers = Metadata::decode(frames.trailers().unwrap());
            prop_assert_eq!(trailers.get("grpc-status"), Some("0"));
        }
    }

    #[test]
    fn a_message_comes_back_from_its_frame(message in vec(any::<u8>(), 0..2000)) {
        let framed = frame::encode(&message).unwrap();
        let frames = frames(&framed);
        prop_assert_eq!((frames.messages(), frames.message(), frames.violation()), (1, message.as_slice(), None));
    }

    #[test]
    fn a_status_survives_whatever_stands_beside_it(
        before in vec(any::<u8>(), 0..60),
        after in vec(any::<u8>(), 0..60),
        code in 0i32..=16,
    ) {
        let block = [&before, b"\r\ngrpc-status: ".as_slice(), code.to_string().as_bytes(), b"\r\n", &after].concat();
        let decoded = Metadata::decode(&block);
        prop_assert!(decoded.get_all("grpc-status").any(|value| value == code.to_string()));
    }

    #[test]
    fn trailers_are_names_and_values_that_headers_can_have(block in vec(any::<u8>(), 0..200)) {
        for (name, value) in Metadata::decode(&block).iter() {
            prop_assert!(!name.is_empty() && name.is_ascii(), "{name:?}");
            prop_assert!(!value.contains(['\r', '\n', '\0']), "{value:?}");
        }
    }

    #[test]
    fn a_percent_encoded_text_comes_back(text in any::<String>()) {
        let mut encoded = String::new();
        text.bytes().for_each(|byte| write!(encoded, "%{byte:02X}").unwrap());
        prop_assert_eq!(message(&encoded), text);
    }

    #[test]
    fn percent_decoding_loses_nothing_that_is_no_escape(text in "[^%\\p{Cc}]{0,60}") {
        prop_assert_eq!(message(&text), text);
    }

    #[test]
    fn what_is_no_status_code_is_never_ok(raw in "[^\r\n\0]{0,20}") {
        prop_assume!(raw.split(',').any(|part| part.trim_ascii() != "0"));
        let mut block = Metadata::new();
        block.append("grpc-status", &raw);
        let status = status::decode(&Metadata::new(), &block);
        prop_assert!(status.is_none_or(|status| status.is_err()));
    }

    #[test]
    fn details_come_back_padded_or_not(code in 1i32..=16, message in ".{1,20}", value in vec(any::<u8>(), 0..60)) {
        let any = prost_types::Any { type_url: "type.googleapis.com/a.B".to_owned(), value: value.clone() };
        let bytes = Status { code, message: message.clone(), details: vec![any] }.encode_to_vec();
        let padded = base64::encode(&bytes);
        for bin in [padded.as_str(), padded.trim_end_matches('=')] {
            let mut block = Metadata::new();
            block.append("grpc-status", &code.to_string());
            block.append("grpc-status-details-bin", bin);
            let failure = status::decode(&Metadata::new(), &block).unwrap().unwrap_err();
            prop_assert_eq!((failure.code.number(), &failure.message), (code, &message));
            let detail = Detail::Other { type_url: "type.googleapis.com/a.B".to_owned(), value: value.clone() };
            prop_assert_eq!(failure.details, vec![detail]);
        }
    }

    #[test]
    fn a_message_reads_as_prost_wrote_it(
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
        let message = GetMyOrgResponse { org: Some(org) };
        let read = Message::decode(&SCHEMA, &message.encode_to_vec(), true).unwrap();
        let value = serde_json::to_value(&read).unwrap();
        let written = read.encode(&SCHEMA).unwrap();
        prop_assert_eq!(GetMyOrgResponse::decode(written.as_slice()).unwrap(), message);
        let details = &value["org"]["details"];
        prop_assert_eq!(details["sequence"].as_str().unwrap(), sequence.to_string());
        prop_assert_eq!(details["changeDate"].as_str().unwrap(), Timestamp { seconds, nanos }.to_string());
        prop_assert_eq!(details["resourceOwner"].as_str().unwrap(), owner);
        prop_assert_eq!((value["org"]["id"].as_str().unwrap(), value["org"]["name"].as_str().unwrap()), (id.as_str(), name.as_str()));
    }

    #[test]
    fn json_of_any_form_is_read_or_refused(json in json()) {
        if let Ok(value) = Message::read(&SCHEMA, &Text(json), Form::Response) {
            let bytes = value.encode(&SCHEMA).unwrap();
            prop_assert!(GetMyOrgResponse::decode(bytes.as_slice()).is_ok());
        }
    }

    #[test]
    fn base64_comes_back(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(base64::decode(base64::encode(&bytes).as_bytes()), Some(bytes));
    }

    #[test]
    fn a_timestamp_comes_back_and_is_what_prost_writes(
        seconds in -62_135_596_800i64..=253_402_300_799,
        nanos in 0i32..1_000_000_000,
    ) {
        let timestamp = Timestamp { seconds, nanos };
        let text = timestamp::format(&timestamp).unwrap();
        prop_assert_eq!(&text, &timestamp.to_string());
        prop_assert_eq!(timestamp::parse(&text), Some(timestamp));
    }

    #[test]
    fn any_text_is_a_timestamp_or_none(text in "[0-9TZ:.+-]{0,30}") {
        if let Some(timestamp) = timestamp::parse(&text) {
            prop_assert!(timestamp::format(&timestamp).is_some());
        }
    }
}

/// The text of an error with this `grpc-message`.
fn message(raw: &str) -> String {
    let mut block = Metadata::new();
    block.append("grpc-status", "9");
    block.append("grpc-message", raw);
    status::decode(&Metadata::new(), &block).unwrap().unwrap_err().message
}

/// JSON with the names that a message has, and values of all types.
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

/// Parsed JSON, as the decoder sees it.
struct Text(Json);

impl zitadel_org_web::protocol::json::Json for Text {
    fn member(&self, name: &str) -> Option<Self> {
        self.0.get(name).filter(|value| !value.is_null()).cloned().map(Self)
    }

    fn string(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.0.as_array().map(|items| items.iter().cloned().map(Self).collect())
    }

    fn names(&self) -> Option<Vec<String>> {
        self.0.as_object().map(|object| object.keys().cloned().collect())
    }

    fn text(&self) -> String {
        self.0.to_string()
    }
}
