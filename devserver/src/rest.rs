//! The REST twins of the rpcs.
//!
//! Source: ZITADEL `internal/api/grpc/server/gateway.go`; grpc-gateway `runtime/`.

use axum::body::Body;
use hyper::{HeaderMap, Method as Verb, Response, StatusCode, http::request::Parts};
use serde_json::Value;
use zitadel_org_web::Code;

use crate::{
    api::{self, Method},
    headers,
    status::Status,
    store::Store,
};

const QUOTA_COOKIE: &str = "zitadel.quota.exhausted";

/// The rpc behind a path, and the verb that it is called with.
fn route(path: &str) -> Option<(Verb, Method)> {
    match path.strip_prefix("/management/v1/orgs/me")? {
        "" => Some((Verb::GET, Method::GetMyOrg)),
        "/_deactivate" => Some((Verb::POST, Method::DeactivateOrg)),
        "/_reactivate" => Some((Verb::POST, Method::ReactivateOrg)),
        _ => None,
    }
}

/// Answers a request, whatever its path.
pub fn answer(store: &Store, request: &Parts, body: &[u8]) -> Response<Body> {
    let Some((verb, method)) = route(request.uri.path()) else {
        return respond(StatusCode::NOT_FOUND, &Status::plain(Code::NotFound, "Not Found").json(), HeaderMap::new());
    };
    if request.method != verb {
        let status = Status::plain(Code::Unimplemented, "Method Not Allowed");
        return respond(StatusCode::METHOD_NOT_ALLOWED, &status.json(), HeaderMap::new());
    }
    // An empty body is accepted in place of {}.
    if verb == Verb::POST
        && !body.is_empty()
        && !serde_json::from_slice::<Value>(body).is_ok_and(|json| json.is_object())
    {
        return fail(&Status::plain(Code::InvalidArgument, "the body is not a JSON object"), HeaderMap::new());
    }
    let mut headers = headers::intercepted();
    headers::insert(&mut headers, "grpcgateway-cache-control", "no-store");
    headers::insert(&mut headers, "grpcgateway-pragma", "no-cache");
    match api::call(store, method, headers::metadata(request)) {
        Ok(answer) => {
            headers::insert(&mut headers, "set-cookie", &format!("{QUOTA_COOKIE}=; Path=/; Max-Age=0"));
            respond(StatusCode::OK, &answer.json(), headers)
        }
        Err(status) => fail(&status, headers),
    }
}

fn fail(status: &Status, mut headers: HeaderMap) -> Response<Body> {
    match status.code {
        Code::Unauthenticated => headers::insert(&mut headers, "www-authenticate", &status.message),
        Code::ResourceExhausted => {
            headers::insert(&mut headers, "set-cookie", &format!("{QUOTA_COOKIE}=true; Path=/; Max-Age=86400"));
        }
        _ => {}
    }
    let http_status = StatusCode::from_u16(status.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond(http_status, &status.json(), headers)
}

fn respond(http_status: StatusCode, json: &Value, mut headers: HeaderMap) -> Response<Body> {
    headers::insert(&mut headers, "content-type", "application/json");
    let mut response = Response::new(Body::from(json.to_string()));
    *response.status_mut() = http_status;
    *response.headers_mut() = headers;
    response
}
