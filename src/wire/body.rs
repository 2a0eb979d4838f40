//! The reading of a response's body.

use crate::error::Error;

/// The limit of the wait for the rest of a body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wait {
    /// No more of the body is needed.
    Done,
    /// At most this many milliseconds.
    AtMost(f64),
    /// Until the call's deadline.
    UntilDeadline,
}

/// The reason why the reading of a body ended.
#[derive(Debug)]
pub enum End {
    /// The body has ended, or the rest is not needed.
    Complete,
    /// The rest of the body could not be read.
    Failed(Error),
}

/// The beginning of an unexpected body, which the error shows.
#[derive(Debug, Default)]
pub(crate) struct Excerpt {
    bytes: Vec<u8>,
    /// Bytes that were read.
    len: usize,
}

impl Excerpt {
    /// Bytes that an error shows.
    const SHOWN_LEN: usize = 1024;
    /// Bytes that are read, so that the connection can be reused and the network log shows the whole page.
    const READ_LEN: usize = 64 * 1024;
    /// The limit of the wait for the body.
    const WAIT_MS: f64 = 1000.0;

    /// Returns the first KiB as text, cut between characters.
    pub(crate) fn text(bytes: &[u8]) -> String {
        let beginning = bytes.get(..Self::SHOWN_LEN).unwrap_or(bytes);
        let whole = match std::str::from_utf8(beginning) {
            // A character that is cut, and not one that is malformed.
            Err(error) if error.error_len().is_none() => beginning.get(..error.valid_up_to()).unwrap_or_default(),
            _ => beginning,
        };
        String::from_utf8_lossy(whole).into_owned()
    }

    /// Returns the same for this excerpt.
    pub(crate) fn into_text(self) -> String {
        Self::text(&self.bytes)
    }

    /// Returns how long to wait for more.
    pub(crate) fn wait(&self) -> Wait {
        if self.len < Self::READ_LEN { Wait::AtMost(Self::WAIT_MS) } else { Wait::Done }
    }

    /// Takes the next chunk.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.len = self.len.saturating_add(chunk.len());
        let space = Self::SHOWN_LEN.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(chunk.get(..space).unwrap_or(chunk));
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, Wait};

    #[test]
    fn excerpt_is_the_first_kib_cut_between_characters() {
        let body = "ü".repeat(2000);
        for chunk_len in [1, 3, 1023, 4000] {
            let mut excerpt = Excerpt::default();
            body.as_bytes().chunks(chunk_len).for_each(|chunk| excerpt.push(chunk));
            assert_eq!(excerpt.into_text(), "ü".repeat(512), "{chunk_len}");
        }
        assert_eq!(Excerpt::text(["a", &body].concat().as_bytes()), ["a", &"ü".repeat(511)].concat());
        assert_eq!(Excerpt::text(b"a\xffb"), "a\u{fffd}b");
    }

    #[test]
    fn excerpt_reads_no_more_than_64_kib() {
        let mut excerpt = Excerpt::default();
        excerpt.push(&[b'x'; 65_535]);
        assert_eq!(excerpt.wait(), Wait::AtMost(1000.0));
        excerpt.push(b"x");
        assert_eq!(excerpt.wait(), Wait::Done);
    }
}
