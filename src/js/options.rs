//! Reads what JavaScript passes in.

use js_sys::{Array, Function, Object, Symbol};
use wasm_bindgen::prelude::*;

use super::{abort::Aborted, exports::Arguments};
use crate::{
    BulkOptions, CallOptions, Error, Protocol,
    machine::{Browser, JsJson, source},
    options::{Settings, check_base_url, check_id},
    platform::Platform as _,
    value::{Form, Schema, Value},
};

#[wasm_bindgen]
extern "C" {
    /// `CallOptions` of index.d.ts.
    type Bag;
    #[wasm_bindgen(method, getter, structural, catch, js_name = baseUrl)]
    fn base_url(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn protocol(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = timeoutMs)]
    fn timeout_ms(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn signal(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn language(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn headers(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn fetch(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = allowInsecure)]
    fn allow_insecure(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn concurrency(this: &Bag) -> Result<Option<JsValue>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = onProgress)]
    fn on_progress(this: &Bag) -> Result<Option<JsValue>, JsValue>;

    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn array_from(iterable: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn entries(object: &JsValue) -> Result<Array, JsValue>;

    #[wasm_bindgen]
    type UrlLike;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn href(this: &UrlLike) -> Result<Option<JsValue>, JsValue>;
}

/// Everything about a call but its method and token, checked.
pub(super) struct Options {
    pub(super) settings: Settings,
    pub(super) platform: Browser,
    pub(super) aborted: Option<Aborted>,
    /// The deadline, by the platform's clock.
    pub(super) ends_at_ms: Option<f64>,
}

type Getter = fn(&Bag) -> Result<Option<JsValue>, JsValue>;

/// The options by name; headers are merged and read apart.
const GETTERS: [(&str, Getter); 7] = [
    ("baseUrl", Bag::base_url),
    ("protocol", Bag::protocol),
    ("timeoutMs", Bag::timeout_ms),
    ("signal", Bag::signal),
    ("language", Bag::language),
    ("fetch", Bag::fetch),
    ("allowInsecure", Bag::allow_insecure),
];

/// Reads the organization, the call's options and the client's defaults.
///
/// # Errors
/// INVALID_ARGUMENT that names what is wrong.
pub(super) fn read(org_id: &JsValue, arguments: &Arguments) -> Result<Options, Error> {
    let Arguments { options, defaults, started_at, .. } = arguments;
    let mut values = [const { None }; GETTERS.len()];
    let mut call_options = CallOptions::new();
    for (name, bag) in [("options", options), ("defaults", defaults)] {
        let Some(bag) = optional(bag) else { continue };
        if !bag.is_object() {
            return Err(Error::invalid_argument(&[name, " is not an object."]));
        }
        let bag: &Bag = bag.unchecked_ref();
        for (value, (name, getter)) in values.iter_mut().zip(GETTERS) {
            if value.is_none() {
                *value = getter(bag).map_err(|thrown| unreadable(name, thrown))?;
            }
        }
        if let Some(given) = bag.headers().map_err(|thrown| unreadable("headers", thrown))? {
            call_options = call_options.over(&CallOptions { headers: headers(&given)?, ..CallOptions::new() });
        }
    }
    let [base_url, protocol, timeout_ms, signal, language, fetch, allow_insecure] = values;
    call_options.protocol = match protocol.map(|value| value.as_string()) {
        None => None,
        Some(Some(name)) if name == "grpc-web" => Some(Protocol::GrpcWeb),
        Some(Some(name)) if name == "json" => Some(Protocol::Json),
        Some(_) => return Err(Error::invalid_argument(&["protocol is neither \"grpc-web\" nor \"json\"."])),
    };
    call_options.timeout_ms = timeout_ms.map(|value| value.as_f64().unwrap_or(f64::NAN));
    call_options.language = language.map(|value| string("language", &value)).transpose()?;
    let fetch = fetch.map(JsValue::dyn_into::<Function>).transpose();
    let platform = Browser { fetch: fetch.map_err(|_| Error::invalid_argument(&["fetch is not a function."]))? };
    let base_url = base_url.map(|value| url(&value)).transpose()?;
    let allow_insecure = allow_insecure.is_some_and(|value| value.as_bool() == Some(true));
    let base_url = check_base_url(base_url, allow_insecure, &platform)?;
    let org_id = optional(org_id).map(|org_id| string("orgId", org_id)).transpose()?;
    let settings = Settings::check(base_url, org_id.as_deref(), &call_options)?;
    let aborted = signal.as_ref().map(Aborted::listen).transpose()?;
    let started_at_ms = started_at.as_f64().unwrap_or_else(|| platform.now_ms());
    let ends_at_ms = settings.ends_at_ms(started_at_ms);
    Ok(Options { settings, platform, aborted, ends_at_ms })
}

/// The argument with this name, an organization's id that must be there.
pub(super) fn id(name: &str, value: &JsValue) -> Result<String, Error> {
    let id = string(name, value)?;
    check_id(name, &id)?;
    Ok(id)
}

/// The argument `orgIds`, an iterable of strings.
pub(super) fn org_ids(value: &JsValue) -> Result<Vec<String>, Error> {
    let items = read_list(value).map_err(|thrown| unreadable("orgIds", thrown))?;
    let items = items.ok_or_else(|| Error::invalid_argument(&["orgIds is not an iterable of strings."]))?;
    let ids = items.iter().enumerate();
    ids.map(|(index, id)| string(&["orgIds[", &index.to_string(), "]"].concat(), &id)).collect()
}

/// The options of a bulk run that a single call does not have.
pub(super) fn bulk(options: &JsValue) -> Result<(BulkOptions, Option<Function>), Error> {
    let Some(bag) = optional(options) else { return Ok((BulkOptions::new(), None)) };
    let bag: &Bag = bag.unchecked_ref();
    let concurrency = bag.concurrency().map_err(|thrown| unreadable("concurrency", thrown))?;
    let on_progress = bag.on_progress().map_err(|thrown| unreadable("onProgress", thrown))?;
    let on_progress = on_progress.map(JsValue::dyn_into::<Function>).transpose();
    let on_progress = on_progress.map_err(|_| Error::invalid_argument(&["onProgress is not a function."]))?;
    let concurrency = concurrency.map(|value| value.as_f64().unwrap_or(f64::NAN));
    Ok((BulkOptions { concurrency, on_progress: None }, on_progress))
}

/// The argument `request`, a plain object; nothing is an empty one.
pub(super) fn request(schema: &Schema, value: &JsValue) -> Result<Value, Error> {
    let Some(value) = optional(value) else { return Ok(Value::Object(Vec::new())) };
    Value::read(schema, &JsJson(value.clone()), Form::Request)
        .map_err(|invalid| Error::invalid_argument(&[&invalid.at("request").text(), "."]))
}

fn optional(value: &JsValue) -> Option<&JsValue> {
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

fn unreadable(name: &str, thrown: JsValue) -> Error {
    Error::invalid_argument(&[name, " cannot be read: see cause."]).with_source(Some(source(thrown)))
}

fn string(name: &str, value: &JsValue) -> Result<String, Error> {
    value.as_string().ok_or_else(|| Error::invalid_argument(&[name, " is not a string."]))
}

/// A string, or a URL of whichever realm; read once.
fn url(value: &JsValue) -> Result<String, Error> {
    if let Some(text) = value.as_string() {
        return Ok(text);
    }
    let href = if value.is_object() { value.unchecked_ref::<UrlLike>().href() } else { Ok(None) };
    let href = href.map_err(|thrown| unreadable("baseUrl", thrown))?;
    let text = href.and_then(|href| href.as_string());
    text.ok_or_else(|| Error::invalid_argument(&["baseUrl is neither a string nor a URL."]))
}

/// The option `headers`: an object, or pairs such as those of `Headers`.
fn headers(value: &JsValue) -> Result<Vec<(String, String)>, Error> {
    let invalid = || Error::invalid_argument(&["headers is not an object of strings, nor a list of pairs of strings."]);
    let pairs = read_pairs(value).map_err(|thrown| unreadable("headers", thrown))?.ok_or_else(invalid)?;
    let pairs = pairs.iter().map(|pair| {
        let pair = pair.dyn_into::<Array>().ok().filter(|pair| pair.length() == 2)?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    pairs.collect::<Option<Vec<_>>>().ok_or_else(invalid)
}

/// The items of an iterable; `None` if it is none.
fn read_list(value: &JsValue) -> Result<Option<Array>, JsValue> {
    let is_iterable = value.is_object() && js_sys::Reflect::get(value, &Symbol::iterator())?.is_function();
    is_iterable.then(|| array_from(value)).transpose()
}

fn read_pairs(value: &JsValue) -> Result<Option<Array>, JsValue> {
    if !value.is_object() {
        return Ok(None);
    }
    let pairs = match read_list(value)? {
        Some(pairs) => pairs,
        None => entries(value.unchecked_ref::<Object>())?,
    };
    // A pair may be any iterable, and reading one may throw.
    let read = Array::new();
    for pair in pairs.iter() {
        read.push(&if Array::is_array(&pair) { pair } else { array_from(&pair)?.into() });
    }
    Ok(Some(read))
}
