//! Frames: how gRPC-Web cuts a body into messages and trailers.
//!
//! A frame is one byte of flags, the payload's length as a big-endian u32, and the payload.
//! Source: grpc `doc/PROTOCOL-WEB.md`.

use alloc::vec::Vec;

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
/// Longest body that is read, in bytes: a message and trailers, each as long as it may be.
pub const MAX_BODY_LEN: usize = MAX_MESSAGE_LEN + MAX_TRAILERS_LEN + 2 * PREFIX_LEN;

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
    Some([&[0], &len.to_be_bytes()[..], message].concat())
}

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A frame is compressed, which the request did not offer.
    Compressed,
    /// A frame has flags that gRPC-Web does not define.
    UnknownFlags,
    /// A message or the trailers declare more bytes than are read, or the whole body has more.
    TooLong,
    /// Something follows the trailers, which end the body.
    DataAfterTrailers,
    /// The body ends inside a frame.
    Truncated,
}

/// The frames of a unary answer's body, or of the part of it that has arrived.
///
/// Of several messages the first is kept and the others are counted, for more than one is an error already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Frames<'a> {
    /// How many messages came.
    pub messages: usize,
    /// The first of them.
    pub message: &'a [u8],
    /// The payload of the trailers frame.
    pub trailers: Option<&'a [u8]>,
    /// What was wrong. [`Violation::Truncated`] is none as long as more may come.
    pub violation: Option<Violation>,
}

/// Reads the frames of a body.
///
/// ```
/// use zitadel_org_web::frame;
///
/// let frames = frame::read(b"\0\0\0\0\x02hi\x80\0\0\0\x0fgrpc-status:0\r\n");
/// assert_eq!((frames.messages, frames.message), (1, &b"hi"[..]));
/// assert_eq!(frames.trailers, Some(&b"grpc-status:0\r\n"[..]));
/// ```
#[must_use]
pub fn read(body: &[u8]) -> Frames<'_> {
    let mut frames = Frames::default();
    if body.len() > MAX_BODY_LEN {
        frames.violation = Some(Violation::TooLong);
    }
    let mut rest = body;
    while !rest.is_empty() && frames.violation.is_none() {
        match next(rest) {
            _ if frames.trailers.is_some() => frames.violation = Some(Violation::DataAfterTrailers),
            Err(violation) => frames.violation = Some(violation),
            Ok((flags, payload, after)) => {
                rest = after;
                if flags == FLAG_TRAILERS {
                    frames.trailers = Some(payload);
                } else {
                    if frames.messages == 0 {
                        frames.message = payload;
                    }
                    frames.messages = frames.messages.saturating_add(1);
                }
            }
        }
    }
    frames
}

/// The flags and payload of the first frame, and what follows it.
fn next(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Violation> {
    let ([flags, len @ ..], rest) = bytes.split_first_chunk::<PREFIX_LEN>().ok_or(Violation::Truncated)?;
    let max = match *flags {
        0 => MAX_MESSAGE_LEN,
        FLAG_TRAILERS => MAX_TRAILERS_LEN,
        flags if flags & !(FLAG_TRAILERS | FLAG_COMPRESSED) == 0 => return Err(Violation::Compressed),
        _ => return Err(Violation::UnknownFlags),
    };
    let len = usize::try_from(u32::from_be_bytes(*len)).unwrap_or(usize::MAX);
    if len > max {
        return Err(Violation::TooLong);
    }
    let (payload, after) = rest.split_at_checked(len).ok_or(Violation::Truncated)?;
    Ok((*flags, payload, after))
}

#[cfg(test)]
mod tests {
    use super::{Frames, MAX_BODY_LEN, MAX_MESSAGE_LEN, Violation, encode, read};

    const OK: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

    #[test]
    fn a_message_is_framed_behind_its_length() {
        assert_eq!(encode(b"").unwrap(), b"\0\0\0\0\0");
        assert_eq!(encode(&[7; 258]).unwrap()[..6], [0, 0, 0, 1, 2, 7]);
    }

    #[test]
    fn an_empty_body_has_no_frames() {
        assert_eq!(read(b""), Frames::default());
    }

    #[test]
    fn a_message_and_trailers_are_read() {
        let body = [&encode(b"hi").unwrap(), OK].concat();
        let expected = Frames { messages: 1, message: b"hi", trailers: Some(&OK[5..]), violation: None };
        assert_eq!(read(&body), expected);
    }

    #[test]
    fn the_first_of_several_messages_is_kept_and_all_are_counted() {
        let body = [encode(b"a").unwrap(), encode(b"").unwrap(), encode(b"c").unwrap()].concat();
        assert_eq!((read(&body).messages, read(&body).message), (3, &b"a"[..]));
    }

    #[test]
    fn a_body_that_ends_inside_a_frame_is_truncated() {
        let body = [&encode(b"hi").unwrap(), OK].concat();
        for len in (1..body.len()).filter(|len| *len != 7) {
            assert_eq!(read(&body[..len]).violation, Some(Violation::Truncated), "{len} bytes");
        }
    }

    #[test]
    fn nothing_may_follow_the_trailers() {
        for after in [&b"x"[..], OK, b"\0\0\0\0\0"] {
            let body = [OK, after].concat();
            assert_eq!(read(&body).violation, Some(Violation::DataAfterTrailers));
            assert_eq!(read(&body).trailers, Some(&OK[5..]));
        }
    }

    #[test]
    fn compressed_frames_and_undefined_flags_are_told_apart() {
        for flags in [0x01, 0x81] {
            assert_eq!(read(&[flags, 0, 0, 0, 0]).violation, Some(Violation::Compressed));
        }
        for flags in [0x02, 0x03, 0x40, 0x82, 0xff] {
            assert_eq!(read(&[flags, 0, 0, 0, 0]).violation, Some(Violation::UnknownFlags), "{flags:#x}");
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_its_bytes_come() {
        assert_eq!(read(b"\0\x00\x40\x00\x01").violation, Some(Violation::TooLong));
        assert_eq!(read(b"\0\x00\x40\x00\x00").violation, Some(Violation::Truncated));
        assert_eq!(read(b"\x80\x00\x01\x00\x01").violation, Some(Violation::TooLong));
        assert_eq!(read(b"\x80\x00\x01\x00\x00").violation, Some(Violation::Truncated));
        assert_eq!(read(b"\0\xff\xff\xff\xff").violation, Some(Violation::TooLong));
    }

    #[test]
    fn the_longest_message_is_read_and_a_longer_body_is_not() {
        let body = encode(&vec![1; MAX_MESSAGE_LEN]).unwrap();
        assert_eq!((read(&body).message.len(), read(&body).violation), (MAX_MESSAGE_LEN, None));
        assert_eq!(read(&vec![0; MAX_BODY_LEN + 1]).violation, Some(Violation::TooLong));
    }
}
