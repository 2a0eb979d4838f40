//! A running server and a client that shows answers as they are.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "shared by several test programs")]

use std::{net::SocketAddr, path::Path};

use axum::body::{Body, Bytes};
use devserver::{Config, Server};
use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::{net::TcpStream, task::JoinHandle};

pub const ACME: &str = "69629023906488334";
pub const GLOBEX: &str = "69629023906488335";
pub const UMBRELLA: &str = "69629023906488338";
pub const EMPTY_MESSAGE: &[u8] = &[0; 5];
pub const SERVICE: &str = "/zitadel.management.v1.ManagementService";

/// A server on a database of its own; both end with it.
pub struct Running {
    pub address: SocketAddr,
    task: JoinHandle<()>,
    _folder: Option<TempDir>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// How many organizations a test has that does not say.
const FEW: usize = 7;

pub async fn start() -> Running {
    start_with(FEW).await
}

pub async fn start_with(organizations: usize) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let mut running = open(&folder.path().join("test.sqlite"), organizations).await;
    running._folder = Some(folder);
    running
}

pub async fn start_on(database: &Path) -> Running {
    open(database, FEW).await
}

async fn open(database: &Path, organizations: usize) -> Running {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { listen, database: database.to_owned(), organizations, site: None };
    Running::of(Server::bind(config).await.unwrap())
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// What a trailers-only response carries: code, decoded text.
    pub fn grpc_status(&self) -> (i32, String) {
        let text = self.header("grpc-message").unwrap_or_default();
        let text = percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        (self.header("grpc-status").unwrap().parse().unwrap(), text)
    }
}

impl Running {
    pub fn of(server: Server) -> Self {
        let address = server.address().unwrap();
        let task = tokio::spawn(async move { match server.run().await {} });
        Self { address, task, _folder: None }
    }

    /// Sends one request over HTTP/1.1. A header with an empty value is left out.
    pub async fn send(&self, verb: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(verb).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", self.address.to_string());
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let response = sender.send_request(request.body(Body::from(body.to_vec())).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        connection.abort();
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// A gRPC-Web call with an empty message.
    pub async fn call(&self, method: &str, token: &str, org_id: &str) -> Answer {
        let authorization = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
        self.call_with(method, &[("authorization", &authorization), ("x-zitadel-orgid", org_id)]).await
    }

    pub async fn call_with(&self, method: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
        all.extend(headers);
        self.send("POST", &format!("{SERVICE}/{method}"), &all, EMPTY_MESSAGE).await
    }
}
