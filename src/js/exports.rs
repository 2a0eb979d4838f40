//! What JavaScript calls. Every function returns a promise that resolves to the value of the public contract or rejects with a
//! `ZitadelError`.
//!
//! The package's loader passes two more arguments: a client's defaults, and when the call began by `performance.now()`.

use std::pin::Pin;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::{
    abort, ensure, error,
    executor::spawn,
    options::{self, Options},
    token,
};
#[cfg(not(feature = "tonic"))]
pub(super) use crate::grpc_web::GrpcWeb as Transport;
#[cfg(all(feature = "tonic", not(feature = "tower")))]
pub(super) use crate::tonic::CallTransport as Transport;
#[cfg(all(feature = "tonic", feature = "tower"))]
pub(super) use crate::tonic::ThroughTower as Transport;
use crate::{
    Error, Protocol,
    call::{self, Call, Reply},
    machine::JsJson,
    proto::zitadel::{
        auth::v1::ListMyZitadelPermissions,
        management::v1::{DeactivateOrg, GetMyOrg, ReactivateOrg},
        org::v2::{
            ActivateOrganization, ActivateOrganizationRequest, DeactivateOrganization, DeactivateOrganizationRequest,
            ListOrganizations,
        },
    },
    request::RequestMessage,
    rpc::{Method, Payload, Rpc},
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../js/types.d.ts");

macro_rules! export {
    ($($(#[$docs:meta])* $name:ident as $js_name:ident = $steps:expr;)*) => {$(
        $(#[$docs])*
        #[wasm_bindgen(js_name = $js_name, skip_typescript)]
        pub fn $name(
            token: JsValue,
            subject: JsValue,
            options: JsValue,
            defaults: JsValue,
            started_at: JsValue,
        ) -> Promise {
            promise($steps(Arguments { token, subject, options, defaults, started_at }))
        }
    )*};
}

/// A method, what makes a request of the argument that the call is about, and how that argument travels.
macro_rules! method {
    ($rpc:ty, $request:expr, $header:expr) => {
        |arguments| {
            call_method(
                const {
                    &JsMethod {
                        method: <$rpc>::METHOD,
                        payload: |subject, protocol| Ok(Payload::new::<$rpc>(&$request(subject)?, protocol)),
                        is_in_header: $header,
                        value: |reply| reply.into_value::<$rpc>().map(|value| error::value(&value)),
                    }
                },
                arguments,
            )
        }
    };
}

export! {
    /// Sets a deactivated organization active again.
    reactivate_org as reactivateOrg = method!(ReactivateOrg, empty, true);
    /// Deactivates an organization.
    deactivate_org as deactivateOrg = method!(DeactivateOrg, empty, true);
    /// Reads an organization.
    get_my_org as getMyOrg = method!(GetMyOrg, empty, true);
    /// Sets a deactivated organization active again, by organization v2.
    activate_organization as activateOrganization = method!(ActivateOrganization, |subject| {
        options::organization_id(subject).map(|organization_id| ActivateOrganizationRequest { organization_id })
    }, false);
    /// Deactivates an organization, by organization v2.
    deactivate_organization as deactivateOrganization = method!(DeactivateOrganization, |subject| {
        options::organization_id(subject).map(|organization_id| DeactivateOrganizationRequest { organization_id })
    }, false);
    /// Lists organizations.
    list_organizations as listOrganizations = method!(ListOrganizations, options::request, false);
    /// Lists the caller's permissions on an organization.
    list_my_zitadel_permissions as listMyZitadelPermissions = method!(ListMyZitadelPermissions, empty, true);
    /// Makes sure that an organization is active.
    ensure_org_active as ensureOrgActive = ensure::one;
    /// Makes sure that many organizations are active.
    ensure_orgs_active as ensureOrgsActive = ensure::many;
}

/// What a function is called with.
pub(super) struct Arguments {
    pub(super) token: JsValue,
    /// The organization, or the request.
    pub(super) subject: JsValue,
    pub(super) options: JsValue,
    pub(super) defaults: JsValue,
    pub(super) started_at: JsValue,
}

/// A method and what makes a request of its arguments and a value of its response: the one part of a call that is compiled for
/// each.
struct JsMethod {
    method: Method,
    payload: fn(&JsValue, Protocol) -> Result<Payload, Error>,
    /// Whether the subject is the organization of the header.
    is_in_header: bool,
    value: fn(Reply<JsJson>) -> Result<JsValue, Error>,
}

#[expect(clippy::unnecessary_wraps, reason = "other requests are made of the caller's objects")]
fn empty<R: RequestMessage>(_subject: &JsValue) -> Result<R, Error> {
    Ok(R::default())
}

/// What is left to do of a call whose arguments are checked.
pub(super) type Steps = Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>;

// Checked apart from what waits: a future keeps track of all that it holds at every place where it can end.
fn call_method(method: &'static JsMethod, arguments: Arguments) -> Result<Steps, Error> {
    let org_id = if method.is_in_header { &arguments.subject } else { &JsValue::UNDEFINED };
    let Options { settings, platform, aborted, ends_at_ms } = options::read(org_id, &arguments)?;
    let payload = (method.payload)(&arguments.subject, settings.protocol)?;
    let token = token::read(&arguments.token)?;
    let call = Call { method: &method.method, payload, settings, token, ends_at_ms };
    Ok(Box::pin(async move {
        let mut value = JsValue::UNDEFINED;
        let mut read = |reply| {
            value = (method.value)(reply)?;
            Ok(())
        };
        let (transport, cancelled) = (Transport { platform: &platform }, abort::cancelled(aborted.as_ref()));
        call::run(&call, &transport, &platform, cancelled, &mut read).await?;
        Ok(value)
    }))
}

fn promise(steps: Result<Steps, Error>) -> Promise {
    let mut steps = match steps {
        Ok(steps) => Some(steps),
        Err(error) => return Promise::reject(&error::to_js(&error)),
    };
    Promise::new(&mut |resolve, reject| {
        if let Some(steps) = steps.take() {
            spawn(settle(steps, resolve, reject));
        }
    })
}

async fn settle(steps: Steps, resolve: Function, reject: Function) {
    let (function, value) = match steps.await {
        Ok(value) => (resolve, value),
        Err(error) => (reject, error::to_js(&error)),
    };
    // The functions of a promise throw nothing.
    let _ = function.call1(&JsValue::UNDEFINED, &value);
}
