//! The program, the database, and requests that browsers do not send.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use std::process::Stdio;

use common::{ACME, Running, start, start_on};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

const ME: &str = "/management/v1/orgs/me";
const REACTIVATE: &str = "/management/v1/orgs/me/_reactivate";

async fn state(server: &Running) -> String {
    let org = server.rest("localhost", "acme-viewer", "GET", ME, "").await.json();
    org.pointer("/org/state").unwrap().as_str().unwrap().to_owned()
}

/// Sends a change that ends with these bytes, after which the client may close its side. Returns the response.
async fn reactivate_raw(server: &Running, end: &[u8], closes: bool) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST {REACTIVATE} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer acme-owner\r\nconnection: close\r\n"
    );
    stream.write_all(&[head.as_bytes(), end].concat()).await.unwrap();
    if closes {
        stream.shutdown().await.unwrap();
    }
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response).await;
    String::from_utf8_lossy(&response).into_owned()
}

#[tokio::test]
async fn incomplete_or_too_long_body_changes_nothing() {
    let server = start().await;
    reactivate_raw(&server, b"content-length: 10\r\n\r\n{}", true).await;
    let too_long = " ".repeat(7_000_000);
    let response = server.rest("localhost", "acme-owner", "POST", REACTIVATE, &too_long).await;
    assert_eq!((response.status, state(&server).await.as_str()), (413, "ORG_STATE_INACTIVE"));
}

#[tokio::test]
async fn org_id_that_is_not_ascii_is_unknown() {
    let server = start().await;
    for id in [&b"\xc3\xa4"[..], b"\xff"] {
        let end = [b"x-zitadel-orgid: ", id, b"\r\n\r\n"].concat();
        let response = reactivate_raw(&server, &end, false).await;
        assert!(response.starts_with("HTTP/1.1 403"), "{response}");
    }
    assert_eq!(state(&server).await, "ORG_STATE_INACTIVE");
}

#[tokio::test]
async fn change_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    let server = start_on(&database).await;
    assert_eq!(server.rest("localhost", "acme-owner", "POST", REACTIVATE, "").await.status, 200);
    drop(server);
    assert_eq!(state(&start_on(&database).await).await, "ORG_STATE_ACTIVE");
}

#[tokio::test]
async fn one_of_simultaneous_changes_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    // A lock within one process would not be enough.
    let servers = [start_on(&database).await, start_on(&database).await];
    let calls = servers.iter().cycle().take(8);
    let calls = calls.map(|server| server.rest("localhost", "acme-owner", "POST", REACTIVATE, ""));
    let mut statuses: Vec<_> =
        futures_util::future::join_all(calls).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400]);
}

#[tokio::test]
async fn files_are_served_while_the_database_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    let server = start_on(&database).await;
    let lock = rusqlite::Connection::open(&database).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let file = async {
        let file = server.send("GET", "/icon.svg", &[], b"").await;
        lock.execute_batch("ROLLBACK").unwrap();
        file.status
    };
    // On the one thread of this test, a call that blocks would fail before the file releases the lock.
    let call = server.rest("localhost", "acme-owner", "POST", REACTIVATE, "");
    let (call, file) = tokio::join!(call, file);
    assert_eq!((call.status, file), (200, 200));
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_devserver"));
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    program
}

/// Returns the program's output up to its address.
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
async fn program_ends_with_its_input() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    let mut program =
        program().args(["--until-input-ends", "--listen", "127.0.0.1:0", "--database"]).arg(database).spawn().unwrap();
    guide(&mut program).await;
    drop(program.stdin.take());
    assert!(program.wait().await.unwrap().success());
}

#[tokio::test]
async fn events_of_a_missing_database_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("typo.sqlite");
    let output = program().args(["--events", ACME, "--database"]).arg(&missing).output().await.unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("does not exist"));
    assert!(!missing.exists());
}

#[tokio::test]
async fn program_warns_if_other_machines_can_reach_it() {
    for (listen, warns) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("test.sqlite");
        let mut program = program().args(["--listen", listen, "--database"]).arg(database).spawn().unwrap();
        assert_eq!(guide(&mut program).await.contains("Warning: "), warns, "{listen}");
    }
}
