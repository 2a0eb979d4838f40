//! Messages from JSON to protobuf bytes, by the functions that prost's derived code calls.
//!
//! Source: protobuf "ProtoJSON Format".

use prost::{
    Message as _,
    encoding::{WireType, encode_key, encode_varint},
};

use super::{
    Direction, EnumValues, Field, Invalid, Kind, Schema,
    json::{Json, parse_uint64},
    timestamp,
};
use crate::wire::base64;

/// The part of a field after its key.
enum Payload {
    Varint(u64),
    Block(Vec<u8>),
}

/// Encodes a JSON object as a message.
///
/// # Errors
/// The path and the constraint of the first part that does not match the schema.
pub fn encode(schema: &Schema, json: &Json<'_>, direction: Direction) -> Result<Vec<u8>, Invalid> {
    let members = json.members().ok_or(Invalid::NOT_AN_OBJECT)?;
    if direction == Direction::Request {
        if let Some((name, _)) = members.iter().find(|(name, _)| !schema.has_field(name)) {
            return Err(Invalid::NOT_A_FIELD.at(name));
        }
    }
    let mut bytes = Vec::new();
    let mut oneofs = Vec::new();
    for field in schema.fields {
        let Some(json) = json.last_member(|name| field.has_name(name)) else { continue };
        if field.oneof.is_some() {
            if oneofs.contains(&field.oneof) {
                return Err(Invalid::TWO_OF_A_ONEOF);
            }
            oneofs.push(field.oneof);
        }
        encode_field(field, json, direction, &mut bytes).map_err(|invalid| invalid.at(field.name))?;
    }
    Ok(bytes)
}

fn encode_field(field: &Field, json: &Json<'_>, direction: Direction, bytes: &mut Vec<u8>) -> Result<(), Invalid> {
    if !field.is_repeated {
        return encode_item(field, json, direction, bytes);
    }
    let items = json.items().ok_or(Invalid::NOT_AN_ARRAY)?;
    for (index, item) in items.iter().enumerate() {
        encode_item(field, item, direction, bytes).map_err(|invalid| invalid.at_index(index))?;
    }
    Ok(())
}

fn encode_item(field: &Field, json: &Json<'_>, direction: Direction, bytes: &mut Vec<u8>) -> Result<(), Invalid> {
    match payload(&field.kind, json, direction)? {
        Payload::Varint(number) => {
            encode_key(field.number, WireType::Varint, bytes);
            encode_varint(number, bytes);
        }
        Payload::Block(block) => {
            encode_key(field.number, WireType::LengthDelimited, bytes);
            encode_varint(block.len() as u64, bytes);
            bytes.extend_from_slice(&block);
        }
    }
    Ok(())
}

#[expect(clippy::cast_sign_loss, reason = "as protobuf does")]
fn payload(kind: &Kind, json: &Json<'_>, direction: Direction) -> Result<Payload, Invalid> {
    Ok(match kind {
        Kind::Bool => Payload::Varint(json.as_bool().ok_or(Invalid::NOT_A_BOOL)?.into()),
        Kind::Int32 => Payload::Varint(int64(json).and_then(as_int32).ok_or(Invalid::NOT_INT32)? as u64),
        Kind::Int64 => Payload::Varint(int64(json).ok_or(Invalid::NOT_INT64)? as u64),
        Kind::Uint32 => {
            Payload::Varint(uint64(json).filter(|number| *number <= u32::MAX.into()).ok_or(Invalid::NOT_UINT32)?)
        }
        Kind::Uint64 => Payload::Varint(uint64(json).ok_or(Invalid::NOT_UINT64)?),
        Kind::Enum(values) => {
            Payload::Varint(enum_number(values, json, direction).ok_or(Invalid::NOT_AN_ENUM_VALUE)? as u64)
        }
        Kind::String => Payload::Block(json.as_str().ok_or(Invalid::NOT_A_STRING)?.into()),
        Kind::Bytes => {
            let bytes = json.as_str().and_then(|text| base64::decode(text.as_bytes()));
            Payload::Block(bytes.ok_or(Invalid::NOT_BASE64)?)
        }
        Kind::Timestamp => {
            let date = json.as_str().and_then(timestamp::parse).ok_or(Invalid::NOT_A_DATE)?;
            Payload::Block(date.encode_to_vec())
        }
        Kind::Message(schema) => Payload::Block(encode(schema, json, direction)?),
    })
}

/// Returns the number of an enum's value, from its name or number. Protobuf extends the sign to 64 bits.
fn enum_number(values: EnumValues, json: &Json<'_>, direction: Direction) -> Option<i64> {
    let Some(name) = json.as_str() else { return json.whole_number().and_then(as_int32) };
    match values.iter().find(|(other, _)| *other == name) {
        Some((_, number)) => Some((*number).into()),
        None if direction == Direction::Response => Some(0),
        None => None,
    }
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

/// Returns the number if it has 32 bits.
fn as_int32(number: i64) -> Option<i64> {
    i32::try_from(number).is_ok().then_some(number)
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;
    use serde_json::{Value, json};

    use crate::{
        message::{
            Direction, Schema, decode, encode,
            json::{self, Json},
            schema::{
                GOOGLE_PROTOBUF_TIMESTAMP, GOOGLE_RPC_STATUS, ZITADEL_MANAGEMENT_V1_GET_MY_ORG_RESPONSE as RESPONSE,
                ZITADEL_ORG_V2_LIST_ORGANIZATIONS_REQUEST as SCHEMA,
            },
        },
        proto::{
            google::rpc::Status,
            zitadel::{
                object::v2::{ListQuery, TextQueryMethod},
                org::v2::{
                    ListOrganizationsRequest, OrganizationFieldName, OrganizationIdQuery, OrganizationNameQuery,
                    OrganizationState, OrganizationStateQuery, SearchQuery, search_query::Query,
                },
            },
        },
    };

    /// Encodes a JSON object and decodes it again.
    fn reread(schema: &Schema, json: &str, direction: Direction) -> Result<Json<'static>, String> {
        let bytes = encode(schema, &json::parse(json).unwrap(), direction).map_err(|invalid| invalid.text())?;
        Ok(decode(schema, &bytes, direction).unwrap())
    }

    /// Encodes a request.
    fn encoded(json: &str) -> Result<Vec<u8>, String> {
        encode(&SCHEMA, &json::parse(json).unwrap(), Direction::Request).map_err(|invalid| invalid.at("request").text())
    }

    /// The message that is sent for a JSON object.
    fn sent(json: &str) -> ListOrganizationsRequest {
        prost::Message::decode(encoded(json).unwrap().as_slice()).unwrap()
    }

    /// The JSON that is sent for a JSON object over REST.
    fn sent_json(json: &str) -> String {
        decode(&SCHEMA, &encoded(json).unwrap(), Direction::Request).unwrap().to_text()
    }

    #[test]
    fn a_request_is_encoded_from_an_object() {
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
        assert_eq!(sent(&json.to_string()), message);
        assert_eq!(serde_json::from_str::<Value>(&sent_json(&json.to_string())).unwrap(), json);
        // The same from prost's bytes, as a call in Rust over REST has them.
        let text = decode(&SCHEMA, &prost::Message::encode_to_vec(&message), Direction::Request).unwrap().to_text();
        assert_eq!(text, sent_json(&json.to_string()));
        assert_eq!((sent("{}"), sent_json("{}")), (Default::default(), "{}".to_owned()));
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
            assert_eq!(sent(&json), message, "{json}");
        }
        let unknown = r#"{"sortingColumn":99}"#;
        assert_eq!((sent(unknown).sorting_column, sent_json(unknown)), (99, unknown.to_owned()));
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
            assert_eq!(sent_json(json), expected, "{json}");
        }
        assert_eq!(sent_json(r#"{ "sortingColumn": 2, "sorting_column": null }"#), "{}");
        let response =
            reread(&RESPONSE, r#"{ "org": { "primary_domain": "a.example" } }"#, Direction::Response).unwrap();
        assert_eq!(response.member("org").and_then(|org| org.text("primaryDomain")), Some("a.example"));
    }

    #[test]
    fn signed_numbers_are_read_in_their_range() {
        let read = |json: &str| {
            let bytes = encode(&GOOGLE_PROTOBUF_TIMESTAMP, &json::parse(json).unwrap(), Direction::Request);
            let bytes = bytes.map_err(|invalid| invalid.text())?;
            Ok::<Timestamp, String>(prost::Message::decode(bytes.as_slice()).unwrap())
        };
        let json = r#"{ "seconds": "-9223372036854775808", "nanos": -2147483648 }"#;
        assert_eq!(read(json), Ok(Timestamp { seconds: i64::MIN, nanos: i32::MIN }));
        let json = r#"{ "seconds": -9007199254740991, "nanos": "7" }"#;
        assert_eq!(read(json), Ok(Timestamp { seconds: -9_007_199_254_740_991, nanos: 7 }));
        let text = "seconds must be a whole number of 64 bits";
        assert_eq!(read(r#"{ "seconds": -9007199254740992 }"#).unwrap_err(), text);
        let text = "nanos must be a whole number from -2147483648 to 2147483647";
        assert_eq!(read(r#"{ "nanos": 2147483648 }"#).unwrap_err(), text);
    }

    #[test]
    fn bytes_are_base64() {
        let read = |value: &str| {
            let json = format!(r#"{{ "details": [{{ "value": {value} }}] }}"#);
            let bytes = encode(&GOOGLE_RPC_STATUS, &json::parse(&json).unwrap(), Direction::Response);
            let status: Status = prost::Message::decode(bytes.map_err(|invalid| invalid.text())?.as_slice()).unwrap();
            Ok(status.details[0].value.clone())
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
            reread(&RESPONSE, &json, Direction::Response).map(|json| json.to_text())
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
            (json!({ "querys": [] }), "request.querys must be a field of this request"),
            (json!({ "querys": null }), "request.querys must be a field of this request"),
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
                "request.queries[0].idQuery.ids must be a field of this request",
            ),
            (
                json!({ "queries": [{ "idQuery": {}, "defaultQuery": {} }] }),
                "request.queries[0] must have at most one field of a oneof",
            ),
        ] {
            assert_eq!(encoded(&json.to_string()).unwrap_err(), text);
        }
    }
}
