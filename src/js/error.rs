//! Errors as JavaScript's `ZitadelError`.

use std::error::Error as _;

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{
    Detail, Error,
    machine::Thrown,
    protocol::{
        base64,
        detail::{ZITADEL, ZITADEL_V2},
    },
};

#[wasm_bindgen(module = "/js/error.js")]
extern "C" {
    #[wasm_bindgen(reexport)]
    type ZitadelError;
    #[wasm_bindgen(constructor)]
    fn new(fields: &Object) -> ZitadelError;
}

/// The error as a `ZitadelError`.
pub(super) fn to_js(error: &Error) -> JsValue {
    let fields = Object::new();
    for (name, text) in [
        ("kind", Some(error.kind().name())),
        ("message", Some(error.message())),
        ("id", error.id()),
        ("requestId", error.metadata().get("x-request-id")),
        ("body", error.body()),
    ] {
        if let Some(text) = text {
            set(&fields, name, &text.into());
        }
    }
    for (name, number) in [
        ("code", Some(error.code().number().into())),
        ("httpStatus", error.http_status().map(f64::from)),
        ("retryAfterMs", error.retry_after_ms()),
    ] {
        if let Some(number) = number {
            set(&fields, name, &number.into());
        }
    }
    set(&fields, "retriable", &error.is_retriable().into());
    set(&fields, "mayHaveChanged", &error.may_have_changed().into());
    set(&fields, "details", &error.details().iter().map(detail).collect::<Array>());
    let metadata = Object::new();
    for (name, values) in error.metadata().joined_all() {
        set(&metadata, name, &values.into());
    }
    set(&fields, "metadata", &metadata);
    if let Some(Thrown(cause)) = error.source().and_then(|source| source.downcast_ref()) {
        set(&fields, "cause", cause);
    }
    ZitadelError::new(&fields).into()
}

/// A detail in the JSON mapping of `google.protobuf.Any`.
fn detail(detail: &Detail) -> JsValue {
    let encoded;
    let entries = match detail {
        Detail::Zitadel { id, message } => [("@type", ZITADEL), ("id", id), ("message", message)],
        Detail::ZitadelV2 { slug, message } => [("@type", ZITADEL_V2), ("slug", slug), ("message", message)],
        Detail::Other { type_url, value } => {
            encoded = base64::encode(value);
            [("@type", type_url.as_str()), ("value", &encoded), ("", "")]
        }
        Detail::Json { text, .. } => return js_sys::JSON::parse(text).unwrap_or_default(),
    };
    let object = Object::new();
    for (name, text) in entries.iter().filter(|(name, _)| !name.is_empty()) {
        set(&object, name, &(*text).into());
    }
    object.into()
}

/// Sets a member of a new object, which takes any.
pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// A value as a plain object. Ours hold strings, numbers and objects, which always convert.
pub(super) fn value(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}
