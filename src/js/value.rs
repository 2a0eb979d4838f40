//! Values of messages as plain JavaScript objects.

use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::message::Value;

/// Returns the value as a plain object.
pub(super) fn to_js(value: &Value) -> JsValue {
    // Strings, numbers, arrays and objects always convert.
    value.serialize(&Serializer::json_compatible()).unwrap_or_default()
}

/// The members of a plain object.
#[derive(Default)]
pub(super) struct Members(Vec<(&'static str, Value)>);

impl Members {
    pub(super) fn add(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    pub(super) fn text(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.add(name, Value::Text(text.to_owned()));
        }
    }

    pub(super) fn number(&mut self, name: &'static str, number: Option<i64>) {
        if let Some(number) = number {
            self.add(name, Value::Number(number));
        }
    }

    /// Returns the object.
    pub(super) fn into_object(self) -> JsValue {
        to_js(&Value::Object(self.0))
    }
}
