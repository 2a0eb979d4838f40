//! The client for Rust on the host, over a transport of the test's own.

use std::{
    cell::RefCell,
    future::{pending, ready},
    pin::pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::Duration,
};

use prost::Message as _;
use zitadel_org_web::{
    CallOptions, Client, Code, Error, ErrorKind, Metadata, Protocol,
    proto::zitadel::{
        management::v1::{ManagementServiceClient, ReactivateOrgRequest, ReactivateOrgResponse},
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
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

/// Path, metadata and timeout of the requests that were sent.
type Sent = Rc<RefCell<Vec<(String, Metadata, Option<f64>)>>>;

/// Responds to the n-th call with the n-th response; keeps silent behind the last.
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

/// What a transport fails with where the server says so.
fn status(code: &str) -> Error {
    use zitadel_org_web::protocol::response::{Decoder, End, Head, Opening};
    let mut headers = Metadata::new();
    headers.append("content-type", "application/grpc-web");
    headers.append("grpc-status", code);
    let Opening::Body(decoder) = Decoder::open(Head { http_status: 200, headers }) else { panic!("not a body") };
    decoder.finish(End::Complete).unwrap_err()
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
fn a_call_carries_token_organization_language_headers_and_time_left() {
    let (client, sent) = client(vec![Ok(changed())]);
    let options = CallOptions::new().language("de").header("X-A", "1").timeout(Duration::from_secs(5));
    let response = block_on(client.with(options).reactivate_org(Some("696"))).unwrap();
    assert_eq!(response.details.unwrap().sequence, 7);
    let (url, metadata, timeout_ms) = sent.borrow()[0].clone();
    assert_eq!(url, "https://z.example/a/zitadel.management.v1.ManagementService/ReactivateOrg");
    let expected = [("x-a", "1"), ("accept-language", "de"), ("x-zitadel-orgid", "696"), ("authorization", "Bearer t")];
    assert_eq!(metadata.iter().collect::<Vec<_>>(), expected);
    let timeout_ms = timeout_ms.unwrap();
    assert!(timeout_ms <= 5000.0 && timeout_ms > 4000.0, "{timeout_ms}");
}

#[test]
fn without_a_transport_there_is_no_client_here() {
    let error = Client::builder("https://z.example").token("t").build().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Code::InvalidArgument));
    assert!(error.message().starts_with("transport"), "{error}");
}

#[test]
fn what_cannot_be_sent_is_refused_when_the_client_is_built_or_the_call_made() {
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
fn the_rest_mapping_needs_a_browser_and_a_build_that_has_it() {
    let (client, sent) = client(Vec::new());
    let error = block_on(client.with(CallOptions::new().protocol(Protocol::Json)).get_my_org(None)).unwrap_err();
    assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::InvalidArgument, false));
    assert_eq!(error.message().contains("leaves out"), !cfg!(feature = "json"), "{error}");
    assert!(sent.borrow().is_empty());
}

#[test]
fn a_deadline_ends_a_call_that_gets_no_response() {
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
fn a_message_that_is_not_the_methods_is_a_protocol_error() {
    let (client, _) = client(vec![Ok(Response { message: vec![0x0a, 0x7f], ..changed() })]);
    let error = block_on(client.reactivate_org(None)).unwrap_err();
    assert_eq!((error.kind(), error.code(), error.may_have_changed()), (ErrorKind::Protocol, Code::Internal, true));
    assert_eq!(error.metadata().get("x-request-id"), Some("r1"));
}

type Asked = Rc<RefCell<Vec<Option<Code>>>>;

/// A client whose token function gives these tokens in turn, and what it was asked with.
fn asking(tokens: &[&'static str], responses: Vec<Result<Response, Error>>) -> (Client<Fake>, Sent, Asked) {
    let (transport, sent) = fake(responses);
    let asked = Rc::new(RefCell::new(Vec::new()));
    let (record, tokens) = (Rc::clone(&asked), tokens.to_vec());
    let function = move |previous: Option<&Error>| {
        record.borrow_mut().push(previous.map(Error::code));
        let token = tokens.get(record.borrow().len() - 1).copied();
        ready(token.map(str::to_owned).ok_or("logged out"))
    };
    (Client::builder("https://z.example").token_function(function).transport(transport).build().unwrap(), sent, asked)
}

#[test]
fn a_different_token_is_tried_once_after_unauthenticated() {
    let (client, sent, asked) = asking(&["old", "new"], vec![Err(status("16")), Ok(changed())]);
    assert!(block_on(client.reactivate_org(None)).is_ok());
    assert_eq!(*asked.borrow(), [None, Some(Code::Unauthenticated)]);
    let tokens: Vec<_> = sent.borrow().iter().map(|(_, it, _)| it.get("authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer old", "Bearer new"]);
}

#[test]
fn a_third_token_is_not_tried_nor_the_same_one_again_nor_after_another_error() {
    for (tokens, responses, sends, asks) in [
        (&["a", "b", "c"][..], vec![Err(status("16")), Err(status("16"))], 2, 2),
        (&["a", "a"], vec![Err(status("16"))], 1, 2),
        (&["a", "b"], vec![Err(status("7"))], 1, 1),
    ] {
        let (client, sent, asked) = asking(tokens, responses);
        let error = block_on(client.reactivate_org(None)).unwrap_err();
        assert_eq!((error.kind(), error.may_have_changed()), (ErrorKind::Status, false));
        assert_eq!((sent.borrow().len(), asked.borrow().len()), (sends, asks));
    }
    let (client, sent) = client(vec![Err(status("16"))]);
    assert_eq!(block_on(client.reactivate_org(None)).unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(sent.borrow().len(), 1);
}

#[test]
fn a_token_function_that_fails_is_unauthenticated_with_its_source() {
    let (client, sent, _) = asking(&[], Vec::new());
    let error = block_on(client.reactivate_org(None)).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Code::Unauthenticated));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "logged out");
    assert!(sent.borrow().is_empty());
}

#[test]
fn a_call_whose_deadline_passed_while_the_token_was_made_is_not_sent() {
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
fn a_typed_client_has_headers_and_trailers_of_a_success() {
    let (transport, sent) = fake(vec![Ok(changed())]);
    let mut metadata = Metadata::new();
    metadata.append("x-tag", "a");
    metadata.append("x-tag", "b");
    let options = transport::Options { metadata, timeout_ms: None, timeout_header: TimeoutHeader::Withhold };
    let client = ManagementServiceClient::new("https://z.example", transport);
    let reply = block_on(client.reactivate_org(&ReactivateOrgRequest {}, options)).unwrap();
    assert_eq!(reply.message.details.unwrap().resource_owner, "1");
    assert_eq!((reply.headers.get("x-request-id"), reply.trailers.get("x-trailer")), (Some("r1"), Some("1")));
    assert_eq!(sent.borrow()[0].1.get_all("x-tag").collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn nothing_shows_the_token() {
    let (client, _) = client(Vec::new());
    let token = Client::builder("https://z.example").token("s3cret").transport(fake(Vec::new()).0);
    let shown = format!("{client:?}{:?}", token.build().unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
    let error =
        Client::builder("https://z.example").token("s3cret s3cret").transport(fake(Vec::new()).0).build().unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"));
}
