//! What a call can fail with, as far as the answer tells. What fails before there is an answer is JavaScript's to tell.

use alloc::vec::Vec;

use crate::{
    code::Code,
    json::{self, Json},
    metadata::Block,
};

/// Where a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ZITADEL, or the HTTP layer in front of it, answered with an error.
    Status,
    /// The answer breaks the protocol.
    Protocol,
}

impl Kind {
    /// The kind's name in the public contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Protocol => "protocol",
        }
    }
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where it failed.
    pub kind: Kind,
    /// The gRPC status code.
    pub code: Code,
    /// A string: the server's text for [`Kind::Status`], otherwise a sentence that says what to do.
    pub message: Json,
    /// What the server attached to its status: objects with `@type`, separated by commas.
    pub details: Json,
}

impl Error {
    /// An error with this text, which comes in parts.
    #[must_use]
    pub fn new(kind: Kind, code: Code, text: &[&[u8]]) -> Self {
        Self { kind, code, message: json::string(text), details: Json::new() }
    }

    /// What a HTTP status other than 2xx means where the answer carries no gRPC status.
    #[must_use]
    pub fn from_http_status(http_status: u16, content_type: &[u8]) -> Self {
        let mut number = Vec::new();
        json::write_number(&mut number, http_status.into());
        let text = [
            b"The server, or a proxy in front of it, answered with HTTP ",
            &number[..],
            b" (content-type: ",
            content_type,
            b") and no gRPC status. Check baseUrl and the proxy.",
        ];
        Self::new(Kind::Status, Code::from_http_status(http_status), &text)
    }

    /// Adds a detail.
    pub fn attach(&mut self, detail: &[u8]) {
        if !self.details.is_empty() {
            self.details.push(b',');
        }
        self.details.extend_from_slice(detail);
    }

    /// Writes the error's fields. The metadata of its answer is a list of names and values: names in lower case, and as often
    /// as they came.
    pub fn write(&self, out: &mut Json, metadata: [Block<'_>; 2]) {
        out.push(b'{');
        json::write_name(out, b"kind");
        json::write_string(out, self.kind.name().as_bytes());
        json::write_name(out, b"code");
        json::write_number(out, self.code.number().unsigned_abs().into());
        json::write_name(out, b"message");
        out.extend_from_slice(&self.message);
        json::write_name(out, b"details");
        out.push(b'[');
        out.extend_from_slice(&self.details);
        out.push(b']');
        json::write_name(out, b"metadata");
        out.push(b'[');
        for (name, value) in metadata.into_iter().flat_map(Block::iter) {
            json::write_separator(out);
            out.push(b'[');
            let start = out.len();
            json::write_string(out, name);
            out.iter_mut().skip(start).for_each(u8::make_ascii_lowercase);
            json::write_separator(out);
            json::write_string(out, value);
            out.push(b']');
        }
        out.extend_from_slice(b"]}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Error, Kind};
    use crate::{code::Code, metadata::Block};

    fn written(error: &Error, headers: &str, trailers: &str) -> Value {
        let mut out = Vec::new();
        error.write(&mut out, [Block::new(headers.as_bytes()), Block::new(trailers.as_bytes())]);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_error_is_written_with_the_metadata_of_its_answer() {
        let mut error = Error::new(Kind::Status, Code::FailedPrecondition, &[b"say ", b"\"no\""]);
        error.attach(br#"{"@type":"a"}"#);
        error.attach(br#"{"@type":"b"}"#);
        let expected = json!({
            "kind": "status",
            "code": 9,
            "message": "say \"no\"",
            "details": [{ "@type": "a" }, { "@type": "b" }],
            "metadata": [["x-a", "1"], ["x-a", "\"2\""], ["grpc-status", "9"]],
        });
        assert_eq!(written(&error, "x-a: 1\r\nX-A: \"2\"\r\n", "Grpc-Status: 9\r\n"), expected);
    }
}
