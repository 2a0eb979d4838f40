//! gRPC-Web and native gRPC: frames and status around a call.
//!
//! Source: grpc-go `internal/transport/handler_server.go` and `server.go`; improbable-eng grpc-web
//! `go/grpcweb/wrapper.go` and `grpc_web_response.go`, as ZITADEL uses them.

use std::{convert::Infallible, time::Duration};

use axum::body::{Body, Bytes};
use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::STANDARD_NO_PAD};
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::{
    HeaderMap, Response, StatusCode,
    body::Frame,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
    http::request::Parts,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use zitadel_org_web::{
    Code,
    protocol::frame::{FLAG_COMPRESSED, FLAG_TRAILERS, MAX_MESSAGE_LEN, PREFIX_LEN},
};

use crate::{
    api, headers,
    instance::{Instance, Quirk},
    method::{Method, Service},
    status::Status,
    store::Store,
};

/// What `grpc-message` percent-encodes besides what is not ASCII.
const MESSAGE_SET: &AsciiSet = &CONTROLS.add(b'%');

/// What a call takes at least.
const SHORTEST_CALL: Duration = Duration::from_micros(10);

/// How the call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// `application/grpc` over HTTP/2.
    Native,
    /// `application/grpc-web`.
    Web,
    /// `application/grpc-web-text`: the same in base64.
    WebText,
}

impl Wire {
    /// The gRPC-Web form of a content type that starts like one; `None` for what grpc-go refuses with 415.
    #[must_use]
    pub fn web(content_type: &str) -> Option<Self> {
        let rest = content_type.strip_prefix("application/grpc-web")?;
        let (wire, rest) = rest.strip_prefix("-text").map_or((Self::Web, rest), |rest| (Self::WebText, rest));
        (rest.is_empty() || rest.starts_with(['+', ';'])).then_some(wire)
    }
}

/// Answers a call.
pub fn answer(store: &Store, wire: Wire, request: &Parts, body: &[u8]) -> Response<Body> {
    let timeout = match timeout(headers::text(&request.headers, "grpc-timeout")) {
        Ok(timeout) => timeout,
        Err(why) => return refuse(wire, StatusCode::BAD_REQUEST, &format!("malformed grpc-timeout: {why}\n")),
    };
    if timeout.is_some_and(|timeout| timeout < SHORTEST_CALL) {
        let status = Status::plain(Code::DeadlineExceeded, "context deadline exceeded");
        return respond(wire, request, Err(status), HeaderMap::new());
    }
    match receive(wire, request, body) {
        Err(status) => respond(wire, request, Err(status), HeaderMap::new()),
        Ok((method, message)) => {
            let outcome = api::call(store, method, &message, headers::metadata(request));
            respond(wire, request, outcome, headers::intercepted())
        }
    }
}

/// What precedes the interceptors: the method, the frame, the message.
fn receive(wire: Wire, request: &Parts, body: &[u8]) -> Result<(Method, Vec<u8>), Status> {
    let path = request.uri.path();
    let Some((service, name)) = path.strip_prefix('/').unwrap_or(path).rsplit_once('/') else {
        return Err(Status::plain(Code::Unimplemented, format!("malformed method name: {path:?}")));
    };
    let has_service = Service::of_path(path).is_some_and(|(service, _)| {
        service != Service::Organization && Instance::has_service(headers::host(request), service)
    });
    if !has_service {
        return Err(Status::plain(Code::Unimplemented, format!("unknown service {service}")));
    }
    let method = Method::of_path(path)
        .ok_or_else(|| Status::plain(Code::Unimplemented, format!("unknown method {name} for service {service}")))?;
    let encoding = headers::text(&request.headers, "grpc-encoding");
    if !matches!(encoding, "" | "identity") {
        let text = format!("grpc: Decompressor is not installed for grpc-encoding {encoding:?}");
        return Err(Status::plain(Code::Unimplemented, text));
    }
    let decoded;
    let body = match wire {
        Wire::WebText => {
            decoded = decode_text(body)?;
            &decoded
        }
        Wire::Native | Wire::Web => body,
    };
    let message = unframe(body)?;
    // All requests of v1 are empty messages, so one decoder shows whether the bytes are protobuf at all.
    api::decode::<()>(message)?;
    Ok((method, message.to_vec()))
}

fn eof(text: &str) -> Status {
    Status::plain(Code::Unknown, text)
}

/// The message of a body that is one frame.
pub(crate) fn unframe(body: &[u8]) -> Result<&[u8], Status> {
    let (prefix, rest) = body.split_first_chunk::<PREFIX_LEN>().ok_or_else(|| eof("EOF"))?;
    let [flags, len @ ..] = *prefix;
    let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
    if len > MAX_MESSAGE_LEN {
        let text = format!("grpc: received message larger than max ({len} vs. {MAX_MESSAGE_LEN})");
        return Err(Status::plain(Code::ResourceExhausted, text));
    }
    if flags & !FLAG_COMPRESSED != 0 {
        let text = format!("grpc: received unexpected payload format {flags}");
        return Err(Status::plain(Code::Internal, text));
    }
    if flags == FLAG_COMPRESSED {
        let text = "grpc: compressed flag set with identity or empty encoding";
        return Err(Status::plain(Code::Internal, text));
    }
    rest.get(..len).ok_or_else(|| eof("unexpected EOF"))
}

/// Base64 that may be padded in the middle, as several encoders in a row write it.
fn decode_text(body: &[u8]) -> Result<Vec<u8>, Status> {
    let quanta: Option<Vec<_>> = body.chunks(4).map(|quantum| STANDARD.decode(quantum).ok()).collect();
    quanta.map(|quanta| quanta.concat()).ok_or_else(|| {
        let first = body.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte));
        let at = first.unwrap_or(body.len());
        eof(&format!("connection error: desc = \"illegal base64 data at input byte {at}\""))
    })
}

/// The time that a `grpc-timeout` gives, if it gives one; otherwise what grpc-go says of it.
///
/// Source: grpc-go `internal/transport/http_util.go` `decodeTimeout`.
fn timeout(value: &str) -> Result<Option<Duration>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    if value.len() < 2 {
        return Err(format!("transport: timeout string is too short: {value:?}"));
    }
    if value.len() > 9 {
        return Err(format!("transport: timeout string is too long: {value:?}"));
    }
    let (digits, unit) = value.split_at_checked(value.len() - 1).unwrap_or((value, ""));
    let nanos: u64 = match unit {
        "H" => 3_600_000_000_000,
        "M" => 60_000_000_000,
        "S" => 1_000_000_000,
        "m" => 1_000_000,
        "u" => 1000,
        "n" => 1,
        _ => return Err(format!("transport: timeout unit is not recognized: {value:?}")),
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| is_number);
    let number = number.ok_or_else(|| format!("strconv.ParseUint: parsing {digits:?}: invalid syntax"))?;
    Ok(Some(Duration::from_nanos(number.saturating_mul(nanos))))
}

/// What grpc-go refuses before there is a call, in gRPC-Web with a trailers frame that is empty.
pub(crate) fn refuse(wire: Wire, http_status: StatusCode, text: &str) -> Response<Body> {
    let mut body = text.as_bytes().to_vec();
    if wire != Wire::Native {
        body.extend(frame(FLAG_TRAILERS, b""));
    }
    plain(http_status, body)
}

/// A plain text, as Go's net/http writes an error.
pub(crate) fn plain(http_status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = http_status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// The answer on the wire: success with a message and trailers, an error in the HTTP headers (trailers-only).
pub(crate) fn respond(
    wire: Wire,
    request: &Parts,
    outcome: Result<Vec<u8>, Status>,
    mut headers: HeaderMap,
) -> Response<Body> {
    if let Some(content_type) = request.headers.get(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, content_type.clone());
    }
    let in_body = Instance::find(headers::host(request)).is_some_and(|it| it.quirk == Some(Quirk::BodyTrailers));
    let status = trailers(outcome.as_ref().err());
    let frames = match (outcome, wire) {
        (Err(_), Wire::Native) => {
            headers.extend(status);
            vec![]
        }
        (Err(_), _) if !in_body => {
            headers.extend(status);
            vec![]
        }
        (Err(_), _) => vec![Frame::data(encode(wire, frame(FLAG_TRAILERS, &block(&status))))],
        (Ok(message), Wire::Native) => vec![Frame::data(frame(0, &message).into()), Frame::trailers(status)],
        (Ok(message), _) => vec![
            Frame::data(encode(wire, frame(0, &message))),
            Frame::data(encode(wire, frame(FLAG_TRAILERS, &block(&status)))),
        ],
    };
    // A stream, as ZITADEL flushes and so sends no content-length.
    let mut response =
        Response::new(Body::new(StreamBody::new(stream::iter(frames.into_iter().map(Ok::<_, Infallible>)))));
    *response.headers_mut() = headers;
    response
}

fn trailers(error: Option<&Status>) -> HeaderMap {
    let mut map = HeaderMap::new();
    let code = error.map_or(0, |status| status.code.number());
    map.insert("grpc-status", HeaderValue::from(code));
    if let Some(status) = error {
        let text = utf8_percent_encode(&status.message, MESSAGE_SET).to_string();
        insert(&mut map, "grpc-message", &text);
        if let Some(details) = status.details_bin() {
            insert(&mut map, "grpc-status-details-bin", &STANDARD_NO_PAD.encode(details));
        }
    }
    map
}

fn insert(map: &mut HeaderMap, name: &'static str, value: &str) {
    // Percent-encoded text and base64 are always header values.
    if let Ok(value) = HeaderValue::from_str(value) {
        map.insert(HeaderName::from_static(name), value);
    }
}

fn block(trailers: &HeaderMap) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in trailers {
        block.extend_from_slice(name.as_str().as_bytes());
        block.extend_from_slice(b": ");
        block.extend_from_slice(value.as_bytes());
        block.extend_from_slice(b"\r\n");
    }
    block
}

fn frame(flags: u8, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[flags], len.as_slice(), payload].concat()
}

fn encode(wire: Wire, frame: Vec<u8>) -> Bytes {
    if wire == Wire::WebText { STANDARD.encode(frame).into() } else { frame.into() }
}
