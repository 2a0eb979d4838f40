//! A stand-in for ZITADEL's organization API: the same checks in the same order, the same ids, codes and texts, the same
//! CORS, over gRPC-Web, native gRPC and REST, on a database that outlives a restart.
//!
//! It is made for the demo and the tests and holds nothing worth protecting: its tokens are readable and known.

pub mod api;
pub mod cors;
pub mod grpc;
mod headers;
pub mod instance;
pub mod rest;
pub mod seed;
pub mod site;
pub mod status;
pub mod store;
pub mod text;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use axum::body::{Body, Bytes};
use hyper::{
    HeaderMap, Method as Verb, Request, Response, StatusCode, Version,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, CONTENT_TYPE, HeaderValue},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::TcpListener;

use crate::{grpc::Wire, site::Site, store::Store};

/// Longest request body that is read, in bytes: a message of 4 MiB in base64.
const MAX_BODY_LEN: usize = 6 * 1024 * 1024;

/// How to run the server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database file; it is made if it is missing.
    pub database: PathBuf,
    /// The files to serve besides the API.
    pub site: Option<Site>,
}

/// A server that listens and is yet to be run.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    store: Store,
    site: Option<Site>,
}

impl Server {
    /// Opens the database and the port.
    ///
    /// # Errors
    /// If either cannot be opened.
    pub async fn bind(config: Config) -> io::Result<Self> {
        let store = Store::open(&config.database)
            .map_err(|error| io::Error::other(format!("{}: {error}", config.database.display())))?;
        let listener = TcpListener::bind(config.listen).await?;
        Ok(Self { listener, state: Arc::new(State { store, site: config.site }) })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// If the operating system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves HTTP/1.1 and HTTP/2 until it is dropped.
    ///
    /// # Errors
    /// If no more connections can be accepted.
    pub async fn run(self) -> io::Result<()> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // grpc-go sends no Date either.
        builder.http1().auto_date_header(false);
        builder.http2().auto_date_header(false);
        loop {
            let (stream, _) = self.listener.accept().await?;
            let state = Arc::clone(&self.state);
            let builder = builder.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let state = Arc::clone(&state);
                    async move { Ok::<_, std::convert::Infallible>(answer(&state, request).await) }
                });
                // A client that goes away is none of the server's errors.
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    }
}

/// Answers a request, whatever it is.
///
/// Source of the routing: ZITADEL `internal/api/api.go`, `RouteGRPC` and `routeGRPCWeb`.
async fn answer(state: &State, request: Request<hyper::body::Incoming>) -> Response<Body> {
    let (request, body) = request.into_parts();
    let body = axum::body::to_bytes(Body::new(body), MAX_BODY_LEN).await;
    let content_type = headers::text(&request.headers, CONTENT_TYPE.as_str());
    let is_post = request.method == Verb::POST;
    let mut response = if request.method == Verb::OPTIONS {
        let asked = headers::text(&request.headers, ACCESS_CONTROL_REQUEST_HEADERS.as_str());
        let is_grpc_web = asked.contains("x-grpc-web") && grpc::method(request.uri.path()).is_some();
        if is_grpc_web { cors::GRPC_WEB.preflight(&request) } else { cors::REST.preflight(&request) }
    } else if is_post && content_type.starts_with("application/grpc-web") {
        let mut response = match (Wire::web(content_type), body) {
            (Some(wire), Ok(body)) => grpc::answer(&state.store, wire, &request, &body),
            (Some(_), Err(_)) => plain(StatusCode::PAYLOAD_TOO_LARGE, "request body too large"),
            (None, _) => plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid gRPC request content-type"),
        };
        cors::GRPC_WEB.allow(&request, response.headers_mut());
        response
    } else if is_post && request.version == Version::HTTP_2 && is_native(content_type) {
        grpc::answer(&state.store, Wire::Native, &request, &body.unwrap_or_default())
    } else {
        let mut response = rest_or_site(state, &request, &body.unwrap_or_default()).await;
        cors::REST.allow(&request, response.headers_mut());
        response
    };
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("none"));
    response
}

fn is_native(content_type: &str) -> bool {
    matches!(content_type, "application/grpc" | "application/grpc+proto" | "application/grpc+json")
}

async fn rest_or_site(state: &State, request: &hyper::http::request::Parts, body: &Bytes) -> Response<Body> {
    let is_read = request.method == Verb::GET || request.method == Verb::HEAD;
    if let (true, Some(site)) = (is_read, &state.site)
        && let Some(response) = site.answer(request.uri.path()).await
    {
        return response;
    }
    rest::answer(&state.store, request, body)
}

fn plain(http_status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = http_status;
    *response.headers_mut() = HeaderMap::new();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
