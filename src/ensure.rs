//! What a console wants to happen, whatever the server's version: an organization that is active.

use std::cell::RefCell;

use crate::{
    Protocol,
    call::{self, Call, Cancelled, Reply, sleep_until},
    error::{Error, ErrorKind},
    options::Settings,
    platform::Platform,
    proto::zitadel::{
        management::v1::{GetMyOrg, ReactivateOrg},
        org::{
            v1::OrgState,
            v2::{ActivateOrganization, ListOrganizations, OrganizationState},
        },
    },
    protocol::{code::Code, json::parse_uint64, response::invalid_message},
    rpc::{Method, Payload, Rpc},
    token::Asking,
    transport::Transport,
    value::{Invalid, Value},
};

/// The part of the timeout that is kept for reading the state, and how much that is at most, in milliseconds.
const READ_PART: f64 = 0.25;
const MAX_READ_MS: f64 = 5000.0;
/// How often the state is read if the response is lost, and how long is waited in between, in milliseconds: where one
/// response of 20 is lost, fewer than one state of a million stays unknown.
const READ_TRIES: usize = 6;
const READ_PAUSE_MS: f64 = 100.0;
/// How long a list is asked again for a change, and how often, in milliseconds: it lags.
const LIST_LAG_MS: f64 = 2000.0;
const LIST_PAUSE_MS: f64 = 200.0;
/// How many servers without organization v2 are remembered.
const MAX_REMEMBERED: usize = 32;

/// What became of an organization that was to be active.
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
    /// What made it active.
    pub outcome: Outcome,
    /// When it was reactivated, RFC 3339 in UTC.
    pub change_date: Option<String>,
    /// Number of the event that reactivated it, where management v1 did.
    pub sequence: Option<u64>,
}

/// What made an organization active.
///
/// See the example of [`OrgActivation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// This call.
    Reactivated,
    /// It was active.
    AlreadyActive,
    /// It cannot be known, because the response to the change was lost; but it is.
    Active,
}

impl Outcome {
    /// Its name in JavaScript, for instance `already-active`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reactivated => "reactivated",
            Self::AlreadyActive => "already-active",
            Self::Active => "active",
        }
    }
}

thread_local! {
    /// The base URLs of servers that have no organization v2, though management v1.
    static WITHOUT_V2: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Makes organizations active.
pub(crate) struct Ensure<'a, T, P> {
    pub(crate) transport: &'a T,
    pub(crate) platform: &'a P,
    /// Those of each call, without an organization.
    pub(crate) settings: &'a Settings,
    /// Of all the calls.
    pub(crate) token: Asking,
    pub(crate) cancelled: Cancelled<'a>,
}

impl<T: Transport, P: Platform> Ensure<'_, T, P> {
    /// Makes an organization active until a deadline.
    ///
    /// # Errors
    /// It is not active, or nobody knows.
    pub(crate) async fn active(&self, org_id: &str, ends_at_ms: Option<f64>) -> Result<OrgActivation, Error> {
        let mut plan = Plan::begin(self, org_id, ends_at_ms);
        loop {
            let response = self.call(&plan).await;
            match plan.go_on(self, response) {
                Next::Call { at_ms } => sleep_until(self.platform, at_ms).await,
                Next::End(result) => return result,
            }
        }
    }

    async fn call(&self, plan: &Plan<'_>) -> Result<Value, Error> {
        let (method, request) = plan.request();
        let mut settings = self.settings.clone();
        if matches!(plan.step, Step::ChangeV1 | Step::Read) {
            settings.metadata.append("x-zitadel-orgid", plan.org_id);
        }
        let payload = Payload::of_value(method, &request, settings.protocol)?;
        let ends_at_ms = plan.call_ends_at_ms(self.platform.now_ms());
        let call = Call { method, payload, settings: &settings, token: &self.token, ends_at_ms };
        let mut value = None;
        let mut read = |reply: Reply<_>| {
            value = Some(reply.into_value(method)?);
            Ok(())
        };
        call::run(&call, self.transport, self.platform, self.cancelled, &mut read).await?;
        // A call that succeeds was read.
        value.ok_or_else(|| invalid_message(&Invalid::new("not there")))
    }
}

/// What is asked for one organization: a change, which organization v2 or management v1 makes, and a read where that leaves the
/// state open, by management v1, which knows at once, or by a list.
struct Plan<'a> {
    org_id: &'a str,
    protocol: Protocol,
    step: Step,
    /// The error that the change ended with, or that says that the first server asked does not have it.
    error: Option<Error>,
    /// What an active organization means after that error.
    outcome: Outcome,
    tries_left: usize,
    ends_at_ms: Option<f64>,
    change_ends_at_ms: Option<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    ChangeV2,
    ChangeV1,
    Read,
    List,
}

enum Next {
    /// Another call, at that time.
    Call {
        at_ms: f64,
    },
    End(Result<OrgActivation, Error>),
}

impl<'a> Plan<'a> {
    fn begin<T, P: Platform>(ensure: &Ensure<'_, T, P>, org_id: &'a str, ends_at_ms: Option<f64>) -> Self {
        let is_without_v2 = WITHOUT_V2.with_borrow(|all| all.contains(&ensure.settings.base_url));
        Self {
            org_id,
            protocol: ensure.settings.protocol,
            step: if is_without_v2 { Step::ChangeV1 } else { Step::ChangeV2 },
            error: None,
            outcome: Outcome::Reactivated,
            tries_left: READ_TRIES,
            ends_at_ms,
            change_ends_at_ms: before(ends_at_ms, ensure.platform.now_ms(), READ_PART, MAX_READ_MS),
        }
    }

    /// The call of this step.
    fn request(&self) -> (&'static Method, Value) {
        let id = || Value::Text(self.org_id.to_owned());
        match self.step {
            Step::ChangeV2 => (&ActivateOrganization::METHOD, object([("organizationId", id())])),
            Step::ChangeV1 => (&ReactivateOrg::METHOD, object([])),
            Step::Read => (&GetMyOrg::METHOD, object([])),
            Step::List => {
                let query = object([("idQuery", object([("id", id())]))]);
                (&ListOrganizations::METHOD, object([("queries", Value::List(vec![query]))]))
            }
        }
    }

    fn call_ends_at_ms(&self, now_ms: f64) -> Option<f64> {
        match self.step {
            Step::ChangeV2 | Step::ChangeV1 => self.change_ends_at_ms,
            // A response that does not come must leave time for another try.
            Step::Read => before(self.ends_at_ms, now_ms, 0.5, f64::INFINITY),
            Step::List => self.ends_at_ms,
        }
    }

    /// What follows from the response to the call of this step.
    fn go_on<T, P: Platform>(&mut self, ensure: &Ensure<'_, T, P>, response: Result<Value, Error>) -> Next {
        let now_ms = ensure.platform.now_ms();
        let is_missing = response.as_ref().is_err_and(|error| self.is_missing(error));
        let is_retriable = response.as_ref().is_err_and(Error::is_retriable);
        let pause_ms = match (self.step, &response) {
            (Step::ChangeV2 | Step::ChangeV1, _) => return self.changed(&ensure.settings.base_url, response, now_ms),
            (_, Ok(response)) if self.is_active(response) => return self.end(self.outcome, None),
            (Step::Read, Err(_)) if is_missing => {
                self.step = Step::List;
                let gives_up_at_ms = now_ms + LIST_LAG_MS;
                self.ends_at_ms = Some(self.ends_at_ms.map_or(gives_up_at_ms, |ends| ends.min(gives_up_at_ms)));
                0.0
            }
            (Step::Read, Err(_)) if is_retriable && self.tries_left > 0 => {
                self.tries_left = self.tries_left.saturating_sub(1);
                READ_PAUSE_MS
            }
            (Step::List, Ok(_)) => LIST_PAUSE_MS,
            (Step::List, Err(_)) if is_retriable => LIST_PAUSE_MS,
            _ => return self.give_up(),
        };
        let at_ms = now_ms + pause_ms;
        let has_time = self.ends_at_ms.is_none_or(|ends_at_ms| at_ms < ends_at_ms);
        if has_time { Next::Call { at_ms } } else { self.give_up() }
    }

    /// Organization v2 first, and management v1 where the server has no v2.
    fn changed(&mut self, base_url: &String, response: Result<Value, Error>, now_ms: f64) -> Next {
        let is_second = self.error.is_some();
        if response.as_ref().is_err_and(|error| self.is_missing(error)) {
            if is_second {
                return self.give_up();
            }
            if self.step == Step::ChangeV1 {
                WITHOUT_V2.with_borrow_mut(|all| all.retain(|other| other != base_url));
                self.step = Step::ChangeV2;
            } else {
                self.step = Step::ChangeV1;
            }
            self.error = response.err();
            return Next::Call { at_ms: now_ms };
        }
        let has_answered = response.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::Status);
        if is_second && self.step == Step::ChangeV1 && has_answered {
            remember(base_url);
        }
        let error = match response {
            Ok(response) => return self.end(Outcome::Reactivated, Some(&response)),
            Err(error) => error,
        };
        let is_refused = error.kind() == ErrorKind::Status && error.code() == Code::FailedPrecondition;
        let is_unclear = error.may_have_changed() && error.kind() != ErrorKind::Aborted;
        self.error = Some(error);
        if !is_refused && !is_unclear {
            return self.give_up();
        }
        self.outcome = if is_refused { Outcome::AlreadyActive } else { Outcome::Active };
        self.step = Step::Read;
        Next::Call { at_ms: now_ms }
    }

    /// Whether the server does not have a call.
    fn is_missing(&self, error: &Error) -> bool {
        // Over REST a path that the server does not know. What ZITADEL itself does not find has an id, and is said in other words.
        // Source: ZITADEL `internal/api/grpc/server/gateway.go`, grpc-gateway `runtime/errors.go`.
        let is_unknown_path = self.protocol.is_json()
            && error.code() == Code::NotFound
            && error.message() == "Not Found"
            && error.details().is_empty();
        error.kind() == ErrorKind::Status && (error.code() == Code::Unimplemented || is_unknown_path)
    }

    /// Whether this reports the organization as active.
    fn is_active(&self, response: &Value) -> bool {
        if self.step == Step::Read {
            let state = response.member("org").and_then(|org| org.text("state"));
            return state == Some(OrgState::Active.as_str_name());
        }
        let active = Some(OrganizationState::Active.as_str_name());
        response.items("result").iter().any(|it| it.text("id") == Some(self.org_id) && it.text("state") == active)
    }

    fn give_up(&mut self) -> Next {
        Next::End(Err(self.error.take().unwrap_or_else(|| invalid_message(&Invalid::new("not there")))))
    }

    fn end(&self, outcome: Outcome, response: Option<&Value>) -> Next {
        let of_change = response.map(|response| response.member("details").unwrap_or(response));
        let text = |name| of_change.and_then(|of_change| of_change.text(name));
        Next::End(Ok(OrgActivation {
            org_id: self.org_id.to_owned(),
            outcome,
            change_date: text("changeDate").map(str::to_owned),
            sequence: text("sequence").and_then(parse_uint64),
        }))
    }
}

/// A time before a deadline, which leaves a part of what is left until then, and so much at most.
fn before(ends_at_ms: Option<f64>, now_ms: f64, part: f64, max_ms: f64) -> Option<f64> {
    ends_at_ms.map(|ends_at_ms| ends_at_ms - ((ends_at_ms - now_ms).max(0.0) * part).min(max_ms))
}

/// Remembers that a server has no organization v2.
fn remember(base_url: &String) {
    WITHOUT_V2.with_borrow_mut(|all| {
        all.truncate(MAX_REMEMBERED);
        if !all.contains(base_url) {
            all.insert(0, base_url.clone());
        }
    });
}

pub(crate) fn object<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Value::Object(members.into())
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::{Ensure, OrgActivation, Outcome, WITHOUT_V2};
    use crate::{
        CallOptions, Error, ErrorKind, Metadata, Protocol,
        fake::{Fake, Fate, Script, Server, Step},
        grpc_web::GrpcWeb,
        options::Settings,
        platform::Platform as _,
        protocol::response::Head,
        token::{Asking, Token},
        transport::Transport,
    };

    fn ensure_over<T: Transport>(
        transport: &T,
        fake: &Fake,
        base_url: &str,
        options: &CallOptions,
    ) -> Result<OrgActivation, Error> {
        let settings = Settings::check(base_url.to_owned(), None, options).unwrap();
        let ends_at_ms = settings.ends_at_ms(fake.now_ms());
        let token = Asking::new(Token::Fixed("t".to_owned()));
        let ensure = Ensure { transport, platform: fake, settings: &settings, token, cancelled: &|_| Poll::Pending };
        fake.run(ensure.active("7", ends_at_ms))
    }

    fn ensure(server: &Server<'_>) -> Result<OrgActivation, Error> {
        ensure_over(server, server.platform, "https://z.example", &CallOptions::new())
    }

    fn outcome(server: &Server<'_>) -> Outcome {
        ensure(server).unwrap().outcome
    }

    #[test]
    fn a_deactivated_organization_is_reactivated_by_organization_v2() {
        let fake = Fake::default();
        let server = Server::new(&fake, ["7"]);
        let activation = ensure(&server).unwrap();
        assert_eq!((activation.org_id.as_str(), activation.outcome), ("7", Outcome::Reactivated));
        assert_eq!((activation.change_date.as_deref(), activation.sequence), (Some("1970-01-01T00:00:01Z"), None));
        assert_eq!(server.methods(), ["ActivateOrganization"]);
    }

    #[test]
    fn a_server_without_organization_v2_is_asked_by_management_v1_and_remembered() {
        WITHOUT_V2.take();
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        server.has_v2 = false;
        let activation = ensure(&server).unwrap();
        assert_eq!((activation.outcome, activation.sequence), (Outcome::Reactivated, Some(7)));
        assert_eq!(outcome(&server), Outcome::AlreadyActive);
        assert_eq!(server.methods(), ["ActivateOrganization", "ReactivateOrg", "ReactivateOrg", "GetMyOrg"]);
        // Another server is not that one.
        ensure_over(&server, &fake, "https://z.example/path", &CallOptions::new()).unwrap();
        assert_eq!(server.methods()[4], "ActivateOrganization");
        // It was upgraded to a version without management v1.
        (server.has_v1, server.has_v2) = (false, true);
        server.inactive.borrow_mut().insert("7".to_owned());
        assert_eq!(outcome(&server), Outcome::Reactivated);
        assert!(!WITHOUT_V2.with_borrow(|all| all.contains(&"https://z.example".to_owned())));
    }

    #[test]
    fn a_server_with_neither_is_not_remembered_and_the_first_error_reported() {
        WITHOUT_V2.take();
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        (server.has_v1, server.has_v2) = (false, false);
        assert_eq!(ensure(&server).unwrap_err().code(), crate::Code::Unimplemented);
        assert!(WITHOUT_V2.take().is_empty());
    }

    #[test]
    fn an_active_organization_is_a_success() {
        let fake = Fake::default();
        let server = Server::new(&fake, []);
        assert_eq!(outcome(&server), Outcome::AlreadyActive);
        assert_eq!(server.methods(), ["ActivateOrganization", "GetMyOrg"]);
    }

    #[test]
    fn a_lost_response_is_settled_by_a_read_of_the_state() {
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        server.fate = Box::new(|index, _| if index == 0 { Fate::Lost } else { Fate::Answered });
        assert_eq!(outcome(&server), Outcome::Active);
        assert_eq!(server.methods(), ["ActivateOrganization", "GetMyOrg"]);
    }

    #[test]
    fn a_response_that_never_comes_leaves_time_for_a_read_that_is_lost_and_another() {
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        server.fate = Box::new(|index, _| [Fate::Silent, Fate::Silent, Fate::Lost, Fate::Answered][index]);
        assert_eq!(outcome(&server), Outcome::Active);
        assert!(fake.now_ms() < 30_000.0, "{}", fake.now_ms());
    }

    #[test]
    fn if_nobody_knows_the_first_error_is_reported_within_the_timeout() {
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        server.fate = Box::new(|_, _| Fate::Silent);
        let error = ensure(&server).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Timeout, true));
        assert!(fake.now_ms() <= 30_000.0, "{}", fake.now_ms());
    }

    #[test]
    fn a_refusal_is_reported_without_a_read() {
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        server.accepts = Box::new(|_| false);
        assert_eq!(ensure(&server).unwrap_err().code(), crate::Code::Unauthenticated);
        assert_eq!(server.methods(), ["ActivateOrganization"]);
    }

    #[test]
    fn without_management_v1_a_list_tells_the_state_and_is_asked_again_while_it_lags() {
        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        (server.has_v1, server.lag_ms) = (false, 500.0);
        server.fate = Box::new(|index, _| if index == 0 { Fate::Lost } else { Fate::Answered });
        assert_eq!(outcome(&server), Outcome::Active);
        assert!(server.methods().len() > 3, "{:?}", server.methods());

        let fake = Fake::default();
        let mut server = Server::new(&fake, ["7"]);
        (server.has_v1, server.lag_ms) = (false, 10_000.0);
        server.fate = Box::new(|index, _| if index == 0 { Fate::Lost } else { Fate::Answered });
        assert_eq!(ensure(&server).unwrap_err().kind(), ErrorKind::Transport);
        assert!(fake.now_ms() < 2500.0, "{}", fake.now_ms());
    }

    #[test]
    fn over_rest_an_unknown_path_is_a_missing_call() {
        WITHOUT_V2.take();
        let response = |http_status, json: &str| {
            let headers = Metadata::decode(b"content-type: application/json\n");
            Script::Response(Head { http_status, headers }, vec![Step::Chunk(json.as_bytes().to_vec())])
        };
        let fake = Fake::new([
            response(404, r#"{"code":5,"message":"Not Found"}"#),
            response(200, r#"{"details":{"sequence":"8"}}"#),
            response(404, r#"{"code":5,"message":"membership not found (AUTHZ-cdgFk)","details":[]}"#),
        ]);
        let options = CallOptions::new().protocol(Protocol::Json);
        let ensure = || ensure_over(&GrpcWeb { platform: &fake }, &fake, "https://z.example", &options);
        assert_eq!(ensure().unwrap().sequence, Some(8));
        assert_eq!(ensure().unwrap_err().id(), Some("AUTHZ-cdgFk"));
        let urls: Vec<String> = fake.sent.borrow().iter().map(|sent| sent.url.clone()).collect();
        assert_eq!(
            urls,
            [
                "https://z.example/v2/organizations/7/activate",
                "https://z.example/management/v1/orgs/me/_reactivate",
                "https://z.example/management/v1/orgs/me/_reactivate",
            ]
        );
        WITHOUT_V2.take();
    }
}
