//! Errors as ZITADEL raises them, and the status that becomes of them on the wire.

use prost::Message as _;
use prost_types::Any;
use serde_json::{Value, json};
use zitadel_org_web::{
    Code,
    proto::{google, zitadel::v1::ErrorDetail},
};

use crate::text::{Key, Language};

const ERROR_DETAIL: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";

/// An error status, with ZITADEL's detail if it has one.
///
/// Source: ZITADEL `internal/api/grpc/gerrors/zitadel_errors.go`.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The gRPC code.
    pub code: Code,
    /// The whole text.
    pub message: String,
    /// Id and text without the id.
    pub detail: Option<ErrorDetail>,
}

impl Status {
    /// A status that was no ZITADEL error before: no id, no detail.
    pub fn plain(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// A ZITADEL error whose text is not translated.
    pub fn raw(code: Code, id: &str, text: &str) -> Self {
        let detail = ErrorDetail { id: id.to_owned(), message: text.to_owned() };
        Self { code, message: format!("{text} ({id})"), detail: Some(detail) }
    }

    /// A ZITADEL error whose text is translated.
    pub fn translated(code: Code, id: &str, key: Key, language: Language) -> Self {
        Self::raw(code, id, key.text(language))
    }

    /// The value of `grpc-status-details-bin` before base64; `None` without a detail.
    #[must_use]
    pub fn details_bin(&self) -> Option<Vec<u8>> {
        let detail = self.detail.as_ref()?;
        let any = Any { type_url: ERROR_DETAIL.to_owned(), value: detail.encode_to_vec() };
        let status =
            google::rpc::Status { code: self.code.number(), message: self.message.clone(), details: vec![any] };
        Some(status.encode_to_vec())
    }

    /// The body of a REST error.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut json = json!({ "code": self.code.number(), "message": self.message });
        if let (Some(object), Some(ErrorDetail { id, message })) = (json.as_object_mut(), &self.detail) {
            object.insert("details".to_owned(), json!([{ "@type": ERROR_DETAIL, "id": id, "message": message }]));
        }
        json
    }

    /// The HTTP status of a REST error.
    ///
    /// Source: grpc-gateway `runtime/errors.go` `HTTPStatusFromCode`.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        match self.code {
            Code::Cancelled => 499,
            Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
            Code::DeadlineExceeded => 504,
            Code::NotFound => 404,
            Code::AlreadyExists | Code::Aborted => 409,
            Code::PermissionDenied => 403,
            Code::ResourceExhausted => 429,
            Code::Unimplemented => 501,
            Code::Unavailable => 503,
            Code::Unauthenticated => 401,
            Code::Unknown | Code::Internal | Code::DataLoss => 500,
        }
    }
}
