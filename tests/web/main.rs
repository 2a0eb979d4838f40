//! The client in a browser against the dev server, cross-origin: the test page has an origin of its own.
//!
//! It calls the crate's own exports, as JavaScript does, and its client for Rust. `cargo xtask test` runs it and passes the
//! server's address; `wasm-pack test --headless --chrome` takes the address that `cargo xtask demo` listens on.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::time::Duration;

use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::AbortController;
use zitadel_org_web::{
    BulkOptions, CallOptions, Client, Code, Error, ErrorKind, Outcome, Protocol, js,
    proto::zitadel::{
        object::v2::TextQueryMethod,
        org::v2::{
            ListOrganizationsRequest, OrganizationNameQuery, OrganizationState, SearchQuery, search_query::Query,
        },
    },
};

wasm_bindgen_test_configure!(run_in_browser);

// Some tests are omitted over tonic:
// - tonic-web-wasm-client doesn't take a fetch and always calls the global one
//   (https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/fetch.rs);
// - it keeps the text of an exception and not the exception itself
//   (https://github.com/devashishdxt/tonic-web-wasm-client/blob/main/src/error.rs).

const URL: &str = match option_env!("ZITADEL_TEST_URL") {
    Some(url) => url,
    None => "http://127.0.0.1:8080",
};

const ACME: &str = "69629023906488334";
const GLOBEX: &str = "69629023906488335";
const INITECH: &str = "69629023906488336";
const HOOLI: &str = "69629023906488337";
const UMBRELLA: &str = "69629023906488338";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    Reactivate,
    Deactivate,
    Get,
}
use Method::{Deactivate, Get, Reactivate};

/// Returns options with the server's address.
fn options(more: &[(&str, JsValue)]) -> JsValue {
    let options = Object::new();
    for (name, value) in [("baseUrl", JsValue::from_str(URL))].iter().chain(more) {
        Reflect::set(&options, &JsValue::from_str(name), value).unwrap();
    }
    options.into()
}

async fn call_with(method: Method, token: JsValue, org_id: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let export = match method {
        Reactivate => js::reactivate_org,
        Deactivate => js::deactivate_org,
        Get => js::get_my_org,
    };
    JsFuture::from(export(token, org_id, options, JsValue::UNDEFINED, None)).await
}

/// Makes a call with a token. An empty organization is omitted.
async fn call(method: Method, token: &str, org_id: &str) -> Result<JsValue, JsValue> {
    let org_id = if org_id.is_empty() { JsValue::NULL } else { org_id.into() };
    call_with(method, token.into(), org_id, options(&[])).await
}

fn get(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, name| Reflect::get(&value, &name.into()).unwrap())
}

fn text(value: &JsValue, path: &str) -> String {
    get(value, path).as_string().unwrap_or_else(|| panic!("{path} of {} is not a string", json(value)))
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).map(String::from).unwrap_or_default()
}

fn keys(value: &JsValue) -> Vec<String> {
    Object::keys(value.unchecked_ref::<Object>()).iter().map(|key| key.as_string().unwrap()).collect()
}

/// Kind, code and id of an error.
fn summary(error: &JsValue) -> (String, f64, Option<String>) {
    (text(error, "kind"), get(error, "code").as_f64().unwrap(), get(error, "id").as_string())
}

fn abort(controller: &AbortController, reason: &str) {
    let abort: Function = get(controller, "abort").unchecked_into();
    abort.call1(controller, &reason.into()).unwrap();
}

async fn sleep(duration: Duration) {
    let promise = Promise::new(&mut |resolve: Function, _| {
        let set_timeout: Function = get(&js_sys::global(), "setTimeout").unchecked_into();
        let ms = f64::from(u32::try_from(duration.as_millis()).unwrap());
        set_timeout.call2(&JsValue::UNDEFINED, &resolve, &ms.into()).unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

/// Brings an organization into a state from any other.
async fn ensure(method: Method, org_id: &str) {
    if let Err(error) = call(method, "iam-owner", org_id).await {
        assert_eq!(get(&error, "code"), 9, "{}", json(&error));
    }
}

#[wasm_bindgen_test]
async fn dev_server_runs() {
    let reached = call(Get, "acme-viewer", "").await;
    assert!(reached.is_ok(), "no server listens at {URL}: run `cargo xtask demo`, or set ZITADEL_TEST_URL");
}

#[wasm_bindgen_test]
async fn deactivated_organization_is_reactivated_and_reads_active() {
    ensure(Deactivate, HOOLI).await;
    let changed = call(Reactivate, "iam-owner", HOOLI).await.unwrap();
    assert_eq!(keys(&changed), ["details"]);
    assert_eq!(keys(&get(&changed, "details")), ["sequence", "changeDate", "resourceOwner"]);
    assert_eq!(text(&changed, "details.resourceOwner"), HOOLI);

    let read = call(Get, "iam-owner", HOOLI).await.unwrap();
    assert_eq!(keys(&get(&read, "org")), ["id", "details", "state", "name", "primaryDomain"]);
    assert_eq!(text(&read, "org.state"), "ORG_STATE_ACTIVE");
    assert_eq!(text(&read, "org.name"), "Hooli");
    assert_eq!(text(&read, "org.primaryDomain"), "hooli.localhost");
    for field in ["sequence", "changeDate", "resourceOwner"] {
        assert_eq!(text(&read, &format!("org.details.{field}")), text(&changed, &format!("details.{field}")));
    }
    assert!(text(&read, "org.details.creationDate").ends_with('Z'));
}

#[wasm_bindgen_test]
async fn organization_is_deactivated_and_reads_inactive() {
    ensure(Reactivate, INITECH).await;
    let changed = call(Deactivate, "iam-owner", INITECH).await.unwrap();
    assert_eq!(text(&changed, "details.resourceOwner"), INITECH);
    let read = call(Get, "iam-owner", INITECH).await.unwrap();
    assert_eq!(text(&read, "org.state"), "ORG_STATE_INACTIVE");
}

#[wasm_bindgen_test]
async fn each_change_has_the_next_sequence() {
    ensure(Deactivate, HOOLI).await;
    let sequence = async |method| -> u64 {
        text(&call(method, "iam-owner", HOOLI).await.unwrap(), "details.sequence").parse().unwrap()
    };
    let first = sequence(Reactivate).await;
    assert_eq!(sequence(Deactivate).await, first + 1);
}

#[wasm_bindgen_test]
async fn omitted_organization_is_the_callers_own() {
    for org_id in [JsValue::UNDEFINED, JsValue::NULL] {
        let read = call_with(Get, "acme-viewer".into(), org_id, options(&[])).await.unwrap();
        assert_eq!(text(&read, "org.id"), ACME);
    }
}

#[wasm_bindgen_test]
async fn removed_organization_reads_without_a_state() {
    let read = call(Get, "iam-owner", UMBRELLA).await.unwrap();
    assert_eq!(text(&read, "org.state"), "ORG_STATE_UNSPECIFIED");
}

/// Method, token, organization, code, id, message.
type Case = (Method, &'static str, &'static str, i32, &'static str, &'static str);

const ERRORS: [Case; 14] = [
    (Reactivate, "garbage", "", 16, "AUTH-7fs1e", "Errors.Token.Invalid (AUTH-7fs1e)"),
    (Reactivate, "acme-expired", "", 16, "AUTH-7fs1e", "Errors.Token.Invalid (AUTH-7fs1e)"),
    (Get, "acme-without-mfa", "", 7, "AUTHZ-Kl3p0", "mfa required (AUTHZ-Kl3p0)"),
    (Get, "acme-session-expired", "", 7, "AUTHZ-EGDo3", "session expired (AUTHZ-EGDo3)"),
    (Get, "acme-exchanged", "", 7, "APP-Shi0J", "Errors.TokenExchange.Token.NotForAPI (APP-Shi0J)"),
    (Reactivate, "iam-owner", "1", 7, "AUTH-Bs7Ds", "Organisation doesn't exist (AUTH-Bs7Ds)"),
    (Reactivate, "acme-owner", GLOBEX, 5, "AUTHZ-cdgFk", "membership not found (AUTHZ-cdgFk)"),
    (Get, "initech-nobody", "", 5, "AUTHZ-cdgFk", "membership not found (AUTHZ-cdgFk)"),
    (Reactivate, "acme-viewer", "", 7, "AUTH-5mWD2", "No matching permissions found (AUTH-5mWD2)"),
    (Get, "acme-project-owner", "", 7, "AUTH-5mWD2", "No matching permissions found (AUTH-5mWD2)"),
    (Reactivate, "iam-owner", UMBRELLA, 5, "ORG-Dgf3g", "Organisation not found (ORG-Dgf3g)"),
    (Deactivate, "iam-owner", UMBRELLA, 5, "ORG-oL9nT", "Organisation not found (ORG-oL9nT)"),
    (Reactivate, "iam-owner", GLOBEX, 9, "EVENT-bfnrh", "Organisation is already active (EVENT-bfnrh)"),
    (Reactivate, "globex-owner-de", "", 9, "EVENT-bfnrh", "Organisation ist bereits aktiv (EVENT-bfnrh)"),
];

#[wasm_bindgen_test]
async fn zitadel_error_has_code_id_message_detail_and_request_id() {
    for (method, token, org_id, code, id, message) in ERRORS {
        let error = call(method, token, org_id).await.unwrap_err();
        assert_eq!(summary(&error), ("status".to_owned(), f64::from(code), Some(id.to_owned())), "{}", json(&error));
        assert_eq!(text(&error, "message"), message);
        assert_eq!(get(&error, "httpStatus"), 200);
        assert_eq!(text(&error, "requestId").len(), 20);
        let detail = get(&error, "details.0");
        assert_eq!(text(&detail, "@type"), "type.googleapis.com/zitadel.v1.ErrorDetail");
        assert_eq!(format!("{} ({})", text(&detail, "message"), text(&detail, "id")), message);
        assert_eq!(text(&error, "metadata.content-type"), "application/grpc-web+proto");
    }
}

#[wasm_bindgen_test]
async fn deactivating_twice_is_a_failed_precondition() {
    ensure(Deactivate, INITECH).await;
    let error = call(Deactivate, "iam-owner", INITECH).await.unwrap_err();
    assert_eq!(summary(&error), ("status".to_owned(), 9.0, Some("EVENT-Dbs2g".to_owned())));
    assert_eq!(text(&error, "codeName"), "FAILED_PRECONDITION");
}

#[wasm_bindgen_test]
async fn option_language_selects_the_language_of_messages() {
    let options = options(&[("language", "fr-CH".into())]);
    let error = call_with(Reactivate, "iam-owner".into(), GLOBEX.into(), options).await.unwrap_err();
    assert_eq!(text(&error, "message"), "L'organisation est déjà active (EVENT-bfnrh)");
}

/// Options with another host name of the server, which is another instance.
fn instance(name: &str) -> JsValue {
    options(&[("baseUrl", URL.replace("127.0.0.1", &format!("{name}.localhost")).into())])
}

#[wasm_bindgen_test]
async fn blocked_exhausted_and_unknown_instances_differ() {
    for (name, code, id) in [
        ("blocked", 8.0, Some("LIMITS-molsj")),
        ("exhausted", 8.0, Some("QUOTA-vjAy8")),
        ("unknown", 5.0, Some("QUERY-1kIjX")),
    ] {
        let error = call_with(Get, "iam-owner".into(), JsValue::NULL, instance(name)).await.unwrap_err();
        assert_eq!(summary(&error), ("status".to_owned(), code, id.map(str::to_owned)), "{name}");
    }
}

#[wasm_bindgen_test]
async fn error_in_a_trailers_frame_equals_one_in_the_headers() {
    let in_headers = call(Reactivate, "iam-owner", GLOBEX).await.unwrap_err();
    let in_body = call_with(Reactivate, "iam-owner".into(), GLOBEX.into(), instance("v4-6")).await.unwrap_err();
    for field in ["kind", "code", "codeName", "message", "id", "details"] {
        assert_eq!(json(&get(&in_body, field)), json(&get(&in_headers, field)), "{field}");
    }
}

#[wasm_bindgen_test]
async fn token_function_is_called_once_and_may_return_a_promise() {
    let calls = Array::new();
    let source = Function::new_with_args("calls", "return async () => { calls.push(1); return 'acme-viewer'; }");
    let token = source.call1(&JsValue::UNDEFINED, &calls).unwrap();
    let read = call_with(Get, token, JsValue::NULL, options(&[])).await.unwrap();
    assert_eq!((text(&read, "org.id").as_str(), calls.length()), (ACME, 1));
}

#[wasm_bindgen_test]
async fn failing_token_function_is_unauthenticated_with_its_cause() {
    for body in ["throw 'why'", "return Promise.reject('why')"] {
        let token = Function::new_no_args(body);
        let error = call_with(Get, token.into(), JsValue::NULL, options(&[])).await.unwrap_err();
        assert_eq!(summary(&error), ("invalid-argument".to_owned(), 16.0, None));
        assert_eq!(text(&error, "cause"), "why");
    }
}

#[wasm_bindgen_test]
async fn invalid_argument_is_named() {
    let none = JsValue::UNDEFINED;
    let org = |value: &str| JsValue::from_str(value);
    let eval = |code: &str| js_sys::eval(code).unwrap();
    let cases = [
        ("token", none.clone(), none.clone(), options(&[])),
        ("token", 5.into(), none.clone(), options(&[])),
        ("token", "Bearer x".into(), none.clone(), options(&[])),
        ("token", Function::new_no_args("return 5").into(), none.clone(), options(&[])),
        ("orgId", "x".into(), org(""), options(&[])),
        ("orgId", "x".into(), org("1\n"), options(&[])),
        ("orgId", "x".into(), 5.into(), options(&[])),
        ("options", "x".into(), none.clone(), "https://z.example".into()),
        ("baseUrl", "x".into(), none.clone(), options(&[("baseUrl", "not a url".into())])),
        ("baseUrl", "x".into(), none.clone(), options(&[("baseUrl", "http://z.example".into())])),
        ("baseUrl", "x".into(), none.clone(), options(&[("baseUrl", "https://u:p@z.example".into())])),
        ("baseUrl", "x".into(), none.clone(), options(&[("baseUrl", "https://z.example/?a".into())])),
        ("baseUrl", "x".into(), none.clone(), options(&[("baseUrl", 5.into())])),
        ("protocol", "x".into(), none.clone(), options(&[("protocol", "smoke signals".into())])),
        ("timeoutMs", "x".into(), none.clone(), options(&[("timeoutMs", (-1).into())])),
        ("timeoutMs", "x".into(), none.clone(), options(&[("timeoutMs", "5".into())])),
        ("signal", "x".into(), none.clone(), options(&[("signal", Object::new().into())])),
        ("language", "x".into(), none.clone(), options(&[("language", "de\r\n".into())])),
        ("headers", "x".into(), none.clone(), options(&[("headers", eval("({ Authorization: 'x' })"))])),
        ("headers", "x".into(), none.clone(), options(&[("headers", eval("({ 'x-a': {} })"))])),
        ("headers", "x".into(), none.clone(), options(&[("headers", 5.into())])),
        ("fetch", "x".into(), none, options(&[("fetch", "fetch".into())])),
    ];
    for (argument, token, org_id, options) in cases {
        let error = call_with(Reactivate, token, org_id, options).await.unwrap_err();
        assert_eq!(summary(&error), ("invalid-argument".to_owned(), 3.0, None), "{}", json(&error));
        assert!(text(&error, "message").starts_with(argument), "{argument}: {}", text(&error, "message"));
    }
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client keeps the text of an exception only")]
async fn unreachable_address_is_a_transport_error_that_names_cors() {
    let options = options(&[("baseUrl", "http://127.0.0.1:1".into())]);
    let error = call_with(Get, "x".into(), JsValue::NULL, options).await.unwrap_err();
    assert_eq!(summary(&error), ("transport".to_owned(), 14.0, None));
    assert!(text(&error, "message").contains("CORS"));
    assert!(get(&error, "cause").is_instance_of::<js_sys::TypeError>());
}

#[wasm_bindgen_test]
async fn header_that_the_preflight_rejects_fails_the_call() {
    let headers = js_sys::eval("({ 'x-custom': '1' })").unwrap();
    let error = call_with(Get, "iam-owner".into(), JsValue::NULL, options(&[("headers", headers)])).await.unwrap_err();
    assert_eq!(summary(&error), ("transport".to_owned(), 14.0, None));
}

/// A fetch that records the request and never responds. It rejects when it is aborted, like the real one.
fn silent_fetch(record: &Object) -> JsValue {
    let code =
        "return (url, init) => { Object.assign(record, { url, ...init, headers: [...new Headers(init.headers)] });
        return new Promise((_, reject) => {
            init.signal.onabort = () => { record.aborted = true; reject(init.signal.reason); };
        }); }";
    Function::new_with_args("record", code).call1(&JsValue::UNDEFINED, record).unwrap()
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn request_is_sent_as_the_contract_says() {
    let record = Object::new();
    let headers = js_sys::eval("({ 'X-Trace': '1' })").unwrap();
    let options = options(&[
        ("fetch", silent_fetch(&record)),
        ("timeoutMs", 20.into()),
        ("baseUrl", "https://z.example/prefix/".into()),
        ("language", "de".into()),
        ("headers", headers),
    ]);
    call_with(Reactivate, "s3cret".into(), ACME.into(), options).await.unwrap_err();
    let url = "https://z.example/prefix/zitadel.management.v1.ManagementService/ReactivateOrg";
    assert_eq!(text(&record, "url"), url);
    for (option, value) in
        [("method", "POST"), ("redirect", "manual"), ("credentials", "omit"), ("referrerPolicy", "no-referrer")]
    {
        assert_eq!(text(&record, option), value, "{option}");
    }
    assert_eq!(json(&get(&record, "body")), r#"{"0":0,"1":0,"2":0,"3":0,"4":0}"#);
    let expected = concat!(
        r#"[["accept-language","de"],["authorization","Bearer s3cret"],"#,
        r#"["content-type","application/grpc-web+proto"],["x-grpc-web","1"],["x-trace","1"],"#,
        r#"["x-user-agent","zitadel-org-web/"#,
        env!("CARGO_PKG_VERSION"),
        r#""],["x-zitadel-orgid","69629023906488334"]]"#
    );
    assert_eq!(json(&get(&record, "headers")), expected);
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn same_origin_call_sends_grpc_timeout() {
    let record = Object::new();
    let own = js_sys::eval("location.origin").unwrap();
    let options = options(&[("fetch", silent_fetch(&record)), ("timeoutMs", 20.into()), ("baseUrl", own)]);
    call_with(Get, "x".into(), JsValue::NULL, options).await.unwrap_err();
    // Some of it may have passed.
    let headers = json(&get(&record, "headers"));
    let left = headers.split_once(r#"["grpc-timeout",""#).and_then(|(_, rest)| rest.split_once(r#"m"]"#));
    let left_ms: u32 = left.unwrap().0.parse().unwrap();
    assert!((1..=20).contains(&left_ms), "{headers}");
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn passed_deadline_ends_the_call_and_its_fetch() {
    let record = Object::new();
    let options = options(&[("fetch", silent_fetch(&record)), ("timeoutMs", 20.into())]);
    let error = call_with(Get, "x".into(), JsValue::NULL, options).await.unwrap_err();
    assert_eq!(summary(&error), ("timeout".to_owned(), 4.0, None));
    assert!(get(&record, "aborted").is_truthy());
}

#[wasm_bindgen_test]
async fn deadline_covers_the_token() {
    let token = Function::new_no_args("return new Promise(() => {})");
    let error = call_with(Get, token.into(), JsValue::NULL, options(&[("timeoutMs", 20.into())])).await.unwrap_err();
    assert_eq!(summary(&error), ("timeout".to_owned(), 4.0, None));
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn signal_ends_the_call_and_its_fetch_with_its_reason() {
    let record = Object::new();
    let controller = AbortController::new().unwrap();
    let options = options(&[("fetch", silent_fetch(&record)), ("signal", get(&controller, "signal"))]);
    let call = call_with(Get, "x".into(), JsValue::NULL, options);
    let abort = async {
        sleep(Duration::from_millis(20)).await;
        abort(&controller, "enough");
    };
    let (outcome, ()) = join(call, abort).await;
    let error = outcome.unwrap_err();
    assert_eq!(summary(&error), ("aborted".to_owned(), 1.0, None));
    assert_eq!(text(&error, "cause"), "enough");
    assert!(get(&record, "aborted").is_truthy());
}

/// Runs both futures at once.
async fn join<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    let (mut a, mut b) = (None, None);
    std::future::poll_fn(|context| {
        if a.is_none()
            && let std::task::Poll::Ready(value) = first.as_mut().poll(context)
        {
            a = Some(value);
        }
        if b.is_none()
            && let std::task::Poll::Ready(value) = second.as_mut().poll(context)
        {
            b = Some(value);
        }
        if a.is_some() && b.is_some() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    (a.unwrap(), b.unwrap())
}

#[wasm_bindgen_test]
async fn aborted_signal_sends_nothing() {
    let record = Object::new();
    let controller = AbortController::new().unwrap();
    abort(&controller, "enough");
    let options = options(&[("fetch", silent_fetch(&record)), ("signal", get(&controller, "signal"))]);
    let token = Function::new_no_args("throw 'called'");
    let error = call_with(Get, token.into(), JsValue::NULL, options).await.unwrap_err();
    assert_eq!(summary(&error), ("aborted".to_owned(), 1.0, None));
    assert!(get(&record, "url").is_undefined());
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn fetch_that_throws_or_returns_junk_is_a_transport_error() {
    for body in [
        "throw 'why'",
        "return 5",
        "return undefined",
        "return Promise.reject('why')",
        "return {}",
        "return { status: 200 }",
        "return { status: 200, headers: 5 }",
        "return { status: 200, headers: new Headers({ 'content-type': 'application/grpc-web' }), body: {} }",
        "return { status: 200, headers: new Headers({ 'content-type': 'application/grpc-web' }),
                  body: { getReader: () => ({ read: () => ({ done: false, value: 'junk' }) }) } }",
    ] {
        let fetch = Function::new_no_args(body);
        let options = options(&[("fetch", fetch.into()), ("timeoutMs", 5_000.into())]);
        let error = call_with(Get, "x".into(), JsValue::NULL, options).await.unwrap_err();
        assert_eq!(summary(&error), ("transport".to_owned(), 14.0, None), "{body}");
    }
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn error_page_of_a_proxy_has_its_http_status_and_body() {
    let fetch =
        Function::new_no_args("return new Response('<h1>', { status: 503, headers: { 'content-type': 'text/html' } })");
    let error = call_with(Get, "x".into(), JsValue::NULL, options(&[("fetch", fetch.into())])).await.unwrap_err();
    assert_eq!(summary(&error), ("status".to_owned(), 14.0, None));
    assert_eq!(get(&error, "httpStatus"), 503);
    assert_eq!(text(&error, "body"), "<h1>");
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn redirect_is_not_followed_in_any_form() {
    for body in ["return Response.redirect('https://z.example', 307)", "return Response.error()"] {
        let fetch = Function::new_no_args(body);
        let error = call_with(Get, "x".into(), JsValue::NULL, options(&[("fetch", fetch.into())])).await.unwrap_err();
        assert_eq!(summary(&error), ("transport".to_owned(), 14.0, None), "{body}");
    }
}

#[wasm_bindgen_test]
async fn errors_do_not_contain_the_token() {
    let fetch = Function::new_no_args("throw new TypeError('no')");
    for options in
        [options(&[]), options(&[("fetch", fetch.into())]), options(&[("baseUrl", "http://127.0.0.1:1".into())])]
    {
        let error = call_with(Get, "s3cret".into(), JsValue::NULL, options).await.unwrap_err();
        let cause = get(&error, "cause");
        let shown = format!("{}{:?}", json(&error), cause);
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}

#[wasm_bindgen_test]
#[cfg_attr(feature = "tonic", ignore = "tonic-web-wasm-client doesn't take a fetch")]
async fn error_joins_repeated_headers_and_trailers() {
    let fetch = Function::new_no_args(
        r#"return new Response(Uint8Array.from([0x80, 0, 0, 0, 33, ...new TextEncoder().encode(
            "Grpc-Status: 5\r\nx-t: 1\r\nX-T: 2\r\n\r")]), { headers: [
            ["content-type", "application/grpc-web+proto"], ["x-h", "1"], ["x-h", "2"]] })"#,
    );
    let error = call_with(Get, "x".into(), JsValue::NULL, options(&[("fetch", fetch.into())])).await.unwrap_err();
    assert_eq!(summary(&error), ("status".to_owned(), 5.0, None));
    assert_eq!(
        json(&get(&error, "metadata")),
        r#"{"content-type":"application/grpc-web+proto","x-h":"1, 2","grpc-status":"5","x-t":"1, 2"}"#
    );
}

#[wasm_bindgen_test]
async fn organizations_are_activated_with_a_result_per_id() {
    ensure(Deactivate, HOOLI).await;
    let one = js::ensure_org_active("iam-owner".into(), HOOLI.into(), options(&[]), JsValue::UNDEFINED, None);
    let one = JsFuture::from(one).await.unwrap();
    assert_eq!((text(&one, "orgId").as_str(), text(&one, "outcome").as_str()), (HOOLI, "reactivated"));
    let progress = Array::new();
    let on_progress = Function::new_with_args("progress", "return (value) => progress.push(value)");
    let on_progress = on_progress.call1(&JsValue::UNDEFINED, &progress).unwrap();
    let ids: Array = [HOOLI, "1", HOOLI].map(JsValue::from_str).into_iter().collect();
    let options = options(&[("onProgress", on_progress)]);
    let many = js::ensure_orgs_active("iam-owner".into(), ids.into(), options, JsValue::UNDEFINED, None);
    let many = JsFuture::from(many).await.unwrap();
    assert_eq!(get(&many, "length"), 3);
    for index in ["0", "2"] {
        assert_eq!(text(&many, &format!("{index}.activation.outcome")), "already-active");
    }
    assert_eq!(text(&many, "1.error.id"), "ORG-Dgf3g");
    let done: Vec<_> = progress.iter().map(|value| (get(&value, "done"), get(&value, "total"))).collect();
    assert_eq!(done, [(1.into(), 2.into()), (2.into(), 2.into())]);
}

#[wasm_bindgen_test]
async fn defaults_are_overridden_by_options() {
    // The form in which the loader passes a client's defaults.
    let defaults = Object::new();
    Reflect::set(&defaults, &"values".into(), &options(&[("language", "fr".into())])).unwrap();
    let language = js_sys::eval("({ language: 'de' })").unwrap();
    let call = js::reactivate_org("iam-owner".into(), GLOBEX.into(), language, defaults.into(), None);
    let error = JsFuture::from(call).await.unwrap_err();
    assert_eq!(text(&error, "message"), "Organisation ist bereits aktiv (EVENT-bfnrh)");
}

#[wasm_bindgen_test]
async fn nothing_is_sent_after_the_token_function_aborted() {
    let (record, controller) = (Object::new(), AbortController::new().unwrap());
    let token = Function::new_with_args("controller", "return () => { controller.abort('enough'); return 'x'; }");
    let token = token.call1(&JsValue::UNDEFINED, &controller).unwrap();
    let options = options(&[("fetch", silent_fetch(&record)), ("signal", get(&controller, "signal"))]);
    let error = call_with(Reactivate, token, ACME.into(), options).await.unwrap_err();
    assert_eq!(summary(&error), ("aborted".to_owned(), 1.0, None));
    assert_eq!((text(&error, "cause").as_str(), get(&error, "mayHaveChanged")), ("enough", JsValue::FALSE));
    assert!(get(&record, "url").is_undefined());
}

fn client(token: &str) -> Client {
    Client::builder(URL).token(token).build().unwrap()
}

#[wasm_bindgen_test]
async fn rust_client_reactivates_over_both_protocols() {
    for protocol in [Protocol::GrpcWeb, Protocol::Json] {
        let client = client("iam-owner").with(CallOptions::new().protocol(protocol));
        ensure(Deactivate, HOOLI).await;
        let response = client.reactivate_org(Some(HOOLI)).await.unwrap();
        let details = response.details.unwrap();
        assert_eq!((details.resource_owner.as_str(), details.creation_date), (HOOLI, None));
        let org = client.get_my_org(Some(HOOLI)).await.unwrap().org.unwrap();
        assert_eq!((org.name.as_str(), org.state), ("Hooli", 1));
        assert_eq!(org.details.unwrap().sequence, details.sequence);
    }
}

#[wasm_bindgen_test]
async fn rust_client_returns_the_error_of_zitadel() {
    for protocol in [Protocol::GrpcWeb, Protocol::Json] {
        let client = client("iam-owner").with(CallOptions::new().protocol(protocol).language("fr"));
        let error = client.reactivate_org(Some(GLOBEX)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.id()),
            (ErrorKind::Status, Code::FailedPrecondition, Some("EVENT-bfnrh"))
        );
        assert_eq!(error.message(), "L'organisation est déjà active (EVENT-bfnrh)");
        assert!(!error.may_have_changed() && !error.is_retriable());
        assert_eq!(error.details().len(), 1);
        // Over REST it is not exposed across origins.
        let request_id = (protocol == Protocol::GrpcWeb).then_some(20);
        assert_eq!(error.metadata().get("x-request-id").map(str::len), request_id);
    }
}

#[wasm_bindgen_test]
async fn rust_token_function_is_called_again_with_the_error() {
    let token = |previous: Option<&Error>| {
        let token = if previous.and_then(Error::id) == Some("AUTH-7fs1e") { "acme-viewer" } else { "garbage" };
        std::future::ready(Ok::<_, Error>(token.to_owned()))
    };
    let client = Client::builder(URL).token_function(token).build().unwrap();
    assert_eq!(client.get_my_org(None).await.unwrap().org.unwrap().id, ACME);
}

#[wasm_bindgen_test]
async fn rust_deadline_ends_the_call() {
    let client = Client::builder(URL)
        .token_function(|_| std::future::pending::<Result<String, Error>>())
        .options(CallOptions::new().timeout(Duration::from_millis(20)))
        .build()
        .unwrap();
    let error = client.reactivate_org(None).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.may_have_changed()),
        (ErrorKind::Timeout, Code::DeadlineExceeded, false)
    );
}

#[wasm_bindgen_test]
async fn javascript_exception_is_the_source_of_an_error() {
    let client = Client::builder("http://127.0.0.1:1").token("x").build().unwrap();
    let error = client.get_my_org(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let source = std::error::Error::source(&error).unwrap();
    let thrown = source.downcast_ref::<zitadel_org_web::Thrown>().unwrap();
    assert!(thrown.0.is_instance_of::<js_sys::TypeError>());
}

#[wasm_bindgen_test]
async fn rust_client_lists_and_activates_organizations() {
    for protocol in [Protocol::GrpcWeb, Protocol::Json] {
        let client = client("iam-owner").with(CallOptions::new().protocol(protocol));
        ensure(Deactivate, HOOLI).await;
        let query = Query::NameQuery(OrganizationNameQuery {
            name: "HOO".to_owned(),
            method: TextQueryMethod::StartsWithIgnoreCase.into(),
        });
        let request =
            ListOrganizationsRequest { queries: vec![SearchQuery { query: Some(query) }], ..Default::default() };
        let list = client.list_organizations(request).await.unwrap();
        assert_eq!(list.details.unwrap().total_result, 1);
        let org = list.result.first().unwrap();
        assert_eq!((org.id.as_str(), org.state()), (HOOLI, OrganizationState::Inactive));
        let permissions = client.list_my_zitadel_permissions(Some(HOOLI)).await.unwrap().result;
        assert!(permissions.contains(&"org.write".to_owned()));

        let activation = client.ensure_org_active(HOOLI).await.unwrap();
        assert_eq!((activation.outcome, activation.change_date.is_some()), (Outcome::Reactivated, true));
        client.deactivate_organization(HOOLI).await.unwrap();
        let all = client.ensure_orgs_active([HOOLI, GLOBEX, "1"], BulkOptions::new()).await.unwrap();
        let outcomes: Vec<_> = all.iter().map(|one| one.result.as_ref().map(|active| active.outcome).ok()).collect();
        assert_eq!(outcomes, [Some(Outcome::Reactivated), Some(Outcome::AlreadyActive), None]);
        assert_eq!(all.last().unwrap().result.as_ref().unwrap_err().id(), Some("ORG-Dgf3g"));
        let error = client.activate_organization(HOOLI).await.unwrap_err();
        assert_eq!(error.id(), Some("EVENT-bfnrh"));
    }
}
