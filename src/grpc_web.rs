//! gRPC-Web over HTTP: the default transport.

use crate::{
    error::Error,
    http::{self, Incoming},
    options::is_cross_origin,
    platform::{HttpRequest, Platform},
    protocol::{
        code::Code,
        frame,
        response::{Decoder, Head, Opening, Response},
        timeout,
    },
    transport::{Request, TimeoutHeader, Transport, USER_AGENT},
};

/// gRPC-Web over the platform's HTTP.
#[derive(Debug, Clone)]
pub(crate) struct GrpcWeb<'a, P> {
    pub(crate) platform: &'a P,
}

impl<P: Platform> Transport for GrpcWeb<'_, P> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let Request { base_url, path, message, options } = request;
        let (mut headers, timeout_ms) = (options.metadata, options.timeout_ms);
        headers.append("content-type", "application/grpc-web+proto");
        headers.append("x-grpc-web", "1");
        headers.append(USER_AGENT.0, USER_AGENT.1);
        let is_informed = match options.timeout_header {
            TimeoutHeader::OwnOrigin => timeout_ms.is_some() && !is_cross_origin(base_url, self.platform),
            TimeoutHeader::Send => true,
            TimeoutHeader::Withhold => false,
        };
        if let Some(timeout_ms) = timeout_ms.filter(|_| is_informed) {
            headers.append("grpc-timeout", &timeout::encode(timeout_ms));
        }
        let frame = frame::encode(message).ok_or_else(too_long)?;
        let request = HttpRequest { verb: "POST", url: [base_url, path].concat(), headers, body: Some(&frame) };
        match http::exchange(self.platform, request, base_url, timeout_ms, open).await? {
            (Incoming::Frames(decoder), end) => decoder.finish(end),
            (Incoming::Whole(head, body), _) => Err(head.http_error().with_body(http::shown(&body))),
        }
    }
}

fn open(head: Head) -> Result<Incoming, Error> {
    match Decoder::open(head) {
        Opening::Body(decoder) => Ok(Incoming::Frames(decoder)),
        Opening::HttpError(head) => Ok(Incoming::Whole(head, Vec::new())),
        Opening::Error(error) => Err(error),
    }
}

fn too_long() -> Error {
    Error::new(crate::ErrorKind::InvalidArgument, Code::ResourceExhausted, &["The request is too long."])
}

#[cfg(test)]
mod tests {
    use super::GrpcWeb;
    use crate::{
        Code, Error, ErrorKind as Kind, Metadata,
        fake::{Fake, Script, Step},
        platform::{Platform as _, SendError},
        protocol::response::{Head, Response},
        transport::{Options, Request, TimeoutHeader, Transport as _},
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\n";
    const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

    fn response(http_status: u16, headers: &str, steps: &[Step]) -> Script {
        let head = Head { http_status, headers: Metadata::decode(headers.as_bytes()) };
        Script::Response(head, steps.to_vec())
    }

    fn chunk(bytes: &[u8]) -> Step {
        Step::Chunk(bytes.to_vec())
    }

    fn call(fake: &Fake, options: Options) -> Result<Response, Error> {
        let request = Request { base_url: "https://z.example/a", path: "/s.S/M", message: b"q", options };
        fake.run(GrpcWeb { platform: fake }.unary(request))
    }

    fn within(timeout_ms: u32) -> Options {
        Options { timeout_ms: Some(timeout_ms.into()), ..Options::default() }
    }

    /// The outcome of a call, when it came, and how many bodies were cancelled.
    fn outcome(script: Script, options: Options) -> (Result<Vec<u8>, (Kind, i32)>, f64, usize) {
        let fake = Fake::new([script]);
        let result = call(&fake, options).map(|response| response.message);
        (result.map_err(|error| (error.kind(), error.code().number())), fake.now_ms(), fake.cancelled())
    }

    fn grpc_timeout(origin: Option<&str>, options: Options) -> Option<String> {
        let mut fake = Fake::new([response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK)])]);
        fake.origin = origin.map(str::to_owned);
        call(&fake, options).unwrap();
        let sent = fake.sent.borrow();
        sent[0].headers.iter().find(|(name, _)| name == "grpc-timeout").map(|(_, value)| value.clone())
    }

    #[test]
    fn a_request_is_a_frame_with_the_protocols_headers_behind_the_callers() {
        let fake = Fake::new([response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK)])]);
        let mut metadata = Metadata::new();
        metadata.append("x-a", "1");
        metadata.append("x-a", "2");
        call(&fake, Options { metadata, ..Options::default() }).unwrap();
        let sent = &fake.sent.borrow()[0];
        assert_eq!((sent.verb.as_str(), sent.url.as_str()), ("POST", "https://z.example/a/s.S/M"));
        assert_eq!(sent.body.as_deref(), Some(&b"\0\0\0\0\x01q"[..]));
        let headers: Vec<_> = sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let agent = concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION"));
        let expected = [
            ("x-a", "1"),
            ("x-a", "2"),
            ("content-type", "application/grpc-web+proto"),
            ("x-grpc-web", "1"),
            ("x-user-agent", agent),
        ];
        assert_eq!(headers, expected);
    }

    #[test]
    fn the_server_is_informed_of_the_time_left_only_at_the_own_origin_unless_asked() {
        let own = Some("https://z.example");
        assert_eq!(grpc_timeout(own, within(1500)).as_deref(), Some("1500m"));
        assert_eq!(grpc_timeout(own, Options::default()), None);
        for other in [None, Some("null"), Some("https://z.example.org"), Some("https://z")] {
            assert_eq!(grpc_timeout(other, within(1500)), None, "{other:?}");
        }
        let with = |timeout_header| Options { timeout_header, ..within(1500) };
        assert_eq!(grpc_timeout(None, with(TimeoutHeader::Send)).as_deref(), Some("1500m"));
        assert_eq!(grpc_timeout(own, with(TimeoutHeader::Withhold)), None);
    }

    #[test]
    fn a_connection_that_stays_open_behind_the_trailers_costs_next_to_nothing() {
        let script = || response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK), Step::Silence]);
        assert_eq!(outcome(script(), Options::default()), (Ok(b"hi".to_vec()), 20.0, 1));
        assert_eq!(outcome(script(), within(10)), (Ok(b"hi".to_vec()), 5.0, 1));
        // The usual one is read to its end.
        let script = response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK), Step::Wait(3.0)]);
        assert_eq!(outcome(script, Options::default()), (Ok(b"hi".to_vec()), 3.0, 0));
    }

    #[test]
    fn what_follows_the_trailers_is_a_violation_and_a_broken_connection_is_none() {
        let steps = [chunk(MESSAGE), chunk(OK), Step::Wait(1.0), chunk(b"x"), Step::Silence];
        assert_eq!(outcome(response(200, GRPC_WEB, &steps), Options::default()).0, Err((Kind::Protocol, 13)));
        let steps = [chunk(MESSAGE), chunk(OK), Step::Wait(1.0), Step::Broken];
        assert_eq!(outcome(response(200, GRPC_WEB, &steps), Options::default()).0, Ok(b"hi".to_vec()));
        // Empty chunks for ever do not keep the response from being the response.
        let steps: Vec<_> =
            [chunk(MESSAGE), chunk(OK)].into_iter().chain((0..100).map(|_| Step::Starve(1.0, Vec::new()))).collect();
        assert_eq!(outcome(response(200, GRPC_WEB, &steps), Options::default()).0, Ok(b"hi".to_vec()));
    }

    #[test]
    fn an_error_in_the_headers_waits_a_second_for_trailers_at_most() {
        let headers = [GRPC_WEB, "grpc-status: 9\n"].concat();
        let silent = || response(200, &headers, &[Step::Silence]);
        assert_eq!(outcome(silent(), Options::default()), (Err((Kind::Status, 9)), 1000.0, 1));
        assert_eq!(outcome(silent(), within(300)), (Err((Kind::Status, 9)), 150.0, 1));
        let steps = [Step::Wait(400.0), chunk(b"\x80\0\0\0\x10grpc-status: 5\r\n")];
        assert_eq!(outcome(response(200, &headers, &steps), Options::default()), (Err((Kind::Status, 5)), 400.0, 0));
    }

    #[test]
    fn what_the_head_decides_does_not_wait_for_the_body() {
        let script = response(200, "content-type: text/html\n", &[Step::Silence]);
        assert_eq!(outcome(script, Options::default()), (Err((Kind::Protocol, 2)), 0.0, 1));
        let script = response(503, "grpc-status: 7\n", &[Step::Silence]);
        assert_eq!(outcome(script, Options::default()), (Err((Kind::Status, 7)), 0.0, 1));
    }

    #[test]
    fn a_malformed_frame_ends_the_reading() {
        let script = response(200, GRPC_WEB, &[chunk(b"\x01\0\0\0\0"), Step::Silence]);
        assert_eq!(outcome(script, Options::default()), (Err((Kind::Protocol, 13)), 0.0, 1));
    }

    #[test]
    fn the_body_of_an_http_error_is_read_for_a_second_and_64_kib_and_its_first_kib_shown() {
        let error = |steps: &[Step], options| {
            let fake = Fake::new([response(503, "content-type: text/html\n", steps)]);
            let error = call(&fake, options).unwrap_err();
            assert_eq!((error.kind(), error.code(), error.http_status()), (Kind::Status, Code::Unavailable, Some(503)));
            (error.body().map(str::to_owned), fake.now_ms(), fake.cancelled())
        };
        assert_eq!(error(&[chunk(b"<h1>"), chunk(b"no")], Options::default()), (Some("<h1>no".to_owned()), 0.0, 0));
        assert_eq!(error(&[], Options::default()), (None, 0.0, 0));
        assert_eq!(error(&[chunk(b"<h1>"), Step::Silence], Options::default()), (Some("<h1>".to_owned()), 1000.0, 1));
        assert_eq!(error(&[chunk(b"<h1>"), Step::Silence], within(100)), (Some("<h1>".to_owned()), 50.0, 1));
        assert_eq!(error(&[chunk(b"<h1>"), Step::Broken], Options::default()), (Some("<h1>".to_owned()), 0.0, 0));
        let long = vec![chunk(&[b'a'; 1000]); 100];
        assert_eq!(error(&long, Options::default()), (Some("a".repeat(1024)), 0.0, 1));
    }

    #[test]
    fn a_redirect_is_not_followed_and_says_where_it_leads_if_that_can_be_read() {
        for (http, headers, status, text) in [
            (302, "location: https://evil.example\n", Some(302), "to https://evil.example"),
            (304, "", Some(304), "redirects,"),
            (0, "", None, "redirects,"),
        ] {
            let fake = Fake::new([response(http, headers, &[Step::Silence])]);
            let error = call(&fake, Options::default()).unwrap_err();
            assert_eq!((error.kind(), error.code(), error.http_status()), (Kind::Transport, Code::Unavailable, status));
            assert!(error.message().contains(text) && !error.is_retriable(), "{error}");
        }
    }

    #[test]
    fn what_fetch_says_of_its_own_arguments_is_not_a_missing_response() {
        let failed = |error, origin: &str| {
            let mut fake = Fake::new([Script::Fail(error)]);
            fake.origin = Some(origin.to_owned());
            call(&fake, Options::default()).unwrap_err()
        };
        let other = "https://console.example";
        let error = failed(SendError::Refused("bad signal".into()), other);
        assert_eq!((error.kind(), error.code()), (Kind::InvalidArgument, Code::InvalidArgument));
        let error = failed(SendError::HeadersTooLong("overflow".into()), other);
        assert_eq!((error.kind(), error.code()), (Kind::Protocol, Code::ResourceExhausted));
        let error = failed(SendError::NotAResponse("no status".into()), other);
        assert!(error.message().contains("option fetch"), "{error}");
        let error = failed(SendError::Failed("Failed to fetch".into()), other);
        assert!(error.message().contains("CORS") && error.message().contains("CSP"), "{error}");
        let error = failed(SendError::Failed("Failed to fetch".into()), "https://z.example");
        assert!(!error.message().contains("CORS"), "{error}");
    }
}
