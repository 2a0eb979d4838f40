//! Everything that JavaScript calls back: promises, timers and listeners, through one function that is made once.
//!
//! Not a closure for each, as wasm-bindgen-futures makes them: what holds on to one for ever (a promise that never settles, a
//! signal that never aborts) would hold its memory, too, until the garbage collector comes by.

use std::{
    cell::RefCell,
    task::{Poll, Waker},
};

use js_sys::Function;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Dispatch;
    #[wasm_bindgen(method, structural)]
    fn bind(this: &Dispatch, context: &JsValue, id: u32, is_ok: bool) -> Function;
}

thread_local! {
    static WAITING: RefCell<Waiting> = const { RefCell::new(Waiting { entries: Vec::new(), count: 0 }) };
    // Fn, since what it wakes may call JavaScript that calls it again, as a token function that aborts the signal does.
    static DISPATCH: Closure<dyn Fn(u32, bool, JsValue)> = Closure::new(dispatch);
}

struct Waiting {
    /// In the order of their ids, which begin anew after 4 billion.
    entries: Vec<Entry>,
    /// How many there have been; the next one's id.
    count: u32,
}

struct Entry {
    id: u32,
    outcome: Option<Result<JsValue, JsValue>>,
    waker: Option<Waker>,
}

impl Waiting {
    fn place(&self, id: u32) -> Option<usize> {
        let first = self.entries.first()?.id;
        let since_first = |id: u32| id.wrapping_sub(first);
        self.entries.binary_search_by_key(&since_first(id), |entry| since_first(entry.id)).ok()
    }

    fn find(&mut self, id: u32) -> Option<&mut Entry> {
        let place = self.place(id)?;
        self.entries.get_mut(place)
    }
}

/// What JavaScript calls. A callback that nobody waits for any more does nothing.
fn dispatch(id: u32, is_ok: bool, value: JsValue) {
    let waker = WAITING.with_borrow_mut(|waiting| {
        let entry = waiting.find(id)?;
        entry.outcome = Some(if is_ok { Ok(value) } else { Err(value) });
        entry.waker.take()
    });
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Something that JavaScript is to call back.
#[derive(Debug)]
pub(crate) struct Callback {
    id: u32,
}

impl Callback {
    pub(crate) fn new() -> Self {
        WAITING.with_borrow_mut(|waiting| {
            let id = waiting.count;
            waiting.count = id.wrapping_add(1);
            waiting.entries.push(Entry { id, outcome: None, waker: None });
            Self { id }
        })
    }

    /// The function for JavaScript: what it is called with becomes the outcome.
    pub(crate) fn function(&self, is_ok: bool) -> Function {
        DISPATCH.with(|dispatch| {
            let dispatch: &Dispatch = dispatch.as_ref().unchecked_ref();
            dispatch.bind(&JsValue::UNDEFINED, self.id, is_ok)
        })
    }

    /// The outcome, once it has been called; later the same again.
    pub(crate) fn poll(&self, waker: &Waker) -> Poll<Result<JsValue, JsValue>> {
        WAITING.with_borrow_mut(|waiting| {
            let Some(entry) = waiting.find(self.id) else { return Poll::Pending };
            if let Some(outcome) = &entry.outcome {
                return Poll::Ready(outcome.clone());
            }
            entry.waker = Some(waker.clone());
            Poll::Pending
        })
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        let removed =
            WAITING.with_borrow_mut(|waiting| waiting.place(self.id).map(|place| waiting.entries.remove(place)));
        drop(removed);
    }
}
