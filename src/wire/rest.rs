//! The response to a call over REST: from JSON to the message that the same method returns over gRPC-Web, or to an error.
//!
//! Sources: ZITADEL `internal/api/grpc/server/gateway.go`; grpc-gateway `runtime/errors.go`; protobuf "ProtoJSON Format".

use super::{
    body::{BodyDecoder, End, Excerpt, Wait},
    frame::MAX_MESSAGE_LEN,
    head::Head,
    response::{Response, connection_lost, invalid_message},
    status::ErrorStatus,
};
use crate::{
    code::Code,
    detail::{Detail, ZITADEL, ZITADEL_V2},
    error::Error,
    message::{
        Form, Invalid, Schema, Value,
        json_text::{self, Json, Object},
    },
    metadata::Metadata,
};

/// Decodes a response over REST chunk by chunk.
#[derive(Debug)]
pub(crate) struct RestDecoder {
    head: Head,
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
    pub(crate) fn new(head: Head) -> Self {
        let is_json = head.media_type() == "application/json";
        let body = if is_json { Body::Json(Vec::new()) } else { Body::Shown(Excerpt::default()) };
        Self { head, body }
    }

    /// Returns the message of the response, in protobuf's bytes.
    ///
    /// # Errors
    /// The error in the body, the one that the HTTP status stands for, UNAVAILABLE if the connection was lost, or the violation
    /// of the protocol.
    pub(crate) fn finish(self, end: End, schema: &Schema) -> Result<Response, Error> {
        let Self { head, body } = self;
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
}

fn decode(head: &Head, bytes: &[u8], end: End, schema: &Schema) -> Result<Vec<u8>, Error> {
    let is_too_long = bytes.len() > MAX_MESSAGE_LEN;
    let text = std::str::from_utf8(bytes).ok().filter(|_| !is_too_long && matches!(end, End::Complete));
    let json = text.and_then(json_text::parse);
    if let Some(status) = json.as_ref().and_then(error_status) {
        return Err(status.into());
    }
    if !head.is_success() {
        return Err(head.http_error().with_body(Excerpt::text(bytes)));
    }
    if let End::Lost(source) = end {
        return Err(connection_lost(source));
    }
    if is_too_long {
        return Err(too_long());
    }
    let json = json.ok_or_else(|| not_json(head, Code::Internal).with_body(Excerpt::text(bytes)))?;
    let message = decode_message(&json, schema);
    message.map_err(|invalid| invalid_message(&invalid).with_body(Excerpt::text(bytes)))
}

fn decode_message(json: &Json<'_>, schema: &Schema) -> Result<Vec<u8>, Invalid> {
    let value = Value::from_json(schema, json, Form::Response)?;
    // An object without any member of the response says something else.
    let members = json.as_object().map(Object::members).unwrap_or_default();
    if !members.is_empty() && !members.iter().any(|(name, _)| schema.has_field(name)) {
        return Err(Invalid::new("must be an object of the response's type"));
    }
    value.encode(schema)
}

/// Returns the status if the JSON is one, in the form of `google.rpc.Status`.
fn error_status(json: &Json<'_>) -> Option<ErrorStatus> {
    let code = json.member("code")?.whole_number()?;
    let code = Code::from_number(u64::try_from(code).ok()?)?;
    let message = json.member("message").and_then(Json::as_str).unwrap_or_default().to_owned();
    let details = json.member("details").and_then(Json::items).unwrap_or_default();
    let details = details.iter().filter_map(detail).collect();
    Some(ErrorStatus { code, message, details, is_malformed: false })
}

/// Returns a detail as it was sent; `None` if it has no type, lacks the fields of its type or is nested too deep.
fn detail(json: &Json<'_>) -> Option<Detail> {
    let type_url = json.member("@type")?.as_str()?;
    let text = |name| match json.member(name) {
        None => Some(String::new()),
        Some(value) => value.as_str().map(str::to_owned),
    };
    Some(match type_url {
        ZITADEL => Detail::Zitadel { id: text("id")?, message: text("message")? },
        ZITADEL_V2 => Detail::ZitadelV2 { slug: text("slug")?, message: text("message")? },
        _ => Detail::Json {
            type_url: type_url.to_owned(),
            text: json.as_object().filter(|_| json.is_complete())?.source().to_owned(),
        },
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
