//! Headers that requests are read by and that answers carry.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use hyper::{
    HeaderMap,
    header::{ACCEPT_LANGUAGE, AUTHORIZATION, HOST, HeaderName, HeaderValue},
    http::request::Parts,
};

use crate::api::Metadata;

/// The header's text; empty if it is missing, U+FFFD if it is not UTF-8.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| std::str::from_utf8(value.as_bytes()).unwrap_or("\u{fffd}"))
}

/// The host that the request was sent to, over HTTP/1.1 or HTTP/2.
pub(crate) fn host(request: &Parts) -> &str {
    match request.uri.authority() {
        Some(authority) => authority.as_str(),
        None => text(&request.headers, HOST.as_str()),
    }
}

/// The metadata of a call.
pub(crate) fn metadata(request: &Parts) -> Metadata<'_> {
    Metadata {
        host: host(request),
        authorization: text(&request.headers, AUTHORIZATION.as_str()),
        org_id: text(&request.headers, "x-zitadel-orgid"),
        accept_language: request.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()),
    }
}

/// What every gRPC answer carries that got as far as ZITADEL's interceptors.
pub(crate) fn intercepted() -> HeaderMap {
    let mut headers = uncached();
    for (name, copy) in [
        ("cache-control", "grpc-metadata-cache-control"),
        ("pragma", "grpc-metadata-pragma"),
        ("expires", "grpc-metadata-expires"),
    ] {
        if let Some(value) = headers.get(name).cloned() {
            headers.insert(copy, value);
        }
    }
    headers
}

/// What every REST answer of a v1 service carries that got as far as ZITADEL's interceptors.
pub(crate) fn of_gateway() -> HeaderMap {
    let mut headers = uncached();
    insert(&mut headers, "grpcgateway-cache-control", "no-store");
    insert(&mut headers, "grpcgateway-pragma", "no-cache");
    insert(&mut headers, "grpcgateway-content-type", "application/grpc");
    headers
}

/// What a REST answer of organization v2 carries; an error is not said to be uncached.
pub(crate) fn of_connect_gateway(is_success: bool) -> HeaderMap {
    let mut headers = identified();
    if is_success {
        insert(&mut headers, "grpcgateway-cache-control", "no-store");
        insert(&mut headers, "grpcgateway-pragma", "no-cache");
    }
    insert(&mut headers, "grpcgateway-content-type", "application/grpc");
    insert(&mut headers, "grpcgateway-date", &httpdate::fmt_http_date(SystemTime::now()));
    headers
}

/// What an answer carries that the gateway gives by itself.
pub(crate) fn identified() -> HeaderMap {
    let mut headers = HeaderMap::new();
    insert(&mut headers, "x-request-id", &request_id());
    headers
}

/// What every answer carries that is not to be kept.
pub(crate) fn uncached() -> HeaderMap {
    let mut headers = identified();
    insert(&mut headers, "cache-control", "no-store");
    insert(&mut headers, "pragma", "no-cache");
    insert(&mut headers, "expires", &httpdate::fmt_http_date(SystemTime::now()));
    headers
}

/// Sets a header whose value is known to be one.
pub(crate) fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// 20 characters of base 32, like ZITADEL's xid: the time, then a counter.
fn request_id() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let count = u128::from(COUNTER.fetch_add(1, Ordering::Relaxed));
    let bits = (now << 30) | (count & 0x3fff_ffff);
    (0..20)
        .rev()
        .map(|digit| char::from_digit(u32::try_from((bits >> (digit * 5)) & 31).unwrap_or(0), 32).unwrap_or('0'))
        .collect()
}
