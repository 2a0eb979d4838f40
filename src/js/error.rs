//! Errors as JavaScript's `ZitadelError`.

use std::error::Error as _;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{
    Detail, Error,
    machine::{Thrown, reflect},
    protocol::{
        base64,
        detail::{ZITADEL, ZITADEL_V2},
        json::quote,
    },
};

#[wasm_bindgen(module = "/js/error.js")]
extern "C" {
    #[wasm_bindgen(reexport)]
    type ZitadelError;
    #[wasm_bindgen(constructor)]
    fn new(fields: &JsValue) -> ZitadelError;
}

/// The error as a `ZitadelError`.
pub(super) fn to_js(error: &Error) -> JsValue {
    // One text that the browser parses is half the code of setting every member.
    let mut fields = Fields::default();
    fields.text("kind", Some(error.kind().name()));
    fields.raw("code", &error.code().number().to_string());
    fields.text("message", Some(error.message()));
    fields.text("id", error.id());
    fields.text("requestId", error.metadata().get("x-request-id"));
    fields.text("body", error.body());
    for (name, number) in [("httpStatus", error.http_status().map(f64::from)), ("retryAfterMs", error.retry_after_ms())]
    {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and positive; a cast saturates"
        )]
        if let Some(number) = number {
            fields.raw(name, &(number as u64).to_string());
        }
    }
    for (name, is_so) in [("retriable", error.is_retriable()), ("mayHaveChanged", error.may_have_changed())] {
        fields.raw(name, if is_so { "true" } else { "false" });
    }
    let mut details = String::from("[");
    for detail in error.details() {
        details.push_str(if details.len() > 1 { "," } else { "" });
        push_detail(detail, &mut details);
    }
    details.push(']');
    fields.raw("details", &details);
    let mut metadata = Fields::default();
    for (name, values) in error.metadata().joined_all() {
        metadata.text(name, Some(&values));
    }
    fields.raw("metadata", &metadata.end());
    let fields = reflect::parse(&fields.end()).unwrap_or_default();
    if let Some(Thrown(cause)) = error.source().and_then(|source| source.downcast_ref()) {
        reflect::set(&fields, "cause", cause);
    }
    ZitadelError::new(&fields).into()
}

/// The members of an object as JSON text.
#[derive(Default)]
struct Fields(String);

impl Fields {
    #[inline(never)]
    fn raw(&mut self, name: &str, value: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        quote(name, &mut self.0);
        self.0.push(':');
        self.0.push_str(value);
    }

    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.raw(name, "");
            quote(value, &mut self.0);
        }
    }

    fn end(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// Appends a detail in the JSON mapping of `google.protobuf.Any`.
fn push_detail(detail: &Detail, text: &mut String) {
    let encoded;
    let (type_url, members) = match detail {
        Detail::Zitadel { id, message } => (ZITADEL, [("id", id), ("message", message)]),
        Detail::ZitadelV2 { slug, message } => (ZITADEL_V2, [("slug", slug), ("message", message)]),
        Detail::Other { type_url, value } => {
            encoded = base64::encode(value);
            (type_url.as_str(), [("value", &encoded), ("", &encoded)])
        }
        Detail::Json { text: json, .. } => return text.push_str(json),
    };
    let mut fields = Fields::default();
    fields.text("@type", Some(type_url));
    for (name, value) in members {
        fields.text(name, Some(value.as_str()).filter(|_| !name.is_empty()));
    }
    text.push_str(&fields.end());
}

/// A value as a plain object. Ours hold strings, numbers and objects, which always convert.
pub(super) fn value(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}
