//! The response to a call over REST: from JSON to the message that the same method returns over gRPC-Web, or to an error.
//!
//! Sources: ZITADEL `internal/api/grpc/server/gateway.go`; grpc-gateway `runtime/errors.go`; protobuf "ProtoJSON Format".

use super::{
    body::{End, Excerpt, Wait},
    decoder::{BodyDecoder, Response, invalid_message},
    frame::MAX_MESSAGE_LEN,
    head::Head,
    status::ErrorStatus,
};
use crate::{
    code::Code,
    detail::{Detail, ZITADEL, ZITADEL_V2},
    error::Error,
    message::{
        self, Direction, Invalid, Schema,
        json::{self, Json},
    },
    metadata::Metadata,
};

/// Decodes a response over REST chunk by chunk.
#[derive(Debug)]
pub(crate) struct RestDecoder {
    head: Head,
    /// The response's message.
    schema: &'static Schema,
    body: Body,
}

#[derive(Debug)]
enum Body {
    /// A response or an error, which is read to its end.
    Json(Vec<u8>),
    /// A page, which is shown with the error.
    Shown(Excerpt),
}

impl RestDecoder {
    /// Reads the head. The body will be a message of the schema.
    pub(crate) fn new(head: Head, schema: &'static Schema) -> Self {
        let is_json = head.media_type() == "application/json";
        let body = if is_json { Body::Json(Vec::new()) } else { Body::Shown(Excerpt::default()) };
        Self { head, schema, body }
    }
}

impl BodyDecoder for RestDecoder {
    fn wait(&self) -> Wait {
        match &self.body {
            Body::Json(bytes) if bytes.len() <= MAX_MESSAGE_LEN => Wait::UntilDeadline,
            Body::Json(_) => Wait::Done,
            Body::Shown(excerpt) => excerpt.wait(),
        }
    }

    fn push(&mut self, chunk: &[u8]) {
        match &mut self.body {
            Body::Json(bytes) => bytes.extend_from_slice(chunk),
            Body::Shown(excerpt) => excerpt.push(chunk),
        }
    }

    /// The error in the body takes precedence over the one that the HTTP status stands for.
    fn finish(self: Box<Self>, end: End) -> Result<Response, Error> {
        let Self { head, schema, body } = *self;
        let bytes = match body {
            Body::Json(bytes) => bytes,
            Body::Shown(excerpt) => {
                let error = if head.is_success() { not_json(&head, Code::Unknown) } else { head.http_error() };
                return Err(head.attach_to(error, &Metadata::new()).with_body(excerpt.into_text()));
            }
        };
        match decode(&head, &bytes, end, schema) {
            Ok(message) => Ok(Response { headers: head.headers, message, trailers: Metadata::new() }),
            Err(error) => Err(head.attach_to(error, &Metadata::new())),
        }
    }
}

fn decode(head: &Head, bytes: &[u8], end: End, schema: &Schema) -> Result<Vec<u8>, Error> {
    let is_too_long = bytes.len() > MAX_MESSAGE_LEN;
    let text = std::str::from_utf8(bytes).ok().filter(|_| !is_too_long && matches!(end, End::Complete));
    let json = text.and_then(json::parse);
    if let Some(status) = json.as_ref().and_then(error_status) {
        return Err(status.into());
    }
    if !head.is_success() {
        return Err(head.http_error().with_body(Excerpt::text(bytes)));
    }
    if let End::Failed(error) = end {
        return Err(error);
    }
    if is_too_long {
        return Err(too_long());
    }
    let json = json.ok_or_else(|| not_json(head, Code::Internal).with_body(Excerpt::text(bytes)))?;
    let message = decode_message(&json, schema);
    message.map_err(|invalid| invalid_message(&invalid).with_body(Excerpt::text(bytes)))
}

fn decode_message(json: &Json<'_>, schema: &Schema) -> Result<Vec<u8>, Invalid> {
    let message = message::encode(schema, json, Direction::Response)?;
    // An object without any member of the response is another message.
    let members = json.members().unwrap_or_default();
    if !members.is_empty() && !members.iter().any(|(name, _)| schema.has_field(name)) {
        return Err(Invalid::new("must be an object of the response's type"));
    }
    Ok(message)
}

/// Returns the status if the JSON is one, in the form of `google.rpc.Status`.
fn error_status(json: &Json<'_>) -> Option<ErrorStatus> {
    let code = json.member("code")?.whole_number()?;
    let code = Code::from_number(u64::try_from(code).ok()?)?;
    let message = json.text("message").unwrap_or_default().to_owned();
    let details = json.list("details").iter().filter_map(detail).collect();
    Some(ErrorStatus { code, message, details, is_malformed: false })
}

/// Returns a detail; `None` if it has no type, lacks the fields of its type or is nested too deep.
fn detail(json: &Json<'_>) -> Option<Detail> {
    let type_url = json.text("@type")?;
    let text = |name| match json.member(name) {
        None => Some(String::new()),
        Some(value) => value.as_str().map(str::to_owned),
    };
    Some(match type_url {
        ZITADEL => Detail::Zitadel { id: text("id")?, message: text("message")? },
        ZITADEL_V2 => Detail::ZitadelV2 { slug: text("slug")?, message: text("message")? },
        _ if json.is_complete() => Detail::Json { type_url: type_url.to_owned(), text: json.to_text() },
        _ => return None,
    })
}

fn not_json(head: &Head, code: Code) -> Error {
    let text = [
        "The response is not JSON (content-type: ",
        &head.content_type(),
        "). Check that baseUrl is ZITADEL's address and the proxy in front of it.",
    ];
    Error::protocol(code, text.concat())
}

fn too_long() -> Error {
    let text = "The response exceeds the size limit of 4 MiB. Request less.";
    Error::protocol(Code::ResourceExhausted, text).permanent()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Parsed, json};

    use super::RestDecoder;
    use crate::{
        Code, Detail, Error, ErrorKind as Kind, Metadata,
        message::{self, Direction, schema::ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as SCHEMA},
        wire::{
            body::{End, Wait},
            decoder::BodyDecoder as _,
            frame::MAX_MESSAGE_LEN,
            head::Head,
        },
    };

    const JSON: &str = "application/json";

    fn decoder(http_status: u16, content_type: &str) -> Box<RestDecoder> {
        let mut headers = Metadata::new();
        headers.append("content-type", content_type);
        Box::new(RestDecoder::new(Head { http_status, headers }, &SCHEMA))
    }

    /// Returns the response as JSON, after its way through the message's bytes.
    fn read_chunks<'a>(
        http_status: u16,
        content_type: &str,
        chunks: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Parsed, Error> {
        let mut decoder = decoder(http_status, content_type);
        chunks.into_iter().for_each(|chunk| decoder.push(chunk));
        let response = decoder.finish(End::Complete)?;
        let json = message::decode(&SCHEMA, &response.message, Direction::Response).unwrap();
        Ok(serde_json::from_str(&json.to_text()).unwrap())
    }

    fn read(http_status: u16, content_type: &str, body: &str) -> Result<Parsed, Error> {
        read_chunks(http_status, content_type, [body.as_bytes()])
    }

    fn org(org: &Parsed) -> Result<Parsed, Error> {
        Ok(read(200, JSON, &json!({ "org": org }).to_string())?["org"].clone())
    }

    fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> (Kind, i32) {
        let error = result.unwrap_err();
        (error.kind(), error.code().number())
    }

    #[test]
    fn json_of_zitadel_is_read() {
        let acme = json!({
            "id": "1", "name": "ACME", "primaryDomain": "acme.localhost", "state": "ORG_STATE_INACTIVE",
            "details": { "sequence": "18446744073709551615", "changeDate": "2026-07-10T09:52:56.123456Z", "resourceOwner": "1" },
        });
        assert_eq!(org(&acme).unwrap(), acme);
    }

    #[test]
    fn omitted_and_null_members_have_their_defaults() {
        for empty in [json!({}), json!({ "id": null, "state": null, "details": null })] {
            let expected = json!({ "id": "", "state": "ORG_STATE_UNSPECIFIED", "name": "", "primaryDomain": "" });
            assert_eq!(org(&empty).unwrap(), expected);
        }
        assert_eq!(read(200, "application/json; charset=utf-8", "{}").unwrap(), json!({}));
    }

    #[test]
    fn enum_is_a_name_or_number_and_an_unknown_name_is_zero() {
        let state = |state: Parsed| org(&json!({ "state": state })).unwrap()["state"].clone();
        for (sent, expected) in [
            (json!("ORG_STATE_ACTIVE"), json!("ORG_STATE_ACTIVE")),
            (json!(2), json!("ORG_STATE_INACTIVE")),
            (json!(77), json!(77)),
            (json!("ORG_STATE_LOCKED"), json!("ORG_STATE_UNSPECIFIED")),
        ] {
            assert_eq!(state(sent), expected);
        }
        for wrong in [json!(1.5), json!(true), json!([]), json!(3e9)] {
            assert_eq!(code(org(&json!({ "state": wrong }))), (Kind::Protocol, 13), "{wrong}");
        }
    }

    #[test]
    fn uint64_is_exact_or_rejected() {
        let sequence = |sequence: Parsed| org(&json!({ "details": { "sequence": sequence } }));
        for (sent, text) in [
            (json!("7"), "7"),
            (json!(7), "7"),
            (json!("007"), "7"),
            (json!(9_007_199_254_740_991_u64), "9007199254740991"),
        ] {
            assert_eq!(sequence(sent).unwrap()["details"]["sequence"], text);
        }
        for wrong in ["-1", "", "1.0", "0x7", "18446744073709551616", "+7", " 7"] {
            assert_eq!(code(sequence(json!(wrong))), (Kind::Protocol, 13), "{wrong}");
        }
        for wrong in [json!(-1), json!(1.5), json!(9_007_199_254_740_992_u64), json!(true), json!({})] {
            assert_eq!(code(sequence(wrong.clone())), (Kind::Protocol, 13), "{wrong}");
        }
    }

    #[test]
    fn date_that_does_not_exist_is_rejected() {
        for wrong in [json!("2026-02-31T00:00:00Z"), json!("yesterday"), json!(7)] {
            let error = org(&json!({ "details": { "changeDate": wrong } })).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Protocol, Code::Internal));
            assert!(error.message().contains("org.details.changeDate"), "{error}");
        }
    }

    #[test]
    fn date_with_an_offset_is_read_in_utc() {
        let details = json!({ "changeDate": "2026-07-10T09:52:56.5+02:00" });
        let read = org(&json!({ "details": details })).unwrap();
        assert_eq!(read["details"]["changeDate"], "2026-07-10T07:52:56.500Z");
    }

    #[test]
    fn json_of_another_form_is_a_protocol_error() {
        for wrong in ["[]", "\"x\"", "7", "null", r#"{"org":[]}"#, r#"{"org":{"id":7}}"#, "", "{", "{} x"] {
            let error = read(200, JSON, wrong).unwrap_err();
            assert_eq!((error.kind(), error.code(), error.http_status()), (Kind::Protocol, Code::Internal, Some(200)));
            assert_eq!(error.body(), Some(wrong).filter(|wrong| !wrong.is_empty()));
        }
    }

    #[test]
    fn text_that_is_not_utf_8_is_a_violation() {
        for wrong in [&b"{\"org\":{\"name\":\"\xff\"}}"[..], br#"{"org":{"name":"\ud800"}}"#] {
            assert_eq!(code(read_chunks(200, JSON, [wrong])), (Kind::Protocol, 13), "{wrong:?}");
        }
        assert_eq!(code(read_chunks(503, JSON, [&b"{\"code\":9,\"message\":\"\xff\"}"[..]])), (Kind::Status, 14));
    }

    #[test]
    fn object_of_unknown_keys_only_is_a_protocol_error() {
        assert_eq!(code(read(200, JSON, r#"{"error":"invalid_token"}"#)), (Kind::Protocol, 13));
        assert!(read(200, JSON, r#"{"org":{},"newer":1}"#).is_ok());
    }

    #[test]
    fn body_not_declared_as_json_is_a_protocol_error() {
        for content_type in ["text/html", "", "text/plain", "application/jsonp"] {
            assert_eq!(code(read(200, content_type, "{}")), (Kind::Protocol, 2), "{content_type}");
        }
    }

    #[test]
    fn two_different_content_types_are_a_violation() {
        for content_type in ["application/json; charset=utf-8, text/html", "application/json, text/html"] {
            assert_eq!(code(read(200, content_type, "{}")), (Kind::Protocol, 2), "{content_type}");
        }
        assert!(read(200, "application/json, application/json", "{}").is_ok());
    }

    #[test]
    fn page_is_shown_by_its_first_kib() {
        for http_status in [200, 502] {
            let error = read(http_status, "text/html", &"ü".repeat(2000)).unwrap_err();
            assert_eq!((error.body(), error.http_status()), (Some("ü".repeat(512).as_str()), Some(http_status)));
        }
    }

    #[test]
    fn status_in_the_body_is_the_error_for_any_http_status() {
        let body = r#"{"code":16,"message":"Errors.Token.Invalid (AUTH-7fs1e)"}"#;
        for http in [200, 401, 500] {
            let error = read(http, JSON, body).unwrap_err();
            assert_eq!((error.kind(), error.code().number(), error.id()), (Kind::Status, 16, Some("AUTH-7fs1e")));
            assert_eq!((error.message(), error.http_status()), ("Errors.Token.Invalid (AUTH-7fs1e)", Some(http)));
            assert_eq!(error.body(), None);
        }
    }

    #[test]
    fn http_error_without_a_status_in_the_body_is_that_of_the_table() {
        for body in ["", "{}", r#"{"code":0}"#, r#"{"code":17}"#, r#"{"code":"9"}"#] {
            assert_eq!(code(read(503, JSON, body)), (Kind::Status, 14), "{body}");
        }
        assert_eq!(code(read(503, "text/html", r#"{"code":9}"#)), (Kind::Status, 14));
    }

    #[test]
    fn details_have_the_fields_of_their_type_or_are_omitted() {
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
        let error = read(400, JSON, &body.to_string()).unwrap_err();
        let expected = [
            Detail::Zitadel { id: "EVENT-bfnrh".to_owned(), message: "text".to_owned() },
            Detail::Zitadel { id: String::new(), message: String::new() },
            Detail::ZitadelV2 { slug: "org.not_found".to_owned(), message: String::new() },
            Detail::Json { type_url: "a.B".to_owned(), text: r#"{"@type":"a.B","field":[1]}"#.to_owned() },
        ];
        assert_eq!(error.details(), expected);
    }

    #[test]
    fn error_body_up_to_4_mib_is_the_same_error_however_it_is_cut() {
        let message = "x".repeat(MAX_MESSAGE_LEN - br#"{"code":9,"message":""}"#.len());
        let body = format!(r#"{{"code":9,"message":"{message}"}}"#);
        assert_eq!(body.len(), MAX_MESSAGE_LEN);
        for chunk_len in [1 << 10, 1000, (1 << 16) - 1, 1 << 16, 1 << 20, MAX_MESSAGE_LEN] {
            let error = read_chunks(400, JSON, body.as_bytes().chunks(chunk_len)).unwrap_err();
            assert_eq!(
                (error.kind(), error.code(), error.http_status()),
                (Kind::Status, Code::FailedPrecondition, Some(400))
            );
            assert!(error.message() == message && error.body().is_none());
        }
        let body = [body.as_str(), " "].concat();
        for (http_status, expected) in [(400, (Kind::Status, 13)), (200, (Kind::Protocol, 8))] {
            for chunk_len in [1000, 1 << 20, body.len()] {
                let result = read_chunks(http_status, JSON, body.as_bytes().chunks(chunk_len));
                assert_eq!(code(result), expected, "HTTP {http_status}, {chunk_len}");
            }
        }
    }

    #[test]
    fn json_is_waited_for_until_the_deadline_and_4_mib() {
        for http_status in [200, 400] {
            let mut decoder = decoder(http_status, JSON);
            assert_eq!(decoder.wait(), Wait::UntilDeadline);
            decoder.push(&vec![b' '; MAX_MESSAGE_LEN]);
            assert_eq!(decoder.wait(), Wait::UntilDeadline);
            decoder.push(b" ");
            assert_eq!(decoder.wait(), Wait::Done);
        }
    }

    #[test]
    fn lost_connection_is_unavailable_even_after_complete_json() {
        let lost = |http_status| {
            let mut decoder = decoder(http_status, JSON);
            decoder.push(br#"{"code":9}"#);
            decoder.finish(End::Failed(Error::transport("lost").with_source("reset"))).unwrap_err()
        };
        let error = lost(200);
        assert_eq!((error.kind(), error.code(), error.http_status()), (Kind::Transport, Code::Unavailable, Some(200)));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "reset");
        assert_eq!((lost(502).kind(), lost(502).code()), (Kind::Status, Code::Unavailable));
    }
}
