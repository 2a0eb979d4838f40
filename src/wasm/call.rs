//! One call from its arguments to its value or error.

use std::pin::Pin;

use js_sys::{Function, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[cfg(not(feature = "tonic"))]
use super::grpc_web::GrpcWeb;
#[cfg(feature = "tonic")]
use super::tonic::Tonic as GrpcWeb;
use super::{
    fetch::Fetch,
    guard::{End, Guard},
    js::get,
    options::{Options, Protocol, Target},
    rest::Rest,
};
use crate::{
    argument,
    code::Code,
    error::{Error, Kind},
    metadata::Metadata,
    proto::zitadel::management::v1::ManagementServiceClient,
    response::Response,
    transport::{Request, Transport},
    value::ErrorValue,
};

/// An error and what was thrown below it.
#[derive(Debug)]
pub struct CallError {
    error: Error,
    cause: JsValue,
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self { error, cause: JsValue::UNDEFINED }
    }
}

impl CallError {
    /// The error.
    #[must_use]
    pub const fn error(&self) -> &Error {
        &self.error
    }

    /// What was thrown below, or the reason of the caller's signal; undefined if there is neither.
    #[must_use]
    pub const fn cause(&self) -> &JsValue {
        &self.cause
    }

    pub(super) fn caused(error: Error, cause: JsValue) -> Self {
        Self { error, cause }
    }

    /// A call that its deadline or its caller ended.
    pub(super) fn ended(end: End, target: &Target) -> Self {
        match end {
            End::Timeout => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "positive, and a cast saturates"
                )]
                let timeout_ms = target.timeout_ms.unwrap_or_default().ceil() as u64;
                let text = format!(
                    "The deadline of {timeout_ms} ms passed. The change may have been made: read the organization before \
                     trying again, or set a longer timeoutMs."
                );
                Error::new(Kind::Timeout, Code::DeadlineExceeded, text).into()
            }
            End::Aborted => {
                let reason = target.signal.as_ref().and_then(|signal| get(signal, "reason").ok());
                let text = "The caller's signal aborted the call. If it was under way, the change may have been made.";
                Self::caused(Error::new(Kind::Aborted, Code::Cancelled, text), reason.unwrap_or_default())
            }
        }
    }

    /// The error as a JavaScript object; the package makes it a `ZitadelError`.
    fn into_js(self) -> JsValue {
        let value = to_js(&ErrorValue::from(self.error));
        if !self.cause.is_undefined() {
            // Setting a property of a new plain object cannot fail.
            let _ = Reflect::set(&value, &"cause".into(), &self.cause);
        }
        value
    }
}

/// The transport of a call, by its protocol.
pub(super) enum Wire<'a> {
    GrpcWeb(GrpcWeb<'a>),
    Rest(Rest<'a>),
}

impl Transport for Wire<'_> {
    type Error = CallError;

    async fn unary(&self, request: Request<'_>) -> Result<Response, CallError> {
        match self {
            Self::GrpcWeb(transport) => transport.unary(request).await,
            Self::Rest(transport) => transport.unary(request).await,
        }
    }
}

/// What an export does with a client: calls one of its methods and makes the answer a value.
///
/// A plain function and a boxed future, so that what surrounds them is compiled once and not once for each method.
pub(super) type Method = for<'a> fn(
    ManagementServiceClient<Wire<'a>>,
    Metadata,
) -> Pin<Box<dyn Future<Output = Result<JsValue, CallError>> + 'a>>;

/// Checks the arguments, asks for the token and runs `method` with a client and the call's metadata.
pub(super) async fn run(token: JsValue, org_id: JsValue, options: JsValue, method: Method) -> Result<JsValue, JsValue> {
    let outcome = async {
        let Options { target, protocol, mut metadata } = Options::parse(&org_id, options)?;
        let guard = Guard::start(target.timeout_ms, target.signal.as_ref())
            .map_err(|cause| CallError::caused(Error::invalid_argument("signal is not an AbortSignal."), cause))?;
        let token = bearer_token(&token, &guard, &target).await?;
        metadata.append("authorization", format!("Bearer {token}"));
        let wire = match protocol {
            Protocol::GrpcWeb => Wire::GrpcWeb(GrpcWeb::new(&target, &guard)),
            Protocol::Json => Wire::Rest(Rest { fetch: Fetch { target: &target, guard: &guard } }),
        };
        method(ManagementServiceClient::new(wire), metadata).await
    };
    outcome.await.map_err(CallError::into_js)
}

/// The token, or what the caller's function makes of it, checked.
async fn bearer_token(source: &JsValue, guard: &Guard, target: &Target) -> Result<String, CallError> {
    if let Some(end) = guard.end() {
        return Err(CallError::ended(end, target));
    }
    let token = match source.dyn_ref::<Function>() {
        Some(source) => {
            let outcome = match source.call0(&JsValue::UNDEFINED) {
                Ok(promise) => guard.settled(&promise).await,
                Err(cause) => Ok(Err(cause)),
            };
            match outcome {
                Ok(Ok(token)) => token,
                Ok(Err(cause)) => {
                    let text = "The function token failed, so nothing was sent. See cause; perhaps the user has to log in again.";
                    let error = Error::new(Kind::InvalidArgument, Code::Unauthenticated, text);
                    return Err(CallError::caused(error, cause));
                }
                Err(end) => return Err(CallError::ended(end, target)),
            }
        }
        None => source.clone(),
    };
    let token = token
        .as_string()
        .ok_or_else(|| Error::invalid_argument("token is neither a string nor a function that gives one."))?;
    argument::check_token(&token)?;
    Ok(token)
}

/// A value as a plain object. Ours hold only strings, small numbers, arrays and objects, which always convert.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}
