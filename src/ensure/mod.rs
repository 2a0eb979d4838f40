//! `ensure_org_active`: idempotent activation across ZITADEL versions.

mod bulk;
mod plan;

use std::{cell::RefCell, pin::pin};

use futures_util::future::{Either, select};

pub(crate) use self::bulk::BulkRun;
#[cfg(all(feature = "js", browser))]
pub(crate) use self::bulk::Observer;
use self::plan::{Api, Next, Plan, PlannedCall};
pub use self::{
    bulk::{BulkOptions, BulkProgress, OrgActivationResult},
    plan::{OrgActivation, Outcome},
};
use crate::{
    call::{self, Call},
    error::Error,
    message::{self, Direction, json::Json},
    options::ORG_ID_HEADER,
    platform::{Clock, Signal, sleep_until},
    token::TokenCache,
    transport::{self, Request, Transport},
};

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

    async fn call(&self, call: &PlannedCall, org_id: &str) -> Result<Json<'static>, Error> {
        let PlannedCall { method, request, not_before_ms, deadline_ms, response_deadline_ms, .. } = call;
        self.wait_until(*not_before_ms).await?;
        let message =
            message::encode(method.request, request, Direction::Request).map_err(transport::invalid_request)?;
        let mut options = self.options.clone();
        if method.has_empty_request() {
            options.metadata.append(ORG_ID_HEADER, org_id);
        }
        let request = Request { base_url: self.base_url, path: method.path, message: &message, options };
        let (deadline_ms, response_deadline_ms) = (*deadline_ms, *response_deadline_ms);
        let call = Call { request, token: self.token, signal: self.signal, deadline_ms, response_deadline_ms };
        let response = call::run(&call, self.transport, self.clock).await?;
        transport::decode(method, &response)
    }
}

thread_local! {
    /// Base URLs of servers that have management v1 but no organization v2, the latest first.
    static WITHOUT_V2: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The number of servers without organization v2 that are remembered.
const MAX_REMEMBERED: usize = 32;

fn is_without_v2(base_url: &str) -> bool {
    WITHOUT_V2.with_borrow(|base_urls| base_urls.iter().any(|url| url == base_url))
}

fn remember(base_url: &str, has_v2: bool) {
    WITHOUT_V2.with_borrow_mut(|base_urls| {
        base_urls.retain(|url| url != base_url);
        if !has_v2 {
            base_urls.insert(0, base_url.to_owned());
            base_urls.truncate(MAX_REMEMBERED);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::ready, rc::Rc, sync::Arc, time::Duration};

    use prost::Message as _;

    use super::{Ensure, OrgActivation, Outcome, WITHOUT_V2};
    use crate::{
        CallOptions, Code, Error, ErrorKind, Protocol,
        error::{SharedSource, Source},
        fake::{FakeClock, FakeHttp, FakeServer, Reaction, Script, chunk, status},
        platform::{Clock as _, Signal},
        proto::zitadel::{
            management::v1::GetMyOrgResponse,
            org::v1::{Org, OrgState},
        },
        token::{TokenCache, TokenSource},
        transport::Transport,
        wire::frame,
    };

    const BASE_URL: &str = "https://z.example";

    fn ensure_over<T: Transport>(
        transport: &T,
        clock: &FakeClock,
        base_url: &str,
        options: &CallOptions,
        signal: &Signal,
    ) -> Result<OrgActivation, Error> {
        let (options, token) = (options.to_request(None).unwrap(), TokenCache::new(TokenSource::Fixed("t".to_owned())));
        let ensure = Ensure { transport, clock, base_url, options: &options, token: &token, signal };
        clock.run(ensure.activate("7", clock.now_ms()))
    }

    fn ensure(server: &FakeServer) -> Result<OrgActivation, Error> {
        ensure_over(server, &server.clock, BASE_URL, &CallOptions::new(), &Signal::default())
    }

    fn outcome(server: &FakeServer) -> Outcome {
        ensure(server).unwrap().outcome
    }

    /// A server of the inactive organization 7 that reacts to the first requests in turn and then responds.
    fn reacting<const N: usize>(reactions: [Reaction; N]) -> FakeServer {
        let mut server = FakeServer::new(["7"]);
        server.reacts = Box::new(move |index, _| reactions.get(index).cloned().unwrap_or(Reaction::Respond));
        server
    }

    /// Aborts a call for organization 7 at a time.
    fn ensure_aborted_at(server: &FakeServer, at_ms: f64, options: &CallOptions) -> Error {
        let signal = Signal::default();
        let abort = async {
            server.clock.sleep(at_ms).await;
            signal.abort(Some(Arc::from(Source::from("enough")) as SharedSource));
        };
        let (options, token) = (options.to_request(None).unwrap(), TokenCache::new(TokenSource::Fixed("t".to_owned())));
        let (transport, clock) = (server, &server.clock);
        let ensure = Ensure { transport, clock, base_url: BASE_URL, options: &options, token: &token, signal: &signal };
        let error = clock.run_beside(abort, ensure.activate("7", 0.0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Aborted);
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "enough");
        assert_eq!(clock.now_ms(), at_ms);
        error
    }

    #[test]
    fn inactive_organization_is_reactivated_by_v2() {
        let server = FakeServer::new(["7"]);
        let activation = ensure(&server).unwrap();
        assert_eq!((activation.org_id.as_str(), activation.outcome), ("7", Outcome::Reactivated));
        assert_eq!((activation.change_date.as_deref(), activation.sequence), (Some("1970-01-01T00:00:01Z"), None));
        assert_eq!(server.methods(), ["ActivateOrganization"]);
        assert!(server.is_active("7"));
    }

    #[test]
    fn server_without_v2_is_remembered_by_its_base_url() {
        let mut server = FakeServer::new(["7"]);
        server.has_v2 = false;
        let activation = ensure(&server).unwrap();
        assert_eq!((activation.outcome, activation.sequence), (Outcome::Reactivated, Some(7)));
        assert_eq!(outcome(&server), Outcome::AlreadyActive);
        assert_eq!(server.methods(), ["ActivateOrganization", "ReactivateOrg", "ReactivateOrg"]);
        let other_url = "https://z.example/path";
        ensure_over(&server, &server.clock, other_url, &CallOptions::new(), &Signal::default()).unwrap();
        assert_eq!(server.methods()[3], "ActivateOrganization");
        // It was upgraded to a version without management v1.
        (server.has_v1, server.has_v2) = (false, true);
        server.deactivate("7");
        assert_eq!(outcome(&server), Outcome::Reactivated);
        assert!(!WITHOUT_V2.with_borrow(|base_urls| base_urls.contains(&BASE_URL.to_owned())));
    }

    #[test]
    fn server_with_neither_api_is_not_remembered() {
        let mut server = FakeServer::new(["7"]);
        (server.has_v1, server.has_v2) = (false, false);
        assert_eq!(ensure(&server).unwrap_err().code(), Code::Unimplemented);
        assert!(WITHOUT_V2.take().is_empty());
    }

    #[test]
    fn latest_32_servers_without_v2_are_remembered() {
        for index in 0..40 {
            super::remember(&format!("https://{index}.example"), false);
        }
        super::remember("https://20.example", false);
        let base_urls = WITHOUT_V2.take();
        assert_eq!(
            (base_urls.len(), base_urls[0].as_str(), base_urls[31].as_str()),
            (32, "https://20.example", "https://8.example")
        );
    }

    #[test]
    fn active_organization_is_a_success_without_a_read() {
        let server = FakeServer::new([""; 0]);
        assert_eq!(outcome(&server), Outcome::AlreadyActive);
        assert_eq!(server.methods(), ["ActivateOrganization"]);
    }

    #[test]
    fn lost_response_is_settled_by_a_read() {
        let server = reacting([Reaction::Lose]);
        assert_eq!(outcome(&server), Outcome::Active);
        assert_eq!(server.methods(), ["ActivateOrganization", "GetMyOrg"]);
    }

    #[test]
    fn missing_response_leaves_time_for_two_reads() {
        let server = reacting([Reaction::Silence, Reaction::Silence, Reaction::Lose]);
        assert_eq!(outcome(&server), Outcome::Active);
        assert!(server.clock.now_ms() < 30_000.0, "{}", server.clock.now_ms());
    }

    #[test]
    fn first_error_is_reported_in_time_if_the_state_stays_unknown() {
        let mut server = FakeServer::new(["7"]);
        server.reacts = Box::new(|_, _| Reaction::Silence);
        let error = ensure(&server).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Timeout, true));
        assert!(error.message().contains("timeoutMs: 30000"), "{error}");
        assert!(server.clock.now_ms() <= 30_000.0, "{}", server.clock.now_ms());
    }

    #[test]
    fn refusal_is_reported_without_a_read() {
        let mut server = FakeServer::new(["7"]);
        server.accepts = Box::new(|_| false);
        assert_eq!(ensure(&server).unwrap_err().code(), Code::Unauthenticated);
        assert_eq!(server.methods(), ["ActivateOrganization"]);
    }

    #[test]
    fn list_is_read_again_while_it_lags_without_v1() {
        let lagging = |lag_ms| {
            let mut server = reacting([Reaction::Lose]);
            (server.has_v1, server.lag_ms) = (false, lag_ms);
            server
        };
        let server = lagging(500.0);
        assert_eq!(outcome(&server), Outcome::Active);
        assert!(server.methods().len() > 3, "{:?}", server.methods());

        let server = lagging(10_000.0);
        assert_eq!(ensure(&server).unwrap_err().kind(), ErrorKind::Transport);
        let now_ms = server.clock.now_ms();
        assert!((1900.0..2500.0).contains(&now_ms), "{now_ms}");
    }

    /// Reads by getMyOrg can be stale on servers with a cache.
    #[test]
    fn get_my_org_is_read_again_for_2_s_while_it_lags() {
        for (lag_ms, is_settled) in [(67.0, true), (1500.0, true), (10_000.0, false)] {
            let mut server = FakeServer::new(["7"]);
            server.lag_ms = lag_ms;
            // Another client activates it.
            ensure(&server).unwrap();
            server.reacts = Box::new(|index, _| match index {
                1 => Reaction::Fail(status(Code::Internal, "the response was garbled")),
                _ => Reaction::Respond,
            });
            let result = ensure(&server);
            assert_eq!(result.is_ok(), is_settled, "{lag_ms}: {result:?}");
            assert!(server.clock.now_ms() < 2500.0, "{}", server.clock.now_ms());
            assert!(server.methods()[2..].iter().all(|method| method == "GetMyOrg"));
        }
    }

    #[test]
    fn change_answered_after_75_percent_of_the_timeout_is_a_success() {
        for (timeout_ms, change_ms) in [(1000, 800.0), (1000, 950.0), (30_000, 25_500.0), (30_000, 29_500.0)] {
            for (has_v1, has_v2) in [(true, true), (false, true), (true, false)] {
                WITHOUT_V2.take();
                let mut server = FakeServer::new(["7"]);
                (server.has_v1, server.has_v2) = (has_v1, has_v2);
                let change = usize::from(!has_v2);
                server.latency_ms = Box::new(move |index| if index == change { change_ms } else { 5.0 });
                let options = CallOptions::new().timeout(Duration::from_millis(timeout_ms));
                let result = ensure_over(&server, &server.clock, BASE_URL, &options, &Signal::default());
                assert_eq!(result.unwrap().outcome, Outcome::Active, "{timeout_ms} {change_ms} {has_v1} {has_v2}");
            }
        }
    }

    #[test]
    fn abort_while_a_call_runs_is_reported_at_once() {
        let options = CallOptions::new();
        let error = ensure_aborted_at(&reacting([Reaction::Silence]), 500.0, &options);
        assert!(error.may_have_changed());
        let error = ensure_aborted_at(&reacting([Reaction::Lose, Reaction::Silence]), 500.0, &options);
        assert!(error.may_have_changed());
        let denied = Reaction::Fail(status(Code::PermissionDenied, "x (AUTH-5mWD2)"));
        let list = reacting([Reaction::Lose, denied, Reaction::Silence]);
        assert!(ensure_aborted_at(&list, 500.0, &options).may_have_changed());
        let precondition = Reaction::Fail(status(Code::FailedPrecondition, "x"));
        let error = ensure_aborted_at(&reacting([precondition, Reaction::Silence]), 500.0, &options);
        assert!(!error.may_have_changed());
    }

    #[test]
    fn abort_in_a_pause_is_reported_at_once() {
        let mut server = FakeServer::new(["7"]);
        server.reacts = Box::new(|_, _| Reaction::Lose);
        let error = ensure_aborted_at(&server, 70.0, &CallOptions::new());
        assert!(error.may_have_changed());
        assert_eq!(server.methods(), ["ActivateOrganization", "GetMyOrg"]);

        let mut headers = crate::Metadata::new();
        headers.append("retry-after", "20");
        let busy = status(Code::Unavailable, "busy").with_response(503, &headers, &crate::Metadata::new());
        let server = reacting([Reaction::Fail(busy)]);
        assert!(ensure_aborted_at(&server, 15_000.0, &CallOptions::new()).may_have_changed());
        assert_eq!(server.methods(), ["ActivateOrganization"]);
    }

    #[test]
    fn token_function_is_called_once_and_once_more_after_a_16() {
        let mut server = reacting([Reaction::Lose]);
        server.accepts = Box::new(|token| token == "2");
        let count = Rc::new(Cell::new(0));
        let called = Rc::clone(&count);
        let source = TokenSource::function(move |_| {
            called.set(called.get() + 1);
            ready(Ok::<_, Source>(called.get().to_string()))
        });
        let (options, token) = (CallOptions::new().to_request(None).unwrap(), TokenCache::new(source));
        let (transport, clock, signal) = (&server, &server.clock, &Signal::default());
        let ensure = Ensure { transport, clock, base_url: BASE_URL, options: &options, token: &token, signal };
        server.clock.run(ensure.activate("7", 0.0)).unwrap();
        assert_eq!(count.get(), 2);
    }

    fn json(http_status: u16, json: &str) -> Script {
        Script::response(http_status, "content-type: application/json\n", &[chunk(json)])
    }

    fn ensure_json(http: &FakeHttp) -> Result<OrgActivation, Error> {
        let options = CallOptions::new().protocol(Protocol::Json);
        ensure_over(http, &http.clock, BASE_URL, &options, &Signal::default())
    }

    fn urls(http: &FakeHttp) -> Vec<String> {
        http.sent.borrow().iter().map(|sent| sent.url.replace(BASE_URL, "")).collect()
    }

    #[test]
    fn unknown_path_over_rest_is_a_missing_api() {
        let http = FakeHttp::new([
            json(404, r#"{"code":5,"message":"Not Found"}"#),
            json(200, r#"{"details":{"sequence":"8","resourceOwner":"7"}}"#),
            json(404, r#"{"code":5,"message":"membership not found (AUTHZ-cdgFk)","details":[]}"#),
        ]);
        assert_eq!(ensure_json(&http).unwrap().sequence, Some(8));
        assert_eq!(ensure_json(&http).unwrap_err().id(), Some("AUTHZ-cdgFk"));
        let v1 = "/management/v1/orgs/me/_reactivate";
        assert_eq!(urls(&http), ["/v2/organizations/7/activate", v1, v1]);
    }

    #[test]
    fn refused_read_over_rest_leads_to_the_list() {
        let http = FakeHttp::new([
            json(400, r#"{"code":9,"message":"not now (ORG-12345x)"}"#),
            json(403, r#"{"code":7,"message":"Unauthorized (AUTH-DZG21)"}"#),
            json(200, r#"{"result":[{"id":"7","state":"ORGANIZATION_STATE_ACTIVE"}]}"#),
        ]);
        assert_eq!(ensure_json(&http).unwrap().outcome, Outcome::AlreadyActive);
        let expected = ["/v2/organizations/7/activate", "/management/v1/orgs/me", "/v2/organizations/_search"];
        assert_eq!(urls(&http), expected);
    }

    #[test]
    fn change_of_another_organization_is_no_success() {
        let http = FakeHttp::new([
            json(501, r#"{"code":12,"message":"Method Not Allowed"}"#),
            json(200, r#"{"details":{"sequence":"8","resourceOwner":"8"}}"#),
            json(200, r#"{"org":{"id":"8","state":"ORG_STATE_ACTIVE"}}"#),
            json(403, r#"{"code":7,"message":"x (AUTH-5mWD2)"}"#),
        ]);
        let error = ensure_json(&http).unwrap_err();
        assert_eq!((error.kind(), error.code(), error.may_have_changed()), (ErrorKind::Protocol, Code::Internal, true));
        assert!(error.message().contains("another organization"), "{error}");
    }

    #[test]
    fn undecodable_response_to_the_change_is_settled_by_a_read() {
        let http = FakeHttp::new([
            json(200, r#"{"changeDate":"yesterday"}"#),
            json(200, r#"{"org":{"id":"7","state":"ORG_STATE_ACTIVE"}}"#),
        ]);
        assert_eq!(ensure_json(&http).unwrap().outcome, Outcome::Active);

        let grpc_web = |message: &[u8]| {
            let body = [&frame::encode(message).unwrap(), &b"\x80\0\0\0\x0fgrpc-status:0\r\n"[..]].concat();
            Script::response(200, "content-type: application/grpc-web\n", &[chunk(body)])
        };
        let org = Org { id: "7".to_owned(), state: OrgState::Active.into(), ..Default::default() };
        let read = GetMyOrgResponse { org: Some(org) }.encode_to_vec();
        let http = FakeHttp::new([grpc_web(b"\x0a\x7f"), grpc_web(&read)]);
        let result = ensure_over(&http, &http.clock, BASE_URL, &CallOptions::new(), &Signal::default());
        assert_eq!(result.unwrap().outcome, Outcome::Active);
    }
}
