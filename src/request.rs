//! Requests in proto3's JSON mapping: what JavaScript passes in, and what REST carries.
//!
//! The build implements [`RequestMessage`] for each message that a method takes, and for the messages in those.

use crate::{
    protocol::json::{self, Json, Object},
    value::Invalid,
};

include!(concat!(env!("OUT_DIR"), "/requests.rs"));

/// A message that is sent.
pub(crate) trait RequestMessage: prost::Message + Default {
    /// The names of its fields.
    const NAMES: &'static [&'static str];

    /// Reads a JSON object.
    ///
    /// # Errors
    /// A member of another type or with another name, two of which there may be one, or an enum's value that this version does
    /// not know.
    fn from_json<J: Json>(json: &J) -> Result<Self, Invalid>;

    /// The message as JSON text.
    fn to_json(&self) -> String;

    /// What stands in the path over REST.
    fn parameter(&self) -> &str {
        ""
    }
}

/// Reads an object that has no other members than the message's.
///
/// # Errors
/// What is wrong, and where.
pub(crate) fn from_json<J: Json, M: RequestMessage>(json: &J) -> Result<M, Invalid> {
    let names = json.names().ok_or(Invalid::new("not an object"))?;
    match names.iter().find(|name| !M::NAMES.contains(&name.as_str())) {
        Some(name) => Err(Invalid::new("not a field of this request").at(name)),
        None => M::from_json(json),
    }
}

fn string_from_json<J: Json>(json: &J, field: &str) -> Result<String, Invalid> {
    json::string(json, field).map(Option::unwrap_or_default)
}

fn bool_from_json<J: Json>(json: &J, field: &str) -> Result<bool, Invalid> {
    let value = json.member(field).map(|value| value.boolean().ok_or(Invalid::new("neither true nor false")));
    value.unwrap_or(Ok(false)).map_err(|invalid| invalid.at(field))
}

fn uint64_from_json<J: Json>(json: &J, field: &str) -> Result<u64, Invalid> {
    json::uint64(json, field).map(Option::unwrap_or_default)
}

fn uint32_from_json<J: Json>(json: &J, field: &str) -> Result<u32, Invalid> {
    u32::try_from(uint64_from_json(json, field)?).map_err(|_| Invalid::new("more than 4294967295").at(field))
}

fn enum_from_json<J: Json>(json: &J, field: &str, number: fn(&str) -> Option<i32>) -> Result<i32, Invalid> {
    match json::name_or_number(json, field)? {
        None => Ok(0),
        Some(Ok(name)) => number(&name).ok_or_else(|| Invalid::new("not a name of this enum").at(field)),
        Some(Err(number)) => Ok(number),
    }
}

fn message_from_json<J: Json, M: RequestMessage>(json: &J, field: &str) -> Result<Option<M>, Invalid> {
    let message = json.member(field).map(|value| from_json(&value));
    message.transpose().map_err(|invalid| invalid.at(field))
}

fn messages_from_json<J: Json, M: RequestMessage>(json: &J, field: &str) -> Result<Vec<M>, Invalid> {
    json::list(json, field, from_json)
}

/// Takes what one field of a oneof holds, unless another one holds something.
fn one_of<T>(found: &mut Option<T>, next: Option<T>) -> Result<(), Invalid> {
    match (&found, next) {
        (Some(_), Some(_)) => Err(Invalid::new("more than one of those of which it may be one")),
        (_, None) => Ok(()),
        (None, next) => {
            *found = next;
            Ok(())
        }
    }
}

fn string_to_json(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| json::quote(text))
}

fn bool_to_json(value: bool) -> Option<String> {
    value.then(|| "true".to_owned())
}

fn uint64_to_json(number: u64, is_quoted: bool) -> Option<String> {
    let text = number.to_string();
    (number != 0).then(|| if is_quoted { json::quote(&text) } else { text })
}

/// The name of an enum's value, or its number if this version does not know it.
fn enum_to_json(number: i32, name: fn(i32) -> Option<&'static str>) -> Option<String> {
    (number != 0).then(|| name(number).map_or_else(|| number.to_string(), json::quote))
}

fn messages_to_json<M: RequestMessage>(messages: &[M]) -> Option<String> {
    let texts: Vec<String> = messages.iter().map(RequestMessage::to_json).collect();
    (!texts.is_empty()).then(|| ["[", &texts.join(","), "]"].concat())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{RequestMessage as _, from_json};
    use crate::proto::zitadel::{
        object::v2::{ListQuery, TextQueryMethod},
        org::v2::{
            ListOrganizationsRequest, OrganizationFieldName, OrganizationIdQuery, OrganizationNameQuery,
            OrganizationState, OrganizationStateQuery, SearchQuery, search_query::Query,
        },
    };

    fn read(json: &Value) -> Result<ListOrganizationsRequest, String> {
        from_json(json).map_err(|invalid| invalid.at("request").text())
    }

    fn all() -> (Value, ListOrganizationsRequest) {
        let json = json!({
            "query": { "offset": "18446744073709551615", "limit": 50, "asc": true },
            "sortingColumn": "ORGANIZATION_FIELD_NAME_NAME",
            "queries": [
                { "nameQuery": { "name": "A\"ß\u{1}", "method": "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE" } },
                { "stateQuery": { "state": "ORGANIZATION_STATE_INACTIVE" } },
                { "idQuery": { "id": "7" } },
                { "defaultQuery": {} },
            ],
        });
        let query = |query| SearchQuery { query: Some(query) };
        let request = ListOrganizationsRequest {
            query: Some(ListQuery { offset: u64::MAX, limit: 50, asc: true }),
            sorting_column: OrganizationFieldName::Name.into(),
            queries: vec![
                query(Query::NameQuery(OrganizationNameQuery {
                    name: "A\"ß\u{1}".to_owned(),
                    method: TextQueryMethod::ContainsIgnoreCase.into(),
                })),
                query(Query::StateQuery(OrganizationStateQuery { state: OrganizationState::Inactive.into() })),
                query(Query::IdQuery(OrganizationIdQuery { id: "7".to_owned() })),
                query(Query::DefaultQuery(Default::default())),
            ],
        };
        (json, request)
    }

    #[test]
    fn a_request_is_read_from_a_plain_object_and_written_as_json() {
        let (json, request) = all();
        assert_eq!(read(&json), Ok(request.clone()));
        assert_eq!(serde_json::from_str::<Value>(&request.to_json()).unwrap(), json);
        assert_eq!(read(&json!({})), Ok(ListOrganizationsRequest::default()));
        assert_eq!(ListOrganizationsRequest::default().to_json(), "{}");
    }

    #[test]
    fn numbers_and_enums_are_read_in_every_form_of_the_json_mapping() {
        let request = read(&json!({
            "query": { "offset": 7, "limit": "8", "asc": null },
            "sortingColumn": 2,
            "queries": null,
        }));
        assert_eq!(
            request,
            Ok(ListOrganizationsRequest {
                query: Some(ListQuery { offset: 7, limit: 8, asc: false }),
                sorting_column: OrganizationFieldName::CreationDate.into(),
                queries: Vec::new(),
            })
        );
        let unknown = ListOrganizationsRequest { sorting_column: 99, ..Default::default() };
        assert_eq!(unknown.to_json(), r#"{"sortingColumn":99}"#);
    }

    #[test]
    fn a_wrong_request_is_refused_with_the_path_of_what_is_wrong() {
        for (json, text) in [
            (json!(7), "request is not an object"),
            (json!([]), "request is not an object"),
            (json!({ "querys": [] }), "request.querys is not a field of this request"),
            (json!({ "query": [] }), "request.query is not an object"),
            (json!({ "query": { "limit": -1 } }), "request.query.limit is not a whole number from 0 up"),
            (json!({ "query": { "limit": 4294967296_u64 } }), "request.query.limit is more than 4294967295"),
            (json!({ "query": { "offset": "x" } }), "request.query.offset is not a whole number from 0 up"),
            (json!({ "query": { "asc": "yes" } }), "request.query.asc is neither true nor false"),
            (json!({ "sortingColumn": "NAME" }), "request.sortingColumn is not a name of this enum"),
            (
                json!({ "sortingColumn": 1.5 }),
                "request.sortingColumn is neither the name nor the number of an enum's value",
            ),
            (json!({ "queries": {} }), "request.queries is not an array"),
            (json!({ "queries": [{}, 7] }), "request.queries[1] is not an object"),
            (json!({ "queries": [{ "idQuery": { "id": 7 } }] }), "request.queries[0].idQuery.id is not a string"),
            (
                json!({ "queries": [{ "idQuery": { "ids": "7" } }] }),
                "request.queries[0].idQuery.ids is not a field of this request",
            ),
            (
                json!({ "queries": [{ "idQuery": {}, "defaultQuery": {} }] }),
                "request.queries[0] is more than one of those of which it may be one",
            ),
        ] {
            assert_eq!(read(&json).unwrap_err(), text);
        }
    }
}
