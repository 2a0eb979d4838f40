//! JSON, as the browser parses it.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::protocol::rest::Json;

/// A parsed JSON value.
#[derive(Debug, Clone)]
pub(crate) struct JsJson(pub(super) JsValue);

impl Json for JsJson {
    fn member(&self, name: &str) -> Option<Self> {
        let object = self.0.is_object().then_some(&self.0)?;
        let value = Reflect::get(object, &name.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(Self(value))
    }

    fn string(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.0.dyn_ref::<Array>()?.iter().map(Self).collect())
    }

    fn names(&self) -> Option<Vec<String>> {
        let object = self.0.dyn_ref::<Object>().filter(|_| !Array::is_array(&self.0))?;
        Some(Object::keys(object).iter().filter_map(|name| name.as_string()).collect())
    }

    fn text(&self) -> String {
        JSON::stringify(&self.0).map(String::from).unwrap_or_default()
    }
}
