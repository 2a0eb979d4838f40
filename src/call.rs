//! One call, from top to bottom: token, request, one retry with another token, deadline and cancellation.

use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::{
    code::Code,
    error::{Error, ErrorKind, Progress},
    method::Method,
    platform::{Clock, Signal, sleep_until, within},
    token::TokenCache,
    transport::{Request, Response, Transport},
};

/// A call whose arguments are checked.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The request, without a token. Its timeout is the one that the caller set.
    pub(crate) request: Request<'a>,
    pub(crate) token: &'a TokenCache,
    pub(crate) signal: &'a Signal,
    /// The deadline, by the clock.
    pub(crate) deadline_ms: Option<f64>,
    /// The deadline of the response, by the clock, if time must be left for other calls. A request that is sent late has half of
    /// the time left.
    pub(crate) response_deadline_ms: Option<f64>,
}

/// Makes a call: gets a token, sends the request, retries once with another token if ZITADEL responds UNAUTHENTICATED, and
/// enforces the deadline and the signal. Dropping the future ends the call.
///
/// # Errors
/// The server's status, a transport or protocol error, the token function's failure, `Timeout` or `Aborted`.
pub(crate) async fn run<T: Transport, C: Clock>(call: &Call<'_>, transport: &T, clock: &C) -> Result<Response, Error> {
    let progress = Cell::new(Progress::Unsent);
    let attempt = async |token: &str| {
        let left_ms = call.check_interrupted(clock)?;
        progress.set(Method::progress(call.request.path));
        let response_deadline_ms = call.response_deadline(clock);
        let mut request = call.request.clone();
        request.options.timeout_ms = response_deadline_ms.map(|deadline_ms| deadline_ms - clock.now_ms()).or(left_ms);
        request.options.metadata.append("authorization", &["Bearer ", token].concat());
        let response = within(clock, response_deadline_ms, transport.unary(request)).await;
        response.unwrap_or_else(|| Err(call.timed_out()))
    };
    let attempts = async {
        let token = call.token.get().await?;
        match attempt(&token).await {
            Err(error) if is_rejected_token(&error) => {
                progress.set(Progress::Rejected);
                let token = call.token.renew(&token, error).await?;
                attempt(&token).await
            }
            result => result,
        }
    };
    let result = call.interruptible(attempts, clock, &progress).await;
    result.map_err(|error| error.finish(progress.get()))
}

fn is_rejected_token(error: &Error) -> bool {
    error.kind() == ErrorKind::Status && error.code() == Code::Unauthenticated
}

impl Call<'_> {
    /// Runs the attempts until they end, the deadline passes or the signal aborts.
    async fn interruptible(
        &self,
        attempts: impl Future<Output = Result<Response, Error>>,
        clock: &impl Clock,
        progress: &Cell<Progress>,
    ) -> Result<Response, Error> {
        self.check_interrupted(clock)?;
        let deadline = async {
            match self.deadline_ms {
                Some(deadline_ms) => sleep_until(clock, deadline_ms).await,
                None => pending().await,
            }
        };
        let mut attempts = pin!(attempts);
        let mut deadline = pin!(deadline);
        let mut aborted = pin!(self.signal.aborted());
        poll_fn(|context| {
            let result = attempts.as_mut().poll(context);
            let is_servers = matches!(&result, Poll::Ready(Err(error)) if error.kind() == ErrorKind::Status);
            // A token function may have aborted the call, or blocked for long.
            let is_unsent = matches!(progress.get(), Progress::Unsent | Progress::Rejected) && !is_servers;
            if result.is_pending() || is_unsent {
                self.check_interrupted(clock)?;
            }
            if result.is_ready() {
                return result;
            }
            if deadline.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(self.timed_out()));
            }
            aborted.as_mut().poll(context).map(|reason| Err(Error::aborted(reason)))
        })
        .await
    }

    /// Returns the time left.
    ///
    /// # Errors
    /// `Timeout` or `Aborted`. A deadline that has passed comes before the signal.
    fn check_interrupted(&self, clock: &impl Clock) -> Result<Option<f64>, Error> {
        let left_ms = self.deadline_ms.map(|deadline_ms| deadline_ms - clock.now_ms());
        if left_ms.is_some_and(|left_ms| left_ms <= 0.0) {
            return Err(self.timed_out());
        }
        match self.signal.reason() {
            Some(reason) => Err(Error::aborted(reason)),
            None => Ok(left_ms),
        }
    }

    /// Returns the deadline of the response to a request that is sent now, if it is earlier than that of the call.
    fn response_deadline(&self, clock: &impl Clock) -> Option<f64> {
        let response_deadline_ms = self.response_deadline_ms?;
        let now_ms = clock.now_ms();
        let half_ms = self.deadline_ms.map_or(now_ms, |deadline_ms| now_ms.midpoint(deadline_ms));
        Some(response_deadline_ms.max(half_ms))
    }

    fn timed_out(&self) -> Error {
        Error::timed_out(self.request.options.timeout_ms.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        future::{Future, pending, ready},
        sync::Arc,
        time::Duration,
    };

    use prost::Message as _;

    use super::{Call, run};
    use crate::{
        CallOptions, Code, Error, ErrorKind as Kind, Protocol,
        error::Source,
        fake::{FakeHttp, Script, Step, chunk},
        method::{Method, Rpc as _},
        platform::{Clock as _, HttpError, Signal},
        proto::zitadel::management::v1::{GetMyOrg, ReactivateOrg, ReactivateOrgResponse},
        token::{TokenCache, TokenSource},
        transport::{Request, Response},
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\n";
    const JSON: &str = "content-type: application/json\n";
    /// `details.sequence` is 7.
    const BODY: &[u8] = b"\0\0\0\0\x04\x0a\x02\x08\x07\x80\0\0\0\x0fgrpc-status:0\r\n";
    const PROTOCOLS: [Protocol; 2] = [Protocol::GrpcWeb, Protocol::Json];

    fn ok() -> Script {
        Script::response(200, GRPC_WEB, &[chunk(BODY)])
    }

    fn rejected(protocol: Protocol) -> Script {
        match protocol {
            Protocol::GrpcWeb => Script::response(200, &[GRPC_WEB, "grpc-status: 16\n"].concat(), &[]),
            Protocol::Json => Script::response(401, JSON, &[Step::Wait(140.0), chunk(r#"{"code":16}"#)]),
        }
    }

    fn within(timeout_ms: u64) -> CallOptions {
        CallOptions::new().timeout(Duration::from_millis(timeout_ms))
    }

    /// Calls a method while something else happens.
    fn call_beside(
        http: &FakeHttp,
        method: &Method,
        options: &CallOptions,
        token: TokenSource,
        signal: &Signal,
        background: impl Future<Output = ()>,
    ) -> Result<Response, Error> {
        let options = options.to_request(Some("696")).unwrap();
        let deadline_ms = options.timeout_ms.map(|timeout_ms| http.clock.now_ms() + timeout_ms);
        let request = Request { base_url: "https://z.example", path: method.path, message: b"", options };
        let call = Call { request, token: &TokenCache::new(token), signal, deadline_ms, response_deadline_ms: None };
        http.clock.run_beside(background, run(&call, http, &http.clock))
    }

    fn call(http: &FakeHttp, method: &Method, options: &CallOptions, token: TokenSource) -> Result<Response, Error> {
        call_beside(http, method, options, token, &Signal::default(), ready(()))
    }

    fn reactivate(http: &FakeHttp, options: &CallOptions) -> Result<Response, Error> {
        call(http, &ReactivateOrg::METHOD, options, fixed())
    }

    fn fixed() -> TokenSource {
        TokenSource::Fixed("t".to_owned())
    }

    /// A token function that returns one token after the other.
    fn tokens<const N: usize>(tokens: [&'static str; N]) -> TokenSource {
        let tokens = RefCell::new(tokens.into_iter());
        TokenSource::function(move |_| ready(tokens.borrow_mut().next().map(str::to_owned).ok_or("no more tokens")))
    }

    fn reason(text: &str) -> Option<crate::error::SharedSource> {
        Some(Arc::from(Source::from(text)))
    }

    #[test]
    fn call_over_either_protocol_returns_the_same_message() {
        let json = Script::response(200, JSON, &[chunk(r#"{"details":{"sequence":"7"}}"#)]);
        let http = FakeHttp::new([ok(), json]);
        for protocol in PROTOCOLS {
            let response = reactivate(&http, &CallOptions::new().protocol(protocol)).unwrap();
            let message = ReactivateOrgResponse::decode(response.message.as_slice()).unwrap();
            assert_eq!(message, ReactivateOrgResponse::decode(&BODY[5..9]).unwrap(), "{protocol:?}");
        }
        let sent = &http.sent.borrow()[1];
        assert_eq!(
            (sent.http_method, sent.url.as_str()),
            ("POST", "https://z.example/management/v1/orgs/me/_reactivate")
        );
        let names: Vec<_> = sent.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["x-zitadel-orgid", "authorization", "accept", "x-user-agent", "content-type"]);
        assert_eq!(sent.headers.get("authorization"), Some("Bearer t"));
    }

    #[test]
    fn deadline_ends_every_wait() {
        let silent_body = || Script::response(200, GRPC_WEB, &[chunk(&BODY[..8]), Step::Silence]);
        for script in [Script::Silence, silent_body(), Script::response(200, GRPC_WEB, &[Step::Silence])] {
            let http = FakeHttp::new([script]);
            let error = reactivate(&http, &within(300)).unwrap_err();
            assert_eq!(
                (error.kind(), error.code(), http.clock.now_ms()),
                (Kind::Timeout, Code::DeadlineExceeded, 300.0)
            );
            assert!(error.may_have_changed() && error.message().contains("timeoutMs: 300"), "{error}");
        }
        let http = FakeHttp::new([]);
        let token = TokenSource::function(|_| pending::<Result<String, Source>>());
        let error = call(&http, &ReactivateOrg::METHOD, &within(300), token).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (Kind::Timeout, false));
        assert!(error.message().contains("before the request was sent"), "{error}");
    }

    #[test]
    fn status_that_comes_late_comes_before_the_deadline() {
        let headers = [GRPC_WEB, "grpc-status: 9\n"].concat();
        for (head_ms, end_ms) in [(600.0, 800.0), (999.0, 999.5)] {
            let silent = Box::new(Script::response(200, &headers, &[Step::Silence]));
            let http = FakeHttp::new([Script::Late(head_ms, silent)]);
            let error = reactivate(&http, &within(1000)).unwrap_err();
            assert_eq!((error.code(), http.clock.now_ms()), (Code::FailedPrecondition, end_ms));
        }
    }

    /// Calls within 1000 ms, with a response until 750 ms and a token that takes a while.
    fn reactivate_with_slow_token(token_ms: f64, scripts: Vec<Script>) -> (Result<Response, Error>, FakeHttp) {
        let http = FakeHttp::new(scripts);
        let clock = http.clock.clone();
        let token = TokenCache::new(TokenSource::function(move |previous| {
            let (clock, token) = (clock.clone(), if previous.is_some() { "b" } else { "a" });
            async move {
                clock.sleep(token_ms).await;
                Ok::<_, Source>(token.to_owned())
            }
        }));
        let options = within(1000).to_request(Some("696")).unwrap();
        let path = ReactivateOrg::METHOD.path;
        let request = Request { base_url: "https://z.example", path, message: b"", options };
        let (deadline_ms, response_deadline_ms) = (Some(1000.0), Some(750.0));
        let call = Call { request, token: &token, signal: &Signal::default(), deadline_ms, response_deadline_ms };
        let result = http.clock.run(run(&call, &http, &http.clock));
        (result, http)
    }

    #[test]
    fn response_deadline_leaves_time_and_counts_from_a_late_request() {
        for (token_ms, end_ms) in [(0.0, 750.0), (400.0, 750.0), (600.0, 800.0), (900.0, 950.0)] {
            let (result, http) = reactivate_with_slow_token(token_ms, vec![Script::Silence]);
            let error = result.unwrap_err();
            assert_eq!((error.kind(), error.may_have_changed(), http.clock.now_ms()), (Kind::Timeout, true, end_ms));
        }
        let (result, http) = reactivate_with_slow_token(1200.0, Vec::new());
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed(), http.clock.now_ms()), (Kind::Timeout, false, 1000.0));
    }

    #[test]
    fn renewal_may_take_longer_than_the_response_deadline() {
        let (result, http) = reactivate_with_slow_token(450.0, vec![rejected(Protocol::GrpcWeb), ok()]);
        assert!(result.is_ok());
        assert_eq!(http.sent.borrow().len(), 2);
    }

    #[test]
    fn status_that_is_there_comes_before_the_deadline() {
        for trailers in [&b"\x80\0\0\0\x0fgrpc-status:7\r\n"[..], b"\x80\0\0\0\x10grpc-status:16\r\n"] {
            let steps = [Step::Block(400.0, trailers.to_vec())];
            let http = FakeHttp::new([Script::response(200, GRPC_WEB, &steps)]);
            assert_eq!(reactivate(&http, &within(300)).unwrap_err().kind(), Kind::Status);
        }
    }

    #[test]
    fn default_deadline_is_30_s_and_0_disables_it() {
        let http = FakeHttp::new([Script::Silence]);
        reactivate(&http, &CallOptions::new()).unwrap_err();
        assert_eq!(http.clock.now_ms(), 30_000.0);
        let hundred_days_ms = 100.0 * 24.0 * 3600.0 * 1000.0;
        let http = FakeHttp::new([Script::response(200, GRPC_WEB, &[Step::Wait(hundred_days_ms), chunk(BODY)])]);
        assert!(reactivate(&http, &within(0)).is_ok());
    }

    #[test]
    fn deadline_longer_than_a_timer_takes_several() {
        let http = FakeHttp::new([Script::Silence]);
        reactivate(&http, &within(5_000_000_000)).unwrap_err();
        assert_eq!(http.clock.now_ms(), 5e9);
    }

    #[test]
    fn deadline_is_seen_while_chunks_keep_timers_from_firing() {
        let steps = vec![Step::Starve(10.0, Vec::new()); 1000];
        let http = FakeHttp::new([Script::response(200, GRPC_WEB, &steps)]);
        let error = reactivate(&http, &within(300)).unwrap_err();
        assert_eq!((error.kind(), http.cancelled.get()), (Kind::Timeout, 1));
        assert!(http.clock.now_ms() < 400.0, "{}", http.clock.now_ms());
    }

    #[test]
    fn signal_ends_the_call_at_once_with_its_reason() {
        let waits = [Script::Silence, Script::response(200, GRPC_WEB, &[chunk(&BODY[..8]), Step::Silence])];
        for script in waits {
            let (http, signal) = (FakeHttp::new([script]), Signal::default());
            let abort = async {
                http.clock.sleep(50.0).await;
                signal.abort(reason("enough"));
            };
            let method = &ReactivateOrg::METHOD;
            let error = call_beside(&http, method, &within(300), fixed(), &signal, abort).unwrap_err();
            assert_eq!((error.kind(), error.code(), error.may_have_changed()), (Kind::Aborted, Code::Cancelled, true));
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "enough");
            assert_eq!(http.clock.now_ms(), 50.0);
        }
    }

    #[test]
    fn aborted_signal_sends_nothing_and_calls_no_token_function() {
        let (http, signal) = (FakeHttp::new([]), Signal::default());
        signal.abort(None);
        let token = TokenSource::function(|_| -> std::future::Ready<Result<String, Source>> { panic!("called") });
        let error = call_beside(&http, &ReactivateOrg::METHOD, &within(300), token, &signal, ready(())).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (Kind::Aborted, false));
        assert!(error.message().contains("before the request was sent"), "{error}");
    }

    #[test]
    fn nothing_is_sent_after_the_token_function_aborted() {
        let aborts = |signal: &Signal, is_renewal: bool| {
            let signal = signal.clone();
            TokenSource::function(move |previous| {
                let token = if previous.is_some() { "b" } else { "a" };
                if previous.is_some() == is_renewal {
                    signal.abort(reason("enough"));
                }
                ready(Ok::<_, Source>(token.to_owned()))
            })
        };
        for protocol in PROTOCOLS {
            for is_renewal in [false, true] {
                let (http, signal) = (FakeHttp::new([rejected(protocol)]), Signal::default());
                let (method, options) = (&ReactivateOrg::METHOD, within(300).protocol(protocol));
                let token = aborts(&signal, is_renewal);
                let error = call_beside(&http, method, &options, token, &signal, ready(())).unwrap_err();
                assert_eq!((error.kind(), error.may_have_changed()), (Kind::Aborted, false));
                assert_eq!(http.sent.borrow().len(), usize::from(is_renewal));
                assert_eq!(error.message().contains("before the request was sent"), !is_renewal, "{error}");
            }
        }
    }

    #[test]
    fn abort_takes_precedence_over_a_failing_token_function() {
        let (http, signal) = (FakeHttp::new([]), Signal::default());
        let aborted = signal.clone();
        let token = TokenSource::function(move |_| {
            aborted.abort(reason("enough"));
            ready(Err::<String, _>("failed"))
        });
        let error = call_beside(&http, &ReactivateOrg::METHOD, &within(300), token, &signal, ready(())).unwrap_err();
        assert_eq!(error.kind(), Kind::Aborted);
    }

    #[test]
    fn passed_deadline_takes_precedence_over_the_signal() {
        let (http, signal) = (FakeHttp::new([Script::Silence]), Signal::default());
        let abort = async {
            http.clock.sleep(300.0).await;
            signal.abort(None);
        };
        let error = call_beside(&http, &ReactivateOrg::METHOD, &within(300), fixed(), &signal, abort).unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
    }

    #[test]
    fn deadline_counts_from_the_start_of_the_call() {
        let http = FakeHttp::new([]);
        http.clock.run(http.clock.sleep(500.0));
        let options = within(300).to_request(None).unwrap();
        let path = GetMyOrg::METHOD.path;
        let request = Request { base_url: "https://z.example", path, message: b"", options };
        let (token, signal) = (TokenCache::new(fixed()), Signal::default());
        let call =
            Call { request, token: &token, signal: &signal, deadline_ms: Some(400.0), response_deadline_ms: None };
        let error = http.clock.run(run(&call, &http, &http.clock)).unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        assert!(http.sent.borrow().is_empty());
    }

    #[test]
    fn second_token_is_tried_once_within_the_same_deadline() {
        for protocol in PROTOCOLS {
            let options = within(300).protocol(protocol);
            let http = FakeHttp::new([rejected(protocol), Script::Silence]);
            let error = call(&http, &ReactivateOrg::METHOD, &options, tokens(["a", "b"])).unwrap_err();
            assert_eq!((error.kind(), http.clock.now_ms()), (Kind::Timeout, 300.0));
            let sent = http.sent.borrow();
            let sent: Vec<_> = sent.iter().map(|sent| sent.headers.get("authorization").unwrap()).collect();
            assert_eq!(sent, ["Bearer a", "Bearer b"]);
            let http = FakeHttp::new([rejected(protocol), rejected(protocol)]);
            let error = call(&http, &ReactivateOrg::METHOD, &options, tokens(["a", "b", "c"])).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Status, Code::Unauthenticated));
        }
    }

    #[test]
    fn timeout_of_the_renewal_says_that_nothing_was_applied() {
        let http = FakeHttp::new([rejected(Protocol::GrpcWeb)]);
        let token = TokenSource::function(|previous| {
            let is_first = previous.is_none();
            async move { if is_first { Ok::<_, Source>("a".to_owned()) } else { pending().await } }
        });
        let error = call(&http, &ReactivateOrg::METHOD, &within(300), token).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (Kind::Timeout, false));
    }

    #[test]
    fn change_may_have_been_applied_if_it_was_sent_and_not_refused() {
        let failed = || Script::Fail(HttpError::Failed("reset".into()));
        let status = |code: u8| Script::response(200, &format!("{GRPC_WEB}grpc-status: {code}\n"), &[]);
        let may_have = |script| reactivate(&FakeHttp::new([script]), &within(300)).unwrap_err().may_have_changed();
        assert!(may_have(failed()));
        assert!(may_have(Script::response(200, GRPC_WEB, &[Step::Lost])));
        assert!(may_have(Script::response(200, GRPC_WEB, &[])));
        assert!(may_have(status(13)) && may_have(status(14)) && may_have(status(4)));
        assert!(!may_have(status(9)) && !may_have(status(16)) && !may_have(status(7)));
        assert!(!may_have(Script::Fail(HttpError::InvalidRequest("bad".into()))));
        let http = FakeHttp::new([failed()]);
        let error = call(&http, &GetMyOrg::METHOD, &within(300), fixed()).unwrap_err();
        assert!(!error.may_have_changed());
    }

    #[test]
    fn http_refusal_proves_that_the_change_was_not_applied() {
        for protocol in PROTOCOLS {
            for http_status in 400..600 {
                let script = Script::response(http_status, "content-type: text/html\n", &[]);
                let options = within(300).protocol(protocol);
                let error = reactivate(&FakeHttp::new([script]), &options).unwrap_err();
                let refusals = [401, 403, 404, 405, 406, 411, 413, 414, 415, 417, 421, 425, 426, 429, 431];
                assert_eq!(error.may_have_changed(), !refusals.contains(&http_status), "HTTP {http_status}");
                let is_retriable = [408, 425, 429, 502, 503, 504].contains(&http_status);
                assert_eq!(error.is_retriable(), is_retriable, "HTTP {http_status}");
            }
        }
    }

    #[test]
    fn retry_after_is_whole_seconds_or_a_date_after_the_responses() {
        let later = "Fri, 31 Dec 1999 23:59:59 GMT\ndate: Fri, 31 Dec 1999 23:59:54 GMT";
        for (value, ms) in [
            ("2", Some(2000)),
            (later, Some(5000)),
            ("Fri, 31 Dec 1999 23:59:59 GMT", None),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ] {
            for protocol in PROTOCOLS {
                let http = FakeHttp::new([Script::response(429, &format!("retry-after: {value}\n"), &[])]);
                let error = reactivate(&http, &within(300).protocol(protocol)).unwrap_err();
                assert_eq!(error.retry_after(), ms.map(Duration::from_millis), "{value}");
                assert!(error.is_retriable());
            }
        }
    }

    #[test]
    fn grpc_error_is_retriable_if_retry_after_is_set() {
        for (retry_after, is_retriable) in [("retry-after: 1\n", true), ("", false)] {
            let headers = [GRPC_WEB, "grpc-status: 8\n", retry_after].concat();
            let error = reactivate(&FakeHttp::new([Script::response(200, &headers, &[])]), &within(300)).unwrap_err();
            assert_eq!((error.code(), error.is_retriable()), (Code::ResourceExhausted, is_retriable));
        }
    }
}
