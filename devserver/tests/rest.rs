//! The REST twins.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{ACME, GLOBEX, UMBRELLA, start};
use serde_json::{Value, json};

const ME: &str = "/management/v1/orgs/me";

#[tokio::test]
async fn a_change_and_a_read_answer_in_proto3_json() {
    let server = start().await;
    let headers = [("authorization", "Bearer acme-owner"), ("content-type", "application/json")];
    let changed = server.send("POST", &format!("{ME}/_reactivate"), &headers, b"{}").await;
    assert_eq!((changed.status, changed.header("content-type")), (200, Some("application/json")));
    let details = changed.json()["details"].clone();
    assert_eq!((&details["sequence"], &details["resourceOwner"]), (&json!("7"), &json!(ACME)));
    assert_eq!(details.get("creationDate"), None);

    let read = server.send("GET", ME, &headers, b"").await.json();
    assert_eq!(read["org"]["state"], "ORG_STATE_ACTIVE");
    assert_eq!(read["org"]["primaryDomain"], "acme.localhost");
    assert_eq!(read["org"]["details"]["changeDate"], details["changeDate"]);
    assert!(read["org"]["details"]["creationDate"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn an_empty_body_and_unknown_fields_are_accepted() {
    let server = start().await;
    let headers = [("authorization", "Bearer acme-owner")];
    assert_eq!(server.send("POST", &format!("{ME}/_reactivate"), &headers, b"").await.status, 200);
    assert_eq!(server.send("POST", &format!("{ME}/_deactivate"), &headers, b"{\"x\":1}").await.status, 200);
    assert_eq!(server.send("POST", &format!("{ME}/_deactivate"), &headers, b"[").await.status, 400);
}

#[tokio::test]
async fn an_error_is_the_json_of_its_status() {
    let server = start().await;
    let headers = [("authorization", "Bearer iam-owner"), ("x-zitadel-orgid", GLOBEX)];
    let answer = server.send("POST", &format!("{ME}/_reactivate"), &headers, b"{}").await;
    assert_eq!(answer.status, 400);
    let expected = json!({
        "code": 9,
        "message": "Organisation is already active (EVENT-bfnrh)",
        "details": [{
            "@type": "type.googleapis.com/zitadel.v1.ErrorDetail",
            "id": "EVENT-bfnrh",
            "message": "Organisation is already active",
        }],
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn http_codes_follow_the_grpc_code() {
    let server = start().await;
    let status = async |token: &str, org_id: &str, verb: &str, path: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("x-zitadel-orgid", org_id)];
        let answer = server.send(verb, path, &headers, b"").await;
        (answer.status, answer.json()["code"].clone(), answer.header("www-authenticate").map(str::to_owned))
    };
    let unauthenticated = Some("Errors.Token.Invalid (AUTH-7fs1e)".to_owned());
    assert_eq!(status("garbage", "", "GET", ME).await, (401, json!(16), unauthenticated));
    assert_eq!(status("iam-owner", "1", "GET", ME).await, (403, json!(7), None));
    assert_eq!(status("initech-nobody", "", "GET", ME).await, (404, json!(5), None));
    assert_eq!(status("iam-owner", "", "GET", "/management/v1/orgs/you").await, (404, json!(5), None));
    assert_eq!(status("iam-owner", "", "GET", &format!("{ME}/_reactivate")).await, (405, json!(12), None));
}

#[tokio::test]
async fn a_status_without_details_has_no_details() {
    let server = start().await;
    let answer = server.send("GET", ME, &[], b"").await;
    assert_eq!((answer.status, answer.json()), (401, json!({ "code": 16, "message": "auth header missing" })));
}

#[tokio::test]
async fn a_used_up_quota_sets_a_cookie_and_success_takes_it_away() {
    let server = start().await;
    let cookie = async |host: &str| {
        let headers = [("host", host), ("authorization", "Bearer iam-owner")];
        let answer = server.send("GET", ME, &headers, b"").await;
        (answer.status, answer.header("set-cookie").unwrap().to_owned())
    };
    assert_eq!(
        cookie("exhausted.localhost").await,
        (429, "zitadel.quota.exhausted=true; Path=/; Max-Age=300; SameSite=Lax".to_owned())
    );
    assert_eq!(
        cookie("localhost").await,
        (200, "zitadel.quota.exhausted=; Path=/; Max-Age=0; SameSite=Lax".to_owned())
    );
}

#[tokio::test]
async fn a_removed_organization_has_no_state() {
    let server = start().await;
    let headers = [("authorization", "Bearer iam-owner"), ("x-zitadel-orgid", UMBRELLA)];
    let org: Value = server.send("GET", ME, &headers, b"").await.json()["org"].clone();
    assert_eq!((org.get("state"), &org["name"]), (None, &json!("Umbrella")));
}

#[tokio::test]
async fn json_on_the_path_of_an_rpc_is_not_found() {
    let server = start().await;
    let headers = [("content-type", "application/json")];
    let answer = server.send("POST", &format!("{}/GetMyOrg", common::SERVICE), &headers, b"{}").await;
    assert_eq!((answer.status, answer.json()), (404, json!({ "code": 5, "message": "Not Found" })));
}
