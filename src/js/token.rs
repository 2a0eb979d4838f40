//! Token functions of JavaScript.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    rc::{Rc, Weak},
};

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::error::to_js;
use crate::{
    error::Error,
    platform::browser::{Thrown, function_id, request_token},
    token::{TokenFunction, TokenSource, function_failed},
};

thread_local! {
    /// The token functions that calls are using, so that concurrent calls with the same one share its invocations.
    static FUNCTIONS: RefCell<BTreeMap<u32, Weak<TokenFunction>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Removes a function when no call uses it any more.
struct Registration(u32);

impl Drop for Registration {
    fn drop(&mut self) {
        FUNCTIONS.with_borrow_mut(|functions| functions.remove(&self.0));
    }
}

/// Returns the source of a token function.
pub(super) fn source(function: Function) -> TokenSource {
    let id = function_id(&function);
    let known = FUNCTIONS.with_borrow(|functions| functions.get(&id).and_then(Weak::upgrade));
    TokenSource::Function(known.unwrap_or_else(|| {
        let registration = Registration(id);
        let created = Rc::new(TokenFunction::new(move |previous| {
            let _ = &registration;
            let previous = previous.map_or(JsValue::UNDEFINED, to_js);
            let invocation = request_token(&function, &previous);
            Box::pin(async move {
                let token = invocation.await.map_err(|thrown| function_failed(Thrown::source(thrown)))?;
                token.as_string().ok_or_else(|| Error::invalid_argument("token must be a string, also as a function's result."))
            })
        }));
        FUNCTIONS.with_borrow_mut(|functions| functions.insert(id, Rc::downgrade(&created)));
        created
    }))
}
