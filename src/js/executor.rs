//! Runs futures, each polled in the callback that wakes it.
//!
//! Ours because wasm-bindgen-futures costs 1.5 kB gzip and a turn of the microtask queue for every wake.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Wake, Waker},
};

thread_local! {
    // Wakers are sent to other threads by their type, and a future of JavaScript's is not: wakers know its place.
    static TASKS: RefCell<Vec<Option<Rc<Task>>>> = const { RefCell::new(Vec::new()) };
}

struct Task {
    future: RefCell<Pin<Box<dyn Future<Output = ()>>>>,
    is_woken: Cell<bool>,
}

struct Place(usize);

impl Wake for Place {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        poll(self);
    }
}

/// Runs a future to its end.
pub(super) fn spawn(future: impl Future<Output = ()> + 'static) {
    let task = Task { future: RefCell::new(Box::pin(future)), is_woken: Cell::new(false) };
    let place = TASKS.with_borrow_mut(|tasks| {
        let place = tasks.iter().position(Option::is_none).unwrap_or(tasks.len());
        if place == tasks.len() {
            tasks.push(None);
        }
        if let Some(free) = tasks.get_mut(place) {
            *free = Some(Rc::new(task));
        }
        place
    });
    poll(&Arc::new(Place(place)));
}

/// Polls the task of a place; one that is being polled is polled once more.
fn poll(place: &Arc<Place>) {
    let Some(task) = TASKS.with_borrow(|tasks| tasks.get(place.0).cloned().flatten()) else { return };
    task.is_woken.set(true);
    let Ok(mut future) = task.future.try_borrow_mut() else { return };
    let waker = Waker::from(Arc::clone(place));
    while task.is_woken.replace(false) {
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            let ended = TASKS.with_borrow_mut(|tasks| tasks.get_mut(place.0).and_then(Option::take));
            drop(future);
            drop(ended);
            return;
        }
    }
}
