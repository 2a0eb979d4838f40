//! What a server on a developer's machine meets besides calls.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::time::Duration;

use common::{ACME, Running, start};
use devserver::{Config, Server, site::Site, store::Store};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
    time::timeout,
};

const REACTIVATE: &str = "/management/v1/orgs/me/_reactivate";
const OWNER: &str = "Bearer acme-owner";

async fn state(server: &Running) -> String {
    let org = server.send("GET", "/management/v1/orgs/me", &[("authorization", OWNER)], b"").await;
    org.json()["org"]["state"].as_str().unwrap().to_owned()
}

/// Sends bytes as they are, and reads until the server closes.
async fn raw(server: &Running, request: &[u8], then_ends: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request).await.unwrap();
    if then_ends {
        stream.shutdown().await.unwrap();
    }
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    response
}

/// What the program prints until it listens.
async fn guide(program: &mut Child) -> String {
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut guide = String::new();
    while !guide.contains("Listening on http://") {
        guide.push_str(&lines.next_line().await.unwrap().unwrap());
        guide.push('\n');
    }
    guide
}

#[tokio::test]
async fn a_body_that_is_cut_short_or_too_long_changes_nothing() {
    let server = start().await;
    let cut = format!(
        "POST {REACTIVATE} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {OWNER}\r\ncontent-length: 10\r\n\r\n{{}}"
    );
    raw(&server, cut.as_bytes(), true).await;
    assert_eq!(state(&server).await, "ORG_STATE_INACTIVE");
    let long = vec![b'x'; 7_000_000];
    let response = server.send("POST", REACTIVATE, &[("authorization", OWNER)], &long).await;
    assert_eq!((response.status, state(&server).await.as_str()), (413, "ORG_STATE_INACTIVE"));
    let response = server.send("POST", REACTIVATE, &[("authorization", OWNER)], b"{}").await;
    assert_eq!((response.status, state(&server).await.as_str()), (200, "ORG_STATE_ACTIVE"));
}

#[tokio::test]
async fn an_organization_that_is_not_ascii_is_not_the_callers_own() {
    let server = start().await;
    for id in [&b"\xc3\xa4"[..], b"\xff"] {
        let mut request = format!(
            "POST {REACTIVATE} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {OWNER}\r\ncontent-length: 0\r\nx-zitadel-orgid: "
        )
        .into_bytes();
        request.extend_from_slice(id);
        request.extend_from_slice(b"\r\nconnection: close\r\n\r\n");
        let response = String::from_utf8_lossy(&raw(&server, &request, false).await).into_owned();
        assert!(response.starts_with("HTTP/1.1 4"), "{response}");
        assert_eq!(state(&server).await, "ORG_STATE_INACTIVE");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_end_is_closed() {
    let server = start().await;
    for begin in ["", "P", "PRI * HT", "POST / HTTP/1.1\r\nhost:"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(begin.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        // Time is the test's own, and passes when nobody has anything to do.
        let closed = timeout(Duration::from_secs(3600), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{begin:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn files_are_served_while_another_process_holds_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    drop(Store::open(&database, 7).unwrap());
    std::fs::create_dir(folder.path().join("www")).unwrap();
    std::fs::write(folder.path().join("www/index.html"), "<p>").unwrap();
    let site = Some(Site::of_checkout(folder.path()));
    let config = Config { listen: "127.0.0.1:0".parse().unwrap(), database: database.clone(), organizations: 7, site };
    let server = Server::bind(config).await.unwrap();
    let server = Running::of(server);
    let lock = rusqlite::Connection::open(&database).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let address = server.address;
    let call = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {REACTIVATE} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {OWNER}\r\ncontent-length: 0\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.read_u8().await
    });
    // Until the call waits for the lock.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let page = server.send("GET", "/", &[], b"").await;
    assert_eq!((page.status, &page.body[..]), (200, &b"<p>"[..]));
    assert!(!call.is_finished());
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(call.await.unwrap().unwrap(), b'H');
}

#[tokio::test]
async fn the_program_outlives_too_many_open_files() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "ulimit -n 24; exec '{}' --listen 127.0.0.1:0 --database '{}'",
        env!("CARGO_BIN_EXE_devserver"),
        folder.path().join("test.sqlite").display()
    );
    let mut program = Command::new("sh")
        .args(["-c", &script])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let guide = guide(&mut program).await;
    let (_, address) = guide.trim_end().rsplit_once("http://").unwrap();
    let mut streams = Vec::new();
    for _ in 0..40 {
        streams.push(TcpStream::connect(address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(program.try_wait().unwrap().is_none());
    drop(streams);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /management/v1/orgs/me HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'H');
}

#[tokio::test]
async fn the_program_can_end_with_the_one_that_has_started_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_devserver"))
        .args(["--until-input-ends", "--listen", "127.0.0.1:0", "--database"])
        .arg(folder.path().join("test.sqlite"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    guide(&mut program).await;
    assert!(program.try_wait().unwrap().is_none());
    drop(program.stdin.take());
    assert!(timeout(Duration::from_secs(60), program.wait()).await.unwrap().unwrap().success());
}

#[tokio::test]
async fn events_of_a_database_that_is_not_there_are_an_error_and_make_none() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("typo.sqlite");
    let output = Command::new(env!("CARGO_BIN_EXE_devserver"))
        .args(["--events", ACME, "--database"])
        .arg(&missing)
        .output()
        .await
        .unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("does not exist"));
    assert!(!missing.exists());
}

#[tokio::test]
async fn a_server_that_others_can_reach_says_that_its_tokens_are_known() {
    for (listen, warns) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let folder = tempfile::tempdir().unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_devserver"))
            .args(["--listen", listen, "--database"])
            .arg(folder.path().join("test.sqlite"))
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let guide = guide(&mut program).await;
        assert_eq!(guide.contains("Warning: "), warns, "{guide}");
    }
}
