//! JSON, as the browser parses it, and what JavaScript passes in as an object of that kind.

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::prelude::*;

use crate::protocol::json::Json;

#[wasm_bindgen]
extern "C" {
    // Each may throw, for a proxy.
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(value: &JsValue) -> Result<Option<Array>, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn keys(object: &JsValue) -> Result<Option<Array>, JsValue>;
}

/// A JSON value.
#[derive(Debug, Clone)]
pub(crate) struct JsJson(pub(crate) JsValue);

impl JsJson {
    fn is_array(&self) -> bool {
        is_array(&self.0).unwrap_or_default()
    }
}

impl Json for JsJson {
    /// What throws on being read is a value of no type.
    fn member(&self, name: &str) -> Option<Self> {
        let object = self.0.is_object().then_some(&self.0)?;
        match Reflect::get(object, &name.into()) {
            Ok(value) if value.is_undefined() || value.is_null() => None,
            Ok(value) => Some(Self(value)),
            Err(_) => Some(Self(JsValue::UNDEFINED)),
        }
    }

    fn string(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn boolean(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        let array = if self.is_array() { array_from(&self.0).ok()? } else { None };
        Some(array?.iter().map(Self).collect())
    }

    fn names(&self) -> Option<Vec<String>> {
        let names = if self.0.is_object() && !self.is_array() { keys(&self.0).ok()? } else { None };
        Some(names?.iter().filter_map(|name| name.as_string()).collect())
    }

    fn text(&self) -> String {
        JSON::stringify(&self.0).map(String::from).unwrap_or_default()
    }
}
