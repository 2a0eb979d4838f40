//! The requests of gRPC-Web.

use super::{Request, TimeoutHeader};
use crate::{
    error::Error,
    platform::{HttpRequest, own_origin},
    validate::is_cross_origin,
    wire::{frame, timeout},
};

/// A header of every request.
pub(crate) const USER_AGENT: (&str, &str) = ("x-user-agent", concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION")));

/// Encodes a request: a POST of one frame.
///
/// # Errors
/// The message is too long for a frame.
pub(super) fn encode(request: Request<'_>) -> Result<HttpRequest, Error> {
    let Request { base_url, path, message, options } = request;
    let mut headers = options.metadata;
    headers.append("content-type", "application/grpc-web+proto");
    headers.append("x-grpc-web", "1");
    headers.append(USER_AGENT.0, USER_AGENT.1);
    if let Some(timeout_ms) = options.timeout_ms {
        if sends_timeout(options.timeout_header, base_url) {
            headers.append("grpc-timeout", &timeout::encode(timeout_ms));
        }
    }
    let too_long = || Error::invalid_argument("request must be shorter than 4 GiB.");
    let frame = frame::encode(message).ok_or_else(too_long)?;
    Ok(HttpRequest { http_method: "POST", url: [base_url, path].concat(), headers, body: Some(frame) })
}

fn sends_timeout(timeout_header: TimeoutHeader, base_url: &str) -> bool {
    match timeout_header {
        TimeoutHeader::OwnOrigin => !is_cross_origin(base_url, own_origin().as_deref()),
        TimeoutHeader::Send => true,
        TimeoutHeader::Withhold => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Code, Error, ErrorKind as Kind, Metadata,
        fake::{FakeHttp, Script, Step, chunk, set_own_origin},
        platform::Clock as _,
        transport::{Options, Request, Response, TimeoutHeader, Transport as _},
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\n";
    const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

    fn ok() -> Script {
        Script::response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK)])
    }

    fn call(http: &FakeHttp, options: Options) -> Result<Response, Error> {
        let request = Request { base_url: "https://z.example/a", path: "/s.S/M", message: b"q", options };
        http.clock.run(http.unary(request))
    }

    fn within(timeout_ms: u32) -> Options {
        Options { timeout_ms: Some(timeout_ms.into()), ..Options::default() }
    }

    /// Returns the outcome of a call, its time, and the number of bodies that were cancelled.
    fn outcome(script: Script, options: Options) -> (Result<Vec<u8>, (Kind, i32)>, f64, usize) {
        let http = FakeHttp::new([script]);
        let result = call(&http, options).map(|response| response.message);
        (result.map_err(|error| (error.kind(), error.code().number())), http.clock.now_ms(), http.cancelled.get())
    }

    fn grpc_timeout(origin: Option<&str>, options: Options) -> Option<String> {
        set_own_origin(origin);
        let http = FakeHttp::new([ok()]);
        call(&http, options).unwrap();
        let sent = http.sent.borrow();
        sent[0].headers.get("grpc-timeout").map(str::to_owned)
    }

    #[test]
    fn request_is_a_frame_with_the_callers_headers_first() {
        let http = FakeHttp::new([ok()]);
        let mut metadata = Metadata::new();
        metadata.append("x-a", "1");
        metadata.append("x-a", "2");
        call(&http, Options { metadata, ..Options::default() }).unwrap();
        let sent = &http.sent.borrow()[0];
        assert_eq!((sent.http_method, sent.url.as_str()), ("POST", "https://z.example/a/s.S/M"));
        assert_eq!(sent.body.as_deref(), Some(&b"\0\0\0\0\x01q"[..]));
        let expected = [
            ("x-a", "1"),
            ("x-a", "2"),
            ("content-type", "application/grpc-web+proto"),
            ("x-grpc-web", "1"),
            ("x-user-agent", concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION"))),
        ];
        assert_eq!(sent.headers.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn grpc_timeout_goes_to_the_own_origin_only_by_default() {
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
    fn connection_open_after_the_trailers_costs_20_ms_at_most() {
        let script = || Script::response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK), Step::Silence]);
        assert_eq!(outcome(script(), Options::default()), (Ok(b"hi".to_vec()), 20.0, 1));
        assert_eq!(outcome(script(), within(10)), (Ok(b"hi".to_vec()), 5.0, 1));
        // Usually the body ends with the trailers and is read to its end.
        let script = Script::response(200, GRPC_WEB, &[chunk(MESSAGE), chunk(OK), Step::Wait(3.0)]);
        assert_eq!(outcome(script, Options::default()), (Ok(b"hi".to_vec()), 3.0, 0));
    }

    #[test]
    fn data_after_the_trailers_is_a_violation_and_a_reset_is_not() {
        let result = |steps: &[Step]| outcome(Script::response(200, GRPC_WEB, steps), Options::default()).0;
        let after_trailers = |step| [chunk(MESSAGE), chunk(OK), Step::Wait(1.0), step, Step::Silence];
        assert_eq!(result(&after_trailers(chunk(b"x"))), Err((Kind::Protocol, 13)));
        assert_eq!(result(&after_trailers(Step::Lost)), Ok(b"hi".to_vec()));
        let empty_chunks = (0..100).map(|_| Step::Starve(1.0, Vec::new()));
        let steps: Vec<_> = [chunk(MESSAGE), chunk(OK)].into_iter().chain(empty_chunks).collect();
        assert_eq!(result(&steps), Ok(b"hi".to_vec()));
    }

    #[test]
    fn error_in_the_headers_waits_a_second_for_trailers() {
        let headers = [GRPC_WEB, "grpc-status: 9\n"].concat();
        let silent = || Script::response(200, &headers, &[Step::Silence]);
        assert_eq!(outcome(silent(), Options::default()), (Err((Kind::Status, 9)), 1000.0, 1));
        assert_eq!(outcome(silent(), within(300)), (Err((Kind::Status, 9)), 150.0, 1));
        let steps = [Step::Wait(400.0), chunk(b"\x80\0\0\0\x10grpc-status: 5\r\n")];
        let script = Script::response(200, &headers, &steps);
        assert_eq!(outcome(script, Options::default()), (Err((Kind::Status, 5)), 400.0, 0));
    }

    #[test]
    fn grpc_error_on_an_http_error_does_not_wait_for_the_body() {
        for code in [2, 7] {
            let script = Script::response(503, &format!("grpc-status: {code}\n"), &[Step::Silence]);
            assert_eq!(outcome(script, Options::default()), (Err((Kind::Status, code)), 0.0, 1));
        }
        let headers = "content-type: text/html\ngrpc-status: 7\n";
        let script = Script::response(200, headers, &[Step::Silence]);
        assert_eq!(outcome(script, Options::default()), (Err((Kind::Status, 7)), 0.0, 1));
    }

    #[test]
    fn malformed_frame_ends_the_reading() {
        let script = Script::response(200, GRPC_WEB, &[chunk(b"\x01\0\0\0\0"), Step::Silence]);
        assert_eq!(outcome(script, Options::default()), (Err((Kind::Protocol, 13)), 0.0, 1));
    }

    #[test]
    fn page_is_read_for_a_second_and_64_kib_and_shown_by_1_kib() {
        for (http_status, kind, code) in [(503, Kind::Status, Code::Unavailable), (200, Kind::Protocol, Code::Unknown)]
        {
            let error = |steps: &[Step], options| {
                let http = FakeHttp::new([Script::response(http_status, "content-type: text/html\n", steps)]);
                let error = call(&http, options).unwrap_err();
                assert_eq!((error.kind(), error.code(), error.http_status()), (kind, code, Some(http_status)));
                (error.body().map(str::to_owned), http.clock.now_ms(), http.cancelled.get())
            };
            let (forever, shown) = (Options::default, |text: &str| Some(text.to_owned()));
            assert_eq!(error(&[chunk("<h1>"), chunk("no")], forever()), (shown("<h1>no"), 0.0, 0));
            assert_eq!(error(&[], forever()), (None, 0.0, 0));
            assert_eq!(error(&[chunk("<h1>"), Step::Silence], forever()), (shown("<h1>"), 1000.0, 1));
            assert_eq!(error(&[chunk("<h1>"), Step::Silence], within(100)), (shown("<h1>"), 50.0, 1));
            assert_eq!(error(&[chunk("<h1>"), Step::Lost], forever()), (shown("<h1>"), 0.0, 0));
            let long = vec![chunk([b'a'; 1000]); 100];
            assert_eq!(error(&long, forever()), (shown(&"a".repeat(1024)), 0.0, 1));
        }
    }
}
