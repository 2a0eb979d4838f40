//! Values from and to protobuf's bytes, by the primitives that prost's derived code calls.

use std::borrow::Cow;

use prost::{
    Message as _,
    encoding::{
        DecodeContext, WireType, check_wire_type, decode_key, decode_varint, encode_key, encode_varint, skip_field,
    },
};
use prost_types::Timestamp;

use super::{Field, Invalid, Kind, Schema, Value};
use crate::protocol::{json, timestamp};

const MALFORMED: Invalid = Invalid::new("not its protobuf");

impl Value {
    /// Decodes a message. What is not there has its default if `has_defaults`, as in a response, and is left out otherwise.
    ///
    /// # Errors
    /// It is not the message's protobuf, or has a date beyond the year 9999 or before 1.
    pub fn decode(schema: &Schema, bytes: &[u8], has_defaults: bool) -> Result<Self, Invalid> {
        let found = scan(schema, bytes).ok_or(MALFORMED)?;
        let mut members = Vec::new();
        for (field, occurrences) in schema.fields.iter().zip(&found) {
            let value = read(field, occurrences, has_defaults).map_err(|invalid| invalid.at(field.name))?;
            members.extend(value.map(|value| (field.name, value)));
        }
        Ok(Self::Object(members))
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
}

/// An occurrence of a field.
#[derive(Clone, Copy)]
enum Occurrence<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
}

/// The occurrences of each field; `None` if it is not the message's protobuf. Those that a later one hides are looked at, too.
fn scan<'a>(schema: &Schema, mut bytes: &'a [u8]) -> Option<Vec<Vec<Occurrence<'a>>>> {
    let mut found: Vec<Vec<Occurrence<'a>>> = schema.fields.iter().map(|_| Vec::new()).collect();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let place = schema.fields.iter().position(|field| field.number == number);
        let known = place.and_then(|place| schema.fields.get(place).zip(found.get_mut(place)));
        let Some((field, occurrences)) = known else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
            continue;
        };
        if matches!(field.kind, Kind::Bool | Kind::Uint32 | Kind::Uint64 | Kind::Enum(_)) {
            check_wire_type(WireType::Varint, wire_type).ok()?;
            occurrences.push(Occurrence::Varint(decode_varint(&mut bytes).ok()?));
            continue;
        }
        check_wire_type(WireType::LengthDelimited, wire_type).ok()?;
        let len = usize::try_from(decode_varint(&mut bytes).ok()?).ok()?;
        let (piece, rest) = bytes.split_at_checked(len)?;
        if matches!(field.kind, Kind::String) && std::str::from_utf8(piece).is_err() {
            return None;
        }
        occurrences.push(Occurrence::Bytes(piece));
        bytes = rest;
    }
    Some(found)
}

fn read(field: &Field, occurrences: &[Occurrence<'_>], has_defaults: bool) -> Result<Option<Value>, Invalid> {
    if field.is_repeated {
        let items = occurrences.iter().enumerate().map(|(index, occurrence)| {
            let item = read_one(field, std::slice::from_ref(occurrence), has_defaults);
            item.map_err(|invalid| invalid.at_index(index))
        });
        let items: Vec<Value> = items.collect::<Result<_, _>>()?;
        return Ok((has_defaults || !items.is_empty()).then_some(Value::List(items)));
    }
    let is_message = matches!(field.kind, Kind::Message(_) | Kind::Timestamp);
    if occurrences.is_empty() && (is_message || !has_defaults) {
        return Ok(None);
    }
    read_one(field, occurrences, has_defaults).map(Some)
}

/// The value of a field that is not repeated: its last occurrence, and of a message all of them together.
fn read_one(field: &Field, occurrences: &[Occurrence<'_>], has_defaults: bool) -> Result<Value, Invalid> {
    let number = match occurrences.last() {
        Some(Occurrence::Varint(number)) => *number,
        _ => 0,
    };
    let pieces: Vec<&[u8]> = occurrences
        .iter()
        .filter_map(|occurrence| match occurrence {
            Occurrence::Bytes(bytes) => Some(*bytes),
            Occurrence::Varint(_) => None,
        })
        .collect();
    #[expect(clippy::cast_possible_truncation, reason = "as protobuf does")]
    Ok(match &field.kind {
        Kind::Bool => Value::Bool(number != 0),
        Kind::Uint32 => Value::Number(i64::from(number as u32)),
        Kind::Uint64 => Value::Text(number.to_string()),
        Kind::Enum(values) => enum_value(values, number as i32),
        Kind::String => {
            let last = pieces.last().copied().unwrap_or_default();
            Value::Text(String::from_utf8_lossy(last).into_owned())
        }
        Kind::Timestamp => {
            let timestamp = Timestamp::decode(&*whole(&pieces, |piece| Timestamp::decode(piece).is_ok())?);
            let text = timestamp::format(&timestamp.map_err(|_| MALFORMED)?);
            Value::Text(text.ok_or(Invalid::new("not a date"))?)
        }
        Kind::Message(schema) => {
            Value::decode(schema, &whole(&pieces, |piece| scan(schema, piece).is_some())?, has_defaults)?
        }
    })
}

/// The bytes of a message that came in pieces, each of which has to be one.
fn whole<'a>(pieces: &[&'a [u8]], is_message: impl Fn(&[u8]) -> bool) -> Result<Cow<'a, [u8]>, Invalid> {
    match pieces {
        [piece] => Ok(Cow::Borrowed(piece)),
        pieces if pieces.iter().all(|piece| is_message(piece)) => Ok(Cow::Owned(pieces.concat())),
        _ => Err(MALFORMED),
    }
}

/// The name of an enum's value, or its number if this version does not know it.
pub(super) fn enum_value(values: &[(&'static str, i32)], number: i32) -> Value {
    let known = values.iter().find(|(_, known)| *known == number);
    known.map_or(Value::Number(number.into()), |(name, _)| Value::Text((*name).to_owned()))
}

fn write(field: &Field, value: &Value, bytes: &mut Vec<u8>) -> Result<(), Invalid> {
    let varint = |bytes: &mut Vec<u8>, number: u64| {
        encode_key(field.number, WireType::Varint, bytes);
        encode_varint(number, bytes);
    };
    let block = |bytes: &mut Vec<u8>, block: &[u8]| {
        encode_key(field.number, WireType::LengthDelimited, bytes);
        encode_varint(block.len() as u64, bytes);
        bytes.extend_from_slice(block);
    };
    #[expect(clippy::cast_sign_loss, reason = "as protobuf does")]
    match (&field.kind, value) {
        (Kind::Bool, Value::Bool(value)) => varint(bytes, u64::from(*value)),
        (Kind::Uint32 | Kind::Enum(_), Value::Number(number)) => varint(bytes, *number as u64),
        (Kind::Uint64, Value::Text(text)) => {
            varint(bytes, json::parse_uint64(text).ok_or(Invalid::new("not a whole number from 0 up"))?);
        }
        (Kind::Enum(values), Value::Text(name)) => {
            let known = values.iter().find(|(known, _)| *known == name);
            varint(bytes, known.map_or(-1, |(_, number)| i64::from(*number)) as u64);
        }
        (Kind::String, Value::Text(text)) => block(bytes, text.as_bytes()),
        (Kind::Timestamp, Value::Text(text)) => {
            let timestamp = timestamp::parse(text).ok_or(Invalid::new("not a date"))?;
            block(bytes, &timestamp.encode_to_vec());
        }
        (Kind::Message(schema), value @ Value::Object(_)) => block(bytes, &value.encode(schema)?),
        _ => return Err(Invalid::new("of another type")),
    }
    Ok(())
}
