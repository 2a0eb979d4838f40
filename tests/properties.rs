//! What holds for all bytes, not only for those that somebody thought of.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use base64ct::{Base64, Base64Unpadded, Encoding as _};
use proptest::{collection::vec, prelude::*};
use prost::Message as _;
use prost_types::Any;
use zitadel_org_web::{
    argument,
    code::Code,
    detail,
    error::{Error, Kind},
    frame::{self, Decoded, Decoder},
    metadata::Metadata,
    percent,
    proto::google::rpc::Status,
    response::{Head, Reader, Response},
    status, timeout, trailer,
};

fn decode(chunks: &[&[u8]]) -> Decoded {
    let mut decoder = Decoder::new();
    for chunk in chunks {
        if !decoder.push(chunk) {
            break;
        }
    }
    decoder.finish()
}

fn answer(body: &[u8], cuts: &[usize]) -> Result<Response, Error> {
    let mut headers = Metadata::new();
    headers.append("content-type", "application/grpc-web+proto");
    let mut reader = Reader::new(Head { http_status: 200, headers })?;
    for chunk in cut(body, cuts) {
        if !reader.push(chunk) {
            break;
        }
    }
    reader.finish()
}

/// The bytes, cut at these places.
fn cut<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
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
    fn frames_do_not_depend_on_where_the_body_is_cut(body in body(), cuts in vec(any::<usize>(), 0..8)) {
        prop_assert_eq!(decode(&cut(&body, &cuts)), decode(&[&body]));
    }

    #[test]
    fn an_outcome_does_not_depend_on_where_the_body_is_cut(body in body(), cuts in vec(any::<usize>(), 0..8)) {
        prop_assert_eq!(answer(&body, &cuts), answer(&body, &[]));
    }

    #[test]
    fn a_success_has_status_0_and_exactly_one_message(body in body()) {
        if let Ok(response) = answer(&body, &[]) {
            let decoded = decode(&[&body]);
            prop_assert_eq!((decoded.messages, decoded.message, decoded.violation), (1, Some(response.message), None));
            prop_assert_eq!(response.trailers.get("grpc-status"), Some("0"));
        }
    }

    #[test]
    fn a_message_comes_back_from_its_frame(message in vec(any::<u8>(), 0..2000), cuts in vec(any::<usize>(), 0..8)) {
        let framed = frame::encode(&message).unwrap();
        let decoded = decode(&cut(&framed, &cuts));
        prop_assert_eq!((decoded.message, decoded.violation), (Some(message), None));
    }

    #[test]
    fn a_status_survives_whatever_stands_beside_it(
        before in vec(any::<u8>(), 0..60),
        after in vec(any::<u8>(), 0..60),
        code in 0i32..=16,
    ) {
        let block = [&before, b"\r\ngrpc-status: ".as_slice(), code.to_string().as_bytes(), b"\r\n", &after].concat();
        let trailers = trailer::parse(&block);
        prop_assert!(trailers.get_all("grpc-status").any(|value| value == code.to_string()));
    }

    #[test]
    fn trailers_are_names_and_values_that_headers_can_have(block in vec(any::<u8>(), 0..200)) {
        for (name, value) in trailer::parse(&block).iter() {
            prop_assert!(argument_like(name, value), "{name:?}: {value:?}");
        }
    }

    #[test]
    fn a_percent_encoded_text_comes_back(text in any::<String>()) {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        prop_assert_eq!(percent::decode(&encoded), text.clone());
        prop_assert_eq!(percent::decode(&text.replace('%', "%25")), text);
    }

    #[test]
    fn percent_decoding_loses_nothing_that_is_no_escape(text in "[^%]{0,60}") {
        prop_assert_eq!(percent::decode(&text), text);
    }

    #[test]
    fn what_is_no_status_code_is_never_ok(raw in any::<String>()) {
        prop_assume!(raw.split(',').any(|part| part.trim() != "0"));
        let mut metadata = Metadata::new();
        metadata.append("grpc-status", raw);
        prop_assert!(status::from_metadata(&metadata).unwrap().is_err());
    }

    #[test]
    fn details_come_back_padded_or_not(code in 1i32..=16, message in any::<String>(), value in vec(any::<u8>(), 0..60)) {
        let any = Any { type_url: "type.googleapis.com/a.B".to_owned(), value };
        let bytes = Status { code, message: message.clone(), details: vec![any.clone()] }.encode_to_vec();
        for bin in [Base64::encode_string(&bytes), Base64Unpadded::encode_string(&bytes)] {
            let mut metadata = Metadata::new();
            metadata.append("grpc-status", code.to_string());
            metadata.append("grpc-status-details-bin", bin);
            let failure = status::from_metadata(&metadata).unwrap().unwrap_err();
            prop_assert_eq!((failure.code, &failure.message), (Code::from_number(code).unwrap(), &message));
            prop_assert_eq!(&failure.details, &vec![any.clone()]);
        }
    }

    #[test]
    fn details_of_any_bytes_are_an_object_with_a_type(index in any::<prop::sample::Index>(), value in vec(any::<u8>(), 0..120)) {
        const NAMES: [&str; 6] = [
            "zitadel.v1.ErrorDetail",
            "zitadel.error.v2.ErrorDetail",
            "google.rpc.ErrorInfo",
            "google.rpc.RetryInfo",
            "google.rpc.BadRequest",
            "a.B",
        ];
        let type_url = format!("type.googleapis.com/{}", NAMES[index.index(NAMES.len())]);
        let json = serde_json::to_value(detail::from_any(&Any { type_url: type_url.clone(), value })).unwrap();
        prop_assert_eq!(json["@type"].as_str(), Some(type_url.as_str()));
    }

    #[test]
    fn a_timeout_header_has_at_most_8_digits_and_is_never_shorter(timeout_ms in 0.001f64..3e14) {
        let header = timeout::header(timeout_ms);
        let (digits, unit) = header.split_at(header.len() - 1);
        let unit_ms = match unit { "m" => 1.0, "S" => 1e3, "M" => 60e3, "H" => 3600e3, _ => f64::NAN };
        prop_assert!((1..=8).contains(&digits.len()));
        prop_assert!(digits.parse::<f64>().unwrap() * unit_ms >= timeout_ms * (1.0 - f64::EPSILON));
    }

    #[test]
    fn an_accepted_argument_is_a_header_value_and_a_refused_one_is_named(value in any::<String>()) {
        for (name, outcome) in [
            ("token", argument::check_token(&value)),
            ("orgId", argument::check_org_id(&value)),
            ("language", argument::check_value("language", &value)),
        ] {
            match outcome {
                Ok(()) => prop_assert!(!value.contains(['\r', '\n', '\0'])),
                Err(error) => {
                    prop_assert_eq!(error.kind, Kind::InvalidArgument);
                    prop_assert!(error.message.starts_with(name));
                }
            }
        }
    }
}

fn argument_like(name: &str, value: &str) -> bool {
    !name.is_empty() && name.is_ascii() && !value.contains(['\r', '\n', '\0'])
}
