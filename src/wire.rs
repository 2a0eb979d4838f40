//! Protobuf's wire format, as far as messages of strings, numbers and messages need it.
//!
//! A field is looked up by its number in the bytes of a message that [`check`] has seen. Every look-up runs over the whole
//! message, which has a handful of fields.
//! Source: protobuf "Encoding".

use alloc::vec::Vec;

/// A field's value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A varint.
    Varint(u64),
    /// Something with a length: a string, bytes or a message.
    Bytes(&'a [u8]),
    /// 32 or 64 bits, of which no message here has a field.
    Fixed,
}

/// The fields of a message in the order in which they came: their numbers and values. They end at the first that is broken.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

/// The fields of a message.
#[must_use]
pub const fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.rest;
        // The number has 29 bits, so that it and the type fit into 32.
        let key = u32::try_from(varint_at(&mut rest)?).ok()?;
        let number = Some(key >> 3).filter(|number| *number > 0)?;
        let value = match key & 7 {
            0 => Value::Varint(varint_at(&mut rest)?),
            2 => {
                let len = usize::try_from(varint_at(&mut rest)?).ok()?;
                Value::Bytes(take(&mut rest, len)?)
            }
            1 => take(&mut rest, 8).map(|_| Value::Fixed)?,
            5 => take(&mut rest, 4).map(|_| Value::Fixed)?,
            // Groups, which proto3 does not have, and what is not defined.
            _ => return None,
        };
        self.rest = rest;
        Some((number, value))
    }
}

/// Whether the bytes are a message, whatever its fields are; `None` if not.
#[must_use]
pub fn check(message: &[u8]) -> Option<()> {
    let mut fields = fields(message);
    fields.by_ref().for_each(drop);
    fields.rest.is_empty().then_some(())
}

/// A number, 0 if it is missing; `None` if the field holds something else.
#[must_use]
pub fn varint(message: &[u8], number: u32) -> Option<u64> {
    let mut last = 0;
    for value in values(message, number) {
        let Value::Varint(value) = value else { return None };
        last = value;
    }
    Some(last)
}

/// An int32 or an enum, which is written as if it had 64 bits.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "as protobuf reads an int32")]
pub fn int32(message: &[u8], number: u32) -> Option<i32> {
    varint(message, number).map(|value| value as i32)
}

/// Bytes, none if they are missing; `None` if the field holds something else.
#[must_use]
pub fn bytes(message: &[u8], number: u32) -> Option<&[u8]> {
    last_bytes(message, number, |_| true)
}

/// A string, empty if it is missing; `None` if the field holds something else or what is not UTF-8.
#[must_use]
pub fn text(message: &[u8], number: u32) -> Option<&[u8]> {
    last_bytes(message, number, is_utf8)
}

fn last_bytes(message: &[u8], number: u32, is_valid: fn(&[u8]) -> bool) -> Option<&[u8]> {
    let mut last: &[u8] = b"";
    for value in values(message, number) {
        let Value::Bytes(bytes) = value else { return None };
        last = is_valid(bytes).then_some(bytes)?;
    }
    Some(last)
}

/// Whether bytes are UTF-8. Ours because `core`'s is made for speed, at the price of half a kilobyte.
fn is_utf8(bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(first) = rest.next() {
        let (more, least) = match first {
            0..=0x7f => continue,
            0xc0..=0xdf => (1, 0x80),
            0xe0..=0xef => (2, 0x800),
            0xf0..=0xf7 => (3, 0x10000),
            _ => return false,
        };
        // What is left of the first byte are 5, 4 or 3 bits.
        let mut char = u32::from(*first) & (0x3f >> more);
        for _ in 0..more {
            match rest.next() {
                Some(next @ 0x80..=0xbf) => char = (char << 6) | u32::from(next & 0x3f),
                _ => return false,
            }
        }
        if char < least || char::from_u32(char).is_none() {
            return false;
        }
    }
    true
}

/// A message in a message, if there is one; `None` if the field holds something else.
///
/// One that came in several pieces is merged, which for messages is to put their bytes together; each is a message by itself.
#[must_use]
pub fn message(message: &[u8], number: u32) -> Option<Option<Vec<u8>>> {
    let mut whole: Option<Vec<u8>> = None;
    for value in values(message, number) {
        let Value::Bytes(piece) = value else { return None };
        check(piece)?;
        whole.get_or_insert_default().extend_from_slice(piece);
    }
    Some(whole)
}

/// All values of a field. The last is the one that counts, but a message is broken if any is.
fn values(message: &[u8], number: u32) -> impl Iterator<Item = Value<'_>> {
    fields(message).filter(move |(field, _)| *field == number).map(|(_, value)| value)
}

fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(taken)
}

/// A varint of at most 10 bytes.
fn varint_at(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        // The tenth byte holds the last of 64 bits.
        if shift == 63 && *byte > 1 {
            return None;
        }
        value |= bits.wrapping_shl(shift);
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Value, bytes, check, fields, int32, is_utf8, message, text, varint};

    #[test]
    fn fields_of_all_wire_types_are_read_in_their_order() {
        let bytes = b"\x08\x96\x01\x12\x02hi\x1d\0\0\0\0\x21\0\0\0\0\0\0\0\0";
        let read: Vec<_> = fields(bytes).collect();
        assert_eq!(read, [(1, Value::Varint(150)), (2, Value::Bytes(b"hi")), (3, Value::Fixed), (4, Value::Fixed)]);
        assert_eq!(check(bytes), Some(()));
    }

    #[test]
    fn a_varint_has_64_bits_at_most() {
        let max = b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        assert_eq!((check(max), varint(max, 1)), (Some(()), Some(u64::MAX)));
        assert_eq!(int32(max, 1), Some(-1));
        assert_eq!(check(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), None);
        assert_eq!(check(b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), None);
    }

    #[test]
    fn broken_fields_are_told() {
        for broken in [&b"\x08"[..], b"\x12\x02h", b"\x1d\0", b"\x21\0", b"\x0b", b"\x0c", b"\x0f", b"\x00\x00"] {
            assert_eq!(check(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn a_fields_number_has_29_bits_at_most() {
        assert_eq!(fields(b"\xf8\xff\xff\xff\x0f\x01").next(), Some(((1 << 29) - 1, Value::Varint(1))));
        assert_eq!(check(b"\x80\x80\x80\x80\x80\x01\x00"), None, "a number beyond 32 bits");
        assert_eq!(check(b"\x80\x80\x80\x80\x10\x01"), None);
        assert_eq!(check(b"\xf9\x80\x80\x80\x10\0\0\0\0\0\0\0\0"), None);
    }

    #[test]
    fn what_is_missing_has_its_default_and_another_type_is_told() {
        assert_eq!(
            (varint(b"", 1), bytes(b"", 1), text(b"", 1), message(b"", 1)),
            (Some(0), Some(&b""[..]), Some(&b""[..]), Some(None))
        );
        let number = b"\x08\x01";
        assert_eq!((bytes(number, 1), text(number, 1), message(number, 1)), (None, None, None));
        assert_eq!(varint(b"\x0a\0", 1), None);
        assert_eq!(text(b"\x0a\x01\xff", 1), None);
    }

    #[test]
    fn a_value_that_another_follows_must_fit_too() {
        assert_eq!(varint(b"\x0a\0\x08\x01", 1), None);
        assert_eq!(text(b"\x08\x01\x0a\0", 1), None);
        assert_eq!(text(b"\x0a\x01\xff\x0a\0", 1), None);
    }

    #[test]
    fn the_last_value_counts_and_pieces_of_a_message_are_put_together() {
        assert_eq!(varint(b"\x08\x01\x08\x02", 1), Some(2));
        assert_eq!(message(b"\x0a\x02\x08\x01\x12\0\x0a\x02\x10\x02", 1), Some(Some(b"\x08\x01\x10\x02".to_vec())));
    }

    #[test]
    fn a_piece_of_a_message_is_whole() {
        assert_eq!(check(b"\x0a\x01a"), Some(()));
        assert_eq!(message(b"\x0a\x02\x0a\x01\x0a\x01a", 1), None);
    }

    #[test]
    fn utf_8_is_told_as_the_standard_library_does() {
        for char in (0..=0x0011_0000_u32).step_by(7).filter_map(char::from_u32) {
            assert!(is_utf8(char.to_string().as_bytes()), "{char:?}");
        }
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                for tail in [&b""[..], b"\x80", b"\xbf", b"\x80\x80", b"\xbf\xbf", b"a", b"\xff", b"\x80\x80\x80"] {
                    let bytes = [&[first, second], tail].concat();
                    assert_eq!(is_utf8(&bytes), std::str::from_utf8(&bytes).is_ok(), "{bytes:x?}");
                }
            }
        }
    }
}
