//! `ensure_orgs_active`: many organizations.

use std::{collections::BTreeMap, fmt};

use futures_util::{StreamExt as _, stream::FuturesUnordered};

use super::{Ensure, OrgActivation};
use crate::{
    code::Code,
    error::{Error, ErrorKind, Progress},
    platform::Clock,
    transport::Transport,
    validate,
};

/// One at a time: ZITADEL versions before September 2026 can leave a list's row deactivated for good if organizations change at
/// the same time.
const DEFAULT_CONCURRENCY: f64 = 1.0;
const MAX_CONCURRENCY: f64 = 100.0;
/// The number of organizations in a row without a connection that stops the run.
const MAX_UNREACHABLE: u32 = 3;
/// How long the results of organizations that were not started may block the page, in milliseconds.
const MAX_BLOCK_MS: f64 = 8.0;

/// The result of one organization of a bulk run.
///
/// See the example of [`Client::ensure_orgs_active`](crate::Client::ensure_orgs_active).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OrgActivationResult {
    /// The organization.
    pub org_id: String,
    /// The activation, or the reason why there is none.
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
    /// For each id that was passed, the index of its organization.
    indices: Vec<usize>,
    /// For each organization, the position of the first id that names it.
    first_positions: Vec<usize>,
    concurrency: usize,
}

/// The events of a run. An index is that of an organization.
pub(crate) trait Observer {
    fn on_start(&mut self, index: usize);
    fn on_result(&mut self, index: usize, progress: BulkProgress<'_>);
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
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut indices, mut first_positions) = (Vec::new(), Vec::new());
        for (position, org_id) in org_ids.iter().enumerate() {
            validate::id(&["orgIds[", &position.to_string(), "]"].concat(), org_id)?;
            let index = *known.entry(org_id).or_insert_with(|| {
                first_positions.push(position);
                first_positions.len().saturating_sub(1)
            });
            indices.push(index);
        }
        drop(known);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
        Ok(Self { org_ids, indices, first_positions, concurrency: concurrency as usize })
    }

    /// Returns the index of the organization of each id that was passed.
    pub(crate) fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// Returns the position of the first id that names an organization.
    pub(crate) fn first_position(&self, index: usize) -> usize {
        self.first_positions.get(index).copied().unwrap_or_default()
    }

    /// Activates each organization within the timeout, which is for each of them.
    pub(crate) async fn run<T: Transport, C: Clock>(&self, ensure: &Ensure<'_, T, C>, observer: &mut dyn Observer) {
        let total = self.first_positions.len();
        let mut done = 0_usize;
        let mut record = |observer: &mut dyn Observer, index: usize, last: &OrgActivationResult| {
            done = done.saturating_add(1);
            observer.on_result(index, BulkProgress { done, total, last });
        };
        let mut stop = Stop::default();
        let org_ids = self.first_positions.iter().filter_map(|position| self.org_ids.get(*position));
        let mut waiting = org_ids.enumerate();
        let mut running = FuturesUnordered::new();
        loop {
            while stop.error.is_none() && running.len() < self.concurrency {
                let Some((index, org_id)) = waiting.next() else { break };
                observer.on_start(index);
                running.push(async move { (index, org_id, ensure.activate(org_id, ensure.clock.now_ms()).await) });
            }
            let Some((index, org_id, result)) = running.next().await else { break };
            stop.observe(&result);
            record(observer, index, &OrgActivationResult { org_id: org_id.clone(), result });
        }
        let Some(error) = stop.error else { return };
        let mut block_start_ms = ensure.clock.now_ms();
        for (index, org_id) in waiting {
            record(observer, index, &OrgActivationResult { org_id: org_id.clone(), result: Err(error.clone()) });
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
        let results = self.first_positions.iter().map(|_| None).collect();
        let mut collector = Collector { results, on_progress };
        self.run(ensure, &mut collector).await;
        let result = |index: &usize| collector.results.get(*index).cloned().flatten();
        self.indices.iter().filter_map(result).collect()
    }
}

/// Collects the results.
struct Collector {
    results: Vec<Option<OrgActivationResult>>,
    on_progress: Option<Box<OnProgress>>,
}

impl Observer for Collector {
    fn on_start(&mut self, _index: usize) {}

    fn on_result(&mut self, index: usize, progress: BulkProgress<'_>) {
        if let Some(on_progress) = &mut self.on_progress {
            on_progress(progress);
        }
        if let Some(result) = self.results.get_mut(index) {
            *result = Some(progress.last.clone());
        }
    }
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
            self.error = Some(error.clone().finish(Progress::Unsent));
        }
    }
}
