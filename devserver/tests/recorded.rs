//! Replays exchanges that were recorded on real servers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use common::{ACME, Answer, GLOBEX, Running, UMBRELLA, start};
use devserver::method::Method;
use prost::Message as _;
use prost_reflect::{DeserializeOptions, DynamicMessage};
use serde::Deserialize;
use serde_json::{Value, json};

/// The project that PROJECT_OWNER is limited to.
const PROJECT: &str = "69629023906480001";

/// Exchanges that are not replayed, with the reason. A trailing `*` stands for any text.
type LeftOut = &'static [(&'static str, &'static str)];

const BODY: &str = "the request's body is not in the file";
const CONNECT: &str = "the client does not use the Connect protocol";
const V2_BETA: &str = "the client does not use v2beta";
const HTTP_2: &str = "the dev server has only HTTP/1.1, like every server that browsers reach without TLS";
const ROW_ORDER: &str = "updates moved the rows within the real table; the dev server keeps the oldest first";

#[tokio::test]
async fn management_v1() {
    let left_out: LeftOut = &[
        ("react-active-zh", "texts are in English, German and French"),
        ("unknown-host-de", "this text is only in English"),
        ("rest-bad-json2", "Go's text about invalid JSON"),
        ("grpc-web-on-root", "there is no login page"),
        ("grpc-encoding-gzip*", "the client does not compress"),
        ("host-127", "tests reach the dev server at this host"),
        ("h2-*", HTTP_2),
        ("rest-big-body", BODY),
        ("declared-4MiB+1-unknown-field", BODY),
        ("4MiB-unknown-field", BODY),
        ("9MiB-body", BODY),
    ];
    replay("management-v1", left_out).await;
}

#[tokio::test]
async fn organization_v2() {
    let left_out: LeftOut = &[
        ("web-list", "a request field of another type than the proto's, which Go skips"),
        ("connect-*", CONNECT),
        ("v2beta-*", V2_BETA),
        ("h2-*", HTTP_2),
        ("web-h2-*", HTTP_2),
    ];
    replay("organization-v2", left_out).await;
}

#[tokio::test]
async fn permissions_and_lists() {
    replay("permissions-and-lists", &[("web-list-big-limit", ROW_ORDER)]).await;
}

#[tokio::test]
async fn edges_v4_6_and_relational_tables() {
    let left_out: LeftOut = &[
        ("web-list-name-201", BODY),
        ("rest-list-name-201", BODY),
        ("web-list-id-201", BODY),
        ("rest-list-id-201", BODY),
        ("web-activate-201", BODY),
        ("web-deactivate-201", BODY),
        ("rest-list-unknown-field", ROW_ORDER),
        ("v466-web-perm-viewer", "v4.6.6 had no permissions of groups, which the page does not read"),
        ("rel-rest-v2beta-*", V2_BETA),
    ];
    replay("edges-and-v4.6", left_out).await;
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    name: String,
    request: String,
    request_body: Option<String>,
    status: String,
    headers: Vec<String>,
    body_hex: Option<String>,
    server: Option<String>,
}

async fn replay(file: &str, left_out: LeftOut) {
    let text = std::fs::read_to_string(format!("../tests/fixtures/{file}.json")).unwrap();
    let exchanges: Vec<Exchange> = serde_json::from_str(&text).unwrap();
    let is_named = |pattern: &str, name: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    for (pattern, _) in left_out {
        assert!(exchanges.iter().any(|exchange| is_named(pattern, &exchange.name)), "{pattern} is not in {file}");
    }
    let mut server: Option<(Option<&str>, Running)> = None;
    let mut failures = Vec::new();
    for exchange in &exchanges {
        if left_out.iter().any(|(pattern, _)| is_named(pattern, &exchange.name)) {
            continue;
        }
        let name = exchange.server.as_deref();
        if server.as_ref().is_none_or(|(current, _)| *current != name) {
            server = Some((name, start_like(name).await));
        }
        let (_, server) = server.as_ref().unwrap();
        let differences = differences(exchange, &send(server, exchange).await);
        if !differences.is_empty() {
            failures.push(format!("{}:\n    {}", exchange.name, differences.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
}

/// Starts a server in the state that the recorded one had.
async fn start_like(server: Option<&str>) -> Running {
    let running = start().await;
    if server.is_some_and(|name| name.starts_with("a97999e5")) {
        for token in ["acme-owner", "hooli-settings-manager-fr"] {
            assert_eq!(running.call("ReactivateOrg", token, "").await.header("grpc-status"), None);
        }
    }
    running
}

/// Replaces recorded tokens, ids and names by those of the dev server.
fn translate(text: &str) -> String {
    let tokens = [
        ("acmeOwner", "acme-owner"),
        ("acmeProject", "acme-project-owner"),
        ("acmeViewer", "acme-viewer"),
        ("deNoAud", "acme-expired"),
        ("de", "globex-owner-de"),
        ("expired", "acme-expired"),
        ("fr", "hooli-settings-manager-fr"),
        ("iam", "iam-owner"),
        ("nobody", "initech-nobody"),
    ];
    let names = [
        ("401172493454281766", ACME),
        ("401617110784019494", ACME),
        ("401620344592403494", ACME),
        ("401172493588499494", GLOBEX),
        ("401617110951791654", GLOBEX),
        ("401620344676289574", GLOBEX),
        ("401172493823380518", UMBRELLA),
        ("401617111169895462", UMBRELLA),
        ("401620344860838950", UMBRELLA),
        ("401172494209256486", PROJECT),
        // The next organizations after ACME by name.
        ("Bulk 0000", "Globex"),
        ("Bulk 0001", "Hooli"),
        ("Bulk 0002", "Initech"),
        ("bulk-0000", "globex"),
        ("bulk-0001", "hooli"),
        ("bulk-0002", "initech"),
    ];
    let text =
        tokens.iter().fold(text.to_owned(), |text, (recorded, own)| text.replace(&format!("<token:{recorded}>"), own));
    names.iter().fold(text, |text, (recorded, own)| text.replace(recorded, own))
}

async fn send(server: &Running, exchange: &Exchange) -> Answer {
    let request = translate(&exchange.request);
    let (http_method, rest) = request.split_once(' ').unwrap();
    let (path, headers) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut headers: Vec<(String, &str)> = headers
        .split(" | ")
        .filter_map(|header| header.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim()))
        .collect();
    let host = match exchange.server.as_deref() {
        Some("v4.6.6") => "v4-6.localhost",
        Some("a97999e5, enable_relational_tables") => "relational.localhost",
        _ => "localhost",
    };
    if !headers.iter().any(|(name, _)| name == "host") {
        headers.push(("host".to_owned(), host));
    }
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let body = request_body(exchange.request_body.as_deref().unwrap_or_default(), Method::at(path));
    server.send(http_method, path, &headers, &body).await
}

/// Returns a request's body with the dev server's ids, which are shorter by a digit.
fn request_body(recorded: &str, method: Option<Method>) -> Vec<u8> {
    let bytes = if recorded.starts_with('{') { recorded.as_bytes().to_vec() } else { from_hex(recorded) };
    if bytes.starts_with(b"{") {
        return translate(&String::from_utf8(bytes).unwrap()).into_bytes();
    }
    let has_id = String::from_utf8_lossy(&bytes) != translate(&String::from_utf8_lossy(&bytes));
    let Some(method) = method.filter(|_| has_id) else { return bytes };
    let descriptor = method.0.input();
    let message = DynamicMessage::decode(descriptor.clone(), &bytes[5..]).unwrap();
    let json = serde_json::from_str(&translate(&serde_json::to_string(&message).unwrap())).unwrap();
    let message: DynamicMessage =
        DynamicMessage::deserialize_with_options::<Value>(descriptor, json, &DeserializeOptions::new()).unwrap();
    let message = message.encode_to_vec();
    [&[0, 0, 0, 0, u8::try_from(message.len()).unwrap()], message.as_slice()].concat()
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Headers of the connection.
const UNCOMPARED: [&str; 5] = ["connection", "content-length", "keep-alive", "trailer", "transfer-encoding"];

/// Headers whose values depend on neither time nor ids.
const COMPARED_VALUES: [&str; 17] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "cache-control",
    "content-type",
    "grpc-accept-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "set-cookie",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-robots-tag",
];

fn differences(exchange: &Exchange, answer: &Answer) -> Vec<String> {
    let mut differences = Vec::new();
    compare(&mut differences, "status", exchange.status.split(' ').nth(1), Some(answer.status.to_string().as_str()));
    let expected = exchange.headers.iter().filter_map(|header| header.split_once(':'));
    let expected = by_name(expected.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())));
    let actual = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let actual = by_name(actual);
    compare(
        &mut differences,
        "headers",
        expected.keys().filter(|name| !actual.contains_key(*name)).collect::<Vec<_>>(),
        actual.keys().filter(|name| !expected.contains_key(*name)).collect::<Vec<_>>(),
    );
    for name in COMPARED_VALUES {
        if let (Some(expected), Some(actual)) = (expected.get(name), actual.get(name)) {
            compare(&mut differences, name, expected, actual);
        }
    }
    if let Some(hex) = exchange.body_hex.as_deref().filter(|_| !exchange.request.starts_with("HEAD ")) {
        let path = translate(exchange.request.split(' ').nth(1).unwrap());
        compare(&mut differences, "body", body(&path, &from_hex(hex)), body(&path, &answer.body));
    }
    differences
}

fn compare<T: PartialEq + Debug>(differences: &mut Vec<String>, subject: &str, expected: T, actual: T) {
    if expected != actual {
        differences.push(format!("{subject}:\n      expected {expected:?}\n      actual   {actual:?}"));
    }
}

/// Returns the headers by name; a list of names is sorted and in lower case.
fn by_name(headers: impl Iterator<Item = (String, String)>) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, value) in headers.filter(|(name, _)| !UNCOMPARED.contains(&name.as_str())) {
        let values = all.entry(name.clone()).or_default();
        if name == "vary" || name == "access-control-expose-headers" {
            values.extend(value.split(", ").map(str::to_lowercase));
        } else {
            values.insert(value);
        }
    }
    all
}

/// Returns a body as JSON in which ids, times and sequence numbers are equal.
fn body(path: &str, bytes: &[u8]) -> Value {
    if let Ok(json) = serde_json::from_slice(bytes) {
        return normalize(json);
    }
    let quanta: Option<Vec<_>> = bytes.chunks(4).map(|quantum| STANDARD.decode(quantum).ok()).collect();
    let bytes = quanta.map_or(bytes.to_vec(), |quanta| quanta.concat());
    let mut frames = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(([flags @ (0 | 0x80), len @ ..], payload)) = rest.split_first_chunk::<5>() {
        let (payload, after) = payload.split_at(usize::try_from(u32::from_be_bytes(*len)).unwrap());
        frames.push(if *flags == 0 {
            let descriptor = Method::at(path).unwrap().0.output();
            normalize(serde_json::to_value(DynamicMessage::decode(descriptor, payload).unwrap()).unwrap())
        } else {
            String::from_utf8_lossy(payload).into()
        });
        rest = after;
    }
    json!([frames, String::from_utf8_lossy(rest)])
}

fn normalize(json: Value) -> Value {
    match json {
        Value::Object(map) => {
            // The recorded server of the edges has more organizations.
            let total = |value: Value| if value == "1206" { "6".into() } else { value };
            let normalize = |name: &str, value| if name == "totalResult" { total(value) } else { normalize(value) };
            map.into_iter().map(|(name, value)| (name.clone(), normalize(&name, value))).collect()
        }
        Value::Array(values) => values.into_iter().map(normalize).collect(),
        Value::String(text) if text.starts_with(|first: char| first.is_ascii_digit()) => {
            let parts: Vec<&str> = text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
            parts.join("0").into()
        }
        Value::String(text) => translate(&text).into(),
        other => other,
    }
}
