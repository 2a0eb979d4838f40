//! Checks of what the caller passes in, before anything is sent.
//!
//! No error repeats the token or any other value that was passed: it might be a secret in the wrong place.

use crate::{
    error::Error,
    metadata::{is_valid_name, is_valid_value},
};

/// Headers that belong to the protocol or have an argument of their own, and what to use in their stead.
const RESERVED_HEADERS: [(&str, &str); 6] = [
    ("authorization", "pass the token as the first argument"),
    ("x-zitadel-orgid", "pass the organization as orgId"),
    ("content-type", "it belongs to the protocol"),
    ("x-grpc-web", "it belongs to the protocol"),
    ("x-user-agent", "it belongs to the protocol"),
    ("accept-language", "use the option language"),
];

/// A bearer token: visible ASCII without blanks.
///
/// # Errors
/// INVALID_ARGUMENT that names `token` and does not repeat it.
pub fn check_token(token: &str) -> Result<(), Error> {
    let problem = if token.is_empty() {
        "is empty"
    } else if token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        "starts with \"Bearer \": pass the bare token"
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        "has a blank or a character that is not visible ASCII"
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument(format!("token {problem}.")))
}

/// An organization's id, as a header's value.
///
/// Empty is refused: ZITADEL would take the caller's own organization, which is hardly what a caller with an empty form
/// field wants to deactivate.
///
/// # Errors
/// INVALID_ARGUMENT that names `orgId`.
pub fn check_org_id(org_id: &str) -> Result<(), Error> {
    if org_id.trim().is_empty() {
        return Err(Error::invalid_argument(
            "orgId is empty: leave it out (or pass null) for the caller's own organization.",
        ));
    }
    check_value("orgId", org_id)
}

/// A value for the header that the argument `name` becomes.
///
/// # Errors
/// INVALID_ARGUMENT that names the argument.
pub fn check_value(name: &str, value: &str) -> Result<(), Error> {
    // fetch sends a header's characters as Latin-1 bytes and has no way to send others.
    if is_valid_value(value) && value.chars().all(|char| char <= '\u{ff}') {
        return Ok(());
    }
    Err(Error::invalid_argument(format!(
        "{name} cannot be the value of a header: it has a line break, a control character or one beyond U+00FF."
    )))
}

/// One of the option `headers`.
///
/// # Errors
/// INVALID_ARGUMENT that names the header, if it is not a header, or the protocol's own.
pub fn check_header(name: &str, value: &str) -> Result<(), Error> {
    if !is_valid_name(name) {
        return Err(Error::invalid_argument(format!("headers has \"{name}\", which is not the name of a header.")));
    }
    let lower = name.to_ascii_lowercase();
    let reserved = RESERVED_HEADERS.iter().find(|(reserved, _)| *reserved == lower).map(|(_, advice)| *advice);
    let reserved = reserved.or(lower.starts_with("grpc-").then_some("it belongs to the protocol"));
    match reserved {
        Some(advice) => {
            Err(Error::invalid_argument(format!("headers has {name}, which cannot be set there: {advice}.")))
        }
        None => check_value(&format!("headers[\"{name}\"]"), value),
    }
}

/// The option `timeoutMs`, in milliseconds; `None` for 0, which means no deadline.
///
/// # Errors
/// INVALID_ARGUMENT if it is negative or not a finite number.
pub fn check_timeout_ms(timeout_ms: f64) -> Result<Option<f64>, Error> {
    if timeout_ms.is_finite() && timeout_ms >= 0.0 {
        return Ok((timeout_ms > 0.0).then_some(timeout_ms));
    }
    Err(Error::invalid_argument("timeoutMs is not a number of milliseconds from 0 (no deadline) up."))
}

/// The parts of a URL, as the WHATWG URL parser tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrlParts {
    /// The whole URL.
    pub href: String,
    /// Scheme with its colon, for instance `https:`.
    pub protocol: String,
    /// Host without the port; IPv6 in brackets.
    pub hostname: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Path from the first slash.
    pub pathname: String,
    /// Whether it carries a user name or a password.
    pub has_user_info: bool,
}

/// The address that a method's path is appended to: the URL without its trailing slashes.
///
/// # Errors
/// INVALID_ARGUMENT that names `baseUrl`: not http(s), user info, query or fragment, or plain http to another machine
/// without `allowInsecure`, as the token would travel readable.
pub fn base_url(url: &UrlParts, allow_insecure: bool) -> Result<String, Error> {
    let secure = url.protocol == "https:";
    let problem = if !secure && url.protocol != "http:" {
        "is not a http or https URL"
    } else if url.has_user_info {
        "has a user name or a password: the token alone authorizes the call"
    } else if url.href.contains(['?', '#']) {
        "has a query or a fragment"
    } else if !secure && !allow_insecure && !is_loopback(&url.hostname) {
        "is plain http, which would show the token to the network: use https, or set allowInsecure"
    } else {
        return Ok(format!("{}{}", url.origin, url.pathname.trim_end_matches('/')));
    };
    Err(Error::invalid_argument(format!("baseUrl {problem}.")))
}

/// Whether the host, as the WHATWG URL parser writes it, is this machine.
///
/// Source: W3C Secure Contexts, section 3.1.
fn is_loopback(hostname: &str) -> bool {
    // The parser has made an IPv4 address of whatever is one: four decimal numbers.
    let is_loopback_v4 = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    hostname == "localhost"
        || hostname.ends_with(".localhost")
        || hostname == "[::1]"
        || hostname.strip_prefix("127.").is_some_and(is_loopback_v4)
}

#[cfg(test)]
mod tests {
    use super::{UrlParts, base_url, check_header, check_org_id, check_timeout_ms, check_token};
    use crate::{
        code::Code,
        error::{Error, Kind},
    };

    fn refused(result: Result<impl std::fmt::Debug, Error>, argument: &str) -> String {
        let error = result.unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::InvalidArgument, Code::InvalidArgument));
        assert!(error.message.starts_with(argument), "{}", error.message);
        error.message
    }

    #[test]
    fn a_token_is_visible_ascii() {
        assert!(check_token("abc.DEF-123_~+/==").is_ok());
        for token in ["", " ", "a b", "a\r\nx: y", "a\0", "ä", "tab\t", "Bearer abc", "bearer abc", "\u{7f}"] {
            refused(check_token(token), "token");
        }
    }

    #[test]
    fn no_message_repeats_the_token() {
        let message = refused(check_token("s3cret s3cret"), "token");
        assert!(!message.contains("s3cret"));
    }

    #[test]
    fn an_organization_is_a_header_value_and_not_empty() {
        assert!(check_org_id("69629023906488334").is_ok());
        for org_id in ["", "  ", "1\r\nx: y", "1\n", "1\0", "日本"] {
            refused(check_org_id(org_id), "orgId");
        }
    }

    #[test]
    fn headers_of_the_protocol_are_refused_in_any_case() {
        for name in ["Authorization", "X-Zitadel-OrgId", "content-type", "grpc-timeout", "Grpc-Anything", "x-grpc-web"]
        {
            let message = refused(check_header(name, "x"), "headers");
            assert!(message.contains(name), "{message}");
        }
    }

    #[test]
    fn other_headers_need_a_valid_name_and_value() {
        assert!(check_header("X-Trace", "a, b; c=\"ü\"").is_ok());
        for (name, value) in
            [("", "x"), ("a b", "x"), ("a:", "x"), ("x", "a\nb"), ("x", "a\rb"), ("x", "\0"), ("x", "€")]
        {
            refused(check_header(name, value), "headers");
        }
    }

    #[test]
    fn a_timeout_is_a_finite_number_of_milliseconds() {
        assert_eq!(check_timeout_ms(0.0).unwrap(), None);
        assert_eq!(check_timeout_ms(1e15).unwrap(), Some(1e15));
        for timeout_ms in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            refused(check_timeout_ms(timeout_ms), "timeoutMs");
        }
    }

    /// What the URL parser makes of simple URLs.
    fn url(protocol: &str, hostname: &str, pathname: &str) -> UrlParts {
        let origin = format!("{protocol}//{hostname}");
        UrlParts {
            href: format!("{origin}{pathname}"),
            protocol: protocol.to_owned(),
            hostname: hostname.to_owned(),
            origin,
            pathname: pathname.to_owned(),
            has_user_info: false,
        }
    }

    #[test]
    fn a_path_prefix_is_kept_and_trailing_slashes_do_not_matter() {
        for (pathname, expected) in [("/", ""), ("/a/b", "/a/b"), ("/a/b/", "/a/b"), ("//", "")] {
            assert_eq!(
                base_url(&url("https:", "z.example", pathname), false).unwrap(),
                format!("https://z.example{expected}")
            );
        }
    }

    #[test]
    fn plain_http_goes_to_this_machine_only_unless_allowed() {
        for host in ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert!(base_url(&url("http:", host, "/"), false).is_ok(), "{host}");
        }
        for host in
            ["z.example", "localhost.example", "128.0.0.1", "10.0.0.1", "[::2]", "notlocalhost", "127.0.0.1.example"]
        {
            refused(base_url(&url("http:", host, "/"), false), "baseUrl");
            assert!(base_url(&url("http:", host, "/"), true).is_ok(), "{host}");
        }
    }

    #[test]
    fn other_schemes_user_info_queries_and_fragments_are_refused() {
        for protocol in ["ftp:", "file:", "data:", "ws:"] {
            refused(base_url(&url(protocol, "z.example", "/"), true), "baseUrl");
        }
        refused(base_url(&UrlParts { has_user_info: true, ..url("https:", "z.example", "/") }, true), "baseUrl");
        for suffix in ["?", "?a=b", "#", "#x"] {
            let mut parts = url("https:", "z.example", "/");
            parts.href.push_str(suffix);
            refused(base_url(&parts, true), "baseUrl");
        }
    }
}
