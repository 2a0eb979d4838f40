//! Access to JavaScript values of which nothing is known: whatever they do, it comes back as a `Result`.

use js_sys::{Array, Reflect, Symbol};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(iterable: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn object_entries(object: &JsValue) -> Result<Array, JsValue>;
}

/// The value, unless it is undefined or null.
pub(super) fn present(value: &JsValue) -> Option<&JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// A property of an object.
pub(super) fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &JsValue::from_str(name))
}

/// The names and values of a record, or of anything that iterates over pairs as `Headers` and `Map` do; `None` stands
/// for what is not a pair of strings.
pub(super) fn pairs(object: &JsValue) -> Result<Vec<Option<(String, String)>>, JsValue> {
    let is_iterable = Reflect::get(object, &Symbol::iterator())?.is_function();
    let entries = if is_iterable { array_from(object) } else { object_entries(object) }?;
    Ok(entries.iter().map(|entry| pair(&entry)).collect())
}

fn pair(entry: &JsValue) -> Option<(String, String)> {
    let entry = entry.dyn_ref::<Array>()?;
    Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
}
