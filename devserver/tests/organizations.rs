//! Organization v2 and permissions where the recordings say nothing: pages, filters, versions, how many there are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{ACME, Running, start, start_with};
use devserver::seed::DEFAULT_ORGANIZATIONS;
use serde_json::{Value, json};

async fn search(server: &Running, token: &str, request: Value) -> Value {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let answer = server.send("POST", "/v2/organizations/_search", &headers, request.to_string().as_bytes()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn names(list: &Value) -> Vec<&str> {
    list["result"]
        .as_array()
        .map(|all| all.iter().map(|org| org["name"].as_str().unwrap()).collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn there_are_some_60_organizations_a_third_of_them_deactivated() {
    let server = start_with(DEFAULT_ORGANIZATIONS).await;
    let inactive = json!({ "queries": [{ "stateQuery": { "state": "ORGANIZATION_STATE_INACTIVE" } }] });
    // One of them is removed.
    assert_eq!(search(&server, "iam-owner", json!({})).await["details"]["totalResult"], "59");
    assert_eq!(search(&server, "iam-owner", inactive).await["details"]["totalResult"], "20");
    let server = start_with(1000).await;
    assert_eq!(search(&server, "iam-owner", json!({})).await["details"]["totalResult"], "999");
}

#[tokio::test]
async fn pages_follow_each_other_and_their_total_counts_what_may_not_be_read() {
    let server = start().await;
    let page = async |token: &str, offset: u32| {
        let query = json!({ "offset": offset.to_string(), "limit": 2, "asc": true });
        search(&server, token, json!({ "query": query, "sortingColumn": "ORGANIZATION_FIELD_NAME_NAME" })).await
    };
    let (first, second) = (page("iam-owner", 0).await, page("iam-owner", 2).await);
    assert_eq!((names(&first), names(&second)), (vec!["ACME", "Globex"], vec!["Hooli", "Initech"]));
    let (first, second) = (page("acme-viewer", 0).await, page("acme-viewer", 2).await);
    assert_eq!((names(&first), names(&second)), (vec!["ACME"], vec![]));
    assert_eq!(first["details"]["totalResult"], "6");
}

#[tokio::test]
async fn queries_narrow_a_list_together() {
    let server = start().await;
    let found = async |queries: Value| {
        let request =
            json!({ "queries": queries, "query": { "asc": true }, "sortingColumn": "ORGANIZATION_FIELD_NAME_NAME" });
        let list = search(&server, "iam-owner", request).await;
        names(&list).join(" ")
    };
    let name = |name: &str, method: &str| json!({ "nameQuery": { "name": name, "method": format!("TEXT_QUERY_METHOD_{method}") } });
    assert_eq!(found(json!([name("ACME", "EQUALS")])).await, "ACME");
    assert_eq!(found(json!([name("acme", "EQUALS")])).await, "");
    assert_eq!(found(json!([name("acme", "EQUALS_IGNORE_CASE")])).await, "ACME");
    assert_eq!(found(json!([name("ho", "STARTS_WITH_IGNORE_CASE")])).await, "Hooli");
    assert_eq!(found(json!([name("EX", "ENDS_WITH_IGNORE_CASE")])).await, "Globex");
    assert_eq!(found(json!([name("i", "CONTAINS")])).await, "Hooli Initech");
    let inactive = json!({ "stateQuery": { "state": 2 } });
    assert_eq!(found(json!([name("i", "CONTAINS"), inactive])).await, "Hooli");
    assert_eq!(found(json!([{ "domainQuery": { "domain": "stark.localhost" } }])).await, "Stark");
    assert_eq!(found(json!([{ "idQuery": { "id": ACME } }])).await, "ACME");
    assert_eq!(found(json!([{ "defaultQuery": {} }])).await, "ZITADEL");
}

#[tokio::test]
async fn a_server_older_than_v4_7_has_no_changes_by_organization_v2() {
    let server = start().await;
    let headers = [
        ("host", "v4-6.localhost"),
        ("authorization", "Bearer iam-owner"),
        ("content-type", "application/grpc-web+proto"),
    ];
    let call = async |name: &str| {
        server.send("POST", &format!("/zitadel.org.v2.OrganizationService/{name}"), &headers, &[0; 5]).await
    };
    assert_eq!(call("ActivateOrganization").await.status, 404);
    assert_eq!(call("DeactivateOrganization").await.status, 404);
    assert_eq!(call("ListOrganizations").await.status, 200);
    let rest = server.send("POST", &format!("/v2/organizations/{ACME}/activate"), &headers[..2], b"{}").await;
    assert_eq!((rest.status, rest.json()), (404, json!({ "code": 5, "message": "Not Found" })));
}

#[tokio::test]
async fn a_server_without_v1_does_not_know_its_services() {
    let server = start().await;
    let host = ("host", "without-v1.localhost");
    let answer = server.call_with("ReactivateOrg", &[host, ("authorization", "Bearer iam-owner")]).await;
    let text = "unknown service zitadel.management.v1.ManagementService";
    assert_eq!(answer.grpc_status(), (12, text.to_owned()));
    let rest = server.send("GET", "/management/v1/orgs/me", &[host, ("authorization", "Bearer iam-owner")], b"").await;
    assert_eq!(rest.status, 404);
}

#[tokio::test]
async fn permissions_are_those_of_the_roles() {
    let server = start().await;
    let permissions = async |token: &str, org_id: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("x-zitadel-orgid", org_id)];
        let answer = server.send("POST", "/auth/v1/permissions/zitadel/me/_search", &headers, b"{}").await;
        let result = answer.json()["result"].as_array().cloned().unwrap_or_default();
        (result.contains(&json!("org.read")), result.contains(&json!("org.write")))
    };
    assert_eq!(permissions("acme-owner", ACME).await, (true, true));
    assert_eq!(permissions("acme-viewer", ACME).await, (true, false));
    assert_eq!(permissions("acme-project-owner", ACME).await, (false, false));
    assert_eq!(permissions("acme-owner", common::GLOBEX).await, (false, false));
    assert_eq!(permissions("hooli-settings-manager-fr", "").await, (true, true));
}
