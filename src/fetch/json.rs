//! JSON, as the browser parses it, and what JavaScript passes in as an object of that kind.

use wasm_bindgen::prelude::*;

use super::reflect::{Any, get_named, items};
use crate::protocol::json::Json;

#[wasm_bindgen]
extern "C" {
    // Each may throw, for a proxy.
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn keys(object: &JsValue) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(js_namespace = JSON, js_name = stringify, catch)]
    fn stringify(value: &JsValue) -> Result<Option<String>, JsValue>;
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
        match get_named(object, &name.into()) {
            Ok(value) => Some(Self(value?.into())),
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
        let items = self.is_array().then(|| items(&self.0).ok())???;
        Some(items.into_iter().map(Self).collect())
    }

    fn names(&self) -> Option<Vec<String>> {
        let names = if self.0.is_object() && !self.is_array() { keys(&self.0).ok()? } else { None };
        Some(items(&names?.into()).ok()??.iter().filter_map(JsValue::as_string).collect())
    }

    fn text(&self) -> String {
        stringify(&self.0).ok().flatten().unwrap_or_default()
    }
}
