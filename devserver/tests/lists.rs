//! Lists of organizations, where the recordings do not cover them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::{ACME, Running, start, start_with};
use devserver::seed::DEFAULT_ORGANIZATIONS;
use serde_json::{Value, json};

const SEARCH: &str = "/v2/organizations/_search";

async fn search_at(server: &Running, host: &str, token: &str, request: Value) -> Value {
    server.rest(host, token, "POST", SEARCH, &request.to_string()).await.json()
}

async fn search(server: &Running, token: &str, request: Value) -> Value {
    search_at(server, "localhost", token, request).await
}

fn names(list: &Value) -> Vec<&str> {
    let rows = list["result"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(|org| org["name"].as_str().unwrap()).collect()
}

fn by_name(queries: Value) -> Value {
    json!({ "queries": queries, "query": { "asc": true }, "sortingColumn": "ORGANIZATION_FIELD_NAME_NAME" })
}

fn name_query(name: &str, method: &str) -> Value {
    json!([{ "nameQuery": { "name": name, "method": format!("TEXT_QUERY_METHOD_{method}") } }])
}

#[tokio::test]
async fn a_third_of_the_default_organizations_is_deactivated() {
    let server = start_with(DEFAULT_ORGANIZATIONS).await;
    let inactive = json!({ "queries": [{ "stateQuery": { "state": "ORGANIZATION_STATE_INACTIVE" } }] });
    // One is removed.
    assert_eq!(search(&server, "iam-owner", json!({})).await["details"]["totalResult"], "59");
    assert_eq!(search(&server, "iam-owner", inactive).await["details"]["totalResult"], "20");
}

#[tokio::test]
async fn list_without_limit_returns_everything() {
    let server = start_with(150).await;
    for query in [json!({}), json!({ "limit": 0 }), json!({ "limit": 4_294_967_295_u32 })] {
        assert_eq!(names(&search(&server, "iam-owner", json!({ "query": query })).await).len(), 149, "{query}");
    }
}

#[tokio::test]
async fn unsorted_list_starts_with_the_oldest() {
    let server = start().await;
    let expected = ["ZITADEL", "ACME", "Globex", "Initech", "Hooli", "Stark"];
    for ascending in [true, false] {
        assert_eq!(names(&search(&server, "iam-owner", json!({ "query": { "asc": ascending } })).await), expected);
    }
}

#[tokio::test]
async fn total_counts_unreadable_organizations_and_is_0_past_the_end() {
    let server = start().await;
    let page = async |token: &str, offset: u32| {
        let query = json!({ "offset": offset.to_string(), "limit": 2, "asc": true });
        search(&server, token, json!({ "query": query, "sortingColumn": "ORGANIZATION_FIELD_NAME_NAME" })).await
    };
    assert_eq!(names(&page("iam-owner", 0).await), ["ACME", "Globex"]);
    assert_eq!(names(&page("iam-owner", 2).await), ["Hooli", "Initech"]);
    assert_eq!(names(&page("acme-viewer", 0).await), ["ACME"]);
    let unreadable = page("acme-viewer", 2).await;
    assert_eq!((names(&unreadable), &unreadable["details"]["totalResult"]), (vec![], &json!("6")));
    assert_eq!(page("iam-owner", 6).await["details"].get("totalResult"), None);
}

#[tokio::test]
async fn all_queries_must_match() {
    let server = start().await;
    let names_of = async |queries: Value| names(&search(&server, "iam-owner", by_name(queries)).await).join(" ");
    for (name, method, expected) in [
        ("ACME", "EQUALS", "ACME"),
        ("acme", "EQUALS", ""),
        ("acme", "EQUALS_IGNORE_CASE", "ACME"),
        ("ho", "STARTS_WITH_IGNORE_CASE", "Hooli"),
        ("EX", "ENDS_WITH_IGNORE_CASE", "Globex"),
        ("i", "CONTAINS", "Hooli Initech"),
        ("o%i", "CONTAINS", ""),
    ] {
        assert_eq!(names_of(name_query(name, method)).await, expected, "{name} {method}");
    }
    let id = json!({ "idQuery": { "id": ACME } });
    assert_eq!(names_of(json!([id])).await, "ACME");
    assert_eq!(names_of(json!([id, { "stateQuery": { "state": 1 } }])).await, "");
    assert_eq!(names_of(json!([{ "domainQuery": { "domain": "stark.localhost" } }])).await, "Stark");
    assert_eq!(names_of(json!([{ "defaultQuery": {} }])).await, "ZITADEL");
}

#[tokio::test]
async fn text_longer_than_200_characters_is_rejected() {
    let server = start().await;
    for (query, path) in [
        (json!({ "nameQuery": { "name": "ä".repeat(201) } }), "NameQuery"),
        (json!({ "domainQuery": { "domain": "ä".repeat(201) } }), "DomainQuery"),
        (json!({ "idQuery": { "id": "7".repeat(201) } }), "IdQuery"),
    ] {
        let error = search(&server, "iam-owner", json!({ "queries": [{ "defaultQuery": {} }, query] })).await;
        let text = error["message"].as_str().unwrap();
        assert!(text.starts_with("invalid ListOrganizationsRequest.Queries[1]: embedded message failed"), "{text}");
        assert!(text.contains(path) && text.ends_with("between 1 and 200 runes, inclusive"), "{text}");
    }
    let longest = json!({ "queries": [{ "nameQuery": { "name": "ä".repeat(200) } }] });
    assert_eq!(search(&server, "iam-owner", longest).await.get("code"), None);
}

#[tokio::test]
async fn relational_tables_take_percent_as_a_wildcard_and_two_states() {
    let server = start().await;
    let search = async |request: Value| search_at(&server, "relational.localhost", "initech-nobody", request).await;
    for (name, method, expected) in [
        ("o%i", "CONTAINS", "Hooli"),
        ("%x", "STARTS_WITH", "Globex"),
        ("h%O", "STARTS_WITH_IGNORE_CASE", "Hooli"),
        ("%", "ENDS_WITH", "ACME Globex Hooli Initech Stark ZITADEL"),
        ("%", "EQUALS", ""),
    ] {
        let list = search(by_name(name_query(name, method))).await;
        assert_eq!(names(&list).join(" "), expected, "{name} {method}");
    }
    let error = search(json!({ "queries": [{ "stateQuery": {} }] })).await;
    assert_eq!(error["code"], 2);
    assert!(error["message"].as_str().unwrap().contains("organization_state: \"unspecified\" (SQLSTATE 22P02)"));
}
