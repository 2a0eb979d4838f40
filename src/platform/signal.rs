//! A cancellation that many futures can wait for.

use std::{
    cell::RefCell,
    fmt,
    future::{Future, poll_fn},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use crate::error::SharedSource;

/// The reason of an abort, if there is one.
pub(crate) type Reason = Option<SharedSource>;

/// Tells the calls that share it that their caller has aborted them. A default signal never aborts.
#[derive(Clone, Default)]
pub(crate) struct Signal(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    aborted: Option<Reason>,
    /// Returns the reason if the caller has aborted but the event was lost.
    source: Option<Box<dyn Fn() -> Option<Reason>>>,
    /// One per waiting future, at its own index.
    wakers: Vec<Option<Waker>>,
}

impl Signal {
    /// Aborts, and wakes every future that waits. Only the first abort counts.
    #[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only JavaScript has signals"))]
    pub(crate) fn abort(&self, reason: Reason) {
        let wakers = {
            let mut state = self.0.borrow_mut();
            state.aborted.get_or_insert(reason);
            std::mem::take(&mut state.wakers)
        };
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// Sets a source that is asked as well, because another listener can stop the event.
    #[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only JavaScript has signals"))]
    pub(crate) fn set_source(&self, source: impl Fn() -> Option<Reason> + 'static) {
        self.0.borrow_mut().source = Some(Box::new(source));
    }

    /// Returns the reason of the abort, if the caller has aborted.
    pub(crate) fn reason(&self) -> Option<Reason> {
        let state = self.0.borrow();
        state.aborted.clone().or_else(|| state.source.as_ref()?())
    }

    /// Waits for an abort.
    pub(crate) fn aborted(&self) -> impl Future<Output = Reason> {
        let mut registration = Registration { signal: self.clone(), index: None };
        poll_fn(move |context| registration.poll(context))
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Signal")
    }
}

/// The place of one waiting future among the wakers.
struct Registration {
    signal: Signal,
    index: Option<usize>,
}

impl Registration {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Reason> {
        let mut state = self.signal.0.borrow_mut();
        if let Some(reason) = &state.aborted {
            return Poll::Ready(reason.clone());
        }
        let wakers = &mut state.wakers;
        let free = || wakers.iter().position(Option::is_none).unwrap_or(wakers.len());
        let index = self.index.unwrap_or_else(free);
        if index == wakers.len() {
            wakers.push(None);
        }
        if let Some(waker) = wakers.get_mut(index) {
            *waker = Some(context.waker().clone());
        }
        self.index = Some(index);
        Poll::Pending
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.signal.0.borrow_mut();
            self.index.and_then(|index| state.wakers.get_mut(index)).and_then(Option::take)
        };
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::{Context, Poll, Wake, Waker},
    };

    use super::Signal;
    use crate::error::Source;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn abort_wakes_every_waiting_future_and_no_other() {
        let signal = Signal::default();
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut context = Context::from_waker(&waker);
        let mut futures: Vec<_> = (0..3).map(|_| Box::pin(signal.aborted())).collect();
        assert!(futures.iter_mut().all(|future| future.as_mut().poll(&mut context).is_pending()));
        drop(futures.remove(1));
        signal.abort(None);
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert!(futures.iter_mut().all(|future| future.as_mut().poll(&mut context).is_ready()));
        assert!(matches!(pin!(signal.aborted()).poll(&mut context), Poll::Ready(None)));
    }

    #[test]
    fn abort_whose_event_was_lost_is_seen_in_the_source() {
        let signal = Signal::default();
        let reason = std::rc::Rc::new(std::cell::Cell::new(None));
        let source = std::rc::Rc::clone(&reason);
        signal.set_source(move || source.take());
        assert!(signal.reason().is_none());
        reason.set(Some(Some(Arc::from(Source::from("enough")))));
        assert_eq!(signal.reason().unwrap().unwrap().to_string(), "enough");
    }

    #[test]
    fn first_abort_keeps_its_reason() {
        let signal = Signal::default();
        signal.abort(Some(Arc::from(Source::from("first"))));
        signal.abort(Some(Arc::from(Source::from("second"))));
        let Poll::Ready(Some(reason)) = pin!(signal.aborted()).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("not aborted");
        };
        assert_eq!(reason.to_string(), "first");
    }

    #[test]
    fn dropped_futures_leave_no_wakers_behind() {
        let signal = Signal::default();
        for _ in 0..100 {
            let _ = pin!(signal.aborted()).poll(&mut Context::from_waker(Waker::noop()));
        }
        assert_eq!(signal.0.borrow().wakers.len(), 1);
    }
}
