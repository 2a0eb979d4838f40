//! The header `grpc-timeout`.

/// Longest number that the header can carry.
const MAX: f64 = 99_999_999.0;

/// The header's value for a timeout in milliseconds: whole milliseconds, or seconds where 8 digits do not suffice; always
/// rounded up, and at least 1.
///
/// Source: grpc `doc/PROTOCOL-HTTP2.md`, Timeout.
///
/// ```
/// use zitadel_org_web::protocol::timeout;
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

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn a_timeout_has_at_most_8_digits_and_is_rounded_up() {
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
