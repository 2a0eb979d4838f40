//! The REST mapping of the rpcs: their answers. The build knows their routes.
//!
//! Source: ZITADEL `internal/api/grpc/server/gateway.go` (JSON, HTTP codes).

use crate::{
    answer::{Answer, Ending, connection_lost, unfit_message},
    code::Code,
    detail,
    error::{Error, Kind},
    frame::{MAX_MESSAGE_LEN, Violation},
    json::{self, Json},
    message::{self, decimal},
    proto::Method,
};

/// What an answer comes to; `None` if that takes more of the body.
pub(crate) fn outcome(answer: &Answer<'_>, method: &Method) -> Option<Result<Json, Error>> {
    if answer.body.len() > MAX_MESSAGE_LEN {
        return Some(Err(Violation::TooLong.into()));
    }
    match answer.ending {
        Ending::Open => None,
        Ending::BrokenOff => Some(Err(connection_lost())),
        Ending::Complete if answer.is_success() => Some(success(answer, method)),
        Ending::Complete => Some(Err(failure(answer))),
    }
}

fn success(answer: &Answer<'_>, method: &Method) -> Result<Json, Error> {
    if !answer.body.is_empty() {
        return message::from_json(method.answer, answer.body).ok_or_else(|| unfit_message(method));
    }
    let content_type = answer.content_type().unwrap_or(b"none");
    let is_json = content_type.to_ascii_lowercase().starts_with(b"application/json");
    let code = if is_json { Code::Internal } else { Code::Unknown };
    let text = [
        b"The answer (content-type: ",
        content_type,
        b") is not JSON. Check that baseUrl is ZITADEL's address and what the proxy in front of it does.",
    ];
    Err(Error::new(Kind::Protocol, code, &text))
}

/// An error status: the body's if it has one, else what HTTP says.
fn failure(answer: &Answer<'_>) -> Error {
    let number = json::member(answer.body, b"code").and_then(decimal);
    let Some(code) = number.and_then(|number| Code::from_number(i32::try_from(number).ok()?)) else {
        return Error::from_http_status(answer.http_status, answer.content_type());
    };
    let mut error = Error::new(Kind::Status, code, &[]);
    if let Some(message) = json::member(answer.body, b"message").filter(|message| json::contents(message).is_some()) {
        error.message = message.to_vec();
    }
    if let Some(details) = json::member(answer.body, b"details").filter(|details| details.starts_with(b"[")) {
        for detail in json::members(details).filter_map(|(_, detail)| detail::from_json(detail)) {
            error.attach(detail);
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        answer::{Answer, Ending, Protocol},
        frame::MAX_MESSAGE_LEN,
        metadata::Block,
        proto::METHODS,
    };

    /// What an answer comes to, as the edge hands it over: JSON written anew, or nothing.
    fn answer(name: &str, http_status: u16, content_type: &str, body: &str) -> Value {
        let json: Option<Value> = serde_json::from_str(body).ok();
        let body = json.map(|json| serde_json::to_vec(&json).unwrap()).unwrap_or_default();
        told(name, http_status, content_type, &body, Ending::Complete).unwrap()
    }

    fn told(name: &str, http_status: u16, content_type: &str, body: &[u8], ending: Ending) -> Option<Value> {
        let method = METHODS.iter().find(|method| method.name == name).unwrap();
        let headers = format!("content-type: {content_type}\r\n");
        let answer = Answer { http_status, headers: Block::new(headers.as_bytes()), body, ending };
        serde_json::from_slice(&answer.outcome_json(method, Protocol::Rest)).ok()
    }

    /// Kind and code of an error.
    fn summary(outcome: &Value) -> (&str, u64) {
        let error = &outcome["error"];
        (error["kind"].as_str().unwrap(), error["code"].as_u64().unwrap())
    }

    #[test]
    fn a_change_is_read() {
        let body = r#"{"details":{"sequence":"7","changeDate":"2026-07-10T09:52:56.123456Z","resourceOwner":"1"}}"#;
        let expected: Value = serde_json::from_str(body).unwrap();
        for method in ["reactivateOrg", "deactivateOrg"] {
            assert_eq!(answer(method, 200, "application/json", body), json!({ "value": expected }));
        }
    }

    #[test]
    fn an_error_is_the_bodys_status_with_its_details() {
        let body = r#"{"code":9,"message":"Organisation is already active (EVENT-bfnrh)","details":[
            {"@type":"type.googleapis.com/zitadel.v1.ErrorDetail","id":"EVENT-bfnrh","message":"x"}, 5, {}]}"#;
        let outcome = answer("reactivateOrg", 400, "application/json", body);
        assert_eq!(summary(&outcome), ("status", 9));
        let error = &outcome["error"];
        assert_eq!(error["id"], "EVENT-bfnrh");
        assert_eq!(error["details"].as_array().unwrap().len(), 1);
        assert_eq!(error["message"], "Organisation is already active (EVENT-bfnrh)");
    }

    #[test]
    fn an_error_without_details_has_the_id_of_its_text() {
        let outcome = answer("reactivateOrg", 404, "application/json", r#"{"code":5,"message":"x (A-1)"}"#);
        assert_eq!((&outcome["error"]["id"], &outcome["error"]["details"]), (&json!("A-1"), &json!([])));
    }

    #[test]
    fn an_error_without_a_status_in_its_body_is_what_http_says() {
        for body in ["<h1>", "{}", r#"{"code":0}"#, r#"{"code":17}"#, r#"{"code":"9"}"#, r#"{"code":9.5}"#, "[9]", ""] {
            let outcome = answer("reactivateOrg", 503, "text/html", body);
            assert_eq!(summary(&outcome), ("status", 14), "{body}");
            assert!(outcome["error"]["message"].as_str().unwrap().contains("503"), "{outcome}");
        }
    }

    #[test]
    fn json_of_another_form_is_internal() {
        for body in ["[]", "null", "5", r#"{"details":5}"#, r#"{"details":{"changeDate":"yesterday"}}"#] {
            assert_eq!(summary(&answer("reactivateOrg", 200, "application/json", body)), ("protocol", 13), "{body}");
        }
    }

    #[test]
    fn a_success_that_is_no_json_is_unknown_or_internal() {
        let code = |content_type| summary(&answer("reactivateOrg", 200, content_type, "<h1>")).1;
        assert_eq!(code("text/html"), 2);
        assert_eq!(code("application/json; charset=utf-8"), 13);
    }

    #[test]
    fn a_body_that_is_too_long_is_told_before_its_end() {
        let body = vec![b' '; MAX_MESSAGE_LEN + 1];
        let outcome = told("getMyOrg", 200, "application/json", &body, Ending::Open).unwrap();
        assert_eq!(summary(&outcome), ("protocol", 8));
        assert_eq!(told("getMyOrg", 200, "application/json", &body[1..], Ending::Open), None);
    }

    #[test]
    fn a_connection_that_breaks_off_is_unavailable() {
        let outcome = told("getMyOrg", 200, "application/json", b"{}", Ending::BrokenOff).unwrap();
        assert_eq!(summary(&outcome), ("transport", 14));
    }
}
