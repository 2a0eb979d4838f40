//! The bytes of real answers, from the official descriptors of ZITADEL's API, through the whole core.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use prost::Message as _;
use serde_json::{Value, json};
use zitadel_org_web::{
    error::Error,
    frame,
    metadata::Metadata,
    proto::zitadel::management::v1::{
        DeactivateOrgRequest, DeactivateOrgResponse, GetMyOrgRequest, GetMyOrgResponse, ReactivateOrgRequest,
        ReactivateOrgResponse,
    },
    response::{Head, Reader, Response},
    value::{ChangeValue, ErrorValue, OrgResultValue},
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

fn read(headers: &[(&str, &str)], chunks: &[&[u8]]) -> Result<Response, Error> {
    let mut metadata = Metadata::new();
    metadata.append("content-type", "application/grpc-web+proto");
    for (name, value) in headers {
        metadata.append(name, *value);
    }
    let mut reader = Reader::new(Head { http_status: 200, headers: metadata })?;
    for chunk in chunks {
        assert!(reader.push(chunk));
    }
    reader.finish()
}

#[test]
fn all_three_requests_are_an_empty_frame() {
    for message in [
        GetMyOrgRequest {}.encode_to_vec(),
        DeactivateOrgRequest {}.encode_to_vec(),
        ReactivateOrgRequest {}.encode_to_vec(),
    ] {
        assert_eq!(frame::encode(&message).unwrap(), bytes("0000000000"));
    }
}

#[test]
fn a_change_is_decoded_at_every_cut() {
    let body = bytes(&format!("{CHANGED}{OK}"));
    let expected = json!({ "details": {
        "sequence": "7",
        "changeDate": "2026-07-10T09:52:56.123456Z",
        "resourceOwner": "69629023906488334",
    } });
    for cut in 0..=body.len() {
        let (head, tail) = body.split_at(cut);
        let message = read(&[], &[head, tail]).unwrap().message;
        let reactivated = ChangeValue::try_from(ReactivateOrgResponse::decode(message.as_slice()).unwrap()).unwrap();
        let deactivated = ChangeValue::try_from(DeactivateOrgResponse::decode(message.as_slice()).unwrap()).unwrap();
        assert_eq!(serde_json::to_value(reactivated).unwrap(), expected, "cut at {cut}");
        assert_eq!(serde_json::to_value(deactivated).unwrap(), expected, "cut at {cut}");
    }
}

#[test]
fn an_organization_is_decoded() {
    let message = bytes(ORG);
    assert_eq!(message.len(), 89);
    let value = OrgResultValue::try_from(GetMyOrgResponse::decode(message.as_slice()).unwrap()).unwrap();
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
    assert_eq!(serde_json::to_value(value).unwrap(), expected);
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
        let headers = [("grpc-status", "9"), ("grpc-message", message.as_str()), ("grpc-status-details-bin", details)];
        let error = ErrorValue::from(read(&headers, &[]).unwrap_err());
        let Value::Object(mut fields) = serde_json::to_value(error).unwrap() else { panic!("not an object") };
        fields.remove("metadata");
        let expected = json!({
            "kind": "status",
            "code": 9,
            "codeName": "FAILED_PRECONDITION",
            "message": message,
            "id": id,
            "details": [{ "@type": "type.googleapis.com/zitadel.v1.ErrorDetail", "id": id, "message": text }],
            "httpStatus": 200,
        });
        assert_eq!(Value::Object(fields), expected);
    }
}
