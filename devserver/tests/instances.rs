//! Instances with faults, and users whose token is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{ACME, EMPTY_MESSAGE, GLOBEX, Running, start};
use devserver::method::Method;
use serde_json::json;

const ME: &str = "/management/v1/orgs/me";
const DEACTIVATE: &str = "/v2/organizations/69629023906488335/deactivate";
const ACTIVATE: &str = "/v2/organizations/69629023906488335/activate";

/// Returns Globex's state in the list and by itself.
async fn states(server: &Running) -> (String, String) {
    let query = json!({ "queries": [{ "idQuery": { "id": GLOBEX } }] }).to_string();
    let list = server.rest("localhost", "iam-owner", "POST", "/v2/organizations/_search", &query).await.json();
    let org = server.rest("localhost", "globex-owner-de", "GET", ME, "").await.json();
    let state = |state: &serde_json::Value| state.as_str().unwrap().rsplit('_').next().unwrap().to_owned();
    (state(&list["result"][0]["state"]), state(&org["org"]["state"]))
}

fn pair(list: &str, org: &str) -> (String, String) {
    (list.to_owned(), org.to_owned())
}

#[tokio::test]
async fn every_rpc_of_the_protos_is_implemented() {
    let server = start().await;
    for method in Method::all() {
        let path = format!("/{}/{}", method.0.parent_service().full_name(), method.0.name());
        let headers = [("content-type", "application/grpc-web+proto"), ("authorization", "Bearer iam-owner")];
        let answer = server.send("POST", &path, &headers, EMPTY_MESSAGE).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_ne!(answer.header("grpc-status"), Some("12"), "{path}");
    }
}

#[tokio::test]
async fn refused_tokens_have_their_errors() {
    let server = start().await;
    for (token, code, text) in [
        ("acme-expired", 16, "Errors.Token.Invalid (AUTH-7fs1e)"),
        ("acme-without-mfa", 7, "mfa required (AUTHZ-Kl3p0)"),
        ("acme-session-expired", 7, "session expired (AUTHZ-EGDo3)"),
        ("acme-exchanged", 7, "Errors.TokenExchange.Token.NotForAPI (APP-Shi0J)"),
    ] {
        assert_eq!(server.call("GetMyOrg", token, "").await.grpc_status(), (code, text.to_owned()));
    }
}

#[tokio::test]
async fn blocked_and_exhausted_instances_refuse_every_call() {
    let server = start().await;
    for (host, text) in [
        ("blocked.localhost", "Errors.Limits.Instance.Blocked (LIMITS-molsj)"),
        ("exhausted.localhost", "Quota.Access.Exhausted (QUOTA-vjAy8)"),
    ] {
        let answer = server.rest(host, "iam-owner", "GET", ME, "").await;
        assert_eq!((answer.status, answer.json()["message"].as_str()), (429, Some(text)));
        let cookie = "zitadel.quota.exhausted=true; Path=/; Max-Age=300; SameSite=Lax";
        assert_eq!(answer.header("set-cookie"), Some(cookie));
    }
}

#[tokio::test]
async fn server_without_v1_does_not_know_its_services() {
    let server = start().await;
    let headers = [("host", "without-v1.localhost"), ("content-type", "application/grpc-web+proto")];
    let path = "/zitadel.management.v1.ManagementService/ReactivateOrg";
    let answer = server.send("POST", path, &headers, EMPTY_MESSAGE).await;
    let text = "unknown service zitadel.management.v1.ManagementService";
    assert_eq!(answer.grpc_status(), (12, text.to_owned()));
    assert_eq!(server.rest("without-v1.localhost", "iam-owner", "GET", ME, "").await.status, 404);
    let activate = format!("/v2/organizations/{ACME}/activate");
    assert_eq!(server.rest("without-v1.localhost", "iam-owner", "POST", &activate, "{}").await.status, 200);
}

#[tokio::test]
async fn list_stays_stale_until_the_next_event() {
    let server = start().await;
    let change = async |host: &str, path: &str| {
        assert_eq!(server.rest(host, "iam-owner", "POST", path, "{}").await.status, 200);
    };
    change("stale-list.localhost", DEACTIVATE).await;
    assert_eq!(states(&server).await, pair("ACTIVE", "INACTIVE"));
    change("localhost", ACTIVATE).await;
    assert_eq!(states(&server).await, pair("ACTIVE", "ACTIVE"));
    change("localhost", DEACTIVATE).await;
    change("stale-list.localhost", ACTIVATE).await;
    assert_eq!(states(&server).await, pair("INACTIVE", "ACTIVE"));
    change("stale-list.localhost", DEACTIVATE).await;
    assert_eq!(states(&server).await, pair("INACTIVE", "INACTIVE"));
}

#[tokio::test]
async fn lost_response_follows_an_applied_change() {
    let server = start().await;
    let headers = [("host", "lost-response.localhost"), ("authorization", "Bearer globex-owner-de")];
    assert!(server.try_send("POST", DEACTIVATE, &headers, b"{}").await.is_err());
    assert_eq!(states(&server).await, pair("INACTIVE", "INACTIVE"));
    let repeated = server.send("POST", DEACTIVATE, &headers, b"{}").await;
    assert_eq!((repeated.status, &repeated.json()["code"]), (400, &json!(9)));
    assert_eq!(server.send("GET", ME, &headers, b"").await.status, 200);
    let grpc_web = [headers[0], headers[1], ("content-type", "application/grpc-web+proto")];
    let path = "/zitadel.management.v1.ManagementService/ReactivateOrg";
    assert!(server.try_send("POST", path, &grpc_web, EMPTY_MESSAGE).await.is_err());
    assert_eq!(states(&server).await, pair("ACTIVE", "ACTIVE"));
    assert_eq!(server.send("POST", path, &grpc_web, EMPTY_MESSAGE).await.grpc_status().0, 9);
}

#[tokio::test]
async fn rate_limit_counts_calls_per_host() {
    let server = start().await;
    let call = async |host: &str| {
        let headers = [("host", host), ("authorization", "Bearer acme-owner"), ("origin", "https://app.example")];
        server.send("GET", ME, &headers, b"").await
    };
    for host in ["a.rate-limit-3-2.localhost", "b.rate-limit-3-2.localhost"] {
        for _ in 0..2 {
            let limited = call(host).await;
            assert_eq!((limited.status, limited.header("retry-after")), (429, Some("3")));
            assert_eq!(limited.header("access-control-expose-headers"), Some("Retry-After, Date"));
            assert!(limited.header("date").is_some());
        }
        assert_eq!(call(host).await.status, 200);
    }
}
