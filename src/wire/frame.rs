//! The frames of a gRPC-Web body: messages and trailers.
//!
//! A frame is one byte of flags, the payload's length as a big-endian u32, and the payload.
//! Source: grpc `doc/PROTOCOL-WEB.md`.

/// Length of a frame's flags and length, which precede the payload.
pub const PREFIX_LEN: usize = 5;
/// Flag of the trailers frame.
pub const FLAG_TRAILERS: u8 = 0x80;
/// Flag of a compressed payload.
pub const FLAG_COMPRESSED: u8 = 0x01;
/// Maximum length of a message in bytes; the usual limit of gRPC.
pub const MAX_MESSAGE_LEN: usize = 4 * 1024 * 1024;
/// Maximum length of a trailers frame's payload in bytes.
pub const MAX_TRAILERS_LEN: usize = 64 * 1024;
/// Maximum length of a body in bytes: a message and trailers of the maximum length.
pub const MAX_BODY_LEN: usize = MAX_MESSAGE_LEN + MAX_TRAILERS_LEN + 2 * PREFIX_LEN;

/// Encodes a message as one frame; `None` if its length does not fit the frame's 32 bits.
///
/// ```
/// use zitadel_org_web::wire::frame;
///
/// assert_eq!(frame::encode(b"hi").as_deref(), Some(&b"\0\0\0\0\x02hi"[..]));
/// ```
#[must_use]
pub fn encode(message: &[u8]) -> Option<Vec<u8>> {
    let len = u32::try_from(message.len()).ok()?;
    Some([&[0], &len.to_be_bytes()[..], message].concat())
}

/// A violation of the framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A frame is compressed, but the request did not offer compression.
    Compressed,
    /// A frame has flags that gRPC-Web does not define.
    UnknownFlags,
    /// A message, the trailers or the whole body exceed their limit.
    TooLong,
    /// Data follows the trailers, which end the body.
    DataAfterTrailers,
    /// The body ends inside a frame.
    Truncated,
}

/// Decodes the frames of a unary response's body chunk by chunk, in one pass.
///
/// The first message is kept and all are counted, because more than one is an error.
///
/// ```
/// use zitadel_org_web::wire::frame::Decoder;
///
/// let mut decoder = Decoder::default();
/// for chunk in [&b"\0\0\0\0"[..], b"\x02h", b"i\x80\0\0\0\x0fgrpc-status:0\r\n"] {
///     decoder.push(chunk);
/// }
/// decoder.end();
/// assert_eq!((decoder.messages(), decoder.message()), (1, &b"hi"[..]));
/// assert_eq!(decoder.trailers(), Some(&b"grpc-status:0\r\n"[..]));
/// ```
#[derive(Debug, Default)]
pub struct Decoder {
    prefix: [u8; PREFIX_LEN],
    /// Number of bytes of the current frame's prefix that were received.
    prefix_len: usize,
    /// Number of bytes of the current frame's payload that are missing.
    missing: usize,
    /// Number of bytes of the body that were received.
    body_len: usize,
    messages: usize,
    message: Vec<u8>,
    trailers: Vec<u8>,
    has_trailers: bool,
    violation: Option<Violation>,
}

impl Decoder {
    /// Decodes the next chunk of the body.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        self.body_len = self.body_len.saturating_add(chunk.len());
        if self.violation.is_none() && self.body_len > MAX_BODY_LEN {
            self.violation = Some(Violation::TooLong);
        }
        while !rest.is_empty() && self.violation.is_none() {
            if self.has_trailers {
                self.violation = Some(Violation::DataAfterTrailers);
            } else if self.prefix_len < PREFIX_LEN {
                rest = self.push_prefix(rest);
            } else {
                rest = self.push_payload(rest);
            }
        }
    }

    /// Marks the end of the body.
    pub fn end(&mut self) {
        if self.violation.is_none() && self.prefix_len > 0 {
            self.violation = Some(Violation::Truncated);
        }
    }

    /// Returns the number of complete messages.
    #[must_use]
    pub const fn messages(&self) -> usize {
        self.messages
    }

    /// Returns the first message; empty if no message was received.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Returns the first message; empty if no message was received.
    #[must_use]
    pub fn into_message(self) -> Vec<u8> {
        self.message
    }

    /// Returns the payload of the trailers frame if it is complete.
    #[must_use]
    pub fn trailers(&self) -> Option<&[u8]> {
        self.has_trailers.then_some(&self.trailers)
    }

    /// Returns the first violation so far.
    #[must_use]
    pub const fn violation(&self) -> Option<Violation> {
        self.violation
    }

    /// Consumes the bytes of the prefix and returns the rest.
    fn push_prefix<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut rest = bytes;
        for slot in self.prefix.iter_mut().skip(self.prefix_len) {
            let Some((byte, after)) = rest.split_first() else { return rest };
            *slot = *byte;
            self.prefix_len = self.prefix_len.saturating_add(1);
            rest = after;
        }
        let [flags, len @ ..] = self.prefix;
        let max = match flags {
            0 => MAX_MESSAGE_LEN,
            FLAG_TRAILERS => MAX_TRAILERS_LEN,
            _ => {
                let is_defined = flags & !(FLAG_TRAILERS | FLAG_COMPRESSED) == 0;
                self.violation = Some(if is_defined { Violation::Compressed } else { Violation::UnknownFlags });
                return rest;
            }
        };
        self.missing = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
        if self.missing > max {
            self.violation = Some(Violation::TooLong);
        } else if self.missing == 0 {
            self.end_frame();
        }
        rest
    }

    /// Consumes the bytes of the payload and returns the rest.
    fn push_payload<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (part, rest) = bytes.split_at_checked(self.missing).unwrap_or((bytes, &[]));
        // The declared length is not trusted: memory grows with the bytes that were received.
        match self.prefix {
            [FLAG_TRAILERS, ..] => self.trailers.extend_from_slice(part),
            _ if self.messages == 0 => self.message.extend_from_slice(part),
            _ => {}
        }
        self.missing = self.missing.saturating_sub(part.len());
        if self.missing == 0 {
            self.end_frame();
        }
        rest
    }

    fn end_frame(&mut self) {
        self.prefix_len = 0;
        match self.prefix {
            [FLAG_TRAILERS, ..] => self.has_trailers = true,
            _ => self.messages = self.messages.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, MAX_BODY_LEN, MAX_MESSAGE_LEN, Violation, encode};

    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

    fn read(body: &[u8]) -> Decoder {
        let mut decoder = Decoder::default();
        decoder.push(body);
        decoder.end();
        decoder
    }

    #[test]
    fn a_frame_has_flags_length_and_payload() {
        assert_eq!(encode(b"").unwrap(), b"\0\0\0\0\0");
        assert_eq!(encode(&[7; 258]).unwrap()[..6], [0, 0, 0, 1, 2, 7]);
    }

    #[test]
    fn an_empty_body_has_no_frames() {
        let decoder = read(b"");
        assert_eq!((decoder.messages(), decoder.trailers(), decoder.violation()), (0, None, None));
    }

    #[test]
    fn a_body_may_be_split_into_chunks_anywhere() {
        let body = [&encode(b"hi").unwrap(), OK].concat();
        for chunk_len in 1..=body.len() {
            let mut decoder = Decoder::default();
            body.chunks(chunk_len).for_each(|chunk| decoder.push(chunk));
            decoder.end();
            assert_eq!((decoder.messages(), decoder.message()), (1, &b"hi"[..]), "{chunk_len}");
            assert_eq!((decoder.trailers(), decoder.violation()), (Some(&OK[5..]), None), "{chunk_len}");
        }
    }

    #[test]
    fn the_first_message_is_kept_and_all_are_counted() {
        let body = [encode(b"a").unwrap(), encode(b"").unwrap(), encode(b"c").unwrap()].concat();
        assert_eq!((read(&body).messages(), read(&body).message()), (3, &b"a"[..]));
        let body = [encode(b"").unwrap(), encode(b"c").unwrap()].concat();
        assert_eq!((read(&body).messages(), read(&body).message()), (2, &b""[..]));
    }

    #[test]
    fn a_body_that_ends_inside_a_frame_is_truncated() {
        let body = [&encode(b"hi").unwrap(), OK].concat();
        for len in (1..body.len()).filter(|len| *len != 7) {
            assert_eq!(read(&body[..len]).violation(), Some(Violation::Truncated), "{len} bytes");
        }
    }

    #[test]
    fn data_after_the_trailers_is_a_violation() {
        for after in [&b"x"[..], OK, b"\0\0\0\0\0"] {
            let decoder = read(&[OK, after].concat());
            assert_eq!(decoder.violation(), Some(Violation::DataAfterTrailers));
            assert_eq!(decoder.trailers(), Some(&OK[5..]));
        }
    }

    #[test]
    fn compressed_frames_and_undefined_flags_are_violations() {
        for flags in [0x01, 0x81] {
            assert_eq!(read(&[flags, 0, 0, 0, 0]).violation(), Some(Violation::Compressed));
        }
        for flags in [0x02, 0x03, 0x40, 0x82, 0xff] {
            assert_eq!(read(&[flags, 0, 0, 0, 0]).violation(), Some(Violation::UnknownFlags), "{flags:#x}");
        }
    }

    #[test]
    fn a_declared_length_over_the_limit_is_a_violation() {
        assert_eq!(read(b"\0\x00\x40\x00\x01").violation(), Some(Violation::TooLong));
        assert_eq!(read(b"\0\x00\x40\x00\x00").violation(), Some(Violation::Truncated));
        assert_eq!(read(b"\x80\x00\x01\x00\x01").violation(), Some(Violation::TooLong));
        assert_eq!(read(b"\x80\x00\x01\x00\x00").violation(), Some(Violation::Truncated));
        assert_eq!(read(b"\0\xff\xff\xff\xff").violation(), Some(Violation::TooLong));
    }

    #[test]
    fn a_body_of_the_maximum_length_is_read() {
        let decoder = read(&encode(&vec![1; MAX_MESSAGE_LEN]).unwrap());
        assert_eq!((decoder.message().len(), decoder.violation()), (MAX_MESSAGE_LEN, None));
        assert_eq!(read(&vec![0; MAX_BODY_LEN + 1]).violation(), Some(Violation::TooLong));
    }
}
