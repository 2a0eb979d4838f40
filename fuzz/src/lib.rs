//! What is done with bytes from nowhere: everything that the core does with bytes from the network.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "to panic is how it tells of a finding")]

use prost_types::Any;
use zitadel_org_web::{
    detail,
    error::Error,
    frame::Decoder,
    metadata::Metadata,
    percent,
    response::{Head, Reader, Response},
    status, trailer,
    value::ErrorValue,
};

const TYPES: [&str; 5] = [
    "zitadel.v1.ErrorDetail",
    "zitadel.error.v2.ErrorDetail",
    "google.rpc.RetryInfo",
    "google.rpc.QuotaFailure",
    "google.rpc.BadRequest",
];

/// Runs one input: its first byte chooses the parser, the others are what it parses.
///
/// # Panics
/// If a property of the core does not hold.
pub fn run(input: &[u8]) {
    let Some((first, data)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(data);
    match first % 5 {
        0 => answer(*first, data),
        1 => {
            for (name, value) in trailer::parse(data).iter() {
                assert!(!name.is_empty() && !value.contains(['\r', '\n', '\0']));
            }
        }
        2 => {
            let mut metadata = Metadata::new();
            for (name, value) in [status::STATUS, status::MESSAGE, status::DETAILS].iter().zip(text.split('\n')) {
                metadata.append(name, value);
            }
            if let Some(Err(failure)) = status::from_metadata(&metadata) {
                let _ = serde_json::to_string(&ErrorValue::from(Error::from(failure)));
            }
        }
        3 => assert_eq!(percent::decode(&percent::decode(&text).replace('%', "%25")), percent::decode(&text)),
        _ => {
            let name = TYPES[usize::from(first / 5) % TYPES.len()];
            let any = Any { type_url: format!("type.googleapis.com/{name}"), value: data.to_vec() };
            let json = serde_json::to_value(detail::from_any(&any));
            assert!(json.is_ok_and(|json| json["@type"].is_string()));
        }
    }
}

/// An answer in one chunk, and the same cut in two: the outcome is one.
fn answer(seed: u8, body: &[u8]) {
    let whole = outcome(&[body]);
    let (head, tail) = body.split_at(usize::from(seed) % (body.len() + 1));
    assert_eq!(whole, outcome(&[head, tail]));
    if let Ok(response) = whole {
        assert_eq!(response.trailers.get(status::STATUS), Some("0"));
    }
    let mut decoder = Decoder::new();
    let _ = decoder.push(body);
    let decoded = decoder.finish();
    assert!(decoded.message.is_none_or(|message| message.len() <= body.len()));
}

fn outcome(chunks: &[&[u8]]) -> Result<Response, Error> {
    let mut headers = Metadata::new();
    headers.append("content-type", "application/grpc-web+proto");
    let mut reader = Reader::new(Head { http_status: 200, headers })?;
    for chunk in chunks {
        if !reader.push(chunk) {
            break;
        }
    }
    reader.finish()
}
