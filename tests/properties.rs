//! What holds for all bytes, not only for those that somebody thought of.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use base64ct::{Base64, Base64Unpadded, Encoding as _};
use proptest::{collection::vec, prelude::*};
use prost::Message as _;
use prost_types::{Any, Timestamp};
use serde_json::{Value, json};
use zitadel_org_web::{
    answer::Answer,
    base64, detail, frame,
    message::from_proto,
    metadata::Block,
    percent,
    proto::{
        GET_MY_ORG_RESPONSE,
        google::rpc::Status,
        zitadel::{management::v1::GetMyOrgResponse, org::v1::Org, v1::ObjectDetails},
    },
    status, wire,
};

/// What a body comes to, if it comes to anything.
fn outcome(body: &[u8], is_complete: bool) -> Option<Value> {
    let headers = Block::new(b"content-type: application/grpc-web+proto\r\n");
    let json = Answer { http_status: 200, headers, body, is_complete }.outcome_json(GET_MY_ORG_RESPONSE);
    (!json.is_empty()).then(|| serde_json::from_str(&String::from_utf8_lossy(&json)).unwrap())
}

fn text(json: &[u8]) -> String {
    serde_json::from_str(&String::from_utf8_lossy(json)).unwrap()
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
    fn an_outcome_told_early_is_that_of_the_whole_body_unless_something_follows_the_trailers(body in body()) {
        let whole = outcome(&body, true).unwrap();
        for len in 0..body.len() {
            if let Some(early) = outcome(&body[..len], false) {
                let is_frame = whole["error"]["code"] == 13 && frame::read(&body[..len]).trailers.is_some();
                prop_assert!(early == whole || is_frame, "{early} became {whole}");
            }
        }
    }

    #[test]
    fn a_success_has_status_0_and_exactly_one_message(body in body()) {
        if outcome(&body, true).unwrap().get("value").is_some() {
            let frames = frame::read(&body);
            prop_assert_eq!((frames.messages, frames.violation), (1, None));
            prop_assert_eq!(Block::new(frames.trailers.unwrap()).get(b"grpc-status"), Some(&b"0"[..]));
        }
    }

    #[test]
    fn a_message_comes_back_from_its_frame(message in vec(any::<u8>(), 0..2000)) {
        let framed = frame::encode(&message).unwrap();
        let frames = frame::read(&framed);
        prop_assert_eq!((frames.messages, frames.message, frames.violation), (1, message.as_slice(), None));
    }

    #[test]
    fn a_status_survives_whatever_stands_beside_it(
        before in vec(any::<u8>(), 0..60),
        after in vec(any::<u8>(), 0..60),
        code in 0i32..=16,
    ) {
        let block = [&before, b"\r\ngrpc-status: ".as_slice(), code.to_string().as_bytes(), b"\r\n", &after].concat();
        let found = Block::new(&block).get_all(b"grpc-status").any(|value| value == code.to_string().as_bytes());
        prop_assert!(found);
    }

    #[test]
    fn trailers_are_names_and_values_that_headers_can_have(block in vec(any::<u8>(), 0..200)) {
        for (name, value) in Block::new(&block).iter() {
            prop_assert!(!name.is_empty() && name.is_ascii(), "{name:?}");
            prop_assert!(!value.iter().any(|byte| b"\r\n\0".contains(byte)), "{value:?}");
        }
    }

    #[test]
    fn a_percent_encoded_text_comes_back(text in any::<String>()) {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(percent::decode(encoded.as_bytes()), text.as_bytes());
        prop_assert_eq!(percent::decode(text.replace('%', "%25").as_bytes()), text.into_bytes());
    }

    #[test]
    fn percent_decoding_loses_nothing_that_is_no_escape(text in "[^%]{0,60}") {
        prop_assert_eq!(percent::decode(text.as_bytes()), text.into_bytes());
    }

    #[test]
    fn what_is_no_status_code_is_never_ok(raw in "[^\r\n\0]{0,20}") {
        prop_assume!(raw.split(',').any(|part| part.trim() != "0"));
        let block = format!("grpc-status: {raw}");
        let told = status::from_metadata(Block::new(block.as_bytes()));
        prop_assert!(told.is_none_or(|status| status.is_err()));
    }

    #[test]
    fn details_come_back_padded_or_not(code in 1i32..=16, message in ".{1,20}", value in vec(any::<u8>(), 0..60)) {
        let any = Any { type_url: "type.googleapis.com/a.B".to_owned(), value: value.clone() };
        let bytes = Status { code, message: message.clone(), details: vec![any] }.encode_to_vec();
        for bin in [Base64::encode_string(&bytes), Base64Unpadded::encode_string(&bytes)] {
            let block = format!("grpc-status: {code}\r\ngrpc-status-details-bin: {bin}\r\n");
            let failure = status::from_metadata(Block::new(block.as_bytes())).unwrap().unwrap_err();
            prop_assert_eq!((failure.code.number(), text(&failure.message)), (code, message.clone()));
            let detail: Value = serde_json::from_slice(&failure.details).unwrap();
            prop_assert_eq!(&detail["value"], &json!(Base64::encode_string(&value)));
        }
    }

    #[test]
    fn details_of_any_bytes_are_an_object_with_a_type(name in 0usize..3, value in vec(any::<u8>(), 0..120)) {
        const NAMES: [&str; 3] = ["zitadel.v1.ErrorDetail", "zitadel.error.v2.ErrorDetail", "a.B"];
        let type_url = format!("type.googleapis.com/{}", NAMES[name]);
        let any = Any { type_url: type_url.clone(), value }.encode_to_vec();
        let json: Value = serde_json::from_slice(&detail::from_any(&any).unwrap()).unwrap();
        prop_assert_eq!(json["@type"].as_str(), Some(type_url.as_str()));
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
        let json = from_proto(GET_MY_ORG_RESPONSE, &GetMyOrgResponse { org: Some(org) }.encode_to_vec()).unwrap();
        let value: Value = serde_json::from_slice(&json).unwrap();
        let details = &value["org"]["details"];
        prop_assert_eq!(details["sequence"].as_str().unwrap(), sequence.to_string());
        prop_assert_eq!(details["changeDate"].as_str().unwrap(), Timestamp { seconds, nanos }.to_string());
        prop_assert_eq!(details["resourceOwner"].as_str().unwrap(), owner);
        prop_assert_eq!((value["org"]["id"].as_str().unwrap(), value["org"]["name"].as_str().unwrap()), (id.as_str(), name.as_str()));
    }

    #[test]
    fn a_message_that_prost_refuses_is_none(message in vec(any::<u8>(), 0..60)) {
        if GetMyOrgResponse::decode(message.as_slice()).is_err() {
            prop_assert_eq!(from_proto(GET_MY_ORG_RESPONSE, &message), None);
        }
    }

    #[test]
    fn base64_comes_back(bytes in vec(any::<u8>(), 0..200)) {
        let mut out = Vec::new();
        base64::write(&mut out, &bytes);
        prop_assert_eq!(base64::decode(&out), Some(bytes));
    }

    #[test]
    fn fields_of_any_bytes_end(bytes in vec(any::<u8>(), 0..120)) {
        prop_assert!(wire::fields(&bytes).count() <= bytes.len());
    }
}
