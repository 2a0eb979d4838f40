//! The REST mapping of a response: JSON to a value or an error.
//!
//! Sources: ZITADEL `internal/api/grpc/server/gateway.go`; grpc-gateway `runtime/errors.go`; protobuf "ProtoJSON Format".

use super::{
    code::Code,
    detail::{Detail, ZITADEL, ZITADEL_V2},
    json::Json,
    response::{Head, invalid_message, with_response},
    status::Failure,
    text::cut,
};
use crate::{
    Metadata,
    error::{Error, ErrorKind},
    value::{Form, Invalid, Schema, Value},
};

/// Longest body that is read, in bytes: as long as a message over gRPC-Web may be.
pub const MAX_BODY_LEN: usize = super::frame::MAX_MESSAGE_LEN;

/// Decodes a whole response, whose body was parsed as JSON if it is JSON: to the message of a table.
///
/// # Errors
/// The error that the body or the HTTP status is, or what is wrong with the response. `body` is the beginning of the body, which
/// an error of the HTTP layer alone shows.
pub fn decode<J: Json>(head: &Head, json: Option<J>, body: &str, schema: &Schema) -> Result<Value, Error> {
    let value = decode_object(head, json, body, schema);
    let value =
        value.and_then(|json| Value::read(schema, &json, Form::Response).map_err(|invalid| invalid_message(&invalid)));
    value.map_err(|error| with_response(error, head, &Metadata::new()))
}

fn decode_object<J: Json>(head: &Head, json: Option<J>, body: &str, schema: &Schema) -> Result<J, Error> {
    if let Some(failure) = json.as_ref().and_then(failure) {
        return Err(failure.into());
    }
    if !head.is_success() {
        return Err(head.http_error().with_body(body.to_owned()));
    }
    let is_declared = is_json(head.content_type());
    let Some(json) = json.filter(|_| is_declared) else {
        let code = if is_declared { Code::Internal } else { Code::Unknown };
        let text = [
            "The response is not JSON (content-type: ",
            head.content_type(),
            "). Check that baseUrl is ZITADEL's address and the proxy in front of it.",
        ];
        return Err(Error::new(ErrorKind::Protocol, code, &text));
    };
    // Of an object with nothing that the method responds with, nobody knows what it says.
    let keys = json.names().ok_or_else(|| invalid_message(&Invalid::new("not an object")))?;
    let is_known = |key: &String| schema.fields.iter().any(|field| field.name == key.as_str());
    if !keys.is_empty() && !keys.iter().any(is_known) {
        return Err(invalid_message(&Invalid::new("an object of another type")));
    }
    Ok(json)
}

/// The status that JSON in the form of `google.rpc.Status` is.
fn failure<J: Json>(json: &J) -> Option<Failure> {
    let number = json.member("code")?.number()?;
    let code = Code::ALL.into_iter().find(|code| f64::from(code.number()) == number)?;
    let message = json.member("message").and_then(|message| message.string()).unwrap_or_default();
    let details = json.member("details").and_then(|details| details.items()).unwrap_or_default();
    Some(Failure { code, message, details: details.iter().filter_map(detail).collect() })
}

/// A detail; `None` if it has no type, or one of ZITADEL's types but not its fields.
fn detail<J: Json>(json: &J) -> Option<Detail> {
    let type_url = json.member("@type")?.string()?;
    let string = |name| json.member(name).map_or_else(|| Some(String::new()), |value| value.string());
    Some(match type_url.as_str() {
        ZITADEL => Detail::Zitadel { id: string("id")?, message: string("message")? },
        ZITADEL_V2 => Detail::ZitadelV2 { slug: string("slug")?, message: string("message")? },
        _ => Detail::Json { type_url, text: json.text() },
    })
}

fn is_json(content_type: &str) -> bool {
    let media_type = cut(content_type, b';').0.trim_ascii();
    media_type.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value as Parsed, json};

    use super::decode;
    use crate::{
        Detail, ErrorKind as Kind, Metadata,
        error::Error,
        protocol::response::Head,
        value::{Value, schema::ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as SCHEMA},
    };

    fn read(http_status: u16, content_type: &str, json: Option<Parsed>) -> Result<Value, Error> {
        let mut headers = Metadata::new();
        headers.append("content-type", content_type);
        decode(&Head { http_status, headers }, json, "", &SCHEMA)
    }

    /// What is made of an organization.
    fn org(org: &Parsed) -> Result<Parsed, Error> {
        let value = read(200, "application/json", Some(json!({ "org": org })))?;
        Ok(serde_json::from_str::<Parsed>(&value.to_json()).unwrap()["org"].clone())
    }

    fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> (Kind, i32) {
        let error = result.unwrap_err();
        (error.kind(), error.code().number())
    }

    #[test]
    fn zitadels_json_is_read() {
        let read = org(&json!({
            "id": "1", "name": "ACME", "primaryDomain": "acme.localhost", "state": "ORG_STATE_INACTIVE",
            "details": { "sequence": "18446744073709551615", "changeDate": "2026-07-10T09:52:56.123456Z", "resourceOwner": "1" },
        }));
        let expected = json!({
            "id": "1", "name": "ACME", "primaryDomain": "acme.localhost", "state": "ORG_STATE_INACTIVE",
            "details": { "sequence": "18446744073709551615", "changeDate": "2026-07-10T09:52:56.123456Z", "resourceOwner": "1" },
        });
        assert_eq!(read.unwrap(), expected);
    }

    #[test]
    fn what_zitadel_leaves_out_or_sends_as_null_has_its_default() {
        for empty in [json!({}), json!({ "id": null, "state": null, "details": null })] {
            let expected = json!({ "id": "", "state": "ORG_STATE_UNSPECIFIED", "name": "", "primaryDomain": "" });
            assert_eq!(org(&empty).unwrap(), expected);
        }
        assert_eq!(read(200, "application/json; charset=utf-8", Some(json!({}))).unwrap().member("org"), None);
    }

    #[test]
    fn an_enum_is_a_name_or_a_number_and_what_is_not_known_stays() {
        let state = |state: Parsed| org(&json!({ "state": state })).unwrap()["state"].clone();
        for (given, expected) in [
            (json!("ORG_STATE_ACTIVE"), json!("ORG_STATE_ACTIVE")),
            (json!(2), json!("ORG_STATE_INACTIVE")),
            (json!(77), json!(77)),
            (json!("ORG_STATE_LOCKED"), json!("ORG_STATE_LOCKED")),
        ] {
            assert_eq!(state(given), expected);
        }
        for wrong in [json!(1.5), json!(true), json!([]), json!(3e9)] {
            assert_eq!(code(org(&json!({ "state": wrong }))), (Kind::Protocol, 13), "{wrong}");
        }
    }

    #[test]
    fn a_uint64_is_exact_or_refused() {
        let sequence = |sequence: Parsed| org(&json!({ "details": { "sequence": sequence } }));
        for (given, text) in [
            (json!("7"), "7"),
            (json!(7), "7"),
            (json!("007"), "7"),
            (json!(9_007_199_254_740_991_u64), "9007199254740991"),
        ] {
            assert_eq!(sequence(given).unwrap()["details"]["sequence"], text);
        }
        for wrong in ["-1", "", "1.0", "0x7", "18446744073709551616", "+7", " 7"] {
            assert_eq!(code(sequence(json!(wrong))), (Kind::Protocol, 13), "{wrong}");
        }
        for wrong in [json!(-1), json!(1.5), json!(9_007_199_254_740_992_u64), json!(true), json!({})] {
            assert_eq!(code(sequence(wrong.clone())), (Kind::Protocol, 13), "{wrong}");
        }
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused() {
        for wrong in [json!("2026-02-31T00:00:00Z"), json!("yesterday"), json!(7), json!("2026-07-10T09:52:56+02:00")] {
            let error = org(&json!({ "details": { "changeDate": wrong } })).unwrap_err();
            assert!(error.message().contains("org.details.changeDate"), "{error}");
        }
    }

    #[test]
    fn json_of_another_form_is_a_protocol_error() {
        for wrong in [json!([]), json!("x"), json!(7), json!(null), json!({ "org": [] }), json!({ "org": { "id": 7 } })]
        {
            assert_eq!(code(read(200, "application/json", Some(wrong.clone()))), (Kind::Protocol, 13), "{wrong}");
        }
        assert_eq!(code(read(200, "application/json", None)), (Kind::Protocol, 13));
    }

    #[test]
    fn an_object_of_unknown_keys_alone_is_a_protocol_error() {
        assert_eq!(
            code(read(200, "application/json", Some(json!({ "error": "invalid_token" })))),
            (Kind::Protocol, 13)
        );
        assert!(read(200, "application/json", Some(json!({ "org": {}, "newer": 1 }))).is_ok());
    }

    #[test]
    fn a_body_that_is_not_declared_as_json_is_a_protocol_error() {
        for content_type in ["text/html", "", "text/plain", "application/jsonp"] {
            assert_eq!(code(read(200, content_type, Some(json!({})))), (Kind::Protocol, 2), "{content_type}");
        }
    }

    #[test]
    fn a_status_in_the_body_is_that_error_whatever_the_http_status() {
        let body = json!({ "code": 16, "message": "Errors.Token.Invalid (AUTH-7fs1e)" });
        for http in [200, 401, 500] {
            let error = read(http, "application/json", Some(body.clone())).unwrap_err();
            assert_eq!((error.kind(), error.code().number(), error.id()), (Kind::Status, 16, Some("AUTH-7fs1e")));
            assert_eq!((error.message(), error.http_status()), ("Errors.Token.Invalid (AUTH-7fs1e)", Some(http)));
        }
    }

    #[test]
    fn a_http_error_without_a_status_in_the_body_is_that_of_the_table() {
        for body in [
            None,
            Some(json!({})),
            Some(json!({ "code": 0 })),
            Some(json!({ "code": 17 })),
            Some(json!({ "code": "9" })),
        ] {
            assert_eq!(code(read(503, "text/html", body)), (Kind::Status, 14));
        }
    }

    #[test]
    fn details_have_the_fields_of_their_type_or_are_left_out() {
        let zitadel = "type.googleapis.com/zitadel.v1.ErrorDetail";
        let body = json!({ "code": 9, "details": [
            { "@type": zitadel, "id": "EVENT-bfnrh", "message": "text" },
            { "@type": zitadel },
            { "@type": zitadel, "id": 7 },
            { "@type": "type.googleapis.com/zitadel.error.v2.ErrorDetail", "slug": "org.not_found" },
            { "@type": "a.B", "field": [1] },
            { "id": "x" },
            7,
        ] });
        let error = read(400, "application/json", Some(body)).unwrap_err();
        let expected = [
            Detail::Zitadel { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() },
            Detail::Zitadel { id: String::new(), message: String::new() },
            Detail::ZitadelV2 { slug: "org.not_found".to_owned(), message: String::new() },
            Detail::Json { type_url: "a.B".to_owned(), text: r#"{"@type":"a.B","field":[1]}"#.to_owned() },
        ];
        assert_eq!(error.details(), expected);
    }
}
