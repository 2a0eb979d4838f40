//! The steps of one call: ask for the token, send, try once more with another token, all within a deadline.

use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    pin::pin,
    task::{Poll, Waker},
};

use crate::{
    error::{ABORTED, Error, ErrorKind, Source},
    http,
    options::Settings,
    platform::{MAX_SLEEP_MS, Platform},
    protocol::{code::Code, json::Json, response::invalid_message, rest},
    rest::RestResponse,
    rpc::{Method, Payload, Rpc},
    token::Asking,
    transport::{self, Request, Response, Transport},
    value::{Invalid, Value},
};

/// One call, checked.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) method: &'a Method,
    pub(crate) payload: Payload,
    pub(crate) settings: &'a Settings,
    pub(crate) token: &'a Asking,
    /// The deadline, by the platform's clock.
    pub(crate) ends_at_ms: Option<f64>,
}

/// A response, over whichever protocol.
#[derive(Debug)]
pub(crate) enum Reply<J> {
    Message(Response),
    Json(RestResponse<J>),
}

impl<J: Json> Reply<J> {
    /// The response in the JSON mapping.
    pub(crate) fn into_value(self, method: &Method) -> Result<Value, Error> {
        match self {
            Self::Message(Response { message, headers, trailers }) => {
                let value = Value::decode(method.response, &message, true);
                value.map_err(|invalid| invalid_message(&invalid).with_response(200, &headers, &trailers))
            }
            Self::Json(_) if !cfg!(feature = "json") => Err(invalid_message(&Invalid::new("JSON"))),
            Self::Json(RestResponse { head, json, body }) => rest::decode(&head, json, &body, method.response),
        }
    }

    /// The response on the wire.
    pub(crate) fn into_message<R: Rpc>(self) -> Result<R::Response, Error> {
        match self {
            Self::Message(Response { message, headers, trailers }) => {
                transport::decode(&message).map_err(|error| error.with_response(200, &headers, &trailers))
            }
            json @ Self::Json(_) => {
                let message = json.into_value(&R::METHOD)?.encode(R::METHOD.response);
                transport::decode(&message.map_err(|invalid| invalid_message(&invalid))?)
            }
        }
    }
}

/// Whether the caller has given up, and why; wakes when that happens.
pub(crate) type Cancelled<'a> = &'a dyn Fn(&Waker) -> Poll<Option<Source>>;

/// Carries out a call and hands its response to `read`, which decodes it.
///
/// Dropping the future ends the call, too.
///
/// # Errors
/// Whatever goes wrong.
pub(crate) async fn run<T: Transport, P: Platform>(
    call: &Call<'_>,
    transport: &T,
    platform: &P,
    cancelled: Cancelled<'_>,
    read: &mut dyn FnMut(Reply<P::Json>) -> Result<(), Error>,
) -> Result<(), Error> {
    let Call { settings, method, .. } = call;
    let deadline = Deadline { platform, at_ms: call.ends_at_ms };
    // Whether a request is under way that the server has not refused.
    let is_sent = Cell::new(false);
    let steps = async {
        let mut refused: Option<(Error, String)> = None;
        loop {
            let is_second = refused.is_some();
            let token = call.token.ask(refused.take()).await?;
            match attempt(call, &token, transport, &deadline, &is_sent, read).await {
                Err(error)
                    if !is_second && error.kind() == ErrorKind::Status && error.code() == Code::Unauthenticated =>
                {
                    // ZITADEL refuses such a call before it changes anything.
                    is_sent.set(false);
                    refused = Some((error, token));
                }
                result => return result,
            }
        }
    };
    let (mut steps, mut passed) = (pin!(steps), pin!(deadline.passed()));
    let mut has_begun = false;
    let result = poll_fn(|context| {
        if has_begun {
            if let Poll::Ready(result) = steps.as_mut().poll(context) {
                return Poll::Ready(result);
            }
        }
        // A deadline that has passed counts before the signal, even if the timer has not fired for all the chunks that come.
        if (has_begun && deadline.has_passed()) || passed.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(deadline_exceeded()));
        }
        if let Poll::Ready(reason) = cancelled(context.waker()) {
            return Poll::Ready(Err(aborted().with_source(reason)));
        }
        if has_begun {
            return Poll::Pending;
        }
        has_begun = true;
        steps.as_mut().poll(context)
    })
    .await;
    result.map_err(|mut error| {
        error.set_retry_after_ms(http::retry_after_ms(platform, error.metadata()));
        error.end(is_sent.get(), method.is_read, settings.timeout_ms)
    })
}

/// Sends the request with a token and decodes the response.
async fn attempt<T: Transport, P: Platform>(
    call: &Call<'_>,
    token: &str,
    transport: &T,
    deadline: &Deadline<'_, P>,
    is_sent: &Cell<bool>,
    read: &mut dyn FnMut(Reply<P::Json>) -> Result<(), Error>,
) -> Result<(), Error> {
    let left_ms = deadline.left_ms();
    // A token function may have blocked.
    if left_ms.is_some_and(|left_ms| left_ms <= 0.0) {
        return Err(deadline_exceeded());
    }
    let Call { settings, method, payload, .. } = call;
    let mut metadata = settings.metadata.clone();
    metadata.append("authorization", &["Bearer ", token].concat());
    is_sent.set(true);
    // Not a condition that is never true: a future keeps what it waits for.
    #[cfg(feature = "json")]
    if settings.protocol.is_json() {
        let reply = crate::rest::unary(deadline.platform, method.verb, payload, settings, metadata, left_ms).await?;
        return read(Reply::Json(reply));
    }
    let options = transport::Options { metadata, timeout_ms: left_ms, timeout_header: settings.timeout_header };
    let request = Request { base_url: &settings.base_url, path: &payload.path, message: &payload.body, options };
    read(Reply::Message(transport.unary(request).await?))
}

fn deadline_exceeded() -> Error {
    Error::new(ErrorKind::Timeout, Code::DeadlineExceeded, &["The deadline passed"])
}

fn aborted() -> Error {
    Error::new(ErrorKind::Aborted, Code::Cancelled, &[ABORTED])
}

/// When a call ends at the latest.
struct Deadline<'a, P> {
    platform: &'a P,
    at_ms: Option<f64>,
}

impl<P: Platform> Deadline<'_, P> {
    fn left_ms(&self) -> Option<f64> {
        self.at_ms.map(|at_ms| at_ms - self.platform.now_ms())
    }

    fn has_passed(&self) -> bool {
        self.left_ms().is_some_and(|left_ms| left_ms <= 0.0)
    }

    /// Waits for it. A timer that has fired counts, whatever the clock says: tests fake the one and not the other.
    async fn passed(&self) {
        match self.at_ms {
            Some(at_ms) => sleep_until(self.platform, at_ms).await,
            None => pending().await,
        }
    }
}

pub(crate) async fn sleep_until(platform: &impl Platform, at_ms: f64) {
    loop {
        let left_ms = at_ms - platform.now_ms();
        if left_ms > 0.0 {
            platform.sleep(left_ms.min(MAX_SLEEP_MS)).await;
        }
        if left_ms <= MAX_SLEEP_MS {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::RefCell,
        future::{Future, pending, poll_fn, ready},
        task::{Context, Poll},
        time::Duration,
    };

    use super::{Call, run};
    use crate::{
        CallOptions, Code, Error, ErrorKind as Kind, Metadata, Protocol,
        error::Source,
        fake::{Fake, Script, Step},
        grpc_web::GrpcWeb,
        options::Settings,
        platform::{Platform as _, SendError},
        proto::zitadel::management::v1::{GetMyOrg, ReactivateOrg},
        protocol::response::Head,
        rpc::{Payload, Rpc},
        token::{Asking, Token},
        value::Value,
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\n";
    const JSON: &str = "content-type: application/json\n";
    const BODY: &[u8] = b"\0\0\0\0\x04\x0a\x02\x08\x07\x80\0\0\0\x0fgrpc-status:0\r\n";

    fn response(http_status: u16, headers: &str, steps: &[Step]) -> Script {
        let head = Head { http_status, headers: Metadata::decode(headers.as_bytes()) };
        Script::Response(head, steps.to_vec())
    }

    fn ok() -> Script {
        response(200, GRPC_WEB, &[Step::Chunk(BODY.to_vec())])
    }

    fn within(timeout_ms: u64) -> CallOptions {
        CallOptions::new().timeout(Duration::from_millis(timeout_ms))
    }

    fn fixed() -> Token {
        Token::Fixed("t".to_owned())
    }

    fn call<R: Rpc>(
        fake: &Fake,
        options: &CallOptions,
        token: Token,
        cancelled: impl Future<Output = Option<Source>>,
    ) -> Result<Value, Error> {
        let settings = Settings::check("https://z.example".to_owned(), Some("696"), options).unwrap();
        let payload = Payload::of_message::<R>(&R::Request::default(), settings.protocol).unwrap();
        let (ends_at_ms, token) = (settings.ends_at_ms(fake.now_ms()), Asking::new(token));
        let call = Call { method: &R::METHOD, payload, settings: &settings, token: &token, ends_at_ms };
        let mut value = None;
        let mut read = |reply: super::Reply<_>| {
            value = Some(reply.into_value(&R::METHOD)?);
            Ok(())
        };
        let cancelled = RefCell::new(Box::pin(cancelled));
        let cancelled = |waker: &_| cancelled.borrow_mut().as_mut().poll(&mut Context::from_waker(waker));
        fake.run(run(&call, &GrpcWeb { platform: fake }, fake, &cancelled, &mut read))?;
        Ok(value.unwrap())
    }

    fn reactivate(fake: &Fake, options: &CallOptions) -> Result<Value, Error> {
        call::<ReactivateOrg>(fake, options, fixed(), pending())
    }

    #[test]
    fn a_call_over_either_protocol_gives_the_same_value() {
        let json = br#"{"details":{"sequence":"7"}}"#;
        let fake = Fake::new([ok(), response(200, JSON, &[Step::Chunk(json.to_vec())])]);
        let over = |protocol| reactivate(&fake, &CallOptions::new().protocol(protocol)).unwrap();
        let value = over(Protocol::GrpcWeb);
        assert_eq!(value.member("details").and_then(|details| details.text("sequence")), Some("7"));
        assert_eq!(over(Protocol::Json), value);
        let sent = &fake.sent.borrow()[1];
        assert_eq!(
            (sent.verb.as_str(), sent.url.as_str()),
            ("POST", "https://z.example/management/v1/orgs/me/_reactivate")
        );
        assert_eq!(sent.body.as_deref(), Some(&b"{}"[..]));
        let names: Vec<_> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x-zitadel-orgid", "authorization", "accept", "x-user-agent", "content-type"]);
    }

    #[test]
    fn a_read_over_rest_is_a_get_without_a_body() {
        let fake = Fake::new([response(200, JSON, &[Step::Chunk(b"{}".to_vec())])]);
        let options = CallOptions::new().protocol(Protocol::Json);
        assert_eq!(call::<GetMyOrg>(&fake, &options, fixed(), pending()).unwrap().member("org"), None);
        let sent = &fake.sent.borrow()[0];
        assert_eq!((sent.verb.as_str(), sent.body.as_deref()), ("GET", None));
    }

    #[test]
    fn the_deadline_ends_whatever_is_waited_for() {
        let silent_body = || response(200, GRPC_WEB, &[Step::Chunk(BODY[..8].to_vec()), Step::Silence]);
        for script in [Script::Silence, silent_body(), response(200, GRPC_WEB, &[Step::Silence])] {
            let fake = Fake::new([script]);
            let error = reactivate(&fake, &within(300)).unwrap_err();
            assert_eq!((error.kind(), error.code(), fake.now_ms()), (Kind::Timeout, Code::DeadlineExceeded, 300.0));
            assert!(error.may_have_changed() && error.message().contains("timeoutMs is 300"), "{error}");
        }
        let fake = Fake::new([]);
        let token = Token::function(|_| pending::<Result<String, Source>>());
        let error = call::<ReactivateOrg>(&fake, &within(300), token, pending()).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (Kind::Timeout, false));
    }

    #[test]
    fn the_default_deadline_is_30_s_and_0_is_none() {
        let fake = Fake::new([Script::Silence]);
        reactivate(&fake, &CallOptions::new()).unwrap_err();
        assert_eq!(fake.now_ms(), 30_000.0);
        let day_ms = 24.0 * 3600.0 * 1000.0;
        let steps = [Step::Wait(100.0 * day_ms), Step::Chunk(BODY.to_vec())];
        let fake = Fake::new([response(200, GRPC_WEB, &steps)]);
        assert!(reactivate(&fake, &within(0)).is_ok());
    }

    #[test]
    fn a_deadline_longer_than_a_timer_takes_several() {
        let fake = Fake::new([Script::Silence]);
        reactivate(&fake, &within(5_000_000_000)).unwrap_err();
        assert_eq!(fake.now_ms(), 5e9);
    }

    #[test]
    fn a_deadline_that_passes_while_chunks_keep_timers_from_firing_is_seen() {
        let steps = vec![Step::Starve(10.0, Vec::new()); 1000];
        let fake = Fake::new([response(200, GRPC_WEB, &steps)]);
        // Each chunk ends a turn here, as it does in a browser.
        let error = reactivate(&fake, &within(300)).unwrap_err();
        assert_eq!((error.kind(), fake.cancelled()), (Kind::Timeout, 1));
        assert!(fake.now_ms() < 400.0, "{}", fake.now_ms());
    }

    #[test]
    fn a_signal_ends_the_call_with_its_reason() {
        let fake = Fake::new([Script::Silence]);
        let cancelled = async {
            fake.sleep(50.0).await;
            Some("enough".into())
        };
        let error = call::<ReactivateOrg>(&fake, &within(300), fixed(), cancelled).unwrap_err();
        assert_eq!((error.kind(), error.code(), error.may_have_changed()), (Kind::Aborted, Code::Cancelled, true));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "enough");
    }

    #[test]
    fn a_signal_that_has_aborted_already_sends_nothing_and_asks_for_no_token() {
        let fake = Fake::new([]);
        let token = Token::function(|_| -> std::future::Ready<Result<String, Source>> { panic!("asked") });
        let error = call::<ReactivateOrg>(&fake, &within(300), token, ready(None)).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (Kind::Aborted, false));
        assert!(error.message().contains("before the request was sent"), "{error}");
    }

    #[test]
    fn a_deadline_that_has_passed_comes_before_the_signal() {
        let fake = Fake::new([Script::Silence]);
        let both = poll_fn(|_| if fake.now_ms() >= 300.0 { Poll::Ready(None) } else { Poll::Pending });
        assert_eq!(call::<ReactivateOrg>(&fake, &within(300), fixed(), both).unwrap_err().kind(), Kind::Timeout);
    }

    #[test]
    fn a_deadline_counts_from_when_the_call_began() {
        let fake = Fake::new([]);
        fake.run(fake.sleep(500.0));
        let settings = Settings::check("https://z.example".to_owned(), None, &within(300)).unwrap();
        let payload = Payload::of_message::<GetMyOrg>(&Default::default(), settings.protocol).unwrap();
        let call = Call {
            method: &GetMyOrg::METHOD,
            payload,
            settings: &settings,
            token: &Asking::new(fixed()),
            ends_at_ms: Some(400.0),
        };
        let never = |_: &_| Poll::Pending;
        let error = fake.run(run(&call, &GrpcWeb { platform: &fake }, &fake, &never, &mut |_| Ok(()))).unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        assert!(fake.sent.borrow().is_empty());
    }

    #[test]
    fn a_second_token_is_tried_over_rest_too_within_the_same_deadline() {
        let refused = || response(401, JSON, &[Step::Wait(200.0), Step::Chunk(br#"{"code":16}"#.to_vec())]);
        let tokens = RefCell::new(vec!["b", "a"]);
        let token = Token::function(move |_| ready(Ok::<_, Source>(tokens.borrow_mut().pop().unwrap().to_owned())));
        let fake = Fake::new([refused(), Script::Silence]);
        let options = within(300).protocol(Protocol::Json);
        let error = call::<ReactivateOrg>(&fake, &options, token, pending()).unwrap_err();
        assert_eq!((error.kind(), fake.now_ms(), fake.sent.borrow().len()), (Kind::Timeout, 300.0, 2));
    }

    #[test]
    fn a_change_may_have_been_made_if_the_request_was_sent_and_not_refused() {
        let failed = || Script::Fail(SendError::Failed("reset".into()));
        let status = |code: u8| response(200, &format!("{GRPC_WEB}grpc-status: {code}\n"), &[]);
        let may_have = |script| reactivate(&Fake::new([script]), &within(300)).unwrap_err().may_have_changed();
        assert!(may_have(failed()));
        assert!(may_have(response(200, GRPC_WEB, &[Step::Broken])));
        assert!(may_have(response(200, GRPC_WEB, &[])));
        assert!(may_have(status(13)) && may_have(status(14)) && may_have(status(4)));
        assert!(!may_have(status(9)) && !may_have(status(16)) && !may_have(status(7)));
        assert!(!may_have(Script::Fail(SendError::Refused("bad".into()))));
        let fake = Fake::new([failed()]);
        assert!(!call::<GetMyOrg>(&fake, &within(300), fixed(), pending()).unwrap_err().may_have_changed());
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        for (value, ms) in
            [("2", Some(2000)), ("Fri, 31 Dec 1999 23:59:59 GMT", Some(5000)), ("soon", None), ("-1", None), ("", None)]
        {
            let fake = Fake::new([response(429, &format!("retry-after: {value}\n"), &[])]);
            let error = reactivate(&fake, &within(300)).unwrap_err();
            assert_eq!(error.retry_after(), ms.map(Duration::from_millis), "{value}");
            assert!(error.is_retriable());
        }
    }

    #[test]
    fn an_http_error_over_rest_shows_the_beginning_of_its_body() {
        let fake = Fake::new([response(
            502,
            "content-type: text/html\n",
            &[Step::Chunk(b"<h1>proxy".to_vec()), Step::Silence],
        )]);
        let error = reactivate(&fake, &within(300).protocol(Protocol::Json)).unwrap_err();
        assert_eq!(
            (error.code(), error.body(), error.http_status()),
            (Code::Unavailable, Some("<h1>proxy"), Some(502))
        );
        let fake =
            Fake::new([response(400, JSON, &[Step::Chunk(br#"{"code":9,"message":"no (EVENT-bfnrh)"}"#.to_vec())])]);
        let error = reactivate(&fake, &within(300).protocol(Protocol::Json)).unwrap_err();
        assert_eq!((error.id(), error.body()), (Some("EVENT-bfnrh"), None));
    }

    #[test]
    fn a_body_over_4_mib_over_rest_is_resource_exhausted() {
        let steps = vec![Step::Chunk(vec![b' '; 1024 * 1024]); 5];
        let fake = Fake::new([response(200, JSON, &steps)]);
        let error = reactivate(&fake, &within(300).protocol(Protocol::Json)).unwrap_err();
        assert_eq!((error.kind(), error.code(), fake.cancelled()), (Kind::Protocol, Code::ResourceExhausted, 1));
    }

    #[test]
    fn the_values_of_an_error_are_those_of_the_response_that_it_came_with() {
        let fake = Fake::new([response(
            200,
            &format!("{GRPC_WEB}x-request-id: r1\n"),
            &[Step::Chunk(b"\0\0\0\0\x02\x0a\x7f".to_vec()), Step::Chunk(BODY[9..].to_vec())],
        )]);
        let error = reactivate(&fake, &within(300)).unwrap_err();
        assert_eq!(
            (error.kind(), error.http_status(), error.metadata().get("x-request-id")),
            (Kind::Protocol, Some(200), Some("r1"))
        );
    }
}
