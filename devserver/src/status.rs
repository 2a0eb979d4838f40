//! Error statuses.
//!
//! Source: ZITADEL `internal/api/grpc/gerrors/zitadel_errors.go`; grpc-gateway `runtime/errors.go`.

use hyper::StatusCode;
use prost::Message as _;
use prost_types::Any;
use serde_json::{Value, json};
use zitadel_org_web::{
    Code,
    proto::{google, zitadel::v1::ErrorDetail},
};

const ERROR_DETAIL: &str = "type.googleapis.com/zitadel.v1.ErrorDetail";

/// An error status.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Status {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// Id and text. Errors of other layers have no detail.
    detail: Option<ErrorDetail>,
}

impl Status {
    /// An error of a layer below ZITADEL, without an id.
    pub(crate) fn plain(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), detail: None }
    }

    /// An error of ZITADEL.
    pub(crate) fn raw(code: Code, id: &str, text: &str) -> Self {
        let detail = ErrorDetail { id: id.to_owned(), message: text.to_owned() };
        Self { code, message: format!("{text} ({id})"), detail: Some(detail) }
    }

    /// Returns the value of `grpc-status-details-bin` before base64; `None` without a detail.
    pub(crate) fn details_bin(&self) -> Option<Vec<u8>> {
        let detail = self.detail.as_ref()?;
        let any = Any { type_url: ERROR_DETAIL.to_owned(), value: detail.encode_to_vec() };
        let status =
            google::rpc::Status { code: self.code.number(), message: self.message.clone(), details: vec![any] };
        Some(status.encode_to_vec())
    }

    /// Returns the body of a REST error.
    pub(crate) fn json(&self) -> Value {
        let (code, message) = (self.code.number(), &self.message);
        match &self.detail {
            None => json!({ "code": code, "message": message }),
            Some(detail) => {
                let detail = json!({ "@type": ERROR_DETAIL, "id": detail.id, "message": detail.message });
                json!({ "code": code, "message": message, "details": [detail] })
            }
        }
    }

    /// Returns the HTTP status of a REST error, for the codes that this server uses.
    pub(crate) const fn http_status(&self) -> StatusCode {
        match self.code {
            Code::InvalidArgument | Code::FailedPrecondition => StatusCode::BAD_REQUEST,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unauthenticated => StatusCode::UNAUTHORIZED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
