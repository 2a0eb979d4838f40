//! Values from and to protobuf bytes, by the functions that prost's derived code calls.

use prost::encoding::{
    DecodeContext, WireType, check_wire_type, decode_key, decode_varint, encode_key, encode_varint, skip_field,
};
use prost_types::Timestamp;

use super::{
    Field, Invalid, Kind, Schema, Value, enum_number, enum_value, json_text, schema::GOOGLE_PROTOBUF_TIMESTAMP,
    timestamp,
};

type Members = Vec<(&'static str, Value)>;

impl Value {
    /// Decodes a message. Fields that it lacks get their defaults if `has_defaults`, as in a response, and are omitted otherwise.
    ///
    /// # Errors
    /// The bytes are not protobuf of this message, or contain a date outside of the years 1 to 9999.
    pub fn decode(schema: &Schema, bytes: &[u8], has_defaults: bool) -> Result<Self, Invalid> {
        let mut members = Vec::new();
        merge(&mut members, schema, bytes).ok_or(Invalid::NOT_PROTOBUF)?;
        complete(members, schema, has_defaults)
    }

    /// Encodes a message. The name of an enum's value that this version does not have becomes -1.
    ///
    /// # Errors
    /// The value does not match the schema. Results of [`Value::decode`] and [`Value::from_json`] do.
    pub fn encode(&self, schema: &Schema) -> Result<Vec<u8>, Invalid> {
        let mut bytes = Vec::new();
        for field in schema.fields {
            let Some(value) = self.member(field.name) else { continue };
            let items = if let Self::List(items) = value { items } else { std::slice::from_ref(value) };
            for item in items {
                encode_item(field, item, &mut bytes).map_err(|invalid| invalid.at(field.name))?;
            }
        }
        Ok(bytes)
    }
}

/// Merges a message's fields into those that were decoded before. The last occurrence of a field replaces the others; messages are
/// merged and items of repeated fields are collected. `None` if the bytes are malformed.
fn merge(members: &mut Members, schema: &Schema, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let Some(field) = schema.fields.iter().find(|field| field.number == number) else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
            continue;
        };
        let is_varint = !matches!(field.kind, Kind::String | Kind::Bytes | Kind::Timestamp | Kind::Message(_));
        let expected = if is_varint { WireType::Varint } else { WireType::LengthDelimited };
        check_wire_type(expected, wire_type).ok()?;
        // The value itself, or the length of its block.
        let number = decode_varint(&mut bytes).ok()?;
        let mut block = &[][..];
        if !is_varint {
            (block, bytes) = bytes.split_at_checked(usize::try_from(number).ok()?)?;
        }
        let index = members.iter().position(|(name, _)| *name == field.name).unwrap_or(members.len());
        if index == members.len() {
            let value = if field.is_repeated { Value::List(Vec::new()) } else { Value::Object(Vec::new()) };
            members.push((field.name, value));
        }
        let (_, value) = members.get_mut(index)?;
        if let (true, Value::List(items)) = (field.is_repeated, &mut *value) {
            let mut item = Value::Object(Vec::new());
            decode_item(&mut item, &field.kind, number, block)?;
            items.push(item);
        } else {
            decode_item(value, &field.kind, number, block)?;
        }
    }
    Some(())
}

/// Decodes one occurrence of a field from its varint or block.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "as protobuf does")]
fn decode_item(value: &mut Value, kind: &Kind, number: u64, block: &[u8]) -> Option<()> {
    *value = match kind {
        Kind::Message(schema) => return merge_object(value, schema, block),
        Kind::Timestamp => return merge_object(value, &GOOGLE_PROTOBUF_TIMESTAMP, block),
        Kind::Bool => Value::Bool(number != 0),
        Kind::Int32 => Value::Number(i64::from(number as i32)),
        Kind::Int64 => Value::Number(number as i64),
        Kind::Uint32 => Value::Number(i64::from(number as u32)),
        Kind::Uint64 => Value::Text(number.to_string()),
        Kind::Enum(values) => enum_value(values, number as i32),
        Kind::String => Value::Text(std::str::from_utf8(block).ok()?.to_owned()),
        Kind::Bytes => Value::Bytes(block.to_owned()),
    };
    Some(())
}

fn merge_object(value: &mut Value, schema: &Schema, block: &[u8]) -> Option<()> {
    if let Value::Object(members) = value { merge(members, schema, block) } else { None }
}

/// Puts the decoded fields into the proto's order, adds the defaults and formats the dates.
fn complete(mut decoded: Members, schema: &Schema, has_defaults: bool) -> Result<Value, Invalid> {
    let mut members = Vec::new();
    for field in schema.fields {
        let value = match decoded.iter_mut().find(|(name, _)| *name == field.name) {
            Some((_, value)) => {
                let value = std::mem::replace(value, Value::List(Vec::new()));
                Some(complete_field(field, value, has_defaults)?)
            }
            None if has_defaults => field.default(),
            None => None,
        };
        members.extend(value.map(|value| (field.name, value)));
    }
    Ok(Value::Object(members))
}

fn complete_field(field: &Field, value: Value, has_defaults: bool) -> Result<Value, Invalid> {
    let complete_item = |item| match (&field.kind, item) {
        (Kind::Message(schema), Value::Object(members)) => complete(members, schema, has_defaults),
        (Kind::Timestamp, timestamp @ Value::Object(_)) => date(&timestamp).ok_or(Invalid::NOT_A_DATE),
        (_, value) => Ok(value),
    };
    let value = match value {
        Value::List(items) => {
            let items = items.into_iter().enumerate();
            let items = items.map(|(index, item)| complete_item(item).map_err(|invalid| invalid.at_index(index)));
            items.collect::<Result<_, _>>().map(Value::List)
        }
        value => complete_item(value),
    };
    value.map_err(|invalid| invalid.at(field.name))
}

/// Formats the fields of a timestamp; `None` if it is out of range.
fn date(timestamp: &Value) -> Option<Value> {
    let nanos = i32::try_from(timestamp.number("nanos")).ok()?;
    timestamp::format(&Timestamp { seconds: timestamp.number("seconds"), nanos }).map(Value::Text)
}

#[expect(clippy::cast_sign_loss, reason = "as protobuf does")]
fn encode_item(field: &Field, item: &Value, bytes: &mut Vec<u8>) -> Result<(), Invalid> {
    let buffer;
    let mut block = None;
    let mut number = 0;
    match (&field.kind, item) {
        (Kind::Bool, Value::Bool(value)) => number = u64::from(*value),
        (Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Enum(_), Value::Number(value)) => number = *value as u64,
        (Kind::Uint64, Value::Text(text)) => {
            number = json_text::parse_uint64(text).ok_or(Invalid::NOT_UINT64)?;
        }
        (Kind::Enum(values), Value::Text(name)) => number = i64::from(enum_number(values, name).unwrap_or(-1)) as u64,
        (Kind::String, Value::Text(text)) => block = Some(text.as_bytes()),
        (Kind::Bytes, Value::Bytes(bytes)) => block = Some(bytes),
        (Kind::Timestamp, Value::Text(text)) => {
            let Timestamp { seconds, nanos } = timestamp::parse(text).ok_or(Invalid::NOT_A_DATE)?;
            let fields = [("seconds", Value::Number(seconds)), ("nanos", Value::Number(nanos.into()))];
            buffer = Value::Object(fields.into()).encode(&GOOGLE_PROTOBUF_TIMESTAMP)?;
            block = Some(&buffer);
        }
        (Kind::Message(schema), Value::Object(_)) => {
            buffer = item.encode(schema)?;
            block = Some(&buffer);
        }
        _ => return Err(Invalid::NOT_ITS_TYPE),
    }
    let wire_type = if block.is_some() { WireType::LengthDelimited } else { WireType::Varint };
    encode_key(field.number, wire_type, bytes);
    encode_varint(block.map_or(number, |block| block.len() as u64), bytes);
    bytes.extend_from_slice(block.unwrap_or_default());
    Ok(())
}
