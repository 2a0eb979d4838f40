//! Options of a call.

use std::time::Duration;

use crate::{
    error::Error,
    metadata::Metadata,
    texts::DEFAULT_TIMEOUT_MS,
    transport::{self, Protocol, TimeoutHeader},
    validate,
};

/// Per-call options. Unset options fall back to the client's.
///
/// ```
/// use std::time::Duration;
/// use zitadel_org_web::CallOptions;
///
/// let options = CallOptions::new().timeout(Duration::from_secs(5)).language("de").header("x-trace", "1");
/// ```
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout_ms: Option<f64>,
    pub(crate) timeout_header: Option<TimeoutHeader>,
    pub(crate) protocol: Option<Protocol>,
    pub(crate) language: Option<String>,
    pub(crate) headers: Metadata,
    /// The error of the first header that cannot be sent.
    pub(crate) header_error: Option<Error>,
}

impl CallOptions {
    /// Returns options with nothing set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time for the whole call: token, connecting, headers, body and the retry. Zero disables the deadline. The default
    /// is 30 seconds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(timeout.as_secs_f64() * 1000.0);
        self
    }

    /// Sets whether the server is told the deadline.
    #[must_use]
    pub const fn timeout_header(mut self, timeout_header: TimeoutHeader) -> Self {
        self.timeout_header = Some(timeout_header);
        self
    }

    /// Sets the wire protocol. The default is gRPC-Web.
    #[must_use]
    pub const fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Sets Accept-Language, for ZITADEL's translated messages. The language in the user's profile takes precedence.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Adds a request header. Authorization, the protocol's own headers and those that fetch forbids are rejected when the call is
    /// made.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.add_header(name.as_ref(), value.as_ref());
        self
    }

    pub(crate) fn add_header(&mut self, name: &str, value: &str) {
        match validate::header(name, value) {
            Ok(name) => self.headers.append(&name, value),
            Err(error) => self.header_error = self.header_error.take().or(Some(error)),
        }
    }

    /// Overrides other options with these. Headers are merged by name.
    pub(crate) fn over(self, defaults: &Self) -> Self {
        Self {
            timeout_ms: self.timeout_ms.or(defaults.timeout_ms),
            timeout_header: self.timeout_header.or(defaults.timeout_header),
            protocol: self.protocol.or(defaults.protocol),
            language: self.language.or_else(|| defaults.language.clone()),
            headers: defaults.headers.overridden_by(&self.headers),
            header_error: self.header_error.or_else(|| defaults.header_error.clone()),
        }
    }

    /// Checks the options and returns those of the request to an organization; `None` is the caller's own.
    ///
    /// # Errors
    /// INVALID_ARGUMENT, with a message that starts with the option's name.
    pub(crate) fn to_request(&self, org_id: Option<&str>) -> Result<transport::Options, Error> {
        if let Some(error) = &self.header_error {
            return Err(error.clone());
        }
        let timeout_ms = self.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
        validate::timeout_ms(timeout_ms)?;
        let mut metadata = self.headers.clone();
        if let Some(language) = &self.language {
            validate::header_value("language", language)?;
            metadata.append("accept-language", language);
        }
        if let Some(org_id) = org_id {
            validate::org_id(org_id)?;
            metadata.append(ORG_ID_HEADER, org_id);
        }
        Ok(transport::Options {
            metadata,
            timeout_ms: (timeout_ms > 0.0).then_some(timeout_ms),
            timeout_header: self.timeout_header.unwrap_or_default(),
            protocol: self.protocol.unwrap_or_default(),
        })
    }
}

/// The header that names the organization of a management v1 call.
pub(crate) const ORG_ID_HEADER: &str = "x-zitadel-orgid";
