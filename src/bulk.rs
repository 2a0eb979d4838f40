//! Many organizations that are to be active.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use crate::{
    ensure::{Ensure, OrgActivation},
    error::{Error, ErrorKind},
    options::check_id,
    platform::Platform,
    protocol::code::Code,
    transport::Transport,
};

const DEFAULT_CONCURRENCY: f64 = 4.0;
const MAX_CONCURRENCY: f64 = 100.0;

/// What became of one of many organizations.
///
/// See the example of [`Client::ensure_orgs_active`](crate::Client::ensure_orgs_active).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OrgActivationResult {
    /// The organization.
    pub org_id: String,
    /// What made it active, or why it is not.
    pub result: Result<OrgActivation, Error>,
}

/// How far a run is.
///
/// See the example of [`BulkOptions`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct BulkProgress<'a> {
    /// How many organizations have a result.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// The result that came last.
    pub last: &'a OrgActivationResult,
}

type OnProgress = dyn FnMut(BulkProgress<'_>);

/// How many organizations are made active.
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
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many organizations at the same time, 1 to 100; 4 by default.
    pub const fn concurrency(mut self, concurrency: u8) -> Self {
        self.concurrency = Some(concurrency as f64);
        self
    }

    /// Called after each organization.
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
pub(crate) struct Bulk {
    /// Each once.
    org_ids: Vec<String>,
    concurrency: usize,
    on_progress: Option<Box<OnProgress>>,
}

impl Bulk {
    /// # Errors
    /// INVALID_ARGUMENT that names what is wrong.
    pub(crate) fn check(org_ids: Vec<String>, options: BulkOptions) -> Result<Self, Error> {
        let concurrency = options.concurrency.unwrap_or(DEFAULT_CONCURRENCY);
        if !((1.0..=MAX_CONCURRENCY).contains(&concurrency) && concurrency.fract() == 0.0) {
            return Err(Error::invalid_argument(&["concurrency is not a whole number from 1 to 100."]));
        }
        let mut unique: Vec<String> = Vec::new();
        // Places in it, in the order of what is there. A set of the standard library's is ten times the code.
        let mut sorted: Vec<usize> = Vec::new();
        for (index, org_id) in org_ids.into_iter().enumerate() {
            check_id(&["orgIds[", &index.to_string(), "]"].concat(), &org_id)?;
            let known = sorted.binary_search_by(|place| unique.get(*place).cmp(&Some(&org_id)));
            if let Err(at) = known {
                sorted.insert(at, unique.len());
                unique.push(org_id);
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Ok(Self { org_ids: unique, concurrency: concurrency as usize, on_progress: options.on_progress })
    }

    /// Makes each organization active within the settings' timeout, and reports what became of them in their order.
    pub(crate) async fn run<T: Transport, P: Platform>(
        mut self,
        ensure: &Ensure<'_, T, P>,
    ) -> Vec<OrgActivationResult> {
        let total = self.org_ids.len();
        let mut results: Vec<Option<OrgActivationResult>> = self.org_ids.iter().map(|_| None).collect();
        let mut done = 0_usize;
        let mut stopped: Option<Error> = None;
        let mut waiting = self.org_ids.iter().enumerate();
        let mut running: Vec<(Running<'_>, Arc<Flag>)> = Vec::new();
        poll_fn(|context| {
            // A signal ends all of them at once.
            let is_cancelled = (ensure.cancelled)(context.waker()).is_ready();
            loop {
                while running.len() < self.concurrency {
                    let Some((index, org_id)) = waiting.next() else { break };
                    let stopped = stopped.clone();
                    let one: Running<'_> = Box::pin(async move {
                        let result = match stopped {
                            Some(error) => Err(error),
                            None => ensure.active(org_id, ensure.settings.ends_at_ms(ensure.platform.now_ms())).await,
                        };
                        (index, OrgActivationResult { org_id: org_id.clone(), result })
                    });
                    running.push((one, Flag::up(context.waker())));
                }
                let mut has_ended = false;
                running.retain_mut(|(one, flag)| {
                    if !flag.parent.will_wake(context.waker()) {
                        *flag = Flag::up(context.waker());
                    }
                    if !flag.is_up.swap(false, Ordering::Relaxed) && !is_cancelled {
                        return true;
                    }
                    let waker = Waker::from(Arc::clone(flag));
                    let Poll::Ready((index, last)) = one.as_mut().poll(&mut Context::from_waker(&waker)) else {
                        return true;
                    };
                    if let Err(error) = &last.result {
                        // Nothing of the others was sent.
                        stopped = stopped.take().or_else(|| stops(error).then(|| error.clone().unsent()));
                    }
                    done = done.saturating_add(1);
                    if let Some(on_progress) = &mut self.on_progress {
                        on_progress(BulkProgress { done, total, last: &last });
                    }
                    if let Some(result) = results.get_mut(index) {
                        *result = Some(last);
                    }
                    has_ended = true;
                    false
                });
                if !has_ended {
                    return if running.is_empty() { Poll::Ready(()) } else { Poll::Pending };
                }
            }
        })
        .await;
        results.into_iter().flatten().collect()
    }
}

/// Whether one of those that are being made active has been woken: to poll all of them each time would be the square of their
/// number.
struct Flag {
    is_up: AtomicBool,
    parent: Waker,
}

impl Flag {
    fn up(parent: &Waker) -> Arc<Self> {
        Arc::new(Self { is_up: AtomicBool::new(true), parent: parent.clone() })
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.is_up.store(true, Ordering::Relaxed);
        self.parent.wake_by_ref();
    }
}

/// An organization that is being made active, which ends with its place and its result.
type Running<'a> = Pin<Box<dyn Future<Output = (usize, OrgActivationResult)> + 'a>>;

/// Whether the calls that have not begun would fail in the same way.
fn stops(error: &Error) -> bool {
    error.kind() == ErrorKind::Aborted || error.code() == Code::Unauthenticated
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        collections::BTreeSet,
        convert::Infallible,
        future::{poll_fn, ready},
        rc::Rc,
        task::Poll,
    };

    use super::{Bulk, BulkOptions, OrgActivationResult};
    use crate::{
        CallOptions, Code, ErrorKind, Outcome,
        ensure::Ensure,
        fake::{Fake, Fate, Server},
        options::Settings,
        platform::Platform as _,
        token::{Asking, Token},
    };

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|index| index.to_string()).collect()
    }

    fn run(server: &Server<'_>, org_ids: Vec<String>, options: BulkOptions, token: Token) -> Vec<OrgActivationResult> {
        let settings = Settings::check("https://z.example".to_owned(), None, &CallOptions::new()).unwrap();
        let (platform, token) = (server.platform, Asking::new(token));
        let ensure = Ensure { transport: server, platform, settings: &settings, token, cancelled: &|_| Poll::Pending };
        platform.run(Bulk::check(org_ids, options).unwrap().run(&ensure))
    }

    fn fixed() -> Token {
        Token::Fixed("t".to_owned())
    }

    #[test]
    fn a_thousand_organizations_with_lost_answers_end_active_and_truly_reported() {
        let fake = Fake::default();
        let ids = ids(1000);
        let mut server = Server::new(&fake, ids.iter().map(String::as_str));
        server.fate = Box::new(|index, _| if index % 20 == 7 { Fate::Lost } else { Fate::Answered });
        let seen = Rc::new(RefCell::new(Vec::new()));
        let progress = Rc::clone(&seen);
        let options = BulkOptions::new()
            .concurrency(8)
            .on_progress(move |it| progress.borrow_mut().push((it.done, it.total, it.last.org_id.clone())));
        let results = run(&server, ids.clone(), options, fixed());
        assert!(server.inactive.borrow().is_empty());
        assert_eq!(results.iter().map(|one| one.org_id.clone()).collect::<Vec<_>>(), ids);
        let outcomes: Vec<Outcome> = results.iter().map(|one| one.result.as_ref().unwrap().outcome).collect();
        let active = outcomes.iter().filter(|outcome| **outcome == Outcome::Active).count();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Reactivated).count(), 1000 - active);
        assert!((40..=60).contains(&active), "{active}");
        assert_eq!(server.most_at_once.get(), 8);
        let seen = seen.borrow();
        assert_eq!(seen.iter().map(|(done, ..)| *done).collect::<Vec<_>>(), (1..=1000).collect::<Vec<_>>());
        assert!(seen.iter().all(|(_, total, _)| *total == 1000));
        assert_eq!(seen.iter().map(|(.., id)| id.clone()).collect::<BTreeSet<_>>().len(), 1000);
    }

    #[test]
    fn what_wakes_one_organization_does_not_poll_the_others() {
        let fake = Fake::default();
        let ids = ids(200);
        let mut server = Server::new(&fake, ids.iter().map(String::as_str));
        server.latency_ms = Box::new(|index| 10.0 + index as f64);
        let settings = Settings::check("https://z.example".to_owned(), None, &CallOptions::new()).unwrap();
        let polls = Cell::new(0);
        let cancelled = |_: &_| {
            polls.set(polls.get() + 1);
            Poll::Pending
        };
        let ensure = Ensure {
            transport: &server,
            platform: &fake,
            settings: &settings,
            token: Asking::new(fixed()),
            cancelled: &cancelled,
        };
        let results = fake.run(Bulk::check(ids, BulkOptions::new().concurrency(100)).unwrap().run(&ensure));
        assert!(results.iter().all(|one| one.result.is_ok()));
        assert!(polls.get() < 200 * 10, "{}", polls.get());
    }

    #[test]
    fn each_organization_is_asked_for_once_in_the_order_of_the_ids() {
        let fake = Fake::default();
        let server = Server::new(&fake, ["a", "b"]);
        let ids = ["b", "a", "b"].map(str::to_owned).to_vec();
        let results = run(&server, ids, BulkOptions::new(), fixed());
        assert_eq!(results.iter().map(|one| one.org_id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(server.calls.borrow().len(), 2);
        assert!(run(&server, Vec::new(), BulkOptions::new(), fixed()).is_empty());
    }

    #[test]
    fn an_expired_token_is_renewed_once_for_the_run() {
        let fake = Fake::default();
        let ids = ids(50);
        let mut server = Server::new(&fake, ids.iter().map(String::as_str));
        let calls = Rc::new(Cell::new(0));
        let seen = Rc::clone(&calls);
        // The first token expires on the way.
        server.accepts = Box::new(move |token| {
            seen.set(seen.get() + 1);
            token == "2" || seen.get() < 20
        });
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        let token = Token::function(move |previous| {
            count.set(count.get() + 1);
            assert_eq!(previous.is_some(), count.get() == 2);
            ready(Ok::<_, Infallible>(count.get().to_string()))
        });
        let results = run(&server, ids, BulkOptions::new(), token);
        assert!(results.iter().all(|one| one.result.is_ok()));
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn a_second_unauthenticated_stops_what_has_not_begun() {
        let fake = Fake::default();
        let ids = ids(50);
        let mut server = Server::new(&fake, ids.iter().map(String::as_str));
        server.accepts = Box::new(|_| false);
        let asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&asked);
        let token = Token::function(move |_| {
            count.set(count.get() + 1);
            ready(Ok::<_, Infallible>(count.get().to_string()))
        });
        let done = Rc::new(Cell::new(0));
        let seen = Rc::clone(&done);
        let results = run(&server, ids, BulkOptions::new().on_progress(move |it| seen.set(it.done)), token);
        let code = |one: &OrgActivationResult| one.result.as_ref().unwrap_err().code();
        assert!(results.len() == 50 && results.iter().all(|one| code(one) == Code::Unauthenticated));
        assert_eq!((asked.get(), done.get()), (2, 50));
        assert!(server.calls.borrow().len() <= 8, "{}", server.calls.borrow().len());
    }

    #[test]
    fn a_signal_stops_the_run_and_gives_each_its_error() {
        let fake = Fake::default();
        let ids = ids(50);
        let server = Server::new(&fake, ids.iter().map(String::as_str));
        let settings = Settings::check("https://z.example".to_owned(), None, &CallOptions::new()).unwrap();
        let ensure = Ensure {
            transport: &server,
            platform: &fake,
            settings: &settings,
            token: Asking::new(fixed()),
            cancelled: &|_| if fake.now_ms() >= 25.0 { Poll::Ready(Some("enough".into())) } else { Poll::Pending },
        };
        let results = fake.run(async {
            let run = Bulk::check(ids, BulkOptions::new()).unwrap().run(&ensure);
            let mut run = std::pin::pin!(run);
            // The signal wakes the run.
            let mut timer = std::pin::pin!(fake.sleep(25.0));
            poll_fn(move |context| {
                let _ = timer.as_mut().poll(context);
                run.as_mut().poll(context)
            })
            .await
        });
        let (active, errors): (Vec<_>, Vec<_>) = results.iter().partition(|one| one.result.is_ok());
        assert_eq!((active.len(), errors.len(), fake.now_ms()), (8, 42, 25.0));
        let unsent: Vec<_> = errors
            .iter()
            .map(|one| one.result.as_ref().unwrap_err())
            .filter(|error| !error.may_have_changed())
            .collect();
        assert!(errors.iter().all(|one| one.result.as_ref().unwrap_err().kind() == ErrorKind::Aborted));
        assert_eq!(unsent.len(), 38);
        assert!(unsent.iter().all(|error| error.message().ends_with("before the request was sent.")));
        assert_eq!(std::error::Error::source(unsent[0]).unwrap().to_string(), "enough");
        assert_eq!(server.calls.borrow().len(), 12);
    }

    #[test]
    fn wrong_arguments_are_refused_by_name() {
        let text = |ids: &[&str], concurrency| {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            let options = BulkOptions { concurrency, on_progress: None };
            Bulk::check(ids, options).err().map(|error| error.message().to_owned())
        };
        assert_eq!(text(&["7", " "], None).unwrap(), "orgIds[1] is empty.");
        assert_eq!(text(&["ü"], None).unwrap(), "orgIds[0] has a character that no id of ZITADEL's has.");
        for concurrency in [0.0, 1.5, 101.0, f64::NAN, -1.0] {
            let text = text(&["7"], Some(concurrency));
            assert_eq!(text.unwrap(), "concurrency is not a whole number from 1 to 100.");
        }
        assert_eq!(text(&["7"], Some(100.0)), None);
    }
}
