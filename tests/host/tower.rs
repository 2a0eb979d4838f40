//! `TowerService` on the host, with the requests that tonic's generated clients send.

use std::{
    cell::RefCell,
    convert::Infallible,
    future::{pending, poll_fn},
    pin::{Pin, pin},
    rc::Rc,
    task::{Context, Poll},
};

use http::{HeaderMap, Request as HttpRequest};
use http_body::{Body, Frame};
use prost::bytes::Bytes;
use tower_service::Service as _;
use zitadel_org_web::{
    Code, Detail, Error, ErrorKind, FetchTransport, Metadata,
    tower::TowerService,
    transport::{self, Request, Response, Transport},
};

use super::client::block_on;

/// A body of one chunk.
struct Chunk(Option<Bytes>);

impl Body for Chunk {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// URL, message and options of the requests that were sent.
type Sent = Rc<RefCell<Vec<(String, Vec<u8>, transport::Options)>>>;

/// A transport that responds with the same result to each request, or never.
#[derive(Clone)]
struct Fake {
    result: Option<Result<Response, Error>>,
    sent: Sent,
}

impl Transport for Fake {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let Request { base_url, path, message, options } = request;
        self.sent.borrow_mut().push(([base_url, path].concat(), message.to_vec(), options));
        match &self.result {
            Some(result) => result.clone(),
            None => pending().await,
        }
    }
}

fn fake(result: Option<Result<Response, Error>>) -> (Fake, Sent) {
    let sent = Sent::default();
    (Fake { result, sent: Rc::clone(&sent) }, sent)
}

fn ok() -> Option<Result<Response, Error>> {
    let mut metadata = Metadata::new();
    metadata.append("x-request-id", "r1");
    Some(Ok(Response { headers: metadata.clone(), message: b"hi".to_vec(), trailers: metadata }))
}

/// Headers, message and trailers of a response.
type Outcome = (HeaderMap, Vec<u8>, HeaderMap);

fn call(mut service: TowerService<Fake>, headers: &[(&str, &str)], body: &'static [u8]) -> Outcome {
    let mut request = HttpRequest::post("/s.S/M");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Chunk(Some(Bytes::from_static(body)))).unwrap();
    block_on(async {
        let response = service.call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let (mut message, mut trailers) = (Vec::new(), HeaderMap::new());
        let mut body = pin!(body);
        while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
            match frame.unwrap().into_data() {
                Ok(data) => message.extend_from_slice(&data),
                Err(frame) => trailers = frame.into_trailers().unwrap(),
            }
        }
        (head.headers, message, trailers)
    })
}

const BODY: &[u8] = b"\0\0\0\0\x01q";

fn status(headers: &HeaderMap) -> &str {
    headers.get("grpc-status").unwrap().to_str().unwrap()
}

#[test]
fn request_and_response_pass_through() {
    let (transport, sent) = fake(ok());
    let headers =
        [("authorization", "Bearer t"), ("te", "trailers"), ("content-type", "application/grpc"), ("x-a", "1")];
    let (headers, message, trailers) = call(TowerService::new("https://z.example/a/", transport), &headers, BODY);
    assert_eq!((message.as_slice(), status(&trailers)), (&b"\0\0\0\0\x02hi"[..], "0"));
    assert_eq!(
        (&headers["x-request-id"], &headers["content-type"]),
        (&"r1".parse().unwrap(), &"application/grpc".parse().unwrap())
    );
    let (url, message, options) = &sent.borrow()[0];
    assert_eq!((url.as_str(), message.as_slice()), ("https://z.example/a/s.S/M", &b"q"[..]));
    assert_eq!(options.metadata.iter().collect::<Vec<_>>(), [("authorization", "Bearer t"), ("x-a", "1")]);
    assert_eq!(options.timeout_ms, None);
}

#[test]
fn error_is_its_status_with_details() {
    let mut metadata = Metadata::new();
    metadata.append("x-request-id", "r1");
    metadata.append_bin("grpc-status-details-bin", &[8, 9]);
    let error = Error::new(ErrorKind::Status, Code::FailedPrecondition, "no, ü")
        .with_details(vec![Detail::Other { type_url: "a.B".to_owned(), value: Vec::new() }])
        .with_response(200, &metadata, &Metadata::new());
    let (headers, message, _) = call(TowerService::new("https://z.example", fake(Some(Err(error))).0), &[], BODY);
    assert_eq!((status(&headers), message.len()), ("9", 0));
    assert_eq!(headers["grpc-message"], "no%2C%20%C3%BC");
    assert_eq!(
        (&headers["x-request-id"], &headers["grpc-status-details-bin"]),
        (&"r1".parse().unwrap(), &"CAk=".parse().unwrap())
    );
}

#[test]
fn malformed_body_is_rejected() {
    for body in [&b""[..], b"\0\0\0\0\x02q", b"\x01\0\0\0\x01q", b"\0\0\0\0\x01qq"] {
        let (transport, sent) = fake(ok());
        let (headers, ..) = call(TowerService::new("https://z.example", transport), &[], body);
        assert_eq!((status(&headers), sent.borrow().len()), ("3", 0));
    }
}

#[test]
fn grpc_timeout_of_tonic_is_the_deadline() {
    let (transport, sent) = fake(None);
    let (headers, ..) = call(TowerService::new("https://z.example", transport), &[("grpc-timeout", "20m")], BODY);
    assert_eq!(status(&headers), "4");
    let message = headers["grpc-message"].to_str().unwrap();
    assert!(message.contains("timed%20out") && message.contains("may%20have%20been%20applied"), "{message}");
    let sent = sent.borrow();
    assert_eq!((sent[0].2.timeout_ms, sent[0].2.metadata.get("grpc-timeout")), (Some(20.0), None));

    let (transport, sent) = fake(ok());
    let (_, _, trailers) = call(TowerService::new("https://z.example", transport), &[("grpc-timeout", "5S")], BODY);
    assert_eq!((status(&trailers), sent.borrow()[0].2.timeout_ms), ("0", Some(5000.0)));
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for (base_url, is_sent) in [
        ("http://z.example", false),
        ("http://127.0.0.1.evil.example", false),
        ("ftp://z.example", false),
        ("https://u:p@z.example", false),
        ("https://z.example", true),
        ("http://localhost:8080", true),
        ("http://127.0.0.1", true),
    ] {
        let (transport, sent) = fake(ok());
        let (headers, ..) = call(TowerService::new(base_url, transport), &[("authorization", "Bearer t")], BODY);
        assert_eq!(sent.borrow().len(), usize::from(is_sent), "{base_url}");
        assert!(
            is_sent || (status(&headers) == "3" && headers["grpc-message"].to_str().unwrap().starts_with("baseUrl"))
        );
    }
    let (transport, sent) = fake(ok());
    call(TowerService::new("http://z.example", transport).allow_insecure(true), &[], BODY);
    assert_eq!(sent.borrow().len(), 1);
}

#[test]
fn service_can_be_cloned_and_debugged() {
    const fn check<T: Clone + std::fmt::Debug>() {}
    check::<TowerService<FetchTransport>>();
}
