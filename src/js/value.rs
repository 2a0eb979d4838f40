//! Plain JavaScript objects of the client's own.

use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

/// The members of an object.
#[derive(Default)]
pub(super) struct Members(Vec<(&'static str, Member)>);

enum Member {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Members {
    pub(super) fn bool(&mut self, name: &'static str, value: bool) {
        self.0.push((name, Member::Bool(value)));
    }

    pub(super) fn text(&mut self, name: &'static str, text: Option<&str>) {
        self.0.extend(text.map(|text| (name, Member::Text(text.to_owned()))));
    }

    pub(super) fn number(&mut self, name: &'static str, number: Option<f64>) {
        self.0.extend(number.map(|number| (name, Member::Number(number))));
    }

    /// Returns the object.
    pub(super) fn into_object(self) -> JsValue {
        // Strings, numbers and Booleans always convert.
        self.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // As a map because serde-wasm-bindgen adds a hash map of field names for a struct (1 kB gzip, November 2026).
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}
