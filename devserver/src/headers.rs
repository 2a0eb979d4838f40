//! Request headers, and the headers of responses.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::body::Body;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{HeaderName, HeaderValue},
};

/// Returns a header's text: empty if the header is missing, U+FFFD if it is not UTF-8.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| std::str::from_utf8(value.as_bytes()).unwrap_or("\u{fffd}"))
}

/// Sets a header. A value that no header can have is ignored.
pub(crate) fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Returns the current time as an HTTP date.
pub(crate) fn now() -> String {
    httpdate::fmt_http_date(SystemTime::now())
}

/// Headers of every response with a request id.
pub(crate) fn identified() -> HeaderMap {
    with(HeaderMap::new(), &[("x-request-id", &request_id())])
}

/// Headers of a response that must not be stored.
pub(crate) fn uncached() -> HeaderMap {
    with(identified(), &[("cache-control", "no-store"), ("pragma", "no-cache"), ("expires", &now())])
}

/// Headers of a v1 gRPC-Web response that reached ZITADEL's interceptors.
pub(crate) fn of_interceptors() -> HeaderMap {
    let copies = [
        ("grpc-metadata-cache-control", "no-store"),
        ("grpc-metadata-pragma", "no-cache"),
        ("grpc-metadata-expires", &now()),
    ];
    with(uncached(), &copies)
}

/// Headers of a v1 REST response that reached ZITADEL's interceptors.
pub(crate) fn of_v1_gateway() -> HeaderMap {
    with(with(uncached(), &GATEWAY_UNCACHED), &[("grpcgateway-content-type", "application/grpc")])
}

/// Headers of a v2 REST response. Only a success is marked as uncached.
pub(crate) fn of_v2_gateway(is_success: bool) -> HeaderMap {
    let headers = [("grpcgateway-content-type", "application/grpc"), ("grpcgateway-date", &now())];
    with(with(identified(), if is_success { &GATEWAY_UNCACHED } else { &[] }), &headers)
}

const GATEWAY_UNCACHED: [(&str, &str); 2] =
    [("grpcgateway-cache-control", "no-store"), ("grpcgateway-pragma", "no-cache")];

fn with(mut headers: HeaderMap, pairs: &[(&'static str, &str)]) -> HeaderMap {
    for (name, value) in pairs {
        insert(&mut headers, name, value);
    }
    headers
}

/// Returns a text response as Go's net/http writes errors.
pub(crate) fn plain(http_status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = http_status;
    let pairs = [("content-type", "text/plain; charset=utf-8"), ("x-content-type-options", "nosniff")];
    *response.headers_mut() = with(HeaderMap::new(), &pairs);
    response
}

/// Returns a response without a body and with one header.
pub(crate) fn empty(http_status: StatusCode, name: &'static str, value: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = http_status;
    insert(response.headers_mut(), name, value);
    response
}

/// Returns 20 characters, the length of a ZITADEL request id: the time, then a counter.
fn request_id() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed) & 0xf_ffff;
    format!("{now:015x}{count:05x}")
}
