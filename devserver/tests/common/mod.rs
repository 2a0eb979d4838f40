//! A running server, and a client that returns responses as they are.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "shared by several test programs")]

use std::{net::SocketAddr, path::Path};

use axum::body::{Body, Bytes};
use devserver::{Config, Server, site::Site};
use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::{net::TcpStream, task::JoinHandle};

pub const ACME: &str = "69629023906488334";
pub const GLOBEX: &str = "69629023906488335";
pub const UMBRELLA: &str = "69629023906488338";
pub const EMPTY_MESSAGE: &[u8] = &[0; 5];

/// A server with its own database. Both end when it is dropped.
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

/// Number of organizations with fixed names.
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
    let site = Some(Site::of_checkout(Path::new("..")));
    let config = Config { listen, database: database.to_owned(), organizations, site };
    let server = Server::bind(config).await.unwrap();
    let address = server.address().unwrap();
    let task = tokio::spawn(async move { match server.run().await {} });
    Running { address, task, _folder: None }
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

    /// Returns code and text of an error in the headers.
    pub fn grpc_status(&self) -> (i32, String) {
        let text = self.header("grpc-message").unwrap_or_default();
        let text = percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        (self.header("grpc-status").unwrap().parse().unwrap(), text)
    }
}

impl Running {
    /// Sends one request. A header with an empty value is omitted.
    pub async fn send(&self, http_method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_send(http_method, path, headers, body).await.unwrap()
    }

    pub async fn try_send(
        &self,
        http_method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> hyper::Result<Answer> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(http_method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "localhost");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let response = sender.send_request(request.body(Body::from(body.to_vec())).unwrap()).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Makes a gRPC-Web call to management v1.
    pub async fn call(&self, method: &str, token: &str, org_id: &str) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("content-type", "application/grpc-web+proto"),
            ("authorization", authorization.as_str()),
            ("x-zitadel-orgid", org_id),
        ];
        self.send("POST", &format!("/zitadel.management.v1.ManagementService/{method}"), &headers, EMPTY_MESSAGE).await
    }

    /// Makes a REST call.
    pub async fn rest(&self, host: &str, token: &str, http_method: &str, path: &str, body: &str) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("host", host), ("authorization", authorization.as_str()), ("content-type", "application/json")];
        self.send(http_method, path, &headers, body.as_bytes()).await
    }
}
