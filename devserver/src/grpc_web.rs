//! gRPC-Web: frames and status around a call.
//!
//! Source: for v1, grpc-go `internal/transport/handler_server.go` and `server.go`, improbable-eng grpc-web
//! `go/grpcweb/wrapper.go` and `grpc_web_response.go`; for v2, connect-go `handler.go` and `protocol_grpc.go`.

use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use futures_util::stream;
use hyper::{HeaderMap, Method as Verb, Response, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use zitadel_org_web::Code;

use crate::{
    api::{self, Request},
    headers,
    instance::Instance,
    method::{self, Method},
    status::Status,
};

const PREFIX_LEN: usize = 5;
const FLAG_COMPRESSED: u8 = 1;
const FLAG_TRAILERS: u8 = 0x80;
const MAX_MESSAGE_LEN: usize = 4 * 1024 * 1024;

/// ASCII characters that `grpc-message` percent-encodes.
const MESSAGE_SET: &AsciiSet = &CONTROLS.add(b'%');

/// Deadlines below this have passed before ZITADEL reads the request.
const SHORTEST_TIMEOUT: Duration = Duration::from_micros(10);

/// The content types of v2, as connect-go lists them.
const V2_CONTENT_TYPES: &str = "application/grpc, application/grpc+json, application/grpc+json; charset=utf-8, \
application/grpc+proto, application/grpc-web, application/grpc-web+json, application/grpc-web+json; charset=utf-8, \
application/grpc-web+proto, application/json, application/json; charset=utf-8, application/proto";

/// Encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Binary,
    /// `application/grpc-web-text`: base64.
    Text,
}

impl Form {
    /// Returns the form of a content type that starts with `application/grpc-web`; `None` if grpc-go rejects it.
    fn of(content_type: &str) -> Option<Self> {
        let rest = content_type.strip_prefix("application/grpc-web")?;
        let (form, rest) = rest.strip_prefix("-text").map_or((Self::Binary, rest), |rest| (Self::Text, rest));
        (rest.is_empty() || rest.starts_with(['+', ';'])).then_some(form)
    }

    fn encode(self, frame: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Binary => frame,
            Self::Text => STANDARD.encode(frame).into_bytes(),
        }
    }
}

/// Responds to a request of auth or management v1.
pub(crate) fn v1(request: Request<'_>) -> Response<Body> {
    let content_type = request.header("content-type");
    let Some(form) = Form::of(content_type) else {
        let native = content_type.replace("-web", "");
        let text = format!("invalid gRPC request content-type {native:?}\n");
        return reject(StatusCode::UNSUPPORTED_MEDIA_TYPE, &text);
    };
    let timeout = match timeout(request.header("grpc-timeout")) {
        Ok(timeout) => timeout,
        Err(problem) => return reject(StatusCode::BAD_REQUEST, &format!("malformed grpc-timeout: {problem}\n")),
    };
    if timeout.is_some_and(|timeout| timeout < SHORTEST_TIMEOUT) {
        let status = Status::plain(Code::DeadlineExceeded, "context deadline exceeded");
        return respond(request, form, Err(status), HeaderMap::new());
    }
    match receive(request, form) {
        Err(status) => respond(request, form, Err(status), HeaderMap::new()),
        Ok((method, message)) => {
            let result = api::call(request, &method, &message, false);
            match result {
                Err(status) if request.instance == Instance::V4_6 => {
                    let trailers = frame(FLAG_TRAILERS, &block(&trailers(Some(&status))));
                    stream(request, vec![form.encode(trailers)], headers::of_interceptors())
                }
                result => respond(request, form, result, headers::of_interceptors()),
            }
        }
    }
}

/// Responds to a request of organization v2.
pub(crate) fn v2(request: Request<'_>) -> Response<Body> {
    let method = Method::at(request.path()).filter(|method| request.has(method));
    let Some(method) = method else {
        return headers::plain(StatusCode::NOT_FOUND, "404 page not found\n");
    };
    if request.head.method != Verb::POST {
        return headers::empty(StatusCode::METHOD_NOT_ALLOWED, "allow", "POST");
    }
    if Form::of(request.header("content-type")) != Some(Form::Binary) {
        return headers::empty(StatusCode::UNSUPPORTED_MEDIA_TYPE, "accept-post", V2_CONTENT_TYPES);
    }
    let mut headers = HeaderMap::new();
    headers::insert(&mut headers, "grpc-accept-encoding", "gzip");
    if request.body.is_empty() {
        let status = Status::plain(Code::Unimplemented, "unary request has zero messages");
        return respond(request, Form::Binary, Err(status), headers);
    }
    let result = match unframe(request.body) {
        Ok(message) => {
            let result = api::call(request, &method, message, false);
            headers.extend(if result.is_ok() { headers::uncached() } else { headers::identified() });
            result
        }
        Err(status) => Err(status),
    };
    respond(request, Form::Binary, result, headers)
}

/// Responds to OPTIONS without the headers of a preflight.
pub(crate) fn reject_options() -> Response<Body> {
    let mut response = reject(StatusCode::METHOD_NOT_ALLOWED, "invalid gRPC request method \"OPTIONS\"\n");
    headers::insert(response.headers_mut(), "allow", "POST");
    response
}

/// Runs the checks that precede the interceptors: service, method, encoding, frame, message.
fn receive(request: Request<'_>, form: Form) -> Result<(Method, Vec<u8>), Status> {
    let path = request.path();
    let unimplemented = |text| Err(Status::plain(Code::Unimplemented, text));
    let Some((service, name)) = method::split(path) else {
        return unimplemented(format!("malformed method name: {path:?}"));
    };
    let has_service = request.instance != Instance::WithoutV1 && method::has_service(service);
    if !has_service {
        return unimplemented(format!("unknown service {service}"));
    }
    let Some(method) = Method::at(path) else {
        return unimplemented(format!("unknown method {name} for service {service}"));
    };
    let encoding = request.header("grpc-encoding");
    if !matches!(encoding, "" | "identity") {
        return unimplemented(format!("grpc: Decompressor is not installed for grpc-encoding {encoding:?}"));
    }
    let body = match form {
        Form::Text => decode_text(request.body)?,
        Form::Binary => request.body.to_vec(),
    };
    let message = unframe(&body)?;
    // All requests of v1 are empty messages, so that any message type shows if the bytes are protobuf.
    api::decode::<()>(message)?;
    Ok((method, message.to_vec()))
}

/// Returns the message of a body that is one frame.
fn unframe(body: &[u8]) -> Result<&[u8], Status> {
    let eof = |text| Status::plain(Code::Unknown, text);
    let (prefix, rest) = body.split_first_chunk::<PREFIX_LEN>().ok_or_else(|| eof("EOF"))?;
    let [flags, len @ ..] = *prefix;
    let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
    if len > MAX_MESSAGE_LEN {
        let text = format!("grpc: received message larger than max ({len} vs. {MAX_MESSAGE_LEN})");
        return Err(Status::plain(Code::ResourceExhausted, text));
    }
    match flags {
        0 => rest.get(..len).ok_or_else(|| eof("unexpected EOF")),
        FLAG_COMPRESSED => {
            let text = "grpc: compressed flag set with identity or empty encoding";
            Err(Status::plain(Code::Internal, text))
        }
        _ => Err(Status::plain(Code::Internal, format!("grpc: received unexpected payload format {flags}"))),
    }
}

/// Decodes base64 that may have padding in the middle, because several encoders wrote it.
fn decode_text(body: &[u8]) -> Result<Vec<u8>, Status> {
    let quanta: Option<Vec<_>> = body.chunks(4).map(|quantum| STANDARD.decode(quantum).ok()).collect();
    quanta.map(|quanta| quanta.concat()).ok_or_else(|| {
        let invalid = body.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte));
        let at = invalid.unwrap_or(body.len());
        let text = format!("connection error: desc = \"illegal base64 data at input byte {at}\"");
        Status::plain(Code::Unknown, text)
    })
}

/// Returns the time of a `grpc-timeout`, if the header is there.
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

/// Responds with an HTTP error of grpc-go, to which the wrapper appends an empty trailers frame.
fn reject(http_status: StatusCode, text: &str) -> Response<Body> {
    headers::plain(http_status, [text.as_bytes(), &frame(FLAG_TRAILERS, b"")].concat())
}

/// Responds with a message and trailers, or with an error in the HTTP headers.
fn respond(
    request: Request<'_>,
    form: Form,
    result: Result<Vec<u8>, Status>,
    mut headers: HeaderMap,
) -> Response<Body> {
    let trailers = trailers(result.as_ref().err());
    let chunks = match result {
        Ok(message) => {
            vec![form.encode(frame(0, &message)), form.encode(frame(FLAG_TRAILERS, &block(&trailers)))]
        }
        Err(_) => {
            headers.extend(trailers);
            vec![]
        }
    };
    stream(request, chunks, headers)
}

/// Streams the body, because ZITADEL sends no `content-length`.
fn stream(request: Request<'_>, chunks: Vec<Vec<u8>>, mut headers: HeaderMap) -> Response<Body> {
    headers::insert(&mut headers, "content-type", request.header("content-type"));
    let mut response = Response::new(Body::from_stream(stream::iter(chunks.into_iter().map(Ok::<_, Infallible>))));
    *response.headers_mut() = headers;
    response
}

/// Returns the trailers of a status, in the order of their names.
fn trailers(error: Option<&Status>) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    let Some(status) = error else {
        headers::insert(&mut trailers, "grpc-status", "0");
        return trailers;
    };
    let text = utf8_percent_encode(&status.message, MESSAGE_SET).to_string();
    headers::insert(&mut trailers, "grpc-message", &text);
    headers::insert(&mut trailers, "grpc-status", &status.code.number().to_string());
    if let Some(details) = status.details_bin() {
        headers::insert(&mut trailers, "grpc-status-details-bin", &STANDARD_NO_PAD.encode(details));
    }
    trailers
}

fn block(trailers: &HeaderMap) -> Vec<u8> {
    trailers
        .iter()
        .flat_map(|(name, value)| [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat())
        .collect()
}

fn frame(flags: u8, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[flags], len.as_slice(), payload].concat()
}
