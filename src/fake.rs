//! Fakes for tests: a clock that moves when nothing else does, an HTTP client with scripted responses, and a server of
//! organizations.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, VecDeque},
    future::{Future, pending, poll_fn},
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use prost::Message as _;

use crate::{
    Code, Error, ErrorKind, Metadata,
    platform::{Body, Clock, Http, HttpError, HttpRequest},
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
    transport::{Protocol, Request, Response, Transport, exchange},
    wire::head::Head,
};

thread_local! {
    static OWN_ORIGIN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The origin of the page that a test pretends to be.
#[cfg(not(browser))]
pub(crate) fn own_origin() -> Option<String> {
    OWN_ORIGIN.with_borrow(Clone::clone)
}

/// Sets the origin for the rest of the test, which has a thread of its own.
pub(crate) fn set_own_origin(origin: Option<&str>) {
    OWN_ORIGIN.replace(origin.map(str::to_owned));
}

/// A clock that moves on to the next timer when no future can make progress.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeClock(Rc<ClockState>);

#[derive(Debug, Default)]
struct ClockState {
    now_ms: Cell<f64>,
    timers: RefCell<Vec<(f64, Waker)>>,
}

impl FakeClock {
    /// Runs a future to its end.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut future = pin!(future);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
            if !woken.0.swap(false, Ordering::Relaxed) {
                self.advance();
            }
        }
    }

    /// Runs a future to its end, while another one runs in the background.
    pub(crate) fn run_beside<T>(&self, background: impl Future<Output = ()>, future: impl Future<Output = T>) -> T {
        let (mut background, mut future) = (pin!(background), pin!(future));
        let mut is_running = true;
        self.run(poll_fn(|context| {
            is_running = is_running && background.as_mut().poll(context).is_pending();
            future.as_mut().poll(context)
        }))
    }

    /// Lets time pass in which no timer fires.
    pub(crate) fn starve(&self, ms: f64) {
        self.0.now_ms.set(self.now_ms() + ms);
    }

    fn advance(&self) {
        let timers = self.0.timers.take();
        let next_ms = timers.iter().map(|(at_ms, _)| *at_ms).reduce(f64::min).expect("the future never ends");
        self.0.now_ms.set(next_ms.max(self.now_ms()));
        let (due, later): (Vec<_>, Vec<_>) = timers.into_iter().partition(|(at_ms, _)| *at_ms <= self.now_ms());
        self.0.timers.borrow_mut().extend(later);
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

impl Clock for FakeClock {
    fn now_ms(&self) -> f64 {
        self.0.now_ms.get()
    }

    async fn sleep(&self, ms: f64) {
        let at_ms = self.now_ms() + ms;
        let mut is_set = false;
        poll_fn(|context| {
            // A timer of 0 ms ends the turn, too.
            if std::mem::replace(&mut is_set, true) && self.now_ms() >= at_ms {
                return Poll::Ready(());
            }
            self.0.timers.borrow_mut().push((at_ms, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

#[derive(Debug, Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A response by script.
#[derive(Debug)]
pub(crate) enum Script {
    Response(Head, Vec<Step>),
    /// The script comes after so many milliseconds.
    Late(f64, Box<Script>),
    Fail(HttpError),
    Silence,
}

impl Script {
    /// A response whose headers are lines.
    pub(crate) fn response(http_status: u16, headers: &str, steps: &[Step]) -> Self {
        Self::Response(Head { http_status, headers: Metadata::decode(headers.as_bytes()) }, steps.to_vec())
    }
}

/// A step of a response's body.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Chunk(Vec<u8>),
    /// A chunk that arrives while time passes in which no timer fires.
    Starve(f64, Vec<u8>),
    /// A chunk that is there at once, but after time in which the event loop was busy.
    Block(f64, Vec<u8>),
    Wait(f64),
    Lost,
    /// A chunk that is not bytes.
    Unreadable,
    Silence,
}

/// A step with a chunk.
pub(crate) fn chunk(bytes: impl AsRef<[u8]>) -> Step {
    Step::Chunk(bytes.as_ref().to_vec())
}

/// An HTTP client that responds to each request with the next script.
#[derive(Debug, Default)]
pub(crate) struct FakeHttp {
    pub(crate) clock: FakeClock,
    scripts: RefCell<VecDeque<Script>>,
    /// The requests that were sent.
    pub(crate) sent: RefCell<Vec<HttpRequest>>,
    /// The number of bodies that were dropped before their end.
    pub(crate) cancelled: Rc<Cell<usize>>,
}

impl FakeHttp {
    pub(crate) fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: RefCell::new(scripts.into_iter().collect()), ..Self::default() }
    }
}

impl Http for FakeHttp {
    type Body = FakeBody;

    async fn send(&self, request: HttpRequest) -> Result<(Head, FakeBody), HttpError> {
        self.sent.borrow_mut().push(request);
        let script = self.scripts.borrow_mut().pop_front();
        let mut script = script.expect("one request too many");
        while let Script::Late(ms, late) = script {
            self.clock.sleep(ms).await;
            script = *late;
        }
        match script {
            Script::Response(head, steps) => {
                let (clock, cancelled) = (self.clock.clone(), Rc::clone(&self.cancelled));
                Ok((head, FakeBody { clock, cancelled, steps: steps.into(), has_ended: false }))
            }
            Script::Fail(error) => Err(error),
            Script::Silence | Script::Late(..) => pending().await,
        }
    }
}

/// Both protocols, as [`FetchTransport`](crate::FetchTransport) speaks them over fetch.
impl Transport for FakeHttp {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        exchange::unary(self, &self.clock, request).await
    }

    fn supports(&self, _protocol: Protocol) -> bool {
        true
    }
}

/// The body of a response by script.
#[derive(Debug)]
pub(crate) struct FakeBody {
    clock: FakeClock,
    cancelled: Rc<Cell<usize>>,
    steps: VecDeque<Step>,
    has_ended: bool,
}

impl Body for FakeBody {
    async fn read(&mut self) -> Result<Option<Vec<u8>>, HttpError> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Chunk(chunk)) => return Ok(Some(chunk)),
                Some(Step::Starve(ms, chunk)) => {
                    self.clock.starve(ms);
                    next_turn().await;
                    return Ok(Some(chunk));
                }
                Some(Step::Block(ms, chunk)) => {
                    self.clock.starve(ms);
                    return Ok(Some(chunk));
                }
                Some(Step::Wait(ms)) => self.clock.sleep(ms).await,
                Some(Step::Lost) => {
                    self.has_ended = true;
                    return Err(HttpError::Failed("reset".into()));
                }
                Some(Step::Unreadable) => return Err(HttpError::Unreadable("a string".into())),
                Some(Step::Silence) => pending().await,
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
            self.cancelled.set(self.cancelled.get() + 1);
        }
    }
}

/// Waits until the future is polled again, as a chunk in a browser does.
async fn next_turn() {
    let mut is_next = false;
    poll_fn(|context| {
        if is_next {
            return Poll::Ready(());
        }
        is_next = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The reaction of a server to a request.
#[derive(Debug, Clone)]
pub(crate) enum Reaction {
    /// It processes the request and responds.
    Respond,
    /// It processes the request, and the response is lost.
    Lose,
    /// It processes the request and never responds.
    Silence,
    /// It responds with an error and changes nothing.
    Fail(Error),
}

type React = dyn Fn(usize, &str) -> Reaction;

/// A server of organizations as a transport.
pub(crate) struct FakeServer {
    pub(crate) clock: FakeClock,
    pub(crate) has_v1: bool,
    pub(crate) has_v2: bool,
    /// The organizations that are inactive at first. All others are active.
    inactive: BTreeSet<String>,
    /// The time at which an inactive organization was or will be reactivated.
    reactivated_at_ms: RefCell<BTreeMap<String, f64>>,
    /// The delay of reads behind a change.
    pub(crate) lag_ms: f64,
    pub(crate) accepts: Box<dyn Fn(&str) -> bool>,
    /// The reaction to a request, by its index and method.
    pub(crate) reacts: Box<React>,
    /// The duration of a request, by its index. The server goes on with it after the client has gone.
    pub(crate) latency_ms: Box<dyn Fn(usize) -> f64>,
    /// The method and the organization of each request.
    pub(crate) calls: RefCell<Vec<(String, String)>>,
    running: Cell<usize>,
    pub(crate) max_running: Cell<usize>,
}

impl FakeServer {
    pub(crate) fn new(inactive: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            clock: FakeClock::default(),
            has_v1: true,
            has_v2: true,
            inactive: inactive.into_iter().map(Into::into).collect(),
            reactivated_at_ms: RefCell::default(),
            lag_ms: 0.0,
            accepts: Box::new(|_| true),
            reacts: Box::new(|_, _| Reaction::Respond),
            latency_ms: Box::new(|_| 10.0),
            calls: RefCell::default(),
            running: Cell::default(),
            max_running: Cell::default(),
        }
    }

    /// Deactivates an organization.
    pub(crate) fn deactivate(&mut self, org_id: &str) {
        self.reactivated_at_ms.borrow_mut().remove(org_id);
        self.inactive.insert(org_id.to_owned());
    }

    pub(crate) fn is_active(&self, org_id: &str) -> bool {
        self.was_active(org_id, self.clock.now_ms())
    }

    /// Returns the methods that were called.
    pub(crate) fn methods(&self) -> Vec<String> {
        self.calls.borrow().iter().map(|(method, _)| method.clone()).collect()
    }

    fn was_active(&self, org_id: &str, at_ms: f64) -> bool {
        !self.inactive.contains(org_id)
            || self.reactivated_at_ms.borrow().get(org_id).is_some_and(|reactivated_at_ms| *reactivated_at_ms <= at_ms)
    }

    /// Reactivates an organization at a time. Returns whether it is inactive then.
    fn reactivate(&self, org_id: &str, at_ms: f64) -> bool {
        let is_inactive = !self.was_active(org_id, at_ms);
        if is_inactive {
            self.reactivated_at_ms.borrow_mut().insert(org_id.to_owned(), at_ms);
        }
        is_inactive
    }

    /// Processes a request, which ends at a time.
    fn process(&self, method: &str, message: &[u8], org_id: &str, at_ms: f64) -> Result<Vec<u8>, Error> {
        let is_v1 = matches!(method, "ReactivateOrg" | "GetMyOrg");
        if !(if is_v1 { self.has_v1 } else { self.has_v2 || method == "ListOrganizations" }) {
            return Err(status(Code::Unimplemented, "404 page not found"));
        }
        let is_read_as_active = |org_id: &str| self.was_active(org_id, at_ms - self.lag_ms);
        let change_date = Some(prost_types::Timestamp { seconds: 1, nanos: 0 });
        let already_active = || status(Code::FailedPrecondition, "Organisation is already active (EVENT-bfnrh)");
        Ok(match method {
            "ReactivateOrg" => {
                self.reactivate(org_id, at_ms).then_some(()).ok_or_else(already_active)?;
                let resource_owner = org_id.to_owned();
                let details = ObjectDetails { sequence: 7, change_date, resource_owner, ..Default::default() };
                ReactivateOrgResponse { details: Some(details) }.encode_to_vec()
            }
            "ActivateOrganization" => {
                self.reactivate(org_id, at_ms).then_some(()).ok_or_else(already_active)?;
                ActivateOrganizationResponse { change_date }.encode_to_vec()
            }
            "GetMyOrg" => {
                let state = if is_read_as_active(org_id) { OrgState::Active } else { OrgState::Inactive };
                let org = Org { id: org_id.to_owned(), state: state.into(), ..Default::default() };
                GetMyOrgResponse { org: Some(org) }.encode_to_vec()
            }
            _ => {
                let request = ListOrganizationsRequest::decode(message).unwrap();
                let Some(Query::IdQuery(query)) = request.queries.into_iter().next().unwrap().query else {
                    panic!("not a list by id")
                };
                let is_active = is_read_as_active(&query.id);
                let state = if is_active { OrganizationState::Active } else { OrganizationState::Inactive };
                let result = vec![Organization { id: query.id, state: state.into(), ..Default::default() }];
                ListOrganizationsResponse { result, ..Default::default() }.encode_to_vec()
            }
        })
    }
}

impl Transport for FakeServer {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let Request { path, message, options, .. } = request;
        let method = path.rsplit('/').next().unwrap();
        let header = |name| options.metadata.get(name).unwrap_or_default();
        let org_id = match method {
            "ActivateOrganization" => ActivateOrganizationRequest::decode(message).unwrap().organization_id,
            _ => header("x-zitadel-orgid").to_owned(),
        };
        let index = self.calls.borrow().len();
        self.calls.borrow_mut().push((method.to_owned(), org_id.clone()));
        let (reaction, latency_ms) = ((self.reacts)(index, method), (self.latency_ms)(index));
        let is_accepted = (self.accepts)(header("authorization").strip_prefix("Bearer ").unwrap());
        let result = match &reaction {
            _ if !is_accepted => Err(status(Code::Unauthenticated, "Errors.Token.Invalid (AUTH-7fs1e)")),
            Reaction::Fail(error) => Err(error.clone()),
            _ => self.process(method, message, &org_id, self.clock.now_ms() + latency_ms),
        };
        {
            let _running = Running::enter(self);
            self.clock.sleep(latency_ms).await;
        }
        match reaction {
            Reaction::Lose => Err(Error::transport("reset")),
            Reaction::Silence => pending().await,
            _ => Ok(Response { headers: Metadata::new(), message: result?, trailers: Metadata::new() }),
        }
    }

    fn supports(&self, _protocol: Protocol) -> bool {
        true
    }
}

/// A status of ZITADEL.
pub(crate) fn status(code: Code, message: &str) -> Error {
    Error::new(ErrorKind::Status, code, message)
}

/// Counts the requests that run at the same time.
struct Running<'a>(&'a FakeServer);

impl<'a> Running<'a> {
    fn enter(server: &'a FakeServer) -> Self {
        server.running.set(server.running.get() + 1);
        server.max_running.set(server.max_running.get().max(server.running.get()));
        Self(server)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.set(self.0.running.get() - 1);
    }
}
