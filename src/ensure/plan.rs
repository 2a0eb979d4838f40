//! The decisions of `ensure_org_active`, without a clock and without I/O: responses in, the next call or the result out.
//!
//! A change is made by organization v2, or by management v1 on servers without it. If the response leaves the state open, the
//! state is read: by getMyOrg of management v1, which is consistent, or else by a list, which lags.

use crate::{
    code::Code,
    error::{Error, ErrorKind, Progress},
    message::json::Json,
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
/// The number of times that a lost read is repeated, and the pause before each, in milliseconds. With 5 % of responses lost, fewer
/// than one call in a million ends with an unknown state.
const READ_RETRIES: u32 = 6;
const RETRY_PAUSE_MS: f64 = 100.0;
/// The time for which an inactive state is read again, because reads can lag, and the pause before each read, in milliseconds.
const LAG_MS: f64 = 2000.0;
const LAG_PAUSE_MS: f64 = 100.0;
/// The longest wait for a server that asks to retry later, in milliseconds, if the call has no deadline.
const MAX_WAIT_MS: f64 = 30_000.0;
/// ZITADEL's own statements that the organization is active.
const ALREADY_ACTIVE_IDS: [&str; 2] = ["EVENT-bfnrh", "DOM-Ixfbxh"];

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
    pub(super) request: Json<'static>,
    pub(super) not_before_ms: f64,
    pub(super) deadline_ms: Option<f64>,
    /// The deadline of the response to a change, which leaves time for reads.
    pub(super) response_deadline_ms: Option<f64>,
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

/// The state of the organization in the response to a read.
#[derive(Debug, Clone, Copy)]
enum State {
    Active,
    Inactive,
    /// Removed, or one that this version does not know.
    Other,
    /// The response is about another organization.
    Absent,
}

/// A change whose response leaves the state open.
#[derive(Debug)]
pub(super) struct Failure {
    error: Error,
    /// The outcome if the organization turns out to be active.
    outcome: Outcome,
    /// True if management v1 may still be tried.
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
    pub(super) fn has_v2(&self, step: &Step, response: &Result<Json<'_>, Error>) -> Option<bool> {
        let error = response.as_ref().err();
        let is_missing = error.is_some_and(|error| self.is_missing(error));
        match step {
            // It was upgraded since it was remembered.
            Step::Change { api: Api::ManagementV1, earlier: Earlier::None } if is_missing => Some(true),
            // ZITADEL's management v1 responds, so this server lacks the other API. A proxy's error page proves nothing.
            Step::Change { api: Api::ManagementV1, earlier: Earlier::Missing(_) } if !is_missing => {
                error.is_none_or(|error| error.id().is_some()).then_some(false)
            }
            _ => None,
        }
    }

    /// Returns the next step after the response to a call.
    pub(super) fn on_response(&self, step: Step, response: Result<Json<'static>, Error>, now_ms: f64) -> Next {
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
                Ok(response) => self.on_state(by, failure, self.state(by, &response), now_ms),
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
            Earlier::Lost(failure) => self.read(Reader::GetMyOrg, failure, now_ms, LAG_PAUSE_MS),
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
                return Next::Done(Err(error.with_progress(Progress::ChangeSent)));
            }
            if is_limited(&error) {
                return Next::Done(Err(failure.error));
            }
            let wait_ms = error.retry_after_ms().unwrap_or(LAG_PAUSE_MS);
            failure.give_up_ms = self.give_up_ms(&error, now_ms + wait_ms);
            return self.read(Reader::GetMyOrg, failure, now_ms, wait_ms);
        }
        let is_precondition = error.kind() == ErrorKind::Status && error.code() == Code::FailedPrecondition;
        if is_aborted || is_limited(&error) || !(is_precondition || error.may_have_changed()) {
            return Next::Done(Err(error));
        }
        let wait_ms = error.retry_after_ms().unwrap_or(0.0);
        let failure = Failure {
            outcome: if is_precondition { Outcome::AlreadyActive } else { Outcome::Active },
            // A proxy's page without CORS headers looks like a lost connection.
            is_v1_untried: api == Api::OrganizationV2 && error.kind() == ErrorKind::Transport,
            retries_left: READ_RETRIES,
            give_up_ms: self.give_up_ms(&error, now_ms + wait_ms),
            error,
        };
        self.read(Reader::GetMyOrg, failure, now_ms, wait_ms)
    }

    /// Returns when to stop reading an inactive state again after a change failed.
    fn give_up_ms(&self, error: &Error, read_at_ms: f64) -> f64 {
        match self.deadline_ms {
            // A server that was too slow may still be applying the change.
            Some(deadline_ms) if error.code() == Code::DeadlineExceeded => deadline_ms,
            _ => read_at_ms + LAG_MS,
        }
    }

    fn on_state(&self, by: Reader, mut failure: Failure, state: State, now_ms: f64) -> Next {
        match state {
            State::Active => self.activated(failure.outcome, None),
            State::Inactive if by == Reader::GetMyOrg && failure.is_v1_untried => {
                failure.is_v1_untried = false;
                self.call(Step::Change { api: Api::ManagementV1, earlier: Earlier::Lost(failure) }, now_ms)
            }
            State::Absent if by == Reader::GetMyOrg => self.read(Reader::List, failure, now_ms, 0.0),
            _ if now_ms + LAG_PAUSE_MS < failure.give_up_ms => self.read(by, failure, now_ms, LAG_PAUSE_MS),
            _ => Next::Done(Err(failure.error)),
        }
    }

    fn on_failed_read(&self, by: Reader, mut failure: Failure, error: Error, now_ms: f64) -> Next {
        if error.kind() == ErrorKind::Aborted {
            let progress = if failure.error.may_have_changed() { Progress::ChangeSent } else { Progress::ReadSent };
            return Next::Done(Err(error.with_progress(progress)));
        }
        if is_limited(&error) {
            return Next::Done(Err(failure.error));
        }
        if error.is_retriable() && failure.retries_left > 0 {
            failure.retries_left = failure.retries_left.saturating_sub(1);
            return self.read(by, failure, now_ms, error.retry_after_ms().unwrap_or(RETRY_PAUSE_MS));
        }
        match by {
            Reader::GetMyOrg => self.read(Reader::List, failure, now_ms, error.retry_after_ms().unwrap_or(0.0)),
            Reader::List => Next::Done(Err(failure.error)),
        }
    }

    /// Reads the state after a wait, unless that is too late.
    fn read(&self, by: Reader, failure: Failure, now_ms: f64, wait_ms: f64) -> Next {
        let is_too_late = match self.deadline_ms {
            Some(deadline_ms) => now_ms + wait_ms >= deadline_ms,
            None => wait_ms > MAX_WAIT_MS,
        };
        if is_too_late {
            return Next::Done(Err(failure.error));
        }
        self.call(Step::Read { by, failure }, now_ms + wait_ms)
    }

    fn call(&self, step: Step, not_before_ms: f64) -> Next {
        let id = || Json::from(self.org_id.to_owned());
        let mut response_deadline_ms = None;
        let (method, request, deadline_ms) = match step {
            Step::Change { api: Api::OrganizationV2, .. } => {
                response_deadline_ms = self.change_deadline_ms;
                (&ActivateOrganization::METHOD, Json::object([("organizationId", id())]), self.deadline_ms)
            }
            Step::Change { api: Api::ManagementV1, .. } => {
                response_deadline_ms = self.change_deadline_ms;
                (&ReactivateOrg::METHOD, Json::object([]), self.deadline_ms)
            }
            Step::Read { by: Reader::GetMyOrg, .. } => {
                // A response that does not come must leave time for another read.
                let deadline_ms = self.deadline_ms.map(|deadline_ms| not_before_ms.midpoint(deadline_ms));
                (&GetMyOrg::METHOD, Json::object([]), deadline_ms)
            }
            Step::Read { by: Reader::List, .. } => {
                let query = Json::object([("idQuery", Json::object([("id", id())]))]);
                (&ListOrganizations::METHOD, Json::object([("queries", Json::Array(vec![query]))]), self.deadline_ms)
            }
        };
        Next::Call(PlannedCall { method, request, not_before_ms, deadline_ms, response_deadline_ms, step })
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
    fn check_changed_org(&self, response: Json<'static>) -> Result<Json<'static>, Error> {
        let owner = response.member("details").and_then(|details| details.text("resourceOwner")).unwrap_or_default();
        if owner.is_empty() || owner == self.org_id {
            return Ok(response);
        }
        let text = "The response is about another organization. Check that the proxy in front of ZITADEL passes \
                    x-zitadel-orgid on.";
        Err(Error::protocol(Code::Internal, text).finish(Progress::ChangeSent))
    }

    /// Returns the state of the organization.
    fn state(&self, by: Reader, response: &Json<'_>) -> State {
        let is_this_org = |org: &&Json<'_>| org.text("id") == Some(self.org_id);
        let (org, active, inactive) = match by {
            Reader::GetMyOrg => (
                response.member("org").filter(is_this_org),
                OrgState::Active.as_str_name(),
                OrgState::Inactive.as_str_name(),
            ),
            Reader::List => (
                response.list("result").iter().find(is_this_org),
                OrganizationState::Active.as_str_name(),
                OrganizationState::Inactive.as_str_name(),
            ),
        };
        match org.map(|org| org.text("state").unwrap_or_default()) {
            None => State::Absent,
            Some(state) if state == active => State::Active,
            Some(state) if state == inactive => State::Inactive,
            Some(_) => State::Other,
        }
    }

    fn activated(&self, outcome: Outcome, response: Option<&Json<'_>>) -> Next {
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

/// Returns true for a rate limit or a used-up quota that names no time to wait for. A read would be refused too.
fn is_limited(error: &Error) -> bool {
    error.http_status() == Some(429) && error.retry_after_ms().is_none()
}

#[cfg(test)]
mod tests {
    use super::{Api, Next, OrgActivation, Outcome, Plan, Reader, Step};
    use crate::{
        Code, Detail, Error, ErrorKind as Kind, Metadata,
        error::Progress,
        message::json::Json as Message,
        transport::Protocol::{self, GrpcWeb, Json},
    };

    type Response = Result<Message<'static>, Error>;

    /// The duration of each call, in milliseconds.
    const LATENCY_MS: f64 = 10.0;

    fn text(text: &str) -> Message<'static> {
        text.to_owned().into()
    }

    fn activated() -> Response {
        Ok(Message::object([("changeDate", text("2026-01-01T00:00:00Z"))]))
    }

    fn reactivated(resource_owner: &str) -> Response {
        let details = [("sequence", text("7")), ("resourceOwner", text(resource_owner))];
        Ok(Message::object([("details", Message::object(details))]))
    }

    fn org(id: &str, state: &str) -> Message<'static> {
        Message::object([("id", text(id)), ("state", text(state))])
    }

    fn got(id: &str, state: &str) -> Response {
        Ok(Message::object([("org", org(id, &["ORG_STATE_", state].concat()))]))
    }

    fn listed(orgs: &[(&str, &str)]) -> Response {
        let orgs = orgs.iter().map(|(id, state)| org(id, &["ORGANIZATION_STATE_", state].concat()));
        Ok(Message::object([("result", Message::Array(orgs.collect()))]))
    }

    fn status(code: Code, message: &str) -> Response {
        Err(Error::new(Kind::Status, code, message).finish(Progress::ChangeSent))
    }

    fn missing() -> Response {
        status(Code::Unimplemented, "unknown service")
    }

    fn unknown_path() -> Response {
        status(Code::NotFound, "Not Found")
    }

    fn already_active() -> Response {
        status(Code::FailedPrecondition, "Organisation is already active (EVENT-bfnrh)")
    }

    fn other_precondition() -> Response {
        status(Code::FailedPrecondition, "not now (ORG-12345x)")
    }

    fn denied() -> Response {
        status(Code::PermissionDenied, "No matching permissions found (AUTH-5mWD2)")
    }

    fn lost() -> Response {
        Err(Error::transport("reset").finish(Progress::ChangeSent))
    }

    fn timed_out() -> Response {
        Err(Error::timed_out(30_000.0).finish(Progress::ChangeSent))
    }

    fn aborted() -> Response {
        Err(Error::aborted(None))
    }

    fn unavailable(retry_after: &str) -> Response {
        let mut headers = Metadata::new();
        headers.append("retry-after", retry_after);
        let error = Error::new(Kind::Status, Code::Unavailable, "busy").with_response(503, &headers, &Metadata::new());
        Err(error.finish(Progress::ChangeSent))
    }

    /// A used-up quota over REST, whose body has a gRPC status.
    fn quota_exhausted(headers: &Metadata) -> Response {
        let error = Error::new(Kind::Status, Code::ResourceExhausted, "Quota.Access.Exhausted (QUOTA-vjAy8)");
        Err(error.with_response(429, headers, &Metadata::new()).finish(Progress::ChangeSent))
    }

    /// Runs a plan whose calls get these responses, the last one again and again. Returns the calls with their times and the result.
    fn drive(plan: &Plan<'_>, first: Api, responses: &[Response]) -> (String, Result<OrgActivation, Error>) {
        let (mut now_ms, mut calls, mut index) = (0.0_f64, Vec::new(), 0);
        let mut next = plan.start(first, now_ms);
        loop {
            match next {
                Next::Done(result) => {
                    assert!(index >= responses.len(), "{calls:?}: responses are left");
                    return (calls.join(" "), result);
                }
                Next::Call(call) => {
                    let name = match call.step {
                        Step::Change { api: Api::OrganizationV2, .. } => "v2",
                        Step::Change { api: Api::ManagementV1, .. } => "v1",
                        Step::Read { by: Reader::GetMyOrg, .. } => "get",
                        Step::Read { by: Reader::List, .. } => "list",
                    };
                    calls.push(format!("{name}@{}", call.not_before_ms.max(now_ms)));
                    assert!(calls.len() < 1000, "{calls:?}");
                    now_ms = now_ms.max(call.not_before_ms) + LATENCY_MS;
                    let response = responses.get(index).or(responses.last()).unwrap().clone();
                    index += 1;
                    next = plan.on_response(call.step, response, now_ms);
                }
            }
        }
    }

    fn outcome(result: &Result<OrgActivation, Error>) -> String {
        match result {
            Ok(activation) => {
                assert_eq!(activation.org_id, "7");
                activation.outcome.name().to_owned()
            }
            Err(error) => {
                let mark = if error.may_have_changed() { "?" } else { "" };
                format!("{} {}{mark}", error.kind().name(), error.code().number())
            }
        }
    }

    /// Checks the calls of a plan for organization 7 with a timeout of 30 s, and its outcome. `?` marks an error whose change may have
    /// been applied.
    #[track_caller]
    fn check_over(protocol: Protocol, responses: &[Response], expected: (&str, &str)) {
        let (calls, result) = drive(&Plan::new("7", protocol, 0.0, Some(30_000.0)), Api::OrganizationV2, responses);
        assert_eq!((calls.as_str(), outcome(&result).as_str()), expected, "{protocol:?}, {responses:?}");
    }

    #[track_caller]
    fn check(responses: &[Response], expected: (&str, &str)) {
        for protocol in [GrpcWeb, Json] {
            check_over(protocol, responses, expected);
        }
    }

    #[test]
    fn organization_v2_comes_first() {
        check(&[activated()], ("v2@0", "reactivated"));
        let (_, result) = drive(&Plan::new("7", GrpcWeb, 0.0, None), Api::OrganizationV2, &[activated()]);
        let activation = result.unwrap();
        let change = (activation.change_date.as_deref(), activation.sequence);
        assert_eq!(change, (Some("2026-01-01T00:00:00Z"), None));
    }

    #[test]
    fn management_v1_follows_where_v2_is_missing() {
        check(&[missing(), reactivated("7")], ("v2@0 v1@10", "reactivated"));
        check(&[missing(), already_active()], ("v2@0 v1@10", "already-active"));
        check(&[missing(), denied()], ("v2@0 v1@10", "status 7"));
        let responses = [missing(), reactivated("7")];
        let (_, result) = drive(&Plan::new("7", GrpcWeb, 0.0, None), Api::OrganizationV2, &responses);
        assert_eq!(result.unwrap().sequence, Some(7));
        // The client's own UNIMPLEMENTED is not ZITADEL's.
        let violation = Err(Error::protocol(Code::Unimplemented, "two messages").finish(Progress::ChangeSent));
        check(&[violation, got("7", "ACTIVE")], ("v2@0 get@10", "active"));
    }

    #[test]
    fn organization_v2_follows_where_the_remembered_v1_is_missing() {
        let plan = Plan::new("7", GrpcWeb, 0.0, Some(30_000.0));
        let (calls, result) = drive(&plan, Api::ManagementV1, &[missing(), activated()]);
        assert_eq!((calls.as_str(), outcome(&result).as_str()), ("v1@0 v2@10", "reactivated"));
    }

    #[test]
    fn first_error_is_reported_if_both_apis_are_missing() {
        let second = status(Code::Unimplemented, "second");
        let plan = Plan::new("7", GrpcWeb, 0.0, Some(30_000.0));
        let (calls, result) = drive(&plan, Api::OrganizationV2, &[missing(), second]);
        assert_eq!((calls.as_str(), result.unwrap_err().message()), ("v2@0 v1@10", "unknown service"));
    }

    #[test]
    fn unknown_path_means_that_v2_is_missing_over_json_only() {
        check_over(Json, &[unknown_path(), reactivated("7")], ("v2@0 v1@10", "reactivated"));
        check_over(GrpcWeb, &[unknown_path()], ("v2@0", "status 5"));
        check(&[status(Code::NotFound, "Organisation not found (ORG-Dgf3g)")], ("v2@0", "status 5"));
        let detail = Detail::Json { type_url: "a.B".to_owned(), text: "{}".to_owned() };
        let with_details = unknown_path().map_err(|error| error.with_details(vec![detail]));
        check(&[with_details], ("v2@0", "status 5"));
    }

    #[test]
    fn unknown_path_of_an_odd_id_is_no_proof_of_a_missing_v2() {
        for org_id in ["a/b", "%2e", "a b", "a?b", "..."] {
            let plan = Plan::new(org_id, Json, 0.0, Some(30_000.0));
            let (calls, result) = drive(&plan, Api::OrganizationV2, &[unknown_path()]);
            assert_eq!((calls.as_str(), result.unwrap_err().code()), ("v2@0", Code::NotFound), "{org_id}");
            let (calls, _) = drive(&plan, Api::OrganizationV2, &[missing(), denied()]);
            assert_eq!(calls, "v2@0 v1@10", "{org_id}");
        }
        for org_id in ["69629023906488334", "Acme_1-x"] {
            let plan = Plan::new(org_id, Json, 0.0, Some(30_000.0));
            let (calls, _) = drive(&plan, Api::OrganizationV2, &[unknown_path(), denied()]);
            assert_eq!(calls, "v2@0 v1@10", "{org_id}");
        }
    }

    #[test]
    fn server_without_v2_is_known_once_v1_responds_otherwise() {
        let plan = Plan::new("7", Json, 0.0, Some(30_000.0));
        let change = |api, earlier: Option<Response>| {
            let first = plan.start(if earlier.is_some() { Api::OrganizationV2 } else { api }, 0.0);
            let Next::Call(call) = first else { panic!("no call") };
            let Some(earlier) = earlier else { return call.step };
            let Next::Call(call) = plan.on_response(call.step, earlier, 0.0) else { panic!("no call") };
            call.step
        };
        let after_missing = |response: Response| plan.has_v2(&change(Api::ManagementV1, Some(missing())), &response);
        for response in [reactivated("7"), already_active(), denied()] {
            assert_eq!(after_missing(response), Some(false));
        }
        for response in [missing(), unknown_path(), lost(), timed_out(), aborted()] {
            assert_eq!(after_missing(response), None);
        }
        // The server is remembered to have no v2.
        let remembered = |response: Response| plan.has_v2(&change(Api::ManagementV1, None), &response);
        assert_eq!(remembered(missing()), Some(true));
        assert_eq!((remembered(reactivated("7")), remembered(denied()), remembered(lost())), (None, None, None));
        for response in [activated(), missing(), denied()] {
            assert_eq!(plan.has_v2(&change(Api::OrganizationV2, None), &response), None);
        }
    }

    #[test]
    fn statement_that_it_is_active_needs_no_read() {
        check(&[already_active()], ("v2@0", "already-active"));
        let newer = status(Code::FailedPrecondition, "Organisation is already active (DOM-Ixfbxh)");
        check(&[newer], ("v2@0", "already-active"));
    }

    #[test]
    fn other_failed_precondition_is_settled_by_a_read() {
        check(&[other_precondition(), got("7", "ACTIVE")], ("v2@0 get@10", "already-active"));
        check(&[other_precondition(), denied(), listed(&[("7", "ACTIVE")])], ("v2@0 get@10 list@20", "already-active"));
        let (calls, result) = drive(
            &Plan::new("7", GrpcWeb, 0.0, Some(30_000.0)),
            Api::OrganizationV2,
            &[other_precondition(), got("7", "INACTIVE")],
        );
        assert_eq!(result.unwrap_err().id(), Some("ORG-12345x"));
        assert!(!calls.contains("v1"), "{calls}");
    }

    #[test]
    fn change_that_may_have_been_applied_is_settled_by_a_read() {
        let changed_by_error = |code| status(code, "x");
        for failure in [lost(), timed_out(), changed_by_error(Code::Internal), changed_by_error(Code::Unknown)] {
            check(&[failure, got("7", "ACTIVE")], ("v2@0 get@10", "active"));
        }
        check(&[missing(), lost(), got("7", "ACTIVE")], ("v2@0 v1@10 get@20", "active"));
    }

    #[test]
    fn refusal_is_reported_without_a_read() {
        for code in [3, 5, 6, 7, 11, 16] {
            let refusal = status(Code::from_number(code).unwrap(), "no (AUTH-5mWD2)");
            check(&[refusal], ("v2@0", &format!("status {code}")));
        }
    }

    #[test]
    fn refused_read_leads_to_the_list() {
        let auth_dzg21 = || status(Code::PermissionDenied, "Unauthorized (AUTH-DZG21)");
        let undecodable = || Err(Error::protocol(Code::Internal, "x"));
        for refusal in [missing(), denied(), auth_dzg21(), unknown_path(), undecodable()] {
            let responses = [lost(), refusal.clone(), listed(&[("7", "ACTIVE")])];
            check(&responses, ("v2@0 get@10 list@20", "active"));
            check(&[lost(), refusal, denied()], ("v2@0 get@10 list@20", "transport 14?"));
        }
    }

    #[test]
    fn change_of_another_organization_is_a_protocol_error() {
        check(&[missing(), reactivated("8"), got("7", "ACTIVE")], ("v2@0 v1@10 get@20", "active"));
        let responses = [missing(), reactivated("8"), got("7", "INACTIVE")];
        let (_, result) = drive(&Plan::new("7", GrpcWeb, 0.0, Some(30_000.0)), Api::OrganizationV2, &responses);
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.may_have_changed()), (Kind::Protocol, Code::Internal, true));
        check(&[missing(), reactivated("")], ("v2@0 v1@10", "reactivated"));
    }

    #[test]
    fn read_of_another_organization_is_not_an_answer() {
        let list = listed(&[("8", "INACTIVE"), ("7", "ACTIVE")]);
        check(&[lost(), got("8", "ACTIVE"), list], ("v2@0 get@10 list@20", "active"));
        let responses = [lost(), got("8", "ACTIVE"), listed(&[("8", "ACTIVE")])];
        let (_, result) = drive(&Plan::new("7", GrpcWeb, 0.0, Some(30_000.0)), Api::OrganizationV2, &responses);
        assert_eq!(outcome(&result), "transport 14?");
        let responses = [lost(), Ok(Message::object([])), listed(&[])];
        let (_, result) = drive(&Plan::new("7", GrpcWeb, 0.0, Some(30_000.0)), Api::OrganizationV2, &responses);
        assert_eq!(outcome(&result), "transport 14?");
    }

    /// Returns the number of reads and the time of the last one.
    fn reads(responses: &[Response]) -> (usize, f64, String) {
        let plan = Plan::new("7", GrpcWeb, 0.0, Some(30_000.0));
        let (calls, result) = drive(&plan, Api::OrganizationV2, responses);
        let times: Vec<f64> = calls
            .split(' ')
            .filter(|call| call.starts_with("get@") || call.starts_with("list@"))
            .map(|call| call.split('@').nth(1).unwrap().parse().unwrap())
            .collect();
        (times.len(), *times.last().unwrap(), outcome(&result))
    }

    #[test]
    fn inactive_state_is_read_again_for_2_s() {
        let internal = || status(Code::Internal, "x");
        let (count, last_ms, result) = reads(&[internal(), got("7", "INACTIVE")]);
        assert!(count > 10 && last_ms > 1800.0 && last_ms <= 2010.0, "{count} {last_ms}");
        assert_eq!(result, "status 13?");
        let (count, last_ms, result) = reads(&[internal(), missing(), listed(&[("7", "INACTIVE")])]);
        assert!(count > 10 && last_ms > 1800.0 && last_ms <= 2010.0, "{count} {last_ms}");
        assert_eq!(result, "status 13?");
        let lagging = [internal(), got("7", "INACTIVE"), got("7", "INACTIVE"), got("7", "ACTIVE")];
        check(&lagging, ("v2@0 get@10 get@120 get@230", "active"));
        let lagging = [other_precondition(), got("7", "INACTIVE"), got("7", "ACTIVE")];
        check(&lagging, ("v2@0 get@10 get@120", "already-active"));
    }

    #[test]
    fn inactive_state_is_read_until_the_deadline_while_in_progress() {
        let deadline_exceeded = status(Code::DeadlineExceeded, "context deadline exceeded");
        for in_progress in [timed_out(), deadline_exceeded] {
            let (count, last_ms, _) = reads(&[in_progress, got("7", "INACTIVE")]);
            assert!(count > 200 && last_ms > 29_700.0 && last_ms < 30_000.0, "{count} {last_ms}");
        }
    }

    #[test]
    fn lost_read_is_repeated_six_times_and_then_listed() {
        let gets = "get@10 get@120 get@230 get@340 get@450 get@560 get@670";
        let calls = format!("v2@0 {gets} list@680");
        check(&[lost(), lost()], (&calls, "transport 14?"));
        check(&[lost(), lost(), lost(), got("7", "ACTIVE")], ("v2@0 get@10 get@120 get@230", "active"));
        let responses: Vec<_> = (0..8).map(|_| lost()).chain([listed(&[("7", "ACTIVE")])]).collect();
        check(&responses, (&calls, "active"));
    }

    #[test]
    fn retry_after_delays_the_read() {
        check(&[unavailable("3"), got("7", "ACTIVE")], ("v2@0 get@3010", "active"));
        check(&[lost(), unavailable("3"), got("7", "ACTIVE")], ("v2@0 get@10 get@3020", "active"));
        let (_, last_ms, _) = reads(&[unavailable("3"), got("7", "INACTIVE")]);
        assert!((4800.0..=5010.0).contains(&last_ms), "{last_ms}");
        let busy: Vec<_> = [lost()].into_iter().chain((0..8).map(|_| unavailable("1"))).collect();
        let gets = "get@10 get@1020 get@2030 get@3040 get@4050 get@5060 get@6070";
        check(&busy, (&format!("v2@0 {gets} list@7080"), "transport 14?"));
    }

    #[test]
    fn http_429_is_followed_by_no_read_before_retry_after() {
        let mut headers = Metadata::new();
        check(&[quota_exhausted(&headers)], ("v2@0", "status 8?"));
        headers.append("retry-after", "3");
        check(&[quota_exhausted(&headers), got("7", "ACTIVE")], ("v2@0 get@3010", "active"));
    }

    #[test]
    fn retry_after_beyond_the_deadline_ends_with_the_error() {
        check(&[unavailable("30")], ("v2@0", "status 14?"));
        check(&[lost(), unavailable("30")], ("v2@0 get@10", "transport 14?"));
        check(&[unavailable("29"), got("7", "ACTIVE")], ("v2@0 get@29010", "active"));
    }

    #[test]
    fn without_a_deadline_retry_after_is_kept_for_30_s_at_most() {
        let plan = Plan::new("7", Protocol::GrpcWeb, 0.0, None);
        let calls = |responses: &[Response]| drive(&plan, Api::OrganizationV2, responses).0;
        assert_eq!(calls(&[unavailable("30"), got("7", "ACTIVE")]), "v2@0 get@30010");
        assert_eq!(calls(&[unavailable("31")]), "v2@0");
    }

    #[test]
    fn response_to_a_change_leaves_time_for_reads() {
        for (timeout_ms, response_deadline_ms) in [(30_000.0, 25_000.0), (1000.0, 750.0)] {
            let plan = Plan::new("7", GrpcWeb, 0.0, Some(timeout_ms));
            let Next::Call(change) = plan.start(Api::OrganizationV2, 0.0) else { panic!("no call") };
            let deadlines = (change.deadline_ms, change.response_deadline_ms);
            assert_eq!(deadlines, (Some(timeout_ms), Some(response_deadline_ms)));
        }
    }

    #[test]
    fn rate_limit_without_a_time_to_wait_ends_every_step() {
        let limited = || quota_exhausted(&Metadata::new());
        check_over(Json, &[limited()], ("v2@0", "status 8?"));
        check_over(Json, &[lost(), limited()], ("v2@0 get@10", "transport 14?"));
        check_over(Json, &[lost(), denied(), limited()], ("v2@0 get@10 list@20", "transport 14?"));
        check_over(Json, &[lost(), got("7", "INACTIVE"), limited()], ("v2@0 get@10 v1@20", "transport 14?"));
    }

    #[test]
    fn abort_is_reported_at_every_step() {
        check(&[aborted()], ("v2@0", "aborted 1"));
        check(&[missing(), aborted()], ("v2@0 v1@10", "aborted 1"));
        check(&[lost(), aborted()], ("v2@0 get@10", "aborted 1?"));
        check(&[lost(), denied(), aborted()], ("v2@0 get@10 list@20", "aborted 1?"));
        check(&[other_precondition(), aborted()], ("v2@0 get@10", "aborted 1"));
        check(&[lost(), got("7", "INACTIVE"), aborted()], ("v2@0 get@10 v1@20", "aborted 1?"));
    }

    #[test]
    fn lost_v2_and_an_inactive_read_try_v1_once() {
        let begin = || vec![lost(), got("7", "INACTIVE")];
        let with = |responses: &[Response]| [begin().as_slice(), responses].concat();
        check(&with(&[reactivated("7")]), ("v2@0 get@10 v1@20", "reactivated"));
        // The lost change was applied after the read.
        check(&with(&[already_active()]), ("v2@0 get@10 v1@20", "active"));
        check(&with(&[lost(), got("7", "ACTIVE")]), ("v2@0 get@10 v1@20 get@130", "active"));
        check(&with(&[missing(), got("7", "ACTIVE")]), ("v2@0 get@10 v1@20 get@130", "active"));
        check(&with(&[unavailable("1"), got("7", "ACTIVE")]), ("v2@0 get@10 v1@20 get@1030", "active"));
        let plan = Plan::new("7", GrpcWeb, 0.0, Some(30_000.0));
        let (calls, result) = drive(&plan, Api::OrganizationV2, &with(&[denied(), got("7", "INACTIVE")]));
        assert_eq!((calls.matches("v1").count(), outcome(&result).as_str()), (1, "transport 14?"));
        let (calls, _) = drive(&plan, Api::OrganizationV2, &with(&[timed_out(), got("7", "INACTIVE")]));
        let last_ms: f64 = calls.rsplit('@').next().unwrap().parse().unwrap();
        assert!(last_ms > 29_700.0, "{calls}");
        // Only a lost connection can hide that v2 is missing.
        let internal = status(Code::Internal, "x");
        let (calls, _) = drive(&plan, Api::OrganizationV2, &[internal, got("7", "INACTIVE")]);
        assert!(!calls.contains("v1"), "{calls}");
        // An organization that is not inactive cannot be reactivated.
        for state in ["REMOVED", "UNSPECIFIED"] {
            let (calls, _) = drive(&plan, Api::OrganizationV2, &[lost(), got("7", state)]);
            assert!(!calls.contains("v1"), "{calls}");
        }
        // The lost change was v1's own.
        let (calls, _) = drive(&plan, Api::OrganizationV2, &[missing(), lost(), got("7", "INACTIVE")]);
        assert_eq!(calls.matches("v1").count(), 1, "{calls}");
    }

    #[test]
    fn part_of_the_timeout_is_kept_for_reads() {
        let deadlines = |timeout_ms: Option<f64>| {
            let plan = Plan::new("7", GrpcWeb, 1000.0, timeout_ms);
            let Next::Call(change) = plan.start(Api::OrganizationV2, 1000.0) else { panic!("no call") };
            let Next::Call(get) = plan.on_response(change.step, lost(), 2000.0) else { panic!("no call") };
            let Next::Call(list) = plan.on_response(get.step, denied(), 2000.0) else { panic!("no call") };
            (change.response_deadline_ms, get.deadline_ms, list.deadline_ms)
        };
        assert_eq!(deadlines(Some(30_000.0)), (Some(26_000.0), Some(16_500.0), Some(31_000.0)));
        assert_eq!(deadlines(Some(4_000.0)), (Some(4_000.0), Some(3_500.0), Some(5_000.0)));
        assert_eq!(deadlines(None), (None, None, None));
    }

    #[test]
    fn no_read_starts_after_the_deadline() {
        let plan = Plan::new("7", GrpcWeb, 0.0, Some(5.0));
        let (calls, result) = drive(&plan, Api::OrganizationV2, &[lost()]);
        assert_eq!((calls.as_str(), outcome(&result).as_str()), ("v2@0", "transport 14?"));
    }

    #[test]
    fn requests_name_the_organization() {
        let plan = Plan::new("7", GrpcWeb, 0.0, None);
        let Next::Call(change) = plan.start(Api::OrganizationV2, 0.0) else { panic!("no call") };
        assert_eq!(
            (change.method.path, change.request.to_text().as_str()),
            ("/zitadel.org.v2.OrganizationService/ActivateOrganization", r#"{"organizationId":"7"}"#)
        );
        let Next::Call(get) = plan.on_response(change.step, lost(), 0.0) else { panic!("no call") };
        assert_eq!(
            (get.method.path, get.method.has_empty_request()),
            ("/zitadel.management.v1.ManagementService/GetMyOrg", true)
        );
        let Next::Call(list) = plan.on_response(get.step, denied(), 0.0) else { panic!("no call") };
        assert_eq!(
            (list.method.path, list.request.to_text().as_str()),
            ("/zitadel.org.v2.OrganizationService/ListOrganizations", r#"{"queries":[{"idQuery":{"id":"7"}}]}"#)
        );
        assert_eq!(Outcome::AlreadyActive.name(), "already-active");
    }
}
