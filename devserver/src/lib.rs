//! A mock of the ZITADEL organization API over gRPC-Web and REST, for the demo and the tests.
//!
//! Checks, error ids, texts and CORS are those of the real server, whose recorded exchanges `tests/recorded.rs` replays.
//! Other versions and faults of a server are selected by the host name: see `--help`. State is kept in a SQLite database.
//!
//! The server protects nothing: its tokens are readable and known.

mod api;
mod cors;
mod grpc_web;
mod headers;
pub mod instance;
mod list;
pub mod method;
mod permission;
mod rest;
pub mod seed;
pub mod site;
mod status;
pub mod store;
mod text;

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Body;
use hyper::{
    Method as Verb, Response, StatusCode, body::Incoming, http::request::Parts, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task, time::sleep};

use crate::{api::Request, instance::Instance, method::Method, site::Site, store::Store};

/// Longest request body in bytes: a message of 4 MiB in base64.
const MAX_BODY_LEN: usize = 6 * 1024 * 1024;

/// Pause after a connection could not be accepted, for instance because too many files are open.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Configuration of a server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address and port to listen on. Port 0 stands for a free one.
    pub listen: SocketAddr,
    /// Database file. It is created if it is missing.
    pub database: PathBuf,
    /// Number of organizations in a new database.
    pub organizations: usize,
    /// Files to serve in addition to the API.
    pub site: Option<Site>,
}

/// A server that listens and does not run yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    store: Store,
    site: Option<Site>,
    /// Number of calls that were limited, by host.
    limited: Mutex<HashMap<String, u32>>,
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
        Ok(Self { listener, state: Arc::new(State { store, site: config.site, limited: Mutex::default() }) })
    }

    /// Returns the address that the server listens on.
    ///
    /// # Errors
    /// If the operating system does not report it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves HTTP/1.1 until it is dropped.
    pub async fn run(self) -> Infallible {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let state = Arc::clone(&self.state);
            let service = service_fn(move |request| respond(Arc::clone(&state), request));
            // Some responses of ZITADEL have no Date.
            let connection =
                http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async {
                // An error here is a client that went away, or a response lost on purpose.
                let _ = connection.await;
            });
        }
    }
}

/// Responds to a request. An error closes the connection.
///
/// Source of the routing: ZITADEL `internal/api/api.go`, `RouteGRPC` and `routeGRPCWeb`.
async fn respond(state: Arc<State>, request: hyper::Request<Incoming>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(Body::new(body), MAX_BODY_LEN).await;
    let host = headers::text(&head.headers, "host");
    let instance = Instance::of_host(host);
    let is_read = [Verb::GET, Verb::HEAD].contains(&head.method);
    let is_preflight = head.method == Verb::OPTIONS && head.headers.contains_key("access-control-request-method");

    if is_preflight {
        return Ok(finish(cors_of_preflight(&head).preflight(&head)));
    }
    if let Some(site) = state.site.as_ref().filter(|_| is_read)
        && let Some(mut file) = site.file(head.uri.path()).await
    {
        cors::REST.allow(&head, file.headers_mut());
        return Ok(finish(file));
    }
    if let Some(seconds) = state.limit(instance, host) {
        let mut response = headers::plain(StatusCode::TOO_MANY_REQUESTS, "too many requests\n");
        headers::insert(response.headers_mut(), "retry-after", &seconds.to_string());
        cors::RATE_LIMIT.allow(&head, response.headers_mut());
        return Ok(finish(response));
    }
    let Ok(body) = body else {
        return Ok(finish(headers::plain(StatusCode::PAYLOAD_TOO_LARGE, "request body incomplete or too large\n")));
    };
    // The database blocks, for instance while another process has locked it.
    let call = move || {
        let response = call(Request { store: &state.store, instance, head: &head, body: &body });
        let is_lost = instance == Instance::LostResponse && is_change_made(&head, &response);
        if is_lost { Err(io::Error::other("response lost on purpose")) } else { Ok(response) }
    };
    task::spawn_blocking(call).await?
}

/// Adds the headers that nearly all responses have.
fn finish(mut response: Response<Body>) -> Response<Body> {
    headers::insert(response.headers_mut(), "x-robots-tag", "none");
    headers::insert(response.headers_mut(), "date", &headers::now());
    response
}

fn cors_of_preflight(head: &Parts) -> &'static cors::Rules {
    if method::is_v2(head.uri.path()) {
        &cors::V2
    } else if is_v1_preflight(head) {
        &cors::V1
    } else {
        &cors::REST
    }
}

/// Returns true if the gRPC-Web wrapper takes an OPTIONS request as its own.
fn is_v1_preflight(head: &Parts) -> bool {
    let names = headers::text(&head.headers, "access-control-request-headers").to_ascii_lowercase();
    names.contains("x-grpc-web") && Method::at(head.uri.path()).is_some_and(|method| !method.is_v2())
}

/// Responds to a call.
fn call(request: Request<'_>) -> Response<Body> {
    let is_post = request.head.method == Verb::POST;
    let is_grpc_web = request.header("content-type").starts_with("application/grpc-web");
    let (rules, mut response) = if method::is_v2(request.path()) && (!is_post || is_grpc_web) {
        (cors::V2, grpc_web::v2(request))
    } else if is_post && is_grpc_web {
        (cors::V1, grpc_web::v1(request))
    } else if request.head.method == Verb::OPTIONS && is_v1_preflight(request.head) {
        (cors::V1, grpc_web::reject_options())
    } else {
        (cors::REST, rest::respond(request))
    };
    if request.instance == Instance::V4_6 {
        response.headers_mut().remove("x-request-id");
    }
    let is_ok = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    headers::insert(headers, "x-robots-tag", "none");
    if rules.is_v1() && is_ok {
        // grpc-go exposes Date, but does not send it.
        headers::insert(headers, "date", "");
        rules.allow(request.head, headers);
        headers.remove("date");
        return response;
    }
    rules.allow(request.head, headers);
    finish(response)
}

/// Returns true if the response reports that a change was made.
fn is_change_made(head: &Parts, response: &Response<Body>) -> bool {
    let is_change = Method::of_path(head.uri.path()).is_some_and(|method| method.is_change());
    is_change && response.status() == StatusCode::OK && !response.headers().contains_key("grpc-status")
}

impl State {
    /// Returns the value of Retry-After if the call is to be limited.
    fn limit(&self, instance: Instance, host: &str) -> Option<u32> {
        let Instance::RateLimit { seconds, count } = instance else { return None };
        let mut limited = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        let limited_calls = limited.entry(host.to_owned()).or_default();
        (*limited_calls < count).then(|| {
            *limited_calls += 1;
            seconds
        })
    }
}
