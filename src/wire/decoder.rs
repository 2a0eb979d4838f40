//! The decoding of a response, by either protocol.

use super::body::{End, Wait};
use crate::{code::Code, error::Error, message::Invalid, metadata::Metadata};

/// A successful response.
///
/// See the example of [`Transport`](crate::transport::Transport).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The headers.
    pub headers: Metadata,
    /// The message's bytes.
    pub message: Vec<u8>,
    /// The trailers.
    pub trailers: Metadata,
}

/// Decodes a response from its body, chunk by chunk.
#[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only fetch reads bodies"))]
pub(crate) trait BodyDecoder {
    /// Returns how long to wait for the rest of the body, from the time at which this wait is first returned.
    fn wait(&self) -> Wait;

    /// Takes the next chunk.
    fn push(&mut self, chunk: &[u8]);

    /// Returns the message of the response, in protobuf's bytes.
    ///
    /// # Errors
    /// The server's error, the reason why the body could not be read, or the violation of the protocol.
    fn finish(self: Box<Self>, end: End) -> Result<Response, Error>;
}

/// The error of a message that is not the method's response.
pub(crate) fn invalid_message(invalid: &Invalid) -> Error {
    let text = [
        "The response's message is not the one that this method returns (",
        &invalid.text(),
        "). Check the server's version.",
    ];
    Error::protocol(Code::Internal, text.concat())
}
