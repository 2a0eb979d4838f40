//! CORS, with what it refuses. There are two sets of rules: for gRPC-Web, and for everything else.
//!
//! Source: ZITADEL `internal/api/api.go` and `internal/api/http/middleware/cors_interceptor.go`; rs/cors `cors.go`.

use axum::body::Body;
use hyper::{
    HeaderMap, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, SET_COOKIE, VARY,
    },
    http::request::Parts,
};

use crate::{headers::text, rest::QUOTA_COOKIES};

/// One set of rules.
#[derive(Debug)]
pub struct Rules {
    allowed_headers: &'static [&'static str],
    allowed_methods: &'static [&'static str],
    max_age: Option<&'static str>,
    /// What a preflight sets, refused or not.
    cookie: Option<&'static str>,
    exposed_headers: Exposed,
}

#[derive(Debug)]
enum Exposed {
    /// Every header that the answer has, and these.
    All(&'static [&'static str]),
    /// These.
    Only(&'static str),
}

/// For gRPC-Web calls of the v1 API. No `grpc-timeout`.
pub const GRPC_WEB: Rules = Rules {
    allowed_headers: &[
        "accept",
        "accept-language",
        "authorization",
        "content-type",
        "origin",
        "u-a",
        "x-grpc-web",
        "x-user-agent",
        "x-zitadel-orgid",
    ],
    allowed_methods: &["GET", "POST"],
    max_age: Some("600"),
    cookie: None,
    exposed_headers: Exposed::All(&["grpc-status", "grpc-message"]),
};

/// For REST.
pub const REST: Rules = Rules {
    allowed_headers: &[
        "accept",
        "accept-language",
        "authorization",
        "connect-protocol-version",
        "connect-timeout-ms",
        "content-type",
        "grpc-timeout",
        "origin",
        "x-grpc-web",
        "x-requested-with",
        "x-user-agent",
        "x-zitadel-orgid",
    ],
    allowed_methods: &["OPTIONS", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    max_age: None,
    cookie: Some(QUOTA_COOKIES[0]),
    exposed_headers: Exposed::Only("Location, Content-Length, Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin"),
};

/// For gRPC-Web calls of organization v2: the rules of REST without its cookie.
pub const CONNECT: Rules = Rules { cookie: None, ..REST };

impl Rules {
    /// Answers a preflight: 204 in any case, with the CORS headers only if it asks for nothing else than is allowed.
    #[must_use]
    pub fn preflight(&self, request: &Parts) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(
            VARY,
            HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        );
        if let Some(cookie) = self.cookie {
            headers.append(VARY, HeaderValue::from_static("Cookie"));
            headers.insert(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        let method = text(&request.headers, ACCESS_CONTROL_REQUEST_METHOD.as_str());
        let asked = text(&request.headers, ACCESS_CONTROL_REQUEST_HEADERS.as_str());
        if !request.headers.contains_key(ORIGIN)
            || !self.allowed_methods.contains(&method)
            || !is_allowed_list(asked, self.allowed_headers)
        {
            return response;
        }
        allow_origin(headers, request);
        copy(headers, ACCESS_CONTROL_ALLOW_METHODS, request, ACCESS_CONTROL_REQUEST_METHOD);
        if !asked.is_empty() {
            copy(headers, ACCESS_CONTROL_ALLOW_HEADERS, request, ACCESS_CONTROL_REQUEST_HEADERS);
        }
        if let Some(max_age) = self.max_age {
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(max_age));
        }
        response
    }

    /// Adds to the answer of a request with an origin what lets the page read it.
    pub fn allow(&self, request: &Parts, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        let has_origin = request.headers.contains_key(ORIGIN);
        if has_origin {
            allow_origin(headers, request);
        }
        let exposed = match self.exposed_headers {
            Exposed::Only(_) if !has_origin => return,
            Exposed::Only(names) => names.to_owned(),
            Exposed::All(more) => {
                let mut names: Vec<&str> = headers.keys().map(hyper::header::HeaderName::as_str).collect();
                names.extend(more);
                names.join(", ")
            }
        };
        if let Ok(exposed) = HeaderValue::from_str(&exposed) {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

fn allow_origin(headers: &mut HeaderMap, request: &Parts) {
    copy(headers, ACCESS_CONTROL_ALLOW_ORIGIN, request, ORIGIN);
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
}

fn copy(headers: &mut HeaderMap, to: hyper::header::HeaderName, request: &Parts, from: hyper::header::HeaderName) {
    if let Some(value) = request.headers.get(from) {
        headers.insert(to, value.clone());
    }
}

/// Whether a list of header names holds only allowed ones. It must be as browsers write it: in lower case, sorted,
/// unique, with at most one blank on either side of a comma.
fn is_allowed_list(list: &str, allowed: &[&str]) -> bool {
    let mut allowed = allowed.iter();
    list.is_empty()
        || list.split(',').all(|name| {
            let name = name.strip_prefix(' ').unwrap_or(name);
            let name = name.strip_suffix(' ').unwrap_or(name);
            // Both lists are sorted, so each name has to be found behind the one before it.
            allowed.any(|allowed| *allowed == name)
        })
}

#[cfg(test)]
mod tests {
    use super::{GRPC_WEB, REST, is_allowed_list};

    fn web(list: &str) -> bool {
        is_allowed_list(list, GRPC_WEB.allowed_headers)
    }

    #[test]
    fn the_allowed_lists_are_sorted() {
        assert!(GRPC_WEB.allowed_headers.is_sorted() && REST.allowed_headers.is_sorted());
    }

    #[test]
    fn a_sorted_list_of_allowed_names_passes() {
        assert!(web("authorization,content-type,x-grpc-web,x-user-agent,x-zitadel-orgid"));
        assert!(web("authorization, content-type"));
        assert!(web(""));
    }

    #[test]
    fn one_disallowed_name_fails_the_list() {
        for name in ["grpc-timeout", "traceparent", "x-requested-with", "grpc-encoding", "x-custom"] {
            assert!(!web(name) && !web(&format!("authorization,{name}")), "{name}");
        }
    }

    #[test]
    fn upper_case_disorder_repetition_and_wide_gaps_fail() {
        for list in ["Authorization", "x-grpc-web,authorization", "accept,accept", "accept,  origin", "accept,"] {
            assert!(!web(list), "{list}");
        }
    }
}
