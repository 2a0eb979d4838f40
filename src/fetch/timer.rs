//! Timers as futures.

use std::future::{Future, poll_fn};

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::{callback::Callback, reflect::Any};

#[wasm_bindgen]
extern "C" {
    // The handle is a number in browsers and an object in Node.
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(callback: &Function, delay_ms: i32) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(js_name = clearTimeout, catch)]
    fn clear_timeout(handle: &Any) -> Result<(), JsValue>;
}

struct Timer {
    callback: Callback,
    handle: Option<Any>,
}

impl Timer {
    fn start(ms: f64) -> Self {
        let callback = Callback::new();
        #[expect(clippy::cast_possible_truncation, reason = "a cast from f64 saturates")]
        // Without timers there is no deadline, but there is a call.
        let handle = set_timeout(&callback.function(true), ms.ceil() as i32).ok().flatten();
        Self { callback, handle }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // One that has fired is cleared, too: that does nothing.
        if let Some(handle) = &self.handle {
            let _ = clear_timeout(handle);
        }
    }
}

/// Waits for some milliseconds. The timer starts when the future is first polled.
pub(super) fn sleep(ms: f64) -> impl Future<Output = ()> {
    let mut timer = None;
    poll_fn(move |context| timer.get_or_insert_with(|| Timer::start(ms)).callback.poll(context.waker()).map(drop))
}
