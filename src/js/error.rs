//! Errors as JavaScript's `ZitadelError`.

use std::error::Error as _;

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_wasm_bindgen::preserve;
use wasm_bindgen::prelude::*;

use crate::{
    Detail, Error, Metadata,
    machine::Thrown,
    protocol::{
        base64,
        detail::{ZITADEL, ZITADEL_V2},
    },
};

#[wasm_bindgen(module = "/js/error.js")]
extern "C" {
    type ZitadelError;
    #[wasm_bindgen(constructor)]
    fn new(fields: JsValue) -> ZitadelError;
}

/// What the class is made of.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields<'a> {
    kind: &'static str,
    code: i32,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    details: Vec<JsDetail<'a>>,
    retriable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<f64>,
    may_have_changed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    metadata: Joined<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(with = "preserve", skip_serializing_if = "JsValue::is_undefined")]
    cause: JsValue,
}

/// A detail in the JSON mapping of `google.protobuf.Any`.
#[derive(Serialize)]
#[serde(untagged)]
enum JsDetail<'a> {
    Zitadel {
        #[serde(rename = "@type")]
        type_url: &'static str,
        id: &'a str,
        message: &'a str,
    },
    ZitadelV2 {
        #[serde(rename = "@type")]
        type_url: &'static str,
        slug: &'a str,
        message: &'a str,
    },
    Other {
        #[serde(rename = "@type")]
        type_url: &'a str,
        value: String,
    },
    Json(#[serde(with = "preserve")] JsValue),
}

impl<'a> From<&'a Detail> for JsDetail<'a> {
    fn from(detail: &'a Detail) -> Self {
        match detail {
            Detail::Zitadel { id, message } => Self::Zitadel { type_url: ZITADEL, id, message },
            Detail::ZitadelV2 { slug, message } => Self::ZitadelV2 { type_url: ZITADEL_V2, slug, message },
            Detail::Other { type_url, value } => Self::Other { type_url, value: base64::encode(value) },
            Detail::Json { text, .. } => Self::Json(js_sys::JSON::parse(text).unwrap_or_default()),
        }
    }
}

/// Metadata as an object; repeated values are joined.
struct Joined<'a>(&'a Metadata);

impl Serialize for Joined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.0.iter() {
            if !names.contains(&name) {
                names.push(name);
                map.serialize_entry(name, &self.0.get_all(name).collect::<Vec<_>>().join(", "))?;
            }
        }
        map.end()
    }
}

/// The error as a `ZitadelError`.
pub(super) fn to_js(error: &Error) -> JsValue {
    let fields = Fields {
        kind: error.kind().name(),
        code: error.code().number(),
        message: error.message(),
        id: error.id(),
        details: error.details().iter().map(JsDetail::from).collect(),
        retriable: error.is_retriable(),
        retry_after_ms: error.retry_after().map(|retry_after| retry_after.as_secs_f64() * 1000.0),
        may_have_changed: error.may_have_changed(),
        http_status: error.http_status(),
        request_id: error.metadata().get("x-request-id"),
        metadata: Joined(error.metadata()),
        body: error.body(),
        cause: error
            .source()
            .and_then(|source| source.downcast_ref::<Thrown>())
            .map(|it| it.0.clone())
            .unwrap_or_default(),
    };
    ZitadelError::new(value(&fields)).into()
}

/// A value as a plain object. Ours hold strings, numbers, arrays, objects and what JavaScript gave, which always convert.
pub(super) fn value(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}
