//! One clock over a whole call: its deadline, the caller's signal, and the fetch that both of them end.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, EventTarget};

use super::js::get;

/// Longest delay of `setTimeout`; anything longer would fire at once.
const MAX_DELAY_MS: f64 = i32::MAX as f64;

#[wasm_bindgen]
extern "C" {
    // The handle is a number in browsers and an object in Node.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay_ms: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(handle: &JsValue);
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// Why a call ended before its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The caller's signal.
    Aborted,
    /// The deadline.
    Timeout,
}

/// Watches over one call. Dropping it removes its timer and listener and ends the fetch if it is still under way.
pub struct Guard {
    state: Rc<State>,
    deadline: Option<Deadline>,
    listener: Option<Listener>,
}

struct State {
    controller: AbortController,
    end: Cell<Option<End>>,
    finished: Cell<bool>,
    /// Settles when the call ends, however it does.
    ended: Promise,
    settle: Option<Function>,
}

struct Deadline {
    timer: Rc<Timer>,
    // Held, not used: dropping it would take the callback away from the timer.
    _tick: Closure<dyn FnMut()>,
}

struct Timer {
    ends_at_ms: f64,
    handle: RefCell<JsValue>,
}

struct Listener {
    signal: EventTarget,
    callback: Closure<dyn FnMut()>,
}

impl Guard {
    /// Starts the clock: `timeout_ms` from now, if there is one, or the abort of `signal`, if there is one.
    ///
    /// # Errors
    /// What was thrown, if `signal` is no AbortSignal or the runtime has no AbortController.
    pub fn start(timeout_ms: Option<f64>, signal: Option<&JsValue>) -> Result<Self, JsValue> {
        // Not Function::default(): that is an eval, which a Content-Security-Policy forbids.
        let mut settle = None;
        let ended = Promise::new(&mut |resolve, _| settle = Some(resolve));
        let state = Rc::new(State {
            controller: AbortController::new()?,
            end: Cell::new(None),
            finished: Cell::new(false),
            ended,
            settle,
        });
        let deadline = timeout_ms.map(|timeout_ms| Deadline::start(timeout_ms, &state));
        let timer = deadline.as_ref().map(|deadline| Rc::clone(&deadline.timer));
        let listener = signal.map(|signal| Listener::start(signal, timer, &state)).transpose()?.flatten();
        Ok(Self { state, deadline, listener })
    }

    /// The signal to hand to fetch.
    pub(super) fn signal(&self) -> AbortSignal {
        self.state.controller.signal()
    }

    /// Why the call has ended, if it has.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.state.end.get()
    }

    /// Waits for what should be a promise, or for the end of the call, whichever comes first.
    ///
    /// A promise that never settles keeps what waits for it alive; the race settles in any case.
    pub(super) async fn settled(&self, promise: &JsValue) -> Result<Result<JsValue, JsValue>, End> {
        let race = Promise::race(&Array::of2(promise, &self.state.ended));
        let outcome = JsFuture::from(race).await;
        // fetch rejects when it is aborted; what ended the call is told by the guard, not by the rejection.
        self.end().map_or(Ok(outcome), Err)
    }

    /// Waits for the future, or for the end of the call, whichever comes first.
    #[cfg(feature = "tonic")]
    pub(super) async fn run<T>(&self, future: impl Future<Output = T>) -> Result<T, End> {
        use std::{future::poll_fn, pin::pin, task::Poll};

        let (mut future, mut ended) = (pin!(future), pin!(JsFuture::from(self.state.ended.clone())));
        poll_fn(|context| {
            let has_ended = ended.as_mut().poll(context).is_ready();
            match self.end() {
                Some(end) if has_ended => Poll::Ready(Err(end)),
                _ => future.as_mut().poll(context).map(Ok),
            }
        })
        .await
    }

    /// Tells that the answer has been read to its end, so that there is no fetch to abort any more.
    pub(super) fn finish(&self) {
        self.state.finished.set(true);
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").field("end", &self.end()).finish_non_exhaustive()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(deadline) = &self.deadline {
            clear_timeout(&deadline.timer.handle.borrow());
        }
        if let Some(listener) = &self.listener {
            // There is nobody to tell if the caller's signal refuses; it holds a callback that does nothing.
            let _ = listener.signal.remove_event_listener_with_callback("abort", function(&listener.callback));
        }
        if !self.state.finished.get() {
            self.state.controller.abort();
        }
        self.state.settle();
    }
}

impl State {
    fn end(&self, end: End) {
        if self.end.get().is_none() {
            self.end.set(Some(end));
            self.controller.abort();
            self.settle();
        }
    }

    fn settle(&self) {
        if let Some(settle) = &self.settle {
            // Resolving a promise of ours cannot fail.
            let _ = settle.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Deadline {
    fn start(timeout_ms: f64, state: &Rc<State>) -> Self {
        let timer = Rc::new(Timer { ends_at_ms: now() + timeout_ms, handle: RefCell::new(JsValue::UNDEFINED) });
        let tick = {
            let (timer, state) = (Rc::clone(&timer), Rc::clone(state));
            // A long deadline takes several timers; each that is not the last starts the next one.
            let again: Rc<RefCell<Option<Function>>> = Rc::default();
            let next = Rc::clone(&again);
            let tick = Closure::new(move || match (timer.has_passed(), next.borrow().as_ref()) {
                (false, Some(tick)) => timer.arm(tick),
                _ => state.end(End::Timeout),
            });
            again.replace(Some(function(&tick).clone()));
            tick
        };
        timer.arm(function(&tick));
        Self { timer, _tick: tick }
    }
}

impl Timer {
    fn has_passed(&self) -> bool {
        now() >= self.ends_at_ms
    }

    fn arm(&self, tick: &Function) {
        let delay_ms = (self.ends_at_ms - now()).ceil().clamp(0.0, MAX_DELAY_MS);
        #[expect(clippy::cast_possible_truncation, reason = "clamped to what fits")]
        let handle = set_timeout(tick, delay_ms as i32);
        self.handle.replace(handle);
    }
}

impl Listener {
    /// Listens to the signal; one that has aborted already ends the call at once.
    fn start(signal: &JsValue, timer: Option<Rc<Timer>>, state: &Rc<State>) -> Result<Option<Self>, JsValue> {
        // A deadline that has passed is told as one, even if the abort came to be handled first.
        let why = move || match &timer {
            Some(timer) if timer.has_passed() => End::Timeout,
            _ => End::Aborted,
        };
        if get(signal, "aborted")?.is_truthy() {
            state.end(End::Aborted);
            return Ok(None);
        }
        let callback = {
            let state = Rc::clone(state);
            Closure::new(move || state.end(why()))
        };
        let signal: EventTarget = signal.clone().unchecked_into();
        signal.add_event_listener_with_callback("abort", function(&callback))?;
        Ok(Some(Self { signal, callback }))
    }
}

fn function(closure: &Closure<dyn FnMut()>) -> &Function {
    closure.as_ref().unchecked_ref()
}
