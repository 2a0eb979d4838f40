//! The error type.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{
    code::Code,
    detail::{self, Detail},
    metadata::Metadata,
    texts::{ABORTED, MAY_HAVE_CHANGED, TIMED_OUT, TIMED_OUT_END, UNSENT},
    wire::{retry_after, status::ErrorStatus},
};

/// The exception or failure below an [`Error`].
///
/// ```
/// use zitadel_org_web::Source;
///
/// let source: Source = "the refresh token has expired".into();
/// ```
pub type Source = Box<dyn StdError + Send + Sync>;

/// A source that the clones of an error share.
pub(crate) type SharedSource = Arc<dyn StdError + Send + Sync>;

/// The stage at which a call failed.
///
/// See the example of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// ZITADEL, or the HTTP layer in front of it, responded with an error.
    Status,
    /// There was no response: refused, DNS, TLS, CORS, CSP, reset, redirect.
    Transport,
    /// The response violates the protocol.
    Protocol,
    /// The caller's signal aborted the call.
    Aborted,
    /// The deadline passed.
    Timeout,
    /// The call itself is wrong, or the token function failed. Nothing was changed.
    InvalidArgument,
}

impl ErrorKind {
    /// Returns the kind's name in JavaScript, for instance `invalid-argument`.
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

/// The error of a failed call. Clones are cheap.
///
/// ```
/// use zitadel_org_web::{Client, ErrorKind};
///
/// let error = Client::builder("http://id.example.com").token("secret").build().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidArgument);
/// assert!(error.message().contains("plain http"));
/// ```
#[derive(Debug, Clone)]
pub struct Error(Arc<Fields>);

#[derive(Debug, Clone)]
struct Fields {
    kind: ErrorKind,
    code: Code,
    message: String,
    /// Length of the message without the sentences that [`Error::with_progress`] adds.
    sentence_len: usize,
    details: Vec<Detail>,
    metadata: Metadata,
    http_status: Option<u16>,
    body: Option<String>,
    retry_after_ms: Option<f64>,
    /// The same call would fail in the same way.
    is_permanent: bool,
    /// Something other than the code proves that the server did not apply the change.
    is_without_effect: bool,
    may_have_changed: bool,
    is_finished: bool,
    source: Option<SharedSource>,
}

/// The progress of a call before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Unsent,
    /// ZITADEL rejected the token, which it checks before it changes anything.
    Rejected,
    /// A request that changes nothing was sent.
    ReadSent,
    ChangeSent,
}

impl Error {
    /// Creates an error, for transports and for tests. The message says what is wrong and what to do.
    ///
    /// ```
    /// use zitadel_org_web::{Code, Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Transport, Code::Unavailable, "The socket was reset. Try again.");
    /// assert!(error.is_retriable());
    /// ```
    #[must_use]
    pub fn new(kind: ErrorKind, code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Arc::new(Fields {
            kind,
            code,
            sentence_len: message.len(),
            message,
            details: Vec::new(),
            metadata: Metadata::new(),
            http_status: None,
            body: None,
            retry_after_ms: None,
            is_permanent: false,
            is_without_effect: false,
            may_have_changed: false,
            is_finished: false,
            source: None,
        }))
    }

    /// The error of an argument that cannot be sent. The message starts with the argument's name.
    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, Code::InvalidArgument, message)
    }

    /// The error of a response that violates the protocol.
    pub(crate) fn protocol(code: Code, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Protocol, code, message)
    }

    /// The error of a call without a response.
    #[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only fetch loses connections"))]
    pub(crate) fn transport(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Transport, Code::Unavailable, message)
    }

    /// The error of a call that its signal aborted. [`Error::finish`] completes its message.
    pub(crate) fn aborted(reason: Option<SharedSource>) -> Self {
        let error = Self::new(ErrorKind::Aborted, Code::Cancelled, ABORTED);
        match reason {
            Some(reason) => error.with_shared_source(reason),
            None => error,
        }
    }

    /// The error of a call whose deadline passed. [`Error::finish`] completes its message.
    pub(crate) fn timed_out(timeout_ms: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and a cast saturates")]
        let whole_ms = (timeout_ms.ceil() as u64).to_string();
        Self::new(ErrorKind::Timeout, Code::DeadlineExceeded, [TIMED_OUT, &whole_ms, TIMED_OUT_END].concat())
    }

    /// Attaches the underlying cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.fields().source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn with_shared_source(mut self, source: SharedSource) -> Self {
        self.fields().source = Some(source);
        self
    }

    pub(crate) fn shared_source(&self) -> Option<SharedSource> {
        self.0.source.clone()
    }

    /// Attaches the details of the server's status.
    #[must_use]
    pub fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.fields().details = details;
        self
    }

    /// Attaches the response: its HTTP status, headers, trailers and the wait in `Retry-After`.
    #[must_use]
    pub fn with_response(mut self, http_status: u16, headers: &Metadata, trailers: &Metadata) -> Self {
        let fields = self.fields();
        fields.http_status = Some(http_status);
        fields.metadata = headers.clone();
        fields.metadata.extend(trailers);
        fields.retry_after_ms = retry_after::parse(&fields.metadata);
        self
    }

    /// Attaches the beginning of the response's body.
    #[must_use]
    pub(crate) fn with_body(mut self, body: String) -> Self {
        self.fields().body = Some(body).filter(|body| !body.is_empty());
        self
    }

    /// Marks the error as one that the same call would fail with again.
    #[must_use]
    pub(crate) fn permanent(mut self) -> Self {
        self.fields().is_permanent = true;
        self
    }

    /// Marks the error as a proof that the server did not apply the change.
    #[must_use]
    pub(crate) fn without_effect(mut self) -> Self {
        self.fields().is_without_effect = true;
        self
    }

    /// Completes the error at the end of its call: whether the change may have been applied, and a message that is true for
    /// this call. An error that is complete already stays as it is.
    #[must_use]
    pub(crate) fn finish(self, progress: Progress) -> Self {
        if self.0.is_finished { self } else { self.with_progress(progress) }
    }

    /// Completes the error for calls of which the one that failed is a part, or for one that was not started because of it.
    #[must_use]
    pub(crate) fn with_progress(mut self, progress: Progress) -> Self {
        let fields = self.fields();
        fields.is_finished = true;
        fields.may_have_changed = progress == Progress::ChangeSent
            && fields.kind != ErrorKind::InvalidArgument
            && !fields.is_without_effect
            && !(fields.kind == ErrorKind::Status && fields.code.is_refusal());
        fields.message.truncate(fields.sentence_len);
        if matches!(fields.kind, ErrorKind::Aborted | ErrorKind::Timeout) {
            fields.message.push_str(if progress == Progress::Unsent { UNSENT } else { "." });
        }
        if fields.may_have_changed && fields.kind != ErrorKind::Status {
            fields.message.push_str(MAY_HAVE_CHANGED);
        }
        self
    }

    fn fields(&mut self) -> &mut Fields {
        Arc::make_mut(&mut self.0)
    }

    /// Returns the stage at which the call failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the gRPC status code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the server's text for [`ErrorKind::Status`], decoded and unchanged, and otherwise what is wrong and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns ZITADEL's stable id of the error, for instance `EVENT-bfnrh`. Branch on it and never on the message.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        let in_details = self.0.details.iter().find_map(Detail::id);
        in_details.or_else(|| detail::id_in_text(&self.0.message).filter(|_| self.0.kind == ErrorKind::Status))
    }

    /// Returns the details that the server attached to its status.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.0.details
    }

    /// Returns the headers and trailers of the response, as far as they could be read.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }

    /// Returns the response's HTTP status, if there was a response whose status can be read.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Returns the first KiB of an unexpected response, for instance a proxy's page.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// Returns how long the server asks to wait, from `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.0.retry_after_ms? / 1000.0).ok()
    }

    pub(crate) fn retry_after_ms(&self) -> Option<f64> {
        self.0.retry_after_ms
    }

    /// Returns true if the same call may succeed later with nothing else changed.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        let Fields { kind, code, http_status, retry_after_ms, is_permanent, .. } = &*self.0;
        let may_pass = match kind {
            ErrorKind::Timeout | ErrorKind::Transport => true,
            ErrorKind::Status => matches!(code, Code::Unavailable | Code::Aborted),
            ErrorKind::Protocol | ErrorKind::Aborted | ErrorKind::InvalidArgument => false,
        };
        let asks_for_retry = retry_after_ms.is_some() || matches!(http_status, Some(408 | 425 | 429 | 503));
        !is_permanent && (may_pass || asks_for_retry)
    }

    /// Returns true if the server may have applied the change: the request was sent, it is not a read, and nothing proves a
    /// refusal.
    #[must_use]
    pub fn may_have_changed(&self) -> bool {
        self.0.may_have_changed
    }
}

impl From<ErrorStatus> for Error {
    fn from(status: ErrorStatus) -> Self {
        Self::new(ErrorKind::Status, status.code, status.message).with_details(status.details)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.code.name())?;
        formatter.write_str(": ")?;
        formatter.write_str(&self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, Progress};
    use crate::{Code, Metadata, texts::MAY_HAVE_CHANGED};

    fn sent(kind: ErrorKind, code: Code) -> Error {
        Error::new(kind, code, "x").finish(Progress::ChangeSent)
    }

    fn response(http_status: u16, retry_after: Option<&str>) -> Error {
        let mut headers = Metadata::new();
        if let Some(retry_after) = retry_after {
            headers.append("retry-after", retry_after);
        }
        Error::new(ErrorKind::Status, Code::ResourceExhausted, "x").with_response(
            http_status,
            &headers,
            &Metadata::new(),
        )
    }

    #[test]
    fn change_may_have_been_applied_unless_refused() {
        for code in Code::ALL {
            let is_refusal = [3, 5, 6, 7, 9, 11, 12, 16].contains(&code.number());
            assert_eq!(sent(ErrorKind::Status, code).may_have_changed(), !is_refusal, "{code:?}");
        }
        for kind in [ErrorKind::Transport, ErrorKind::Protocol, ErrorKind::Aborted, ErrorKind::Timeout] {
            assert!(sent(kind, Code::Unknown).may_have_changed(), "{kind:?}");
        }
        assert!(!sent(ErrorKind::InvalidArgument, Code::InvalidArgument).may_have_changed());
        assert!(!Error::transport("x").may_have_changed());
        assert!(!Error::transport("x").without_effect().finish(Progress::ChangeSent).may_have_changed());
    }

    #[test]
    fn message_is_true_for_the_call_unless_it_is_the_servers() {
        let text = |error: Error, progress| error.finish(progress).message().to_owned();
        let timed_out = || Error::timed_out(300.2);
        assert_eq!(
            text(timed_out(), Progress::ChangeSent),
            ["The call timed out (timeoutMs: 301).", MAY_HAVE_CHANGED].concat()
        );
        assert_eq!(text(timed_out(), Progress::ReadSent), "The call timed out (timeoutMs: 301).");
        let unsent = "The call timed out (timeoutMs: 301) before the request was sent.";
        assert_eq!(text(timed_out(), Progress::Unsent), unsent);
        assert_eq!(timed_out().finish(Progress::ChangeSent).with_progress(Progress::Unsent).message(), unsent);
        let finished = timed_out().finish(Progress::Rejected).finish(Progress::ChangeSent);
        assert_eq!((finished.message(), finished.may_have_changed()), ("The call timed out (timeoutMs: 301).", false));
        assert_eq!(
            text(Error::aborted(None), Progress::Unsent),
            "The signal aborted the call before the request was sent."
        );
        assert_eq!(
            text(sent(ErrorKind::Protocol, Code::Internal), Progress::ChangeSent),
            ["x", MAY_HAVE_CHANGED].concat()
        );
        assert_eq!(text(sent(ErrorKind::Status, Code::Internal), Progress::ChangeSent), "x");
    }

    #[test]
    fn error_is_retriable_if_the_same_call_may_succeed_later() {
        for code in Code::ALL {
            let is_retriable = Error::new(ErrorKind::Status, code, "x").is_retriable();
            assert_eq!(is_retriable, [10, 14].contains(&code.number()), "{code:?}");
        }
        for http_status in [400, 401, 408, 409, 425, 429, 500, 502, 503] {
            let is_retriable = response(http_status, None).is_retriable();
            assert_eq!(is_retriable, [408, 425, 429, 503].contains(&http_status), "HTTP {http_status}");
        }
        assert!(response(400, Some("2")).is_retriable());
        assert!(Error::transport("x").is_retriable());
        assert!(!Error::transport("x").permanent().is_retriable());
        assert!(!response(429, Some("2")).permanent().is_retriable());
    }

    #[test]
    fn error_can_be_sent_to_other_threads() {
        const fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
    }
}
