//! Token functions of JavaScript.

use std::{
    cell::RefCell,
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
    /// The token functions that calls are using, so that concurrent calls with the same one share its invocations. In the order of
    /// their ids, and not a map, whose removal adds 1 kB gzip (2026-11-28).
    static FUNCTIONS: RefCell<Vec<(u32, Weak<TokenFunction>)>> = const { RefCell::new(Vec::new()) };
}

/// Returns the source of a token function.
pub(super) fn source(function: Function) -> TokenSource {
    let id = function_id(&function);
    if let Some(token_function) = find(id) {
        return TokenSource::Function(token_function);
    }
    let registration = Registration(id);
    let token_function = Rc::new(TokenFunction::new(move |previous| {
        let _ = &registration;
        let previous = previous.map_or(JsValue::UNDEFINED, to_js);
        let invocation = request_token(&function, &previous);
        Box::pin(async move {
            let token = invocation.await.map_err(|thrown| function_failed(Thrown::source(thrown)))?;
            token
                .as_string()
                .ok_or_else(|| Error::invalid_argument("token must be a string, also as a function's result."))
        })
    }));
    FUNCTIONS.with_borrow_mut(|functions| {
        if let Err(index) = functions.binary_search_by_key(&id, |(id, _)| *id) {
            functions.insert(index, (id, Rc::downgrade(&token_function)));
        }
    });
    TokenSource::Function(token_function)
}

fn find(id: u32) -> Option<Rc<TokenFunction>> {
    FUNCTIONS.with_borrow(|functions| {
        let index = functions.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        functions.get(index).and_then(|(_, function)| function.upgrade())
    })
}

/// Removes a function when no call uses it any more.
struct Registration(u32);

impl Drop for Registration {
    fn drop(&mut self) {
        FUNCTIONS.with_borrow_mut(|functions| {
            if let Ok(index) = functions.binary_search_by_key(&self.0, |(id, _)| *id) {
                functions.remove(index);
            }
        });
    }
}
