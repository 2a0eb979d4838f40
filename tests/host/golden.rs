//! Real responses, recorded as bytes, through the whole decoder.

use prost::Message as _;
use serde_json::{Value, json};
use zitadel_org_web::{
    Code, Detail, Error, ErrorKind, Metadata,
    message::{self, Direction, Schema, schema},
    proto::zitadel::management::v1::{DeactivateOrgRequest, GetMyOrgRequest, ReactivateOrgRequest},
    wire::{body::End, frame, head::Head, response::ResponseDecoder},
};

const CHANGED: &str = "00000000240a2208071a0b08f881c3d206108094ef3a22113639363239303233393036343838333334";
const OK: &str = "8000000010677270632d7374617475733a20300d0a";
const ORG: &str = "0a570a113639363239303233393036343838333334122a0807120608f8debdd2061a0b08f881c3d206108094ef3a2211\
                   3639363239303233393036343838333334180122\
                   0441434d452a0e61636d652e6c6f63616c686f7374";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

/// Decodes a response with these headers and this body.
fn read(schema: &Schema, headers: &str, body: &[u8]) -> Result<Value, Error> {
    let headers = Metadata::decode(["content-type: application/grpc-web+proto\r\n", headers].concat().as_bytes());
    let mut decoder = ResponseDecoder::new(Head { http_status: 200, headers });
    decoder.push(body);
    let message = decoder.finish(End::Complete)?.message;
    Ok(serde_json::from_str(&message::decode(schema, &message, Direction::Response).unwrap().to_text()).unwrap())
}

#[test]
fn empty_requests_are_an_empty_frame() {
    for message in [
        GetMyOrgRequest {}.encode_to_vec(),
        DeactivateOrgRequest {}.encode_to_vec(),
        ReactivateOrgRequest {}.encode_to_vec(),
    ] {
        assert_eq!(frame::encode(&message).unwrap(), bytes("0000000000"));
    }
}

#[test]
fn a_change_is_decoded() {
    let body = bytes(&format!("{CHANGED}{OK}"));
    let expected = json!({ "details": {
        "sequence": "7",
        "changeDate": "2026-07-10T09:52:56.123456Z",
        "resourceOwner": "69629023906488334",
    } });
    assert_eq!(read(&schema::ZITADEL_MANAGEMENT_V1_REACTIVATE_ORG_RESPONSE, "", &body).unwrap(), expected);
    assert_eq!(read(&schema::ZITADEL_MANAGEMENT_V1_DEACTIVATE_ORG_RESPONSE, "", &body).unwrap(), expected);
}

#[test]
fn an_organization_is_decoded() {
    let message = bytes(ORG);
    assert_eq!(message.len(), 89);
    let body = [frame::encode(&message).unwrap(), bytes(OK)].concat();
    let expected = json!({ "org": {
        "id": "69629023906488334",
        "details": {
            "sequence": "7",
            "creationDate": "2026-07-09T09:52:56Z",
            "changeDate": "2026-07-10T09:52:56.123456Z",
            "resourceOwner": "69629023906488334",
        },
        "state": "ORG_STATE_ACTIVE",
        "name": "ACME",
        "primaryDomain": "acme.localhost",
    } });
    assert_eq!(read(&schema::ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE, "", &body).unwrap(), expected);
}

#[test]
fn a_trailers_only_error_is_decoded_with_its_detail() {
    let cases = [
        (
            "EVENT-bfnrh",
            "Organisation is already active",
            "CAkSLE9yZ2FuaXNhdGlvbiBpcyBhbHJlYWR5IGFjdGl2ZSAoRVZFTlQtYmZucmgpGlsKKnR5cGUuZ29vZ2xlYXBpcy5jb20veml0YWRl\
             bC52MS5FcnJvckRldGFpbBItCgtFVkVOVC1iZm5yaBIeT3JnYW5pc2F0aW9uIGlzIGFscmVhZHkgYWN0aXZl",
        ),
        (
            "EVENT-Dbs2g",
            "Organisation is already deactivated",
            "CAkSMU9yZ2FuaXNhdGlvbiBpcyBhbHJlYWR5IGRlYWN0aXZhdGVkIChFVkVOVC1EYnMyZykaYAoqdHlwZS5nb29nbGVhcGlzLmNvbS96\
             aXRhZGVsLnYxLkVycm9yRGV0YWlsEjIKC0VWRU5ULURiczJnEiNPcmdhbmlzYXRpb24gaXMgYWxyZWFkeSBkZWFjdGl2YXRlZA",
        ),
    ];
    for (id, text, details) in cases {
        let message = format!("{text} ({id})");
        let headers = format!("grpc-status: 9\r\ngrpc-message: {message}\r\ngrpc-status-details-bin: {details}\r\n");
        let error = read(&schema::ZITADEL_MANAGEMENT_V1_REACTIVATE_ORG_RESPONSE, &headers, b"").unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.message()),
            (ErrorKind::Status, Code::FailedPrecondition, message.as_str())
        );
        assert_eq!(error.id(), Some(id));
        let detail = Detail::Zitadel { id: id.to_owned(), message: text.to_owned() };
        assert_eq!(error.details(), [detail]);
    }
}
