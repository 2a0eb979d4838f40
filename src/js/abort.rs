//! The caller's signal as a future.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    task::{Poll, Waker},
};

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::{
    Error,
    error::Source,
    machine::{
        Callback,
        reflect::{invoke, member},
        source,
    },
};

thread_local! {
    // One listener for all calls with a signal: Node warns of more than ten.
    static LISTENERS: RefCell<Vec<Weak<Listener>>> = const { RefCell::new(Vec::new()) };
}

struct Listener {
    signal: JsValue,
    callback: Callback,
    function: Function,
    /// Of the calls that wait.
    wakers: RefCell<Vec<(u32, Waker)>>,
    /// How many calls there have been.
    count: Cell<u32>,
}

impl Listener {
    fn join(self: Rc<Self>) -> Aborted {
        let id = self.count.get();
        self.count.set(id.wrapping_add(1));
        Aborted { listener: self, id }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // There is nobody to report to if the signal refuses.
        let _ = invoke(&self.signal, "removeEventListener", &"abort".into(), &self.function);
        LISTENERS.with_borrow_mut(|all| all.retain(|listener| listener.strong_count() > 0));
    }
}

/// A call that its signal can end.
pub(super) struct Aborted {
    listener: Rc<Listener>,
    id: u32,
}

impl Aborted {
    /// Listens to a signal.
    ///
    /// # Errors
    /// It is not an AbortSignal.
    pub(super) fn listen(signal: &JsValue) -> Result<Self, Error> {
        let invalid = || Error::invalid_argument(&["signal is not an AbortSignal."]);
        // Not instanceof: it may come from another realm.
        let aborted = member(signal, "aborted").filter(|_| signal.is_object());
        if aborted.is_none_or(|aborted| aborted.as_bool().is_none()) {
            return Err(invalid());
        }
        let known = LISTENERS.with_borrow(|all| {
            let mut listeners = all.iter().filter_map(Weak::upgrade);
            listeners.find(|listener| js_sys::Object::is(&listener.signal, signal))
        });
        if let Some(listener) = known {
            return Ok(listener.join());
        }
        let callback = Callback::new();
        let function = callback.function(true);
        let added = invoke(signal, "addEventListener", &"abort".into(), &function);
        added.map_err(|thrown| invalid().with_source(Some(source(thrown))))?;
        let (signal, wakers, count) = (signal.clone(), RefCell::default(), Cell::default());
        let listener = Rc::new(Listener { signal, callback, function, wakers, count });
        LISTENERS.with_borrow_mut(|all| all.push(Rc::downgrade(&listener)));
        Ok(listener.join())
    }

    /// What the signal says, with its reason.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Option<Source>> {
        let Listener { signal, callback, wakers, .. } = &*self.listener;
        if member(signal, "aborted").is_some_and(|aborted| aborted.is_truthy()) {
            // The callback has woken but one of them.
            let others = wakers.take();
            others.into_iter().for_each(|(_, waker)| waker.wake());
            return Poll::Ready(member(signal, "reason").map(|reason| source(reason.into())));
        }
        let _ = callback.poll(waker);
        let mut wakers = wakers.borrow_mut();
        if !wakers.iter().any(|(id, _)| *id == self.id) {
            wakers.push((self.id, waker.clone()));
        }
        Poll::Pending
    }
}

impl Drop for Aborted {
    fn drop(&mut self) {
        self.listener.wakers.borrow_mut().retain(|(id, _)| *id != self.id);
    }
}
