//! The checks of everything that a caller passes in, before anything is sent.
//!
//! No message repeats a value, because it might be a secret in the wrong place.

use crate::{error::Error, metadata, platform::parse_url};

/// Checks a base URL, whose default is the page's own origin, and returns it without a slash at the end.
pub(crate) fn base_url(
    base_url: Option<String>,
    allow_insecure: bool,
    own_origin: Option<&str>,
) -> Result<String, Error> {
    let default = || own_origin.filter(|origin| origin.starts_with("http")).map(str::to_owned);
    let text = base_url
        .or_else(default)
        .ok_or_else(|| Error::invalid_argument("baseUrl must be set, because this runtime has no http(s) origin."))?;
    // `scheme://[user[:password]@]host[:port]/path[?query][#fragment]`, as every URL parser writes it.
    let href = parse_url(&text).unwrap_or_default();
    let secure = href.strip_prefix("https://");
    let Some(rest) = secure.or_else(|| href.strip_prefix("http://")) else {
        return Err(Error::invalid_argument("baseUrl must be an absolute http(s) URL."));
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') || rest.contains(['?', '#']) {
        return Err(Error::invalid_argument("baseUrl must not contain credentials, a query or a fragment."));
    }
    if secure.is_none() && !allow_insecure && !is_this_machine(authority, own_origin.is_some()) {
        return Err(Error::invalid_argument(
            "baseUrl must use https, because plain http sends the token unencrypted. To allow http, set allowInsecure: true.",
        ));
    }
    Ok(href.trim_end_matches('/').to_owned())
}

/// Returns true if a call to a base URL leaves the page's origin. A call from an opaque origin always does.
#[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only a page has an origin"))]
pub(crate) fn is_cross_origin(base_url: &str, own_origin: Option<&str>) -> bool {
    let path = own_origin.and_then(|own_origin| base_url.strip_prefix(own_origin));
    !path.is_some_and(|path| path.is_empty() || path.starts_with('/'))
}

/// Returns true if a host, with or without a port, is this machine.
///
/// Source: W3C Secure Contexts, section 3.1. Outside browsers, names below `localhost` go to the network's DNS.
fn is_this_machine(authority: &str, is_in_browser: bool) -> bool {
    if authority == "[::1]" || authority.starts_with("[::1]:") {
        return true;
    }
    let host = authority.split(':').next().unwrap_or_default();
    let is_ipv4 = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host == "localhost"
        || host.strip_prefix("127.").is_some_and(is_ipv4)
        || (host.ends_with(".localhost") && is_in_browser)
}

/// Checks that a header can carry the token.
pub(crate) fn token(token: &str) -> Result<(), Error> {
    let is_prefixed = token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
    if is_prefixed {
        return Err(Error::invalid_argument("token must be the bare token, without \"Bearer \"."));
    }
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::invalid_argument("token must be non-empty printable ASCII without whitespace."));
    }
    Ok(())
}

/// Checks the id of the organization in the header, which is optional.
pub(crate) fn org_id(org_id: &str) -> Result<(), Error> {
    if org_id.trim_ascii().is_empty() {
        return Err(Error::invalid_argument("orgId must not be empty. Omit it to use the caller's own organization."));
    }
    id("orgId", org_id)
}

/// Checks the id of an organization.
///
/// A header drops blanks at either end, and a URL drops the segments `.` and `..`, so that such an id would name another
/// organization or call another method.
pub(crate) fn id(name: &str, id: &str) -> Result<(), Error> {
    let constraint = if id.trim_ascii().is_empty() {
        " must not be empty."
    } else if !id.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        " must be printable ASCII."
    } else if id.trim_ascii() != id {
        " must not start or end with a blank."
    } else if matches!(id, "." | "..") {
        " must not be \".\" or \"..\"."
    } else {
        return Ok(());
    };
    Err(Error::invalid_argument([name, constraint].concat()))
}

/// Checks a timeout in milliseconds.
pub(crate) fn timeout_ms(timeout_ms: f64) -> Result<(), Error> {
    if timeout_ms >= 0.0 && timeout_ms.is_finite() {
        return Ok(());
    }
    Err(Error::invalid_argument("timeoutMs must be a non-negative finite number; 0 disables the deadline."))
}

/// Checks a header of the caller and returns its name in lower case.
pub(crate) fn header(name: &str, value: &str) -> Result<String, Error> {
    if !metadata::is_name(name.as_bytes()) {
        return Err(Error::invalid_argument("headers must not contain an invalid header name."));
    }
    let lower = name.to_ascii_lowercase();
    let reason = if is_reserved(&lower) {
        ": the client sets it itself."
    } else if is_forbidden(&lower) || is_forbidden_method(&lower, value) {
        ": fetch forbids it."
    } else {
        header_value(&["headers[\"", &lower, "\"]"].concat(), value)?;
        return Ok(lower);
    };
    Err(Error::invalid_argument(["headers must not set ", &lower, reason].concat()))
}

/// Checks that fetch can send a header's value: Latin-1 without control characters.
pub(crate) fn header_value(argument: &str, value: &str) -> Result<(), Error> {
    let is_latin_1 = |char: char| char == '\t' || (u32::from(char) <= 0xff && !char.is_control());
    if value.chars().all(is_latin_1) {
        return Ok(());
    }
    let text = [argument, " must be Latin-1 without control characters, as header values are."];
    Err(Error::invalid_argument(text.concat()))
}

/// Returns true for a header that the protocol sets, or that has an option of its own.
fn is_reserved(name: &str) -> bool {
    const RESERVED: &str = "authorization x-zitadel-orgid content-type accept accept-language x-grpc-web x-user-agent";
    name.starts_with("grpc-") || RESERVED.split(' ').any(|reserved| reserved == name)
}

/// Returns true for a header that fetch forbids because it names a method that fetch forbids.
///
/// Source: Fetch standard, "forbidden request-header".
fn is_forbidden_method(name: &str, value: &str) -> bool {
    let is_override = matches!(name, "x-http-method" | "x-http-method-override" | "x-method-override");
    let is_forbidden = |method: &str| {
        ["CONNECT", "TRACE", "TRACK"].iter().any(|forbidden| method.trim_ascii().eq_ignore_ascii_case(forbidden))
    };
    is_override && value.split(',').any(is_forbidden)
}

/// Returns true for a header that fetch forbids, or with which a runtime that allows it sends a broken request.
///
/// Source: Fetch standard, "forbidden request-header".
fn is_forbidden(name: &str) -> bool {
    const FORBIDDEN: &str = "accept-charset accept-encoding access-control-request-headers access-control-request-method \
                             connection content-length cookie cookie2 date dnt expect host keep-alive origin referer \
                             set-cookie te trailer transfer-encoding upgrade via";
    FORBIDDEN.split(' ').any(|forbidden| forbidden == name) || name.starts_with("proxy-") || name.starts_with("sec-")
}

#[cfg(test)]
mod tests {
    use super::{base_url, header, header_value, id, is_cross_origin, org_id, timeout_ms, token};

    fn checked(url: &str, own_origin: Option<&str>) -> Result<String, String> {
        base_url(Some(url.to_owned()), false, own_origin).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn base_url_loses_its_trailing_slashes_only() {
        assert_eq!(checked("https://z.example//", None).unwrap(), "https://z.example");
        assert_eq!(checked("HTTPS://Z.example:443/a//b/", None).unwrap(), "https://z.example/a//b");
    }

    #[test]
    fn base_url_defaults_to_an_http_origin() {
        let default = |own_origin| base_url(None, false, own_origin).map_err(|error| error.message().to_owned());
        assert_eq!(default(Some("https://console.example")).unwrap(), "https://console.example");
        for own_origin in [None, Some("null"), Some("chrome-extension://abc")] {
            assert!(default(own_origin).unwrap_err().starts_with("baseUrl must be set"), "{own_origin:?}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for url in ["http://localhost:8080", "http://127.1.2.3", "http://[::1]:80", "http://[::1]"] {
            assert!(checked(url, None).is_ok(), "{url}");
        }
        for url in ["http://z.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example"] {
            assert!(checked(url, Some("https://z.example")).unwrap_err().contains("unencrypted"), "{url}");
        }
        assert!(checked("http://a.localhost", Some("https://z.example")).is_ok());
        assert!(checked("http://a.localhost", None).is_err());
    }

    #[test]
    fn call_is_cross_origin_unless_base_url_is_below_the_own_origin() {
        let own = Some("https://z.example");
        assert!(!is_cross_origin("https://z.example", own) && !is_cross_origin("https://z.example/a", own));
        for origin in [None, Some("null"), Some("https://z.example.org"), Some("https://z")] {
            assert!(is_cross_origin("https://z.example", origin), "{origin:?}");
        }
        assert!(is_cross_origin("https://z.example.org", own));
    }

    #[test]
    fn id_is_printable_ascii_that_headers_and_urls_keep() {
        for valid in ["7", "a b", "...", "%2e", "a/b"] {
            assert!(id("orgId", valid).is_ok(), "{valid}");
        }
        for (invalid, text) in [
            ("", "x must not be empty."),
            (" ", "x must not be empty."),
            ("ü", "x must be printable ASCII."),
            ("7\n", "x must be printable ASCII."),
            (" 7", "x must not start or end with a blank."),
            ("7 ", "x must not start or end with a blank."),
            (".", "x must not be \".\" or \"..\"."),
            ("..", "x must not be \".\" or \"..\"."),
        ] {
            assert_eq!(id("x", invalid).unwrap_err().message(), text);
        }
        assert!(org_id("").unwrap_err().message().contains("Omit it"));
    }

    #[test]
    fn base_url_is_absolute_without_credentials_query_or_fragment() {
        for url in ["", "z.example", "/a", "//z.example", "ftp://z.example", "javascript:alert(1)", "https://"] {
            assert_eq!(checked(url, None).unwrap_err(), "baseUrl must be an absolute http(s) URL.", "{url}");
        }
        for url in
            ["https://u@z.example", "https://u:s3cret@z.example", "https://z.example?s3cret", "https://z.example/#a"]
        {
            let error = checked(url, None).unwrap_err();
            assert_eq!(error, "baseUrl must not contain credentials, a query or a fragment.", "{url}");
        }
        assert!(base_url(Some("http://z.example".to_owned()), true, None).is_ok());
    }

    #[test]
    fn token_is_printable_ascii_and_its_error_does_not_show_it() {
        for valid in ["t", "abc.DEF-_~+/=", "Bearer", "Bearerx"] {
            assert!(token(valid).is_ok(), "{valid}");
        }
        for invalid in ["", " ", "s3cret ", " s3cret", "s3 cret", "s3cret\n", "s3crét", "s3cret\u{7f}", "\ts3cret"] {
            let error = token(invalid).unwrap_err();
            assert_eq!(error.message(), "token must be non-empty printable ASCII without whitespace.", "{invalid:?}");
        }
        for prefixed in ["Bearer s3cret", "bearer s3cret", "BEARER "] {
            let error = token(prefixed).unwrap_err();
            assert_eq!(error.message(), "token must be the bare token, without \"Bearer \".");
        }
    }

    #[test]
    fn headers_of_the_protocol_and_of_fetch_are_rejected() {
        let text = |name| header(name, "x").map_err(|error| error.message().to_owned());
        assert_eq!(text("X-A"), Ok("x-a".to_owned()));
        for name in
            ["Authorization", "x-zitadel-orgid", "Content-Type", "accept-language", "grpc-timeout", "X-Grpc-Web"]
        {
            let expected = format!("headers must not set {}: the client sets it itself.", name.to_ascii_lowercase());
            assert_eq!(text(name), Err(expected));
        }
        for name in ["Cookie", "host", "Sec-Fetch-Mode", "proxy-authorization", "Connection", "te", "set-cookie"] {
            let expected = format!("headers must not set {}: fetch forbids it.", name.to_ascii_lowercase());
            assert_eq!(text(name), Err(expected));
        }
        let override_text = |value| header("X-HTTP-Method-Override", value).map_err(|error| error.message().to_owned());
        assert!(["DELETE", "TRACED", ""].into_iter().all(|value| override_text(value).is_ok()));
        for value in ["TRACE", "get, Track", "connect"] {
            assert_eq!(
                override_text(value).unwrap_err(),
                "headers must not set x-http-method-override: fetch forbids it."
            );
        }
        for name in ["", "x a", "x:", "ü", "x\n"] {
            assert_eq!(text(name).unwrap_err(), "headers must not contain an invalid header name.", "{name:?}");
        }
    }

    #[test]
    fn header_value_is_latin_1_without_control_characters() {
        for valid in ["", "a b", "\t", "ÿ", "~"] {
            assert!(header_value("x", valid).is_ok(), "{valid:?}");
        }
        for invalid in ["\n", "\r", "\0", "\u{7f}", "\u{80}", "Ā", "€"] {
            let error = header("x-a", invalid).unwrap_err();
            assert!(error.message().starts_with("headers[\"x-a\"] must be Latin-1"), "{invalid:?}");
        }
    }

    #[test]
    fn timeout_is_finite_and_not_negative() {
        for valid in [0.0, -0.0, 0.5, 30_000.0, f64::MAX] {
            assert!(timeout_ms(valid).is_ok(), "{valid}");
        }
        for invalid in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(timeout_ms(invalid).is_err(), "{invalid}");
        }
    }
}
