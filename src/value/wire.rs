//! Values from and to protobuf's bytes, by the primitives that prost's derived code calls.

use prost::encoding::{
    DecodeContext, WireType, check_wire_type, decode_key, decode_varint, encode_key, encode_varint, skip_field,
};
use prost_types::Timestamp;

use super::{Field, Invalid, Kind, Schema, Value, schema::GOOGLE_PROTOBUF_TIMESTAMP};
use crate::protocol::{json, timestamp};

type Members = Vec<(&'static str, Value)>;

impl Value {
    /// Decodes a message. What is not there has its default if `has_defaults`, as in a response, and is left out otherwise.
    ///
    /// # Errors
    /// It is not the message's protobuf, or has a date beyond the year 9999 or before 1.
    pub fn decode(schema: &Schema, bytes: &[u8], has_defaults: bool) -> Result<Self, Invalid> {
        let mut members = Vec::new();
        merge(&mut members, schema, bytes).ok_or(Invalid::new("not its protobuf"))?;
        let mut value = Self::Object(members);
        value.complete(schema, has_defaults)?;
        Ok(value)
    }

    /// Encodes a message, in which an unknown name of an enum becomes -1.
    ///
    /// # Errors
    /// It is none that [`Value::decode`] or [`Value::read`] makes.
    pub fn encode(&self, schema: &Schema) -> Result<Vec<u8>, Invalid> {
        let mut bytes = Vec::new();
        for field in schema.fields {
            let Some(value) = self.member(field.name) else { continue };
            let items = if let Self::List(items) = value { items } else { std::slice::from_ref(value) };
            for item in items {
                write(field, item, &mut bytes).map_err(|invalid| invalid.at(field.name))?;
            }
        }
        Ok(bytes)
    }

    /// Brings what was read of a message into the order of its fields, with defaults if it is to have them, and its dates into
    /// their text.
    pub(super) fn complete(&mut self, schema: &Schema, has_defaults: bool) -> Result<(), Invalid> {
        let Self::Object(members) = self else { return Ok(()) };
        let mut found = std::mem::take(members);
        for field in schema.fields {
            let value = match found.iter().position(|(name, _)| *name == field.name) {
                Some(place) => Some(found.swap_remove(place).1),
                None if has_defaults => default(field),
                None => None,
            };
            let Some(mut value) = value else { continue };
            let items = if let Self::List(items) = &mut value { items } else { std::slice::from_mut(&mut value) };
            for (index, item) in items.iter_mut().enumerate() {
                let completed = match (&field.kind, &*item) {
                    (Kind::Message(schema), _) => item.complete(schema, has_defaults),
                    (Kind::Timestamp, Self::Object(_)) => item.date().map(|date| *item = Self::Text(date)),
                    _ => continue,
                };
                let at_index = |invalid: Invalid| if field.is_repeated { invalid.at_index(index) } else { invalid };
                completed.map_err(|invalid| at_index(invalid).at(field.name))?;
            }
            members.push((field.name, value));
        }
        Ok(())
    }

    /// Decodes more of this message.
    fn merge(&mut self, schema: &Schema, bytes: &[u8]) -> Option<()> {
        if let Self::Object(members) = self { merge(members, schema, bytes) } else { None }
    }

    /// The date that a timestamp's fields are.
    fn date(&self) -> Result<String, Invalid> {
        let nanos = i32::try_from(self.number("nanos")).unwrap_or(-1);
        timestamp::format(&Timestamp { seconds: self.number("seconds"), nanos }).ok_or(Invalid::new("not a date"))
    }
}

/// Decodes a message's fields into what was read of it already: a field that is not repeated is its last occurrence, a message
/// all of them together. `None` if it is not the message's protobuf.
fn merge(members: &mut Members, schema: &Schema, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let Some(field) = schema.fields.iter().find(|field| field.number == number) else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
            continue;
        };
        let expected = if field.kind.is_varint() { WireType::Varint } else { WireType::LengthDelimited };
        check_wire_type(expected, wire_type).ok()?;
        let number = decode_varint(&mut bytes).ok()?;
        let mut piece = &[][..];
        if !field.kind.is_varint() {
            (piece, bytes) = bytes.split_at_checked(usize::try_from(number).ok()?)?;
        }
        let place = members.iter().position(|(name, _)| *name == field.name).unwrap_or(members.len());
        if place == members.len() {
            let value = if field.is_repeated { Value::List(Vec::new()) } else { Value::Object(Vec::new()) };
            members.push((field.name, value));
        }
        let (_, value) = members.get_mut(place)?;
        let mut item = Value::Object(Vec::new());
        let target = if field.is_repeated { &mut item } else { &mut *value };
        read(target, &field.kind, number, piece)?;
        if let Value::List(items) = value {
            items.push(item);
        }
    }
    Some(())
}

/// Decodes one occurrence of a field, whose number or piece of the message this is.
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "as protobuf does")]
fn read(value: &mut Value, kind: &Kind, number: u64, piece: &[u8]) -> Option<()> {
    *value = match kind {
        Kind::Message(schema) => return value.merge(schema, piece),
        Kind::Timestamp => return value.merge(&GOOGLE_PROTOBUF_TIMESTAMP, piece),
        Kind::Bool => Value::Bool(number != 0),
        Kind::Int32 => Value::Number(i64::from(number as i32)),
        Kind::Int64 => Value::Number(number as i64),
        Kind::Uint32 => Value::Number(i64::from(number as u32)),
        Kind::Uint64 => Value::Text(number.to_string()),
        Kind::Enum(values) => enum_value(values, number as i32),
        Kind::String => Value::Text(std::str::from_utf8(piece).ok()?.to_owned()),
        Kind::Bytes => Value::Bytes(piece.to_owned()),
    };
    Some(())
}

/// What a field is that is not there.
fn default(field: &Field) -> Option<Value> {
    if field.is_repeated {
        return Some(Value::List(Vec::new()));
    }
    let mut value = Value::Bool(false);
    let is_message = matches!(field.kind, Kind::Message(_) | Kind::Timestamp);
    (!is_message && read(&mut value, &field.kind, 0, &[]).is_some()).then_some(value)
}

/// The name of an enum's value, or its number if this version does not know it.
pub(super) fn enum_value(values: &[(&'static str, i32)], number: i32) -> Value {
    let known = values.iter().find(|(_, known)| *known == number);
    known.map_or(Value::Number(number.into()), |(name, _)| Value::Text((*name).to_owned()))
}

#[expect(clippy::cast_sign_loss, reason = "as protobuf does")]
fn write(field: &Field, value: &Value, bytes: &mut Vec<u8>) -> Result<(), Invalid> {
    let encoded;
    let mut block = None;
    let mut number = 0;
    match (&field.kind, value) {
        (Kind::Bool, Value::Bool(value)) => number = u64::from(*value),
        (Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Enum(_), Value::Number(value)) => number = *value as u64,
        (Kind::Uint64, Value::Text(text)) => {
            number = json::parse_uint64(text).ok_or(Invalid::new("not a whole number from 0 up"))?;
        }
        (Kind::Enum(values), Value::Text(name)) => {
            let known = values.iter().find(|(known, _)| *known == name);
            number = known.map_or(-1, |(_, number)| i64::from(*number)) as u64;
        }
        (Kind::String, Value::Text(text)) => block = Some(text.as_bytes()),
        (Kind::Bytes, Value::Bytes(bytes)) => block = Some(bytes),
        (Kind::Timestamp, Value::Text(text)) => {
            let Timestamp { seconds, nanos } = timestamp::parse(text).ok_or(Invalid::new("not a date"))?;
            let fields = [("seconds", Value::Number(seconds)), ("nanos", Value::Number(nanos.into()))];
            encoded = Value::Object(fields.into()).encode(&GOOGLE_PROTOBUF_TIMESTAMP)?;
            block = Some(&encoded);
        }
        (Kind::Message(schema), Value::Object(_)) => {
            encoded = value.encode(schema)?;
            block = Some(&encoded);
        }
        _ => return Err(Invalid::new("of another type")),
    }
    let wire_type = if block.is_some() { WireType::LengthDelimited } else { WireType::Varint };
    encode_key(field.number, wire_type, bytes);
    encode_varint(block.map_or(number, |block| block.len() as u64), bytes);
    bytes.extend_from_slice(block.unwrap_or_default());
    Ok(())
}
