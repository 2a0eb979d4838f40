//! Values of messages as plain JavaScript objects.

use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

use crate::{message::Value, wire::base64};

/// Returns the value as a plain object.
pub(super) fn to_js(value: &Value) -> JsValue {
    // Strings, numbers, arrays and objects always convert.
    Plain(value).serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}

/// Returns a plain object.
pub(super) fn object(members: Vec<(&'static str, Value)>) -> JsValue {
    to_js(&Value::Object(members))
}

struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(value) => serializer.serialize_bool(*value),
            #[expect(clippy::cast_precision_loss, reason = "the numbers of these messages have 32 bits")]
            Value::Number(number) => serializer.serialize_f64(*number as f64),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.serialize_str(&base64::encode(bytes)),
            Value::List(items) => serializer.collect_seq(items.iter().map(Plain)),
            // A map, because serde-wasm-bindgen keeps a hash map of the names of structs (1 kB gzip, 2026-11).
            Value::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, Plain(value)))),
        }
    }
}
