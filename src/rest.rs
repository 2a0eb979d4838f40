//! The REST mapping of the three rpcs: their routes, and their answers as the messages of the protos.
//!
//! An answer's JSON is transcoded to the message that gRPC-Web would have carried, so that both protocols share all that
//! comes after. Sources: ZITADEL `proto/zitadel/management.proto` (routes), `internal/api/grpc/server/gateway.go`
//! (JSON, HTTP codes).

use prost::Message as _;
use prost_types::Timestamp;

use crate::{
    code::Code,
    detail,
    error::{Error, Kind},
    json::Json,
    proto::zitadel::{
        management::v1::{GetMyOrgResponse, ReactivateOrgResponse},
        org::v1::{Org, OrgState},
        v1::ObjectDetails,
    },
    response::{Head, Response},
};

/// Longest body that is read, in bytes; the same as for a message of gRPC-Web.
pub const MAX_BODY_LEN: usize = crate::frame::MAX_MESSAGE_LEN;

/// How an rpc is called over REST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method.
    pub verb: &'static str,
    /// The path.
    pub path: &'static str,
    /// The request's body, if it has one.
    pub body: Option<&'static str>,
    answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Org,
    Change,
}

/// The route of an rpc; `None` if it has none here.
///
/// ```
/// use zitadel_org_web::rest;
///
/// let route = rest::route("/zitadel.management.v1.ManagementService/ReactivateOrg").unwrap();
/// assert_eq!((route.verb, route.path), ("POST", "/management/v1/orgs/me/_reactivate"));
/// ```
#[must_use]
pub fn route(path: &str) -> Option<Route> {
    let change = |path| Route { verb: "POST", path, body: Some("{}"), answer: Answer::Change };
    match path.strip_prefix("/zitadel.management.v1.ManagementService/")? {
        "GetMyOrg" => Some(Route { verb: "GET", path: "/management/v1/orgs/me", body: None, answer: Answer::Org }),
        "DeactivateOrg" => Some(change("/management/v1/orgs/me/_deactivate")),
        "ReactivateOrg" => Some(change("/management/v1/orgs/me/_reactivate")),
        _ => None,
    }
}

/// The outcome of an answer; `json` is its body, or `None` if that is no JSON.
///
/// # Errors
/// The status in the body, or what HTTP says in its stead; or what is wrong with the answer.
pub fn outcome(route: Route, head: Head, json: Option<Json>) -> Result<Response, Error> {
    let Head { http_status, headers } = head;
    let outcome = if (200..300).contains(&http_status) {
        json.ok_or_else(|| not_json(headers.get("content-type"))).and_then(|json| transcode(route, &json))
    } else {
        Err(failure(http_status, headers.get("content-type"), json))
    };
    match outcome {
        Ok(message) => Ok(Response { headers, message, trailers: crate::metadata::Metadata::new() }),
        Err(error) => Err(error.with_answer(http_status, headers)),
    }
}

/// What to answer if the body is longer than [`MAX_BODY_LEN`].
#[must_use]
pub fn too_long(head: Head) -> Error {
    let text = format!("The answer is longer than {MAX_BODY_LEN} bytes, which is the most that is read.");
    Error::new(Kind::Protocol, Code::ResourceExhausted, text).with_answer(head.http_status, head.headers)
}

fn not_json(content_type: Option<&str>) -> Error {
    let content_type = content_type.unwrap_or("none");
    let is_json = content_type.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"));
    let code = if is_json { Code::Internal } else { Code::Unknown };
    let text = format!(
        "The answer (content-type: {content_type}) is not JSON: check that baseUrl is ZITADEL's address and what the proxy \
         in front of it does."
    );
    Error::new(Kind::Protocol, code, text)
}

/// An error status: the body's if it has one, else what HTTP says.
fn failure(http_status: u16, content_type: Option<&str>, json: Option<Json>) -> Error {
    let code = json.as_ref().and_then(|json| Code::from_number(whole(json.get("code")?)?));
    let (Some(code), Some(Json::Object(members))) = (code, json) else {
        return Error::from_http_status(http_status, content_type);
    };
    let mut error = Error::new(Kind::Status, code, String::new());
    for (name, value) in members {
        match (name.as_str(), value) {
            ("message", Json::String(text)) => error.message = text,
            ("details", Json::List(details)) => {
                error.details = details.into_iter().filter_map(detail::from_json).collect();
            }
            _ => {}
        }
    }
    error
}

/// A JSON number that is an int32.
fn whole(json: &Json) -> Option<i32> {
    match json {
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, which the comparison finds out")]
        Json::Number(number) => Some(*number as i32).filter(|whole| f64::from(*whole) == *number),
        _ => None,
    }
}

/// The message that the JSON stands for, as bytes.
fn transcode(route: Route, json: &Json) -> Result<Vec<u8>, Error> {
    let message = match (route.answer, json) {
        (_, json) if !matches!(json, Json::Object(_)) => None,
        // Both changes answer with messages of one form.
        (Answer::Change, json) => {
            optional(json, "details", details).map(|details| ReactivateOrgResponse { details }.encode_to_vec())
        }
        (Answer::Org, json) => optional(json, "org", org).map(|org| GetMyOrgResponse { org }.encode_to_vec()),
    };
    message.ok_or_else(|| {
        let text = format!(
            "The answer's JSON is not what {} {} answers with. Check the server's version.",
            route.verb, route.path
        );
        Error::new(Kind::Protocol, Code::Internal, text)
    })
}

/// A member that may be missing or null; `None` if it is there and does not fit.
fn optional<T>(json: &Json, name: &str, parse: impl Fn(&Json) -> Option<T>) -> Option<Option<T>> {
    match json.get(name) {
        None | Some(Json::Null) => Some(None),
        Some(value) => parse(value).map(Some),
    }
}

fn org(json: &Json) -> Option<Org> {
    let text = |name| optional(json, name, string).map(Option::unwrap_or_default);
    matches!(json, Json::Object(_)).then_some(())?;
    Some(Org {
        id: text("id")?,
        details: optional(json, "details", details)?,
        state: optional(json, "state", state)?.unwrap_or_default(),
        name: text("name")?,
        primary_domain: text("primaryDomain")?,
    })
}

fn details(json: &Json) -> Option<ObjectDetails> {
    matches!(json, Json::Object(_)).then_some(())?;
    Some(ObjectDetails {
        sequence: optional(json, "sequence", uint64)?.unwrap_or_default(),
        creation_date: optional(json, "creationDate", date)?,
        change_date: optional(json, "changeDate", date)?,
        resource_owner: optional(json, "resourceOwner", string)?.unwrap_or_default(),
    })
}

fn string(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

/// A uint64, which proto3 writes as a string and reads as a number too, as far as that is exact.
fn uint64(json: &Json) -> Option<u64> {
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
    match json {
        Json::String(text) => text.parse().ok(),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number")]
        Json::Number(number) => ((0.0..=MAX_SAFE).contains(number) && number.fract() == 0.0).then_some(*number as u64),
        _ => None,
    }
}

fn date(json: &Json) -> Option<Timestamp> {
    json.as_str()?.parse().ok()
}

fn state(json: &Json) -> Option<i32> {
    match json {
        Json::String(name) => OrgState::from_str_name(name).map(i32::from),
        number => whole(number),
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::{MAX_BODY_LEN, Route, outcome, route, too_long};
    use crate::{
        code::Code,
        error::{Error, Kind},
        json::Json,
        metadata::Metadata,
        proto::zitadel::management::v1::{GetMyOrgResponse, ReactivateOrgResponse},
        response::{Head, Response},
        value::{ChangeValue, ErrorValue, OrgResultValue},
    };

    fn json(value: &serde_json::Value) -> Json {
        match value {
            serde_json::Value::Null => Json::Null,
            serde_json::Value::Bool(value) => Json::Bool(*value),
            serde_json::Value::Number(value) => Json::Number(value.as_f64().unwrap()),
            serde_json::Value::String(value) => Json::String(value.clone()),
            serde_json::Value::Array(values) => Json::List(values.iter().map(json).collect()),
            serde_json::Value::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.clone(), json(value))).collect())
            }
        }
    }

    fn to(method: &str) -> Route {
        route(&format!("/zitadel.management.v1.ManagementService/{method}")).unwrap()
    }

    fn answer(method: &str, http_status: u16, content_type: &str, body: &str) -> Result<Response, Error> {
        let mut headers = Metadata::new();
        headers.append("content-type", content_type);
        let body = serde_json::from_str(body).ok().as_ref().map(json);
        outcome(to(method), Head { http_status, headers }, body)
    }

    fn changed(body: &str) -> Result<serde_json::Value, Error> {
        let message = answer("ReactivateOrg", 200, "application/json", body)?.message;
        let value = ChangeValue::try_from(ReactivateOrgResponse::decode(message.as_slice()).unwrap())?;
        Ok(serde_json::to_value(value).unwrap())
    }

    fn read(body: &str) -> Result<serde_json::Value, Error> {
        let message = answer("GetMyOrg", 200, "application/json", body)?.message;
        let value = OrgResultValue::try_from(GetMyOrgResponse::decode(message.as_slice()).unwrap())?;
        Ok(serde_json::to_value(value).unwrap())
    }

    fn parsed(text: &str) -> serde_json::Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_three_rpcs_have_routes_and_no_other() {
        assert_eq!((to("GetMyOrg").verb, to("GetMyOrg").body), ("GET", None));
        assert_eq!((to("DeactivateOrg").verb, to("DeactivateOrg").body), ("POST", Some("{}")));
        assert_eq!(route("/zitadel.management.v1.ManagementService/Nope"), None);
        assert_eq!(route("/x"), None);
    }

    #[test]
    fn zitadels_json_comes_out_as_it_came_in() {
        let change = r#"{"details":{"sequence":"7","changeDate":"2026-07-10T09:52:56.123456Z","resourceOwner":"1"}}"#;
        assert_eq!(changed(change).unwrap(), parsed(change));
        let org = r#"{"org":{"id":"1","details":{"sequence":"7","creationDate":"2026-07-09T09:52:56Z",
            "changeDate":"2026-07-10T09:52:56.123Z","resourceOwner":"1"},"state":"ORG_STATE_ACTIVE","name":"ACME",
            "primaryDomain":"acme.localhost"}}"#;
        assert_eq!(read(org).unwrap(), parsed(org));
    }

    #[test]
    fn what_json_leaves_out_is_there_again() {
        assert_eq!(changed("{}").unwrap(), parsed("{}"));
        let details = parsed(r#"{"details":{"sequence":"0","resourceOwner":""}}"#);
        assert_eq!(changed(r#"{"details":{}}"#).unwrap(), details);
        assert_eq!(changed(r#"{"details":{"sequence":null,"changeDate":null}, "more":[]}"#).unwrap(), details);
        let org = parsed(r#"{"org":{"id":"","name":"","primaryDomain":"","state":"ORG_STATE_UNSPECIFIED"}}"#);
        assert_eq!(read(r#"{"org":{}}"#).unwrap(), org);
    }

    #[test]
    fn a_sequence_is_exact_as_a_string_and_as_a_safe_number() {
        let sequence = |text: &str| changed(&format!(r#"{{"details":{{"sequence":{text}}}}}"#));
        assert_eq!(sequence(r#""18446744073709551615""#).unwrap()["details"]["sequence"], "18446744073709551615");
        assert_eq!(sequence("9007199254740991").unwrap()["details"]["sequence"], "9007199254740991");
        for text in ["9007199254740993", "-1", "1.5", r#""x""#, r#""-1""#, "true", "[]", r#""18446744073709551616""#] {
            assert_eq!(sequence(text).unwrap_err().code, Code::Internal, "{text}");
        }
    }

    #[test]
    fn a_state_is_a_name_or_a_number() {
        let state =
            |text: &str| read(&format!(r#"{{"org":{{"state":{text}}}}}"#)).map(|json| json["org"]["state"].clone());
        assert_eq!(state("2").unwrap(), "ORG_STATE_INACTIVE");
        assert_eq!(state("9").unwrap(), 9);
        assert_eq!(state(r#""ORG_STATE_NEW""#).unwrap_err().code, Code::Internal);
        assert_eq!(state("1.5").unwrap_err().code, Code::Internal);
    }

    #[test]
    fn json_of_another_form_is_internal() {
        for body in ["[]", "null", "5", r#"{"details":5}"#, r#"{"details":{"changeDate":"yesterday"}}"#] {
            let error = changed(body).unwrap_err();
            assert_eq!(
                (error.kind, error.code, error.http_status),
                (Kind::Protocol, Code::Internal, Some(200)),
                "{body}"
            );
        }
    }

    #[test]
    fn a_success_that_is_no_json_is_unknown_or_internal() {
        let code = |content_type| answer("ReactivateOrg", 200, content_type, "<h1>").unwrap_err().code;
        assert_eq!(code("text/html"), Code::Unknown);
        assert_eq!(code("application/json; charset=utf-8"), Code::Internal);
    }

    #[test]
    fn an_error_is_the_bodys_status_with_its_details() {
        let body = r#"{"code":9,"message":"Organisation is already active (EVENT-bfnrh)","details":[
            {"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"EVENT-bfnrh","message":"x"}, 5, {}]}"#;
        let error = answer("ReactivateOrg", 400, "application/json", body).unwrap_err();
        assert_eq!((error.kind, error.code, error.http_status), (Kind::Status, Code::FailedPrecondition, Some(400)));
        let value = serde_json::to_value(ErrorValue::from(error)).unwrap();
        assert_eq!(value["id"], "EVENT-bfnrh");
        assert_eq!(value["details"].as_array().unwrap().len(), 1);
        assert_eq!(value["message"], "Organisation is already active (EVENT-bfnrh)");
    }

    #[test]
    fn an_error_without_a_status_in_its_body_is_what_http_says() {
        for body in ["<h1>", "{}", r#"{"code":0}"#, r#"{"code":17}"#, r#"{"code":"9"}"#, r#"{"code":9.5}"#, "[9]"] {
            let error = answer("ReactivateOrg", 503, "text/html", body).unwrap_err();
            assert_eq!((error.kind, error.code), (Kind::Status, Code::Unavailable), "{body}");
            assert!(error.message.contains("503"), "{}", error.message);
        }
    }

    #[test]
    fn a_body_that_is_too_long_is_resource_exhausted() {
        let error = too_long(Head { http_status: 200, headers: Metadata::new() });
        assert_eq!((error.kind, error.code), (Kind::Protocol, Code::ResourceExhausted));
        assert!(error.message.contains(&MAX_BODY_LEN.to_string()));
    }
}
