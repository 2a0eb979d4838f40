//! The database: what outlives a restart, and what happens when two change at once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{Running, start, start_on};

async fn org(server: &Running) -> (String, u64) {
    let headers = [("authorization", "Bearer acme-viewer")];
    let org = server.send("GET", "/management/v1/orgs/me", &headers, b"").await.json()["org"].clone();
    let sequence = org["details"]["sequence"].as_str().unwrap().parse().unwrap();
    (org["state"].as_str().unwrap().to_owned(), sequence)
}

#[tokio::test]
async fn a_change_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    let server = start_on(&database).await;
    assert_eq!(org(&server).await, ("ORG_STATE_INACTIVE".to_owned(), 6));
    assert_eq!(server.call("ReactivateOrg", "acme-owner", "").await.header("grpc-status"), None);
    drop(server);
    let server = start_on(&database).await;
    assert_eq!(org(&server).await, ("ORG_STATE_ACTIVE".to_owned(), 7));
}

#[tokio::test]
async fn of_simultaneous_changes_one_is_made_and_the_others_find_it_made() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.sqlite");
    // Two servers on one database, so that not even a lock in the process helps.
    let servers = [start_on(&database).await, start_on(&database).await];
    let calls = (0..8).map(|call| servers[call % 2].call("ReactivateOrg", "acme-owner", ""));
    let answers = futures_util::future::join_all(calls).await;
    let made = answers.iter().filter(|answer| answer.header("grpc-status").is_none()).count();
    let refused = answers.iter().filter(|answer| answer.header("grpc-status") == Some("9")).count();
    assert_eq!((made, refused), (1, 7));
    assert_eq!(org(&servers[0]).await, ("ORG_STATE_ACTIVE".to_owned(), 7));
}

#[tokio::test]
async fn every_database_starts_with_the_same_organizations() {
    let servers = [start().await, start().await];
    assert_eq!(org(&servers[0]).await, org(&servers[1]).await);
}
