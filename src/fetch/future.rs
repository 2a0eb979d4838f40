//! Promises as futures.

use std::future::poll_fn;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::callback::Callback;

#[wasm_bindgen]
extern "C" {
    type Thenable;
    #[wasm_bindgen(js_namespace = Promise, js_name = resolve, catch)]
    fn promise_of(value: &JsValue) -> Result<Option<Thenable>, JsValue>;
    #[wasm_bindgen(method, structural, catch)]
    fn then(this: &Thenable, on_fulfilled: &Function, on_rejected: &Function) -> Result<(), JsValue>;
}

/// Waits for what may be a promise, or something like one.
///
/// # Errors
/// What it rejects with.
pub(crate) async fn settled(value: &JsValue) -> Result<JsValue, JsValue> {
    let callback = listen(value)?;
    poll_fn(|context| callback.poll(context.waker())).await
}

/// Lets a promise settle as it will, without a report of a rejection that nobody handles.
pub(super) fn ignore(promise: &JsValue) {
    let _ = listen(promise);
}

fn listen(value: &JsValue) -> Result<Callback, JsValue> {
    let callback = Callback::new();
    if let Some(promise) = promise_of(value)? {
        promise.then(&callback.function(true), &callback.function(false))?;
    }
    Ok(callback)
}
