//! The decisions of `ensure_org_active`, without a clock and without I/O: responses in, the next call or the result out.
//!
//! A change is made by organization v2, or by management v1 on servers without it. If the response leaves the state open, the
//! state is read: by getMyOrg of management v1, which is consistent, or else by a list, which lags.

use super::{OrgActivation, Outcome};
use crate::{
    code::Code,
    error::{Error, ErrorKind, Progress},
    message::Value,
    method::{Method, Rpc as _},
    proto::zitadel::{
        management::v1::{GetMyOrg, ReactivateOrg},
        org::{
            v1::OrgState,
            v2::{ActivateOrganization, ListOrganizations, OrganizationState},
        },
    },
    transport::Protocol,
};

/// The share of the timeout that is kept for reading the state, and its maximum in milliseconds.
const READ_SHARE: f64 = 0.25;
const MAX_READ_MS: f64 = 5000.0;
/// How often a lost read is repeated, and the pause before each, in milliseconds. With 5 % of responses lost, fewer than one call
/// in a million ends with an unknown state.
const READ_RETRIES: u32 = 6;
const RETRY_PAUSE_MS: f64 = 100.0;
/// How long an inactive state is read again, in milliseconds, because reads can lag, and the pause before each.
const LAG_MS: f64 = 2000.0;
const LAG_PAUSE_MS: f64 = 100.0;
/// ZITADEL's own statements that the organization is active.
const ALREADY_ACTIVE_IDS: [&str; 2] = ["EVENT-bfnrh", "DOM-Ixfbxh"];

/// An API that can activate an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    OrganizationV2,
    ManagementV1,
}

/// The next step.
#[derive(Debug)]
pub(super) enum Next {
    Call(PlannedCall),
    Done(Result<OrgActivation, Error>),
}

/// A call that starts at `not_before_ms` and ends at `deadline_ms` at the latest.
#[derive(Debug)]
pub(super) struct PlannedCall {
    pub(super) method: &'static Method,
    pub(super) request: Value,
    pub(super) not_before_ms: f64,
    pub(super) deadline_ms: Option<f64>,
    pub(super) step: Step,
}

/// The purpose of a call.
#[derive(Debug)]
pub(super) enum Step {
    Change { api: Api, earlier: Earlier },
    Read { by: Reader, failure: Failure },
}

/// The reason why a change is not the first.
#[derive(Debug)]
pub(super) enum Earlier {
    /// It is the first.
    None,
    /// The server does not have the other API.
    Missing(Error),
    /// There was no response from organization v2, and the state is inactive.
    Lost(Failure),
}

/// The method that reads the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    GetMyOrg,
    List,
}

/// A change whose response leaves the state open.
#[derive(Debug)]
pub(super) struct Failure {
    error: Error,
    /// The outcome if the organization turns out to be active.
    outcome: Outcome,
    /// Whether management v1 may still be tried.
    is_v1_untried: bool,
    retries_left: u32,
    /// When to stop reading an inactive state again.
    give_up_ms: f64,
}

/// The plan for one organization.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    org_id: &'a str,
    protocol: Protocol,
    deadline_ms: Option<f64>,
    /// The deadline of the changes, which leaves time for reads.
    change_deadline_ms: Option<f64>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(org_id: &'a str, protocol: Protocol, now_ms: f64, timeout_ms: Option<f64>) -> Self {
        Self {
            org_id,
            protocol,
            deadline_ms: timeout_ms.map(|timeout_ms| now_ms + timeout_ms),
            change_deadline_ms: timeout_ms
                .map(|timeout_ms| now_ms + timeout_ms - (timeout_ms * READ_SHARE).min(MAX_READ_MS)),
        }
    }

    /// Returns the first call.
    pub(super) fn start(&self, api: Api, now_ms: f64) -> Next {
        self.call(Step::Change { api, earlier: Earlier::None }, now_ms)
    }

    /// Returns whether the server has organization v2, if the response to a call proves it.
    pub(super) fn has_v2(&self, step: &Step, response: &Result<Value, Error>) -> Option<bool> {
        let error = response.as_ref().err();
        let is_missing = error.is_some_and(|error| self.is_missing(error));
        match step {
            // It was upgraded since it was remembered.
            Step::Change { api: Api::ManagementV1, earlier: Earlier::None } if is_missing => Some(true),
            // Management v1 responds, so the server is a ZITADEL that lacks the other one.
            Step::Change { api: Api::ManagementV1, earlier: Earlier::Missing(_) } if !is_missing => {
                error.is_none_or(|error| error.kind() == ErrorKind::Status).then_some(false)
            }
            _ => None,
        }
    }

    /// Returns the next step after the response to a call.
    pub(super) fn on_response(&self, step: Step, response: Result<Value, Error>, now_ms: f64) -> Next {
        match step {
            Step::Change { api, earlier } => {
                let response = response.and_then(|response| self.check_changed_org(response));
                match response {
                    Ok(response) => self.activated(Outcome::Reactivated, Some(&response)),
                    Err(error) if self.is_missing(&error) => self.on_missing(api, earlier, error, now_ms),
                    Err(error) => self.on_failed_change(api, earlier, error, now_ms),
                }
            }
            Step::Read { by, failure } => match response {
                Ok(response) => self.on_state(by, failure, self.is_active(by, &response), now_ms),
                Err(error) => self.on_failed_read(by, failure, error, now_ms),
            },
        }
    }

    /// Tries the other API if the server lacks this one.
    fn on_missing(&self, api: Api, earlier: Earlier, error: Error, now_ms: f64) -> Next {
        match earlier {
            Earlier::None => {
                let api = if api == Api::OrganizationV2 { Api::ManagementV1 } else { Api::OrganizationV2 };
                self.call(Step::Change { api, earlier: Earlier::Missing(error) }, now_ms)
            }
            // The server has neither. The first error is the one to report.
            Earlier::Missing(first) => Next::Done(Err(first)),
            Earlier::Lost(failure) => self.read(Reader::GetMyOrg, failure, now_ms + LAG_PAUSE_MS),
        }
    }

    fn on_failed_change(&self, api: Api, earlier: Earlier, error: Error, now_ms: f64) -> Next {
        if error.id().is_some_and(|id| ALREADY_ACTIVE_IDS.contains(&id)) {
            let outcome = match earlier {
                // The lost change may have been applied.
                Earlier::Lost(failure) => failure.outcome,
                Earlier::None | Earlier::Missing(_) => Outcome::AlreadyActive,
            };
            return self.activated(outcome, None);
        }
        let is_aborted = error.kind() == ErrorKind::Aborted;
        if let Earlier::Lost(mut failure) = earlier {
            if is_aborted {
                return Next::Done(Err(error.finish(Progress::ChangeSent)));
            }
            let read_at_ms = now_ms + error.retry_after_ms().unwrap_or(LAG_PAUSE_MS);
            failure.give_up_ms = self.give_up_ms(&error, read_at_ms);
            return self.read(Reader::GetMyOrg, failure, read_at_ms);
        }
        let is_precondition = error.kind() == ErrorKind::Status && error.code() == Code::FailedPrecondition;
        if is_aborted || !(is_precondition || error.may_have_changed()) {
            return Next::Done(Err(error));
        }
        let read_at_ms = now_ms + error.retry_after_ms().unwrap_or(0.0);
        let failure = Failure {
            outcome: if is_precondition { Outcome::AlreadyActive } else { Outcome::Active },
            // A proxy's page without CORS headers looks like a lost connection.
            is_v1_untried: api == Api::OrganizationV2 && error.kind() == ErrorKind::Transport,
            retries_left: READ_RETRIES,
            give_up_ms: self.give_up_ms(&error, read_at_ms),
            error,
        };
        self.read(Reader::GetMyOrg, failure, read_at_ms)
    }

    /// Returns when to stop reading an inactive state again after a change failed.
    fn give_up_ms(&self, error: &Error, read_at_ms: f64) -> f64 {
        match self.deadline_ms {
            // A server that was too slow may still be applying the change.
            Some(deadline_ms) if error.code() == Code::DeadlineExceeded => deadline_ms,
            _ => read_at_ms + LAG_MS,
        }
    }

    /// Goes on after a read. The state is `None` if the response is about another organization.
    fn on_state(&self, by: Reader, mut failure: Failure, is_active: Option<bool>, now_ms: f64) -> Next {
        match is_active {
            Some(true) => self.activated(failure.outcome, None),
            Some(false) if by == Reader::GetMyOrg && failure.is_v1_untried => {
                failure.is_v1_untried = false;
                self.call(Step::Change { api: Api::ManagementV1, earlier: Earlier::Lost(failure) }, now_ms)
            }
            None if by == Reader::GetMyOrg => self.read(Reader::List, failure, now_ms),
            Some(false) | None if now_ms + LAG_PAUSE_MS < failure.give_up_ms => {
                self.read(by, failure, now_ms + LAG_PAUSE_MS)
            }
            Some(false) | None => Next::Done(Err(failure.error)),
        }
    }

    fn on_failed_read(&self, by: Reader, mut failure: Failure, error: Error, now_ms: f64) -> Next {
        if error.kind() == ErrorKind::Aborted {
            let progress = if failure.error.may_have_changed() { Progress::ChangeSent } else { Progress::ReadSent };
            return Next::Done(Err(error.finish(progress)));
        }
        if error.is_retriable() && failure.retries_left > 0 {
            failure.retries_left = failure.retries_left.saturating_sub(1);
            return self.read(by, failure, now_ms + error.retry_after_ms().unwrap_or(RETRY_PAUSE_MS));
        }
        match by {
            Reader::GetMyOrg => self.read(Reader::List, failure, now_ms + error.retry_after_ms().unwrap_or(0.0)),
            Reader::List => Next::Done(Err(failure.error)),
        }
    }

    /// Reads the state, unless it is too late.
    fn read(&self, by: Reader, failure: Failure, at_ms: f64) -> Next {
        if self.deadline_ms.is_some_and(|deadline_ms| at_ms >= deadline_ms) {
            return Next::Done(Err(failure.error));
        }
        self.call(Step::Read { by, failure }, at_ms)
    }

    fn call(&self, step: Step, not_before_ms: f64) -> Next {
        let id = || Value::Text(self.org_id.to_owned());
        let (method, request, deadline_ms) = match step {
            Step::Change { api: Api::OrganizationV2, .. } => {
                (&ActivateOrganization::METHOD, object([("organizationId", id())]), self.change_deadline_ms)
            }
            Step::Change { api: Api::ManagementV1, .. } => {
                (&ReactivateOrg::METHOD, object([]), self.change_deadline_ms)
            }
            Step::Read { by: Reader::GetMyOrg, .. } => {
                // A response that does not come must leave time for another read.
                let deadline_ms = self.deadline_ms.map(|deadline_ms| not_before_ms.midpoint(deadline_ms));
                (&GetMyOrg::METHOD, object([]), deadline_ms)
            }
            Step::Read { by: Reader::List, .. } => {
                let query = object([("idQuery", object([("id", id())]))]);
                (&ListOrganizations::METHOD, object([("queries", Value::List(vec![query]))]), self.deadline_ms)
            }
        };
        Next::Call(PlannedCall { method, request, not_before_ms, deadline_ms, step })
    }

    /// Returns true if the server does not have the API.
    ///
    /// Over REST an unknown path is NOT_FOUND. ZITADEL's own NOT_FOUND has an id, and an odd id makes the gateway respond so.
    /// Source: ZITADEL `internal/api/grpc/server/gateway.go`, grpc-gateway `runtime/errors.go`.
    fn is_missing(&self, error: &Error) -> bool {
        let is_unknown_path = self.protocol == Protocol::Json
            && error.code() == Code::NotFound
            && error.id().is_none()
            && error.details().is_empty()
            && self.org_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        error.kind() == ErrorKind::Status && (error.code() == Code::Unimplemented || is_unknown_path)
    }

    /// Rejects the response to a change of another organization.
    fn check_changed_org(&self, response: Value) -> Result<Value, Error> {
        let owner = response.member("details").and_then(|details| details.text("resourceOwner")).unwrap_or_default();
        if owner.is_empty() || owner == self.org_id {
            return Ok(response);
        }
        let text = "The response is about another organization. Check that the proxy in front of ZITADEL passes \
                    x-zitadel-orgid on.";
        Err(Error::protocol(Code::Internal, text).finish(Progress::ChangeSent))
    }

    /// Returns whether the organization is active; `None` if the response is about another one.
    fn is_active(&self, by: Reader, response: &Value) -> Option<bool> {
        let is_this_org = |org: &&Value| org.text("id") == Some(self.org_id);
        let (org, active) = match by {
            Reader::GetMyOrg => (response.member("org").filter(is_this_org), OrgState::Active.as_str_name()),
            Reader::List => {
                (response.items("result").iter().find(is_this_org), OrganizationState::Active.as_str_name())
            }
        };
        Some(org?.text("state") == Some(active))
    }

    fn activated(&self, outcome: Outcome, response: Option<&Value>) -> Next {
        let change = response.map(|response| response.member("details").unwrap_or(response));
        let text = |name| change.and_then(|change| change.text(name));
        Next::Done(Ok(OrgActivation {
            org_id: self.org_id.to_owned(),
            outcome,
            change_date: text("changeDate").map(str::to_owned),
            sequence: text("sequence").and_then(|sequence| sequence.parse().ok()),
        }))
    }
}

fn object<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Value::Object(members.into())
}
