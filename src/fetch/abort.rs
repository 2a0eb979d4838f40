//! The end of a request.

use wasm_bindgen::JsValue;
use web_sys::AbortController;

/// Ends a request when it is dropped, unless it has come to its end.
#[derive(Debug)]
pub(super) struct Abort {
    controller: Option<AbortController>,
    signal: Option<JsValue>,
}

impl Abort {
    /// For a request that is to be sent. Without AbortController a request cannot be ended, but sent.
    pub(super) fn new() -> Self {
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(|controller| controller.signal().into());
        Self { controller, signal }
    }

    /// The signal for fetch.
    pub(super) const fn signal(&self) -> Option<&JsValue> {
        self.signal.as_ref()
    }

    /// Says that the response was read to its end.
    pub(super) fn disarm(&mut self) {
        self.controller = None;
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}
