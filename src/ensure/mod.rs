//! `ensure_org_active`: idempotent activation across ZITADEL versions.

mod bulk;
mod plan;

use std::{cell::RefCell, pin::pin};

use futures_util::future::{Either, select};

pub use self::bulk::{BulkOptions, BulkProgress, OrgActivationResult};
pub(crate) use self::bulk::{BulkRun, Observer};
use self::plan::{Api, Next, Plan, PlannedCall};
use crate::{
    call::{self, Call},
    error::Error,
    message::Value,
    options::ORG_ID_HEADER,
    platform::{Clock, Signal, sleep_until},
    token::TokenCache,
    transport::{self, Request, Transport},
    wire::response::invalid_message,
};

/// The result of [`Client::ensure_org_active`](crate::Client::ensure_org_active).
///
/// ```no_run
/// # async fn ensure(client: zitadel_org_web::Client) -> Result<(), zitadel_org_web::Error> {
/// let activation = client.ensure_org_active("69629023906488334").await?;
/// println!("{}: {}", activation.org_id, activation.outcome.name());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OrgActivation {
    /// The organization.
    pub org_id: String,
    /// The way in which it became active.
    pub outcome: Outcome,
    /// The time of the reactivation, RFC 3339 in UTC.
    pub change_date: Option<String>,
    /// The sequence number of the reactivation event. Only management v1 reports it.
    pub sequence: Option<u64>,
}

/// The way in which an organization became active.
///
/// See the example of [`OrgActivation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// This call reactivated it.
    Reactivated,
    /// It was active already. A browser may repeat a POST on a reused connection by itself, so this can be the call's own doing.
    AlreadyActive,
    /// It is active, but the response to the change was lost, so it is unknown whether this call activated it.
    Active,
}

impl Outcome {
    /// Returns the name in JavaScript, for instance `already-active`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reactivated => "reactivated",
            Self::AlreadyActive => "already-active",
            Self::Active => "active",
        }
    }
}

/// Activates organizations: everything that the calls for them have in common.
pub(crate) struct Ensure<'a, T, C> {
    pub(crate) transport: &'a T,
    pub(crate) clock: &'a C,
    pub(crate) base_url: &'a str,
    /// Options of each call. They name no organization.
    pub(crate) options: &'a transport::Options,
    pub(crate) token: &'a TokenCache,
    pub(crate) signal: &'a Signal,
}

impl<T: Transport, C: Clock> Ensure<'_, T, C> {
    /// Activates an organization within the timeout, which counts from `start_ms`.
    ///
    /// # Errors
    /// The organization could not be activated, or its state could not be determined.
    pub(crate) async fn activate(&self, org_id: &str, start_ms: f64) -> Result<OrgActivation, Error> {
        let plan = Plan::new(org_id, self.options.protocol, start_ms, self.options.timeout_ms);
        let first = if is_without_v2(self.base_url) { Api::ManagementV1 } else { Api::OrganizationV2 };
        let mut next = plan.start(first, start_ms);
        loop {
            match next {
                Next::Call(call) => {
                    let response = self.call(&call, org_id).await;
                    if let Some(has_v2) = plan.has_v2(&call.step, &response) {
                        remember(self.base_url, has_v2);
                    }
                    next = plan.on_response(call.step, response, self.clock.now_ms());
                }
                Next::Done(result) => return result,
            }
        }
    }

    /// Waits until a time of the clock.
    ///
    /// # Errors
    /// The signal aborted the wait.
    async fn wait_until(&self, at_ms: f64) -> Result<(), Error> {
        if at_ms <= self.clock.now_ms() {
            return Ok(());
        }
        match select(pin!(sleep_until(self.clock, at_ms)), pin!(self.signal.aborted())).await {
            Either::Left(_) => Ok(()),
            Either::Right((reason, _)) => Err(Error::aborted(reason)),
        }
    }

    async fn call(&self, call: &PlannedCall, org_id: &str) -> Result<Value, Error> {
        let PlannedCall { method, request, not_before_ms, deadline_ms, .. } = call;
        self.wait_until(*not_before_ms).await?;
        let message = request.encode(method.request).map_err(|invalid| invalid_message(&invalid))?;
        let mut options = self.options.clone();
        if method.has_empty_request() {
            options.metadata.append(ORG_ID_HEADER, org_id);
        }
        let request = Request { base_url: self.base_url, path: method.path, message: &message, options };
        let call = Call { request, token: self.token, signal: self.signal, deadline_ms: *deadline_ms };
        let response = call::run(&call, self.transport, self.clock).await?;
        Value::decode(method.response, &response.message, true)
            .map_err(|invalid| invalid_message(&invalid).with_response(200, &response.headers, &response.trailers))
    }
}

thread_local! {
    /// Base URLs of servers that have management v1 but no organization v2, the latest first.
    static WITHOUT_V2: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The number of servers without organization v2 that are remembered.
const MAX_REMEMBERED: usize = 32;

fn is_without_v2(base_url: &str) -> bool {
    WITHOUT_V2.with_borrow(|base_urls| base_urls.iter().any(|known| known == base_url))
}

fn remember(base_url: &str, has_v2: bool) {
    WITHOUT_V2.with_borrow_mut(|base_urls| {
        base_urls.retain(|known| known != base_url);
        if !has_v2 {
            base_urls.insert(0, base_url.to_owned());
            base_urls.truncate(MAX_REMEMBERED);
        }
    });
}
