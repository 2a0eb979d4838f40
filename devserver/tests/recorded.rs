//! The real server's exchanges, replayed: the dev server responds as it did.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::collections::BTreeSet;

use common::{ACME, Answer, GLOBEX, Running, UMBRELLA, start};
use serde::Deserialize;

/// What is not compared, and why.
const LEFT_OUT: [(&str, &str); 8] = [
    ("react-active-zh", "texts are there in English, German and French"),
    ("unknown-host-de", "this text is there in English alone"),
    ("rest-bad-json2", "Go's words for what is no JSON"),
    ("rest-evil-origin-de-user", "tokens here are personal ones, which are of no client with origins"),
    ("grpc-web-on-root", "there is no login page"),
    ("grpc-encoding-gzip", "the client compresses nothing"),
    ("grpc-encoding-gzip-get", "the client compresses nothing"),
    ("host-127", "tests reach the dev server at this host"),
];

/// Headers of the connection, and those with a time.
const UNCOMPARED: [&str; 6] = ["content-length", "transfer-encoding", "date", "connection", "trailer", "keep-alive"];

/// Headers whose values depend on neither time nor ids.
const VALUES: [&str; 12] = [
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-max-age",
    "content-type",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "set-cookie",
    "vary",
    "x-content-type-options",
];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    name: String,
    request: String,
    request_body: Option<String>,
    status: String,
    headers: Vec<String>,
    body_hex: Option<String>,
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

/// A recorded request's body with the ids that are here, which are shorter by a digit.
fn body(recorded: &str) -> Option<Vec<u8>> {
    let bytes = if recorded.starts_with('{') { recorded.as_bytes().to_vec() } else { bytes(recorded)? };
    if bytes.starts_with(b"{") {
        return Some(ours(&String::from_utf8(bytes).unwrap()).into_bytes());
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some(at) = IDS.iter().find_map(|(theirs, _)| text.find(theirs)).filter(|_| bytes.is_ascii()) else {
        return Some(bytes);
    };
    let mut bytes = ours(&text).into_bytes();
    // The lengths of the frame, of the id and of the messages around it.
    bytes[4] -= 1;
    (at - 1..at).chain([at - 3, at - 5]).filter(|place| *place > 5).for_each(|place| bytes[place] -= 1);
    Some(bytes)
}

const IDS: [(&str, &str); 3] =
    [("401172493454281766", ACME), ("401172493588499494", GLOBEX), ("401172493823380518", UMBRELLA)];

/// The recorded ids and tokens, as they are here.
fn ours(text: &str) -> String {
    [
        ("<token:acmeOwner>", "acme-owner"),
        ("<token:iam>", "iam-owner"),
        ("<token:acmeViewer>", "acme-viewer"),
        ("<token:nobody>", "initech-nobody"),
        ("<token:expired>", "acme-expired"),
        ("<token:de>", "globex-owner-de"),
        ("<token:acmeProject>", "acme-project-owner"),
    ]
    .iter()
    .chain(&IDS)
    .fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
}

async fn replay(server: &Running, exchange: &Exchange) -> Option<Answer> {
    let request = ours(&exchange.request);
    let (line, headers) = request.split_once(' ').unwrap();
    let (path, headers) = headers.split_once(' ').unwrap_or((headers, ""));
    let mut pairs: Vec<(&str, &str)> = headers
        .split(" | ")
        .filter_map(|header| header.split_once(':'))
        .map(|(name, value)| (name, value.trim()))
        .collect();
    if !pairs.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        pairs.push(("host", "localhost"));
    }
    let lower: Vec<(String, &str)> = pairs.iter().map(|(name, value)| (name.to_lowercase(), *value)).collect();
    let pairs: Vec<(&str, &str)> = lower.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let body = body(exchange.request_body.as_deref().unwrap_or_default())?;
    Some(server.send(line, path, &pairs, &body).await)
}

/// A header's values, and a list of names in an order of its own.
fn value(name: &str, values: &[String]) -> String {
    let mut parts: Vec<String> = values.join(", ").split(", ").map(str::to_owned).collect();
    if name == "vary" || name.starts_with("access-control-expose") {
        parts.sort();
    }
    parts.join(", ")
}

/// A body without times, ids and sequence numbers: text with every number as 0; frames with their flags and trailers.
fn form(body: &[u8]) -> String {
    let mut form = String::new();
    let mut rest = body;
    while let Some(([flags @ (0 | 0x80), len @ ..], payload)) = rest.split_first_chunk::<5>() {
        let len = usize::try_from(u32::from_be_bytes(*len)).unwrap();
        let (payload, after) = payload.split_at(len);
        let text = if *flags == 0 { String::new() } else { String::from_utf8_lossy(payload).into_owned() };
        form.push_str(&format!("[frame {flags} {text}]"));
        rest = after;
    }
    let text = String::from_utf8_lossy(rest);
    // In the text form the message, which has the times, comes before the trailers.
    let text = text.find("gAAAA").map_or(&*text, |trailers| &text[trailers..]);
    for character in text.chars() {
        match character {
            '0'..='9' if form.ends_with('0') => {}
            '0'..='9' => form.push('0'),
            other => form.push(other),
        }
    }
    form
}

fn differences(exchange: &Exchange, answer: &Answer) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, theirs: String, ours: String| {
        if theirs != ours {
            differences.push(format!("{what}: theirs {theirs:?}, ours {ours:?}"));
        }
    };
    compare("status", exchange.status.split(' ').nth(1).unwrap_or_default().to_owned(), answer.status.to_string());
    let theirs: Vec<(String, String)> = exchange
        .headers
        .iter()
        .filter_map(|header| header.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let recorded: BTreeSet<&str> =
        theirs.iter().map(|(name, _)| name.as_str()).filter(|name| !UNCOMPARED.contains(name)).collect();
    let own: BTreeSet<&str> =
        answer.headers.keys().map(|name| name.as_str()).filter(|name| !UNCOMPARED.contains(name)).collect();
    compare(
        "headers that only one has",
        recorded.difference(&own).copied().collect::<Vec<_>>().join(" "),
        own.difference(&recorded).copied().collect::<Vec<_>>().join(" "),
    );
    for name in VALUES {
        let recorded: Vec<String> =
            theirs.iter().filter(|(key, _)| key == name).map(|(_, value)| ours(value)).collect();
        let own: Vec<String> = answer
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        if !recorded.is_empty() && !own.is_empty() {
            compare(name, value(name, &recorded), value(name, &own));
        }
    }
    if let Some(body) = exchange.body_hex.as_deref().and_then(bytes)
        && !exchange.request.starts_with("HEAD ")
    {
        compare("body", form(&body), form(&answer.body));
    }
    differences
}

/// What there is to replay of a recording, and what is not compared of it.
async fn replay_all(file: &str, least: usize, left_out: &[(&str, &str)]) {
    let text = std::fs::read_to_string(format!("../tests/fixtures/{file}.json")).unwrap();
    let exchanges: Vec<Exchange> = serde_json::from_str(&text).unwrap();
    let server = start().await;
    let mut all = Vec::new();
    let mut replayed = 0;
    for exchange in &exchanges {
        // native.rs speaks HTTP/2, and the client neither Connect nor v2beta.
        if exchange.status.starts_with("HTTP/2") || ["connect", "v2beta"].iter().any(|it| exchange.name.starts_with(it))
        {
            continue;
        }
        let Some(answer) = replay(&server, exchange).await else { continue }; // Its body is not in the file.
        replayed += 1;
        let differences = differences(exchange, &answer);
        if !left_out.iter().any(|(name, _)| *name == exchange.name) && !differences.is_empty() {
            all.push(format!("{}:\n    {}", exchange.name, differences.join("\n    ")));
        }
    }
    assert!(replayed > least, "{replayed}");
    assert!(all.is_empty(), "{} differ:\n{}", all.len(), all.join("\n"));
}

#[tokio::test]
async fn the_dev_server_responds_as_the_real_one_did() {
    replay_all("management-v1", 170, &LEFT_OUT).await;
}

#[tokio::test]
async fn organization_v2_responds_as_the_real_one_did() {
    replay_all(
        "organization-v2",
        50,
        &[("web-list", "its request has a field of another type than the message, which Go skips")],
    )
    .await;
}

#[tokio::test]
async fn permissions_and_lists_respond_as_the_real_ones_did() {
    replay_all("permissions-and-lists", 30, &[]).await;
}
