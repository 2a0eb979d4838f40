//! What JavaScript calls. Every function returns a promise that resolves to the value of the public contract or rejects with a
//! `ZitadelError`.
//!
//! The package's loader passes two more arguments: a client's defaults, and when the call began by `performance.now()`.

use js_sys::Promise;
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
    error::Source,
    machine::{self, JsJson},
    platform::Platform as _,
    proto::zitadel::management::v1::{DeactivateOrg, GetMyOrg, ReactivateOrg},
    rpc::{Method, Rpc},
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../js/exports.d.ts");

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

fn method<R: Rpc>() -> JsMethod
where
    R::Value: Serialize,
{
    JsMethod { method: R::METHOD, value: |reply| reply.into_value::<R>().map(|value| error::value(&value)) }
}

fn run(method: JsMethod, arguments: Arguments) -> Promise {
    let mut call = Some(call(method, arguments));
    Promise::new(&mut |resolve, reject| {
        let Some(call) = call.take() else { return };
        spawn(async move {
            // The functions of a promise throw nothing.
            let _ = match call.await {
                Ok(value) => resolve.call1(&JsValue::UNDEFINED, &value),
                Err(error) => reject.call1(&JsValue::UNDEFINED, &error::to_js(&error)),
            };
        });
    })
}

async fn call(method: JsMethod, arguments: Arguments) -> Result<JsValue, Error> {
    let Arguments { token, org_id, options, defaults, started_at } = arguments;
    let Options { settings, platform, signal } = options::read(&org_id, &options, &defaults)?;
    let aborted = signal.as_ref().map(Aborted::listen).transpose()?;
    let call = Call {
        method: &method.method,
        message: &[],
        settings,
        token: token::read(&token)?,
        started_at_ms: started_at.as_f64().unwrap_or_else(|| platform.now_ms()),
    };
    let cancelled = async {
        match &aborted {
            Some(aborted) => Some(aborted.wait().await).filter(|reason| !reason.is_undefined()).map(machine::source),
            None => std::future::pending::<Option<Source>>().await,
        }
    };
    let mut value = JsValue::UNDEFINED;
    let mut read = |reply| {
        value = (method.value)(reply)?;
        Ok(())
    };
    call::run(&call, &Transport { platform: &platform }, &platform, cancelled, &mut read).await?;
    Ok(value)
}
