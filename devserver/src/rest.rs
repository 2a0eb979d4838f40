//! REST: JSON around a call.
//!
//! Source: ZITADEL `internal/api/grpc/server/gateway.go`; grpc-gateway `runtime/`.

use axum::body::Body;
use hyper::{HeaderMap, Response, StatusCode};
use percent_encoding::percent_decode_str;
use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor};
use serde_json::Value;
use zitadel_org_web::Code;

use crate::{
    api::{self, Request},
    headers,
    method::Method,
    status::Status,
};

/// Cookie of every success and every preflight.
pub(crate) const QUOTA_LEFT: &str = "zitadel.quota.exhausted=; Path=/; Max-Age=0; SameSite=Lax";
const QUOTA_EXHAUSTED: &str = "zitadel.quota.exhausted=true; Path=/; Max-Age=300; SameSite=Lax";

/// Responds to a request. The path does not have to exist.
pub(crate) fn respond(request: Request<'_>) -> Response<Body> {
    // The gateway matches no encoded slash.
    let has_slash = request.path().to_ascii_lowercase().contains("%2f");
    let route = Method::route(request.path()).filter(|route| request.has(&route.method) && !has_slash);
    let Some(route) = route else {
        let status = Status::plain(Code::NotFound, "Not Found");
        return json(StatusCode::NOT_FOUND, &status.json(), headers::identified());
    };
    let method = &route.method;
    if request.head.method != route.http_method {
        let status = Status::plain(Code::Unimplemented, "Method Not Allowed");
        return json(StatusCode::METHOD_NOT_ALLOWED, &status.json(), headers::identified());
    }
    let body = if route.http_method == "POST" { request.body } else { b"" };
    let message = match read(&method.0.input(), body, route.variable) {
        Ok(message) => message,
        Err(problem) => return error(&Status::plain(Code::InvalidArgument, problem), headers::identified()),
    };
    let result = api::call(request, method, &message, true);
    let mut headers = if method.is_v2() { headers::of_v2_gateway(result.is_ok()) } else { headers::of_v1_gateway() };
    match result {
        Ok(response) => {
            headers::insert(&mut headers, "set-cookie", QUOTA_LEFT);
            headers::insert(&mut headers, "vary", "Cookie");
            json(StatusCode::OK, &to_json(method.0.output(), &response), headers)
        }
        Err(status) => error(&status, headers),
    }
}

/// Returns the bytes of the request's message. An empty body is accepted in place of `{}`.
fn read(descriptor: &MessageDescriptor, body: &[u8], variable: Option<(&str, &str)>) -> Result<Vec<u8>, String> {
    // Text after the first value is ignored.
    let mut json = match serde_json::Deserializer::from_slice(body).into_iter::<Value>().next() {
        None => Value::Object(serde_json::Map::new()),
        Some(Ok(json @ Value::Object(_))) => json,
        Some(Ok(other)) => {
            let token = if other.is_array() { "[".to_owned() } else { other.to_string() };
            return Err(format!("proto:\u{a0}syntax error (line 1:1): unexpected token {token}"));
        }
        Some(Err(error)) if error.is_eof() => return Err("unexpected EOF".to_owned()),
        Some(Err(error)) => return Err(format!("invalid character: {error}")),
    };
    if let (Some((field, value)), Some(object)) = (variable, json.as_object_mut()) {
        object.insert(field.to_owned(), percent_decode_str(value).decode_utf8_lossy().into());
    }
    let options = DeserializeOptions::new().deny_unknown_fields(false);
    let message = DynamicMessage::deserialize_with_options(descriptor.clone(), json, &options);
    message.map(|message| message.encode_to_vec()).map_err(|error| format!("proto:\u{a0}{error}"))
}

/// Returns a message in proto3's JSON mapping, without fields that have their default.
fn to_json(descriptor: MessageDescriptor, message: &[u8]) -> Value {
    let message = DynamicMessage::decode(descriptor, message).ok();
    message.and_then(|message| serde_json::to_value(message).ok()).unwrap_or_default()
}

fn error(status: &Status, mut headers: HeaderMap) -> Response<Body> {
    match status.code {
        Code::Unauthenticated => headers::insert(&mut headers, "www-authenticate", &status.message),
        Code::ResourceExhausted => headers::insert(&mut headers, "set-cookie", QUOTA_EXHAUSTED),
        _ => {}
    }
    json(status.http_status(), &status.json(), headers)
}

fn json(http_status: StatusCode, json: &Value, mut headers: HeaderMap) -> Response<Body> {
    headers::insert(&mut headers, "content-type", "application/json");
    let mut response = Response::new(Body::from(json.to_string()));
    *response.status_mut() = http_status;
    *response.headers_mut() = headers;
    response
}
