//! The header `grpc-timeout`.

/// Milliseconds in the units of `grpc-timeout`, from fine to coarse.
const UNITS: [(f64, char); 4] = [(1.0, 'm'), (1e3, 'S'), (60e3, 'M'), (3600e3, 'H')];
/// The header has at most 8 digits.
const MAX_VALUE: f64 = 99_999_999.0;

/// A positive `timeout_ms` as `grpc-timeout`: whole milliseconds, or a coarser unit where 8 digits do not suffice; always
/// rounded up.
///
/// Source: grpc `doc/PROTOCOL-HTTP2.md`, Timeout.
///
/// ```
/// use zitadel_org_web::timeout;
///
/// assert_eq!(timeout::header(30_000.0), "30000m");
/// ```
#[must_use]
pub fn header(timeout_ms: f64) -> String {
    let (value, unit) = UNITS
        .into_iter()
        .map(|(unit_ms, unit)| ((timeout_ms / unit_ms).ceil(), unit))
        .find(|(value, _)| *value <= MAX_VALUE)
        .unwrap_or((MAX_VALUE, 'H'));
    // Not as the float that it is: formatting floats is the largest thing that a small module can link.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and at most 8 digits")]
    let value = value as u32;
    format!("{value}{unit}")
}

#[cfg(test)]
mod tests {
    use super::header;

    #[test]
    fn fractions_are_rounded_up_and_never_to_0() {
        assert_eq!(header(0.1), "1m");
        assert_eq!(header(1.5), "2m");
    }

    #[test]
    fn more_than_8_digits_take_a_coarser_unit() {
        assert_eq!(header(99_999_999.0), "99999999m");
        assert_eq!(header(100_000_000.0), "100000S");
        assert_eq!(header(100_000_001.0), "100001S");
        assert_eq!(header(1e12), "16666667M");
        assert_eq!(header(1e14), "27777778H");
        assert_eq!(header(f64::MAX), "99999999H");
    }
}
