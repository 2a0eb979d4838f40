//! Reads what JavaScript passes in.

use std::task::{Poll, Waker};

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::{abort::Aborted, exports::Arguments};
use crate::{
    BulkOptions, CallOptions, Error, Protocol, Source,
    machine::{
        Any, Browser, JsJson,
        reflect::{get, items, plain},
        source,
    },
    options::{Settings, check_base_url, check_id},
    platform::Platform as _,
    value::{Form, Schema, Value},
};

#[wasm_bindgen]
extern "C" {
    /// `CallOptions` of types.d.ts.
    type Bag;
    #[wasm_bindgen(method, getter, structural, catch, js_name = baseUrl)]
    fn base_url(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn protocol(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = timeoutMs)]
    fn timeout_ms(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn signal(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn language(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn headers(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch)]
    fn fetch(this: &Bag) -> Result<Option<Any>, JsValue>;
    #[wasm_bindgen(method, getter, structural, catch, js_name = allowInsecure)]
    fn allow_insecure(this: &Bag) -> Result<Option<Any>, JsValue>;

    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn entries(object: &JsValue) -> Result<Option<Any>, JsValue>;
}

/// Everything about a call but its method and token, checked.
pub(super) struct Options {
    pub(super) settings: Settings,
    pub(super) platform: Browser,
    aborted: Option<Aborted>,
    /// The deadline, by the platform's clock.
    pub(super) ends_at_ms: Option<f64>,
}

type Bags<'a> = [Option<&'a Bag>; 2];
type Getter = fn(&Bag) -> Result<Option<Any>, JsValue>;

impl Options {
    /// Whether the caller has given up.
    pub(super) fn cancelled(&self, waker: &Waker) -> Poll<Option<Source>> {
        self.aborted.as_ref().map_or(Poll::Pending, |aborted| aborted.poll(waker))
    }
}

/// Reads what JavaScript passes in, and keeps the first thing that is wrong to the end: a way out at each place where one can be
/// found would be most of the code.
#[derive(Default)]
pub(super) struct Reader {
    failure: Option<Error>,
}

impl Reader {
    /// # Errors
    /// INVALID_ARGUMENT that names what is wrong first.
    pub(super) fn end(self) -> Result<(), Error> {
        self.failure.map_or(Ok(()), Err)
    }

    #[cold]
    #[inline(never)]
    fn fail(&mut self, message: &[&str]) {
        self.failure.get_or_insert_with(|| Error::invalid_argument(message));
    }

    /// What an access gave, unless it threw.
    #[inline(never)]
    fn readable<T>(&mut self, name: &str, result: Result<Option<T>, JsValue>) -> Option<T> {
        match result {
            Ok(value) => value,
            Err(thrown) => {
                let error = Error::invalid_argument(&[name, " cannot be read: see cause."]);
                self.failure.get_or_insert_with(|| error.with_source(Some(source(thrown))));
                None
            }
        }
    }

    /// An option of the first of the bags that has it.
    #[inline(never)]
    fn option(&mut self, bags: &Bags<'_>, name: &str, getter: Getter) -> Option<Any> {
        bags.iter().flatten().find_map(|bag| self.readable(name, getter(bag)))
    }

    fn function(&mut self, name: &str, value: Any) -> Option<Function> {
        let function = value.dyn_into().ok();
        if function.is_none() {
            self.fail(&[name, " is not a function."]);
        }
        function
    }

    /// An argument that has options.
    fn bag<'a>(&mut self, name: &str, value: &'a Option<Any>) -> Option<&'a Bag> {
        let bag = value.as_ref()?;
        if !bag.is_object() {
            self.fail(&[name, " is not an object."]);
            return None;
        }
        Some(bag.unchecked_ref())
    }

    #[inline(never)]
    fn string(&mut self, name: &[&str], value: &JsValue) -> String {
        value.as_string().unwrap_or_else(|| {
            self.fail(&[&name.concat(), " is not a string."]);
            String::new()
        })
    }

    /// The argument with this name, an organization's id that must be there.
    pub(super) fn id(&mut self, name: &str, value: &Option<Any>) -> String {
        let id = self.string(&[name], value.as_deref().unwrap_or(&JsValue::UNDEFINED));
        if let Err(error) = check_id(name, &id) {
            self.failure.get_or_insert(error);
        }
        id
    }

    /// The argument `orgIds`, an iterable of strings.
    pub(super) fn org_ids(&mut self, value: &Option<Any>) -> Vec<String> {
        let items = value.as_ref().and_then(|value| self.readable("orgIds", items(value)));
        let Some(items) = items else {
            self.fail(&["orgIds is not an iterable of strings."]);
            return Vec::new();
        };
        let ids = items.iter().enumerate();
        ids.map(|(index, id)| self.string(&["orgIds[", &index.to_string(), "]"], id)).collect()
    }

    /// The options of a bulk run that a single call does not have.
    pub(super) fn bulk(&mut self, options: &Option<Any>) -> (BulkOptions, Option<Function>) {
        let Some(bag) = self.bag("options", options) else { return (BulkOptions::new(), None) };
        let concurrency = self.readable("concurrency", get(bag, "concurrency"));
        let on_progress = self.readable("onProgress", get(bag, "onProgress"));
        let on_progress = on_progress.and_then(|value| self.function("onProgress", value));
        let concurrency = concurrency.map(|value| value.as_f64().unwrap_or(f64::NAN));
        (BulkOptions { concurrency, on_progress: None }, on_progress)
    }

    /// The argument `request`, a plain object; nothing is an empty one.
    pub(super) fn request(&mut self, schema: &Schema, value: &Option<Any>) -> Value {
        let Some(value) = value else { return Value::Object(Vec::new()) };
        Value::read(schema, &JsJson(value.into()), Form::Request).unwrap_or_else(|invalid| {
            self.fail(&[&invalid.at("request").text(), "."]);
            Value::Object(Vec::new())
        })
    }

    /// The organization of the header, the call's options and the client's defaults.
    ///
    /// # Errors
    /// INVALID_ARGUMENT that names what is wrong.
    pub(super) fn options(&mut self, org_id: &Option<Any>, arguments: &Arguments) -> Result<Options, Error> {
        let bags = [self.bag("options", &arguments.options), self.bag("defaults", &arguments.defaults)];
        let base_url = self.option(&bags, "baseUrl", Bag::base_url);
        let protocol = self.option(&bags, "protocol", Bag::protocol).map(|value| self.protocol(&value));
        let timeout_ms = self.option(&bags, "timeoutMs", Bag::timeout_ms);
        let timeout_ms = timeout_ms.map(|value| value.as_f64().unwrap_or(f64::NAN));
        let signal = self.option(&bags, "signal", Bag::signal);
        let language = self.option(&bags, "language", Bag::language).map(|value| self.string(&["language"], &value));
        let fetch = self.option(&bags, "fetch", Bag::fetch).and_then(|value| self.function("fetch", value));
        let platform = Browser { fetch };
        let allow_insecure = self.option(&bags, "allowInsecure", Bag::allow_insecure);
        let allow_insecure = allow_insecure.is_some_and(|value| value.as_bool() == Some(true));
        let mut options = CallOptions { protocol, timeout_ms, language, ..CallOptions::new() };
        for bag in bags.into_iter().flatten() {
            if let Some(given) = self.readable("headers", bag.headers()) {
                let mut headers = CallOptions::new();
                self.headers(&given, &mut headers);
                options = options.over(&headers);
            }
        }
        let base_url = base_url.map(|value| self.url(&value));
        let org_id = org_id.as_ref().map(|org_id| self.string(&["orgId"], org_id));
        std::mem::take(self).end()?;
        let base_url = check_base_url(base_url, allow_insecure, &platform)?;
        let settings = Settings::check(base_url, org_id.as_deref(), &options)?;
        let aborted = signal.as_deref().map(Aborted::listen).transpose()?;
        let started_at_ms = arguments.started_at.unwrap_or_else(|| platform.now_ms());
        let ends_at_ms = settings.ends_at_ms(started_at_ms);
        Ok(Options { settings, platform, aborted, ends_at_ms })
    }

    fn protocol(&mut self, value: &JsValue) -> Protocol {
        match value.as_string().as_deref() {
            Some("grpc-web") => {}
            Some("json") => return Protocol::Json,
            _ => self.fail(&["protocol is neither \"grpc-web\" nor \"json\"."]),
        }
        Protocol::GrpcWeb
    }

    /// A string, or a URL of whichever realm; read once.
    fn url(&mut self, value: &JsValue) -> String {
        let mut text = value.as_string();
        if text.is_none() && value.is_object() {
            let href = self.readable("baseUrl", get(value, "href"));
            text = href.and_then(|href| href.as_string());
        }
        text.unwrap_or_else(|| {
            self.fail(&["baseUrl is neither a string nor a URL."]);
            String::new()
        })
    }

    /// The option `headers`: an object, or pairs such as those of `Headers`.
    fn headers(&mut self, value: &JsValue, options: &mut CallOptions) {
        let mut are_strings = false;
        if let Some(pairs) = self.readable("headers", pairs(value)) {
            are_strings = pairs.iter().all(|pair| {
                let [name, text] = pair.as_slice() else { return false };
                let (Some(name), Some(text)) = (name.as_string(), text.as_string()) else { return false };
                options.add_header(&name, &text);
                true
            });
        }
        if !are_strings {
            self.fail(&["headers is not an object of strings, nor a list of pairs of strings."]);
        }
    }
}

/// The pairs of an iterable, or of an object's members.
fn pairs(value: &JsValue) -> Result<Option<Vec<Vec<JsValue>>>, JsValue> {
    let pairs = match items(value)? {
        None if value.is_object() => items(&plain(entries(value)?))?,
        pairs => pairs,
    };
    let Some(pairs) = pairs else { return Ok(None) };
    // A pair may be any iterable, and reading one may throw.
    pairs.iter().map(|pair| Ok(items(pair)?.unwrap_or_default())).collect::<Result<_, _>>().map(Some)
}
