//! What a call fails with.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{
    Code, Detail, Metadata,
    protocol::{detail, status::Failure},
};

/// What was thrown or failed below an [`Error`].
///
/// ```
/// use zitadel_org_web::Source;
///
/// let source: Source = "the refresh token has expired".into();
/// ```
pub type Source = Box<dyn StdError + Send + Sync>;

/// Where a call failed.
///
/// See the example of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// ZITADEL, or the HTTP layer in front of it, responded with an error.
    Status,
    /// There was no response: refused, DNS, TLS, CORS, CSP, reset, redirect.
    Transport,
    /// The response breaks the protocol.
    Protocol,
    /// The caller's signal ended the call.
    Aborted,
    /// The deadline passed.
    Timeout,
    /// The call itself is wrong; nothing was sent.
    InvalidArgument,
}

impl ErrorKind {
    /// The kind's name in JavaScript, for instance `invalid-argument`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Transport => "transport",
            Self::Protocol => "protocol",
            Self::Aborted => "aborted",
            Self::Timeout => "timeout",
            Self::InvalidArgument => "invalid-argument",
        }
    }
}

/// A signal ended the call.
pub(crate) const ABORTED: &str = "The caller's signal aborted the call";
const UNSENT: &str = " before the request was sent.";

/// A failed call.
///
/// ```
/// use zitadel_org_web::{Client, ErrorKind};
///
/// let error = Client::builder("http://id.example.com").token("secret").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert!(error.message().contains("plain http"));
/// ```
#[derive(Debug, Clone)]
pub struct Error(Box<Fields>);

#[derive(Debug, Clone)]
struct Fields {
    kind: ErrorKind,
    code: Code,
    message: String,
    // Shared by the clones of an error, which a token that failed for several calls makes.
    details: Arc<Vec<Detail>>,
    metadata: Metadata,
    http_status: Option<u16>,
    body: Option<String>,
    retry_after_ms: Option<f64>,
    is_retriable: bool,
    may_have_changed: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error whose text comes in parts.
    // Never inlined, nor are the others: what fails is not worth a copy at every place that can.
    #[cold]
    #[inline(never)]
    pub(crate) fn new(kind: ErrorKind, code: Code, message: &[&str]) -> Self {
        let is_retriable = match kind {
            ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::Status => matches!(code, Code::Unavailable | Code::Aborted),
            ErrorKind::Protocol | ErrorKind::Aborted | ErrorKind::InvalidArgument => false,
        };
        Self(Box::new(Fields {
            kind,
            code,
            message: message.concat(),
            details: Arc::default(),
            metadata: Metadata::new(),
            http_status: None,
            body: None,
            retry_after_ms: None,
            is_retriable,
            may_have_changed: false,
            source: None,
        }))
    }

    /// An argument that cannot be sent. `message` begins with its name.
    #[cold]
    #[inline(never)]
    pub(crate) fn invalid_argument(message: &[&str]) -> Self {
        Self::new(ErrorKind::InvalidArgument, Code::InvalidArgument, message)
    }

    /// There was no response.
    #[cold]
    #[inline(never)]
    pub(crate) fn transport(message: &[&str]) -> Self {
        Self::new(ErrorKind::Transport, Code::Unavailable, message)
    }

    /// The same error with what lies below it.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub(crate) fn with_source(mut self, source: Option<Source>) -> Self {
        self.0.source = source.map(Arc::from);
        self
    }

    /// The same error with the response that it came with.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub(crate) fn with_response(mut self, http_status: u16, headers: &Metadata, trailers: &Metadata) -> Self {
        self.0.http_status = Some(http_status);
        self.0.is_retriable |= http_status == 429;
        self.0.metadata = headers.clone();
        self.0.metadata.extend(trailers);
        self
    }

    /// The same error with the beginning of the response's body.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub(crate) fn with_body(mut self, body: String) -> Self {
        self.0.body = Some(body).filter(|body| !body.is_empty());
        self
    }

    /// The same error, which the same call would fail with again.
    #[must_use]
    pub(crate) fn permanent(mut self) -> Self {
        self.0.is_retriable = false;
        self
    }

    /// The same error at the end of its call: whether the server may have made the change, and a text that is true for it.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub(crate) fn end(mut self, is_sent: bool, is_read: bool, timeout_ms: Option<f64>) -> Self {
        let fields = &mut *self.0;
        let has_refused = matches!(
            fields.code,
            Code::InvalidArgument
                | Code::NotFound
                | Code::AlreadyExists
                | Code::PermissionDenied
                | Code::FailedPrecondition
                | Code::OutOfRange
                | Code::Unimplemented
                | Code::Unauthenticated
        );
        fields.may_have_changed = match fields.kind {
            ErrorKind::InvalidArgument => false,
            _ if !is_sent || is_read => false,
            ErrorKind::Status => !has_refused,
            _ => true,
        };
        if matches!(fields.kind, ErrorKind::Timeout | ErrorKind::Aborted) {
            fields.message.push_str(if is_sent { "." } else { UNSENT });
        }
        if fields.may_have_changed && fields.kind != ErrorKind::Status {
            fields.message.push_str(" The change may have been made: read the organization before trying again.");
        }
        if let (ErrorKind::Timeout, Some(timeout_ms)) = (fields.kind, timeout_ms) {
            fields.message.push_str(" timeoutMs is ");
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "positive, and a cast saturates"
            )]
            fields.message.push_str(&(timeout_ms.ceil() as u64).to_string());
            fields.message.push('.');
        }
        self
    }

    /// The same error for a call that was not made.
    #[must_use]
    pub(crate) fn unsent(mut self) -> Self {
        self.0.may_have_changed = false;
        if self.0.kind == ErrorKind::Aborted {
            self.0.message = [ABORTED, UNSENT].concat();
        }
        self
    }

    pub(crate) const fn set_retry_after_ms(&mut self, retry_after_ms: Option<f64>) {
        self.0.retry_after_ms = retry_after_ms;
    }

    #[cfg(all(feature = "js", target_arch = "wasm32"))]
    pub(crate) const fn retry_after_ms(&self) -> Option<f64> {
        self.0.retry_after_ms
    }

    /// Where the call failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The gRPC status code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// For [`ErrorKind::Status`] the server's text, decoded and unchanged; otherwise a sentence that says what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// ZITADEL's stable id of the error, for instance `EVENT-bfnrh`. Branch on it, never on the message.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        let of_details = self.0.details.iter().find_map(Detail::id);
        of_details.or_else(|| detail::id_in_text(&self.0.message).filter(|_| self.0.kind == ErrorKind::Status))
    }

    /// What the server attached to its status.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.0.details
    }

    /// Headers and trailers of the response, as far as they could be read.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }

    /// The response's HTTP status, if there was one that can be read.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The beginning of the body of an HTTP error that is not a gRPC status, so that a proxy's page can be recognized.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// How long the server asks to wait, from `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.0.retry_after_ms? / 1000.0).ok()
    }

    /// Whether the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        self.0.is_retriable
    }

    /// Whether the server may have made the change: the request was sent, it is not a read, and the server did not refuse it.
    #[must_use]
    pub fn may_have_changed(&self) -> bool {
        self.0.may_have_changed
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let mut error = Self::new(ErrorKind::Status, failure.code, &[&failure.message]);
        error.0.details = Arc::new(failure.details);
        error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.0.code.name(), self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};
    use crate::{Code, Metadata};

    fn sent(kind: ErrorKind, code: Code) -> bool {
        Error::new(kind, code, &["x"]).end(true, false, None).may_have_changed()
    }

    #[test]
    fn a_change_may_have_been_made_unless_the_server_refused_it() {
        for code in Code::ALL {
            let has_refused = [3, 5, 6, 7, 9, 11, 12, 16].contains(&code.number());
            assert_eq!(sent(ErrorKind::Status, code), !has_refused, "{code:?}");
        }
        for kind in [ErrorKind::Transport, ErrorKind::Protocol, ErrorKind::Aborted, ErrorKind::Timeout] {
            assert!(sent(kind, Code::Unknown), "{kind:?}");
        }
        assert!(!sent(ErrorKind::InvalidArgument, Code::InvalidArgument));
        assert!(!Error::transport(&["x"]).may_have_changed());
    }

    #[test]
    fn the_text_says_what_may_have_happened_unless_it_is_the_servers() {
        let text = |kind, is_sent, is_read| {
            Error::new(kind, Code::Internal, &["It ended"]).end(is_sent, is_read, Some(300.2)).message().to_owned()
        };
        let changed = " The change may have been made: read the organization before trying again.";
        assert_eq!(text(ErrorKind::Timeout, true, false), ["It ended.", changed, " timeoutMs is 301."].concat());
        assert_eq!(text(ErrorKind::Timeout, true, true), "It ended. timeoutMs is 301.");
        assert_eq!(text(ErrorKind::Aborted, false, false), "It ended before the request was sent.");
        assert_eq!(text(ErrorKind::Protocol, true, false), ["It ended", changed].concat());
        assert_eq!(text(ErrorKind::Status, true, false), "It ended");
        assert_eq!(text(ErrorKind::InvalidArgument, true, false), "It ended");
    }

    #[test]
    fn what_may_succeed_later_is_retriable() {
        for code in Code::ALL {
            let is_retriable = Error::new(ErrorKind::Status, code, &["x"]).is_retriable();
            assert_eq!(is_retriable, [10, 14].contains(&code.number()), "{code:?}");
        }
        let with_http = |http| {
            let none = Metadata::new();
            Error::new(ErrorKind::Status, Code::ResourceExhausted, &["x"])
                .with_response(http, &none, &none)
                .is_retriable()
        };
        assert_eq!((with_http(429), with_http(500)), (true, false));
        assert!(Error::transport(&["x"]).is_retriable());
        assert!(!Error::transport(&["x"]).permanent().is_retriable());
    }

    #[test]
    fn an_error_is_sent_to_other_threads() {
        const fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
    }
}
