//! What JavaScript calls. Every function returns a promise that resolves to the value of the public contract or rejects with a
//! `ZitadelError`.
//!
//! The package's loader passes two more arguments: a client's defaults, and when the call began by `performance.now()`.

use std::future::pending;

use js_sys::{Function, Promise};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::{
    abort::Aborted,
    error,
    executor::spawn,
    options::{self, Options},
    token,
};
#[cfg(not(feature = "tonic"))]
use crate::grpc_web::GrpcWeb as Transport;
#[cfg(feature = "tonic")]
use crate::tonic::CallTransport as Transport;
use crate::{
    Error,
    call::{self, Call, Reply},
    machine::{self, Browser, JsJson},
    platform::Platform as _,
    proto::zitadel::management::v1::{DeactivateOrg, GetMyOrg, ReactivateOrg},
    rpc::{Method, Rpc},
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../js/types.d.ts");

/// Sets a deactivated organization active again.
#[wasm_bindgen(js_name = reactivateOrg, skip_typescript)]
pub fn reactivate_org(
    token: JsValue,
    org_id: JsValue,
    options: JsValue,
    defaults: JsValue,
    started_at: JsValue,
) -> Promise {
    run(method::<ReactivateOrg>(), Arguments { token, org_id, options, defaults, started_at })
}

/// Deactivates an organization.
#[wasm_bindgen(js_name = deactivateOrg, skip_typescript)]
pub fn deactivate_org(
    token: JsValue,
    org_id: JsValue,
    options: JsValue,
    defaults: JsValue,
    started_at: JsValue,
) -> Promise {
    run(method::<DeactivateOrg>(), Arguments { token, org_id, options, defaults, started_at })
}

/// Reads an organization.
#[wasm_bindgen(js_name = getMyOrg, skip_typescript)]
pub fn get_my_org(
    token: JsValue,
    org_id: JsValue,
    options: JsValue,
    defaults: JsValue,
    started_at: JsValue,
) -> Promise {
    run(method::<GetMyOrg>(), Arguments { token, org_id, options, defaults, started_at })
}

struct Arguments {
    token: JsValue,
    org_id: JsValue,
    options: JsValue,
    defaults: JsValue,
    started_at: JsValue,
}

/// A method and what makes a value of its response: the one part of a call that is compiled for each.
struct JsMethod {
    method: Method,
    value: fn(Reply<JsJson>) -> Result<JsValue, Error>,
}

fn method<R: Rpc>() -> &'static JsMethod
where
    R::Value: Serialize,
{
    const { &JsMethod { method: R::METHOD, value: |reply| reply.into_value::<R>().map(|value| error::value(&value)) } }
}

/// A call whose arguments are checked.
struct Prepared {
    method: &'static JsMethod,
    call: Call<'static>,
    platform: Browser,
    aborted: Option<Aborted>,
}

fn run(method: &'static JsMethod, arguments: Arguments) -> Promise {
    let mut prepared = match prepare(method, &arguments) {
        Ok(prepared) => Some(prepared),
        Err(error) => return Promise::reject(&error::to_js(&error)),
    };
    Promise::new(&mut |resolve, reject| {
        if let Some(prepared) = prepared.take() {
            spawn(settle(prepared, resolve, reject));
        }
    })
}

// Apart from what waits: a future keeps track of all that it holds at every place where it can end.
fn prepare(method: &'static JsMethod, arguments: &Arguments) -> Result<Box<Prepared>, Error> {
    let Options { settings, platform, signal } =
        options::read(&arguments.org_id, &arguments.options, &arguments.defaults)?;
    let aborted = signal.as_ref().map(Aborted::listen).transpose()?;
    let token = token::read(&arguments.token)?;
    let started_at_ms = arguments.started_at.as_f64().unwrap_or_else(|| platform.now_ms());
    let call = Call { method: &method.method, message: &[], settings, token, started_at_ms };
    Ok(Box::new(Prepared { method, call, platform, aborted }))
}

async fn settle(prepared: Box<Prepared>, resolve: Function, reject: Function) {
    let Prepared { method, call, platform, aborted } = &*prepared;
    let cancelled = async {
        match aborted {
            Some(aborted) => Some(aborted.wait().await).filter(|reason| !reason.is_undefined()).map(machine::source),
            None => pending().await,
        }
    };
    let mut value = JsValue::UNDEFINED;
    let mut read = |reply| {
        value = (method.value)(reply)?;
        Ok(())
    };
    let result = call::run(call, &Transport { platform }, platform, cancelled, &mut read).await;
    let (function, value) = match result {
        Ok(()) => (resolve, value),
        Err(error) => (reject, error::to_js(&error)),
    };
    // The functions of a promise throw nothing.
    let _ = function.call1(&JsValue::UNDEFINED, &value);
}
