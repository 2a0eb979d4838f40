//! A machine for tests: responses by script, and a clock that moves when nothing else does.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use serde_json::Value;

use crate::{
    error::Source,
    platform::{Body, HttpRequest, Platform, SendError},
    protocol::response::Head,
};

/// What a body does next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Chunk(Vec<u8>),
    /// A chunk that comes in the next turn, while so many milliseconds pass in which no timer fires.
    Starve(f64, Vec<u8>),
    Wait(f64),
    Broken,
    Silence,
}

/// What fetch does.
#[derive(Debug)]
pub(crate) enum Script {
    Response(Head, Vec<Step>),
    Fail(SendError),
    Silence,
}

#[derive(Debug, Default)]
struct State {
    now_ms: Cell<f64>,
    /// When something happens.
    events: RefCell<Vec<f64>>,
    cancelled: Cell<usize>,
    is_woken: Cell<bool>,
}

/// A request that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) verb: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
pub(crate) struct Fake {
    state: Rc<State>,
    scripts: RefCell<VecDeque<Script>>,
    pub(crate) sent: RefCell<Vec<Sent>>,
    pub(crate) origin: Option<String>,
}

impl Fake {
    pub(crate) fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: RefCell::new(scripts.into_iter().collect()), ..Self::default() }
    }

    /// Runs a future to its end, and the clock with it.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return output;
            }
            if self.state.is_woken.take() {
                continue;
            }
            let now_ms = self.state.now_ms.get();
            let next = self.state.events.borrow().iter().copied().filter(|at_ms| *at_ms > now_ms).reduce(f64::min);
            self.state.now_ms.set(next.expect("it hangs"));
        }
    }

    /// How many bodies were dropped before their end.
    pub(crate) fn cancelled(&self) -> usize {
        self.state.cancelled.get()
    }
}

impl State {
    async fn until(&self, at_ms: f64) {
        self.events.borrow_mut().push(at_ms);
        poll_fn(|_| if self.now_ms.get() >= at_ms { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

impl Platform for Fake {
    type Body = FakeBody;
    type Json = Value;

    async fn send(&self, request: HttpRequest<'_>) -> Result<(Head, FakeBody), SendError> {
        self.sent.borrow_mut().push(Sent {
            verb: request.verb.to_owned(),
            url: request.url,
            headers: request.headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: request.body.map(<[u8]>::to_vec),
        });
        let script = self.scripts.borrow_mut().pop_front();
        match script.expect("one request too many") {
            Script::Response(head, steps) => {
                Ok((head, FakeBody { state: Rc::clone(&self.state), steps: steps.into(), has_ended: false }))
            }
            Script::Fail(error) => Err(error),
            Script::Silence => std::future::pending().await,
        }
    }

    fn parse_json(&self, text: &[u8]) -> Option<Value> {
        serde_json::from_slice(text).ok()
    }

    fn parse_url(&self, text: &str) -> Option<String> {
        crate::machine::platform().parse_url(text)
    }

    fn own_origin(&self) -> Option<String> {
        self.origin.clone()
    }

    fn now_ms(&self) -> f64 {
        self.state.now_ms.get()
    }

    fn ms_until(&self, http_date: &str) -> Option<f64> {
        (http_date == "Fri, 31 Dec 1999 23:59:59 GMT").then_some(5000.0)
    }

    async fn sleep(&self, ms: f64) {
        self.state.until(self.now_ms() + ms).await;
    }
}

#[derive(Debug)]
pub(crate) struct FakeBody {
    state: Rc<State>,
    steps: VecDeque<Step>,
    has_ended: bool,
}

impl Body for FakeBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, Source> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Chunk(chunk)) => return Ok(Some(chunk)),
                Some(Step::Starve(ms, chunk)) => {
                    self.state.now_ms.set(self.state.now_ms.get() + ms);
                    self.state.is_woken.set(true);
                    let mut is_next_turn = false;
                    poll_fn(|_| {
                        if is_next_turn {
                            Poll::Ready(())
                        } else {
                            is_next_turn = true;
                            Poll::Pending
                        }
                    })
                    .await;
                    return Ok(Some(chunk));
                }
                Some(Step::Wait(ms)) => self.state.until(self.state.now_ms.get() + ms).await,
                Some(Step::Broken) => {
                    self.has_ended = true;
                    return Err("reset".into());
                }
                Some(Step::Silence) => std::future::pending().await,
                None => {
                    self.has_ended = true;
                    return Ok(None);
                }
            }
        }
    }
}

impl Drop for FakeBody {
    fn drop(&mut self) {
        if !self.has_ended {
            self.state.cancelled.set(self.state.cancelled.get() + 1);
        }
    }
}
