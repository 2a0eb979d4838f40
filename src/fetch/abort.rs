//! The end of a request.

use wasm_bindgen::prelude::*;

use super::reflect::invoke;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = AbortController)]
    #[derive(Debug)]
    type Controller;
    #[wasm_bindgen(constructor, js_class = "AbortController", catch)]
    fn new() -> Result<Controller, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn signal(this: &Controller) -> Result<JsValue, JsValue>;
}

/// Ends a request when it is dropped, unless its response was read to the end.
#[derive(Debug)]
pub(super) struct Abort {
    controller: Option<Controller>,
}

impl Abort {
    /// For a request that is to be sent. Without AbortController a request cannot be ended, but sent.
    pub(super) fn new() -> Self {
        Self { controller: Controller::new().ok() }
    }

    /// The signal for fetch.
    pub(super) fn signal(&self) -> JsValue {
        self.controller.as_ref().and_then(|controller| controller.signal().ok()).unwrap_or_default()
    }

    /// Says that the response was read to its end.
    pub(super) fn disarm(&mut self) {
        self.controller = None;
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            let _ = invoke(controller, "abort", &JsValue::UNDEFINED, &JsValue::UNDEFINED);
        }
    }
}
