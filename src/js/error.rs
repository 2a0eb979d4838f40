//! Errors as JavaScript's `ZitadelError`.

use std::error::Error as _;

use wasm_bindgen::prelude::*;

use crate::{
    detail::{Detail, ZITADEL, ZITADEL_V2},
    error::Error,
    message::json_text::quote,
    platform::browser::Thrown,
    wire::base64,
};

#[wasm_bindgen(module = "/js/error.js")]
extern "C" {
    #[wasm_bindgen(reexport)]
    type ZitadelError;
    /// Creates a `ZitadelError` from JSON text. Its metadata are names and values in turn.
    #[wasm_bindgen(js_name = createError)]
    fn create_error(fields: &str, cause: &JsValue) -> ZitadelError;
}

/// Returns the error as a `ZitadelError`.
pub(super) fn to_js(error: &Error) -> JsValue {
    let cause = error.source().and_then(|source| source.downcast_ref::<Thrown>());
    create_error(&json(error), cause.map_or(&JsValue::UNDEFINED, |thrown| &thrown.0)).into()
}

/// Returns the members of the error as JSON text: one text that the browser parses is less code than setting every member.
fn json(error: &Error) -> String {
    let mut object = JsonObject::new();
    object.text("kind", error.kind().name());
    object.raw("code", &error.code().number().to_string());
    object.text("message", error.message());
    object.optional_text("id", error.id());
    object.optional_text("requestId", error.metadata().get("x-request-id"));
    object.optional_text("body", error.body());
    if let Some(http_status) = error.http_status() {
        object.raw("httpStatus", &http_status.to_string());
    }
    if let Some(retry_after_ms) = error.retry_after_ms() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and a cast saturates")]
        object.raw("retryAfterMs", &(retry_after_ms as u64).to_string());
    }
    object.raw("retriable", bool_text(error.is_retriable()));
    object.raw("mayHaveChanged", bool_text(error.may_have_changed()));
    object.raw("details", &array(error.details().iter().map(detail)));
    object.raw("metadata", &array(error.metadata().iter().flat_map(|(name, value)| [quoted(name), quoted(value)])));
    object.end()
}

/// Returns a detail in the JSON mapping of `google.protobuf.Any`.
fn detail(detail: &Detail) -> String {
    let mut object = JsonObject::new();
    match detail {
        Detail::Zitadel { id, message } => {
            object.text("@type", ZITADEL);
            object.text("id", id);
            object.text("message", message);
        }
        Detail::ZitadelV2 { slug, message } => {
            object.text("@type", ZITADEL_V2);
            object.text("slug", slug);
            object.text("message", message);
        }
        Detail::Other { type_url, value } => {
            object.text("@type", type_url);
            object.text("value", &base64::encode(value));
        }
        Detail::Json { text, .. } => return text.clone(),
    }
    object.end()
}

const fn bool_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn quoted(text: &str) -> String {
    let mut json = String::new();
    quote(text, &mut json);
    json
}

fn array(items: impl Iterator<Item = String>) -> String {
    let mut json = String::from("[");
    for item in items {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&item);
    }
    json.push(']');
    json
}

/// An object that is written as JSON text.
struct JsonObject(String);

impl JsonObject {
    fn new() -> Self {
        Self(String::from("{"))
    }

    /// Adds a member whose value is JSON text.
    fn raw(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(name, &mut self.0);
        self.0.push(':');
        self.0.push_str(json);
    }

    fn text(&mut self, name: &str, text: &str) {
        self.raw(name, &quoted(text));
    }

    fn optional_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
