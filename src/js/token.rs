//! The caller's token.

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;

use super::error;
use crate::{
    Error,
    machine::{Any, reflect, settled, source},
    token::{Token, failed},
};

/// Reads a token, or a function that gives one.
///
/// # Errors
/// It is neither.
pub(super) fn read(token: Option<&Any>) -> Result<Token, Error> {
    let token = token.ok_or_else(invalid)?;
    if let Some(token) = token.as_string() {
        return Ok(Token::Fixed(token));
    }
    let function = token.dyn_ref::<Function>().cloned().ok_or_else(invalid)?;
    Ok(Token::Function(std::rc::Rc::new(move |previous| {
        let context = Object::new();
        reflect::set(&context, "previous", &previous.map(error::to_js).unwrap_or_default());
        let asked = reflect::call(&function, &context, &JsValue::UNDEFINED);
        Box::pin(async move {
            let token = match asked {
                Ok(token) if token.is_string() => Ok(token),
                Ok(promise) => settled(&promise).await,
                Err(thrown) => Err(thrown),
            };
            token.map_err(|thrown| failed(source(thrown)))?.as_string().ok_or_else(invalid)
        })
    })))
}

fn invalid() -> Error {
    Error::invalid_argument(&["token is neither a string nor a function that gives one."])
}
