//! Dates: `google.protobuf.Timestamp` in RFC 3339, UTC, with 0, 3, 6 or 9 fraction digits.
//!
//! Source: `google/protobuf/timestamp.proto`, which also sets the range: the years 1 to 9999.

use alloc::vec::Vec;

use crate::json;

const YEAR_1: i64 = -62_135_596_800;
const YEAR_9999_END: i64 = 253_402_300_799;
const SECONDS_PER_DAY: i64 = 86_400;

/// Writes a timestamp, without quotes; `None` if it is outside of the range.
///
/// ```
/// use zitadel_org_web::date;
///
/// let mut text = Vec::new();
/// date::write(&mut text, 1_783_677_176, 120_000_000);
/// assert_eq!(text, b"2026-07-10T09:52:56.120Z");
/// ```
#[must_use]
pub fn write(out: &mut Vec<u8>, seconds: i64, nanos: i32) -> Option<()> {
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    if !(YEAR_1..=YEAR_9999_END).contains(&seconds) {
        return None;
    }
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
    let time = u32::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).ok()?;
    for (number, unit, after) in [
        (year, 1000, b'-'),
        (month, 10, b'-'),
        (day, 10, b'T'),
        (time / 3600, 10, b':'),
        (time / 60 % 60, 10, b':'),
        (time % 60, 10, b'.'),
    ] {
        write_digits(out, number, unit);
        out.push(after);
    }
    match nanos {
        0 => {
            out.pop();
        }
        _ if nanos.is_multiple_of(1_000_000) => write_digits(out, nanos / 1_000_000, 100),
        _ if nanos.is_multiple_of(1_000) => write_digits(out, nanos / 1_000, 100_000),
        _ => write_digits(out, nanos, 100_000_000),
    }
    out.push(b'Z');
    Some(())
}

/// Year, month and day of a day since 1970, by counting days in eras of 400 years that begin in March.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the days of the years 1 to 9999 are far from any limit"
)]
const fn civil(days: i64) -> (u32, u32, u32) {
    // Positive from here on: days since March of the year 0.
    let days = (days + 719_468) as u32;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// Writes a number with leading zeros; `unit` is that of its first digit.
fn write_digits(out: &mut Vec<u8>, number: u32, unit: u32) {
    let mut unit = unit;
    while let Some(leading) = number.checked_div(unit) {
        out.push(json::digit(leading.into()));
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    fn rfc3339(seconds: i64, nanos: i32) -> Option<String> {
        let mut text = Vec::new();
        write(&mut text, seconds, nanos)?;
        String::from_utf8(text).ok()
    }

    #[test]
    fn a_date_has_as_many_fraction_digits_as_it_needs() {
        let text = |nanos| rfc3339(1_783_677_176, nanos).unwrap();
        assert_eq!(text(0), "2026-07-10T09:52:56Z");
        assert_eq!(text(120_000_000), "2026-07-10T09:52:56.120Z");
        assert_eq!(text(123_456_000), "2026-07-10T09:52:56.123456Z");
        assert_eq!(text(1), "2026-07-10T09:52:56.000000001Z");
    }

    #[test]
    fn dates_reach_from_year_1_to_9999_and_no_further() {
        assert_eq!(rfc3339(-62_135_596_800, 0).unwrap(), "0001-01-01T00:00:00Z");
        assert_eq!(rfc3339(253_402_300_799, 999_999_999).unwrap(), "9999-12-31T23:59:59.999999999Z");
        assert_eq!(rfc3339(0, 0).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(-1, 500_000_000).unwrap(), "1969-12-31T23:59:59.500Z");
        assert_eq!(rfc3339(951_782_400, 0).unwrap(), "2000-02-29T00:00:00Z");
        for (seconds, nanos) in [
            (-62_135_596_801, 0),
            (253_402_300_800, 0),
            (i64::MIN, 0),
            (i64::MAX, 0),
            (0, -1),
            (0, 1_000_000_000),
            (0, i32::MIN),
        ] {
            assert_eq!(rfc3339(seconds, nanos), None, "{seconds}s {nanos}ns");
        }
    }
}
