//! Options of a call, and the checks of everything that a caller passes in, before anything is sent.
//!
//! No message repeats a value: it might be a secret in the wrong place.

use std::time::Duration;

use crate::{
    Metadata,
    error::Error,
    platform::Platform,
    protocol::{metadata, text::cut},
    transport::{self, TimeoutHeader},
};

/// Milliseconds until a call's deadline if its options do not say.
pub(crate) const DEFAULT_TIMEOUT_MS: f64 = 30_000.0;

/// How a call travels.
///
/// ```
/// use zitadel_org_web::{CallOptions, Protocol};
///
/// let options = CallOptions::new().protocol(Protocol::Json);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Protocol {
    /// gRPC-Web.
    #[default]
    GrpcWeb,
    /// The REST mapping, for networks that block gRPC-Web. Needs the feature `json`.
    Json,
}

impl Protocol {
    /// Whether it is the REST mapping; never, if that is not in the build.
    pub(crate) fn is_json(self) -> bool {
        cfg!(feature = "json") && self == Self::Json
    }
}

/// How a call is made, where it differs from the client's defaults.
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
    /// What is wrong with the first header that cannot be sent.
    pub(crate) failure: Option<Error>,
}

impl CallOptions {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Time for the whole call: token, connect, headers and body, a second try included. Zero is no deadline; the default is
    /// 30 s.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(timeout.as_secs_f64() * 1000.0);
        self
    }

    /// Whether the server is informed of the deadline.
    #[must_use]
    pub const fn timeout_header(mut self, timeout_header: TimeoutHeader) -> Self {
        self.timeout_header = Some(timeout_header);
        self
    }

    /// How the call travels; gRPC-Web by default.
    #[must_use]
    pub const fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Accept-Language, for ZITADEL's translated messages. The language in the user's profile comes first.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Adds a request header. The protocol's own and Authorization are refused, and those that fetch forbids.
    #[must_use]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.add_header(name.as_ref(), value.as_ref());
        self
    }

    pub(crate) fn add_header(&mut self, name: &str, value: &str) {
        match check_name(name).and_then(|lower| check_value(&["headers[\"", &lower, "\"]"].concat(), value)) {
            Ok(()) => self.headers.append(name, value),
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
    }

    /// These options over others: what they say comes first, headers are merged by name.
    pub(crate) fn over(mut self, defaults: &Self) -> Self {
        let mut headers = defaults.headers.without(&self.headers);
        headers.extend(&self.headers);
        self.headers = headers;
        self.failure = self.failure.or_else(|| defaults.failure.clone());
        self.timeout_ms = self.timeout_ms.or(defaults.timeout_ms);
        self.timeout_header = self.timeout_header.or(defaults.timeout_header);
        self.protocol = self.protocol.or(defaults.protocol);
        self.language = self.language.or_else(|| defaults.language.clone());
        self
    }
}

/// Checks a base URL, whose default is the page's own origin, and returns it without a slash at the end.
pub(crate) fn check_base_url(
    given: Option<String>,
    allow_insecure: bool,
    platform: &impl Platform,
) -> Result<String, Error> {
    let text = given.or_else(|| platform.own_origin().filter(|origin| origin.starts_with("http")));
    let text = text
        .ok_or_else(|| Error::invalid_argument(&["baseUrl is missing: there is no http(s) origin to default to."]))?;
    // `scheme://[user[:password]@]host[:port]/path[?query][#fragment]`, as every URL parser writes it.
    let href = platform.parse_url(&text).unwrap_or_default();
    let secure = href.strip_prefix("https://");
    let Some(rest) = secure.or_else(|| href.strip_prefix("http://")) else {
        return Err(Error::invalid_argument(&["baseUrl is not an absolute http(s) URL."]));
    };
    let (authority, _) = cut(rest, b'/');
    if authority.bytes().any(|byte| byte == b'@') || rest.bytes().any(|byte| matches!(byte, b'?' | b'#')) {
        return Err(Error::invalid_argument(&["baseUrl has a user name, a password, a query or a fragment."]));
    }
    if secure.is_none() && !allow_insecure && !is_this_machine(authority, platform) {
        let text =
            "baseUrl is plain http, which shows the token to the network: use https or set allowInsecure to true.";
        return Err(Error::invalid_argument(&[text]));
    }
    let mut base_url = href.as_str();
    while let Some(shorter) = base_url.strip_suffix('/') {
        base_url = shorter;
    }
    Ok(base_url.to_owned())
}

/// Whether a call to a base URL leaves the page's origin, which one from an opaque origin always does.
pub(crate) fn is_cross_origin(base_url: &str, platform: &impl Platform) -> bool {
    let own_origin = platform.own_origin();
    let path = own_origin.as_ref().and_then(|own_origin| base_url.strip_prefix(own_origin.as_str()));
    !path.is_some_and(|path| path.is_empty() || path.starts_with('/'))
}

/// Whether a host, perhaps with a port, is this machine.
///
/// Source: W3C Secure Contexts, section 3.1. Outside of browsers names below `localhost` go to the network's DNS.
fn is_this_machine(authority: &str, platform: &impl Platform) -> bool {
    if authority == "[::1]" || authority.starts_with("[::1]:") {
        return true;
    }
    let (host, _) = cut(authority, b':');
    let is_ipv4 = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host == "localhost"
        || host.strip_prefix("127.").is_some_and(is_ipv4)
        || (host.ends_with(".localhost") && platform.own_origin().is_some())
}

/// Everything about a call but its method, message and token, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_url: String,
    pub(crate) protocol: Protocol,
    /// `None` for no deadline.
    pub(crate) timeout_ms: Option<f64>,
    pub(crate) timeout_header: TimeoutHeader,
    /// Request headers besides the protocol's own and the token.
    pub(crate) metadata: Metadata,
}

impl Settings {
    /// Checks the organization and the options.
    ///
    /// # Errors
    /// INVALID_ARGUMENT that names what is wrong.
    pub(crate) fn check(base_url: String, org_id: Option<&str>, options: &CallOptions) -> Result<Self, Error> {
        let timeout_ms = options.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
        if !(timeout_ms >= 0.0 && timeout_ms.is_finite()) {
            let text = "timeoutMs is not a number of milliseconds from 0 (no deadline) up.";
            return Err(Error::invalid_argument(&[text]));
        }
        if let Some(error) = &options.failure {
            return Err(error.clone());
        }
        let protocol = options.protocol.unwrap_or_default();
        if protocol == Protocol::Json && !protocol.is_json() {
            return Err(Error::invalid_argument(&["protocol is \"json\", which this build leaves out."]));
        }
        let mut metadata = options.headers.clone();
        if let Some(language) = &options.language {
            check_value("language", language)?;
            metadata.append("accept-language", language.as_str());
        }
        if let Some(org_id) = org_id {
            if org_id.trim_ascii().is_empty() {
                let text = "orgId is empty: leave it out for the caller's own organization.";
                return Err(Error::invalid_argument(&[text]));
            }
            check_id("orgId", org_id)?;
            metadata.append("x-zitadel-orgid", org_id);
        }
        Ok(Self {
            base_url,
            protocol,
            timeout_ms: Some(timeout_ms).filter(|timeout_ms| *timeout_ms > 0.0),
            timeout_header: options.timeout_header.unwrap_or_default(),
            metadata,
        })
    }
}

impl Settings {
    /// The deadline of what began then, by the platform's clock.
    pub(crate) fn ends_at_ms(&self, started_at_ms: f64) -> Option<f64> {
        self.timeout_ms.map(|timeout_ms| started_at_ms + timeout_ms)
    }
}

/// Checks that a header can carry the token.
pub(crate) fn check_token(token: &str) -> Result<(), Error> {
    let is_prefixed = token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
    if is_prefixed {
        return Err(Error::invalid_argument(&["token starts with \"Bearer \": pass the bare token."]));
    }
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::invalid_argument(&["token is not visible ASCII without blanks."]));
    }
    Ok(())
}

/// Checks the id of an organization. ZITADEL's are ASCII; a server that reads another as no header at all would take the
/// caller's own organization, which is hardly what an empty form field means either.
pub(crate) fn check_id(name: &str, id: &str) -> Result<(), Error> {
    let problem = if id.trim_ascii().is_empty() {
        " is empty."
    } else if !id.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        " has a character that no id of ZITADEL's has."
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument(&[name, problem]))
}

/// Checks a header's name and returns it in lower case.
fn check_name(name: &str) -> Result<String, Error> {
    if !metadata::is_name(name.as_bytes()) {
        return Err(Error::invalid_argument(&["headers has a name that no header can have."]));
    }
    let lower = name.to_ascii_lowercase();
    let problem = if transport::is_reserved(&lower) {
        ", which belongs to the protocol or has an argument of its own."
    } else if is_forbidden(&lower) {
        ", which fetch does not let a caller set."
    } else {
        return Ok(lower);
    };
    Err(Error::invalid_argument(&["headers has ", &lower, problem]))
}

/// Whether fetch forbids a header, or a runtime that allows it sends a broken request.
///
/// Source: Fetch standard, "forbidden request-header".
fn is_forbidden(name: &str) -> bool {
    const FORBIDDEN: [&str; 20] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    FORBIDDEN.contains(&name) || name == "via" || name.starts_with("proxy-") || name.starts_with("sec-")
}

/// Checks that fetch can send a value: Latin-1 without control characters.
fn check_value(argument: &str, value: &str) -> Result<(), Error> {
    let is_latin_1 = |char: char| char == '\t' || (u32::from(char) <= 0xff && !char.is_control());
    if value.chars().all(is_latin_1) {
        return Ok(());
    }
    Err(Error::invalid_argument(&[argument, " has a character that a header cannot carry."]))
}
