//! The status of a call: `grpc-status`, `grpc-message` and `grpc-status-details-bin`.

use crate::{
    base64,
    code::Code,
    detail,
    error::{Error, Kind},
    json,
    metadata::Block,
    percent, wire,
};

const STATUS: &[u8] = b"grpc-status";
const MESSAGE: &[u8] = b"grpc-message";
const DETAILS: &[u8] = b"grpc-status-details-bin";

/// The status that a block of metadata carries: `None` if there is none, `Ok` for status 0.
///
/// What is not a status code, or two that differ, is UNKNOWN and never OK. The code always comes from `grpc-status`;
/// the details' own text is preferred where they carry the same code. Details that cannot be decoded are left out.
#[must_use]
pub fn from_metadata(metadata: Block<'_>) -> Option<Result<(), Error>> {
    let mut text = None;
    let mut details = None;
    let mut first = None;
    let mut other = None;
    for (name, value) in metadata.iter() {
        if name.eq_ignore_ascii_case(STATUS) {
            for value in value.split(|byte| *byte == b',') {
                let value = value.trim_ascii();
                if *first.get_or_insert(value) != value {
                    other = Some(value);
                }
            }
        } else if name.eq_ignore_ascii_case(MESSAGE) {
            text = text.or(Some(value));
        } else if name.eq_ignore_ascii_case(DETAILS) {
            // fetch joins repeated headers with commas.
            details = details.or_else(|| base64::decode(value.split(|byte| *byte == b',').next()?.trim_ascii()));
        }
    }
    let first = first?;
    if first == b"0" && other.is_none() {
        return Some(Ok(()));
    }
    let text = percent::decode(text.unwrap_or_default());
    let details = details.unwrap_or_default();
    Some(Err(match code(first).filter(|_| other.is_none()) {
        Some(code) => from_details(code, &[&text], &details),
        None => {
            let separator: &[u8] = if text.is_empty() { b"" } else { b": " };
            let other = other.unwrap_or_default();
            let text = [
                &text,
                separator,
                b"the answer's grpc-status is \"",
                first,
                b" ",
                other,
                b"\", which is no status code",
            ];
            from_details(Code::Unknown, &text, &details)
        }
    }))
}

/// An error with what a `google.rpc.Status` tells about it: its text, if it has one and the same code, and its details.
#[must_use]
pub fn from_details(code: Code, text: &[&[u8]], status: &[u8]) -> Error {
    let mut error = Error::new(Kind::Status, code, text);
    let Some((number, own)) =
        wire::check(status).and_then(|()| Some((wire::int32(status, 1)?, wire::text(status, 2)?)))
    else {
        return error;
    };
    if number == code.number() && !own.is_empty() {
        error.message = json::string(&[own]);
    }
    for (number, value) in wire::fields(status) {
        if let (3, wire::Value::Bytes(any)) = (number, value)
            && let Some(detail) = detail::from_any(any)
        {
            error.attach(&detail);
        }
    }
    error
}

/// A status code other than 0 in decimal, without leading zeros.
fn code(digits: &[u8]) -> Option<Code> {
    Code::from_number(match digits {
        [one @ b'1'..=b'9'] => i32::from(one.wrapping_sub(b'0')),
        [b'1', ten @ b'0'..=b'9'] => i32::from(ten.wrapping_sub(b'0').wrapping_add(10)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded, Encoding as _};
    use prost::Message as _;
    use prost_types::Any;

    use super::from_metadata;
    use crate::{code::Code, error::Error, metadata::Block, proto::google::rpc::Status};

    fn status(entries: &[(&str, &str)]) -> Option<Result<(), Error>> {
        let block: String = entries.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        from_metadata(Block::new(block.as_bytes()))
    }

    fn failure(entries: &[(&str, &str)]) -> Error {
        status(entries).unwrap().unwrap_err()
    }

    fn text(error: &Error) -> String {
        serde_json::from_str(&String::from_utf8_lossy(&error.message)).unwrap()
    }

    fn details(code: i32, message: &str) -> Status {
        let detail = Any { type_url: "type.googleapis.com/a.B".to_owned(), value: vec![1, 2] };
        Status { code, message: message.to_owned(), details: vec![detail] }
    }

    #[test]
    fn metadata_without_a_status_has_none() {
        assert_eq!(status(&[("grpc-message", "x")]), None);
    }

    #[test]
    fn zero_is_ok_whatever_the_details_say() {
        let bin = Base64Unpadded::encode_string(&details(9, "no").encode_to_vec());
        assert_eq!(status(&[("grpc-status", "0"), ("grpc-status-details-bin", &bin)]), Some(Ok(())));
    }

    #[test]
    fn the_message_is_percent_decoded() {
        let failure = failure(&[("grpc-status", "9"), ("grpc-message", "d%C3%A9j%C3%A0 %FF\"")]);
        assert_eq!((failure.code, text(&failure).as_str()), (Code::FailedPrecondition, "déjà \u{fffd}\""));
    }

    #[test]
    fn what_is_no_status_code_is_unknown_and_keeps_the_message() {
        for raw in
            ["", "17", "99", "-1", "00", "07", "+9", "5x", "x", "4294967296", "99999999999999999999", "1e0", "0.0"]
        {
            let failure = failure(&[("grpc-status", raw), ("grpc-message", "why")]);
            assert_eq!(failure.code, Code::Unknown, "{raw:?}");
            let text = text(&failure);
            assert!(text.starts_with("why") && text.contains(raw), "{text}");
        }
    }

    #[test]
    fn repeated_statuses_count_only_if_they_agree() {
        assert_eq!(status(&[("grpc-status", "0"), ("grpc-status", "0")]), Some(Ok(())));
        assert_eq!(failure(&[("grpc-status", "7"), ("grpc-status", "7")]).code, Code::PermissionDenied);
        assert_eq!(failure(&[("grpc-status", "0"), ("grpc-status", "7")]).code, Code::Unknown);
        assert_eq!(failure(&[("grpc-status", "0, 7")]).code, Code::Unknown);
        assert_eq!(failure(&[("grpc-status", "7, 7")]).code, Code::PermissionDenied);
    }

    #[test]
    fn details_are_read_with_and_without_padding() {
        for len in 0..3 {
            let bytes = details(9, &"from details"[len..]).encode_to_vec();
            for bin in [Base64::encode_string(&bytes), Base64Unpadded::encode_string(&bytes)] {
                let failure =
                    failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
                assert_eq!(text(&failure), "from details"[len..]);
                assert_eq!(failure.details, br#"{"@type":"type.googleapis.com/a.B","value":"AQI="}"#);
            }
        }
    }

    #[test]
    fn grpc_status_and_its_message_win_over_details_with_another_code() {
        for code in [0, 5, 99] {
            let bin = Base64::encode_string(&details(code, "from details").encode_to_vec());
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
            assert_eq!((failure.code, text(&failure).as_str()), (Code::FailedPrecondition, "x"));
            assert_eq!(failure.details, br#"{"@type":"type.googleapis.com/a.B","value":"AQI="}"#);
        }
    }

    #[test]
    fn details_without_a_text_leave_the_message() {
        let bin = Base64::encode_string(&details(9, "").encode_to_vec());
        let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
        assert_eq!(text(&failure), "x");
    }

    #[test]
    fn details_that_cannot_be_decoded_cost_neither_code_nor_message() {
        for bin in ["*", "AAA", "////", "=", "", "CAkSLE9y", "%%%"] {
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", bin)]);
            assert_eq!((failure.code, text(&failure).as_str()), (Code::FailedPrecondition, "x"), "{bin}");
            assert_eq!(failure.details, b"", "{bin}");
        }
    }
}
