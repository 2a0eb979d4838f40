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

/// What the class is made of. As a map: see the values that the build makes.
struct Fields<'a>(&'a Error);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(error) = self;
        let mut map = serializer.serialize_map(None)?;
        for (name, text) in [
            ("kind", Some(error.kind().name())),
            ("message", Some(error.message())),
            ("id", error.id()),
            ("requestId", error.metadata().get("x-request-id")),
            ("body", error.body()),
        ] {
            if let Some(text) = text {
                map.serialize_entry(name, text)?;
            }
        }
        for (name, number) in [
            ("code", Some(error.code().number().into())),
            ("httpStatus", error.http_status().map(f64::from)),
            ("retryAfterMs", error.retry_after().map(|retry_after| retry_after.as_secs_f64() * 1000.0)),
        ] {
            if let Some(number) = number {
                map.serialize_entry(name, &number)?;
            }
        }
        for (name, flag) in [("retriable", error.is_retriable()), ("mayHaveChanged", error.may_have_changed())] {
            map.serialize_entry(name, &flag)?;
        }
        map.serialize_entry("details", &error.details().iter().map(JsDetail).collect::<Vec<_>>())?;
        map.serialize_entry("metadata", &Joined(error.metadata()))?;
        let thrown = error.source().and_then(|source| source.downcast_ref::<Thrown>());
        if let Some(Thrown(cause)) = thrown {
            map.serialize_entry("cause", &Preserved(cause))?;
        }
        map.end()
    }
}

/// A detail in the JSON mapping of `google.protobuf.Any`.
struct JsDetail<'a>(&'a Detail);

impl Serialize for JsDetail<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let encoded;
        let entries = match self.0 {
            Detail::Zitadel { id, message } => [("@type", ZITADEL), ("id", id), ("message", message)],
            Detail::ZitadelV2 { slug, message } => [("@type", ZITADEL_V2), ("slug", slug), ("message", message)],
            Detail::Other { type_url, value } => {
                encoded = base64::encode(value);
                [("@type", type_url.as_str()), ("value", &encoded), ("", "")]
            }
            Detail::Json { text, .. } => {
                return Preserved(&js_sys::JSON::parse(text).unwrap_or_default()).serialize(serializer);
            }
        };
        let mut map = serializer.serialize_map(None)?;
        for (name, text) in entries.iter().filter(|(name, _)| !name.is_empty()) {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

/// A value of JavaScript's, as it is.
struct Preserved<'a>(&'a JsValue);

impl Serialize for Preserved<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        preserve::serialize(self.0, serializer)
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
    ZitadelError::new(value(&Fields(error))).into()
}

/// A value as a plain object. Ours hold strings, numbers, arrays, objects and what JavaScript gave, which always convert.
pub(super) fn value(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}
