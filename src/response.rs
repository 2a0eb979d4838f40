//! The answer to a unary call: from HTTP status, headers and body to a message or an error.
//!
//! The order of decisions: a bad HTTP status, then the body's frames, then the status in the trailers frame, or in the
//! headers if no trailers frame came (trailers-only), and last the message. A status other than OK is the server's word
//! and beats every complaint of ours about the answer's form.

use crate::{
    code::Code,
    detail,
    error::{Error, Kind},
    frame::{Decoded, Decoder, MAX_MESSAGE_LEN, MAX_TRAILERS_LEN, Violation},
    metadata::Metadata,
    status::{self, Failure},
    trailer,
};

/// What comes before the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub http_status: u16,
    /// The headers.
    pub headers: Metadata,
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The headers.
    pub headers: Metadata,
    /// The message's bytes.
    pub message: Vec<u8>,
    /// The trailers.
    pub trailers: Metadata,
}

/// Reads an answer chunk by chunk.
///
/// ```
/// use zitadel_org_web::{metadata::Metadata, response::{Head, Reader}};
///
/// let mut headers = Metadata::new();
/// headers.append("content-type", "application/grpc-web+proto");
/// let mut reader = Reader::new(Head { http_status: 200, headers })?;
/// reader.push(b"\0\0\0\0\x02hi");
/// reader.push(b"\x80\0\0\0\x0fgrpc-status:0\r\n");
/// assert_eq!(reader.finish()?.message, b"hi");
/// # Ok::<(), zitadel_org_web::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    head: Head,
    decoder: Decoder,
}

const CONTENT_TYPE: &str = "content-type";

impl Reader {
    /// A reader for the body that follows `head`.
    ///
    /// # Errors
    /// If the head alone tells that the call failed: a HTTP status other than 2xx, or another content type.
    pub fn new(head: Head) -> Result<Self, Error> {
        if !(200..300).contains(&head.http_status) {
            return Err(bad_http_status(head));
        }
        match content_type_violation(&head.headers) {
            Some(error) => Err(header_failure(&head).unwrap_or(error).with_answer(head.http_status, head.headers)),
            None => Ok(Self { head, decoder: Decoder::new() }),
        }
    }

    /// Takes the next chunk of the body. `false` means that the rest need not be read.
    #[must_use]
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        self.decoder.push(chunk)
    }

    /// Whether the trailers, which end the answer, have come.
    #[must_use]
    pub const fn has_trailers(&self) -> bool {
        self.decoder.has_trailers()
    }

    /// The outcome, now that the body has ended or the rest need not be read.
    ///
    /// # Errors
    /// The status that the server sent, or what is wrong with the answer.
    pub fn finish(self) -> Result<Response, Error> {
        self.conclude(false)
    }

    /// The outcome if the body broke off.
    ///
    /// Trailers that arrived whole before that are the outcome all the same: nothing could have followed them.
    ///
    /// # Errors
    /// The status that the server sent, or UNAVAILABLE.
    pub fn broken_off(self) -> Result<Response, Error> {
        self.conclude(true)
    }

    fn conclude(self, broken_off: bool) -> Result<Response, Error> {
        let Self { head, decoder } = self;
        let decoded = decoder.finish();
        let trailers = decoded.trailers.as_deref().map(trailer::parse);
        let status = status::from_metadata(trailers.as_ref().unwrap_or(&head.headers));
        let outcome = match (status, decoded.violation) {
            (Some(Err(failure)), _) => Err(failure.into()),
            _ if broken_off && trailers.is_none() => Err(connection_lost()),
            (_, Some(violation)) => Err(violation.into()),
            (None, None) => Err(missing_status()),
            (Some(Ok(())), None) => only_message(decoded),
        };
        let trailers = trailers.unwrap_or_default();
        match outcome {
            Ok(message) => Ok(Response { headers: head.headers, message, trailers }),
            Err(error) => {
                let mut metadata = head.headers;
                metadata.extend(trailers);
                Err(error.with_answer(head.http_status, metadata))
            }
        }
    }
}

fn only_message(decoded: Decoded) -> Result<Vec<u8>, Error> {
    match decoded {
        Decoded { messages: 1, message: Some(message), .. } => Ok(message),
        Decoded { messages, .. } => Err(protocol_error(
            Code::Unimplemented,
            format!(
                "The answer to this call is one message, but the server sent {messages}. Check the server's version."
            ),
        )),
    }
}

/// The error that the headers carry (trailers-only), if they carry one.
fn header_failure(head: &Head) -> Option<Error> {
    status::from_metadata(&head.headers)?.err().map(Error::from)
}

/// A HTTP status other than 2xx: the gRPC status in the headers if it is an error, else what HTTP says.
fn bad_http_status(head: Head) -> Error {
    let Head { http_status, headers } = head;
    let known = status::from_metadata(&headers)
        .and_then(Result::err)
        .filter(|_| headers.get(status::STATUS).and_then(|raw| raw.parse().ok()).and_then(Code::from_number).is_some());
    let error = known.map_or_else(|| Error::from_http_status(http_status, headers.get(CONTENT_TYPE)), Error::from);
    error.with_answer(http_status, headers)
}

/// What is wrong with the content type, if anything.
fn content_type_violation(headers: &Metadata) -> Option<Error> {
    let value = headers.get(CONTENT_TYPE).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (code, advice) = match media_type.strip_prefix("application/grpc-web") {
        Some("" | "+proto") => return None,
        Some("-text" | "-text+proto") => {
            (Code::Internal, "this client asks for binary gRPC-Web; the proxy must not convert it")
        }
        Some(format) if format.starts_with('+') => (Code::Internal, "this client asks for the proto format"),
        _ => {
            (Code::Unknown, "check that baseUrl is ZITADEL's address and that the proxy in front of it passes gRPC-Web")
        }
    };
    Some(protocol_error(
        code,
        format!("The answer's content-type is \"{value}\" instead of \"application/grpc-web+proto\": {advice}."),
    ))
}

fn protocol_error(code: Code, message: impl Into<String>) -> Error {
    Error::new(Kind::Protocol, code, message)
}

fn missing_status() -> Error {
    protocol_error(
        Code::Unknown,
        "The answer carries no grpc-status. If the call is cross-origin, the server must expose the headers grpc-status, \
         grpc-message and grpc-status-details-bin; otherwise check the proxy in front of ZITADEL.",
    )
}

/// The connection ended inside the answer.
#[must_use]
pub fn connection_lost() -> Error {
    Error::new(
        Kind::Transport,
        Code::Unavailable,
        "The connection broke off inside the answer. The change may have been made: read the organization before trying again.",
    )
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let mut error = Self::new(Kind::Status, failure.code, failure.message);
        error.details = failure.details.iter().map(detail::from_any).collect();
        error
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        let (code, message) = match violation {
            Violation::Compressed => (
                Code::Internal,
                "The answer is compressed, which this client did not offer. Check the proxy in front of ZITADEL."
                    .to_owned(),
            ),
            Violation::UnknownFlags(flags) => (
                Code::Internal,
                format!(
                    "The answer has a frame with the undefined flags {flags:#04x}: it is not gRPC-Web. Check the proxy in front of ZITADEL."
                ),
            ),
            Violation::MessageTooLong(len) => (
                Code::ResourceExhausted,
                format!("The answer's message declares {len} bytes; at most {MAX_MESSAGE_LEN} are read."),
            ),
            Violation::TrailersTooLong(len) => (
                Code::ResourceExhausted,
                format!("The answer's trailers declare {len} bytes; at most {MAX_TRAILERS_LEN} are read."),
            ),
            Violation::DataAfterTrailers => (
                Code::Internal,
                "The answer goes on after its trailers. Check the proxy in front of ZITADEL.".to_owned(),
            ),
            Violation::Truncated => {
                (Code::Internal, "The answer ends inside a frame. Check the proxy in front of ZITADEL.".to_owned())
            }
        };
        protocol_error(code, message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, Reader, Response};
    use crate::{
        code::Code,
        error::{Error, Kind},
        metadata::Metadata,
    };

    const GRPC_WEB: (&str, &str) = ("content-type", "application/grpc-web+proto");
    const MESSAGE: &[u8] = b"\0\0\0\0\x02hi";
    const OK: &[u8] = b"\x80\0\0\0\x10grpc-status: 0\r\n";
    const NOT_FOUND: &[u8] = b"\x80\0\0\0\x10grpc-status: 5\r\n";

    fn reader(http_status: u16, headers: &[(&str, &str)]) -> Result<Reader, Error> {
        let mut metadata = Metadata::new();
        for (name, value) in headers {
            metadata.append(name, *value);
        }
        Reader::new(Head { http_status, headers: metadata })
    }

    fn read(http_status: u16, headers: &[(&str, &str)], chunks: &[&[u8]]) -> Result<Response, Error> {
        let mut reader = reader(http_status, headers)?;
        for chunk in chunks {
            if !reader.push(chunk) {
                break;
            }
        }
        reader.finish()
    }

    fn outcome(result: Result<Response, Error>) -> Result<Vec<u8>, (Kind, Code)> {
        result.map(|response| response.message).map_err(|error| (error.kind, error.code))
    }

    fn body(chunks: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        outcome(read(200, &[GRPC_WEB], chunks))
    }

    #[test]
    fn a_message_with_status_0_is_a_success() {
        assert_eq!(body(&[MESSAGE, OK]), Ok(b"hi".to_vec()));
    }

    #[test]
    fn an_error_in_the_headers_with_an_empty_body_is_that_error() {
        let error =
            read(200, &[GRPC_WEB, ("grpc-status", "16"), ("grpc-message", "auth%20header missing")], &[]).unwrap_err();
        assert_eq!(
            (error.kind, error.code, error.message.as_str()),
            (Kind::Status, Code::Unauthenticated, "auth header missing")
        );
        assert_eq!(error.http_status, Some(200));
    }

    #[test]
    fn the_trailers_frame_wins_over_the_headers() {
        let headers = [GRPC_WEB, ("grpc-status", "8")];
        assert_eq!(outcome(read(200, &headers, &[NOT_FOUND])), Err((Kind::Status, Code::NotFound)));
        assert_eq!(outcome(read(200, &headers, &[MESSAGE, OK])), Ok(b"hi".to_vec()));
    }

    #[test]
    fn an_error_keeps_headers_and_trailers() {
        let trailers = b"\x80\0\0\0\x1agrpc-status: 5\r\nx-b: 2\r\n\r\n";
        let error = read(200, &[GRPC_WEB, ("x-a", "1")], &[trailers]).unwrap_err();
        assert_eq!((error.metadata.get("x-a"), error.metadata.get("x-b")), (Some("1"), Some("2")));
    }

    #[test]
    fn a_status_other_than_ok_beats_every_complaint_about_the_form() {
        let expected = Err((Kind::Status, Code::NotFound));
        assert_eq!(body(&[MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[MESSAGE, MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[NOT_FOUND, MESSAGE]), expected);
        assert_eq!(body(&[NOT_FOUND, b"x"]), expected);
        assert_eq!(outcome(read(200, &[("grpc-status", "5")], &[])), expected);
        assert_eq!(outcome(read(200, &[GRPC_WEB, ("grpc-status", "5")], &[b"\x40\0\0\0\0"])), expected);
    }

    #[test]
    fn an_answer_without_any_status_is_unknown() {
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
        assert_eq!(outcome(read(200, &[GRPC_WEB, ("grpc-status", "0")], &[])), expected);
    }

    #[test]
    fn a_broken_form_is_internal_and_too_long_is_resource_exhausted() {
        for chunk in [&b"\x01\0\0\0\0"[..], b"\x81\0\0\0\0", b"\x02\0\0\0\0", b"\0\0\0\0", b"\0\0\0\0\x02h"] {
            assert_eq!(body(&[chunk]), Err((Kind::Protocol, Code::Internal)), "{chunk:?}");
        }
        assert_eq!(body(&[MESSAGE, OK, b"x"]), Err((Kind::Protocol, Code::Internal)));
        assert_eq!(body(&[MESSAGE, OK, OK]), Err((Kind::Protocol, Code::Internal)));
        assert_eq!(body(&[b"\0\xff\xff\xff\xff"]), Err((Kind::Protocol, Code::ResourceExhausted)));
        assert_eq!(body(&[b"\x80\xff\xff\xff\xff"]), Err((Kind::Protocol, Code::ResourceExhausted)));
    }

    #[test]
    fn a_http_error_comes_before_the_content_type() {
        for (http, code) in
            [(401, Code::Unauthenticated), (404, Code::Unimplemented), (503, Code::Unavailable), (302, Code::Unknown)]
        {
            let error = reader(http, &[("content-type", "text/html")]).unwrap_err();
            assert_eq!((error.kind, error.code, error.http_status), (Kind::Status, code, Some(http)));
            assert!(
                error.message.contains("text/html") && error.message.contains(&http.to_string()),
                "{}",
                error.message
            );
        }
    }

    #[test]
    fn a_http_error_with_a_grpc_status_is_that_status_if_it_is_an_error() {
        let code = |status: &str| reader(503, &[("grpc-status", status)]).unwrap_err().code;
        assert_eq!(code("7"), Code::PermissionDenied);
        assert_eq!(code("0"), Code::Unavailable);
        assert_eq!(code("99"), Code::Unavailable);
    }

    #[test]
    fn the_content_type_is_matched_without_case_and_parameters() {
        for value in
            ["application/grpc-web", "application/grpc-web+proto", "Application/gRPC-Web+Proto ; charset=utf-8"]
        {
            assert!(reader(200, &[("content-type", value)]).is_ok(), "{value}");
        }
    }

    #[test]
    fn another_format_is_internal_and_another_type_is_unknown() {
        let code = |value| reader(200, &[("content-type", value)]).unwrap_err().code;
        for value in ["application/grpc-web+json", "application/grpc-web-text", "application/grpc-web-text+proto"] {
            assert_eq!(code(value), Code::Internal, "{value}");
        }
        for value in ["text/html", "", "application/grpc", "application/grpc-webx", "x;application/grpc-web"] {
            assert_eq!(code(value), Code::Unknown, "{value}");
        }
        assert_eq!(reader(200, &[]).unwrap_err().code, Code::Unknown);
    }

    #[test]
    fn a_connection_that_breaks_off_is_unavailable_unless_the_trailers_are_there() {
        let broken = |headers: &[(&str, &str)], chunks: &[&[u8]]| {
            let mut reader = reader(200, headers).unwrap();
            assert!(chunks.iter().all(|chunk| reader.push(chunk)));
            outcome(reader.broken_off())
        };
        assert_eq!(broken(&[GRPC_WEB], &[]), Err((Kind::Transport, Code::Unavailable)));
        assert_eq!(broken(&[GRPC_WEB], &[MESSAGE]), Err((Kind::Transport, Code::Unavailable)));
        assert_eq!(broken(&[GRPC_WEB], &[MESSAGE, b"\x80\0"]), Err((Kind::Transport, Code::Unavailable)));
        assert_eq!(broken(&[GRPC_WEB], &[MESSAGE, OK]), Ok(b"hi".to_vec()));
        assert_eq!(broken(&[GRPC_WEB], &[NOT_FOUND]), Err((Kind::Status, Code::NotFound)));
        assert_eq!(broken(&[GRPC_WEB, ("grpc-status", "7")], &[]), Err((Kind::Status, Code::PermissionDenied)));
    }
}
