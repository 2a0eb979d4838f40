//! The end of a request.

use wasm_bindgen::prelude::*;
use web_sys::AbortController;

use super::reflect::{Any, invoke};

#[wasm_bindgen]
extern "C" {
    type SignalOwner;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn signal(this: &SignalOwner) -> Result<Option<Any>, JsValue>;
}

/// Ends a request when it is dropped, unless its response was read to the end.
#[derive(Debug)]
pub(super) struct Abort {
    controller: Option<AbortController>,
}

impl Abort {
    /// For a request that is to be sent. Without AbortController a request cannot be ended, but sent.
    pub(super) fn new() -> Self {
        Self { controller: AbortController::new().ok() }
    }

    /// The signal for fetch.
    pub(super) fn signal(&self) -> Option<Any> {
        self.controller.as_ref().and_then(|controller| controller.unchecked_ref::<SignalOwner>().signal().ok()?)
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
