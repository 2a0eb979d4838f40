//! Errors as JavaScript's `ZitadelError`.

use std::error::Error as _;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::value::Members;
use crate::{
    detail::{Detail, ZITADEL, ZITADEL_V2},
    error::Error,
    platform::browser::{Thrown, headers_object, parse_json},
    wire::base64,
};

#[wasm_bindgen(module = "/js/error.js")]
extern "C" {
    #[wasm_bindgen(reexport)]
    type ZitadelError;
    #[wasm_bindgen(js_name = createError)]
    fn create_error(fields: JsValue, details: Array, metadata: JsValue, cause: &JsValue) -> ZitadelError;
}

/// Returns the error as a `ZitadelError`.
pub(super) fn to_js(error: &Error) -> JsValue {
    let details: Array = error.details().iter().map(detail_to_js).collect();
    let cause = error.source().and_then(|source| source.downcast_ref::<Thrown>());
    create_error(
        fields(error).into_object(),
        details,
        headers_object(error.metadata()),
        cause.map_or(&JsValue::UNDEFINED, |thrown| &thrown.0),
    )
    .into()
}

/// Returns the members of the error other than details, metadata and cause.
fn fields(error: &Error) -> Members {
    let mut members = Members::default();
    members.text("kind", Some(error.kind().name()));
    members.number("code", Some(error.code().number().into()));
    members.text("message", Some(error.message()));
    members.text("id", error.id());
    members.text("requestId", error.metadata().get("x-request-id"));
    members.text("body", error.body());
    members.number("httpStatus", error.http_status().map(f64::from));
    members.number("retryAfterMs", error.retry_after_ms());
    members.bool("retriable", error.is_retriable());
    members.bool("mayHaveChanged", error.may_have_changed());
    members
}

/// Returns a detail in the JSON mapping of `google.protobuf.Any`.
fn detail_to_js(detail: &Detail) -> JsValue {
    let mut members = Members::default();
    match detail {
        Detail::Zitadel { id, message } => {
            members.text("@type", Some(ZITADEL));
            members.text("id", Some(id));
            members.text("message", Some(message));
        }
        Detail::ZitadelV2 { slug, message } => {
            members.text("@type", Some(ZITADEL_V2));
            members.text("slug", Some(slug));
            members.text("message", Some(message));
        }
        Detail::Other { type_url, value } => {
            members.text("@type", Some(type_url));
            members.text("value", Some(&base64::encode(value)));
        }
        Detail::Json { text, .. } => return parse_json(text),
    }
    members.into_object()
}
