//! Values from parsed JSON, and as JSON text.

use super::{Invalid, Kind, Schema, Value, wire::enum_value};
use crate::protocol::{
    base64,
    json::{self, Json},
    timestamp,
};

/// How JSON is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Of a server, perhaps a newer one: what is not known is left out or stays as it is, what is not there has its default.
    Response,
    /// Of a caller: what is not known is refused, what is not there is left out.
    Request,
}

impl Value {
    /// Reads a JSON object as a message.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn read<J: Json>(schema: &Schema, json: &J, form: Form) -> Result<Self, Invalid> {
        let mut value = read_object(schema, json, form)?;
        value.complete(schema, form == Form::Response)?;
        Ok(value)
    }

    /// This as JSON text.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        let mut separator = "";
        match self {
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => text.push_str(&number.to_string()),
            Self::Text(value) => json::quote(value, text),
            Self::Bytes(bytes) => json::quote(&base64::encode(bytes), text),
            Self::List(items) => {
                text.push('[');
                for item in items {
                    text.push_str(separator);
                    item.write(text);
                    separator = ",";
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (name, value) in members {
                    text.push_str(separator);
                    json::quote(name, text);
                    text.push(':');
                    value.write(text);
                    separator = ",";
                }
                text.push('}');
            }
        }
    }
}

fn read_object<J: Json>(schema: &Schema, json: &J, form: Form) -> Result<Value, Invalid> {
    let mut members = Vec::new();
    let mut oneofs = Vec::new();
    for name in json.names().ok_or(Invalid::new("not an object"))? {
        let Some(field) = schema.fields.iter().find(|field| field.name == name) else {
            if form == Form::Request {
                return Err(Invalid::new("not a field of this request").at(&name));
            }
            continue;
        };
        let Some(value) = json.member(field.name) else { continue };
        if field.oneof.is_some() {
            if oneofs.contains(&field.oneof) {
                return Err(Invalid::new("more than one of those of which it may be one"));
            }
            oneofs.push(field.oneof);
        }
        let value =
            if field.is_repeated { read_items(&field.kind, &value, form) } else { read_one(&field.kind, &value, form) };
        members.push((field.name, value.map_err(|invalid| invalid.at(field.name))?));
    }
    Ok(Value::Object(members))
}

fn read_items<J: Json>(kind: &Kind, json: &J, form: Form) -> Result<Value, Invalid> {
    let mut items = Vec::new();
    for (index, item) in json.items().ok_or(Invalid::new("not an array"))?.iter().enumerate() {
        items.push(read_one(kind, item, form).map_err(|invalid| invalid.at_index(index))?);
    }
    Ok(Value::List(items))
}

fn read_one<J: Json>(kind: &Kind, json: &J, form: Form) -> Result<Value, Invalid> {
    let (text, number) = (json.string(), json.number());
    Ok(match (kind, text) {
        (Kind::Message(schema), _) => read_object(schema, json, form)?,
        (Kind::Bool, _) => Value::Bool(json.boolean().ok_or(Invalid::new("neither true nor false"))?),
        (Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64, text) => {
            let number = json::uint64(text.as_deref(), number).ok_or(Invalid::new("not a whole number from 0 up"))?;
            match kind {
                Kind::Uint64 => Value::Text(number.to_string()),
                _ => Value::Number(u32::try_from(number).map_err(|_| Invalid::new("more than 4294967295"))?.into()),
            }
        }
        (Kind::String, Some(text)) => Value::Text(text),
        (Kind::String, None) => return Err(Invalid::new("not a string")),
        (Kind::Bytes, text) => {
            let bytes = text.and_then(|text| base64::decode(text.as_bytes()));
            Value::Bytes(bytes.ok_or(Invalid::new("not base64"))?)
        }
        (Kind::Timestamp, text) => {
            let date = text.and_then(|text| timestamp::format(&timestamp::parse(&text)?));
            Value::Text(date.ok_or(Invalid::new("not a date"))?)
        }
        (Kind::Enum(values), Some(name)) => {
            if form == Form::Request && !values.iter().any(|(known, _)| *known == name) {
                return Err(Invalid::new("not a name of this enum"));
            }
            Value::Text(name)
        }
        (Kind::Enum(values), None) => {
            let number = number.and_then(json::int32);
            enum_value(values, number.ok_or(Invalid::new("neither the name nor the number of an enum's value"))?)
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Parsed, json};

    use super::{Form, Value};
    use crate::{
        proto::zitadel::{
            object::v2::{ListQuery, TextQueryMethod},
            org::v2::{
                ListOrganizationsRequest, OrganizationFieldName, OrganizationIdQuery, OrganizationNameQuery,
                OrganizationState, OrganizationStateQuery, SearchQuery, search_query::Query,
            },
        },
        value::schema::ZITADEL_ORG_V2_LIST_ORGANIZATIONS_REQUEST as SCHEMA,
    };

    fn read(json: &Parsed) -> Result<Value, String> {
        Value::read(&SCHEMA, json, Form::Request).map_err(|invalid| invalid.at("request").text())
    }

    /// The message that is sent for a JSON object.
    fn sent(json: &Parsed) -> ListOrganizationsRequest {
        prost::Message::decode(read(json).unwrap().encode(&SCHEMA).unwrap().as_slice()).unwrap()
    }

    #[test]
    fn a_request_is_read_from_a_plain_object_and_written_in_both_forms() {
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
        let message = sent(&json!({
            "query": { "offset": 7, "limit": "8", "asc": null },
            "sortingColumn": 2,
            "queries": null,
        }));
        let query = Some(ListQuery { offset: 7, limit: 8, asc: false });
        let sorting_column = OrganizationFieldName::CreationDate.into();
        assert_eq!(message, ListOrganizationsRequest { query, sorting_column, queries: Vec::new() });
        let unknown = json!({ "sortingColumn": 99 });
        assert_eq!((sent(&unknown).sorting_column, read(&unknown).unwrap().to_json()), (99, unknown.to_string()));
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
