//! CORS.
//!
//! Source: ZITADEL `internal/api/api.go` and `internal/api/http/middleware/cors_interceptor.go`; rs/cors `cors.go`.

use axum::body::Body;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{HeaderName, HeaderValue, ORIGIN, VARY},
    http::request::Parts,
};

use crate::{
    headers::{insert, text},
    rest::QUOTA_LEFT,
};

/// The rules of one part of the API.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Sorted and separated by blanks.
    allowed_headers: &'static str,
    allowed_methods: &'static [&'static str],
    max_age: Option<&'static str>,
    /// Cookie of every preflight response, rejections included.
    cookie: Option<&'static str>,
    exposed_headers: Exposed,
}

#[derive(Debug)]
enum Exposed {
    /// All headers of the response, and those of a status.
    All,
    Only(&'static str),
}

/// Auth and management v1 over gRPC-Web.
pub(crate) const V1: Rules = Rules {
    allowed_headers: "accept accept-language authorization content-type origin u-a x-grpc-web x-user-agent x-zitadel-orgid",
    allowed_methods: &["GET", "POST"],
    max_age: Some("600"),
    cookie: None,
    exposed_headers: Exposed::All,
};

/// REST, and everything that is not part of the API.
pub(crate) const REST: Rules = Rules {
    allowed_headers: "accept accept-language authorization connect-protocol-version connect-timeout-ms content-type \
        grpc-timeout origin x-grpc-web x-requested-with x-user-agent x-zitadel-orgid",
    allowed_methods: &["OPTIONS", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    max_age: None,
    cookie: Some(QUOTA_LEFT),
    exposed_headers: Exposed::Only("Location, Content-Length, Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin"),
};

/// Organization v2 over gRPC-Web.
pub(crate) const V2: Rules = Rules { cookie: None, ..REST };

/// A proxy in front of ZITADEL that limits the rate. It exposes what the client's documentation asks for.
pub(crate) const RATE_LIMIT: Rules = Rules { exposed_headers: Exposed::Only("Retry-After, Date"), ..V2 };

impl Rules {
    pub(crate) const fn is_v1(&self) -> bool {
        matches!(self.exposed_headers, Exposed::All)
    }

    /// Responds to a preflight with 204. A rejection lacks the headers that allow the request.
    pub(crate) fn preflight(&self, request: &Parts) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        insert(headers, "vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
        if let Some(cookie) = self.cookie {
            headers.append(VARY, HeaderValue::from_static("Cookie"));
            insert(headers, "set-cookie", cookie);
        }
        let method = text(&request.headers, "access-control-request-method");
        let names = text(&request.headers, "access-control-request-headers");
        if !request.headers.contains_key(ORIGIN)
            || !self.allowed_methods.contains(&method)
            || !is_allowed_list(names, self.allowed_headers)
        {
            return response;
        }
        allow_origin(headers, request);
        insert(headers, "access-control-allow-methods", method);
        if !names.is_empty() {
            insert(headers, "access-control-allow-headers", names);
        }
        if let Some(max_age) = self.max_age {
            insert(headers, "access-control-max-age", max_age);
        }
        response
    }

    /// Adds the headers that let the page read the response.
    pub(crate) fn allow(&self, request: &Parts, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        let has_origin = request.headers.contains_key(ORIGIN);
        if has_origin {
            allow_origin(headers, request);
        }
        match self.exposed_headers {
            Exposed::Only(names) if has_origin => insert(headers, "access-control-expose-headers", names),
            Exposed::Only(_) => {}
            Exposed::All => {
                let names = headers.keys().map(HeaderName::as_str);
                let names: Vec<_> = names.chain(["grpc-status", "grpc-message"]).collect();
                insert(headers, "access-control-expose-headers", &names.join(", "));
            }
        }
    }
}

fn allow_origin(headers: &mut HeaderMap, request: &Parts) {
    insert(headers, "access-control-allow-origin", text(&request.headers, "origin"));
    insert(headers, "access-control-allow-credentials", "true");
}

/// Returns true if all names are allowed. rs/cors requires the list as browsers write it: in lower case, sorted, unique,
/// with at most one blank on either side of a comma.
fn is_allowed_list(list: &str, allowed: &str) -> bool {
    let mut allowed = allowed.split(' ');
    list.is_empty()
        || list.split(',').all(|name| {
            let name = name.strip_prefix(' ').unwrap_or(name);
            let name = name.strip_suffix(' ').unwrap_or(name);
            // Both lists are sorted, so each name follows the one before it.
            allowed.any(|allowed| allowed == name)
        })
}

#[cfg(test)]
mod tests {
    use super::{REST, V1};

    #[test]
    fn allowed_headers_are_sorted() {
        for rules in [V1, REST] {
            assert!(rules.allowed_headers.split(' ').is_sorted(), "{rules:?}");
        }
    }
}
