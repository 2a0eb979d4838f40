//! Plain JavaScript objects: messages, and the client's own results.

use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::{message::Value, platform::browser::parse_json};

/// Returns a message as a plain object. The browser parses one text faster than it sets members one by one.
pub(super) fn to_js(message: &Value) -> JsValue {
    parse_json(&message.to_json())
}

/// The members of a plain object that is not a message.
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
        // Strings, numbers and Booleans always convert.
        Value::Object(self.0).serialize(&Serializer::json_compatible()).unwrap_or_default()
    }
}
