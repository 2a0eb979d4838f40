//! The status of a call: `grpc-status`, `grpc-message` and `grpc-status-details-bin`.

use percent_encoding::percent_decode_str;

use crate::{
    code::Code,
    detail::Detail,
    message::{
        self, Direction,
        json::{Json, parse_uint64},
        schema::GOOGLE_RPC_STATUS,
    },
    metadata::Metadata,
    wire::base64,
};

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";
const DETAILS: &str = "grpc-status-details-bin";

/// A status other than OK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorStatus {
    /// The code; [`Code::Unknown`] if the status is malformed.
    pub code: Code,
    /// The text, decoded.
    pub message: String,
    /// Details that the server attached.
    pub details: Vec<Detail>,
    /// True if `grpc-status` was not a valid code.
    pub is_malformed: bool,
}

/// Decodes the status that headers and trailers carry: `None` if neither has one, `Ok` for status 0.
///
/// The status in the trailers takes precedence over that in the headers, and an error in either over OK. A malformed status is
/// UNKNOWN and never OK. Message and details come from the block with the status, or else from the other one, because a proxy may
/// move the status without them. Details that cannot be decoded are omitted. Their own message is preferred if they have the same
/// code; the code itself always comes from `grpc-status`.
///
/// Sources: grpc `doc/PROTOCOL-WEB.md`, `doc/PROTOCOL-HTTP2.md` (Status, Status-Message).
#[must_use]
pub fn decode(headers: &Metadata, trailers: &Metadata) -> Option<Result<(), ErrorStatus>> {
    let (mut error, block, other) = match (status(headers), status(trailers)) {
        (_, Some(Err(error))) => (error, trailers, headers),
        (Some(Err(error)), _) => (error, headers, trailers),
        (None, None) => return None,
        (Some(Ok(())), _) | (_, Some(Ok(()))) => return Some(Ok(())),
    };
    let (message, details) = attachments(block, error.code);
    let (other_message, other_details) = attachments(other, error.code);
    let message = message.or(other_message).unwrap_or_default();
    let separator = if error.is_malformed && !message.is_empty() { ": " } else { "" };
    error.message = [&message, separator, &error.message].concat();
    error.details = details.or(other_details).unwrap_or_default();
    Some(Err(error))
}

/// Decodes the value of `grpc-status`. The message of an error is that of a malformed status, or empty.
fn status(block: &Metadata) -> Option<Result<(), ErrorStatus>> {
    // fetch joins repeated headers with commas.
    let mut values = block.get_all(STATUS).flat_map(|value| value.split(',')).map(str::trim_ascii);
    let first = values.next()?;
    let malformed = |message: &[&str]| {
        Some(Err(ErrorStatus {
            code: Code::Unknown,
            message: message.concat(),
            details: Vec::new(),
            is_malformed: true,
        }))
    };
    if values.any(|value| value != first) {
        return malformed(&["The response has several values of grpc-status that differ"]);
    }
    if first == "0" {
        return Some(Ok(()));
    }
    // A code has no leading zeros.
    match parse_uint64(first).and_then(Code::from_number).filter(|_| !first.starts_with('0')) {
        Some(code) => Some(Err(ErrorStatus { code, message: String::new(), details: Vec::new(), is_malformed: false })),
        None => malformed(&["The response's grpc-status is \"", first, "\", which is not a valid code"]),
    }
}

/// Decodes the message and the details of a block.
fn attachments(block: &Metadata, code: Code) -> (Option<String>, Option<Vec<Detail>>) {
    // A malformed escape is kept, and bytes that are not UTF-8 become U+FFFD.
    let message = block.get(MESSAGE).map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
    let status =
        block.get_bin(DETAILS).and_then(|bytes| message::decode(&GOOGLE_RPC_STATUS, &bytes, Direction::Response).ok());
    let Some(status) = status else { return (message, None) };
    let has_code = status.member("code").and_then(Json::whole_number) == Some(code.number().into());
    let own_message = status.text("message").filter(|message| has_code && !message.is_empty());
    let details = status.list("details").iter().filter_map(any).collect();
    (own_message.map(str::to_owned).or(message), Some(details))
}

/// Decodes a detail from the JSON of a `google.protobuf.Any`.
fn any(json: &Json<'_>) -> Option<Detail> {
    let value = base64::decode(json.text("value")?.as_bytes())?;
    Detail::decode(json.text("typeUrl")?.to_owned(), value)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_types::Any;

    use super::{ErrorStatus, decode};
    use crate::{code::Code, detail::Detail, metadata::Metadata, proto::google::rpc::Status, wire::base64};

    fn metadata(entries: &[(&str, &str)]) -> Metadata {
        let mut metadata = Metadata::new();
        entries.iter().for_each(|(name, value)| metadata.append(name, value));
        metadata
    }

    fn status(entries: &[(&str, &str)]) -> Option<Result<(), ErrorStatus>> {
        decode(&Metadata::new(), &metadata(entries))
    }

    fn error(entries: &[(&str, &str)]) -> ErrorStatus {
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
    fn status_0_is_ok_regardless_of_the_details() {
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
            let error = error(&[("grpc-status", "9"), ("grpc-message", raw)]);
            assert_eq!((error.code, error.message.as_str()), (Code::FailedPrecondition, text));
        }
    }

    #[test]
    fn a_malformed_escape_is_kept() {
        for (raw, text) in [
            ("%", "%"),
            ("%4", "%4"),
            ("100% of", "100% of"),
            ("%zz", "%zz"),
            ("%4g", "%4g"),
            ("%%41", "%A"),
            ("%4%41", "%4A"),
        ] {
            assert_eq!(error(&[("grpc-status", "9"), ("grpc-message", raw)]).message, text);
        }
    }

    #[test]
    fn a_malformed_status_is_unknown_and_keeps_the_message() {
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
            let error = error(&[("grpc-status", raw), ("grpc-message", "why")]);
            assert_eq!(error.code, Code::Unknown, "{raw:?}");
            assert!(error.message.starts_with("why: ") && error.message.contains(raw), "{}", error.message);
        }
    }

    #[test]
    fn repeated_statuses_must_be_equal() {
        assert_eq!(status(&[("grpc-status", "0"), ("grpc-status", "0")]), Some(Ok(())));
        assert_eq!(error(&[("grpc-status", "7"), ("grpc-status", "7")]).code, Code::PermissionDenied);
        assert_eq!(error(&[("grpc-status", "0"), ("grpc-status", "7")]).code, Code::Unknown);
        assert_eq!(error(&[("grpc-status", "7"), ("grpc-status", "0")]).code, Code::Unknown);
        assert_eq!(error(&[("grpc-status", "0, 7")]).code, Code::Unknown);
        assert_eq!(error(&[("grpc-status", "7, 7")]).code, Code::PermissionDenied);
    }

    #[test]
    fn trailers_take_precedence_over_headers_and_errors_over_ok() {
        let code = |headers: &str, trailers: &str| {
            let block = |status: &str| match status {
                "" => Metadata::new(),
                status => metadata(&[("grpc-status", status)]),
            };
            decode(&block(headers), &block(trailers)).map(|status| status.map_err(|error| error.code.number()))
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
    fn message_and_details_may_be_in_the_other_block() {
        let bin = base64::encode(&details(9, "").encode_to_vec());
        let rest = metadata(&[("grpc-message", "why"), ("grpc-status-details-bin", &bin)]);
        let status = metadata(&[("grpc-status", "9")]);
        for (headers, trailers) in [(&rest, &status), (&status, &rest)] {
            let error = decode(headers, trailers).unwrap().unwrap_err();
            assert_eq!((error.message.as_str(), error.details), ("why", detail()));
        }
    }

    #[test]
    fn details_are_read_with_and_without_padding() {
        for len in 0..3 {
            let bytes = details(9, &"from details"[len..]).encode_to_vec();
            for bin in [base64::encode(&bytes), base64::encode(&bytes).trim_end_matches('=').to_owned()] {
                let error = error(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
                assert_eq!((error.message.as_str(), error.details), (&"from details"[len..], detail()));
            }
        }
    }

    #[test]
    fn details_with_another_code_keep_status_and_message() {
        for code in [0, 5, 99] {
            let bin = base64::encode(&details(code, "from details").encode_to_vec());
            let error = error(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
            assert_eq!((error.code, error.message.as_str()), (Code::FailedPrecondition, "x"));
            assert_eq!(error.details, detail());
        }
    }

    #[test]
    fn details_without_a_message_keep_grpc_message() {
        let bin = base64::encode(&details(9, "").encode_to_vec());
        let error = error(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
        assert_eq!(error.message, "x");
    }

    #[test]
    fn malformed_details_are_omitted() {
        for bin in ["*", "AAA", "////", "=", "", "CAkSLE9y", "%%%"] {
            let error = error(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", bin)]);
            assert_eq!((error.code, error.message.as_str()), (Code::FailedPrecondition, "x"), "{bin}");
            assert_eq!(error.details, [], "{bin}");
        }
    }

    #[test]
    fn the_block_with_the_status_takes_precedence() {
        let details_of = |message: &str| base64::encode(&details(9, message).encode_to_vec());
        let without_details = metadata(&[("grpc-status", "9"), ("grpc-message", "trailers")]);
        let with_details = metadata(&[
            ("grpc-status", "8"),
            ("grpc-message", "headers"),
            ("grpc-status-details-bin", &details_of("details of the headers")),
        ]);
        let error = decode(&with_details, &without_details).unwrap().unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (Code::FailedPrecondition, "trailers"));
        assert_eq!(error.details, detail());
        let error =
            decode(&with_details, &metadata(&[("grpc-status", "0"), ("grpc-message", "OK")])).unwrap().unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (Code::ResourceExhausted, "headers"));
    }

    #[test]
    fn a_malformed_status_is_marked() {
        for (raw, is_malformed) in [("1", false), ("2", false), ("16", false), ("17", true), ("", true), ("2, 5", true)]
        {
            assert_eq!(error(&[("grpc-status", raw)]).is_malformed, is_malformed, "{raw}");
        }
        let received = |line: &[u8]| decode(&Metadata::new(), &Metadata::decode(line)).unwrap().unwrap_err();
        for line in [&b"grpc-status: 0\0"[..], b"grpc-status: 0\x0c\r\n", b"grpc-status: \x1b0\ngrpc-status: 0\n"] {
            let error = received(line);
            assert_eq!((error.code, error.is_malformed), (Code::Unknown, true), "{line:?}");
        }
    }
}
