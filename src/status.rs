//! The status of a call: `grpc-status`, `grpc-message` and `grpc-status-details-bin`.

use base64ct::{Base64Unpadded, Encoding as _};
use prost::Message as _;
use prost_types::Any;

use crate::{code::Code, metadata::Metadata, percent, proto};

/// Name of the metadata with the status code.
pub const STATUS: &str = "grpc-status";
/// Name of the metadata with the percent-encoded text.
pub const MESSAGE: &str = "grpc-message";
/// Name of the metadata with the `google.rpc.Status`.
pub const DETAILS: &str = "grpc-status-details-bin";

/// An error status.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The code.
    pub code: Code,
    /// The text, decoded.
    pub message: String,
    /// The details, as far as they could be decoded.
    pub details: Vec<Any>,
}

/// The status that a block of metadata carries: `None` if there is none, `Ok` for status 0.
///
/// What is not a status code, or two that differ, is UNKNOWN and never OK. The code always comes from `grpc-status`;
/// the details' own text is preferred where they carry the same code. Details that cannot be decoded are left out.
pub fn from_metadata(metadata: &Metadata) -> Option<Result<(), Failure>> {
    let raw = status_value(metadata)?;
    if raw == "0" {
        return Some(Ok(()));
    }
    let text = metadata.get(MESSAGE).map(percent::decode).unwrap_or_default();
    let status = metadata.get_all(DETAILS).find_map(decode_details).unwrap_or_default();
    let known = raw.parse().ok().and_then(Code::from_number).filter(|code| code.number().to_string() == raw);
    let (code, message) = match known {
        Some(code) if status.code == code.number() && !status.message.is_empty() => (code, status.message),
        Some(code) => (code, text),
        None => (Code::Unknown, unknown_status(&raw, &text)),
    };
    Some(Err(Failure { code, message, details: status.details }))
}

/// The one value of `grpc-status`; fetch joins repeated headers with commas.
fn status_value(metadata: &Metadata) -> Option<String> {
    let mut values = metadata.get_all(STATUS).flat_map(|value| value.split(',')).map(str::trim);
    let first = values.next()?;
    Some(match values.find(|value| *value != first) {
        Some(other) => format!("{first}, {other}"),
        None => first.to_owned(),
    })
}

fn unknown_status(raw: &str, text: &str) -> String {
    let separator = if text.is_empty() { "" } else { ": " };
    format!("{text}{separator}the answer's grpc-status is \"{raw}\", which is no gRPC status code")
}

fn decode_details(value: &str) -> Option<proto::google::rpc::Status> {
    let part = value.split(',').next().unwrap_or_default();
    let bytes = Base64Unpadded::decode_vec(part.trim().trim_end_matches('=')).ok()?;
    proto::google::rpc::Status::decode(bytes.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded, Encoding as _};
    use prost::Message as _;
    use prost_types::Any;

    use super::{Failure, from_metadata};
    use crate::{code::Code, metadata::Metadata, proto::google::rpc::Status};

    fn status(entries: &[(&str, &str)]) -> Option<Result<(), Failure>> {
        let mut metadata = Metadata::new();
        for (name, value) in entries {
            metadata.append(name, *value);
        }
        from_metadata(&metadata)
    }

    fn failure(entries: &[(&str, &str)]) -> Failure {
        status(entries).unwrap().unwrap_err()
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
        let failure = failure(&[("grpc-status", "9"), ("grpc-message", "d%C3%A9j%C3%A0")]);
        assert_eq!((failure.code, failure.message.as_str()), (Code::FailedPrecondition, "déjà"));
    }

    #[test]
    fn what_is_no_status_code_is_unknown_and_keeps_the_message() {
        for raw in ["", "17", "99", "-1", "00", "07", "+9", "5x", "x", "4294967296", "1e0", "0.0"] {
            let failure = failure(&[("grpc-status", raw), ("grpc-message", "why")]);
            assert_eq!(failure.code, Code::Unknown, "{raw:?}");
            assert!(failure.message.starts_with("why") && failure.message.contains(raw), "{}", failure.message);
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
        let bytes = details(9, "from details").encode_to_vec();
        for bin in [Base64::encode_string(&bytes), Base64Unpadded::encode_string(&bytes)] {
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
            assert_eq!(failure.message, "from details");
            assert_eq!(failure.details.len(), 1);
        }
    }

    #[test]
    fn grpc_status_and_its_message_win_over_details_with_another_code() {
        for code in [0, 5, 99] {
            let bin = Base64::encode_string(&details(code, "from details").encode_to_vec());
            let failure = failure(&[("grpc-status", "9"), ("grpc-message", "x"), ("grpc-status-details-bin", &bin)]);
            assert_eq!((failure.code, failure.message.as_str()), (Code::FailedPrecondition, "x"));
            assert_eq!(failure.details.len(), 1);
        }
    }

    #[test]
    fn details_without_a_text_leave_the_message() {
        let bin = Base64::encode_string(&details(9, "").encode_to_vec());
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
