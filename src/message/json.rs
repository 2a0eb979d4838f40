//! Values from and to JSON.
//!
//! Source: protobuf "ProtoJSON Format".

use super::{
    Invalid, Kind, Schema, Value, enum_number, enum_value,
    json_text::{Json, parse_uint64, quote},
    timestamp,
};
use crate::wire::base64;

/// The rules for JSON that does not match the schema exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// From a server, which may be newer than the schema: unknown fields are ignored, unknown names of an enum are its zero value
    /// and missing fields have their defaults.
    Response,
    /// From a caller: unknown names are rejected and missing fields are omitted.
    Request,
}

impl Value {
    /// Converts a JSON object to a message.
    ///
    /// # Errors
    /// The path and the constraint of the first part that does not match the schema.
    pub fn from_json(schema: &Schema, json: &Json<'_>, form: Form) -> Result<Self, Invalid> {
        let object = json.as_object().ok_or(Invalid::NOT_AN_OBJECT)?;
        if form == Form::Request {
            if let Some((name, _)) = object.members().iter().find(|(name, _)| !schema.has_field(name)) {
                return Err(Invalid::NOT_A_FIELD.at(name));
            }
        }
        let mut members = Vec::new();
        let mut oneofs = Vec::new();
        for field in schema.fields {
            let Some(json) = object.last_member(|name| field.has_name(name)) else {
                let default = if form == Form::Response { field.default() } else { None };
                members.extend(default.map(|value| (field.name, value)));
                continue;
            };
            if field.oneof.is_some() {
                if oneofs.contains(&field.oneof) {
                    return Err(Invalid::TWO_OF_A_ONEOF);
                }
                oneofs.push(field.oneof);
            }
            let value = if field.is_repeated { list(&field.kind, json, form) } else { item(&field.kind, json, form) };
            members.push((field.name, value.map_err(|invalid| invalid.at(field.name))?));
        }
        Ok(Self::Object(members))
    }

    /// Converts the value to JSON text.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        self.write(&mut json);
        json
    }

    fn write(&self, json: &mut String) {
        let mut separator = "";
        match self {
            Self::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => json.push_str(&number.to_string()),
            Self::Text(text) => quote(text, json),
            Self::Bytes(bytes) => quote(&base64::encode(bytes), json),
            Self::List(items) => {
                json.push('[');
                for item in items {
                    json.push_str(separator);
                    item.write(json);
                    separator = ",";
                }
                json.push(']');
            }
            Self::Object(members) => {
                json.push('{');
                for (name, value) in members {
                    json.push_str(separator);
                    quote(name, json);
                    json.push(':');
                    value.write(json);
                    separator = ",";
                }
                json.push('}');
            }
        }
    }
}

fn list(kind: &Kind, json: &Json<'_>, form: Form) -> Result<Value, Invalid> {
    let items = json.items().ok_or(Invalid::NOT_AN_ARRAY)?.iter().enumerate();
    let items = items.map(|(index, json)| item(kind, json, form).map_err(|invalid| invalid.at_index(index)));
    items.collect::<Result<_, _>>().map(Value::List)
}

fn item(kind: &Kind, json: &Json<'_>, form: Form) -> Result<Value, Invalid> {
    Ok(match kind {
        Kind::Message(schema) => Value::from_json(schema, json, form)?,
        Kind::Bool => Value::Bool(json.as_bool().ok_or(Invalid::NOT_A_BOOL)?),
        Kind::Int32 => Value::Number(int64(json).and_then(as_int32).ok_or(Invalid::NOT_INT32)?.into()),
        Kind::Int64 => Value::Number(int64(json).ok_or(Invalid::NOT_INT64)?),
        Kind::Uint32 => {
            let number = uint64(json).and_then(|number| u32::try_from(number).ok());
            Value::Number(number.ok_or(Invalid::NOT_UINT32)?.into())
        }
        Kind::Uint64 => Value::Text(uint64(json).ok_or(Invalid::NOT_UINT64)?.to_string()),
        Kind::String => Value::Text(json.as_str().ok_or(Invalid::NOT_A_STRING)?.to_owned()),
        Kind::Bytes => {
            let bytes = json.as_str().and_then(|text| base64::decode(text.as_bytes()));
            Value::Bytes(bytes.ok_or(Invalid::NOT_BASE64)?)
        }
        Kind::Timestamp => {
            let date = json.as_str().and_then(|text| timestamp::format(&timestamp::parse(text)?));
            Value::Text(date.ok_or(Invalid::NOT_A_DATE)?)
        }
        Kind::Enum(values) => {
            let number = match json.as_str() {
                Some(name) if form == Form::Response => Some(enum_number(values, name).unwrap_or_default()),
                Some(name) => enum_number(values, name),
                None => json.whole_number().and_then(as_int32),
            };
            enum_value(values, number.ok_or(Invalid::NOT_AN_ENUM_VALUE)?)
        }
    })
}

/// Converts a number, or a string of digits.
fn uint64(json: &Json<'_>) -> Option<u64> {
    match json.as_str() {
        Some(text) => parse_uint64(text),
        None => json.whole_number().and_then(|number| number.try_into().ok()),
    }
}

/// Converts a number, or a string of digits with an optional sign.
fn int64(json: &Json<'_>) -> Option<i64> {
    match json.as_str() {
        Some(text) => text.parse().ok(),
        None => json.whole_number(),
    }
}

fn as_int32(number: i64) -> Option<i32> {
    number.try_into().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Parsed, json};

    use super::{Form, Value};
    use crate::{
        message::{
            json_text,
            schema::{
                GOOGLE_PROTOBUF_TIMESTAMP, GOOGLE_RPC_STATUS, ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as RESPONSE,
                ZITADEL_ORG_V2_LIST_ORGANIZATIONS_REQUEST as SCHEMA,
            },
        },
        proto::zitadel::{
            object::v2::{ListQuery, TextQueryMethod},
            org::v2::{
                ListOrganizationsRequest, OrganizationFieldName, OrganizationIdQuery, OrganizationNameQuery,
                OrganizationState, OrganizationStateQuery, SearchQuery, search_query::Query,
            },
        },
    };

    fn read_text(json: &str) -> Result<Value, String> {
        let json = json_text::parse(json).unwrap();
        Value::from_json(&SCHEMA, &json, Form::Request).map_err(|invalid| invalid.at("request").text())
    }

    fn read(json: &Parsed) -> Result<Value, String> {
        read_text(&json.to_string())
    }

    /// The message that is sent for a JSON object.
    fn sent(json: &Parsed) -> ListOrganizationsRequest {
        prost::Message::decode(read(json).unwrap().encode(&SCHEMA).unwrap().as_slice()).unwrap()
    }

    #[test]
    fn a_request_is_read_from_an_object_and_written_in_both_forms() {
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
        let message = ListOrganizationsRequest {
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
        assert_eq!(sent(&json), message);
        let text = read(&json).unwrap().to_json();
        assert_eq!(serde_json::from_str::<Parsed>(&text).unwrap(), json);
        // The same from prost's bytes, as a call in Rust over REST has them.
        let bytes = prost::Message::encode_to_vec(&message);
        assert_eq!(Value::decode(&SCHEMA, &bytes, false).unwrap(), read(&json).unwrap());
        assert_eq!((sent(&json!({})), read(&json!({})).unwrap().to_json()), (Default::default(), "{}".to_owned()));
    }

    #[test]
    fn numbers_and_enums_are_read_in_every_form_of_the_json_mapping() {
        let query = Some(ListQuery { offset: 7, limit: 8, asc: false });
        let sorting_column = OrganizationFieldName::CreationDate.into();
        let message = ListOrganizationsRequest { query, sorting_column, queries: Vec::new() };
        for (offset, limit) in [("7", "\"8\""), ("\"7\"", "8.0"), ("7e0", "800e-2"), ("0.7E+1", "\"008\"")] {
            let json = format!(
                r#"{{ "query": {{ "offset": {offset}, "limit": {limit}, "asc": null }}, "sortingColumn": 2, "queries": null }}"#
            );
            let bytes = read_text(&json).unwrap().encode(&SCHEMA).unwrap();
            assert_eq!(prost::Message::decode(bytes.as_slice()), Ok(message.clone()), "{json}");
        }
        let unknown = json!({ "sortingColumn": 99 });
        assert_eq!((sent(&unknown).sorting_column, read(&unknown).unwrap().to_json()), (99, unknown.to_string()));
    }

    #[test]
    fn a_field_may_have_its_proto_name_and_the_last_occurrence_wins() {
        for json in [
            r#"{ "sorting_column": 2 }"#,
            r#"{ "sortingColumn": 1, "sorting_column": 2 }"#,
            r#"{ "sorting_column": 1, "sortingColumn": 2 }"#,
            r#"{ "sortingColumn": "wrong", "sortingColumn": "ORGANIZATION_FIELD_NAME_CREATION_DATE" }"#,
        ] {
            let expected = r#"{"sortingColumn":"ORGANIZATION_FIELD_NAME_CREATION_DATE"}"#;
            assert_eq!(read_text(json).unwrap().to_json(), expected, "{json}");
        }
        assert_eq!(read_text(r#"{ "sortingColumn": 2, "sorting_column": null }"#).unwrap().to_json(), "{}");
        let response = json_text::parse(r#"{ "org": { "primary_domain": "a.example" } }"#).unwrap();
        let response = Value::from_json(&RESPONSE, &response, Form::Response).unwrap();
        assert_eq!(response.member("org").and_then(|org| org.text("primaryDomain")), Some("a.example"));
    }

    #[test]
    fn signed_numbers_are_read_in_their_range() {
        let read = |json: &str| {
            let value = Value::from_json(&GOOGLE_PROTOBUF_TIMESTAMP, &json_text::parse(json).unwrap(), Form::Request);
            value.map(|value| (value.number("seconds"), value.number("nanos"))).map_err(|invalid| invalid.text())
        };
        let json = r#"{ "seconds": "-9223372036854775808", "nanos": -2147483648 }"#;
        assert_eq!(read(json), Ok((i64::MIN, i32::MIN.into())));
        assert_eq!(read(r#"{ "seconds": -9007199254740991, "nanos": "7" }"#), Ok((-9_007_199_254_740_991, 7)));
        let text = "seconds must be a whole number of 64 bits";
        assert_eq!(read(r#"{ "seconds": -9007199254740992 }"#).unwrap_err(), text);
        let text = "nanos must be a whole number from -2147483648 to 2147483647";
        assert_eq!(read(r#"{ "nanos": 2147483648 }"#).unwrap_err(), text);
    }

    #[test]
    fn bytes_are_base64() {
        let read = |value: &str| {
            let json = format!(r#"{{ "details": [{{ "value": {value} }}] }}"#);
            let mut status = Value::from_json(&GOOGLE_RPC_STATUS, &json_text::parse(&json).unwrap(), Form::Response)
                .map_err(|invalid| invalid.text())?;
            Ok(status.take_items("details").remove(0).take_bytes("value"))
        };
        assert_eq!(read(r#""aGk=""#), Ok(b"hi".to_vec()));
        for wrong in [r#""*""#, "7", "{}"] {
            assert_eq!(read(wrong), Err("details[0].value must be a base64 string".to_owned()), "{wrong}");
        }
    }

    #[test]
    fn a_response_may_come_from_a_newer_server() {
        let org = |json: &str| {
            let json = format!(r#"{{ "org": {json}, "new": {{ "a": [1] }} }}"#);
            let value = Value::from_json(&RESPONSE, &json_text::parse(&json).unwrap(), Form::Response);
            value.map(|value| value.to_json()).map_err(|invalid| invalid.text())
        };
        let unspecified = r#"{"org":{"id":"","state":"ORG_STATE_UNSPECIFIED","name":"","primaryDomain":""}}"#;
        for json in ["{}", r#"{ "state": null, "details": null }"#, r#"{ "state": "ORG_STATE_NEW", "new": 1 }"#] {
            assert_eq!(org(json).as_deref(), Ok(unspecified), "{json}");
        }
        let numbered = r#"{"org":{"id":"","state":77,"name":"","primaryDomain":""}}"#;
        assert_eq!(org(r#"{ "state": 77 }"#).as_deref(), Ok(numbered));
        let dated = org(r#"{ "details": { "changeDate": "2026-07-10T11:52:56.5+02:00" } }"#).unwrap();
        assert!(dated.contains(r#""changeDate":"2026-07-10T09:52:56.500Z""#), "{dated}");
        let text = "org.details.changeDate must be a date (RFC 3339, years 1 to 9999)";
        assert_eq!(org(r#"{ "details": { "changeDate": "2026-02-31T00:00:00Z" } }"#).unwrap_err(), text);
        assert_eq!(org("[]").unwrap_err(), "org must be an object");
    }

    #[test]
    fn an_invalid_request_is_rejected_with_path_and_constraint() {
        let uint32 = "request.query.limit must be a whole number from 0 to 4294967295";
        let uint64 = "request.query.offset must be a whole number from 0 to 18446744073709551615";
        let enum_value = "request.sortingColumn must be a name or number of its enum";
        for (json, text) in [
            (json!(7), "request must be an object"),
            (json!([]), "request must be an object"),
            (json!({ "querys": [] }), "request.querys is not a field of this request"),
            (json!({ "querys": null }), "request.querys is not a field of this request"),
            (json!({ "query": [] }), "request.query must be an object"),
            (json!({ "query": { "limit": -1 } }), uint32),
            (json!({ "query": { "limit": 1.5 } }), uint32),
            (json!({ "query": { "limit": "" } }), uint32),
            (json!({ "query": { "limit": 4294967296_u64 } }), uint32),
            (json!({ "query": { "offset": "x" } }), uint64),
            (json!({ "query": { "offset": true } }), uint64),
            (json!({ "query": { "offset": 9_007_199_254_740_992_u64 } }), uint64),
            (json!({ "query": { "asc": "yes" } }), "request.query.asc must be true or false"),
            (json!({ "sortingColumn": "NAME" }), enum_value),
            (json!({ "sortingColumn": 1.5 }), enum_value),
            (json!({ "sortingColumn": 2147483648_u64 }), enum_value),
            (json!({ "queries": {} }), "request.queries must be an array"),
            (json!({ "queries": [{}, 7] }), "request.queries[1] must be an object"),
            (json!({ "queries": [{}, null] }), "request.queries[1] must be an object"),
            (json!({ "queries": [{ "idQuery": { "id": 7 } }] }), "request.queries[0].idQuery.id must be a string"),
            (
                json!({ "queries": [{ "idQuery": { "ids": "7" } }] }),
                "request.queries[0].idQuery.ids is not a field of this request",
            ),
            (
                json!({ "queries": [{ "idQuery": {}, "defaultQuery": {} }] }),
                "request.queries[0] must have at most one field of a oneof",
            ),
        ] {
            assert_eq!(read(&json).unwrap_err(), text);
        }
    }
}
