//! Feeds untrusted input to everything in the crate that reads bytes from the network.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a panic is how a finding is reported")]

mod oracles;

use prost::Message as _;
use zitadel_org_web::{
    message::schema::{GOOGLE_RPC_STATUS, ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE},
    proto::{google::rpc::Status, zitadel::management::v1::GetMyOrgResponse},
    wire::{
        base64,
        frame::{self, Violation},
    },
};

use self::oracles::outcome;

const DETAIL_TYPES: [&str; 3] = ["zitadel.v1.ErrorDetail", "zitadel.error.v2.ErrorDetail", "a.B"];

/// Runs one input. Its first byte selects the decoder, the others are decoded.
///
/// # Panics
/// A property of the crate does not hold.
pub fn run(input: &[u8]) {
    let Some((selector, data)) = input.split_first() else { return };
    match selector % 7 {
        0 => response(*selector, data),
        1 => oracles::trailers_are_valid_metadata(data),
        2 => {
            let names = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
            let lines = names.iter().zip(data.split(|byte| *byte == b'\n'));
            let headers: Vec<u8> =
                lines.flat_map(|(name, value)| [name.as_bytes(), b": ", value, b"\n"].concat()).collect();
            let _ = outcome(&headers, [&b""[..]]);
        }
        3 => oracles::a_parsed_timestamp_round_trips(&String::from_utf8_lossy(data)),
        4 => {
            let type_url =
                format!("type.googleapis.com/{}", DETAIL_TYPES[usize::from(selector / 7) % DETAIL_TYPES.len()]);
            let detail = prost_types::Any { type_url, value: data.to_vec() };
            let status = Status { code: 9, message: String::new(), details: vec![detail] };
            let _ = outcome(&status_trailers(&status.encode_to_vec()), [&b""[..]]);
            oracles::protobuf_is_read_as_by_prost::<Status>(&GOOGLE_RPC_STATUS, data);
        }
        5 => {
            oracles::protobuf_is_read_as_by_prost::<GetMyOrgResponse>(&ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE, data)
        }
        _ => oracles::json_is_parsed_as_by_serde(&String::from_utf8_lossy(data)),
    }
}

/// The trailers of a status with details.
fn status_trailers(details: &[u8]) -> Vec<u8> {
    ["grpc-status: 9\ngrpc-status-details-bin: ", &base64::encode(details), "\n"].concat().into_bytes()
}

/// The outcome does not depend on how the body is cut, and an early decision holds unless data follows the trailers.
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
