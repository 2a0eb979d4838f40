//! One HTTP exchange, over either protocol.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use super::{Protocol, Request, Response, grpc_web, rest};
use crate::{
    code::Code,
    error::{Error, Source},
    metadata::Metadata,
    method::Method,
    platform::{Body, Clock, Http, HttpError, HttpRequest, own_origin},
    validate::is_cross_origin,
    wire::{
        body::{End, Wait},
        decoder::BodyDecoder,
        head::Head,
        response::ResponseDecoder,
        rest::RestDecoder,
    },
};

/// Sends a request and reads its response.
///
/// # Errors
/// The request cannot be sent, there is no response, or the response is an error.
pub(crate) async fn unary<H: Http, C: Clock>(http: &H, clock: &C, request: Request<'_>) -> Result<Response, Error> {
    let base_url = request.base_url;
    let deadline_ms = request.options.timeout_ms.map(|timeout_ms| clock.now_ms() + timeout_ms);
    let codec = Codec::new(&request)?;
    let (head, body) = http.send(codec.encode(request)?).await.map_err(|error| to_error(error, base_url))?;
    let mut decoder = codec.decoder(reject_redirect(head)?);
    let end = match read(body, clock, deadline_ms, &mut *decoder).await {
        Ok(()) => End::Complete,
        Err(HttpError::Failed(source)) => End::Failed(connection_lost(source)),
        Err(error) => End::Failed(to_error(error, base_url)),
    };
    decoder.finish(end)
}

/// The encoding of a request and of its response.
enum Codec {
    GrpcWeb,
    Rest(&'static Method),
}

impl Codec {
    fn new(request: &Request<'_>) -> Result<Self, Error> {
        match request.options.protocol {
            Protocol::GrpcWeb => Ok(Self::GrpcWeb),
            Protocol::Json => Method::find(request.path).map(Self::Rest).ok_or_else(|| {
                Error::invalid_argument("path must be one with a REST mapping, or the protocol gRPC-Web.")
            }),
        }
    }

    fn encode(&self, request: Request<'_>) -> Result<HttpRequest, Error> {
        match self {
            Self::GrpcWeb => grpc_web::encode(request),
            Self::Rest(method) => rest::encode(request, method),
        }
    }

    fn decoder(&self, head: Head) -> Box<dyn BodyDecoder> {
        match self {
            Self::GrpcWeb => Box::new(ResponseDecoder::new(head)),
            Self::Rest(method) => Box::new(RestDecoder::new(head, method.response)),
        }
    }
}

/// Reads a body until the decoder has enough of it. Dropping the body cancels the rest.
///
/// # Errors
/// The connection was lost, or a chunk is not readable.
async fn read(
    mut body: impl Body,
    clock: &impl Clock,
    deadline_ms: Option<f64>,
    decoder: &mut dyn BodyDecoder,
) -> Result<(), HttpError> {
    let mut previous = Wait::UntilDeadline;
    let mut timer: Option<Pin<Box<dyn Future<Output = ()> + '_>>> = None;
    loop {
        let wait = decoder.wait();
        match wait {
            Wait::Done => return Ok(()),
            Wait::AtMost(ms) if wait != previous => {
                // Half of the time left, so that the error comes before the deadline does.
                let ms = deadline_ms.map_or(ms, |deadline_ms| ((deadline_ms - clock.now_ms()) / 2.0).min(ms));
                timer = Some(Box::pin(clock.sleep(ms)));
            }
            Wait::AtMost(_) | Wait::UntilDeadline => {}
        }
        previous = wait;
        let mut chunk = pin!(body.read());
        let chunk = poll_fn(|context| match (chunk.as_mut().poll(context), &mut timer) {
            (Poll::Ready(chunk), _) => Poll::Ready(Some(chunk)),
            (Poll::Pending, Some(timer)) => timer.as_mut().poll(context).map(|()| None),
            (Poll::Pending, None) => Poll::Pending,
        });
        match chunk.await {
            Some(Ok(Some(chunk))) => decoder.push(&chunk),
            Some(Err(error)) => return Err(error),
            Some(Ok(None)) | None => return Ok(()),
        }
    }
}

fn connection_lost(source: Source) -> Error {
    Error::transport("The connection was lost before the response ended.").with_source(source)
}

fn to_error(error: HttpError, base_url: &str) -> Error {
    let is_cross_origin = is_cross_origin(base_url, own_origin().as_deref());
    match error {
        HttpError::Failed(source) => connection_error(is_cross_origin).with_source(source),
        HttpError::NotConnected(source) => connection_error(is_cross_origin).without_effect().with_source(source),
        HttpError::InvalidRequest(source) => {
            Error::invalid_argument("fetch rejected the request, so nothing was sent. See cause.").with_source(source)
        }
        HttpError::HeadersTooLong(source) => {
            let text = "The response headers exceed this runtime's size limit.";
            Error::protocol(Code::ResourceExhausted, text).permanent().with_source(source)
        }
        HttpError::Unreadable(source) => {
            let text = "fetch returned something that is not a readable Response. See cause. Check the `fetch` option and \
                        the code that patches the global fetch.";
            Error::transport(text).permanent().with_source(source)
        }
    }
}

/// The error of a call without a response. Browsers don't say why.
pub(super) fn connection_error(is_cross_origin: bool) -> Error {
    let cors = if is_cross_origin {
        ", or the browser blocked the call: CORS (the server does not allow this origin or a header) or the page's CSP"
    } else {
        ""
    };
    let text = [
        "No response. The server is unreachable, its certificate is not trusted, or the connection was reset",
        cors,
        ". Check baseUrl and the browser's network log.",
    ];
    Error::transport(text.concat())
}

/// A browser shows a redirect that is not followed as status 0 without headers, other runtimes show it as it is.
fn reject_redirect(head: Head) -> Result<Head, Error> {
    if !matches!(head.http_status, 0 | 300..=399) {
        return Ok(head);
    }
    let target = match head.headers.get("location") {
        Some(location) => [" to ", location].concat(),
        None => String::new(),
    };
    let text =
        ["The server redirected", &target, "; redirects are not followed. Set baseUrl to ZITADEL's own address."];
    let error = Error::transport(text.concat()).permanent();
    Err(if head.http_status == 0 { error } else { head.attach_to(error, &Metadata::new()) })
}

#[cfg(test)]
mod tests {
    use crate::{
        Code, Error, ErrorKind as Kind,
        error::Progress,
        fake::{FakeHttp, Script, Step, set_own_origin},
        platform::HttpError,
        transport::{Options, Protocol, Request, Transport as _},
    };

    const PROTOCOLS: [Protocol; 2] = [Protocol::GrpcWeb, Protocol::Json];

    fn failure(script: Script, protocol: Protocol) -> Error {
        let http = FakeHttp::new([script]);
        let path = "/zitadel.management.v1.ManagementService/ReactivateOrg";
        let options = Options { protocol, ..Options::default() };
        let request = Request { base_url: "https://z.example", path, message: b"", options };
        http.clock.run(http.unary(request)).unwrap_err().finish(Progress::ChangeSent)
    }

    #[test]
    fn redirect_is_not_followed_and_its_target_is_named() {
        for protocol in PROTOCOLS {
            for (http, headers, status, text) in [
                (302, "location: https://evil.example\n", Some(302), "redirected to https://evil.example;"),
                (304, "", Some(304), "redirected;"),
                (0, "", None, "redirected;"),
            ] {
                let error = failure(Script::response(http, headers, &[Step::Silence]), protocol);
                assert_eq!(
                    (error.kind(), error.code(), error.http_status()),
                    (Kind::Transport, Code::Unavailable, status)
                );
                assert!(error.message().contains(text) && !error.is_retriable(), "{error}");
            }
        }
    }

    #[test]
    fn failures_of_fetch_are_told_apart() {
        for protocol in PROTOCOLS {
            let failed = |error| failure(Script::Fail(error), protocol);
            let error = failed(HttpError::InvalidRequest("bad signal".into()));
            assert_eq!((error.kind(), error.code()), (Kind::InvalidArgument, Code::InvalidArgument));
            assert!(!error.may_have_changed() && !error.is_retriable());
            let error = failed(HttpError::HeadersTooLong("overflow".into()));
            assert_eq!((error.kind(), error.code()), (Kind::Protocol, Code::ResourceExhausted));
            assert!(error.may_have_changed() && !error.is_retriable());
            let error = failed(HttpError::Unreadable("no status".into()));
            assert_eq!((error.kind(), error.is_retriable()), (Kind::Transport, false));
            assert!(error.message().contains("`fetch` option"), "{error}");
            let error = failed(HttpError::Failed("Failed to fetch".into()));
            assert_eq!((error.kind(), error.is_retriable()), (Kind::Transport, true));
            assert!(error.may_have_changed());
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "Failed to fetch");
        }
    }

    #[test]
    fn chunk_that_is_not_bytes_is_no_lost_connection() {
        for (protocol, content_type) in PROTOCOLS.into_iter().zip(["application/grpc-web+proto", "application/json"]) {
            let headers = ["content-type: ", content_type, "\n"].concat();
            let error = failure(Script::response(200, &headers, &[Step::Unreadable]), protocol);
            assert_eq!((error.kind(), error.is_retriable(), error.may_have_changed()), (Kind::Transport, false, true));
            assert!(error.message().contains("`fetch` option"), "{error}");
        }
    }

    /// Node reports ECONNREFUSED and ENOTFOUND.
    #[test]
    fn change_is_not_applied_if_there_was_no_connection() {
        for protocol in PROTOCOLS {
            let error = failure(Script::Fail(HttpError::NotConnected("ECONNREFUSED".into())), protocol);
            assert_eq!((error.kind(), error.may_have_changed(), error.is_retriable()), (Kind::Transport, false, true));
        }
    }

    #[test]
    fn cross_origin_failure_names_cors_and_csp() {
        for protocol in PROTOCOLS {
            for (origin, is_cross_origin) in
                [(None, true), (Some("https://console.example"), true), (Some("https://z.example"), false)]
            {
                set_own_origin(origin);
                let error = failure(Script::Fail(HttpError::Failed("Failed to fetch".into())), protocol);
                let names = |text| error.message().contains(text);
                assert_eq!((names("CORS"), names("CSP")), (is_cross_origin, is_cross_origin), "{error}");
            }
        }
    }
}
