//! What a call can fail with, as far as the answer tells. What fails before there is an answer is JavaScript's to tell.

use alloc::vec::Vec;

use crate::{
    code::Code,
    detail::Detail,
    json::{self, Json},
    metadata::Block,
};

/// Where a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ZITADEL, or the HTTP layer in front of it, answered with an error.
    Status,
    /// The connection broke off.
    Transport,
    /// The answer breaks the protocol.
    Protocol,
}

impl Kind {
    /// The kind's name in the public contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Transport => "transport",
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
    /// ZITADEL's stable id of the error, a string, if a detail has one.
    pub id: Option<Json>,
    /// What the server attached to its status, a list of objects with `@type`.
    pub details: Json,
}

impl Error {
    /// An error with this text, which comes in parts.
    #[must_use]
    pub fn new(kind: Kind, code: Code, text: &[&[u8]]) -> Self {
        Self { kind, code, message: json::string(&text.concat()), id: None, details: b"[]".to_vec() }
    }

    /// What a HTTP status other than 2xx means where the answer carries no gRPC status.
    #[must_use]
    pub fn from_http_status(http_status: u16, content_type: Option<&[u8]>) -> Self {
        let mut number = Vec::new();
        json::write_number(&mut number, http_status.into());
        let text = [
            b"The server, or a proxy in front of it, answered with HTTP ",
            &number[..],
            b" (content-type: ",
            content_type.unwrap_or(b"none"),
            b") and no gRPC status. Check baseUrl and the proxy.",
        ];
        Self::new(Kind::Status, Code::from_http_status(http_status), &text)
    }

    /// Adds a detail; the first id counts.
    pub fn attach(&mut self, detail: Detail) {
        self.details.pop();
        json::write_separator(&mut self.details);
        self.details.extend_from_slice(&detail.json);
        self.details.push(b']');
        if self.id.is_none() {
            self.id = detail.id;
        }
    }

    /// Writes the error's fields. The id is that of a detail, else the one at the end of the server's text. The metadata of its
    /// answer is a list of names and values: names in lower case, and as often as they came.
    pub fn write(&self, out: &mut Json, metadata: [Block<'_>; 2]) {
        out.push(b'{');
        json::write_name(out, b"kind");
        json::write_string(out, self.kind.name().as_bytes());
        json::write_name(out, b"code");
        json::write_number(out, self.code.number().unsigned_abs().into());
        json::write_name(out, b"message");
        out.extend_from_slice(&self.message);
        if let Some(id) = &self.id {
            json::write_name(out, b"id");
            out.extend_from_slice(id);
        } else if let Some(id) = id_in_message(&self.message).filter(|_| self.kind == Kind::Status) {
            json::write_name(out, b"id");
            json::write_string(out, id);
        }
        json::write_name(out, b"details");
        out.extend_from_slice(&self.details);
        json::write_name(out, b"metadata");
        out.push(b'[');
        for (name, value) in metadata.into_iter().flat_map(Block::iter) {
            json::write_separator(out);
            out.push(b'[');
            json::write_string(out, &name.to_ascii_lowercase());
            json::write_separator(out);
            json::write_string(out, value);
            out.push(b']');
        }
        out.extend_from_slice(b"]}");
    }
}

/// The last `(XXX-yyyyy)` of a message, as ZITADEL writes it behind its texts.
///
/// Source: ZITADEL `internal/api/grpc/gerrors/zitadel_errors.go`.
fn id_in_message(message: &[u8]) -> Option<&[u8]> {
    message.rsplit(|byte| *byte == b'(').find_map(|tail| {
        let id = tail.split(|byte| *byte == b')').next().filter(|id| id.len() < tail.len())?;
        let (prefix, suffix) = id.split_at_checked(id.iter().position(|byte| *byte == b'-')?)?;
        let suffix = suffix.get(1..)?;
        let is_prefix =
            !prefix.is_empty() && prefix.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let is_suffix = !suffix.is_empty() && suffix.iter().all(u8::is_ascii_alphanumeric);
        (is_prefix && is_suffix).then_some(id)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Error, Kind, id_in_message};
    use crate::{code::Code, detail::Detail, metadata::Block};

    fn written(error: &Error, headers: &str, trailers: &str) -> Value {
        let mut out = Vec::new();
        error.write(&mut out, [Block::new(headers.as_bytes()), Block::new(trailers.as_bytes())]);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn the_id_is_the_last_one_in_parentheses() {
        let id = |message: &'static str| id_in_message(message.as_bytes()).map(String::from_utf8_lossy);
        assert_eq!(id("Organisation is already active (EVENT-bfnrh)").as_deref(), Some("EVENT-bfnrh"));
        assert_eq!(id("a (A-1) b (B-2) (see docs)").as_deref(), Some("B-2"));
        for message in
            ["", "()", "(EVENT-)", "(-x)", "(event-x)", "EVENT-bfnrh", "(EVENT-bf nrh)", "(RECOVER)", "((", "(A-1"]
        {
            assert_eq!(id(message), None, "{message}");
        }
    }

    #[test]
    fn the_id_comes_from_the_detail_before_the_message() {
        let mut error = Error::new(Kind::Status, Code::NotFound, &[b"x (B-2)"]);
        assert_eq!(written(&error, "", "")["id"], "B-2");
        error.attach(Detail { json: b"{}".to_vec(), id: None });
        assert_eq!(written(&error, "", "")["id"], "B-2");
        error.attach(Detail { json: b"{}".to_vec(), id: Some(b"\"A-1\"".to_vec()) });
        assert_eq!(written(&error, "", "")["id"], "A-1");
    }

    #[test]
    fn a_text_of_ours_has_no_id() {
        let ours = Error::new(Kind::Protocol, Code::Unknown, &[b"x (B-2)"]);
        assert_eq!(written(&ours, "", "").get("id"), None);
    }

    #[test]
    fn an_error_is_written_with_the_metadata_of_its_answer() {
        let mut error = Error::new(Kind::Status, Code::FailedPrecondition, &[b"say ", b"\"no\""]);
        error.attach(Detail { json: br#"{"@type":"a"}"#.to_vec(), id: None });
        let expected = json!({
            "kind": "status",
            "code": 9,
            "message": "say \"no\"",
            "details": [{ "@type": "a" }],
            "metadata": [["x-a", "1"], ["x-a", "\"2\""], ["grpc-status", "9"]],
        });
        assert_eq!(written(&error, "x-a: 1\r\nX-A: \"2\"\r\n", "Grpc-Status: 9\r\n"), expected);
    }
}
