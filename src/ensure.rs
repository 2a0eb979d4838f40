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
    protocol::{code::Code, response::invalid_message},
    rpc::{Method, Payload, Rpc},
    token::Token,
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
    pub(crate) settings: Settings,
    /// Shared by the calls.
    pub(crate) token: Token,
    /// Makes a future of when the caller gives up, for each call.
    pub(crate) cancelled: &'a dyn Fn() -> Cancelled<'a>,
}

impl<T: Transport, P: Platform> Ensure<'_, T, P> {
    /// Makes an organization active until a deadline.
    ///
    /// # Errors
    /// It is not active, or nobody knows.
    pub(crate) async fn active(&self, org_id: &str, ends_at_ms: Option<f64>) -> Result<OrgActivation, Error> {
        let change_ends_at_ms = self.before(ends_at_ms, READ_PART, MAX_READ_MS);
        let error = match self.change(org_id, change_ends_at_ms).await {
            Err(error) => error,
            reactivated => return reactivated,
        };
        let is_refused = error.kind() == ErrorKind::Status && error.code() == Code::FailedPrecondition;
        let is_unclear = error.may_have_changed() && error.kind() != ErrorKind::Aborted;
        if (is_refused || is_unclear) && self.is_active(org_id, ends_at_ms).await {
            let outcome = if is_refused { Outcome::AlreadyActive } else { Outcome::Active };
            return Ok(OrgActivation { org_id: org_id.to_owned(), outcome, change_date: None, sequence: None });
        }
        Err(error)
    }

    /// Organization v2 first, and management v1 where the server has no v2.
    async fn change(&self, org_id: &str, ends_at_ms: Option<f64>) -> Result<OrgActivation, Error> {
        let base_url = &self.settings.base_url;
        let is_without_v2 = WITHOUT_V2.with_borrow(|all| all.contains(base_url));
        let first = if is_without_v2 { self.v1(org_id, ends_at_ms).await } else { self.v2(org_id, ends_at_ms).await };
        let Err(error) = first else { return first };
        if !self.is_missing(&error) {
            return Err(error);
        }
        if is_without_v2 {
            WITHOUT_V2.with_borrow_mut(|all| all.retain(|other| other != base_url));
            return self.v2(org_id, ends_at_ms).await;
        }
        let second = self.v1(org_id, ends_at_ms).await;
        match &second {
            Err(other) if self.is_missing(other) => return Err(error),
            Err(other) if other.kind() != ErrorKind::Status => {}
            _ => WITHOUT_V2.with_borrow_mut(|all| {
                all.truncate(MAX_REMEMBERED);
                if !all.contains(base_url) {
                    all.insert(0, base_url.clone());
                }
            }),
        }
        second
    }

    async fn v2(&self, org_id: &str, ends_at_ms: Option<f64>) -> Result<OrgActivation, Error> {
        let request = object([("organizationId", Value::Text(org_id.to_owned()))]);
        let response = self.call(&ActivateOrganization::METHOD, &request, None, ends_at_ms).await?;
        Ok(reactivated(org_id, &response))
    }

    async fn v1(&self, org_id: &str, ends_at_ms: Option<f64>) -> Result<OrgActivation, Error> {
        let response = self.call(&ReactivateOrg::METHOD, &object([]), Some(org_id), ends_at_ms).await?;
        Ok(reactivated(org_id, response.member("details").unwrap_or(&object([]))))
    }

    /// Whether the server does not have a call.
    fn is_missing(&self, error: &Error) -> bool {
        // Over REST a path that the server does not know. What ZITADEL itself does not find has an id, and is said in other words.
        // Source: ZITADEL `internal/api/grpc/server/gateway.go`, grpc-gateway `runtime/errors.go`.
        let is_unknown_path = self.settings.protocol == Protocol::Json
            && error.code() == Code::NotFound
            && error.message() == "Not Found"
            && error.details().is_empty();
        error.kind() == ErrorKind::Status && (error.code() == Code::Unimplemented || is_unknown_path)
    }

    /// Whether the organization is known to be active: by management v1, which knows at once, or by a list.
    async fn is_active(&self, org_id: &str, ends_at_ms: Option<f64>) -> bool {
        for _ in 0..READ_TRIES {
            // A response that does not come must leave time for another try.
            let read_ends_at_ms = self.before(ends_at_ms, 0.5, f64::INFINITY);
            match self.call(&GetMyOrg::METHOD, &object([]), Some(org_id), read_ends_at_ms).await {
                Ok(response) => {
                    let state = response.member("org").and_then(|org| org.text("state"));
                    return state == Some(OrgState::Active.as_str_name());
                }
                Err(error) if self.is_missing(&error) => return self.is_listed_as_active(org_id, ends_at_ms).await,
                Err(error) if error.is_retriable() => {
                    if !self.pause(READ_PAUSE_MS, ends_at_ms).await {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        false
    }

    async fn is_listed_as_active(&self, org_id: &str, ends_at_ms: Option<f64>) -> bool {
        let query = object([("idQuery", object([("id", Value::Text(org_id.to_owned()))]))]);
        let request = object([("queries", Value::List(vec![query]))]);
        let gives_up_at_ms = self.platform.now_ms() + LIST_LAG_MS;
        let ends_at_ms = Some(ends_at_ms.map_or(gives_up_at_ms, |ends_at_ms| ends_at_ms.min(gives_up_at_ms)));
        loop {
            match self.call(&ListOrganizations::METHOD, &request, None, ends_at_ms).await {
                Ok(list) => {
                    let active = Some(OrganizationState::Active.as_str_name());
                    let is_it = |it: &Value| it.text("id") == Some(org_id) && it.text("state") == active;
                    if list.items("result").iter().any(is_it) {
                        return true;
                    }
                }
                Err(error) if error.is_retriable() => {}
                Err(_) => return false,
            }
            if !self.pause(LIST_PAUSE_MS, ends_at_ms).await {
                return false;
            }
        }
    }

    /// Waits, unless that would go beyond a deadline.
    async fn pause(&self, ms: f64, ends_at_ms: Option<f64>) -> bool {
        let next_at_ms = self.platform.now_ms() + ms;
        let has_time = ends_at_ms.is_none_or(|ends_at_ms| next_at_ms < ends_at_ms);
        if has_time {
            sleep_until(self.platform, next_at_ms).await;
        }
        has_time
    }

    /// A time before a deadline, which leaves a part of what is left until then, and so much at most.
    fn before(&self, ends_at_ms: Option<f64>, part: f64, max_ms: f64) -> Option<f64> {
        ends_at_ms.map(|ends_at_ms| ends_at_ms - ((ends_at_ms - self.platform.now_ms()).max(0.0) * part).min(max_ms))
    }

    async fn call(
        &self,
        method: &Method,
        request: &Value,
        org_id: Option<&str>,
        ends_at_ms: Option<f64>,
    ) -> Result<Value, Error> {
        let mut settings = self.settings.clone();
        if let Some(org_id) = org_id {
            settings.metadata.append("x-zitadel-orgid", org_id);
        }
        let payload = Payload::of_value(method, request, settings.protocol)?;
        let call = Call { method, payload, settings, token: self.token.clone(), ends_at_ms };
        let mut value = None;
        let mut read = |reply: Reply<_>| {
            value = Some(reply.into_value(method)?);
            Ok(())
        };
        call::run(&call, self.transport, self.platform, (self.cancelled)(), &mut read).await?;
        // A call that succeeds was read.
        value.ok_or_else(|| invalid_message(&Invalid::new("not there")))
    }
}

pub(crate) fn object<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    Value::Object(members.into())
}

fn reactivated(org_id: &str, response: &Value) -> OrgActivation {
    OrgActivation {
        org_id: org_id.to_owned(),
        outcome: Outcome::Reactivated,
        change_date: response.text("changeDate").map(str::to_owned),
        sequence: response.text("sequence").and_then(|sequence| sequence.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::{Ensure, OrgActivation, Outcome, WITHOUT_V2};
    use crate::{
        CallOptions, Error, ErrorKind, Metadata, Protocol,
        fake::{Fake, Fate, Script, Server, Step},
        grpc_web::GrpcWeb,
        options::Settings,
        platform::Platform as _,
        protocol::response::Head,
        token::Token,
        transport::Transport,
    };

    fn ensure_over<T: Transport>(
        transport: &T,
        fake: &Fake,
        base_url: &str,
        options: &CallOptions,
    ) -> Result<OrgActivation, Error> {
        let settings = Settings::check(base_url.to_owned(), None, options).unwrap();
        let ends_at_ms = settings.timeout_ms.map(|timeout_ms| fake.now_ms() + timeout_ms);
        let token = Token::Fixed("t".to_owned());
        let ensure = Ensure { transport, platform: fake, settings, token, cancelled: &|| Box::pin(pending()) };
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
