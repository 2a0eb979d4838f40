//! The header `Retry-After`.

use std::time::Duration;

use crate::metadata::Metadata;

/// Returns how long the server asks to wait, in milliseconds: whole seconds, or a date relative to the response's own `Date`,
/// because the caller's clock may be wrong. Anything else is ignored.
///
/// Source: RFC 9110, section 10.2.3.
pub(crate) fn parse(headers: &Metadata) -> Option<f64> {
    let value = headers.get("retry-after")?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        #[expect(clippy::cast_precision_loss, reason = "a wait of more than 2^53 seconds")]
        return Some(value.parse::<u64>().unwrap_or(u64::MAX) as f64 * 1000.0);
    }
    let date = |text| httpdate::parse_http_date(text).ok();
    let (at, now) = (date(value)?, date(headers.get("date")?)?);
    // A date in the past asks for no wait.
    let wait = at.duration_since(now).unwrap_or(Duration::ZERO);
    Some(wait.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::metadata::Metadata;

    const DATE: &str = "Wed, 21 Oct 2015 07:28:00 GMT";

    fn retry_after_ms(value: &str, date: Option<&str>) -> Option<f64> {
        let mut headers = Metadata::new();
        headers.append("retry-after", value);
        if let Some(date) = date {
            headers.append("date", date);
        }
        parse(&headers)
    }

    #[test]
    fn whole_seconds_are_read_and_anything_else_is_ignored() {
        assert_eq!(retry_after_ms("2", None), Some(2000.0));
        assert_eq!(retry_after_ms("0", None), Some(0.0));
        assert_eq!(retry_after_ms("4294967296", None), Some(4_294_967_296_000.0));
        for value in ["", "1.5", "+3", "-1", "3/4", "2, 5", "2027-01-01", "soon", "120 seconds", "1e3"] {
            assert_eq!(retry_after_ms(value, Some(DATE)), None, "{value}");
        }
    }

    #[test]
    fn date_counts_from_the_responses_own_date() {
        assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:29:30 GMT", Some(DATE)), Some(90_000.0));
        assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:27:00 GMT", Some(DATE)), Some(0.0));
        assert_eq!(retry_after_ms(DATE, None), None);
    }
}
