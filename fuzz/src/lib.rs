//! Everything that the crate does with bytes from the network, with untrusted input.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a panic is how a finding is reported")]

use prost::Message as _;
use zitadel_org_web::{
    Metadata,
    proto::{google::rpc::Status, zitadel::management::v1::GetMyOrgResponse},
    protocol::{
        base64,
        frame::{self, Violation},
        response::{Decoder, End, Head, Opening},
        timestamp,
    },
    value::{
        Value,
        schema::{GOOGLE_RPC_STATUS, ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as SCHEMA},
    },
};

const TYPES: [&str; 3] = ["zitadel.v1.ErrorDetail", "zitadel.error.v2.ErrorDetail", "a.B"];

/// Runs one input: its first byte chooses the decoder, the others are what it decodes.
///
/// # Panics
/// If a property of the crate does not hold.
pub fn run(input: &[u8]) {
    let Some((first, data)) = input.split_first() else { return };
    match first % 7 {
        0 => response(*first, data),
        1 => {
            for (name, value) in Metadata::decode(data).iter() {
                assert!(!name.is_empty() && !value.contains(['\r', '\n', '\0']));
            }
        }
        2 => {
            let names = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
            let lines = names.iter().zip(data.split(|byte| *byte == b'\n'));
            let headers: Vec<u8> =
                lines.flat_map(|(name, value)| [name.as_bytes(), b": ", value, b"\n"].concat()).collect();
            let _ = outcome(&headers, [&b""[..]]);
        }
        3 => {
            if let Some(timestamp) = timestamp::parse(&String::from_utf8_lossy(data)) {
                let text = timestamp::format(&timestamp);
                assert_eq!(text.and_then(|text| timestamp::parse(&text)), Some(timestamp));
            }
        }
        4 => {
            // The details of a status: ours reads what prost's derived types read, and refuses what they refuse.
            let type_url = format!("type.googleapis.com/{}", TYPES[usize::from(first / 7) % TYPES.len()]);
            let any = prost_types::Any { type_url, value: data.to_vec() };
            let of_detail = Status { code: 9, message: String::new(), details: vec![any] };
            let _ = outcome(&details(&of_detail.encode_to_vec()), [&b""[..]]);
            match (Status::decode(data), Value::decode(&GOOGLE_RPC_STATUS, data, true)) {
                (Ok(message), Ok(value)) => {
                    let bytes = value.encode(&GOOGLE_RPC_STATUS);
                    assert_eq!(bytes.map(|bytes| Status::decode(bytes.as_slice())), Ok(Ok(message)));
                }
                (ours, theirs) => assert_eq!(ours.is_ok(), theirs.is_ok()),
            }
        }
        _ => {
            // Ours reads what prost's derived type reads, but for dates that RFC 3339 has not, and refuses what it refuses.
            match (GetMyOrgResponse::decode(data), Value::decode(&SCHEMA, data, true)) {
                (Ok(message), Ok(value)) => {
                    let bytes = value.encode(&SCHEMA);
                    assert_eq!(bytes.map(|bytes| GetMyOrgResponse::decode(bytes.as_slice())), Ok(Ok(message)));
                }
                (Ok(_), Err(invalid)) => assert!(format!("{invalid:?}").contains("not a date"), "{invalid:?}"),
                (Err(why), Ok(value)) => panic!("{why}: {value:?}"),
                (Err(_), Err(_)) => {}
            }
        }
    }
}

/// The trailers of a status with details.
fn details(status: &[u8]) -> Vec<u8> {
    ["grpc-status: 9\ngrpc-status-details-bin: ", &base64::encode(status), "\n"].concat().into_bytes()
}

/// A response: the outcome is the same however its body is cut, and what is decided early holds unless something follows.
fn response(seed: u8, body: &[u8]) {
    let headers = b"content-type: application/grpc-web+proto\n";
    let whole = outcome(headers, [body]);
    let (first, rest) = body.split_at(usize::from(seed) % (body.len() + 1));
    assert_eq!(outcome(headers, [first, rest]), whole);
    let mut frames = frame::Decoder::default();
    frames.push(first);
    if frames.trailers().is_some() && frames.violation() != Some(Violation::DataAfterTrailers) {
        assert!(outcome(headers, [first]) == whole || !rest.is_empty());
    }
}

fn outcome<'a>(headers: &[u8], chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, String> {
    match Decoder::open(Head { http_status: 200, headers: Metadata::decode(headers) }) {
        Opening::Body(mut decoder) => {
            chunks.into_iter().for_each(|chunk| decoder.push(chunk));
            decoder.finish(End::Complete).map(|response| response.message).map_err(|error| format!("{error:?}"))
        }
        Opening::HttpError(head) => Err(format!("{:?}", head.http_error())),
        Opening::Error(error) => Err(format!("{error:?}")),
    }
}
