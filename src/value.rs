//! Values as the caller sees them: proto3's JSON mapping of the messages and of errors.

use std::collections::BTreeMap;

use prost_types::Timestamp;
use serde::Serialize;

use crate::{
    code::Code,
    detail,
    error::{Error, Kind},
    json::Json,
    proto::zitadel::{
        management::v1::{DeactivateOrgResponse, GetMyOrgResponse, ReactivateOrgResponse},
        org::v1::{Org, OrgState},
        v1::ObjectDetails,
    },
};

/// Result of a change: `{ details?: ObjectDetails }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<DetailsValue>,
}

/// Result of a read: `{ org?: Org }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrgResultValue {
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<OrgValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct OrgValue {
    id: String,
    name: String,
    primary_domain: String,
    state: StateValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<DetailsValue>,
}

/// An enum value by its name, or by its number if this version does not know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum StateValue {
    Known(&'static str),
    Unknown(i32),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct DetailsValue {
    /// In decimal: a JavaScript number is not exact beyond 2^53.
    sequence: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change_date: Option<String>,
    resource_owner: String,
}

/// An error's fields, without its cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorValue {
    kind: &'static str,
    code: i32,
    code_name: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    details: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    metadata: BTreeMap<String, String>,
}

impl TryFrom<ReactivateOrgResponse> for ChangeValue {
    type Error = Error;

    fn try_from(message: ReactivateOrgResponse) -> Result<Self, Error> {
        Ok(Self { details: details_value(message.details)? })
    }
}

impl TryFrom<DeactivateOrgResponse> for ChangeValue {
    type Error = Error;

    fn try_from(message: DeactivateOrgResponse) -> Result<Self, Error> {
        Ok(Self { details: details_value(message.details)? })
    }
}

impl TryFrom<GetMyOrgResponse> for OrgResultValue {
    type Error = Error;

    fn try_from(message: GetMyOrgResponse) -> Result<Self, Error> {
        Ok(Self { org: message.org.map(OrgValue::try_from).transpose()? })
    }
}

impl TryFrom<Org> for OrgValue {
    type Error = Error;

    fn try_from(Org { id, details, state, name, primary_domain }: Org) -> Result<Self, Error> {
        let state = OrgState::try_from(state)
            .map_or(StateValue::Unknown(state), |state| StateValue::Known(state.as_str_name()));
        Ok(Self { id, name, primary_domain, state, details: details_value(details)? })
    }
}

fn details_value(details: Option<ObjectDetails>) -> Result<Option<DetailsValue>, Error> {
    let Some(details) = details else { return Ok(None) };
    Ok(Some(DetailsValue {
        sequence: details.sequence.to_string(),
        creation_date: details.creation_date.as_ref().map(date).transpose()?,
        change_date: details.change_date.as_ref().map(date).transpose()?,
        resource_owner: details.resource_owner,
    }))
}

/// A timestamp in RFC 3339, UTC, with 0, 3, 6 or 9 fraction digits.
///
/// Source: `google/protobuf/timestamp.proto`, which also sets the range: the years 1 to 9999.
fn date(timestamp: &Timestamp) -> Result<String, Error> {
    const YEAR_1: i64 = -62_135_596_800;
    const YEAR_9999_END: i64 = 253_402_300_799;
    let Timestamp { seconds, nanos } = timestamp;
    if (YEAR_1..=YEAR_9999_END).contains(seconds) && (0..=999_999_999).contains(nanos) {
        return Ok(timestamp.to_string());
    }
    let text = "The answer has a date that is none: it is outside of the years 1 to 9999. Check the server's version.";
    Err(Error::new(Kind::Protocol, Code::Internal, text))
}

impl From<Error> for ErrorValue {
    fn from(error: Error) -> Self {
        let Error { kind, code, message, details, http_status, metadata } = error;
        let id = details
            .iter()
            .find_map(detail::id)
            .or_else(|| (kind == Kind::Status).then(|| id_in_message(&message))?)
            .map(str::to_owned);
        let mut joined = BTreeMap::<String, String>::new();
        for (name, value) in metadata.iter() {
            joined
                .entry(name.to_owned())
                .and_modify(|values| {
                    values.push_str(", ");
                    values.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        Self {
            kind: kind.name(),
            code: code.number(),
            code_name: code.name(),
            message,
            id,
            details,
            http_status,
            request_id: joined.get("x-request-id").cloned(),
            metadata: joined,
        }
    }
}

/// The last `(XXX-yyyyy)` of a message, as ZITADEL writes it behind its texts.
///
/// Source: ZITADEL `internal/api/grpc/gerrors/zitadel_errors.go`.
fn id_in_message(message: &str) -> Option<&str> {
    message.rsplit('(').find_map(|tail| {
        let (id, _) = tail.split_once(')')?;
        let (prefix, suffix) = id.split_once('-')?;
        let is_prefix =
            !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let is_suffix = !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (is_prefix && is_suffix).then_some(id)
    })
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::{ChangeValue, ErrorValue, OrgResultValue, StateValue, date, id_in_message};
    use crate::{
        code::Code,
        error::{Error, Kind},
        json::Json,
        proto::zitadel::{
            management::v1::{GetMyOrgResponse, ReactivateOrgResponse},
            org::v1::Org,
            v1::ObjectDetails,
        },
    };

    fn rfc3339(seconds: i64, nanos: i32) -> Option<String> {
        date(&Timestamp { seconds, nanos }).ok()
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

    #[test]
    fn a_sequence_is_exact_up_to_the_last_uint64() {
        let details = ObjectDetails { sequence: u64::MAX, ..ObjectDetails::default() };
        let value = ChangeValue::try_from(ReactivateOrgResponse { details: Some(details) }).unwrap();
        assert_eq!(value.details.unwrap().sequence, "18446744073709551615");
    }

    #[test]
    fn an_answer_without_details_has_none() {
        assert_eq!(ChangeValue::try_from(ReactivateOrgResponse::default()).unwrap().details, None);
        assert_eq!(OrgResultValue::try_from(GetMyOrgResponse::default()).unwrap().org, None);
    }

    #[test]
    fn a_state_has_its_name_and_an_unknown_one_its_number() {
        let state = |state| {
            let org = Org { state, ..Org::default() };
            OrgResultValue::try_from(GetMyOrgResponse { org: Some(org) }).unwrap().org.unwrap().state
        };
        assert_eq!(state(0), StateValue::Known("ORG_STATE_UNSPECIFIED"));
        assert_eq!(state(2), StateValue::Known("ORG_STATE_INACTIVE"));
        assert_eq!(state(4), StateValue::Unknown(4));
        assert_eq!(state(-1), StateValue::Unknown(-1));
    }

    #[test]
    fn the_id_is_the_last_one_in_parentheses() {
        assert_eq!(id_in_message("Organisation is already active (EVENT-bfnrh)"), Some("EVENT-bfnrh"));
        assert_eq!(id_in_message("a (A-1) b (B-2) (see docs)"), Some("B-2"));
        for message in
            ["", "()", "(EVENT-)", "(-x)", "(event-x)", "EVENT-bfnrh", "(EVENT-bf nrh)", "(RECOVER)", "((", "(A-1"]
        {
            assert_eq!(id_in_message(message), None, "{message}");
        }
    }

    fn error(message: &str, details: Vec<Json>) -> Error {
        let mut error = Error::new(Kind::Status, Code::FailedPrecondition, message);
        error.details = details;
        error
    }

    fn zitadel_detail(id: &str) -> Json {
        let member = |name: &str, value: &str| (name.to_owned(), Json::String(value.to_owned()));
        Json::Object(vec![member("@type", "type.googleapis.com/zitadel.v1.ErrorDetail"), member("id", id)])
    }

    #[test]
    fn the_id_comes_from_the_detail_before_the_message() {
        let id = |message: &str, details| ErrorValue::from(error(message, details)).id;
        assert_eq!(id("x (B-2)", vec![zitadel_detail("A-1")]).as_deref(), Some("A-1"));
        assert_eq!(id("x (B-2)", vec![zitadel_detail("")]).as_deref(), Some("B-2"));
        assert_eq!(id("x", vec![]), None);
    }

    #[test]
    fn a_text_of_ours_has_no_id() {
        let ours = Error::new(Kind::Protocol, Code::Unknown, "x (B-2)");
        assert_eq!(ErrorValue::from(ours).id, None);
    }

    #[test]
    fn repeated_metadata_is_joined_and_the_request_id_is_found() {
        let mut with_metadata = error("x", vec![]);
        for (name, value) in [("x-request-id", "abc"), ("x-b", "1"), ("X-B", "2")] {
            with_metadata.metadata.append(name, value);
        }
        let value = ErrorValue::from(with_metadata);
        assert_eq!(value.request_id.as_deref(), Some("abc"));
        assert_eq!(value.metadata.get("x-b").map(String::as_str), Some("1, 2"));
    }
}
