//! The answer to a call: from HTTP status, headers and body to a value or an error.

use alloc::vec;

use crate::{
    code::Code,
    error::{Error, Kind},
    frame::{self, Frames, Violation},
    json::{self, Json},
    message::{self, Field},
    metadata::Block,
    status,
};

/// What has come of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The HTTP status.
    pub http_status: u16,
    /// The headers.
    pub headers: Block<'a>,
    /// The body, from its beginning.
    pub body: &'a [u8],
    /// Whether that is all of it; otherwise more may come.
    pub is_complete: bool,
}

/// A decided answer: its value, or its error and its trailers.
pub type Outcome<'a> = Result<Json, (Error, Block<'a>)>;

impl<'a> Answer<'a> {
    /// The same as JSON text: `{"value":…}` or `{"error":…}`; empty if it takes more of the body.
    #[must_use]
    pub fn outcome_json(&self, fields: &[Field]) -> Json {
        self.outcome(fields).map(|outcome| outcome_json(outcome, self.headers)).unwrap_or_default()
    }

    fn content_type(&self) -> &'a [u8] {
        self.headers.get(b"content-type").unwrap_or_default()
    }

    /// What the answer comes to, where a success has a message of these fields; `None` if that takes more of the body.
    ///
    /// An outcome that is told early stays the same however the answer goes on, with one exception: nothing may follow the
    /// trailers, so a success is known only at the end.
    ///
    /// The order of decisions: a bad HTTP status, the content type, then the body's frames, then the status in the trailers
    /// frame, or in the headers if no trailers frame came (trailers-only), and last the message. A status other than OK is the
    /// server's word and beats every complaint of ours about the answer's form.
    #[must_use]
    pub fn outcome(&self, fields: &[Field]) -> Option<Outcome<'a>> {
        let from_headers = status::from_metadata(self.headers);
        if !matches!(self.http_status, 200..300) {
            let error = match from_headers {
                // 99 is no status; what HTTP says tells more.
                Some(Err(error)) if error.code != Code::Unknown => error,
                _ => Error::from_http_status(self.http_status, self.content_type()),
            };
            return Some(Err((error, Block::default())));
        }
        if let Some(error) = self.content_type_violation() {
            return Some(Err((from_headers.and_then(Result::err).unwrap_or(error), Block::default())));
        }
        let frames = frame::read(self.body);
        let violation = match frames.violation {
            Some(Violation::Truncated) if !self.is_complete => None,
            violation => violation,
        };
        if !self.is_complete && frames.trailers.is_none() && violation.is_none() {
            return None;
        }
        let trailers = frames.trailers.map(Block::new);
        let error = match (trailers.map_or(from_headers, status::from_metadata), violation) {
            (Some(Err(error)), _) => error,
            (_, Some(violation)) => violation.into(),
            (None, None) => missing_status(),
            (Some(Ok(())), None) => match only_message(&frames, fields) {
                Ok(value) => return Some(Ok(value)),
                Err(error) => error,
            },
        };
        Some(Err((error, trailers.unwrap_or_default())))
    }

    fn content_type_violation(&self) -> Option<Error> {
        const GRPC_WEB: &[u8] = b"application/grpc-web";
        let value = self.content_type();
        let media_type = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let (start, format) = media_type.split_at_checked(GRPC_WEB.len()).unwrap_or_default();
        let code = match format.first() {
            _ if !start.eq_ignore_ascii_case(GRPC_WEB) => Code::Unknown,
            None => return None,
            Some(b'+') if format.eq_ignore_ascii_case(b"+proto") => return None,
            Some(b'+' | b'-') => Code::Internal,
            Some(_) => Code::Unknown,
        };
        let text = [
            b"The answer's content-type is \"",
            value,
            b"\", which is not gRPC-Web. Check that baseUrl is ZITADEL's address and that the proxy in front of \
              it passes gRPC-Web as it is.",
        ];
        Some(Error::new(Kind::Protocol, code, &text))
    }
}

/// An outcome as JSON text: `{"value":…}` or `{"error":…}`.
#[must_use]
pub fn outcome_json(outcome: Outcome<'_>, headers: Block<'_>) -> Json {
    let mut out = vec![b'{'];
    match outcome {
        Ok(value) => {
            json::write_name(&mut out, b"value");
            out.extend_from_slice(&value);
        }
        Err((error, trailers)) => {
            json::write_name(&mut out, b"error");
            error.write(&mut out, [headers, trailers]);
        }
    }
    out.push(b'}');
    out
}

fn only_message(frames: &Frames<'_>, fields: &[Field]) -> Result<Json, Error> {
    if frames.messages != 1 {
        let text = b"The answer has status 0 but not one message. Check the proxy in front of ZITADEL.";
        return Err(Error::new(Kind::Protocol, Code::Unimplemented, &[text]));
    }
    message::from_proto(fields, frames.message).ok_or_else(unfit_message)
}

/// The message is not what the method answers with.
pub(crate) fn unfit_message() -> Error {
    let text = b"The answer's message is not what this method answers with. Check the server's version.";
    Error::new(Kind::Protocol, Code::Internal, &[text])
}

fn missing_status() -> Error {
    let text = b"The answer carries no grpc-status. A server of another origin must expose that header; otherwise check the proxy \
                 in front of ZITADEL.";
    Error::new(Kind::Protocol, Code::Unknown, &[text])
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        let (code, what): (_, &[u8]) = match violation {
            Violation::Compressed => (Code::Internal, b"is compressed, which this client did not offer"),
            Violation::UnknownFlags => (Code::Internal, b"has a frame with undefined flags"),
            Violation::TooLong => {
                (Code::ResourceExhausted, b"is longer than what is read: 4 MiB, and 64 KiB of trailers")
            }
            Violation::DataAfterTrailers => (Code::Internal, b"goes on after its trailers"),
            Violation::Truncated => (Code::Internal, b"ends inside a frame"),
        };
        Self::new(Kind::Protocol, code, &[b"The answer ", what, b". Check the proxy in front of ZITADEL."])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Answer;
    use crate::{
        code::Code,
        error::{Error, Kind},
        metadata::Block,
        proto::REACTIVATE_ORG_RESPONSE,
    };

    const GRPC_WEB: &str = "content-type: application/grpc-web+proto\r\n";
    /// `{"details":{"sequence":"7","resourceOwner":"org"}}`
    const MESSAGE: &[u8] = b"\0\0\0\0\x09\x0a\x07\x08\x07\x22\x03org";
    const VALUE: &[u8] = br#"{"details":{"sequence":"7","resourceOwner":"org"}}"#;
    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";
    const NOT_FOUND: &[u8] = b"\x80\0\0\0\x10grpc-status: 5\r\n";

    fn outcome(http_status: u16, headers: &str, body: &[u8], is_complete: bool) -> Option<Result<Vec<u8>, Error>> {
        let answer = Answer { http_status, headers: Block::new(headers.as_bytes()), body, is_complete };
        answer.outcome(REACTIVATE_ORG_RESPONSE).map(|outcome| outcome.map_err(|(error, _)| error))
    }

    fn complete(http_status: u16, headers: &str, body: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        let outcome = outcome(http_status, headers, &body.concat(), true).unwrap();
        outcome.map_err(|error| (error.kind, error.code))
    }

    fn body(chunks: &[&[u8]]) -> Result<Vec<u8>, (Kind, Code)> {
        complete(200, GRPC_WEB, chunks)
    }

    fn text(error: &Error) -> String {
        serde_json::from_slice(&error.message).unwrap()
    }

    #[test]
    fn a_message_with_status_0_is_a_success() {
        assert_eq!(body(&[MESSAGE, OK]), Ok(VALUE.to_vec()));
    }

    #[test]
    fn an_error_in_the_headers_with_an_empty_body_is_that_error() {
        let headers = format!("{GRPC_WEB}grpc-status: 16\r\ngrpc-message: auth%20header missing\r\n");
        let error = outcome(200, &headers, b"", true).unwrap().unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Status, Code::Unauthenticated));
        assert_eq!(text(&error), "auth header missing");
    }

    #[test]
    fn the_trailers_frame_wins_over_the_headers() {
        let headers = format!("{GRPC_WEB}grpc-status: 8\r\n");
        assert_eq!(complete(200, &headers, &[NOT_FOUND]), Err((Kind::Status, Code::NotFound)));
        assert_eq!(complete(200, &headers, &[MESSAGE, OK]), Ok(VALUE.to_vec()));
        assert_eq!(outcome(200, &headers, MESSAGE, false), None);
    }

    #[test]
    fn an_error_keeps_headers_and_trailers() {
        let headers = format!("{GRPC_WEB}x-a: 1\r\n");
        let trailers = b"\x80\0\0\0\x18grpc-status: 5\r\nX-B: 2\r\n";
        let answer =
            Answer { http_status: 200, headers: Block::new(headers.as_bytes()), body: trailers, is_complete: false };
        let json: Value = serde_json::from_slice(&answer.outcome_json(REACTIVATE_ORG_RESPONSE)).unwrap();
        let metadata = json["error"]["metadata"].to_string();
        assert!(metadata.contains(r#"["x-a","1"],["grpc-status","5"],["x-b","2"]"#), "{metadata}");
    }

    #[test]
    fn a_status_other_than_ok_beats_every_complaint_about_the_form() {
        let expected = Err((Kind::Status, Code::NotFound));
        assert_eq!(body(&[MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[MESSAGE, MESSAGE, NOT_FOUND]), expected);
        assert_eq!(body(&[NOT_FOUND, MESSAGE]), expected);
        assert_eq!(body(&[NOT_FOUND, b"x"]), expected);
        assert_eq!(complete(200, "grpc-status: 5\r\n", &[]), expected);
        assert_eq!(complete(200, &format!("{GRPC_WEB}grpc-status: 5\r\n"), &[b"\x40\0\0\0\0"]), expected);
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
        assert_eq!(complete(200, &format!("{GRPC_WEB}grpc-status: 0\r\n"), &[]), expected);
    }

    #[test]
    fn a_broken_form_is_internal_and_too_long_is_resource_exhausted() {
        for chunk in [&b"\x01\0\0\0\0"[..], b"\x81\0\0\0\0", b"\x02\0\0\0\0", b"\0\0\0\0", b"\0\0\0\0\x02h"] {
            assert_eq!(body(&[chunk]), Err((Kind::Protocol, Code::Internal)), "{chunk:?}");
        }
        assert_eq!(body(&[MESSAGE, OK, b"x"]), Err((Kind::Protocol, Code::Internal)));
        assert_eq!(body(&[MESSAGE, OK, OK]), Err((Kind::Protocol, Code::Internal)));
        for chunk in [b"\0\xff\xff\xff\xff", b"\x80\xff\xff\xff\xff"] {
            let error = outcome(200, GRPC_WEB, chunk, false).unwrap().unwrap_err();
            assert_eq!((error.kind, error.code), (Kind::Protocol, Code::ResourceExhausted));
        }
    }

    #[test]
    fn an_answer_that_is_not_the_methods_message_is_internal() {
        assert_eq!(body(&[b"\0\0\0\0\x02\x0a\x7f", OK]), Err((Kind::Protocol, Code::Internal)));
    }

    #[test]
    fn a_http_error_comes_before_the_content_type_and_needs_no_body() {
        for (http, code) in
            [(401, Code::Unauthenticated), (404, Code::Unimplemented), (503, Code::Unavailable), (302, Code::Unknown)]
        {
            let error = outcome(http, "content-type: text/html\r\n", b"", false).unwrap().unwrap_err();
            assert_eq!((error.kind, error.code), (Kind::Status, code));
            let text = text(&error);
            assert!(text.contains("text/html") && text.contains(&http.to_string()), "{text}");
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
        for value in
            ["application/grpc-web", "application/grpc-web+proto", "Application/gRPC-Web+Proto ; charset=utf-8"]
        {
            assert!(complete(200, &format!("content-type: {value}"), &[MESSAGE, OK]).is_ok(), "{value}");
        }
    }

    #[test]
    fn another_format_is_internal_and_another_type_is_unknown() {
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
    fn nothing_is_decided_before_the_trailers_are_whole() {
        let whole = [MESSAGE, OK].concat();
        for len in 0..whole.len() {
            assert_eq!(outcome(200, GRPC_WEB, &whole[..len], false), None, "{len} bytes");
        }
        assert_eq!(outcome(200, GRPC_WEB, &whole, false), Some(Ok(VALUE.to_vec())));
        let trailers_only = format!("{GRPC_WEB}grpc-status: 7\r\n");
        assert_eq!(outcome(200, &trailers_only, b"", false), None);
    }
}
