//! Members and methods of values that anybody may have passed in, through a few imports for all of them: one for each is made
//! only of what every call needs, since it is faster and larger. Every access can fail and none can trap.

use js_sys::{Array, Symbol};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Any value but undefined and null. An `Option` of one needs no call that tests for them, as an `Option<JsValue>`
    /// does, and an import that throws leaks no slot of wasm-bindgen's table.
    #[derive(Debug, Clone)]
    pub type Any;

    /// A member of an object that is named by a value.
    #[wasm_bindgen(js_namespace = Reflect, js_name = get, catch)]
    pub(crate) fn get_named(object: &JsValue, name: &JsValue) -> Result<Option<Any>, JsValue>;
    #[cfg(feature = "js")]
    #[wasm_bindgen(js_namespace = Reflect, js_name = set, catch)]
    fn reflect_set(object: &JsValue, name: &JsValue, value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = JSON, js_name = parse, catch)]
    fn json_parse(text: &str) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(items: &JsValue) -> Result<Option<Array>, JsValue>;
    #[wasm_bindgen(js_namespace = Reflect, js_name = construct, catch)]
    fn reflect_construct(class: &JsValue, arguments: &Array) -> Result<Option<Any>, JsValue>;
    pub(crate) type Global;
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    pub(crate) static GLOBAL: Global;

    #[wasm_bindgen(js_name = TypeError)]
    type TypeError;
    #[wasm_bindgen(constructor, js_class = "TypeError")]
    fn new(text: &str) -> TypeError;

    type Callable;
    #[wasm_bindgen(method, structural, catch, js_name = call)]
    fn call(this: &Callable, context: &JsValue, first: &JsValue, second: &JsValue) -> Result<Option<Any>, JsValue>;
}

/// A member of an object.
///
/// # Errors
/// What reading it throws, or that it is no object.
pub(crate) fn get(object: &JsValue, name: &str) -> Result<Option<Any>, JsValue> {
    get_named(object, &name.into())
}

/// A member of what may be an object, if it can be read.
pub(crate) fn member(value: &JsValue, name: &str) -> Option<Any> {
    get(value, name).ok().flatten()
}

/// Sets a member of a new object, which takes any.
#[cfg(feature = "js")]
pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = reflect_set(object, &name.into(), value);
}

/// Whether an object has a method.
pub(crate) fn has(object: &JsValue, name: &str) -> bool {
    member(object, name).is_some_and(|member| member.is_function())
}

/// Parses JSON.
///
/// # Errors
/// It is none.
pub(crate) fn parse(text: &str) -> Result<JsValue, JsValue> {
    Ok(json_parse(text)?.map_or(JsValue::NULL, JsValue::from))
}

/// Calls a function.
///
/// # Errors
/// What it throws.
pub(crate) fn call(function: &JsValue, first: &JsValue, second: &JsValue) -> Result<JsValue, JsValue> {
    function.unchecked_ref::<Callable>().call(&JsValue::UNDEFINED, first, second).map(plain)
}

/// Calls a method.
///
/// # Errors
/// What it throws, or that there is none.
pub(crate) fn invoke(object: &JsValue, name: &str, first: &JsValue, second: &JsValue) -> Result<JsValue, JsValue> {
    match get(object, name)? {
        Some(method) if method.is_function() => {
            method.unchecked_ref::<Callable>().call(object, first, second).map(plain)
        }
        _ => Err(type_error("it lacks a method")),
    }
}

/// Makes an object of a global class.
///
/// # Errors
/// What the constructor throws, or that there is none.
pub(crate) fn construct(class: &str, arguments: &[&JsValue]) -> Result<JsValue, JsValue> {
    let class = GLOBAL.with(|global| get(global, class))?;
    reflect_construct(&plain(class), &arguments.iter().collect()).map(plain)
}

/// The items of an iterable object; `None` if it is none. What has but a length is none: it may claim any.
///
/// # Errors
/// What reading them throws.
pub(crate) fn array(value: &JsValue) -> Result<Option<Array>, JsValue> {
    let is_iterable = value.is_object() && get_named(value, &Symbol::iterator())?.is_some_and(|it| it.is_function());
    if is_iterable { array_from(value) } else { Ok(None) }
}

/// The same as a list.
///
/// # Errors
/// What reading them throws.
pub(crate) fn items(value: &JsValue) -> Result<Option<Vec<JsValue>>, JsValue> {
    Ok(array(value)?.map(|array| array.iter().collect()))
}

pub(crate) fn plain(value: Option<Any>) -> JsValue {
    value.map_or(JsValue::UNDEFINED, JsValue::from)
}

pub(crate) fn type_error(text: &str) -> JsValue {
    TypeError::new(text).into()
}
