//! The REST twins of the rpcs.
//!
//! Source: ZITADEL `internal/api/grpc/server/gateway.go`; grpc-gateway `runtime/`.

use std::io::{self, Write};

use axum::body::Body;
use hyper::{HeaderMap, Method as Verb, Response, StatusCode, http::request::Parts};
use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage};
use serde::Serialize as _;
use serde_json::{Value, ser::Formatter};
use zitadel_org_web::Code;

use crate::{
    api, headers,
    instance::Instance,
    method::{Method, Service},
    status::Status,
    store::Store,
};

/// What a success and every preflight set, and what a used-up quota does.
pub(crate) const QUOTA_COOKIES: [&str; 2] = [
    "zitadel.quota.exhausted=; Path=/; Max-Age=0; SameSite=Lax",
    "zitadel.quota.exhausted=true; Path=/; Max-Age=300; SameSite=Lax",
];

/// Answers a request, whatever its path.
pub fn answer(store: &Store, request: &Parts, body: &[u8]) -> Response<Body> {
    let route =
        Method::of_route(request.uri.path()).filter(|(_, method, _)| Instance::has(headers::host(request), *method));
    let Some((verb, method, organization_id)) = route else {
        return respond(
            StatusCode::NOT_FOUND,
            &Status::plain(Code::NotFound, "Not Found").json(),
            headers::identified(),
        );
    };
    if request.method != verb {
        let status = Status::plain(Code::Unimplemented, "Method Not Allowed");
        return respond(StatusCode::METHOD_NOT_ALLOWED, &status.json(), headers::identified());
    }
    // An empty body is accepted in place of {}.
    let message = match read(method, verb == Verb::POST, body, organization_id) {
        Ok(message) => message,
        Err(why) => return fail(&Status::plain(Code::InvalidArgument, why), headers::identified()),
    };
    let outcome = api::call(store, method, &message, headers::metadata(request));
    let mut headers = match method.service() {
        Service::Organization => headers::of_connect_gateway(outcome.is_ok()),
        Service::Auth | Service::Management => headers::of_gateway(),
    };
    match outcome {
        Ok(answer) => {
            headers::insert(&mut headers, "set-cookie", QUOTA_COOKIES[0]);
            headers::insert(&mut headers, "vary", "Cookie");
            respond(StatusCode::OK, &json(method, &answer), headers)
        }
        Err(status) => fail(&status, headers),
    }
}

/// The bytes of a request's message: the body in proto3's JSON mapping, and the organization in the path.
fn read(method: Method, has_body: bool, body: &[u8], organization_id: &str) -> Result<Vec<u8>, String> {
    let mut json = Value::Object(serde_json::Map::new());
    if has_body {
        judge(body)?;
        if let Some(Ok(first)) = serde_json::Deserializer::from_slice(body).into_iter::<Value>().next() {
            json = first;
        }
    }
    if let (false, Some(object)) = (organization_id.is_empty(), json.as_object_mut()) {
        object.insert("organizationId".to_owned(), organization_id.into());
    }
    let descriptor = method.input().ok_or("no descriptor")?;
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let message = DynamicMessage::deserialize_with_options(descriptor, json, &options);
    message.map(|message| message.encode_to_vec()).map_err(|error| format!("proto:\u{a0}{error}"))
}

/// A response in proto3's JSON mapping, without what is zero.
fn json(method: Method, message: &[u8]) -> Value {
    let message = method.output().and_then(|descriptor| DynamicMessage::decode(descriptor, message).ok());
    message.and_then(|message| serde_json::to_value(message).ok()).unwrap_or_default()
}

/// What is wrong with a body, in Go's words where they are short. What follows the first value is not looked at.
fn judge(body: &[u8]) -> Result<(), String> {
    match serde_json::Deserializer::from_slice(body).into_iter::<Value>().next() {
        None | Some(Ok(Value::Object(_))) => Ok(()),
        Some(Ok(other)) => {
            let token = if other.is_array() { "[".to_owned() } else { other.to_string() };
            Err(format!("proto:\u{a0}syntax error (line 1:1): unexpected token {token}"))
        }
        Some(Err(error)) if error.is_eof() => Err("unexpected EOF".to_owned()),
        Some(Err(error)) => Err(format!("invalid character: {error}")),
    }
}

/// JSON as Go's protojson writes it: with a blank after a comma.
fn text(json: &Value) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, BlankAfterComma);
    match json.serialize(&mut serializer) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => json.to_string(),
    }
}

struct BlankAfterComma;

impl Formatter for BlankAfterComma {
    fn begin_array_value<W: Write + ?Sized>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        writer.write_all(if is_first { b"" } else { b", " })
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, is_first: bool) -> io::Result<()> {
        self.begin_array_value(writer, is_first)
    }
}

fn fail(status: &Status, mut headers: HeaderMap) -> Response<Body> {
    match status.code {
        Code::Unauthenticated => headers::insert(&mut headers, "www-authenticate", &status.message),
        Code::ResourceExhausted => {
            headers::insert(&mut headers, "set-cookie", QUOTA_COOKIES[1]);
        }
        _ => {}
    }
    let http_status = StatusCode::from_u16(status.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond(http_status, &status.json(), headers)
}

fn respond(http_status: StatusCode, json: &Value, mut headers: HeaderMap) -> Response<Body> {
    headers::insert(&mut headers, "content-type", "application/json");
    let mut response = Response::new(Body::from(text(json)));
    *response.status_mut() = http_status;
    *response.headers_mut() = headers;
    response
}
