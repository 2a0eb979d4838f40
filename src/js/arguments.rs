//! The arguments of an exported function, read by the snippet `arguments.js` and checked here.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::{
    error::Error,
    options::CallOptions,
    platform::{
        Signal,
        browser::{AbortSubscription, Thrown, own_origin},
    },
    token::TokenSource,
    transport::{self, Protocol},
    validate,
};

use super::token;

/// The target of a call, its second argument: an organization, several, or a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetKind {
    /// The organization of the header; the caller's own if it is not set.
    OptionalOrgId,
    OrgId,
    OrganizationId,
    OrgIds,
    Request,
}

impl TargetKind {
    /// Returns the name of its reader in the snippet.
    const fn reader(self) -> &'static str {
        match self {
            Self::OptionalOrgId => "optionalOrgId",
            Self::OrgId => "orgId",
            Self::OrganizationId => "organizationId",
            Self::OrgIds => "orgIds",
            Self::Request => "request",
        }
    }
}

#[wasm_bindgen(module = "/src/js/arguments.js")]
extern "C" {
    #[wasm_bindgen(js_name = Arguments)]
    type JsArguments;
    #[wasm_bindgen(constructor, js_class = "Arguments")]
    fn new(reader: &str, token: JsValue, target: JsValue, options: JsValue, defaults: JsValue) -> JsArguments;
    #[wasm_bindgen(method, getter)]
    fn problem(this: &JsArguments) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn cause(this: &JsArguments) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = tokenText)]
    fn token_text(this: &JsArguments) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = tokenFunction)]
    fn token_function(this: &JsArguments) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    fn target(this: &JsArguments) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = defaultHeaders)]
    fn default_headers(this: &JsArguments) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn options(this: &JsArguments) -> OptionValues;

    /// `CallOptions` and `BulkOptions` of types.d.ts, each value of its type.
    type OptionValues;
    #[wasm_bindgen(method, getter, structural, js_name = baseUrl)]
    fn base_url(this: &OptionValues) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn protocol(this: &OptionValues) -> Option<String>;
    #[wasm_bindgen(method, getter, structural, js_name = timeoutMs)]
    fn timeout_ms(this: &OptionValues) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural)]
    fn signal(this: &OptionValues) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn language(this: &OptionValues) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn headers(this: &OptionValues) -> Option<String>;
    #[wasm_bindgen(method, getter, structural)]
    fn fetch(this: &OptionValues) -> Option<Function>;
    #[wasm_bindgen(method, getter, structural, js_name = allowInsecure)]
    fn allow_insecure(this: &OptionValues) -> Option<bool>;
    #[wasm_bindgen(method, getter, structural)]
    fn concurrency(this: &OptionValues) -> Option<f64>;
    #[wasm_bindgen(method, getter, structural, js_name = onProgress)]
    fn on_progress(this: &OptionValues) -> Option<Function>;
}

/// Arguments that were read and checked.
pub(super) struct Arguments {
    pub(super) base_url: String,
    pub(super) token: TokenSource,
    pub(super) kind: TargetKind,
    /// A string, JSON text, an array of strings, or undefined.
    target: JsValue,
    pub(super) options: transport::Options,
    pub(super) fetch: Option<Function>,
    values: OptionValues,
    pub(super) signal: Signal,
    /// Aborts the signal for as long as the call lasts.
    _subscription: Option<AbortSubscription>,
}

impl Arguments {
    /// Reads and checks the arguments.
    ///
    /// # Errors
    /// INVALID_ARGUMENT, with a message that starts with the argument's name.
    pub(super) fn read(
        kind: TargetKind,
        token: JsValue,
        target: JsValue,
        options: JsValue,
        defaults: JsValue,
    ) -> Result<Self, Error> {
        let arguments = JsArguments::new(kind.reader(), token, target, options, defaults);
        if let Some(problem) = arguments.problem() {
            return Err(with_cause(Error::invalid_argument(problem), arguments.cause()));
        }
        let values = arguments.options();
        let own_origin = own_origin();
        let is_insecure_allowed = values.allow_insecure().unwrap_or_default();
        let base_url = validate::base_url(values.base_url(), is_insecure_allowed, own_origin.as_deref())?;
        let target = arguments.target();
        let org_id = if kind == TargetKind::OptionalOrgId { target.as_string() } else { None };
        let options = call_options(&values, arguments.default_headers())?.to_request(org_id.as_deref())?;
        if matches!(kind, TargetKind::OrgId | TargetKind::OrganizationId) {
            validate::id(kind.reader(), &target.as_string().unwrap_or_default())?;
        }
        let signal = Signal::default();
        Ok(Self {
            base_url,
            token: token_source(&arguments)?,
            kind,
            target,
            options,
            fetch: values.fetch(),
            _subscription: subscribe(&values.signal(), &signal)?,
            signal,
            values,
        })
    }
}

impl Arguments {
    /// Returns the organization, or the JSON text of the request.
    pub(super) fn target(&self) -> String {
        self.target.as_string().unwrap_or_default()
    }

    /// Returns the organizations of a bulk run.
    pub(super) fn targets(&self) -> Vec<String> {
        self.target.unchecked_ref::<Array>().iter().map(|org_id| org_id.as_string().unwrap_or_default()).collect()
    }

    /// Returns the options of a bulk run.
    pub(super) fn bulk_options(&self) -> (Option<f64>, Option<Function>) {
        (self.values.concurrency(), self.values.on_progress())
    }
}

fn call_options(values: &OptionValues, default_headers: Option<String>) -> Result<CallOptions, Error> {
    let protocol = match values.protocol().as_deref() {
        None => None,
        Some("grpc-web") => Some(Protocol::GrpcWeb),
        Some("json") => Some(Protocol::Json),
        Some(_) => return Err(Error::invalid_argument("protocol must be \"grpc-web\" or \"json\".")),
    };
    let mut options = CallOptions { protocol, timeout_ms: values.timeout_ms(), ..with_headers(values.headers()) };
    options.language = values.language();
    Ok(options.over(&with_headers(default_headers)))
}

/// Headers as lines, in turn a name and a value.
fn with_headers(lines: Option<String>) -> CallOptions {
    let mut options = CallOptions::new();
    let lines = lines.unwrap_or_default();
    let mut lines = lines.split('\n');
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        options.add_header(name, value);
    }
    options
}

fn token_source(arguments: &JsArguments) -> Result<TokenSource, Error> {
    if let Some(function) = arguments.token_function() {
        return Ok(token::source(function));
    }
    let token = arguments.token_text().unwrap_or_default();
    validate::token(&token)?;
    Ok(TokenSource::Fixed(token))
}

fn subscribe(abort_signal: &JsValue, signal: &Signal) -> Result<Option<AbortSubscription>, Error> {
    if abort_signal.is_undefined() {
        return Ok(None);
    }
    let invalid = |thrown| with_cause(Error::invalid_argument("signal must be an AbortSignal."), thrown);
    AbortSubscription::new(abort_signal, signal).map(Some).map_err(invalid)
}

fn with_cause(error: Error, cause: JsValue) -> Error {
    if cause.is_undefined() { error } else { error.with_source(Thrown(cause)) }
}
