//! What a call can fail with.

use std::fmt;

use crate::{code::Code, json::Json, metadata::Metadata};

/// Where a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ZITADEL, or the HTTP layer in front of it, answered with an error.
    Status,
    /// There was no answer: refused, DNS, TLS, CORS, reset, redirect.
    Transport,
    /// The answer breaks the protocol.
    Protocol,
    /// The caller's signal ended the call.
    Aborted,
    /// The deadline passed.
    Timeout,
    /// The call itself is wrong; nothing was sent.
    InvalidArgument,
}

impl Kind {
    /// The kind's name in the public contract.
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

/// A failed call.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// Where it failed.
    pub kind: Kind,
    /// The gRPC status code.
    pub code: Code,
    /// The server's text for [`Kind::Status`], otherwise a sentence that says what to do.
    pub message: String,
    /// What the server attached to its status, each an object with `@type`.
    pub details: Vec<Json>,
    /// The answer's HTTP status, if there was an answer.
    pub http_status: Option<u16>,
    /// Headers and trailers of the answer.
    pub metadata: Metadata,
}

impl Error {
    /// An error without an answer.
    pub fn new(kind: Kind, code: Code, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), details: Vec::new(), http_status: None, metadata: Metadata::new() }
    }

    /// An argument that cannot be sent. `message` begins with the argument's name.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidArgument, Code::InvalidArgument, message)
    }

    /// What a HTTP status other than 2xx means where the answer carries no gRPC status.
    #[must_use]
    pub fn from_http_status(http_status: u16, content_type: Option<&str>) -> Self {
        let content_type = content_type.unwrap_or("none");
        let text = format!(
            "The server, or a proxy in front of it, answered with HTTP {http_status} (content-type: {content_type}) and no \
             gRPC status. Check baseUrl and the proxy."
        );
        Self::new(Kind::Status, Code::from_http_status(http_status), text)
    }

    /// The same error, told with the answer that it came with.
    #[must_use]
    pub fn with_answer(mut self, http_status: u16, metadata: Metadata) -> Self {
        self.http_status = Some(http_status);
        self.metadata = metadata;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for Error {}
