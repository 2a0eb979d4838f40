//! Messages from protobuf bytes to JSON, by the functions that prost's derived code calls.
//!
//! Sources: protobuf "Encoding", "ProtoJSON Format".

use std::borrow::Cow;

use prost::{
    Message as _,
    encoding::{DecodeContext, WireType, check_wire_type, decode_key, decode_varint, skip_field},
};
use prost_types::Timestamp;

use super::{Direction, EnumValues, Field, Invalid, Kind, Schema, json::Json, timestamp};
use crate::wire::base64;

/// One occurrence of a field in the bytes.
struct Occurrence<'a> {
    number: u32,
    /// The value, or the length of the block.
    varint: u64,
    block: &'a [u8],
}

/// Decodes a message to a JSON object.
///
/// # Errors
/// The bytes are not protobuf of this message, or contain a date outside of the years 1 to 9999.
pub fn decode(schema: &Schema, bytes: &[u8], direction: Direction) -> Result<Json<'static>, Invalid> {
    let occurrences = split(schema, bytes).ok_or(Invalid::NOT_PROTOBUF)?;
    let mut members = Vec::new();
    for field in schema.fields {
        let json = decode_field(field, &occurrences, direction).map_err(|invalid| invalid.at(field.name))?;
        members.extend(json.map(|json| (Cow::Borrowed(field.name), json)));
    }
    Ok(Json::Object(members))
}

/// Splits a message into the occurrences of its fields; `None` if it is malformed. Unknown fields are skipped.
fn split<'a>(schema: &Schema, mut bytes: &'a [u8]) -> Option<Vec<Occurrence<'a>>> {
    let mut occurrences = Vec::new();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let Some(field) = schema.fields.iter().find(|field| field.number == number) else {
            skip_field(wire_type, number, &mut bytes, DecodeContext::default()).ok()?;
            continue;
        };
        let is_varint = !(field.kind.is_message() || matches!(field.kind, Kind::String | Kind::Bytes));
        let expected = if is_varint { WireType::Varint } else { WireType::LengthDelimited };
        check_wire_type(expected, wire_type).ok()?;
        let varint = decode_varint(&mut bytes).ok()?;
        let mut block = &[][..];
        if !is_varint {
            (block, bytes) = bytes.split_at_checked(usize::try_from(varint).ok()?)?;
        }
        occurrences.push(Occurrence { number, varint, block });
    }
    Some(occurrences)
}

/// Decodes a field; `None` if the message lacks it and it has no default.
fn decode_field(
    field: &Field,
    occurrences: &[Occurrence<'_>],
    direction: Direction,
) -> Result<Option<Json<'static>>, Invalid> {
    let occurrences = occurrences.iter().filter(|occurrence| occurrence.number == field.number);
    let items =
        occurrences.clone().map(|occurrence| decode_item(&field.kind, occurrence.varint, occurrence.block, direction));
    if field.is_repeated {
        let items = items.enumerate().map(|(index, item)| item.map_err(|invalid| invalid.at_index(index)));
        let items: Vec<_> = items.collect::<Result<_, _>>()?;
        return Ok((direction == Direction::Response || !items.is_empty()).then_some(Json::Array(items)));
    }
    // The last occurrence replaces the others, which must be valid nevertheless.
    let mut last = None;
    for item in items {
        last = Some(item?);
    }
    let is_message = field.kind.is_message();
    if last.is_none() && direction == Direction::Response && !is_message {
        // Each type other than a message decodes its default from zero or from no bytes.
        last = Some(decode_item(&field.kind, 0, &[], direction)?);
    } else if is_message && occurrences.clone().count() > 1 {
        // Concatenated, the bytes of messages are the bytes of the merged message.
        let blocks: Vec<_> = occurrences.map(|occurrence| occurrence.block).collect();
        last = Some(decode_item(&field.kind, 0, &blocks.concat(), direction)?);
    }
    Ok(last)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "as protobuf does")]
fn decode_item(kind: &Kind, varint: u64, block: &[u8], direction: Direction) -> Result<Json<'static>, Invalid> {
    Ok(match kind {
        Kind::Bool => Json::Bool(varint != 0),
        Kind::Int32 => Json::number((varint as i32).into()),
        Kind::Int64 => Json::number(varint as i64),
        Kind::Uint32 => Json::number((varint as u32).into()),
        Kind::Uint64 => varint.to_string().into(),
        Kind::Enum(values) => enum_value(values, varint as i32),
        Kind::String => std::str::from_utf8(block).map_err(|_| Invalid::NOT_PROTOBUF)?.to_owned().into(),
        Kind::Bytes => base64::encode(block).into(),
        Kind::Timestamp => {
            let timestamp = Timestamp::decode(block).map_err(|_| Invalid::NOT_PROTOBUF)?;
            timestamp::format(&timestamp).ok_or(Invalid::NOT_A_DATE)?.into()
        }
        Kind::Message(schema) => decode(schema, block, direction)?,
    })
}

/// Returns the name of an enum's value, or its number if this version has no name for it.
fn enum_value(values: EnumValues, number: i32) -> Json<'static> {
    let value = values.iter().find(|(_, other)| *other == number);
    value.map_or(Json::number(number.into()), |(name, _)| (*name).into())
}
