//! Organization v2 over gRPC-Web, as connect-go serves it.
//!
//! Source: connect-go `handler.go`, `protocol_grpc.go`; ZITADEL `internal/api/grpc/server/connect_middleware/`.

use axum::body::Body;
use hyper::{HeaderMap, Method as Verb, Response, StatusCode, header::CONTENT_TYPE, http::request::Parts};
use zitadel_org_web::Code;

use crate::{
    api,
    grpc::{self, Wire},
    headers,
    instance::Instance,
    method::Method,
    status::Status,
    store::Store,
};

/// The content types that it takes, as it says itself.
const ACCEPTED: &str = "application/grpc, application/grpc+json, application/grpc+json; charset=utf-8, \
application/grpc+proto, application/grpc-web, application/grpc-web+json, application/grpc-web+json; charset=utf-8, \
application/grpc-web+proto, application/json, application/json; charset=utf-8, application/proto";

/// Answers a call.
pub fn answer(store: &Store, request: &Parts, body: &[u8]) -> Response<Body> {
    let method = Method::of_path(request.uri.path());
    let Some(method) = method.filter(|method| Instance::has(headers::host(request), *method)) else {
        return grpc::plain(StatusCode::NOT_FOUND, "404 page not found\n");
    };
    if request.method != Verb::POST {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        headers::insert(response.headers_mut(), "allow", "POST");
        return response;
    }
    let content_type = headers::text(&request.headers, CONTENT_TYPE.as_str());
    if Wire::web(content_type) != Some(Wire::Web) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        headers::insert(response.headers_mut(), "accept-post", ACCEPTED);
        return response;
    }
    let mut headers = HeaderMap::new();
    headers::insert(&mut headers, "grpc-accept-encoding", "gzip");
    if body.is_empty() {
        let status = Status::plain(Code::Unimplemented, "unary request has zero messages");
        return grpc::respond(Wire::Web, request, Err(status), headers);
    }
    let message = match grpc::unframe(body) {
        Ok(message) => message,
        Err(status) => return grpc::respond(Wire::Web, request, Err(status), headers),
    };
    let outcome = api::call(store, method, message, headers::metadata(request));
    headers.extend(if outcome.is_ok() { headers::uncached() } else { headers::identified() });
    grpc::respond(Wire::Web, request, outcome, headers)
}
