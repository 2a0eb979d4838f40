//! `google.protobuf.Any`.

use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{DecodeContext, WireType, bytes, check_wire_type, decode_varint, skip_field, string},
};

/// A message of any type, as bytes.
///
/// Ours because prost reads a field of bytes through `BytesMut`, which adds 4 kB gzip to the module. It calls what prost's own
/// derived code calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Any {
    /// The message's type, for instance `type.googleapis.com/zitadel.v1.ErrorDetail`.
    pub type_url: String,
    /// The message's bytes.
    pub value: Vec<u8>,
}

impl Message for Any {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        // An empty one is the default, which is not sent.
        if !self.type_url.is_empty() {
            string::encode(1, &self.type_url, buf);
        }
        if !self.value.is_empty() {
            bytes::encode(2, &self.value, buf);
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            1 => string::merge(wire_type, &mut self.type_url, buf, context),
            2 => {
                check_wire_type(WireType::LengthDelimited, wire_type)?;
                let len = usize::try_from(decode_varint(buf)?).unwrap_or(usize::MAX);
                if len > buf.remaining() {
                    // What is cut short is not a varint either, which gives the error that cannot be made otherwise.
                    return decode_varint(&mut &[][..]).map(drop);
                }
                self.value = vec![0; len];
                buf.copy_to_slice(&mut self.value);
                Ok(())
            }
            _ => skip_field(wire_type, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        let type_url = if self.type_url.is_empty() { 0 } else { string::encoded_len(1, &self.type_url) };
        let value = if self.value.is_empty() { 0 } else { bytes::encoded_len(2, &self.value) };
        type_url.saturating_add(value)
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::Any;

    #[test]
    fn it_is_what_prosts_own_type_is_on_the_wire() {
        for (type_url, value) in [("a.B", &[0, 0xff, 7][..]), ("a.B", &[]), ("", &[])] {
            let any = Any { type_url: type_url.to_owned(), value: value.to_vec() };
            let theirs = prost_types::Any { type_url: type_url.to_owned(), value: value.to_vec() };
            assert_eq!(any.encode_to_vec(), theirs.encode_to_vec());
            assert_eq!(Any::decode(theirs.encode_to_vec().as_slice()), Ok(any));
        }
    }

    #[test]
    fn what_is_cut_short_or_of_another_type_is_refused() {
        for broken in [
            &[0x12][..],
            &[0x12, 2, 1],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0x10, 1],
            &[0x0a, 1, 0xff],
            &[0x12, 0x80],
        ] {
            assert!(Any::decode(broken).is_err(), "{broken:?}");
        }
        assert_eq!(Any::decode(&[0x18, 1][..]), Ok(Any::default()));
    }
}
