//! The header `Retry-After`.

use crate::{message::timestamp, metadata::Metadata};

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
    let wait_s = http_date(value)?.saturating_sub(http_date(headers.get("date")?)?);
    #[expect(clippy::cast_precision_loss, reason = "seconds of the years 1 to 9999")]
    // A date in the past asks for no wait.
    Some(wait_s.max(0) as f64 * 1000.0)
}

/// Parses a date, for instance `Wed, 21 Oct 2015 07:28:00 GMT`, to seconds since 1970.
///
/// Hand-written because httpdate adds 3.4 kB gzip (2026-11-28). Source: RFC 9110, section 5.6.7, IMF-fixdate.
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.strip_suffix(" GMT")?.split_once(',')?;
    let mut parts = date.strip_prefix(' ')?.split(' ');
    let mut next = || parts.next();
    let (day, month, year, time) = (next()?, next()?, next()?, next()?);
    let month = MONTHS.iter().position(|name| *name == month)?.saturating_add(1).to_string();
    let zero = if month.len() < 2 { "0" } else { "" };
    let rfc_3339 = [year, "-", zero, &month, "-", day, "T", time, "Z"].concat();
    timestamp::parse(&rfc_3339).map(|timestamp| timestamp.seconds)
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
    fn dates_are_those_that_httpdate_reads() {
        for seconds in (0..33).map(|index| index * 7_654_321_987_i64) {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.unsigned_abs());
            let text = httpdate::fmt_http_date(time);
            assert_eq!(super::http_date(&text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "GMT",
            ", GMT",
            "Wed, 21 Oct 2015 07:28:00",
            "Wed, 31 Feb 2015 07:28:00 GMT",
            "Wed, 21 oct 2015 07:28:00 GMT",
        ] {
            assert_eq!((super::http_date(text), httpdate::parse_http_date(text).is_ok()), (None, false), "{text}");
        }
    }

    #[test]
    fn date_counts_from_the_responses_own_date() {
        assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:29:30 GMT", Some(DATE)), Some(90_000.0));
        assert_eq!(retry_after_ms("Wed, 21 Oct 2015 07:27:00 GMT", Some(DATE)), Some(0.0));
        assert_eq!(retry_after_ms(DATE, None), None);
    }
}
