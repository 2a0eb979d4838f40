//! The header `grpc-timeout`.

/// Largest number of 8 digits, the header's limit.
const MAX: f64 = 99_999_999.0;

/// Returns the header's value for a timeout in milliseconds, rounded up and at least 1. The unit is seconds if milliseconds exceed
/// 8 digits.
///
/// Source: grpc `doc/PROTOCOL-HTTP2.md`, Timeout.
///
/// ```
/// use zitadel_org_web::wire::timeout;
///
/// assert_eq!(timeout::encode(1500.2), "1501m");
/// assert_eq!(timeout::encode(1e9), "1000000S");
/// ```
#[must_use]
pub fn encode(timeout_ms: f64) -> String {
    let (number, unit) = if timeout_ms > MAX { (timeout_ms / 1000.0, "S") } else { (timeout_ms, "m") };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range of u32")]
    let whole = number.ceil().clamp(1.0, MAX) as u32;
    [whole.to_string().as_str(), unit].concat()
}

/// Decodes the header to milliseconds; `None` if it is malformed.
#[must_use]
#[cfg_attr(not(feature = "tower"), expect(dead_code, reason = "only the tower service receives the header"))]
pub(crate) fn decode(value: &str) -> Option<f64> {
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    let is_number = (1..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = f64::from(digits.parse::<u32>().ok().filter(|_| is_number)?);
    let unit_ms = match unit {
        "H" => 3_600_000.0,
        "M" => 60_000.0,
        "S" => 1000.0,
        "m" => 1.0,
        "u" => 0.001,
        "n" => 0.000_001,
        _ => return None,
    };
    Some(number * unit_ms)
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[cfg(feature = "tower")]
    #[test]
    fn timeout_is_decoded_in_every_unit() {
        use super::decode;

        for (value, timeout_ms) in
            [("2H", 7_200_000.0), ("3M", 180_000.0), ("5S", 5000.0), ("100m", 100.0), ("500u", 0.5)]
        {
            assert_eq!(decode(value), Some(timeout_ms), "{value}");
        }
        for value in ["", "m", "100", "+1m", "123456789m", "1x", "1.5S", "ü"] {
            assert_eq!(decode(value), None, "{value}");
        }
    }

    #[test]
    fn a_timeout_is_rounded_up_to_at_most_8_digits() {
        for (timeout_ms, expected) in [
            (0.0, "1m"),
            (0.2, "1m"),
            (1.0, "1m"),
            (30_000.0, "30000m"),
            (30_000.001, "30001m"),
            (99_999_999.0, "99999999m"),
            (99_999_999.5, "100000S"),
            (100_000_000.0, "100000S"),
            (f64::MAX, "99999999S"),
        ] {
            assert_eq!(encode(timeout_ms), expected, "{timeout_ms}");
        }
    }
}
