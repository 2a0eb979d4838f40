//! Access to JavaScript values of which nothing is known: whatever they do, it comes back as a `Result`.

use js_sys::{Array, Reflect, Symbol};
use wasm_bindgen::prelude::*;

use crate::json::Json;

/// Deepest nesting of arrays and objects that is read.
const MAX_DEPTH: usize = 64;

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

/// What `JSON.parse` gave; `None` if it nests too deep.
pub(super) fn to_json(value: &JsValue) -> Option<Json> {
    nested_json(value, MAX_DEPTH)
}

fn nested_json(value: &JsValue, depth: usize) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    if let Some(list) = value.dyn_ref::<Array>() {
        return list.iter().map(|value| nested_json(&value, depth)).collect::<Option<_>>().map(Json::List);
    }
    if value.is_object() {
        let entries = object_entries(value).ok()?;
        let members = entries.iter().map(|entry| {
            let entry = entry.dyn_into::<Array>().ok()?;
            Some((entry.get(0).as_string()?, nested_json(&entry.get(1), depth)?))
        });
        return members.collect::<Option<_>>().map(Json::Object);
    }
    let number = value.as_f64().map(Json::Number);
    number
        .or_else(|| value.as_bool().map(Json::Bool))
        .or_else(|| value.as_string().map(Json::String))
        .or(Some(Json::Null))
}

fn pair(entry: &JsValue) -> Option<(String, String)> {
    let entry = entry.dyn_ref::<Array>()?;
    Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
}
