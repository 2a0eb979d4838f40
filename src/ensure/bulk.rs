//! `ensure_orgs_active`: many organizations.

use std::{collections::BinaryHeap, fmt};

use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::{Ensure, OrgActivation};
use crate::{
    code::Code,
    error::{Error, ErrorKind, Progress},
    platform::Clock,
    texts::MAX_BLOCK_MS,
    transport::Transport,
    validate,
};

/// One at a time: ZITADEL versions before September 2026 can leave a list's row deactivated for good if organizations change at
/// the same time.
const DEFAULT_CONCURRENCY: f64 = 1.0;
const MAX_CONCURRENCY: f64 = 100.0;
/// The number of organizations in a row without a connection that stops the run.
const MAX_UNREACHABLE: u32 = 3;

/// The result of one organization of a bulk run.
///
/// See the example of [`Client::ensure_orgs_active`](crate::Client::ensure_orgs_active).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OrgActivationResult {
    /// The organization.
    pub org_id: String,
    /// The activation, or the error.
    pub result: Result<OrgActivation, Error>,
}

/// The progress of a bulk run.
///
/// See the example of [`BulkOptions`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct BulkProgress<'a> {
    /// The number of organizations that have a result.
    pub done: usize,
    /// The number of organizations, each counted once.
    pub total: usize,
    /// The latest result.
    pub last: &'a OrgActivationResult,
}

type OnProgress = dyn FnMut(BulkProgress<'_>);

/// Options for a bulk run.
///
/// ```
/// use zitadel_org_web::BulkOptions;
///
/// let options = BulkOptions::new().concurrency(8).on_progress(|progress| println!("{}/{}", progress.done, progress.total));
/// ```
#[derive(Default)]
#[must_use]
pub struct BulkOptions {
    pub(crate) concurrency: Option<f64>,
    pub(crate) on_progress: Option<Box<OnProgress>>,
}

impl BulkOptions {
    /// Returns options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of organizations that are activated at the same time, 1 to 100. The default is 1.
    ///
    /// On ZITADEL versions before September 2026, a value above 1 can leave a list's row deactivated for good.
    pub const fn concurrency(mut self, concurrency: u8) -> Self {
        self.concurrency = Some(concurrency as f64);
        self
    }

    /// Sets a function that is called after each organization.
    pub fn on_progress(mut self, on_progress: impl FnMut(BulkProgress<'_>) + 'static) -> Self {
        self.on_progress = Some(Box::new(on_progress));
        self
    }
}

impl fmt::Debug for BulkOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BulkOptions").field("concurrency", &self.concurrency).finish_non_exhaustive()
    }
}

/// A run whose arguments are checked.
#[derive(Debug)]
pub(crate) struct BulkRun {
    /// The ids that were passed.
    org_ids: Vec<String>,
    /// For each id, the position of the first equal one, which stands for the organization.
    first_positions: Vec<usize>,
    concurrency: usize,
}

/// The events of a run. An organization is named by the position of the first id that is its own.
pub(crate) trait Observer {
    fn on_start(&mut self, position: usize);
    fn on_result(&mut self, position: usize, progress: BulkProgress<'_>);
}

impl BulkRun {
    /// Checks the arguments.
    ///
    /// # Errors
    /// INVALID_ARGUMENT, with a message that starts with the argument's name.
    pub(crate) fn new(org_ids: Vec<String>, concurrency: Option<f64>) -> Result<Self, Error> {
        let concurrency = concurrency.unwrap_or(DEFAULT_CONCURRENCY);
        if !((1.0..=MAX_CONCURRENCY).contains(&concurrency) && concurrency.fract() == 0.0) {
            return Err(Error::invalid_argument("concurrency must be a whole number from 1 to 100."));
        }
        for (position, org_id) in org_ids.iter().enumerate() {
            validate::id(&["orgIds[", &position.to_string(), "]"].concat(), org_id)?;
        }
        let first_positions = first_positions(&org_ids);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Ok(Self { org_ids, first_positions, concurrency: concurrency as usize })
    }

    /// Returns the position of the first equal id for each id that was passed.
    #[cfg_attr(not(any(all(feature = "js", browser), test)), expect(dead_code, reason = "for the exports"))]
    pub(crate) fn first_positions(&self) -> &[usize] {
        &self.first_positions
    }

    /// Returns each organization once.
    fn organizations(&self) -> impl Iterator<Item = (usize, &String)> {
        let ids = self.org_ids.iter().enumerate().zip(&self.first_positions);
        ids.filter(|((position, _), first)| position == *first).map(|(organization, _)| organization)
    }

    /// Activates each organization within the timeout, which is for each of them.
    pub(crate) async fn run<T: Transport, C: Clock>(&self, ensure: &Ensure<'_, T, C>, observer: &mut dyn Observer) {
        let total = self.organizations().count();
        let mut done = 0_usize;
        let mut record = |observer: &mut dyn Observer, position: usize, last: &OrgActivationResult| {
            done = done.saturating_add(1);
            observer.on_result(position, BulkProgress { done, total, last });
        };
        let mut stop = Stop::default();
        let mut waiting = self.organizations();
        let mut running = FuturesUnordered::new();
        loop {
            while stop.error.is_none() && running.len() < self.concurrency {
                let Some((position, org_id)) = waiting.next() else { break };
                observer.on_start(position);
                running.push(async move { (position, org_id, ensure.activate(org_id, ensure.clock.now_ms()).await) });
            }
            let Some((position, org_id, result)) = running.next().await else { break };
            stop.observe(&result);
            record(observer, position, &OrgActivationResult { org_id: org_id.clone(), result });
        }
        let Some(error) = stop.error else { return };
        let mut block_start_ms = ensure.clock.now_ms();
        for (position, org_id) in waiting {
            record(observer, position, &OrgActivationResult { org_id: org_id.clone(), result: Err(error.clone()) });
            // Many results at once must not block the page.
            if ensure.clock.now_ms() - block_start_ms > MAX_BLOCK_MS {
                ensure.clock.sleep(0.0).await;
                block_start_ms = ensure.clock.now_ms();
            }
        }
    }

    /// Activates each organization and returns a result for each id that was passed.
    pub(crate) async fn collect<T: Transport, C: Clock>(
        &self,
        ensure: &Ensure<'_, T, C>,
        on_progress: Option<Box<OnProgress>>,
    ) -> Vec<OrgActivationResult> {
        let results = self.org_ids.iter().map(|_| None).collect();
        let mut collector = Collector { results, on_progress };
        self.run(ensure, &mut collector).await;
        let result = |position: &usize| collector.results.get(*position).cloned().flatten();
        self.first_positions.iter().filter_map(result).collect()
    }
}

/// Collects the results.
struct Collector {
    results: Vec<Option<OrgActivationResult>>,
    on_progress: Option<Box<OnProgress>>,
}

impl Observer for Collector {
    fn on_start(&mut self, _position: usize) {}

    fn on_result(&mut self, position: usize, progress: BulkProgress<'_>) {
        if let Some(on_progress) = &mut self.on_progress {
            on_progress(progress);
        }
        if let Some(result) = self.results.get_mut(position) {
            *result = Some(progress.last.clone());
        }
    }
}

/// Returns the position of the first equal id for each id.
///
/// Sorts by a heap, because a map and a set add 1.9 kB gzip to the module (November 2026), and sorting a slice adds more.
fn first_positions(org_ids: &[String]) -> Vec<usize> {
    let by_id: BinaryHeap<_> = org_ids.iter().zip(0..).collect();
    let mut first_positions = vec![0; org_ids.len()];
    let mut first = None;
    for (org_id, position) in by_id.into_sorted_vec() {
        let (_, first_position) = first.filter(|(first_id, _)| *first_id == org_id).unwrap_or((org_id, position));
        first = Some((org_id, first_position));
        if let Some(slot) = first_positions.get_mut(position) {
            *slot = first_position;
        }
    }
    first_positions
}

/// Decides when to stop, because the organizations that were not started would fail in the same way.
#[derive(Debug, Default)]
struct Stop {
    unreachable: u32,
    /// The error of the organizations that were not started.
    error: Option<Error>,
}

impl Stop {
    fn observe(&mut self, result: &Result<OrgActivation, Error>) {
        let Err(error) = result else {
            self.unreachable = 0;
            return;
        };
        let is_unreachable = error.kind() == ErrorKind::Transport;
        self.unreachable = if is_unreachable { self.unreachable.saturating_add(1) } else { 0 };
        let stops = error.kind() == ErrorKind::Aborted
            || error.code() == Code::Unauthenticated
            || error.retry_after_ms().is_some()
            || error.http_status() == Some(429)
            || self.unreachable >= MAX_UNREACHABLE;
        if stops && self.error.is_none() {
            self.error = Some(error.clone().with_progress(Progress::Unsent));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        collections::BTreeSet,
        future::{Future, poll_fn, ready},
        pin::pin,
        rc::Rc,
        sync::Arc,
        time::Duration,
    };

    use super::{BulkOptions, BulkRun, OrgActivationResult};
    use crate::{
        CallOptions, Code, Error, ErrorKind, Metadata, Outcome,
        ensure::Ensure,
        error::Source,
        fake::{FakeServer, Reaction, status},
        platform::{Clock as _, Signal},
        token::{TokenCache, TokenSource},
        transport::{Request, Response, Transport},
    };

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|index| index.to_string()).collect()
    }

    /// A run of a bulk of organizations while something else happens.
    struct Run<'a> {
        server: &'a FakeServer,
        options: CallOptions,
        token: TokenSource,
        signal: Signal,
    }

    impl<'a> Run<'a> {
        fn new(server: &'a FakeServer) -> Self {
            let token = TokenSource::Fixed("t".to_owned());
            Self { server, options: CallOptions::new(), token, signal: Signal::default() }
        }

        fn token(mut self, token: TokenSource) -> Self {
            self.token = token;
            self
        }

        fn over<T: Transport>(
            self,
            transport: &T,
            org_ids: Vec<String>,
            options: BulkOptions,
            background: impl Future<Output = ()>,
        ) -> Vec<OrgActivationResult> {
            let Self { server, options: call_options, token, signal } = self;
            let (call_options, token) = (call_options.to_request(None).unwrap(), TokenCache::new(token));
            let clock = &server.clock;
            let base_url = "https://z.example";
            let ensure = Ensure { transport, clock, base_url, options: &call_options, token: &token, signal: &signal };
            let run = BulkRun::new(org_ids, options.concurrency).unwrap();
            clock.run_beside(background, run.collect(&ensure, options.on_progress))
        }

        fn results(self, org_ids: Vec<String>, options: BulkOptions) -> Vec<OrgActivationResult> {
            let server = self.server;
            self.over(server, org_ids, options, ready(()))
        }
    }

    fn run(server: &FakeServer, org_ids: Vec<String>, options: BulkOptions) -> Vec<OrgActivationResult> {
        Run::new(server).results(org_ids, options)
    }

    fn error(result: &OrgActivationResult) -> &Error {
        result.result.as_ref().unwrap_err()
    }

    /// A token function that counts its invocations and returns their number.
    fn counting() -> (TokenSource, Rc<Cell<usize>>) {
        let count = Rc::new(Cell::new(0));
        let called = Rc::clone(&count);
        let source = TokenSource::function(move |_| {
            called.set(called.get() + 1);
            ready(Ok::<_, Source>(called.get().to_string()))
        });
        (source, count)
    }

    #[test]
    fn thousand_organizations_with_lost_responses_end_active() {
        let ids = ids(1000);
        let mut server = FakeServer::new(&ids);
        server.reacts = Box::new(|index, _| if index % 20 == 7 { Reaction::Lose } else { Reaction::Respond });
        let seen = Rc::new(RefCell::new(Vec::new()));
        let progress = Rc::clone(&seen);
        let options = BulkOptions::new().concurrency(8).on_progress(move |latest| {
            progress.borrow_mut().push((latest.done, latest.total, latest.last.org_id.clone()));
        });
        let results = run(&server, ids.clone(), options);
        assert!(ids.iter().all(|id| server.is_active(id)));
        assert_eq!(results.iter().map(|result| result.org_id.clone()).collect::<Vec<_>>(), ids);
        let outcomes: Vec<Outcome> = results.iter().map(|result| result.result.as_ref().unwrap().outcome).collect();
        let active = outcomes.iter().filter(|outcome| **outcome == Outcome::Active).count();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Reactivated).count(), 1000 - active);
        assert!((40..=60).contains(&active), "{active}");
        assert_eq!(server.max_running.get(), 8);
        let seen = seen.borrow();
        assert_eq!(seen.iter().map(|(done, ..)| *done).collect::<Vec<_>>(), (1..=1000).collect::<Vec<_>>());
        assert!(seen.iter().all(|(_, total, _)| *total == 1000));
        assert_eq!(seen.iter().map(|(.., id)| id.clone()).collect::<BTreeSet<_>>().len(), 1000);
    }

    #[test]
    fn default_concurrency_is_1() {
        let server = FakeServer::new(ids(20));
        assert!(run(&server, ids(20), BulkOptions::new()).iter().all(|result| result.result.is_ok()));
        assert_eq!(server.max_running.get(), 1);
        let server = FakeServer::new(ids(20));
        run(&server, ids(20), BulkOptions::new().concurrency(7));
        assert_eq!(server.max_running.get(), 7);
    }

    /// Counts how often its calls are polled.
    struct Polled<'a>(&'a FakeServer, Cell<usize>);

    impl Transport for Polled<'_> {
        async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
            let mut call = pin!(self.0.unary(request));
            poll_fn(|context| {
                self.1.set(self.1.get() + 1);
                call.as_mut().poll(context)
            })
            .await
        }
    }

    #[test]
    fn organization_that_makes_progress_does_not_poll_the_others() {
        let ids = ids(200);
        let mut server = FakeServer::new(&ids);
        server.latency_ms = Box::new(|index| 10.0 + index as f64);
        let polled = Polled(&server, Cell::new(0));
        let options = BulkOptions::new().concurrency(100);
        let results = Run::new(&server).over(&polled, ids, options, ready(()));
        assert!(results.iter().all(|result| result.result.is_ok()));
        assert!(polled.1.get() < 200 * 10, "{}", polled.1.get());
    }

    #[test]
    fn repeated_id_shares_one_activation_and_result() {
        let server = FakeServer::new(["a", "b"]);
        let total = Rc::new(Cell::new((0, 0)));
        let seen = Rc::clone(&total);
        let options = BulkOptions::new().on_progress(move |latest| seen.set((latest.done, latest.total)));
        let ids = ["b", "a", "b", "b", "a"].map(str::to_owned).to_vec();
        let results = run(&server, ids.clone(), options);
        assert_eq!(results.iter().map(|result| result.org_id.clone()).collect::<Vec<_>>(), ids);
        assert!(results.iter().all(|result| result.result.as_ref().unwrap().outcome == Outcome::Reactivated));
        assert_eq!((server.calls.borrow().len(), total.get()), (2, (2, 2)));
        assert!(run(&server, Vec::new(), BulkOptions::new()).is_empty());
    }

    #[test]
    fn repeated_ids_refer_to_the_first_position() {
        let run = BulkRun::new(["b", "a", "b", "c"].map(str::to_owned).to_vec(), None).unwrap();
        assert_eq!(run.first_positions(), [0, 1, 0, 3]);
    }

    #[test]
    fn failed_organization_does_not_stop_the_others() {
        let mut server = FakeServer::new(ids(20));
        server.reacts = Box::new(|index, _| match index % 2 {
            0 => Reaction::Fail(status(Code::NotFound, "Organisation not found (ORG-Dgf3g)")),
            _ => Reaction::Respond,
        });
        let results = run(&server, ids(20), BulkOptions::new());
        let codes: Vec<_> = results.iter().map(|result| result.result.as_ref().err().map(Error::code)).collect();
        assert_eq!(codes, [Some(Code::NotFound), None].repeat(10));
    }

    #[test]
    fn expired_token_is_renewed_once_for_the_run() {
        for concurrency in [1, 8] {
            let mut server = FakeServer::new(ids(50));
            let requests = Cell::new(0);
            // The first token expires on the way.
            server.accepts = Box::new(move |token| {
                requests.set(requests.get() + 1);
                token == "2" || requests.get() < 20
            });
            let (token, count) = counting();
            let options = BulkOptions::new().concurrency(concurrency);
            let results = Run::new(&server).token(token).results(ids(50), options);
            assert!(results.iter().all(|result| result.result.is_ok()));
            assert_eq!(count.get(), 2);
        }
    }

    #[test]
    fn token_that_expires_twice_is_renewed_twice() {
        for concurrency in [1, 4] {
            let mut server = FakeServer::new(ids(40));
            let requests = Cell::new(0);
            server.accepts = Box::new(move |token| {
                requests.set(requests.get() + 1);
                token
                    == if requests.get() <= 10 {
                        "1"
                    } else if requests.get() <= 30 {
                        "2"
                    } else {
                        "3"
                    }
            });
            let (token, count) = counting();
            let options = BulkOptions::new().concurrency(concurrency);
            let results = Run::new(&server).token(token).results(ids(40), options);
            assert!(results.iter().all(|result| result.result.is_ok()));
            assert_eq!(count.get(), 3);
        }
    }

    #[test]
    fn token_that_stays_rejected_stops_the_run() {
        for (concurrency, max_calls) in [(1, 2), (4, 8)] {
            let mut server = FakeServer::new(ids(50));
            server.accepts = Box::new(|_| false);
            let (token, count) = counting();
            let done = Rc::new(Cell::new(0));
            let seen = Rc::clone(&done);
            let options = BulkOptions::new().concurrency(concurrency).on_progress(move |latest| seen.set(latest.done));
            let results = Run::new(&server).token(token).results(ids(50), options);
            assert!(results.len() == 50 && results.iter().all(|result| error(result).code() == Code::Unauthenticated));
            assert_eq!((count.get(), done.get()), (2, 50));
            assert!(server.calls.borrow().len() <= max_calls, "{}", server.calls.borrow().len());
        }
    }

    #[test]
    fn failing_token_function_stops_the_run() {
        let server = FakeServer::new(ids(50));
        let count = Rc::new(Cell::new(0));
        let called = Rc::clone(&count);
        let token = TokenSource::function(move |_| {
            called.set(called.get() + 1);
            ready(Err::<String, _>("logged out"))
        });
        let results = Run::new(&server).token(token).results(ids(50), BulkOptions::new());
        assert!(results.iter().all(|result| error(result).code() == Code::Unauthenticated));
        assert_eq!((count.get(), server.calls.borrow().len()), (1, 0));
    }

    #[test]
    fn token_invocation_outlives_the_organization_that_called_it() {
        let server = FakeServer::new(ids(5));
        let (clock, count) = (server.clock.clone(), Rc::new(Cell::new(0)));
        let called = Rc::clone(&count);
        let token = TokenSource::function(move |_| {
            called.set(called.get() + 1);
            let clock = clock.clone();
            async move {
                clock.sleep(250.0).await;
                Ok::<_, Source>("t".to_owned())
            }
        });
        let mut run = Run::new(&server).token(token);
        run.options = CallOptions::new().timeout(Duration::from_millis(100));
        let results = run.results(ids(5), BulkOptions::new());
        let kinds: Vec<_> = results.iter().map(|result| result.result.as_ref().err().map(Error::kind)).collect();
        let timeout = Some(ErrorKind::Timeout);
        assert!(kinds[0] == timeout && kinds[1] == timeout && kinds[4].is_none(), "{kinds:?}");
        assert_eq!(count.get(), 1);
    }

    #[test]
    fn signal_stops_the_run_with_its_reason_for_each() {
        let server = FakeServer::new(ids(50));
        let run = Run::new(&server);
        let signal = run.signal.clone();
        let abort = async {
            server.clock.sleep(25.0).await;
            signal.abort(Some(Arc::from(Source::from("enough"))));
        };
        let results = run.over(&server, ids(50), BulkOptions::new().concurrency(4), abort);
        let (active, failed): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.result.is_ok());
        assert_eq!((active.len(), failed.len(), server.clock.now_ms()), (8, 42, 25.0));
        assert!(failed.iter().all(|result| error(result).kind() == ErrorKind::Aborted));
        let unsent: Vec<_> =
            failed.iter().map(|result| error(result)).filter(|error| !error.may_have_changed()).collect();
        assert_eq!(unsent.len(), 38);
        assert!(unsent.iter().all(|error| error.message().ends_with("before the request was sent.")));
        assert_eq!(std::error::Error::source(unsent[0]).unwrap().to_string(), "enough");
        assert_eq!(server.calls.borrow().len(), 12);
    }

    #[test]
    fn run_stops_after_3_organizations_in_a_row_without_connection() {
        let mut server = FakeServer::new(ids(40));
        server.reacts = Box::new(|_, _| Reaction::Fail(Error::transport("offline")));
        let results = run(&server, ids(40), BulkOptions::new());
        assert!(results.iter().all(|result| error(result).kind() == ErrorKind::Transport));
        let started: BTreeSet<String> = server.calls.borrow().iter().map(|(_, org_id)| org_id.clone()).collect();
        assert!(started.iter().all(|id| ["", "0", "1", "2"].contains(&id.as_str())), "{started:?}");
        let may_have_changed: Vec<_> = results.iter().map(|result| error(result).may_have_changed()).collect();
        assert_eq!(may_have_changed, [vec![true; 3], vec![false; 37]].concat());
        assert!(!error(&results[39]).message().contains("may have been applied"));
    }

    #[test]
    fn connection_that_comes_back_does_not_stop_the_run() {
        let mut server = FakeServer::new(ids(40));
        let changes = Cell::new(0);
        let is_offline = Cell::new(false);
        // Two of three organizations have no connection.
        server.reacts = Box::new(move |_, method| {
            if method == "ActivateOrganization" {
                changes.set(changes.get() + 1);
                is_offline.set(changes.get() % 3 != 0);
            }
            if is_offline.get() { Reaction::Fail(Error::transport("offline")) } else { Reaction::Respond }
        });
        let results = run(&server, ids(40), BulkOptions::new());
        assert_eq!(results.iter().filter(|result| result.result.is_ok()).count(), 13);
        assert!(results.iter().filter(|result| result.result.is_err()).all(|result| error(result).may_have_changed()));
    }

    #[test]
    fn rate_limit_stops_the_run_after_one_request() {
        let mut headers = Metadata::new();
        headers.append("retry-after", "60");
        let with = |http_status, headers: &Metadata| {
            let error = status(Code::Unavailable, "too many requests");
            error.with_response(http_status, headers, &Metadata::new())
        };
        for (failure, is_applied) in [
            (with(429, &headers), true),
            (with(503, &headers), true),
            (with(429, &Metadata::new()).without_effect(), false),
        ] {
            let mut server = FakeServer::new(ids(40));
            server.reacts = Box::new(move |_, _| Reaction::Fail(failure.clone()));
            let results = run(&server, ids(40), BulkOptions::new());
            assert_eq!(server.methods(), ["ActivateOrganization"]);
            assert!(
                results.iter().all(|result| error(result).code() == Code::Unavailable && error(result).is_retriable())
            );
            assert_eq!(error(&results[0]).may_have_changed(), is_applied);
            assert!(results[1..].iter().all(|result| !error(result).may_have_changed()));
        }
    }

    #[test]
    fn stopping_does_not_block_the_page() {
        const RESULT_MS: f64 = 1.0;
        let server = FakeServer::new(ids(1000));
        let run = Run::new(&server);
        run.signal.abort(None);
        let clock = server.clock.clone();
        let options = BulkOptions::new().on_progress(move |_| clock.starve(RESULT_MS));
        let turns = RefCell::new(Vec::new());
        // The page.
        let background = async {
            loop {
                turns.borrow_mut().push(server.clock.now_ms());
                server.clock.sleep(0.0).await;
            }
        };
        let results = run.over(&server, ids(1000), options, background);
        assert!(results.len() == 1000 && results.iter().all(|result| error(result).kind() == ErrorKind::Aborted));
        let turns = turns.borrow();
        let longest_ms = turns.windows(2).map(|turns| turns[1] - turns[0]).reduce(f64::max).unwrap();
        assert!(longest_ms <= 50.0 && turns.len() > 20, "{longest_ms} {}", turns.len());
    }

    #[test]
    fn wrong_arguments_are_rejected_by_name() {
        let text = |ids: &[&str], concurrency| {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            BulkRun::new(ids, concurrency).err().map(|error| error.message().to_owned())
        };
        assert_eq!(text(&["7", " "], None).unwrap(), "orgIds[1] must not be empty.");
        assert_eq!(text(&["ü"], None).unwrap(), "orgIds[0] must be printable ASCII.");
        for concurrency in [0.0, 1.5, 101.0, f64::NAN, -1.0] {
            let text = text(&["7"], Some(concurrency));
            assert_eq!(text.unwrap(), "concurrency must be a whole number from 1 to 100.");
        }
        assert_eq!(text(&["7"], Some(100.0)), None);
    }
}
