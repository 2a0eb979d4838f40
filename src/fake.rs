//! A machine for tests: responses by script, a clock that moves when nothing else does, and a server of organizations.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeSet, VecDeque},
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use prost::Message as _;
use serde_json::Value;

use crate::{
    Code, Error, ErrorKind, Metadata,
    error::Source,
    platform::{Body, HttpRequest, Platform, SendError},
    proto::zitadel::{
        management::v1::{GetMyOrgResponse, ReactivateOrgResponse},
        org::{
            v1::{Org, OrgState},
            v2::{
                ActivateOrganizationRequest, ActivateOrganizationResponse, ListOrganizationsRequest,
                ListOrganizationsResponse, Organization, OrganizationState, search_query::Query,
            },
        },
        v1::ObjectDetails,
    },
    protocol::response::Head,
    transport::{Request, Response, Transport},
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
    events: RefCell<Vec<(f64, Waker)>>,
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
        let waker = Waker::from(Arc::new(Nobody));
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            if self.state.is_woken.take() {
                continue;
            }
            let now_ms = self.state.now_ms.get();
            let events = self.state.events.take();
            let next = events.iter().map(|(at_ms, _)| *at_ms).filter(|at_ms| *at_ms > now_ms).reduce(f64::min);
            let next = next.expect("it hangs");
            self.state.now_ms.set(next);
            for (at_ms, waker) in events {
                if at_ms <= next {
                    waker.wake();
                } else {
                    self.state.events.borrow_mut().push((at_ms, waker));
                }
            }
        }
    }

    /// How many bodies were dropped before their end.
    pub(crate) fn cancelled(&self) -> usize {
        self.state.cancelled.get()
    }
}

/// Of whom to wake nothing comes: the future is polled in any case.
struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

impl State {
    async fn until(&self, at_ms: f64) {
        poll_fn(|context| {
            if self.now_ms.get() >= at_ms {
                return Poll::Ready(());
            }
            self.events.borrow_mut().push((at_ms, context.waker().clone()));
            Poll::Pending
        })
        .await;
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
                    poll_fn(|context| {
                        if is_next_turn {
                            Poll::Ready(())
                        } else {
                            is_next_turn = true;
                            context.waker().wake_by_ref();
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

/// What a server does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It responds.
    Answered,
    /// It does what is asked, and the response is lost on the way.
    Lost,
    /// It does what is asked, and never responds.
    Silent,
}

type Fated = dyn Fn(usize, &str) -> Fate;

/// A server of organizations behind a transport of its own.
pub(crate) struct Server<'a> {
    pub(crate) platform: &'a Fake,
    pub(crate) has_v1: bool,
    pub(crate) has_v2: bool,
    /// The deactivated ones; all others are active.
    pub(crate) inactive: RefCell<BTreeSet<String>>,
    /// How long a list lags behind a change, in milliseconds.
    pub(crate) lag_ms: f64,
    changed_at_ms: Cell<f64>,
    pub(crate) accepts: Box<dyn Fn(&str) -> bool>,
    pub(crate) fate: Box<Fated>,
    /// How long a call takes, by its number.
    pub(crate) latency_ms: Box<dyn Fn(usize) -> f64>,
    /// Method and organization of every request.
    pub(crate) calls: RefCell<Vec<(String, String)>>,
    pub(crate) at_once: Cell<usize>,
    pub(crate) most_at_once: Cell<usize>,
}

impl<'a> Server<'a> {
    pub(crate) fn new<'b>(platform: &'a Fake, inactive: impl IntoIterator<Item = &'b str>) -> Self {
        Self {
            platform,
            has_v1: true,
            has_v2: true,
            inactive: RefCell::new(inactive.into_iter().map(str::to_owned).collect()),
            lag_ms: 0.0,
            changed_at_ms: Cell::new(f64::NEG_INFINITY),
            accepts: Box::new(|_| true),
            fate: Box::new(|_, _| Fate::Answered),
            latency_ms: Box::new(|_| 10.0),
            calls: RefCell::default(),
            at_once: Cell::default(),
            most_at_once: Cell::default(),
        }
    }

    /// The methods that were called, in their order.
    pub(crate) fn methods(&self) -> Vec<String> {
        self.calls.borrow().iter().map(|(method, _)| method.clone()).collect()
    }

    fn answer(&self, method: &str, message: &[u8], header: &str) -> Result<Vec<u8>, Error> {
        let status = |code, message: &str| Err(Error::new(ErrorKind::Status, code, &[message]));
        let is_v1 = matches!(method, "ReactivateOrg" | "GetMyOrg");
        if !(if is_v1 { self.has_v1 } else { self.has_v2 || method == "ListOrganizations" }) {
            return status(Code::Unimplemented, "404 page not found");
        }
        match method {
            "ReactivateOrg" | "ActivateOrganization" => {
                let id = match method {
                    "ReactivateOrg" => header.to_owned(),
                    _ => ActivateOrganizationRequest::decode(message).unwrap().organization_id,
                };
                if !self.inactive.borrow_mut().remove(&id) {
                    return status(Code::FailedPrecondition, "Organisation is already active (EVENT-bfnrh)");
                }
                self.changed_at_ms.set(self.platform.now_ms());
                let change_date = Some(prost_types::Timestamp { seconds: 1, nanos: 0 });
                Ok(match method {
                    "ReactivateOrg" => {
                        let details = ObjectDetails { sequence: 7, change_date, ..Default::default() };
                        ReactivateOrgResponse { details: Some(details) }.encode_to_vec()
                    }
                    _ => ActivateOrganizationResponse { change_date }.encode_to_vec(),
                })
            }
            "GetMyOrg" => {
                let is_inactive = self.inactive.borrow().contains(header);
                let state = if is_inactive { OrgState::Inactive } else { OrgState::Active };
                let org = Org { id: header.to_owned(), state: state.into(), ..Default::default() };
                Ok(GetMyOrgResponse { org: Some(org) }.encode_to_vec())
            }
            _ => {
                let request = ListOrganizationsRequest::decode(message).unwrap();
                let Some(Query::IdQuery(query)) = request.queries.into_iter().next().unwrap().query else { panic!() };
                let is_stale = self.platform.now_ms() < self.changed_at_ms.get() + self.lag_ms;
                let is_inactive = is_stale || self.inactive.borrow().contains(&query.id);
                let state = if is_inactive { OrganizationState::Inactive } else { OrganizationState::Active };
                let result = vec![Organization { id: query.id, state: state.into(), ..Default::default() }];
                Ok(ListOrganizationsResponse { result, ..Default::default() }.encode_to_vec())
            }
        }
    }
}

impl Transport for Server<'_> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let method = request.path.rsplit('/').next().unwrap();
        let get = |name| request.options.metadata.get(name).unwrap_or_default();
        let org_id = match method {
            "ActivateOrganization" => ActivateOrganizationRequest::decode(request.message).unwrap().organization_id,
            _ => get("x-zitadel-orgid").to_owned(),
        };
        let index = self.calls.borrow().len();
        let fate = (self.fate)(index, method);
        self.calls.borrow_mut().push((method.to_owned(), org_id.clone()));
        self.at_once.set(self.at_once.get() + 1);
        self.most_at_once.set(self.most_at_once.get().max(self.at_once.get()));
        self.platform.sleep((self.latency_ms)(index)).await;
        self.at_once.set(self.at_once.get() - 1);
        if !(self.accepts)(get("authorization").strip_prefix("Bearer ").unwrap()) {
            return Err(Error::new(ErrorKind::Status, Code::Unauthenticated, &["Errors.Token.Invalid (AUTH-7fs1e)"]));
        }
        let answer = self.answer(method, request.message, get("x-zitadel-orgid"));
        match fate {
            Fate::Answered => {}
            Fate::Lost => return Err(Error::transport(&["reset"])),
            Fate::Silent => std::future::pending().await,
        }
        Ok(Response { headers: Metadata::new(), message: answer?, trailers: Metadata::new() })
    }
}
