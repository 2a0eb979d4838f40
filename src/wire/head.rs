//! The head of an HTTP response.

use crate::{
    code::Code,
    error::{Error, ErrorKind},
    metadata::Metadata,
};

/// The status and the headers of a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status.
    pub http_status: u16,
    /// The headers.
    pub headers: Metadata,
}

impl Head {
    /// Returns true for a 2xx status.
    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.http_status, 200..300)
    }

    /// Returns the value of `content-type`, empty if it is absent. Repeated equal values count as one. Different values are all
    /// returned.
    pub(crate) fn content_type(&self) -> String {
        let values = self.headers.joined("content-type");
        let first = values.split(',').next().unwrap_or_default().trim_ascii();
        if values.split(',').all(|value| value.trim_ascii() == first) { first.to_owned() } else { values }
    }

    /// Returns the media type, without parameters. Different content types have none.
    pub(crate) fn media_type(&self) -> String {
        let content_type = self.content_type();
        if content_type.contains(',') {
            return String::new();
        }
        content_type.split(';').next().unwrap_or_default().trim_ascii().to_ascii_lowercase()
    }

    /// Returns the error of a status other than 2xx without a gRPC status.
    #[must_use]
    pub fn http_error(&self) -> Error {
        let text = [
            "The server, or a proxy in front of it, responded with HTTP ",
            &self.http_status.to_string(),
            " (content-type: ",
            &self.content_type(),
            ") and no gRPC status. Check baseUrl and the proxy.",
        ];
        let error = Error::new(ErrorKind::Status, Code::from_http_status(self.http_status), text.concat());
        let error = if is_refusal(self.http_status) { error.without_effect() } else { error };
        self.attach_to(error, &Metadata::new())
    }

    /// Attaches this head and the trailers to an error.
    pub(crate) fn attach_to(&self, error: Error, trailers: &Metadata) -> Error {
        error.with_response(self.http_status, &self.headers, trailers)
    }
}

/// Returns true for a status that says that the request was not processed.
///
/// Source: RFC 9110, section 15.5; RFC 6585; RFC 8470.
const fn is_refusal(http_status: u16) -> bool {
    matches!(http_status, 405 | 406 | 411 | 413..=415 | 417 | 421 | 425 | 426 | 429 | 431)
}

#[cfg(test)]
mod tests {
    use super::Head;
    use crate::{error::Progress, metadata::Metadata};

    fn head(http_status: u16, content_types: &[&str]) -> Head {
        let mut headers = Metadata::new();
        content_types.iter().for_each(|value| headers.append("content-type", value));
        Head { http_status, headers }
    }

    #[test]
    fn equal_content_types_count_as_one() {
        for values in [&["text/html"][..], &["text/html, text/html"], &["text/html", "text/html"]] {
            assert_eq!(
                (head(200, values).content_type(), head(200, values).media_type()),
                ("text/html".into(), "text/html".into())
            );
        }
        assert_eq!(head(200, &["Text/HTML; charset=utf-8"]).media_type(), "text/html");
        assert_eq!(head(200, &[]).media_type(), "");
    }

    #[test]
    fn different_content_types_have_no_media_type() {
        for values in [
            &["application/json", "text/html"][..],
            &["application/json; charset=utf-8, text/html"],
            &["application/json; charset=utf-8, application/json"],
        ] {
            assert_eq!(head(200, values).media_type(), "", "{values:?}");
        }
    }

    #[test]
    fn change_is_not_applied_if_http_says_so() {
        for http_status in 400..600 {
            let error = head(http_status, &[]).http_error().finish(Progress::ChangeSent);
            let is_refusal = [405, 406, 411, 413, 414, 415, 417, 421, 425, 426, 429, 431].contains(&http_status)
                || [401, 403, 404].contains(&http_status);
            assert_eq!(error.may_have_changed(), !is_refusal, "HTTP {http_status}");
        }
    }
}
