//! CORS: what passes and what is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{Answer, GLOBEX, Running, SERVICE, start};

const ORIGIN: (&str, &str) = ("origin", "https://console.example");

async fn preflight(server: &Running, path: &str, method: &str, asked: &str) -> Answer {
    let headers = [ORIGIN, ("access-control-request-method", method), ("access-control-request-headers", asked)];
    let answer = server.send("OPTIONS", path, &headers, b"").await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    answer
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_preflight_of_a_grpc_web_call_is_echoed() {
    let server = start().await;
    let asked = "authorization,content-type,x-grpc-web,x-user-agent,x-zitadel-orgid";
    let answer = preflight(&server, &format!("{SERVICE}/ReactivateOrg"), "POST", asked).await;
    assert_eq!(allowed(&answer), Some("https://console.example"));
    for (name, value) in [
        ("access-control-allow-methods", "POST"),
        ("access-control-allow-headers", asked),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "600"),
        ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ("x-robots-tag", "none"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_preflight_that_asks_for_more_is_refused_with_204() {
    let server = start().await;
    for asked in [
        "authorization,content-type,grpc-timeout,x-grpc-web",
        "authorization,traceparent,x-grpc-web",
        "x-custom,x-grpc-web",
        "x-grpc-web,authorization",
        "Authorization,x-grpc-web",
    ] {
        let answer = preflight(&server, &format!("{SERVICE}/ReactivateOrg"), "POST", asked).await;
        assert_eq!(allowed(&answer), None, "{asked}");
        assert!(answer.header("vary").is_some());
    }
    let other_verb = preflight(&server, &format!("{SERVICE}/ReactivateOrg"), "PUT", "x-grpc-web").await;
    assert_eq!(allowed(&other_verb), None);
}

#[tokio::test]
async fn a_preflight_without_x_grpc_web_falls_to_the_rules_of_rest() {
    let server = start().await;
    let answer = preflight(&server, &format!("{SERVICE}/ReactivateOrg"), "POST", "authorization,grpc-timeout").await;
    assert_eq!(allowed(&answer), Some("https://console.example"));
    assert_eq!(answer.header("access-control-max-age"), None);
    let unknown_method = preflight(&server, &format!("{SERVICE}/Nope"), "POST", "grpc-timeout,x-grpc-web").await;
    assert_eq!(allowed(&unknown_method), Some("https://console.example"));
}

#[tokio::test]
async fn an_answer_exposes_every_header_that_it_has() {
    let server = start().await;
    let headers = [ORIGIN, ("authorization", "Bearer iam-owner"), ("x-zitadel-orgid", GLOBEX)];
    let answer = server.call_with("ReactivateOrg", &headers).await;
    assert_eq!(allowed(&answer), Some("https://console.example"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    for name in ["grpc-status", "grpc-message", "grpc-status-details-bin", "x-request-id", "content-type"] {
        assert!(exposed.split(", ").any(|exposed| exposed == name), "{name} in {exposed}");
    }
}

#[tokio::test]
async fn an_answer_to_no_origin_allows_none() {
    let server = start().await;
    let answer = server.call("GetMyOrg", "iam-owner", GLOBEX).await;
    assert_eq!(allowed(&answer), None);
}
