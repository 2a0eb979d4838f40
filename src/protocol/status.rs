//! The status of a call: `grpc-status`, `grpc-message` and `grpc-status-details-bin`.

use percent_encoding::percent_decode_str;

use super::{code::Code, detail::Detail, json::parse_uint64, metadata::Metadata, text::parts};
use crate::value::{Value, schema::GOOGLE_RPC_STATUS};

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";
const DETAILS: &str = "grpc-status-details-bin";

/// A status other than OK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its code.
    pub code: Code,
    /// Its text, decoded.
    pub message: String,
    /// What the server attached to it.
    pub details: Vec<Detail>,
}

/// What `grpc-status` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Raw<'a> {
    None,
    Ok,
    Code(Code),
    /// What is not a status code.
    Invalid(&'a str),
}

/// The status that headers and trailers carry: `None` if neither has one, `Ok` for status 0.
///
/// The trailers' status comes before that of the headers, and an error in either before OK. What is not a status code, or
/// values that differ, is UNKNOWN and never OK. The code always comes from `grpc-status`; the details' own text is preferred
/// where they carry the same code. Details that cannot be decoded are left out.
///
/// Sources: grpc `doc/PROTOCOL-WEB.md`, `doc/PROTOCOL-HTTP2.md` (Status, Status-Message).
#[must_use]
pub fn decode(headers: &Metadata, trailers: &Metadata) -> Option<Result<(), Failure>> {
    let mut status = None;
    for metadata in [headers, trailers] {
        match raw(metadata) {
            Raw::None => {}
            Raw::Ok => status = status.or(Some((metadata, None, ""))),
            Raw::Code(code) => status = Some((metadata, Some(code), "")),
            Raw::Invalid(value) => status = Some((metadata, Some(Code::Unknown), value)),
        }
    }
    let (metadata, code, invalid) = status?;
    let Some(code) = code else { return Some(Ok(())) };
    let mut failure = Failure { code, message: String::new(), details: Vec::new() };
    // A proxy may have moved the status alone.
    for block in [headers, trailers, metadata] {
        if let Some(text) = block.get(MESSAGE) {
            // A broken escape stays as it is, and what is not UTF-8 becomes U+FFFD.
            failure.message = percent_decode_str(text).decode_utf8_lossy().into_owned();
        }
        let Some(bytes) = block.get_bin(DETAILS) else { continue };
        let Ok(mut status) = Value::decode(&GOOGLE_RPC_STATUS, &bytes, true) else { continue };
        let message = status.take_text("message");
        if status.number("code") == i64::from(code.number()) && !message.is_empty() {
            failure.message = message;
        }
        failure.details.clear();
        for mut detail in status.take_items("details") {
            failure.details.extend(Detail::decode(detail.take_text("typeUrl"), detail.take_bytes("value")));
        }
    }
    if !invalid.is_empty() {
        let separator = if failure.message.is_empty() { "" } else { ": " };
        for part in [separator, "the response's grpc-status is \"", invalid, "\", which is no status code"] {
            failure.message.push_str(part);
        }
    }
    Some(Err(failure))
}

fn raw(metadata: &Metadata) -> Raw<'_> {
    let mut raw = Raw::None;
    let mut first = None;
    for (_, value) in metadata.iter().filter(|(name, _)| *name == STATUS) {
        // fetch joins repeated headers with commas.
        for value in parts(value, b',') {
            let value = value.trim_ascii();
            let this = match (value, parse_uint64(value).and_then(Code::from_number)) {
                _ if first.is_some_and(|first| first != value) => return Raw::Invalid("ambiguous"),
                ("0", _) => Raw::Ok,
                // No leading zeros.
                (_, Some(code)) if !value.starts_with('0') => Raw::Code(code),
                ("", _) => Raw::Invalid(" "),
                _ => Raw::Invalid(value),
            };
            first = Some(value);
            raw = this;
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::Any;

    use super::{Failure, decode};
    use crate::{
        proto::google::rpc::Status,
        protocol::{base64, code::Code, detail::Detail, metadata::Metadata},
    };

    fn metadata(entries: &[(&str, &str)]) -> Metadata {
        let mut metadata = Metadata::new();
        entries.iter().for_each(|(name, value)| metadata.append(name, value));
        metadata
    }

    fn status(entries: &[(&str, &str)]) -> Option<Result<(), Failure>> {
        decode(&Metadata::new(), &metadata(entries))
    }

    fn failure(entries: &[(&str, &str)]) -> Failure {
        status(entries).unwrap().unwrap_err()
    }

    fn details(code: i32, message: &str) -> Status {
        let detail = Any { type_url: "type.googleapis.com/a.B".to_owned(), value: vec![1, 2] };
        Status { code, message: message.to_owned(), details: vec![detail] }
    }

    fn detail() -> Vec<Detail> {
        vec![Detail::Other { type_url: "type.googleapis.com/a.B".to_owned(), value: vec![1, 2] }]
    }

    #[test]
    fn metadata_without_a_status_has_none() {
        assert_eq!(status(&[("grpc-message", "x")]), None);
    }

    #[test]
    fn zero_is_ok_whatever_the_details_say() {
        let bin = base64::encode(&details(9, "no").encode_to_vec());
        assert_eq!(status(&[("grpc-status", "0"), ("grpc-status-details-bin", &bin)]), Some(Ok(())));
    }

    #[test]
    fn the_message_is_percent_decoded() {
        for (raw, text) in [
            ("d%C3%A9j%C3%A0 %FF\"", "déjà \u{fffd}\""),
            ("%F0%9F%98%80%0D%0A%25", "😀\r\n%"),
            ("a+b", "a+b"),
            ("%0A text %0A", "\n text \n"),
            ("schön %21", "schön !"),
            ("%C3", "\u{fffd}"),
        ] {
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", raw)]);
            assert_eq!((failure.code, failure.message.as_str()), (Code::FailedPrecondition, text));
        }
    }

    #[test]
    fn a_broken_escape_stays_text() {
        for (raw, text) in [
            ("%", "%"),
            ("%4", "%4"),
            ("100% of", "100% of"),
            ("%zz", "%zz"),
            ("%4g", "%4g"),
            ("%%41", "%A"),
            ("%4%41", "%4A"),
        ] {
            assert_eq!(failure(&[("grpc-status", "9"), ("grpc-message", raw)]).message, text);
        }
    }

    #[test]
    fn what_is_no_status_code_is_unknown_and_keeps_the_message() {
        for raw in [
            "",
            "17",
            "99",
            "-1",
            "00",
            "07",
            "+9",
            "5x",
            "x",
            "4294967296",
            "99999999999999999999",
            "1e0",
            "0.0",
            "+0",
            "-0",
        ] {
            let failure = failure(&[("grpc-status", raw), ("grpc-message", "why")]);
            assert_eq!(failure.code, Code::Unknown, "{raw:?}");
            assert!(failure.message.starts_with("why: ") && failure.message.contains(raw), "{}", failure.message);
        }
    }

    #[test]
    fn repeated_statuses_count_only_if_they_agree() {
        assert_eq!(status(&[("grpc-status", "0"), ("grpc-status", "0")]), Some(Ok(())));
        assert_eq!(failure(&[("grpc-status", "7"), ("grpc-status", "7")]).code, Code::PermissionDenied);
        assert_eq!(failure(&[("grpc-status", "0"), ("grpc-status", "7")]).code, Code::Unknown);
        assert_eq!(failure(&[("grpc-status", "7"), ("grpc-status", "0")]).code, Code::Unknown);
        assert_eq!(failure(&[("grpc-status", "0, 7")]).code, Code::Unknown);
        assert_eq!(failure(&[("grpc-status", "7, 7")]).code, Code::PermissionDenied);
    }

    #[test]
    fn the_trailers_come_before_the_headers_and_an_error_before_ok() {
        let code = |headers: &str, trailers: &str| {
            let of = |status: &str| match status {
                "" => Metadata::new(),
                status => metadata(&[("grpc-status", status)]),
            };
            decode(&of(headers), &of(trailers)).map(|status| status.map_err(|failure| failure.code.number()))
        };
        assert_eq!(code("8", "9"), Some(Err(9)));
        assert_eq!(code("9", "0"), Some(Err(9)));
        assert_eq!(code("0", "9"), Some(Err(9)));
        assert_eq!(code("9", ""), Some(Err(9)));
        assert_eq!(code("0", ""), Some(Ok(())));
        assert_eq!(code("", "0"), Some(Ok(())));
        assert_eq!(code("x", "0"), Some(Err(2)));
        assert_eq!(code("", ""), None);
    }

    #[test]
    fn message_and_details_come_from_whichever_block_has_them() {
        let bin = base64::encode(&details(9, "").encode_to_vec());
        let rest = metadata(&[("grpc-message", "why"), ("grpc-status-details-bin", &bin)]);
        let status = metadata(&[("grpc-status", "9")]);
        for (headers, trailers) in [(&rest, &status), (&status, &rest)] {
            let failure = decode(headers, trailers).unwrap().unwrap_err();
            assert_eq!((failure.message.as_str(), failure.details), ("why", detail()));
        }
    }

    #[test]
    fn details_are_read_with_and_without_padding() {
        for len in 0..3 {
            let bytes = details(9, &"from details"[len..]).encode_to_vec();
            for bin in [base64::encode(&bytes), base64::encode(&bytes).trim_end_matches('=').to_owned()] {
                let failure =
                    failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
                assert_eq!((failure.message.as_str(), failure.details), (&"from details"[len..], detail()));
            }
        }
    }

    #[test]
    fn grpc_status_and_its_message_win_over_details_with_another_code() {
        for code in [0, 5, 99] {
            let bin = base64::encode(&details(code, "from details").encode_to_vec());
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
            assert_eq!((failure.code, failure.message.as_str()), (Code::FailedPrecondition, "x"));
            assert_eq!(failure.details, detail());
        }
    }

    #[test]
    fn details_without_a_text_leave_the_message() {
        let bin = base64::encode(&details(9, "").encode_to_vec());
        let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
        assert_eq!(failure.message, "x");
    }

    #[test]
    fn details_that_cannot_be_decoded_cost_neither_code_nor_message() {
        for bin in ["*", "AAA", "////", "=", "", "CAkSLE9y", "%%%"] {
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", bin)]);
            assert_eq!((failure.code, failure.message.as_str()), (Code::FailedPrecondition, "x"), "{bin}");
            assert_eq!(failure.details, [], "{bin}");
        }
    }
}
