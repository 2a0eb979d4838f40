//! Frames: how gRPC-Web cuts a body into messages and trailers.
//!
//! A frame is one byte of flags, the payload's length as a big-endian u32, and the payload.
//! Source: grpc `doc/PROTOCOL-WEB.md`.

/// Bytes before a frame's payload: the flags and the length.
pub const PREFIX_LEN: usize = 5;
/// Flag of the trailers frame.
pub const FLAG_TRAILERS: u8 = 0x80;
/// Flag of a compressed payload.
pub const FLAG_COMPRESSED: u8 = 0x01;
/// Longest message that is read, in bytes; gRPC's usual limit.
pub const MAX_MESSAGE_LEN: usize = 4 * 1024 * 1024;
/// Longest trailers frame that is read, in bytes.
pub const MAX_TRAILERS_LEN: usize = 64 * 1024;

/// A message as one frame; `None` if its length does not fit the frame's 32 bits.
///
/// ```
/// use zitadel_org_web::frame;
///
/// assert_eq!(frame::encode(b"hi").as_deref(), Some(&b"\0\0\0\0\x02hi"[..]));
/// ```
#[must_use]
pub fn encode(message: &[u8]) -> Option<Vec<u8>> {
    let len = u32::try_from(message.len()).ok()?;
    let mut frame = Vec::with_capacity(message.len().saturating_add(PREFIX_LEN));
    frame.push(0);
    frame.extend_from_slice(&len.to_be_bytes());
    frame.extend_from_slice(message);
    Some(frame)
}

/// What is wrong with a stream of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A frame is compressed, which the request did not offer.
    Compressed,
    /// A frame has flags that gRPC-Web does not define.
    UnknownFlags(u8),
    /// A message declares more than [`MAX_MESSAGE_LEN`] bytes.
    MessageTooLong(u32),
    /// The trailers declare more than [`MAX_TRAILERS_LEN`] bytes.
    TrailersTooLong(u32),
    /// Something follows the trailers, which end the stream.
    DataAfterTrailers,
    /// The stream ends inside a frame.
    Truncated,
}

/// Decodes the frames of a unary answer from chunks that may be cut anywhere.
///
/// Nothing is allocated for a declared length: the buffer grows with what has arrived.
/// Of several messages the first is kept and the others are counted, for more than one is an error already.
#[derive(Debug, Default)]
pub struct Decoder {
    prefix: [u8; PREFIX_LEN],
    prefix_len: usize,
    payload: Vec<u8>,
    messages: usize,
    message: Option<Vec<u8>>,
    trailers: Option<Vec<u8>>,
    violation: Option<Violation>,
}

/// What a [`Decoder`] has seen once the stream is over.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// How many messages came.
    pub messages: usize,
    /// The first of them.
    pub message: Option<Vec<u8>>,
    /// The payload of the trailers frame.
    pub trailers: Option<Vec<u8>>,
    /// The first thing that was wrong.
    pub violation: Option<Violation>,
}

impl Decoder {
    /// A decoder at the start of a body.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next chunk. `false` means that something is wrong and no more bytes are needed.
    #[must_use]
    pub fn push(&mut self, chunk: &[u8]) -> bool {
        let mut rest = chunk;
        while !rest.is_empty() && self.violation.is_none() {
            match self.take(rest) {
                Ok(after) => rest = after,
                Err(violation) => self.violation = Some(violation),
            }
        }
        self.violation.is_none()
    }

    /// Whether the trailers, which end the stream, have come.
    #[must_use]
    pub const fn has_trailers(&self) -> bool {
        self.trailers.is_some()
    }

    /// What came, now that the body has ended.
    #[must_use]
    pub fn finish(self) -> Decoded {
        let truncated = (self.prefix_len > 0).then_some(Violation::Truncated);
        Decoded {
            messages: self.messages,
            message: self.message,
            trailers: self.trailers,
            violation: self.violation.or(truncated),
        }
    }

    /// Takes what belongs to the present frame's prefix or payload and returns the rest.
    fn take<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Violation> {
        if self.trailers.is_some() {
            return Err(Violation::DataAfterTrailers);
        }
        let mut rest = bytes;
        while let Some(slot) = self.prefix.get_mut(self.prefix_len) {
            let Some((first, after)) = rest.split_first() else {
                return Ok(rest);
            };
            *slot = *first;
            self.prefix_len = self.prefix_len.saturating_add(1);
            rest = after;
        }
        let len = self.declared_len()?;
        let missing = len.saturating_sub(self.payload.len());
        let (now, after) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
        self.payload.extend_from_slice(now);
        if self.payload.len() == len {
            self.end_frame();
        }
        Ok(after)
    }

    /// The present frame's length, once its prefix is whole.
    fn declared_len(&self) -> Result<usize, Violation> {
        let [flags, len @ ..] = self.prefix;
        let len = u32::from_be_bytes(len);
        let (max, too_long) = match flags {
            0 => (MAX_MESSAGE_LEN, Violation::MessageTooLong(len)),
            FLAG_TRAILERS => (MAX_TRAILERS_LEN, Violation::TrailersTooLong(len)),
            flags if flags & !(FLAG_TRAILERS | FLAG_COMPRESSED) == 0 => return Err(Violation::Compressed),
            flags => return Err(Violation::UnknownFlags(flags)),
        };
        usize::try_from(len).ok().filter(|len| *len <= max).ok_or(too_long)
    }

    fn end_frame(&mut self) {
        let payload = std::mem::take(&mut self.payload);
        let [flags, ..] = self.prefix;
        if flags == FLAG_TRAILERS {
            self.trailers = Some(payload);
        } else {
            self.messages = self.messages.saturating_add(1);
            self.message.get_or_insert(payload);
        }
        self.prefix_len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoded, Decoder, MAX_MESSAGE_LEN, MAX_TRAILERS_LEN, Violation, encode};

    fn decode(chunks: &[&[u8]]) -> Decoded {
        let mut decoder = Decoder::new();
        for chunk in chunks {
            if !decoder.push(chunk) {
                break;
            }
        }
        decoder.finish()
    }

    fn violation(body: &[u8]) -> Option<Violation> {
        decode(&[body]).violation
    }

    #[test]
    fn an_empty_message_still_has_its_prefix() {
        assert_eq!(encode(b"").as_deref(), Some(&[0; 5][..]));
    }

    #[test]
    fn a_message_and_its_trailers_survive_every_cut() {
        let body = b"\0\0\0\0\x03abc\x80\0\0\0\x10grpc-status: 0\r\n";
        let expected = Decoded {
            messages: 1,
            message: Some(b"abc".to_vec()),
            trailers: Some(b"grpc-status: 0\r\n".to_vec()),
            violation: None,
        };
        for cut in 0..=body.len() {
            let (head, tail) = body.split_at(cut);
            assert_eq!(decode(&[head, tail]), expected, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(decode(&bytes), expected);
    }

    #[test]
    fn an_empty_body_holds_nothing_and_breaks_nothing() {
        assert_eq!(decode(&[]), Decoded::default());
        assert_eq!(decode(&[b""]), Decoded::default());
    }

    #[test]
    fn empty_frames_are_frames() {
        let decoded = decode(&[b"\0\0\0\0\0\x80\0\0\0\0"]);
        assert_eq!((decoded.message, decoded.trailers), (Some(vec![]), Some(vec![])));
    }

    #[test]
    fn further_messages_are_counted_and_the_first_is_kept() {
        let decoded = decode(&[b"\0\0\0\0\x01a\0\0\0\0\x01b\0\0\0\0\x01c"]);
        assert_eq!((decoded.messages, decoded.message.as_deref()), (3, Some(&b"a"[..])));
    }

    #[test]
    fn a_body_that_ends_inside_a_frame_is_truncated() {
        let body = b"\0\0\0\0\x03abc";
        for len in 1..body.len() {
            assert_eq!(violation(&body[..len]), Some(Violation::Truncated), "{len} bytes");
        }
    }

    #[test]
    fn compressed_and_undefined_flags_are_told_apart() {
        assert_eq!(violation(b"\x01\0\0\0\0"), Some(Violation::Compressed));
        assert_eq!(violation(b"\x81\0\0\0\0"), Some(Violation::Compressed));
        assert_eq!(violation(b"\x02\0\0\0\0"), Some(Violation::UnknownFlags(2)));
        assert_eq!(violation(b"\x82\0\0\0\0"), Some(Violation::UnknownFlags(0x82)));
    }

    #[test]
    fn nothing_may_follow_the_trailers() {
        assert_eq!(violation(b"\x80\0\0\0\0x"), Some(Violation::DataAfterTrailers));
        assert_eq!(decode(&[b"\x80\0\0\0\0", b"\x80\0\0\0\0"]).violation, Some(Violation::DataAfterTrailers));
        assert_eq!(decode(&[b"\x80\0\0\0\0", b""]).violation, None);
    }

    #[test]
    fn a_length_over_the_limit_is_refused_when_it_is_declared() {
        let declare = |flags: u8, len: usize| {
            let [a, b, c, d] = u32::try_from(len).unwrap().to_be_bytes();
            violation(&[flags, a, b, c, d])
        };
        assert_eq!(declare(0, MAX_MESSAGE_LEN), Some(Violation::Truncated));
        assert_eq!(declare(0, MAX_MESSAGE_LEN + 1), Some(Violation::MessageTooLong(0x40_0001)));
        assert_eq!(declare(0x80, MAX_TRAILERS_LEN), Some(Violation::Truncated));
        assert_eq!(declare(0x80, MAX_TRAILERS_LEN + 1), Some(Violation::TrailersTooLong(0x1_0001)));
        assert_eq!(violation(b"\0\xff\xff\xff\xff"), Some(Violation::MessageTooLong(u32::MAX)));
    }

    #[test]
    fn no_more_bytes_are_wanted_after_a_violation() {
        let mut decoder = Decoder::new();
        assert!(decoder.push(b"\0\0\0\0\0"));
        assert!(!decoder.push(b"\x40\0\0\0\0"));
        assert!(!decoder.push(b"\0\0\0\0\0"));
        assert_eq!(decoder.finish().messages, 1);
    }
}
