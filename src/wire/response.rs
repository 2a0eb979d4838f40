//! The response to a unary call over gRPC-Web: from HTTP status, headers and body to a message or an error.
//!
//! The order of decisions: a status other than OK, in the trailers frame or in the headers; a bad HTTP status or content type; a
//! body that could not be read; a violation of the protocol; a missing status; and last the message.

use super::{
    body::{End, Excerpt, Wait},
    decoder::{BodyDecoder, Response},
    frame::{self, Violation},
    head::Head,
    status,
};
use crate::{code::Code, error::Error, metadata::Metadata};

/// Decodes a response over gRPC-Web chunk by chunk.
///
/// ```
/// use zitadel_org_web::{Metadata, wire::{body::End, head::Head, response::ResponseDecoder}};
///
/// let mut headers = Metadata::new();
/// headers.append("content-type", "application/grpc-web+proto");
/// let mut decoder = ResponseDecoder::new(Head { http_status: 200, headers });
/// decoder.push(b"\0\0\0\0\x02hi");
/// assert!(!decoder.is_decided());
/// decoder.push(b"\x80\0\0\0\x0fgrpc-status:0\r\n");
/// assert!(decoder.is_decided());
/// assert_eq!(decoder.finish(End::Complete).unwrap().message, b"hi");
/// ```
#[derive(Debug)]
pub struct ResponseDecoder {
    head: Head,
    body: Body,
}

/// The kind of body that the head announces.
#[derive(Debug)]
enum Body {
    /// Frames decide. If the headers carry an error already, only trailers could replace it by another.
    Frames { frames: frame::Decoder, has_error: bool },
    /// The head decides, and the body is shown with the error.
    Shown(Error, Excerpt),
    /// The head decides.
    Ignored(Error),
}

impl ResponseDecoder {
    /// Reads the head.
    #[must_use]
    pub fn new(head: Head) -> Self {
        let status = status::decode(&head.headers, &Metadata::new()).and_then(Result::err);
        let body = if head.is_success() {
            match (content_type_error(&head), status) {
                (None, status) => Body::Frames { frames: frame::Decoder::default(), has_error: status.is_some() },
                (Some(_), Some(status)) => Body::Ignored(status.into()),
                (Some(error), None) => Body::Shown(error, Excerpt::default()),
            }
        } else {
            // 99 is not a status. The HTTP status is more precise then.
            match status.filter(|status| !status.is_malformed) {
                Some(status) => Body::Ignored(status.into()),
                None => Body::Shown(head.http_error(), Excerpt::default()),
            }
        };
        Self { head, body }
    }

    /// Takes the next chunk of the body.
    pub fn push(&mut self, chunk: &[u8]) {
        match &mut self.body {
            Body::Frames { frames, .. } => frames.push(chunk),
            Body::Shown(_, excerpt) => excerpt.push(chunk),
            Body::Ignored(_) => {}
        }
    }

    /// Returns true if no more of the body is needed: the trailers are complete, or a frame is malformed.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        match &self.body {
            Body::Frames { frames, .. } => frames.trailers().is_some() || frames.violation().is_some(),
            Body::Shown(..) | Body::Ignored(_) => true,
        }
    }

    /// Returns the message of the response.
    ///
    /// # Errors
    /// The status that the server sent, the reason why the body could not be read, or the violation of the protocol.
    pub fn finish(self, end: End) -> Result<Response, Error> {
        let Self { head, body } = self;
        let frames = match body {
            Body::Frames { frames, .. } => frames,
            Body::Shown(error, excerpt) => {
                return Err(head.attach_to(error, &Metadata::new()).with_body(excerpt.into_text()));
            }
            Body::Ignored(error) => return Err(head.attach_to(error, &Metadata::new())),
        };
        finish_frames(head, frames, end)
    }
}

fn finish_frames(head: Head, mut frames: frame::Decoder, end: End) -> Result<Response, Error> {
    if matches!(end, End::Complete) {
        frames.end();
    }
    let trailers = frames.trailers().map(Metadata::decode);
    let has_trailers = trailers.is_some();
    let trailers = trailers.unwrap_or_default();
    let error = match (status::decode(&head.headers, &trailers), frames.violation(), end) {
        (Some(Err(status)), ..) => status.into(),
        (_, _, End::Failed(error)) if !has_trailers => error,
        (_, Some(violation), _) => violation.into(),
        (None, ..) => missing_status(),
        (Some(Ok(())), ..) if frames.messages() == 1 => {
            return Ok(Response { message: frames.into_message(), headers: head.headers, trailers });
        }
        _ => {
            let text = "The response has status 0 but not exactly one message. Check the proxy in front of ZITADEL.";
            Error::protocol(Code::Unimplemented, text)
        }
    };
    Err(head.attach_to(error, &trailers))
}

impl BodyDecoder for ResponseDecoder {
    fn wait(&self) -> Wait {
        /// The longest wait for trailers when the headers carry an error already.
        const ERROR_GRACE_MS: f64 = 1000.0;
        /// The longest wait for the end of the body after the trailers. It usually comes with them, and a connection whose
        /// response was read to its end can be reused.
        const END_GRACE_MS: f64 = 20.0;
        match &self.body {
            Body::Frames { frames, .. } if frames.violation().is_some() => Wait::Done,
            Body::Frames { frames, .. } if frames.trailers().is_some() => Wait::AtMost(END_GRACE_MS),
            Body::Frames { has_error: true, .. } => Wait::AtMost(ERROR_GRACE_MS),
            Body::Frames { .. } => Wait::UntilDeadline,
            Body::Shown(_, excerpt) => excerpt.wait(),
            Body::Ignored(_) => Wait::Done,
        }
    }

    fn push(&mut self, chunk: &[u8]) {
        Self::push(self, chunk);
    }

    fn finish(self: Box<Self>, end: End) -> Result<Response, Error> {
        Self::finish(*self, end)
    }
}

fn content_type_error(head: &Head) -> Option<Error> {
    const GRPC_WEB: &str = "application/grpc-web";
    let media_type = head.media_type();
    let code = match media_type.strip_prefix(GRPC_WEB) {
        Some("" | "+proto") => return None,
        Some(format) if format.starts_with(['+', '-']) => Code::Internal,
        _ => Code::Unknown,
    };
    let text = [
        "The response's content-type is \"",
        &head.content_type(),
        "\", which is not gRPC-Web. Check that baseUrl is ZITADEL's address and that the proxy in front of it passes gRPC-Web on.",
    ];
    Some(Error::protocol(code, text.concat()))
}

fn missing_status() -> Error {
    let text = "The response carries no grpc-status. A server of another origin must list it in \
                Access-Control-Expose-Headers; otherwise check the proxy in front of ZITADEL.";
    Error::protocol(Code::Unknown, text)
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        let (code, problem) = match violation {
            Violation::Compressed => (Code::Internal, "is compressed, but the client did not request compression"),
            Violation::UnknownFlags => (Code::Internal, "has a frame with undefined flags"),
            Violation::TooLong => {
                let text = "The response exceeds the size limit (4 MiB for the message, 64 KiB for the trailers). Request less.";
                return Self::protocol(Code::ResourceExhausted, text).permanent();
            }
            Violation::DataAfterTrailers => (Code::Internal, "contains data after the trailers frame"),
            Violation::Truncated => (Code::Internal, "ends inside a frame"),
        };
        Self::protocol(code, ["The response ", problem, ". Check the proxy in front of ZITADEL."].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::{Response, ResponseDecoder};
    use crate::{
        Code, Error, ErrorKind as Kind, Metadata,
        wire::{
            body::{End, Wait},
            decoder::BodyDecoder as _,
            head::Head,
        },
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\r\n";
    const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";
    const NOT_FOUND: &[u8] = b"\x80\0\0\0\x10grpc-status: 5\r\n";

    fn decoder(http_status: u16, headers: &str) -> ResponseDecoder {
        ResponseDecoder::new(Head { http_status, headers: Metadata::decode(headers.as_bytes()) })
    }

    fn read(http_status: u16, headers: &str, body: &[&[u8]]) -> Result<Response, Error> {
        let mut decoder = decoder(http_status, headers);
        body.iter().for_each(|chunk| decoder.push(chunk));
        decoder.finish(End::Complete)
    }

    fn complete(http_status: u16, headers: &str, body: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        read(http_status, headers, body).map(|response| response.message).map_err(|error| (error.kind(), error.code()))
    }

    fn body(chunks: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        complete(200, GRPC_WEB, chunks)
    }

    #[test]
    fn message_with_status_0_is_a_success() {
        assert_eq!(body(&[MESSAGE, OK]), Ok(b"hi".to_vec()));
        assert_eq!(body(&[b"\0\0\0\0\0", OK]), Ok(Vec::new()));
    }

    #[test]
    fn headers_and_trailers_are_kept_apart_on_a_success() {
        let headers = [GRPC_WEB, "x-a: 1\r\nx-a: 2\r\n"].concat();
        let response = read(200, &headers, &[MESSAGE, b"\x80\0\0\0\x17grpc-status:0\r\nX-B: 3\r\n"]).unwrap();
        assert_eq!(response.headers.get_all("x-a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((response.headers.get("x-b"), response.trailers.get("x-b")), (None, Some("3")));
    }

    #[test]
    fn error_in_the_headers_of_an_empty_body_is_reported() {
        let headers = [GRPC_WEB, "grpc-status: 16\r\ngrpc-message: auth%20header missing\r\n"].concat();
        let error = read(200, &headers, &[]).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Status, Code::Unauthenticated));
        assert_eq!((error.message(), error.http_status()), ("auth header missing", Some(200)));
    }

    #[test]
    fn trailers_frame_without_a_status_hides_nothing() {
        let headers = [GRPC_WEB, "grpc-status: 9\r\ngrpc-message: no (EVENT-bfnrh)\r\n"].concat();
        let error = read(200, &headers, &[b"\x80\0\0\0\0"]).unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.id()),
            (Kind::Status, Code::FailedPrecondition, Some("EVENT-bfnrh"))
        );
        assert_eq!(
            complete(200, &[GRPC_WEB, "grpc-status: 0"].concat(), &[MESSAGE, b"\x80\0\0\0\0"]),
            Ok(b"hi".to_vec())
        );
    }

    #[test]
    fn trailers_frame_wins_over_the_headers_except_over_an_error() {
        let headers = [GRPC_WEB, "grpc-status: 8\r\n"].concat();
        assert_eq!(complete(200, &headers, &[NOT_FOUND]), Err((Kind::Status, Code::NotFound)));
        assert_eq!(complete(200, &headers, &[MESSAGE, OK]), Err((Kind::Status, Code::ResourceExhausted)));
        let headers = [GRPC_WEB, "grpc-status: 0\r\n"].concat();
        assert_eq!(complete(200, &headers, &[MESSAGE, NOT_FOUND]), Err((Kind::Status, Code::NotFound)));
    }

    #[test]
    fn error_keeps_headers_and_trailers() {
        let headers = [GRPC_WEB, "x-a: 1\r\n"].concat();
        let error = read(200, &headers, &[b"\x80\0\0\0\x18grpc-status: 5\r\nX-B: 2\r\n"]).unwrap_err();
        assert_eq!((error.metadata().get("x-a"), error.metadata().get("x-b")), (Some("1"), Some("2")));
    }

    #[test]
    fn status_other_than_ok_precedes_every_violation() {
        let expected = Err((Kind::Status, Code::NotFound));
        assert_eq!(body(&[MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[MESSAGE, MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[NOT_FOUND, MESSAGE]), expected);
        assert_eq!(body(&[NOT_FOUND, b"x"]), expected);
        assert_eq!(complete(200, "grpc-status: 5\r\n", &[]), expected);
        assert_eq!(complete(200, &[GRPC_WEB, "grpc-status: 5\r\n"].concat(), &[b"\x40\0\0\0\0"]), expected);
    }

    #[test]
    fn response_without_a_status_is_unknown() {
        let expected = Err((Kind::Protocol, Code::Unknown));
        assert_eq!(body(&[]), expected);
        assert_eq!(body(&[MESSAGE]), expected);
        assert_eq!(body(&[MESSAGE, b"\x80\0\0\0\0"]), expected);
        assert_eq!(body(&[MESSAGE, b"\x80\0\0\0\x06x-a: 1"]), expected);
    }

    #[test]
    fn status_0_without_exactly_one_message_is_unimplemented() {
        let expected = Err((Kind::Protocol, Code::Unimplemented));
        assert_eq!(body(&[OK]), expected);
        assert_eq!(body(&[MESSAGE, MESSAGE, OK]), expected);
        assert_eq!(complete(200, &[GRPC_WEB, "grpc-status: 0\r\n"].concat(), &[]), expected);
    }

    #[test]
    fn malformed_is_internal_and_too_long_resource_exhausted() {
        for chunk in [&b"\x01\0\0\0\0"[..], b"\x81\0\0\0\0", b"\x02\0\0\0\0", b"\0\0\0\0", b"\0\0\0\0\x02h"] {
            assert_eq!(body(&[chunk]), Err((Kind::Protocol, Code::Internal)), "{chunk:?}");
        }
        assert_eq!(body(&[MESSAGE, OK, b"x"]), Err((Kind::Protocol, Code::Internal)));
        assert_eq!(body(&[MESSAGE, OK, OK]), Err((Kind::Protocol, Code::Internal)));
        for chunk in [b"\0\xff\xff\xff\xff", b"\x80\xff\xff\xff\xff"] {
            assert_eq!(body(&[chunk]), Err((Kind::Protocol, Code::ResourceExhausted)));
        }
    }

    #[test]
    fn http_error_precedes_the_content_type_and_shows_its_body() {
        for (http, code) in
            [(401, Code::Unauthenticated), (404, Code::Unimplemented), (503, Code::Unavailable), (302, Code::Unknown)]
        {
            let error = read(http, "content-type: text/html\r\n", &[b"<h1>", b"proxy"]).unwrap_err();
            assert_eq!((error.kind(), error.code(), error.http_status()), (Kind::Status, code, Some(http)));
            assert!(error.message().contains("text/html") && error.message().contains(&http.to_string()), "{error}");
            assert_eq!(error.body(), Some("<h1>proxy"));
        }
    }

    #[test]
    fn valid_grpc_error_on_an_http_error_wins_2_included() {
        let result = |status: &str| complete(503, &format!("grpc-status: {status}\r\n"), &[]).unwrap_err();
        for code in Code::ALL {
            assert_eq!(result(&code.number().to_string()), (Kind::Status, code));
        }
        for not_an_error in ["0", "99", "", "x", "2x", "-2"] {
            assert_eq!(result(not_an_error), (Kind::Status, Code::Unavailable), "{not_an_error}");
        }
    }

    #[test]
    fn content_type_is_matched_without_case_and_parameters() {
        for value in [
            "application/grpc-web",
            "application/grpc-web+proto",
            "Application/gRPC-Web+Proto ; charset=utf-8",
            "application/grpc-web+proto, application/grpc-web+proto",
            "application/grpc-web+proto\r\ncontent-type: application/grpc-web+proto",
        ] {
            assert!(complete(200, &format!("content-type: {value}"), &[MESSAGE, OK]).is_ok(), "{value}");
        }
    }

    #[test]
    fn other_format_is_internal_and_other_type_is_unknown() {
        let code = |value| complete(200, &format!("content-type: {value}"), &[MESSAGE, OK]).unwrap_err().1;
        for value in ["application/grpc-web+json", "application/grpc-web-text", "application/grpc-web-text+proto"] {
            assert_eq!(code(value), Code::Internal, "{value}");
        }
        for value in ["text/html", "", "application/grpc", "application/grpc-webx", "x;application/grpc-web"] {
            assert_eq!(code(value), Code::Unknown, "{value}");
        }
        assert_eq!(complete(200, "", &[MESSAGE, OK]), Err((Kind::Protocol, Code::Unknown)));
    }

    #[test]
    fn two_different_content_types_are_a_violation() {
        for value in [
            "application/grpc-web+proto, text/html",
            "application/grpc-web+proto\r\ncontent-type: text/html",
            "application/grpc-web+proto; charset=utf-8, text/html",
            "application/grpc-web+proto; charset=utf-8, application/grpc-web+proto",
        ] {
            let result = complete(200, &format!("content-type: {value}"), &[MESSAGE, OK]);
            assert_eq!(result, Err((Kind::Protocol, Code::Unknown)), "{value}");
        }
    }

    #[test]
    fn page_with_status_200_is_shown_by_its_first_kib() {
        let page = ["<h1>", &"ü".repeat(2000)].concat();
        for chunk_len in [1, 5, 4000] {
            let chunks: Vec<_> = page.as_bytes().chunks(chunk_len).collect();
            let error = read(200, "content-type: text/html\r\n", &chunks).unwrap_err();
            assert_eq!((error.kind(), error.http_status()), (Kind::Protocol, Some(200)));
            assert_eq!(error.body(), Some(["<h1>", &"ü".repeat(510)].concat().as_str()));
        }
    }

    #[test]
    fn nothing_is_decided_before_the_trailers_are_complete() {
        let mut decoder = decoder(200, GRPC_WEB);
        for byte in [MESSAGE, OK].concat() {
            assert!(!decoder.is_decided());
            assert_eq!(decoder.wait(), Wait::UntilDeadline);
            decoder.push(&[byte]);
        }
        assert!(decoder.is_decided());
    }

    #[test]
    fn lost_connection_is_unavailable_unless_the_server_responded() {
        let lost = |headers: &str, body: &[u8]| {
            let mut decoder = decoder(200, headers);
            decoder.push(body);
            decoder.finish(End::Failed(Error::transport("lost").with_source("reset")))
        };
        let outcome = |headers: &str, body: &[u8]| {
            lost(headers, body).map(|response| response.message).map_err(|error| (error.kind(), error.code()))
        };
        assert_eq!(outcome(GRPC_WEB, MESSAGE), Err((Kind::Transport, Code::Unavailable)));
        let with_status = |status: &str| [GRPC_WEB, "grpc-status: ", status].concat();
        assert_eq!(outcome(&with_status("0"), MESSAGE), Err((Kind::Transport, Code::Unavailable)));
        assert_eq!(outcome(&with_status("9"), b""), Err((Kind::Status, Code::FailedPrecondition)));
        assert_eq!(outcome(GRPC_WEB, &[MESSAGE, OK].concat()), Ok(b"hi".to_vec()));
        let error = lost(GRPC_WEB, b"").unwrap_err();
        assert_eq!(std::error::Error::source(&error).map(ToString::to_string).as_deref(), Some("reset"));
    }
}
