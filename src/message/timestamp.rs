//! `google.protobuf.Timestamp` in RFC 3339, written in UTC with 0, 3, 6 or 9 fraction digits.
//!
//! Sources: `google/protobuf/timestamp.proto`, which also sets the range (the years 1 to 9999); protobuf "ProtoJSON Format".

use prost_types::Timestamp;

const YEAR_1: i64 = -62_135_596_800;
const YEAR_9999_END: i64 = 253_402_300_799;
const SECONDS_PER_DAY: i64 = 86_400;

/// Formats a timestamp; `None` if it is out of range.
///
/// ```
/// use zitadel_org_web::message::timestamp;
/// # use prost_types::Timestamp;
///
/// let timestamp = Timestamp { seconds: 1_783_677_176, nanos: 120_000_000 };
/// assert_eq!(timestamp::format(&timestamp).as_deref(), Some("2026-07-10T09:52:56.120Z"));
/// ```
#[must_use]
pub fn format(timestamp: &Timestamp) -> Option<String> {
    let Timestamp { seconds, nanos } = *timestamp;
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    if !(YEAR_1..=YEAR_9999_END).contains(&seconds) {
        return None;
    }
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
    let time = u32::try_from(seconds.rem_euclid(SECONDS_PER_DAY)).ok()?;
    let mut out = String::with_capacity(30);
    for (number, unit, after) in [
        (year, 1000, '-'),
        (month, 10, '-'),
        (day, 10, 'T'),
        (time / 3600, 10, ':'),
        (time / 60 % 60, 10, ':'),
        (time % 60, 10, if nanos == 0 { 'Z' } else { '.' }),
    ] {
        push_digits(&mut out, number, unit);
        out.push(after);
    }
    if nanos != 0 {
        let (number, unit) = match nanos {
            _ if nanos % 1_000_000 == 0 => (nanos / 1_000_000, 100),
            _ if nanos % 1_000 == 0 => (nanos / 1_000, 100_000),
            _ => (nanos, 100_000_000),
        };
        push_digits(&mut out, number, unit);
        out.push('Z');
    }
    Some(out)
}

/// Parses a date with up to 9 fraction digits and any offset from UTC; `None` if it is malformed or does not exist. Leap seconds do
/// not exist in protobuf.
///
/// ```
/// use zitadel_org_web::message::timestamp;
///
/// let timestamp = timestamp::parse("1970-01-01T02:00:01.5+02:00").unwrap();
/// assert_eq!((timestamp.seconds, timestamp.nanos), (1, 500_000_000));
/// assert_eq!(timestamp::parse("2026-02-31T00:00:00Z"), None);
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let (date_time, rest) = text.split_at_checked("2026-07-10T09:52:56".len())?;
    let (fraction, offset_seconds) = match rest.strip_suffix('Z') {
        Some(fraction) => (fraction, 0),
        None => split_offset(rest)?,
    };
    let day = days(number(date_time, 0, 4)?, number(date_time, 5, 2)?, number(date_time, 8, 2)?)?;
    let seconds = day.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds_of_day(
        number(date_time, 11, 2)?,
        number(date_time, 14, 2)?,
        number(date_time, 17, 2)?,
    )?)?;
    // Other separators, a 31st of February and a 25th hour are not in the text that the timestamp is formatted as.
    if !format(&Timestamp { seconds, nanos: 0 })?.starts_with(date_time) {
        return None;
    }
    let nanos = match fraction.strip_prefix('.') {
        Some(digits) => nanos(digits)?,
        None if fraction.is_empty() => 0,
        None => return None,
    };
    let timestamp = Timestamp { seconds: seconds.checked_sub(offset_seconds)?, nanos };
    // The offset may lead out of the range.
    format(&timestamp).map(|_| timestamp)
}

/// Splits `.5+02:00` into the fraction and the offset in seconds.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    let (fraction, offset) = text.split_at_checked(text.len().checked_sub("+02:00".len())?)?;
    let (hours, minutes) = (number(offset, 1, 2)?, number(offset, 4, 2)?);
    if hours > 23 || minutes > 59 || offset.get(3..4) != Some(":") {
        return None;
    }
    let seconds = seconds_of_day(hours, minutes, 0)?;
    match offset.get(..1)? {
        "+" => Some((fraction, seconds)),
        "-" => Some((fraction, seconds.checked_neg()?)),
        _ => None,
    }
}

fn seconds_of_day(hours: u32, minutes: u32, seconds: u32) -> Option<i64> {
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    minutes.checked_mul(60)?.checked_add(seconds).map(i64::from)
}

/// Converts the digits of a fraction of a second.
fn nanos(digits: &str) -> Option<i32> {
    let zeros = 9_usize.checked_sub(digits.len())?;
    let scale = 10_u32.checked_pow(u32::try_from(zeros).ok()?)?;
    i32::try_from(number(digits, 0, digits.len())?.checked_mul(scale)?).ok()
}

/// Parses a part of a text that consists of digits.
fn number(text: &str, start: usize, len: usize) -> Option<u32> {
    let digits = text.get(start..start.checked_add(len)?)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Returns year, month and day of a day since 1970, by counting days in eras of 400 years that begin in March.
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

/// Returns the day since 1970 of a year, month and day; `None` beyond 12 months and 31 days.
///
/// Source: the same, `days_from_civil`.
#[expect(clippy::arithmetic_side_effects, reason = "years of 4 digits are far from any limit")]
fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    Some(i64::from(days) - 719_468)
}

/// Writes a number with leading zeros; `unit` is the value of its first digit's place.
fn push_digits(out: &mut String, number: u32, unit: u32) {
    let mut unit = unit;
    while let Some(leading) = number.checked_div(unit) {
        out.push(char::from_digit(leading % 10, 10).unwrap_or('0'));
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::{format, parse};

    fn rfc3339(seconds: i64, nanos: i32) -> Option<String> {
        format(&Timestamp { seconds, nanos })
    }

    #[test]
    fn a_timestamp_has_as_many_fraction_digits_as_it_needs() {
        let text = |nanos| rfc3339(1_783_677_176, nanos).unwrap();
        assert_eq!(text(0), "2026-07-10T09:52:56Z");
        assert_eq!(text(120_000_000), "2026-07-10T09:52:56.120Z");
        assert_eq!(text(123_456_000), "2026-07-10T09:52:56.123456Z");
        assert_eq!(text(1), "2026-07-10T09:52:56.000000001Z");
    }

    #[test]
    fn the_range_is_years_1_to_9999() {
        for (seconds, nanos, text) in [
            (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
            (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z"),
            (0, 0, "1970-01-01T00:00:00Z"),
            (-1, 500_000_000, "1969-12-31T23:59:59.500Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds, nanos).unwrap(), text);
            assert_eq!(parse(text), Some(Timestamp { seconds, nanos }));
        }
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

    #[test]
    fn malformed_and_impossible_dates_are_rejected() {
        for text in [
            "",
            "Z",
            "2026-07-10",
            "2026-07-10T09:52:56",
            "2026-07-10t09:52:56Z",
            "2026-07-10T09:52:56z",
            "2026-07-10 09:52:56Z",
            "2026-02-31T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2016-12-31T23:59:60Z",
            "0000-01-01T00:00:00Z",
            "2026-07-10T09:52:56.Z",
            "2026-07-10T09:52:56.Z1",
            "2026-07-10T09:52:56.1234567890Z",
            "2026-07-10T09:52:56.-1Z",
            "+026-07-10T09:52:56Z",
            "2026-07-10T09:52:5éZ",
            "éééééééééééZ",
            "2026-07-10T09:52:56+2:00",
            "2026-07-10T09:52:56+0200",
            "2026-07-10T09:52:56+02",
            "2026-07-10T09:52:56+02:0",
            "2026-07-10T09:52:56+02:000",
            "2026-07-10T09:52:56+24:00",
            "2026-07-10T09:52:56+02:60",
            "2026-07-10T09:52:56+02-00",
            "2026-07-10T09:52:56 02:00",
            "2026-07-10T09:52:56.+02:00",
            "2026-07-10T09:52:56++2:00",
            "2026-07-10T09:52:56+02:00Z",
            "2026-07-10T09:52:56Z+02:00",
            "2026-07-10T09:52:56é2:00",
            "2026-02-31T09:52:56+02:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_round_trips() {
        for day in (-719_162..2_932_897).step_by(13) {
            let seconds = day * 86_400;
            assert_eq!(parse(&rfc3339(seconds, 0).unwrap()).map(|timestamp| timestamp.seconds), Some(seconds));
        }
    }

    #[test]
    fn fractions_of_1_to_9_digits_are_read() {
        for (text, nanos) in [(".1", 100_000_000), (".12", 120_000_000), (".000000001", 1), ("", 0)] {
            let text = ["1970-01-01T00:00:00", text, "Z"].concat();
            assert_eq!(parse(&text).map(|timestamp| timestamp.nanos), Some(nanos), "{text}");
        }
    }

    #[test]
    fn an_offset_is_converted_to_utc() {
        for (text, expected) in [
            ("2026-07-10T11:52:56+02:00", "2026-07-10T09:52:56Z"),
            ("2026-07-10T11:52:56.120+02:00", "2026-07-10T09:52:56.120Z"),
            ("2026-12-31T20:30:00-05:45", "2027-01-01T02:15:00Z"),
            ("2024-03-01T00:00:00+23:59", "2024-02-29T00:01:00Z"),
            ("2026-07-10T09:52:56-00:00", "2026-07-10T09:52:56Z"),
            ("0001-01-01T23:59:00+23:59", "0001-01-01T00:00:00Z"),
            ("9999-12-31T00:00:59.999999999-23:59", "9999-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(format(&parse(text).unwrap()).as_deref(), Some(expected), "{text}");
        }
        for text in ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
