//! Turns texts and numbers that Rust and `js/` share into constants.

use std::{collections::BTreeMap, error::Error, fmt::Write as _};

use serde_json::Value;

/// Returns the constants of a JSON object.
pub(crate) fn write(json: &str) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for (name, value) in serde_json::from_str::<BTreeMap<String, Value>>(json)? {
        match value {
            Value::String(text) => writeln!(out, "pub(crate) const {name}: &str = {text:?};")?,
            Value::Number(number) => {
                let number = number.as_f64().ok_or_else(|| format!("{name} is out of range"))?;
                writeln!(out, "pub(crate) const {name}: f64 = {number:?};")?;
            }
            other => return Err(format!("{name} must be a string or a number, not {other}").into()),
        }
    }
    Ok(out)
}
