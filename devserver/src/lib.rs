//! A stand-in for ZITADEL's organization API: the same checks in the same order, the same ids, codes and texts, the same
//! CORS, over gRPC-Web, native gRPC and REST, on a database that outlives a restart.
//!
//! It is made for the demo and the tests and holds nothing worth protecting: its tokens are readable and known.

pub mod api;
pub mod connect;
pub mod cors;
pub mod grpc;
mod headers;
pub mod instance;
pub mod list;
pub mod method;
pub mod permission;
pub mod rest;
pub mod seed;
pub mod site;
pub mod status;
pub mod store;
pub mod text;

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::body::{Body, Bytes};
use hyper::{
    HeaderMap, Method as Verb, Request, Response, StatusCode, Version,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ALLOW, CONTENT_TYPE, HeaderValue},
    http::request::Parts,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{net::TcpListener, task, time::sleep};

use crate::{
    grpc::Wire,
    method::{Method, Service},
    site::Site,
    store::Store,
};

/// Longest request body that is read, in bytes: a message of 4 MiB in base64.
const MAX_BODY_LEN: usize = 6 * 1024 * 1024;

/// How long a request's head may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait where no connection can be accepted, as with too many open files.
const ACCEPT_DELAY: Duration = Duration::from_millis(100);

/// How to run the server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database file; it is made if it is missing.
    pub database: PathBuf,
    /// How many organizations a new database gets.
    pub organizations: usize,
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
        let store = Store::open(&config.database, config.organizations)
            .map_err(|error| io::Error::other(format!("{}: {error}", config.database.display())))?;
        let listener = TcpListener::bind(config.listen).await?;
        Ok(Self { listener, state: Arc::new(State { store, site: config.site }) })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// If the operating system does not report it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves HTTP/1.1 and HTTP/2 until it is dropped.
    pub async fn run(self) -> std::convert::Infallible {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        // grpc-go sends no Date either.
        builder.http1().auto_date_header(false).timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
        builder.http2().auto_date_header(false);
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                sleep(ACCEPT_DELAY).await;
                continue;
            };
            let state = Arc::clone(&self.state);
            let builder = builder.clone();
            tokio::spawn(async move {
                // hyper's own timeout begins once it knows the version.
                let has_begun = Arc::new(AtomicBool::new(false));
                let begins = Arc::clone(&has_begun);
                let service = service_fn(move |request| {
                    begins.store(true, Ordering::Relaxed);
                    let state = Arc::clone(&state);
                    async move { Ok::<_, std::convert::Infallible>(answer(state, request).await) }
                });
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                tokio::pin!(connection);
                let has_no_head = async {
                    sleep(HEAD_TIMEOUT).await;
                    !has_begun.load(Ordering::Relaxed)
                };
                // A client that goes away is none of the server's errors.
                tokio::select! {
                    _ = &mut connection => {}
                    true = has_no_head => {}
                }
            });
        }
    }
}

/// Answers a request, whatever it is.
///
/// Source of the routing: ZITADEL `internal/api/api.go`, `RouteGRPC` and `routeGRPCWeb`.
async fn answer(state: Arc<State>, request: Request<hyper::body::Incoming>) -> Response<Body> {
    let (request, body) = request.into_parts();
    let body = axum::body::to_bytes(Body::new(body), MAX_BODY_LEN).await;
    let asked = headers::text(&request.headers, ACCESS_CONTROL_REQUEST_HEADERS.as_str());
    let is_grpc_web = asked.to_ascii_lowercase().contains("x-grpc-web")
        && Method::of_path(request.uri.path()).is_some_and(|method| method.service() != Service::Organization);
    let is_options = request.method == Verb::OPTIONS;
    let mut response = if is_options && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        let is_connect = is_connect(&request);
        let rules = if is_grpc_web {
            &cors::GRPC_WEB
        } else if is_connect {
            &cors::CONNECT
        } else {
            &cors::REST
        };
        rules.preflight(&request)
    } else if is_options && is_grpc_web {
        let text = "invalid gRPC request method \"OPTIONS\"\n";
        let mut response = grpc::refuse(Wire::Web, StatusCode::METHOD_NOT_ALLOWED, text);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        cors::GRPC_WEB.allow(&request, response.headers_mut());
        response
    } else if let Some(file) = file(&state, &request).await {
        file
    } else {
        // The database blocks, as while another process has its lock.
        let call = task::spawn_blocking(move || call(&state.store, &request, body.as_ref().ok()));
        call.await.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "the call failed"))
    };
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("none"));
    response
}

/// Answers a call. Without a body, which was cut short or is too long, nothing is changed.
fn call(store: &Store, request: &Parts, body: Option<&Bytes>) -> Response<Body> {
    let content_type = headers::text(&request.headers, CONTENT_TYPE.as_str());
    let is_post = request.method == Verb::POST;
    let no_body = || plain(StatusCode::PAYLOAD_TOO_LARGE, "request body too large");
    if is_connect(request) && (!is_post || content_type.starts_with("application/grpc-web")) {
        let mut response = body.map_or_else(no_body, |body| connect::answer(store, request, body));
        cors::CONNECT.allow(request, response.headers_mut());
        response
    } else if is_post && content_type.starts_with("application/grpc-web") {
        let mut response = match (Wire::web(content_type), body) {
            (Some(wire), Some(body)) => grpc::answer(store, wire, request, body),
            (Some(_), None) => no_body(),
            (None, _) => {
                let native = content_type.replace("-web", "");
                let text = format!("invalid gRPC request content-type {native:?}\n");
                grpc::refuse(Wire::Web, StatusCode::UNSUPPORTED_MEDIA_TYPE, &text)
            }
        };
        cors::GRPC_WEB.allow(request, response.headers_mut());
        response
    } else if is_post && request.version == Version::HTTP_2 && is_native(content_type) {
        body.map_or_else(no_body, |body| grpc::answer(store, Wire::Native, request, body))
    } else {
        let mut response = body.map_or_else(no_body, |body| rest::answer(store, request, body));
        cors::REST.allow(request, response.headers_mut());
        response
    }
}

/// The file that a request is for, if it is for one.
async fn file(state: &State, request: &Parts) -> Option<Response<Body>> {
    let is_read = request.method == Verb::GET || request.method == Verb::HEAD;
    let site = state.site.as_ref().filter(|_| is_read)?;
    let mut response = site.answer(request.uri.path()).await?;
    cors::REST.allow(request, response.headers_mut());
    Some(response)
}

/// Whether a request is for a service that connect-go serves, whether it has such a method or not.
fn is_connect(request: &Parts) -> bool {
    Service::of_path(request.uri.path()).is_some_and(|(service, _)| service == Service::Organization)
}

fn is_native(content_type: &str) -> bool {
    matches!(content_type, "application/grpc" | "application/grpc+proto" | "application/grpc+json")
}

fn plain(http_status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = http_status;
    *response.headers_mut() = HeaderMap::new();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}
