//! The response to a unary call: from HTTP status, headers and body to a message or an error.
//!
//! The order of decisions: a bad HTTP status, the content type, then the body's frames, then the status in the trailers frame
//! or in the headers, and last the message. A status other than OK is the server's word and beats every complaint about the
//! response's form.

use super::{
    code::Code,
    frame::{self, Violation},
    metadata::Metadata,
    status,
    text::{cut, parts},
};
use crate::{
    error::{Error, ErrorKind, Source},
    value::Invalid,
};

/// What comes before a response's body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub http_status: u16,
    /// The headers.
    pub headers: Metadata,
}

impl Head {
    /// Whether the HTTP status is one of success.
    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.http_status, 200..300)
    }

    /// The value of the header `content-type`; empty if there is none. Equal values count as one.
    pub(crate) fn content_type(&self) -> &str {
        let whole = self.headers.get("content-type").unwrap_or_default();
        let first = cut(whole, b',').0.trim_ascii();
        let mut values = self.headers.get_all("content-type").flat_map(|value| parts(value, b','));
        if values.all(|value| value.trim_ascii() == first) { first } else { whole }
    }

    /// The error of an HTTP status other than 2xx where the response carries no gRPC status.
    #[must_use]
    pub fn http_error(&self) -> Error {
        let (http_status, content_type) = (self.http_status.to_string(), self.content_type());
        let text = [
            "The server, or a proxy in front of it, responded with HTTP ",
            &http_status,
            " (content-type: ",
            content_type,
            ") and no gRPC status. Check baseUrl and the proxy.",
        ];
        let error = Error::new(ErrorKind::Status, Code::from_http_status(self.http_status), &text);
        with_response(error, self, &Metadata::new())
    }
}

/// A successful response.
///
/// See the example of [`Transport`](crate::transport::Transport).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The headers.
    pub headers: Metadata,
    /// The message's bytes.
    pub message: Vec<u8>,
    /// The trailers.
    pub trailers: Metadata,
}

/// How the reading of a body ended.
#[derive(Debug)]
pub enum End {
    /// There is no more, or no more is needed.
    Complete,
    /// The connection broke.
    Broken(Source),
}

/// How long what comes next of a body is waited for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Patience {
    /// Not at all: nothing more is needed.
    None,
    /// So many milliseconds.
    Ms(f64),
    /// As long as the call's deadline allows.
    Full,
}

/// What the head of a response says about its body.
#[derive(Debug)]
pub enum Opening {
    /// The body decides.
    Body(Decoder),
    /// An HTTP error without a gRPC status; the body may say more about it.
    HttpError(Head),
    /// The head decides.
    Error(Error),
}

/// How long trailers are waited for when the headers carry an error already, in milliseconds.
const ERROR_GRACE_MS: f64 = 1000.0;
/// How long the end of the body is waited for behind whole trailers, in milliseconds: it usually comes with them, and a
/// connection whose response was read to its end can be used again.
const END_GRACE_MS: f64 = 20.0;

/// Decodes a response over gRPC-Web chunk by chunk.
///
/// ```
/// use zitadel_org_web::{Metadata, protocol::response::{Decoder, End, Head, Opening}};
///
/// let mut headers = Metadata::new();
/// headers.append("content-type", "application/grpc-web+proto");
/// let Opening::Body(mut decoder) = Decoder::open(Head { http_status: 200, headers }) else { return };
/// decoder.push(b"\0\0\0\0\x02hi");
/// assert!(!decoder.is_decided());
/// decoder.push(b"\x80\0\0\0\x0fgrpc-status:0\r\n");
/// assert!(decoder.is_decided());
/// assert_eq!(decoder.finish(End::Complete).unwrap().message, b"hi");
/// ```
#[derive(Debug)]
pub struct Decoder {
    head: Head,
    /// Whether the headers carry an error, which only trailers could replace by another.
    has_error: bool,
    frames: frame::Decoder,
}

impl Decoder {
    /// Reads the head.
    #[must_use]
    pub fn open(head: Head) -> Opening {
        let failure = status::decode(&head.headers, &Metadata::new()).and_then(Result::err);
        let error = if head.is_success() {
            match content_type_violation(head.content_type()) {
                Some(error) => failure.map_or(error, Error::from),
                None => {
                    return Opening::Body(Self {
                        head,
                        has_error: failure.is_some(),
                        frames: frame::Decoder::default(),
                    });
                }
            }
        } else {
            // 99 is not a status; what HTTP says is more precise.
            match failure.filter(|failure| failure.code != Code::Unknown) {
                Some(failure) => failure.into(),
                None => return Opening::HttpError(head),
            }
        };
        Opening::Error(with_response(error, &head, &Metadata::new()))
    }

    /// Takes the next chunk of the body.
    pub fn push(&mut self, chunk: &[u8]) {
        self.frames.push(chunk);
    }

    /// Whether no more of the body is needed: the trailers are whole, or a frame is malformed.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.frames.trailers().is_some() || self.frames.violation().is_some()
    }

    /// How long what comes next is waited for.
    pub(crate) fn patience(&self) -> Patience {
        if self.frames.violation().is_some() {
            Patience::None
        } else if self.frames.trailers().is_some() {
            Patience::Ms(END_GRACE_MS)
        } else if self.has_error {
            Patience::Ms(ERROR_GRACE_MS)
        } else {
            Patience::Full
        }
    }

    /// The message of the response.
    ///
    /// # Errors
    /// The status that the server sent, UNAVAILABLE if the connection broke, or what is wrong with the response.
    pub fn finish(mut self, end: End) -> Result<Response, Error> {
        if matches!(end, End::Complete) {
            self.frames.end();
        }
        let Self { head, frames, .. } = self;
        let trailers = frames.trailers().map(Metadata::decode);
        let has_trailers = trailers.is_some();
        let trailers = trailers.unwrap_or_default();
        let error = match (status::decode(&head.headers, &trailers), frames.violation(), end) {
            (Some(Err(failure)), ..) => failure.into(),
            (_, _, End::Broken(source)) if !has_trailers => connection_lost(source),
            (_, Some(violation), _) => violation.into(),
            (None, ..) => missing_status(),
            (Some(Ok(())), ..) if frames.messages() == 1 => {
                return Ok(Response { message: frames.into_message(), headers: head.headers, trailers });
            }
            _ => {
                let text = "The response has status 0 but not one message. Check the proxy in front of ZITADEL.";
                Error::new(ErrorKind::Protocol, Code::Unimplemented, &[text])
            }
        };
        Err(with_response(error, &head, &trailers))
    }
}

pub(crate) fn with_response(error: Error, head: &Head, trailers: &Metadata) -> Error {
    error.with_response(head.http_status, &head.headers, trailers)
}

/// The connection broke inside the response.
pub(crate) fn connection_lost(source: Source) -> Error {
    Error::transport(&["The connection broke off inside the response."]).with_source(Some(source))
}

/// The message is not what the method responds with.
pub(crate) fn invalid_message(invalid: &Invalid) -> Error {
    let text = [
        "The response's message is not what this method responds with (",
        &invalid.text(),
        "). Check the server's version.",
    ];
    Error::new(ErrorKind::Protocol, Code::Internal, &text)
}

fn content_type_violation(value: &str) -> Option<Error> {
    const GRPC_WEB: &str = "application/grpc-web";
    let media_type = cut(value, b';').0.trim_ascii();
    let (start, format) = media_type.split_at_checked(GRPC_WEB.len()).unwrap_or_default();
    let code = match format.as_bytes().first() {
        _ if !start.eq_ignore_ascii_case(GRPC_WEB) => Code::Unknown,
        None => return None,
        Some(b'+') if format.eq_ignore_ascii_case("+proto") => return None,
        Some(b'+' | b'-') => Code::Internal,
        Some(_) => Code::Unknown,
    };
    let text = [
        "The response's content-type is \"",
        value,
        "\", which is not gRPC-Web. Check that baseUrl is ZITADEL's address and that the proxy in front of it passes gRPC-Web \
         as it is.",
    ];
    Some(Error::new(ErrorKind::Protocol, code, &text))
}

fn missing_status() -> Error {
    let text = "The response carries no grpc-status. A server of another origin must expose that header; otherwise check the \
                proxy in front of ZITADEL.";
    Error::new(ErrorKind::Protocol, Code::Unknown, &[text])
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        let (code, what) = match violation {
            Violation::Compressed => (Code::Internal, "is compressed, which this client did not offer"),
            Violation::UnknownFlags => (Code::Internal, "has a frame with undefined flags"),
            Violation::TooLong => {
                (Code::ResourceExhausted, "is longer than what is read: 4 MiB, and 64 KiB of trailers")
            }
            Violation::DataAfterTrailers => (Code::Internal, "goes on after its trailers"),
            Violation::Truncated => (Code::Internal, "ends inside a frame"),
        };
        let text = ["The response ", what, ". Check the proxy in front of ZITADEL."];
        Self::new(ErrorKind::Protocol, code, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, End, Head, Opening, Response};
    use crate::{
        error::{Error, ErrorKind as Kind},
        protocol::{code::Code, metadata::Metadata},
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\r\n";
    const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";
    const NOT_FOUND: &[u8] = b"\x80\0\0\0\x10grpc-status: 5\r\n";

    fn open(http_status: u16, headers: &str) -> Opening {
        Decoder::open(Head { http_status, headers: Metadata::decode(headers.as_bytes()) })
    }

    fn read(http_status: u16, headers: &str, body: &[&[u8]]) -> Result<Response, Error> {
        match open(http_status, headers) {
            Opening::Body(mut decoder) => {
                body.iter().for_each(|chunk| decoder.push(chunk));
                decoder.finish(End::Complete)
            }
            Opening::HttpError(head) => Err(head.http_error()),
            Opening::Error(error) => Err(error),
        }
    }

    fn complete(http_status: u16, headers: &str, body: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        read(http_status, headers, body).map(|response| response.message).map_err(|error| (error.kind(), error.code()))
    }

    fn body(chunks: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        complete(200, GRPC_WEB, chunks)
    }

    #[test]
    fn a_message_with_status_0_is_a_success() {
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
    fn an_error_in_the_headers_with_an_empty_body_is_that_error() {
        let headers = [GRPC_WEB, "grpc-status: 16\r\ngrpc-message: auth%20header missing\r\n"].concat();
        let error = read(200, &headers, &[]).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Status, Code::Unauthenticated));
        assert_eq!((error.message(), error.http_status()), ("auth header missing", Some(200)));
    }

    #[test]
    fn a_trailers_frame_without_a_status_hides_nothing() {
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
    fn the_trailers_frame_wins_over_the_headers_but_never_against_an_error() {
        let headers = [GRPC_WEB, "grpc-status: 8\r\n"].concat();
        assert_eq!(complete(200, &headers, &[NOT_FOUND]), Err((Kind::Status, Code::NotFound)));
        assert_eq!(complete(200, &headers, &[MESSAGE, OK]), Err((Kind::Status, Code::ResourceExhausted)));
        let headers = [GRPC_WEB, "grpc-status: 0\r\n"].concat();
        assert_eq!(complete(200, &headers, &[MESSAGE, NOT_FOUND]), Err((Kind::Status, Code::NotFound)));
    }

    #[test]
    fn an_error_keeps_headers_and_trailers() {
        let headers = [GRPC_WEB, "x-a: 1\r\n"].concat();
        let error = read(200, &headers, &[b"\x80\0\0\0\x18grpc-status: 5\r\nX-B: 2\r\n"]).unwrap_err();
        assert_eq!((error.metadata().get("x-a"), error.metadata().get("x-b")), (Some("1"), Some("2")));
    }

    #[test]
    fn a_status_other_than_ok_beats_every_complaint_about_the_form() {
        let expected = Err((Kind::Status, Code::NotFound));
        assert_eq!(body(&[MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[MESSAGE, MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[NOT_FOUND, MESSAGE]), expected);
        assert_eq!(body(&[NOT_FOUND, b"x"]), expected);
        assert_eq!(complete(200, "grpc-status: 5\r\n", &[]), expected);
        assert_eq!(complete(200, &[GRPC_WEB, "grpc-status: 5\r\n"].concat(), &[b"\x40\0\0\0\0"]), expected);
    }

    #[test]
    fn a_response_without_any_status_is_unknown() {
        let expected = Err((Kind::Protocol, Code::Unknown));
        assert_eq!(body(&[]), expected);
        assert_eq!(body(&[MESSAGE]), expected);
        assert_eq!(body(&[MESSAGE, b"\x80\0\0\0\0"]), expected);
        assert_eq!(body(&[MESSAGE, b"\x80\0\0\0\x06x-a: 1"]), expected);
    }

    #[test]
    fn status_0_with_other_than_one_message_is_unimplemented() {
        let expected = Err((Kind::Protocol, Code::Unimplemented));
        assert_eq!(body(&[OK]), expected);
        assert_eq!(body(&[MESSAGE, MESSAGE, OK]), expected);
        assert_eq!(complete(200, &[GRPC_WEB, "grpc-status: 0\r\n"].concat(), &[]), expected);
    }

    #[test]
    fn a_broken_form_is_internal_and_too_long_is_resource_exhausted() {
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
    fn a_http_error_comes_before_the_content_type_and_asks_for_the_body() {
        for (http, code) in
            [(401, Code::Unauthenticated), (404, Code::Unimplemented), (503, Code::Unavailable), (302, Code::Unknown)]
        {
            let Opening::HttpError(head) = open(http, "content-type: text/html\r\n") else { panic!("HTTP {http}") };
            let error = head.http_error();
            assert_eq!((error.kind(), error.code(), error.http_status()), (Kind::Status, code, Some(http)));
            assert!(error.message().contains("text/html") && error.message().contains(&http.to_string()), "{error}");
        }
    }

    #[test]
    fn a_http_error_with_a_grpc_status_is_that_status_if_it_is_an_error() {
        let code = |status: &str| complete(503, &format!("grpc-status: {status}\r\n"), &[]).unwrap_err().1;
        assert_eq!(code("7"), Code::PermissionDenied);
        assert_eq!(code("0"), Code::Unavailable);
        assert_eq!(code("99"), Code::Unavailable);
    }

    #[test]
    fn the_content_type_is_matched_without_case_and_parameters() {
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
    fn another_format_is_internal_and_another_type_is_unknown() {
        let code = |value| complete(200, &format!("content-type: {value}"), &[MESSAGE, OK]).unwrap_err().1;
        for value in [
            "application/grpc-web+json",
            "application/grpc-web-text",
            "application/grpc-web-text+proto",
            "application/grpc-web+proto, text/html",
        ] {
            assert_eq!(code(value), Code::Internal, "{value}");
        }
        for value in ["text/html", "", "application/grpc", "application/grpc-webx", "x;application/grpc-web"] {
            assert_eq!(code(value), Code::Unknown, "{value}");
        }
        assert_eq!(complete(200, "", &[MESSAGE, OK]), Err((Kind::Protocol, Code::Unknown)));
    }

    #[test]
    fn nothing_is_decided_before_the_trailers_are_whole() {
        let whole = [MESSAGE, OK].concat();
        let Opening::Body(mut decoder) = open(200, GRPC_WEB) else { panic!("not a body") };
        for byte in &whole {
            assert!(!decoder.is_decided());
            decoder.push(&[*byte]);
        }
        assert!(decoder.is_decided());
    }

    #[test]
    fn a_broken_connection_is_unavailable_unless_the_server_has_spoken() {
        let broken = |headers: &str, body: &[u8]| {
            let Opening::Body(mut decoder) = open(200, headers) else { panic!("not a body") };
            decoder.push(body);
            decoder.finish(End::Broken("reset".into()))
        };
        let code = |result: Result<Response, Error>| result.map(|it| it.message).map_err(|it| (it.kind(), it.code()));
        assert_eq!(code(broken(GRPC_WEB, MESSAGE)), Err((Kind::Transport, Code::Unavailable)));
        assert_eq!(
            code(broken(&[GRPC_WEB, "grpc-status: 0"].concat(), MESSAGE)),
            Err((Kind::Transport, Code::Unavailable))
        );
        assert_eq!(
            code(broken(&[GRPC_WEB, "grpc-status: 9"].concat(), b"")),
            Err((Kind::Status, Code::FailedPrecondition))
        );
        assert_eq!(code(broken(GRPC_WEB, &[MESSAGE, OK].concat())), Ok(b"hi".to_vec()));
        let error = broken(GRPC_WEB, b"").unwrap_err();
        assert_eq!(std::error::Error::source(&error).map(ToString::to_string).as_deref(), Some("reset"));
    }
}
