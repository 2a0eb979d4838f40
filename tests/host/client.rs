//! The client for Rust on the host, over a fake transport.

use std::{
    cell::RefCell,
    future::{pending, ready},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use prost::Message as _;
use zitadel_org_web::{
    BulkOptions, CallOptions, Client, Code, Detail, Error, ErrorKind, Metadata, Outcome, Protocol,
    proto::zitadel::{
        management::v1::{GetMyOrgRequest, ManagementServiceClient, ReactivateOrgRequest, ReactivateOrgResponse},
        org::v2::ListOrganizationsRequest,
        v1::ObjectDetails,
    },
    transport::{self, Request, Response, TimeoutHeader, Transport},
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    let start = Instant::now();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the future never ends");
        thread::park_timeout(Duration::from_secs(1));
    }
}

/// Path, metadata and timeout of the requests that were sent.
type Sent = Rc<RefCell<Vec<(String, Metadata, Option<f64>)>>>;

/// Responds to the n-th call with the n-th response; never responds after the last.
struct Fake {
    responses: RefCell<Vec<Result<Response, Error>>>,
    sent: Sent,
}

impl Transport for Fake {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let url = [request.base_url, request.path].concat();
        self.sent.borrow_mut().push((url, request.options.metadata, request.options.timeout_ms));
        let next = self.responses.borrow_mut().pop();
        match next {
            Some(response) => response,
            None => pending().await,
        }
    }
}

fn changed() -> Response {
    let details = ObjectDetails { sequence: 7, resource_owner: "1".to_owned(), ..ObjectDetails::default() };
    let message = ReactivateOrgResponse { details: Some(details) }.encode_to_vec();
    let mut headers = Metadata::new();
    headers.append("x-request-id", "r1");
    let mut trailers = Metadata::new();
    trailers.append("x-trailer", "1");
    Response { headers, message, trailers }
}

/// The error of a transport for a status of the server.
fn status(code: Code) -> Error {
    Error::new(ErrorKind::Status, code, "the server's text")
}

fn fake(responses: Vec<Result<Response, Error>>) -> (Fake, Sent) {
    let sent = Sent::default();
    (Fake { responses: RefCell::new(responses.into_iter().rev().collect()), sent: Rc::clone(&sent) }, sent)
}

fn client(responses: Vec<Result<Response, Error>>) -> (Client<Fake>, Sent) {
    let (transport, sent) = fake(responses);
    (Client::builder("https://z.example/a/").token("t").transport(transport).build().unwrap(), sent)
}

#[test]
fn call_carries_token_organization_headers_and_time_left() {
    let (client, sent) = client(vec![Ok(changed())]);
    let options = CallOptions::new().language("de").header("X-A", "1").timeout(Duration::from_secs(60));
    let response = block_on(client.with(options).reactivate_org(Some("696"))).unwrap();
    assert_eq!(response.details.unwrap().sequence, 7);
    let (url, metadata, timeout_ms) = sent.borrow()[0].clone();
    assert_eq!(url, "https://z.example/a/zitadel.management.v1.ManagementService/ReactivateOrg");
    let expected = [("x-a", "1"), ("accept-language", "de"), ("x-zitadel-orgid", "696"), ("authorization", "Bearer t")];
    assert_eq!(metadata.iter().collect::<Vec<_>>(), expected);
    let timeout_ms = timeout_ms.unwrap();
    assert!(timeout_ms > 0.0 && timeout_ms <= 60_000.0, "{timeout_ms}");
}

#[test]
fn client_without_a_transport_is_rejected_on_the_host() {
    let error = Client::builder("https://z.example").token("t").build().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Code::InvalidArgument));
    assert!(error.message().starts_with("transport"), "{error}");
}

#[test]
fn invalid_arguments_are_rejected_at_build_or_at_the_call() {
    let built = |base_url: &str, token: &str, options: CallOptions| {
        let builder = Client::builder(base_url).token(token).options(options).transport(fake(Vec::new()).0);
        builder.build().map(drop).map_err(|error| error.message().to_owned())
    };
    let none = CallOptions::new;
    assert!(built("https://z.example", "t", none()).is_ok());
    for (argument, result) in [
        ("baseUrl", built("z.example", "t", none())),
        ("baseUrl", built("http://z.example", "t", none())),
        ("baseUrl", built("https://u:p@z.example", "t", none())),
        ("baseUrl", built("https://z.example?a", "t", none())),
        ("token", built("https://z.example", "", none())),
        ("token", built("https://z.example", "Bearer t", none())),
        ("headers", built("https://z.example", "t", none().header("cookie", "x"))),
        ("language", built("https://z.example", "t", none().language("de\n"))),
    ] {
        let message = result.unwrap_err();
        assert!(message.starts_with(argument), "{message}");
    }
    let (client, sent) = client(Vec::new());
    for org_id in ["", " ", "ü", "1\n"] {
        let error = block_on(client.reactivate_org(Some(org_id))).unwrap_err();
        assert!(error.message().starts_with("orgId"), "{error}");
    }
    assert!(sent.borrow().is_empty());
}

#[test]
fn json_over_a_custom_transport_is_rejected() {
    let json = || CallOptions::new().protocol(Protocol::Json);
    let builder = Client::builder("https://z.example").token("t").options(json()).transport(fake(Vec::new()).0);
    let (client, sent) = client(Vec::new());
    let errors = [
        builder.build().unwrap_err(),
        block_on(client.with(json()).get_my_org(None)).unwrap_err(),
        block_on(client.with(json()).list_organizations(ListOrganizationsRequest::default())).unwrap_err(),
        block_on(client.with(json()).ensure_org_active("7")).unwrap_err(),
        block_on(client.with(json()).ensure_orgs_active(["7"], BulkOptions::new())).unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Code::InvalidArgument));
        assert!(error.message().starts_with("protocol must be GrpcWeb") && !error.may_have_changed(), "{error}");
    }
    assert!(sent.borrow().is_empty());
}

#[test]
fn deadline_ends_a_call_without_a_response() {
    let (client, sent) = client(Vec::new());
    let short = client.with(CallOptions::new().timeout(Duration::from_millis(30)));
    let error = block_on(short.reactivate_org(None)).unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.may_have_changed()),
        (ErrorKind::Timeout, Code::DeadlineExceeded, true)
    );
    let read = block_on(short.get_my_org(None)).unwrap_err();
    assert_eq!((read.kind(), read.may_have_changed()), (ErrorKind::Timeout, false));
    assert_eq!(sent.borrow().len(), 2);
}

#[test]
fn message_of_another_type_is_a_protocol_error() {
    let (client, _) = client(vec![Ok(Response { message: vec![0x0a, 0x7f], ..changed() })]);
    let error = block_on(client.reactivate_org(None)).unwrap_err();
    assert_eq!((error.kind(), error.code(), error.may_have_changed()), (ErrorKind::Protocol, Code::Internal, true));
    assert_eq!(error.metadata().get("x-request-id"), Some("r1"));
}

type Invocations = Rc<RefCell<Vec<Option<Code>>>>;

/// A client whose token function returns these tokens in turn, and the errors that it was called with.
fn with_tokens(tokens: &[&'static str], responses: Vec<Result<Response, Error>>) -> (Client<Fake>, Sent, Invocations) {
    let (transport, sent) = fake(responses);
    let invocations = Rc::new(RefCell::new(Vec::new()));
    let (record, tokens) = (Rc::clone(&invocations), tokens.to_vec());
    let function = move |previous: Option<&Error>| {
        record.borrow_mut().push(previous.map(Error::code));
        let token = tokens.get(record.borrow().len() - 1).copied();
        ready(token.map(str::to_owned).ok_or("logged out"))
    };
    (
        Client::builder("https://z.example").token_function(function).transport(transport).build().unwrap(),
        sent,
        invocations,
    )
}

#[test]
fn different_token_is_tried_once_after_unauthenticated() {
    let (client, sent, invocations) =
        with_tokens(&["old", "new"], vec![Err(status(Code::Unauthenticated)), Ok(changed())]);
    assert!(block_on(client.reactivate_org(None)).is_ok());
    assert_eq!(*invocations.borrow(), [None, Some(Code::Unauthenticated)]);
    let tokens: Vec<_> =
        sent.borrow().iter().map(|(_, metadata, _)| metadata.get("authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer old", "Bearer new"]);
}

#[test]
fn second_token_is_tried_only_if_it_differs_and_only_once() {
    for (tokens, responses, requests, calls) in [
        (&["a", "b", "c"][..], vec![Err(status(Code::Unauthenticated)), Err(status(Code::Unauthenticated))], 2, 2),
        (&["a", "a"], vec![Err(status(Code::Unauthenticated))], 1, 2),
        (&["a", "b"], vec![Err(status(Code::PermissionDenied))], 1, 1),
    ] {
        let (client, sent, invocations) = with_tokens(tokens, responses);
        let error = block_on(client.reactivate_org(None)).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Status, false));
        assert_eq!((sent.borrow().len(), invocations.borrow().len()), (requests, calls));
    }
    let (client, sent) = client(vec![Err(status(Code::Unauthenticated))]);
    assert_eq!(block_on(client.reactivate_org(None)).unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(sent.borrow().len(), 1);
}

#[test]
fn failing_token_function_is_unauthenticated_with_its_source() {
    let (client, sent, _) = with_tokens(&[], Vec::new());
    let error = block_on(client.reactivate_org(None)).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Code::Unauthenticated));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "logged out");
    assert!(sent.borrow().is_empty());
}

#[test]
fn call_whose_deadline_passed_before_the_token_is_not_sent() {
    let (transport, sent) = fake(Vec::new());
    let slow = |_: Option<&Error>| {
        thread::sleep(Duration::from_millis(40));
        ready(Ok::<_, Error>("t".to_owned()))
    };
    let options = CallOptions::new().timeout(Duration::from_millis(20));
    let client = Client::builder("https://z.example")
        .token_function(slow)
        .options(options)
        .transport(transport)
        .build()
        .unwrap();
    let error = block_on(client.reactivate_org(None)).unwrap_err();
    assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Timeout, false));
    assert!(error.message().contains("before the request was sent"), "{error}");
    assert!(sent.borrow().is_empty());
}

#[test]
fn typed_client_returns_headers_and_trailers() {
    let (transport, sent) = fake(vec![Ok(changed())]);
    let mut metadata = Metadata::new();
    metadata.append("x-tag", "a");
    metadata.append("x-tag", "b");
    let options =
        transport::Options { metadata, timeout_header: TimeoutHeader::Withhold, ..transport::Options::default() };
    let client = ManagementServiceClient::new("https://z.example", transport);
    let reply = block_on(client.reactivate_org(&ReactivateOrgRequest {}, options)).unwrap();
    assert_eq!(reply.message.details.unwrap().resource_owner, "1");
    assert_eq!((reply.headers.get("x-request-id"), reply.trailers.get("x-trailer")), (Some("r1"), Some("1")));
    assert_eq!(sent.borrow()[0].1.get_all("x-tag").collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn typed_client_says_if_the_change_may_have_been_applied() {
    let lost = || Err(Error::new(ErrorKind::Transport, Code::Unavailable, "reset"));
    let (transport, _) = fake(vec![lost(), lost()]);
    let client = ManagementServiceClient::new("https://z.example", transport);
    let options = transport::Options::default();
    let change = block_on(client.reactivate_org(&ReactivateOrgRequest {}, options.clone())).unwrap_err();
    assert!(change.may_have_changed() && change.message().contains("may have been applied"), "{change}");
    let read = block_on(client.get_my_org(&GetMyOrgRequest {}, options)).unwrap_err();
    assert!(!read.may_have_changed(), "{read}");
}

#[test]
fn debug_output_and_errors_do_not_show_the_token() {
    let (client, _) = client(Vec::new());
    let token = Client::builder("https://z.example").token("s3cret").transport(fake(Vec::new()).0);
    let shown = format!("{client:?}{:?}", token.build().unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
    let error =
        Client::builder("https://z.example").token("s3cret s3cret").transport(fake(Vec::new()).0).build().unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[test]
fn error_can_be_constructed_for_transports_and_tests() {
    let mut headers = Metadata::new();
    headers.append("x-request-id", "r1");
    headers.append("retry-after", "2");
    let detail = Detail::Zitadel { id: "EVENT-bfnrh".to_owned(), message: "active".to_owned() };
    let error = Error::new(ErrorKind::Status, Code::FailedPrecondition, "active already")
        .with_details(vec![detail.clone()])
        .with_response(200, &headers, &Metadata::new())
        .with_source("below");
    assert_eq!(
        (error.kind(), error.code(), error.message()),
        (ErrorKind::Status, Code::FailedPrecondition, "active already")
    );
    assert_eq!((error.id(), error.details(), error.http_status()), (Some("EVENT-bfnrh"), &[detail][..], Some(200)));
    assert_eq!((error.metadata().get("x-request-id"), error.retry_after()), (Some("r1"), Some(Duration::from_secs(2))));
    assert_eq!(error.to_string(), "FAILED_PRECONDITION: active already");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "below");
    assert!(error.is_retriable() && !error.may_have_changed());

    let lost = || Error::new(ErrorKind::Transport, Code::Unavailable, "reset");
    assert!(lost().is_retriable() && !lost().may_have_changed());
    let (client, _) = client(vec![Err(error), Err(lost()), Err(lost())]);
    assert!(!block_on(client.reactivate_org(None)).unwrap_err().may_have_changed());
    assert!(block_on(client.reactivate_org(None)).unwrap_err().may_have_changed());
    assert!(!block_on(client.get_my_org(None)).unwrap_err().may_have_changed());
}

#[test]
fn organizations_are_activated_over_any_transport() {
    let refusal =
        || Err(Error::new(ErrorKind::Status, Code::FailedPrecondition, "Organisation is already active (EVENT-bfnrh)"));
    let empty = || Ok(Response { headers: Metadata::new(), message: Vec::new(), trailers: Metadata::new() });
    let (client, sent) = client(vec![empty(), empty(), refusal()]);
    assert_eq!(block_on(client.ensure_org_active("7")).unwrap().outcome, Outcome::Reactivated);
    let results = block_on(client.ensure_orgs_active(["7", "8", "7"], BulkOptions::new())).unwrap();
    let outcomes: Vec<_> = results.iter().map(|result| result.result.as_ref().unwrap().outcome).collect();
    assert_eq!(outcomes, [Outcome::Reactivated, Outcome::AlreadyActive, Outcome::Reactivated]);
    assert_eq!(sent.borrow().len(), 3);
    let error = block_on(client.ensure_orgs_active(["7", ""], BulkOptions::new())).unwrap_err();
    assert_eq!(error.message(), "orgIds[1] must not be empty.");
    let error = block_on(client.ensure_org_active("..")).unwrap_err();
    assert!(error.message().starts_with("orgId must not be"), "{error}");
}

#[test]
fn dropped_call_ends() {
    struct Pending(Rc<RefCell<Vec<&'static str>>>);
    struct Dropped(Rc<RefCell<Vec<&'static str>>>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.borrow_mut().push("ended");
        }
    }
    impl Transport for Pending {
        async fn unary(&self, _: Request<'_>) -> Result<Response, Error> {
            self.0.borrow_mut().push("sent");
            let _dropped = Dropped(Rc::clone(&self.0));
            pending().await
        }
    }
    let events = Rc::default();
    let client =
        Client::builder("https://z.example").token("t").transport(Pending(Rc::clone(&events))).build().unwrap();
    {
        let mut call = pin!(client.reactivate_org(None));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(*events.borrow(), ["sent"]);
    }
    assert_eq!(*events.borrow(), ["sent", "ended"]);
}

#[cfg(target_os = "linux")]
#[test]
fn deadlines_share_one_thread() {
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let (client, _) = client(Vec::new());
    let mut context = Context::from_waker(Waker::noop());
    let before = threads();
    let mut calls: Vec<_> = (0..300).map(|_| Box::pin(client.get_my_org(None))).collect();
    assert!(calls.iter_mut().all(|call| call.as_mut().poll(&mut context).is_pending()));
    // One for all timers. Other tests run in threads of their own.
    let added = threads().saturating_sub(before);
    assert!(added < 100, "{added} threads for 300 calls");
}
