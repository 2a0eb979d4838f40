//! What JavaScript calls. Every function returns a promise that resolves to the value of the public contract or rejects with a
//! `ZitadelError`.
//!
//! The package's loader passes two more arguments: a client's defaults, and when the call began by `performance.now()`.

use std::pin::Pin;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::{
    ensure, error,
    executor::spawn,
    options::{Options, Reader},
    token,
};
#[cfg(not(feature = "tonic"))]
pub(super) use crate::grpc_web::GrpcWeb as Transport;
#[cfg(all(feature = "tonic", not(feature = "tower")))]
pub(super) use crate::tonic::CallTransport as Transport;
#[cfg(all(feature = "tonic", feature = "tower"))]
pub(super) use crate::tonic::ThroughTower as Transport;
use crate::{
    Error,
    call::{self, Call, Reply},
    machine::{Any, JsJson, reflect},
    proto::zitadel::{
        auth::v1::ListMyZitadelPermissions,
        management::v1::{DeactivateOrg, GetMyOrg, ReactivateOrg},
        org::v2::{ActivateOrganization, DeactivateOrganization, ListOrganizations},
    },
    rpc::{Method, Payload, Rpc},
    token::Asking,
    value::Value,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../js/types.d.ts");

macro_rules! export {
    ($($(#[$attributes:meta])* $name:ident as $js_name:ident = $steps:expr;)*) => {$(
        $(#[$attributes])*
        #[wasm_bindgen(js_name = $js_name, skip_typescript)]
        pub fn $name(
            token: Option<Any>,
            subject: Option<Any>,
            options: Option<Any>,
            defaults: Option<Any>,
            started_at: Option<f64>,
        ) -> Promise {
            promise($steps(Arguments { token, subject, options, defaults, started_at }))
        }
    )*};
}

/// A method, and what the argument that the call is about is to it.
macro_rules! method {
    ($rpc:ty, $subject:ident) => {
        |arguments| call_method(&<$rpc>::METHOD, Subject::$subject, &arguments)
    };
}

/// What the argument that a call is about is.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    /// The organization of the header.
    OrgId,
    /// The organization of the request.
    OrganizationId,
    /// The request.
    Request,
}

export! {
    /// Sets a deactivated organization active again.
    reactivate_org as reactivateOrg = method!(ReactivateOrg, OrgId);
    /// Deactivates an organization.
    #[cfg(feature = "v1")]
    deactivate_org as deactivateOrg = method!(DeactivateOrg, OrgId);
    /// Reads an organization.
    #[cfg(feature = "v1")]
    get_my_org as getMyOrg = method!(GetMyOrg, OrgId);
    /// Sets a deactivated organization active again, by organization v2.
    #[cfg(feature = "v2")]
    activate_organization as activateOrganization = method!(ActivateOrganization, OrganizationId);
    /// Deactivates an organization, by organization v2.
    #[cfg(feature = "v2")]
    deactivate_organization as deactivateOrganization = method!(DeactivateOrganization, OrganizationId);
    /// Lists organizations.
    #[cfg(feature = "v2")]
    list_organizations as listOrganizations = method!(ListOrganizations, Request);
    /// Lists the caller's permissions on an organization.
    #[cfg(feature = "v1")]
    list_my_zitadel_permissions as listMyZitadelPermissions = method!(ListMyZitadelPermissions, OrgId);
    /// Makes sure that an organization is active.
    #[cfg(feature = "v2")]
    ensure_org_active as ensureOrgActive = ensure::one;
    /// Makes sure that many organizations are active.
    #[cfg(feature = "v2")]
    ensure_orgs_active as ensureOrgsActive = ensure::many;
}

/// What a function is called with.
pub(super) struct Arguments {
    pub(super) token: Option<Any>,
    /// The organization, or the request.
    pub(super) subject: Option<Any>,
    pub(super) options: Option<Any>,
    pub(super) defaults: Option<Any>,
    pub(super) started_at: Option<f64>,
}

/// What is left to do of a call whose arguments are checked.
pub(super) type Steps = Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>;

// Checked apart from what waits: a future keeps track of all that it holds at every place where it can end.
fn call_method(method: &'static Method, subject: Subject, arguments: &Arguments) -> Result<Steps, Error> {
    let mut reader = Reader::default();
    let org_id = if subject == Subject::OrgId { &arguments.subject } else { &None };
    let options = reader.options(org_id, arguments)?;
    let request = match subject {
        Subject::OrgId => Value::Object(Vec::new()),
        Subject::OrganizationId => {
            let id = reader.id("organizationId", &arguments.subject);
            Value::Object(vec![("organizationId", Value::Text(id))])
        }
        Subject::Request => reader.request(method.request, &arguments.subject),
    };
    reader.end()?;
    let payload = Payload::of_value(method, &request, options.settings.protocol)?;
    let token = Asking::new(token::read(arguments.token.as_ref())?);
    Ok(Box::pin(async move {
        let Options { settings, platform, ends_at_ms, .. } = &options;
        let call = Call { method, payload, settings, token: &token, ends_at_ms: *ends_at_ms };
        let mut value = JsValue::UNDEFINED;
        let mut read = |reply: Reply<JsJson>| {
            value = error::value(&reply.into_value(method)?);
            Ok(())
        };
        let transport = Transport { platform };
        call::run(&call, &transport, platform, &|waker| options.cancelled(waker), &mut read).await?;
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
    let _ = reflect::call(&function, &value, &JsValue::UNDEFINED);
}
