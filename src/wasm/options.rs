//! The arguments of a call, from JavaScript values to checked ones.

use js_sys::Function;
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::Url;

use super::js::{get, pairs, present};
use crate::{
    argument::{self, UrlParts},
    error::Error,
    metadata::Metadata,
};

const DEFAULT_TIMEOUT_MS: f64 = 30_000.0;
/// What the client calls itself.
pub(super) const USER_AGENT: &str = concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION"));

/// The `CallOptions` of the public contract, as they come: each is checked by its own name, so that an error can name it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawOptions {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    base_url: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    protocol: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    timeout_ms: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    signal: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    language: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    headers: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    fetch: JsValue,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    allow_insecure: JsValue,
}

/// Where a call goes, and what ends it.
#[derive(Debug, Clone)]
pub struct Target {
    /// What a method's path is appended to.
    pub base_url: String,
    /// Whether the call leaves the page's origin.
    pub is_cross_origin: bool,
    /// Whether the server is told of the deadline by `grpc-timeout`. ZITADEL's preflight refuses that header, so only
    /// calls without a preflight can.
    pub tells_timeout: bool,
    /// Milliseconds until the deadline; `None` for no deadline.
    pub timeout_ms: Option<f64>,
    /// The caller's signal.
    pub signal: Option<JsValue>,
    /// The caller's fetch; `None` for the global one.
    pub fetch: Option<Function>,
}

/// How a call travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// gRPC-Web.
    GrpcWeb,
    /// The REST mapping.
    Json,
}

/// Everything about a call but its token, checked.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) target: Target,
    pub(super) protocol: Protocol,
    /// Request headers besides the protocol's own and the token.
    pub(super) metadata: Metadata,
}

impl Options {
    /// Checks the organization and the options.
    ///
    /// # Errors
    /// INVALID_ARGUMENT that names what is wrong.
    pub(super) fn parse(org_id: &JsValue, options: JsValue) -> Result<Self, Error> {
        let raw = match present(&options) {
            None => RawOptions::default(),
            Some(options) if options.is_object() => serde_wasm_bindgen::from_value(options.clone())
                .map_err(|error| Error::invalid_argument(format!("options cannot be read: {error}.")))?,
            Some(_) => return Err(Error::invalid_argument("options is not an object.")),
        };
        let protocol = match string("protocol", &raw.protocol)?.as_deref() {
            None | Some("grpc-web") => Protocol::GrpcWeb,
            Some("json") => Protocol::Json,
            Some(_) => return Err(Error::invalid_argument("protocol is neither \"grpc-web\" nor \"json\".")),
        };
        let own_origin = own_origin();
        let (base_url, origin) = base_url(&raw, own_origin.as_deref())?;
        let timeout_ms = match present(&raw.timeout_ms) {
            None => DEFAULT_TIMEOUT_MS,
            Some(value) => value.as_f64().unwrap_or(f64::NAN),
        };
        let is_cross_origin = own_origin.is_none_or(|own| own != origin);
        let target = Target {
            base_url,
            is_cross_origin,
            tells_timeout: !is_cross_origin,
            timeout_ms: argument::check_timeout_ms(timeout_ms)?,
            signal: signal(&raw.signal)?,
            fetch: function("fetch", &raw.fetch)?,
        };
        Ok(Self { target, protocol, metadata: metadata(org_id, &raw)? })
    }
}

fn string(name: &str, value: &JsValue) -> Result<Option<String>, Error> {
    let Some(value) = present(value) else { return Ok(None) };
    value.as_string().map(Some).ok_or_else(|| Error::invalid_argument(format!("{name} is not a string.")))
}

fn function(name: &str, value: &JsValue) -> Result<Option<Function>, Error> {
    let Some(value) = present(value) else { return Ok(None) };
    let function = value.dyn_ref::<Function>().cloned();
    function.map(Some).ok_or_else(|| Error::invalid_argument(format!("{name} is not a function.")))
}

/// The caller's signal. It may come from another realm, so it is known by what it has, not by `instanceof`.
fn signal(value: &JsValue) -> Result<Option<JsValue>, Error> {
    let Some(value) = present(value) else { return Ok(None) };
    let get = |name| get(value, name).unwrap_or_default();
    if value.is_object() && get("aborted").as_bool().is_some() && get("addEventListener").is_function() {
        return Ok(Some(value.clone()));
    }
    Err(Error::invalid_argument("signal is not an AbortSignal."))
}

/// The origin of the page or worker; none in Node and on pages without one (`file:`, sandboxed frames).
fn own_origin() -> Option<String> {
    let location = get(&js_sys::global(), "location").ok()?;
    let origin = get(&location, "origin").ok()?.as_string()?;
    origin.starts_with("http").then_some(origin)
}

/// The address to call and its origin.
fn base_url(raw: &RawOptions, own_origin: Option<&str>) -> Result<(String, String), Error> {
    let given = present(&raw.base_url).map(|value| value.as_string().or_else(|| Some(value.dyn_ref::<Url>()?.href())));
    let text = match given {
        None => own_origin.map(str::to_owned).ok_or_else(|| {
            Error::invalid_argument("baseUrl is missing: this page has no http(s) origin to default to.")
        })?,
        Some(text) => text.ok_or_else(|| Error::invalid_argument("baseUrl is neither a string nor a URL."))?,
    };
    let url = Url::new(&text).map_err(|_| Error::invalid_argument("baseUrl is not an absolute URL."))?;
    let parts = UrlParts {
        href: url.href(),
        protocol: url.protocol(),
        hostname: url.hostname(),
        origin: url.origin(),
        pathname: url.pathname(),
        has_user_info: !url.username().is_empty() || !url.password().is_empty(),
    };
    let base_url = argument::base_url(&parts, raw.allow_insecure.is_truthy())?;
    Ok((base_url, parts.origin))
}

fn metadata(org_id: &JsValue, raw: &RawOptions) -> Result<Metadata, Error> {
    let mut metadata = Metadata::new();
    for (name, value) in headers(&raw.headers)? {
        argument::check_header(&name, &value)?;
        metadata.append(&name, value);
    }
    if let Some(language) = string("language", &raw.language)? {
        argument::check_value("language", &language)?;
        metadata.append("accept-language", language);
    }
    if let Some(org_id) = string("orgId", org_id)? {
        argument::check_org_id(&org_id)?;
        metadata.append("x-zitadel-orgid", org_id);
    }
    Ok(metadata)
}

/// The option `headers`.
fn headers(value: &JsValue) -> Result<Vec<(String, String)>, Error> {
    let Some(value) = present(value) else { return Ok(Vec::new()) };
    let pairs = pairs(value).ok().and_then(|pairs| pairs.into_iter().collect());
    pairs.ok_or_else(|| Error::invalid_argument("headers is not an object of strings."))
}
