//! Values of messages as plain JavaScript objects.

use wasm_bindgen::prelude::*;

use crate::{message::Value, platform::browser::parse_json};

/// Returns the value as a plain object. One JSON text that the browser parses is less code than serde-wasm-bindgen, and it
/// crosses once.
pub(super) fn to_js(value: &Value) -> JsValue {
    parse_json(&value.to_json())
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
    pub(super) fn object(self) -> Value {
        Value::Object(self.0)
    }
}
