//! gRPC-Web, byte by byte.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use common::{ACME, EMPTY_MESSAGE, GLOBEX, SERVICE, UMBRELLA, start};
use prost::Message as _;
use zitadel_org_web::proto::{
    google,
    zitadel::{
        management::v1::{GetMyOrgResponse, ReactivateOrgResponse},
        v1::ErrorDetail,
    },
};

#[tokio::test]
async fn a_success_is_a_message_frame_and_a_trailers_frame_in_lower_case() {
    let server = start().await;
    let answer = server.call("ReactivateOrg", "acme-owner", "").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/grpc-web+proto")));
    assert_eq!(answer.header("grpc-status"), None);
    let (message, trailers) = answer.body.split_at(answer.body.len() - 21);
    assert_eq!(trailers, b"\x80\0\0\0\x10grpc-status: 0\r\n");
    assert_eq!(message[..5], [0, 0, 0, 0, u8::try_from(message.len() - 5).unwrap()]);
    let details = ReactivateOrgResponse::decode(&message[5..]).unwrap().details.unwrap();
    assert_eq!((details.sequence, details.resource_owner.as_str()), (7, ACME));
    assert_eq!(details.creation_date, None);
    assert_eq!(details.change_date.unwrap().nanos % 1_000, 0, "microseconds");
}

#[tokio::test]
async fn an_error_is_in_the_headers_and_the_body_is_empty() {
    let server = start().await;
    let answer = server.call("ReactivateOrg", "iam-owner", GLOBEX).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("grpc-status"), Some("9"));
    assert_eq!(answer.header("grpc-message"), Some("Organisation is already active (EVENT-bfnrh)"));
    // The golden bytes of ZITADEL's own answer.
    let golden = "CAkSLE9yZ2FuaXNhdGlvbiBpcyBhbHJlYWR5IGFjdGl2ZSAoRVZFTlQtYmZucmgpGlsKKnR5cGUuZ29vZ2xlYXBpcy5jb20veml0YWRl\
                  bC52MS5FcnJvckRldGFpbBItCgtFVkVOVC1iZm5yaBIeT3JnYW5pc2F0aW9uIGlzIGFscmVhZHkgYWN0aXZl";
    assert_eq!(answer.header("grpc-status-details-bin"), Some(golden));
    assert_eq!(answer.header("content-length"), None);
    assert_eq!(answer.header("date"), None);
    assert_eq!(answer.header("x-request-id").unwrap().len(), 20);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-robots-tag"), Some("none"));
}

/// Situation, method, token, organization, code, text.
type Case = (&'static str, &'static str, &'static str, &'static str, i32, &'static str);

const ERRORS: [Case; 17] = [
    ("no token", "ReactivateOrg", "", "", 16, "auth header missing"),
    ("garbage token", "ReactivateOrg", "garbage", "", 16, "Errors.Token.Invalid (AUTH-7fs1e)"),
    ("expired token", "GetMyOrg", "acme-expired", "", 16, "Errors.Token.Invalid (AUTH-7fs1e)"),
    ("Bearer twice", "GetMyOrg", "x Bearer y", "", 16, "invalid auth header (AUTH-toLo1)"),
    ("no second factor", "GetMyOrg", "acme-without-mfa", "", 7, "mfa required (AUTHZ-Kl3p0)"),
    ("expired session", "GetMyOrg", "acme-session-expired", "", 7, "session expired (AUTHZ-EGDo3)"),
    ("exchanged token", "GetMyOrg", "acme-exchanged", "", 7, "Errors.TokenExchange.Token.NotForAPI (APP-Shi0J)"),
    ("unknown organization", "GetMyOrg", "iam-owner", "1", 7, "Organisation doesn't exist (AUTH-Bs7Ds)"),
    ("no role there", "GetMyOrg", "acme-owner", GLOBEX, 5, "membership not found (AUTHZ-cdgFk)"),
    ("no role at all", "GetMyOrg", "initech-nobody", "", 5, "membership not found (AUTHZ-cdgFk)"),
    ("may only read", "ReactivateOrg", "acme-viewer", "", 7, "No matching permissions found (AUTH-5mWD2)"),
    ("may not read", "GetMyOrg", "acme-project-owner", "", 7, "No matching permissions found (AUTH-5mWD2)"),
    ("active already", "ReactivateOrg", "iam-owner", GLOBEX, 9, "Organisation is already active (EVENT-bfnrh)"),
    ("inactive already", "DeactivateOrg", "iam-owner", ACME, 9, "Organisation is already deactivated (EVENT-Dbs2g)"),
    ("reactivate a removed one", "ReactivateOrg", "iam-owner", UMBRELLA, 5, "Organisation not found (ORG-Dgf3g)"),
    ("deactivate a removed one", "DeactivateOrg", "iam-owner", UMBRELLA, 5, "Organisation not found (ORG-oL9nT)"),
    ("no such method", "Nope", "", "", 12, "unknown method Nope for service zitadel.management.v1.ManagementService"),
];

#[tokio::test]
async fn every_error_has_zitadels_code_text_and_detail() {
    let server = start().await;
    for (situation, method, token, org_id, code, text) in ERRORS {
        let answer = server.call(method, token, org_id).await;
        assert_eq!(answer.grpc_status(), (code, text.to_owned()), "{situation}");
        let detail = answer.header("grpc-status-details-bin").map(|bin| {
            let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(bin).unwrap();
            let status = google::rpc::Status::decode(bytes.as_slice()).unwrap();
            assert_eq!((status.code, status.message.as_str()), (code, text), "{situation}");
            let detail = ErrorDetail::decode(status.details[0].value.as_slice()).unwrap();
            format!("{} ({})", detail.message, detail.id)
        });
        assert_eq!(detail.as_deref(), text.ends_with(')').then_some(text), "{situation}");
    }
}

#[tokio::test]
async fn the_scheme_is_case_sensitive() {
    let server = start().await;
    for authorization in ["bearer acme-owner", "Basic YTpi", "acme-owner"] {
        let answer = server.call_with("GetMyOrg", &[("authorization", authorization)]).await;
        assert_eq!(answer.grpc_status(), (16, "invalid auth header (AUTH-toLo1)".to_owned()), "{authorization}");
    }
}

#[tokio::test]
async fn texts_are_in_the_users_language_then_in_the_accepted_one() {
    let server = start().await;
    let text = async |token: &str, accept: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("accept-language", accept),
            ("x-zitadel-orgid", if token == "iam-owner" { GLOBEX } else { "" }),
        ];
        server.call_with("ReactivateOrg", &headers).await.grpc_status().1
    };
    assert_eq!(text("globex-owner-de", "fr").await, "Organisation ist bereits aktiv (EVENT-bfnrh)");
    assert_eq!(text("iam-owner", "fr-FR,fr;q=0.9").await, "L'organisation est déjà active (EVENT-bfnrh)");
    assert_eq!(text("iam-owner", "").await, "Organisation is already active (EVENT-bfnrh)");
}

#[tokio::test]
async fn a_removed_organization_is_read_without_a_state() {
    let server = start().await;
    let answer = server.call("GetMyOrg", "iam-owner", UMBRELLA).await;
    let len = usize::from(answer.body[4]);
    let org = GetMyOrgResponse::decode(&answer.body[5..5 + len]).unwrap().org.unwrap();
    assert_eq!((org.name.as_str(), org.state), ("Umbrella", 0));
}

#[tokio::test]
async fn the_body_is_judged_before_the_token() {
    let server = start().await;
    let headers = [("content-type", "application/grpc-web")];
    let status = async |body: &[u8]| {
        let answer = server.send("POST", &format!("{SERVICE}/GetMyOrg"), &headers, body).await;
        assert_eq!(answer.header("x-request-id"), None);
        answer.grpc_status()
    };
    assert_eq!(status(b"").await, (2, "EOF".to_owned()));
    assert_eq!(status(b"\0\0\0").await, (2, "EOF".to_owned()));
    assert_eq!(status(b"\0\0\0\0\x02a").await, (2, "unexpected EOF".to_owned()));
    assert_eq!(status(b"\0\0\0\0\x01\x0a").await.0, 13);
    assert_eq!(status(b"\0\0\x40\0\x01").await.0, 8);
    // A field that the message does not have is ignored, so the token is next.
    let unknown_field = server.send("POST", &format!("{SERVICE}/GetMyOrg"), &headers, b"\0\0\0\0\x02\x78\x01").await;
    assert_eq!(unknown_field.grpc_status().0, 16);
}

#[tokio::test]
async fn the_text_form_is_several_padded_chunks() {
    let server = start().await;
    let headers = [("content-type", "application/grpc-web-text"), ("authorization", "Bearer acme-owner")];
    let path = format!("{SERVICE}/ReactivateOrg");
    let answer = server.send("POST", &path, &headers, STANDARD.encode(EMPTY_MESSAGE).as_bytes()).await;
    assert_eq!(answer.header("content-type"), Some("application/grpc-web-text"));
    assert!(answer.body.ends_with(b"gAAAABBncnBjLXN0YXR1czogMA0K"), "{:?}", answer.body);
}

#[tokio::test]
async fn another_form_of_grpc_web_is_415() {
    let server = start().await;
    for content_type in ["application/grpc-web-foo", "application/grpc-webx"] {
        let headers = [("content-type", content_type)];
        let answer = server.send("POST", &format!("{SERVICE}/GetMyOrg"), &headers, EMPTY_MESSAGE).await;
        assert_eq!(answer.status, 415, "{content_type}");
    }
}

#[tokio::test]
async fn a_malformed_timeout_is_400_with_an_empty_trailers_frame() {
    let server = start().await;
    for timeout in ["1", "m", "123456789m", "1x", "-1m"] {
        let answer = server.call_with("GetMyOrg", &[("grpc-timeout", timeout)]).await;
        assert_eq!(answer.status, 400, "{timeout}");
        assert!(answer.body.starts_with(b"malformed grpc-timeout") && answer.body.ends_with(b"\x80\0\0\0\0"));
    }
    assert_eq!(server.call_with("GetMyOrg", &[("grpc-timeout", "30000m")]).await.status, 200);
}

#[tokio::test]
async fn instances_are_found_by_host() {
    let server = start().await;
    let status = async |host: &str| {
        let headers = [("host", host), ("authorization", "Bearer iam-owner"), ("x-zitadel-orgid", GLOBEX)];
        server.call_with("ReactivateOrg", &headers).await.grpc_status()
    };
    assert_eq!(status("blocked.localhost:80").await, (8, "Errors.Limits.Instance.Blocked (LIMITS-molsj)".to_owned()));
    assert_eq!(status("exhausted.localhost").await, (8, "Quota.Access.Exhausted (QUOTA-vjAy8)".to_owned()));
    let (code, text) = status("unknown.localhost:80").await;
    assert!(code == 5 && text.contains("ID=QUERY-1kIjX Message=Instance not found."), "{text}");
}

#[tokio::test]
async fn an_instance_can_answer_as_v4_13_or_with_errors_in_the_body() {
    let server = start().await;
    let missing = server.call_with("GetMyOrg", &[("host", "v4-13.localhost")]).await;
    let text = "rpc error: code = Unauthenticated desc = auth header missing ()";
    assert_eq!(missing.grpc_status(), (2, text.to_owned()));

    let in_body = server.call_with("GetMyOrg", &[("host", "trailers.localhost")]).await;
    assert_eq!(in_body.header("grpc-status"), None);
    let expected = b"\x80\0\0\0\x37grpc-status: 16\r\ngrpc-message: auth header missing\r\n";
    assert_eq!(in_body.body[5..], expected[5..]);
    assert_eq!(in_body.body[0], 0x80);
}
