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

    /// Sets when a request carries `grpc-timeout`.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::CallOptions;
    use crate::transport::{Options, Protocol, TimeoutHeader};

    fn checked(options: &CallOptions, org_id: Option<&str>) -> Result<Options, String> {
        options.to_request(org_id).map_err(|error| error.message().to_owned())
    }

    fn headers(options: &Options) -> Vec<(&str, &str)> {
        options.metadata.iter().collect()
    }

    #[test]
    fn unset_options_have_their_defaults() {
        let options = checked(&CallOptions::new(), None).unwrap();
        assert_eq!((options.timeout_ms, options.protocol), (Some(30_000.0), Protocol::GrpcWeb));
        assert_eq!((options.timeout_header, headers(&options)), (TimeoutHeader::OwnOrigin, Vec::new()));
    }

    #[test]
    fn headers_language_and_organization_are_sent() {
        let options = CallOptions::new().language("de").header("X-A", "1").header("x-a", "2");
        let expected = [("x-a", "1"), ("x-a", "2"), ("accept-language", "de"), ("x-zitadel-orgid", "7")];
        assert_eq!(headers(&checked(&options, Some("7")).unwrap()), expected);
    }

    #[test]
    fn timeout_is_kept_and_0_disables_it() {
        let timeout_ms =
            |timeout| checked(&CallOptions::new().timeout(timeout), None).map(|options| options.timeout_ms);
        assert_eq!(timeout_ms(Duration::from_micros(1500)), Ok(Some(1.5)));
        assert_eq!(timeout_ms(Duration::ZERO), Ok(None));
        assert!(timeout_ms(Duration::MAX).unwrap().unwrap() > 1e22);
        for invalid in [-1.0, f64::NAN, f64::INFINITY] {
            let options = CallOptions { timeout_ms: Some(invalid), ..CallOptions::new() };
            assert!(checked(&options, None).unwrap_err().starts_with("timeoutMs must be"), "{invalid}");
        }
    }

    #[test]
    fn options_override_defaults_and_headers_merge_by_name() {
        let defaults = CallOptions::new()
            .timeout(Duration::from_secs(1))
            .timeout_header(TimeoutHeader::Send)
            .protocol(Protocol::Json)
            .language("de")
            .header("x-a", "1")
            .header("x-a", "2")
            .header("x-b", "1");
        let kept = checked(&CallOptions::new().over(&defaults), None).unwrap();
        assert_eq!(
            (kept.timeout_ms, kept.timeout_header, kept.protocol),
            (Some(1000.0), TimeoutHeader::Send, Protocol::Json)
        );
        let expected = [("x-a", "1"), ("x-a", "2"), ("x-b", "1"), ("accept-language", "de")];
        assert_eq!(headers(&kept), expected);
        let options = CallOptions::new()
            .timeout(Duration::from_secs(2))
            .timeout_header(TimeoutHeader::Withhold)
            .protocol(Protocol::GrpcWeb)
            .language("fr")
            .header("X-A", "3")
            .header("x-c", "1");
        let overridden = checked(&options.over(&defaults), None).unwrap();
        let (timeout_header, protocol) = (overridden.timeout_header, overridden.protocol);
        assert_eq!(
            (overridden.timeout_ms, timeout_header, protocol),
            (Some(2000.0), TimeoutHeader::Withhold, Protocol::GrpcWeb)
        );
        let expected = [("x-b", "1"), ("x-a", "3"), ("x-c", "1"), ("accept-language", "fr")];
        assert_eq!(headers(&overridden), expected);
    }

    #[test]
    fn first_invalid_header_is_reported_when_the_call_is_made() {
        let invalid = CallOptions::new().header("cookie", "x").header("te", "x");
        assert_eq!(checked(&invalid, None).unwrap_err(), "headers must not set cookie: fetch forbids it.");
        let defaults = CallOptions::new().header("host", "x");
        assert_eq!(
            checked(&CallOptions::new().over(&defaults), None).unwrap_err(),
            "headers must not set host: fetch forbids it."
        );
        assert!(checked(&invalid.over(&defaults), None).unwrap_err().contains("cookie"));
    }

    #[test]
    fn language_and_org_id_are_checked_by_name() {
        for language in ["de\n", "de\r\nx: y", "\u{100}"] {
            let error = checked(&CallOptions::new().language(language), None).unwrap_err();
            assert!(error.starts_with("language must be"), "{error}");
        }
        for org_id in ["", " 7", "7\n", "ü", "."] {
            assert!(checked(&CallOptions::new(), Some(org_id)).unwrap_err().starts_with("orgId "), "{org_id}");
        }
    }
}
