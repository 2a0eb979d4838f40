//! What is done with bytes from nowhere: everything that the core does with bytes from the network.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "to panic is how it tells of a finding")]

use prost::Message as _;
use serde_json::Value;
use zitadel_org_web::{
    answer::Answer,
    detail, message,
    metadata::Block,
    percent,
    proto::{ANSWERS, GET_MY_ORG_RESPONSE, zitadel::management::v1::GetMyOrgResponse},
};

const TYPES: [&str; 3] = ["zitadel.v1.ErrorDetail", "zitadel.error.v2.ErrorDetail", "a.B"];

/// Runs one input: its first byte chooses the parser, the others are what it parses.
///
/// # Panics
/// If a property of the core does not hold.
pub fn run(input: &[u8]) {
    let Some((first, data)) = input.split_first() else { return };
    match first % 7 {
        0 => answer(*first, data),
        1 => {
            for (name, value) in Block::new(data).iter() {
                assert!(!name.is_empty() && !value.iter().any(|byte| b"\r\n\0".contains(byte)));
            }
        }
        2 => {
            let names = ["grpc-status", "grpc-message", "grpc-status-details-bin"];
            let lines = names.iter().zip(data.split(|byte| *byte == b'\n'));
            let headers: Vec<u8> =
                lines.flat_map(|(name, value)| [name.as_bytes(), b": ", value, b"\n"].concat()).collect();
            outcome(*first, &headers, b"", true);
        }
        3 => {
            let once = percent::decode(data);
            let escaped: Vec<u8> =
                once.iter().flat_map(|byte| if *byte == b'%' { b"%25".to_vec() } else { vec![*byte] }).collect();
            assert_eq!(percent::decode(&escaped), once);
        }
        4 => {
            let name = TYPES[usize::from(first / 7) % TYPES.len()];
            let type_url = format!("type.googleapis.com/{name}");
            let len = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap_or(127).min(127);
            let value = &data[..usize::from(len(data))];
            let any = [&[0x0a, len(type_url.as_bytes())], type_url.as_bytes(), &[0x12, len(value)], value].concat();
            let detail = detail::from_any(&any).map(|detail| parse(&detail));
            assert!(detail.is_some_and(|json| json["@type"] == type_url.as_str()));
            let _ = detail::from_any(data);
        }
        _ => {
            if GetMyOrgResponse::decode(data).is_err() {
                assert_eq!(message::from_proto(GET_MY_ORG_RESPONSE, data), None);
            }
        }
    }
}

/// An answer: what is told early holds, unless something follows the trailers.
fn answer(seed: u8, body: &[u8]) {
    let headers = b"content-type: application/grpc-web+proto\n";
    let whole = outcome(seed, headers, body, true);
    let early = outcome(seed, headers, &body[..usize::from(seed) % (body.len() + 1)], false);
    assert!(early.is_none() || early == whole || whole.is_some_and(|whole| whole["error"]["code"] == 13));
}

fn outcome(seed: u8, headers: &[u8], body: &[u8], is_complete: bool) -> Option<Value> {
    let fields = ANSWERS[usize::from(seed) % ANSWERS.len()];
    let answer = Answer { http_status: 200, headers: Block::new(headers), body, is_complete };
    let json = answer.outcome_json(fields);
    assert!(!json.is_empty() || !is_complete);
    (!json.is_empty()).then(|| parse(&json))
}

fn parse(json: &[u8]) -> Value {
    serde_json::from_str(&String::from_utf8_lossy(json)).unwrap_or_else(|error| panic!("{error}"))
}
