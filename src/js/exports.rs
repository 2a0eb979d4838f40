//! The functions that JavaScript calls. Each returns a promise that resolves to the value of the public contract or rejects with a
//! `ZitadelError`.
//!
//! The package's loader passes two more arguments: a client's defaults, and a record of the call.

use std::{future::Future, pin::Pin};

use js_sys::{Promise, futures::future_to_promise};
use wasm_bindgen::prelude::*;

use super::{
    arguments::{Arguments, TargetKind},
    ensure,
    error::to_js,
    record::{CallRecord, Recorded},
};
use crate::{
    call::{self, Call},
    error::Error,
    message::{
        self, Direction,
        json::{self, Json},
    },
    method::{Method, Rpc as _},
    platform::{browser::parse_json, clock},
    proto::zitadel::{
        auth::v1::ListMyZitadelPermissions,
        management::v1::{DeactivateOrg, GetMyOrg, ReactivateOrg},
        org::v2::{ActivateOrganization, DeactivateOrganization, ListOrganizations},
    },
    token::TokenCache,
    transport::{self, Request},
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!(concat!(env!("OUT_DIR"), "/types.d.ts"));

/// A call that has started. Boxed, so that all exports share the code that runs it.
type Running = Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>;

macro_rules! export {
    ($($(#[$doc:meta])* $name:ident as $js_name:ident = $run:expr, $target:ident;)*) => {$(
        $(#[$doc])*
        #[wasm_bindgen(js_name = $js_name, skip_typescript)]
        pub fn $name(
            token: JsValue,
            target: JsValue,
            options: JsValue,
            defaults: JsValue,
            record: Option<CallRecord>,
        ) -> Promise {
            let arguments = Arguments::read(TargetKind::$target, token, target, options, defaults);
            start(arguments, record, |arguments, record| Box::pin($run(arguments, record)))
        }
    )*};
}

macro_rules! rpc {
    ($rpc:ty) => {
        |arguments, record| call_method(&<$rpc>::METHOD, arguments, record)
    };
}

export! {
    /// Reactivates a deactivated organization.
    reactivate_org as reactivateOrg = rpc!(ReactivateOrg), OptionalOrgId;
    /// Deactivates an organization.
    deactivate_org as deactivateOrg = rpc!(DeactivateOrg), OptionalOrgId;
    /// Reads an organization.
    get_my_org as getMyOrg = rpc!(GetMyOrg), OptionalOrgId;
    /// Reactivates a deactivated organization, by organization v2.
    activate_organization as activateOrganization = rpc!(ActivateOrganization), OrganizationId;
    /// Deactivates an organization, by organization v2.
    deactivate_organization as deactivateOrganization = rpc!(DeactivateOrganization), OrganizationId;
    /// Lists organizations.
    list_organizations as listOrganizations = rpc!(ListOrganizations), Request;
    /// Lists the caller's permissions on an organization.
    list_my_zitadel_permissions as listMyZitadelPermissions = rpc!(ListMyZitadelPermissions), OptionalOrgId;
    /// Activates an organization if it isn't active already.
    ensure_org_active as ensureOrgActive = ensure::one, OrgId;
    /// Activates many organizations.
    ensure_orgs_active as ensureOrgsActive = ensure::many, OrgIds;
}

/// Starts a call and returns its promise.
fn start(
    arguments: Result<Arguments, Error>,
    record: Option<CallRecord>,
    run: fn(Arguments, CallRecord) -> Running,
) -> Promise {
    let record = record.unwrap_or_else(CallRecord::start);
    future_to_promise(async move {
        let result = match arguments {
            Ok(arguments) => run(arguments, record).await,
            Err(error) => Err(error),
        };
        result.map_err(|error| to_js(&error))
    })
}

/// Calls a method. Only the result is converted to JavaScript's values; the call itself is the one that Rust apps make.
async fn call_method(method: &Method, arguments: Arguments, record: CallRecord) -> Result<JsValue, Error> {
    let message = encode_request(method, &arguments)?;
    let deadline_ms = arguments.options.timeout_ms.map(|timeout_ms| record.started_at() + timeout_ms);
    let transport = Recorded::new(arguments.fetch, &record);
    let token = TokenCache::new(arguments.token);
    let request =
        Request { base_url: &arguments.base_url, path: method.path, message: &message, options: arguments.options };
    let call = Call { request, token: &token, signal: &arguments.signal, deadline_ms, response_deadline_ms: None };
    let response = call::run(&call, &transport, &clock()).await?;
    // The browser parses one text faster than it sets members one by one.
    Ok(parse_json(&transport::decode(method, &response)?.to_text()))
}

/// Encodes the request of a method, from the call's target.
fn encode_request(method: &Method, arguments: &Arguments) -> Result<Vec<u8>, Error> {
    let encode = |request: &Json<'_>| {
        message::encode(method.request, request, Direction::Request).map_err(transport::invalid_request)
    };
    match arguments.kind {
        TargetKind::OrganizationId => encode(&Json::object([("organizationId", arguments.target().into())])),
        TargetKind::Request => {
            let text = arguments.target();
            let request = json::parse(&text);
            encode(&request.ok_or_else(|| Error::invalid_argument("request must not contain lone surrogates."))?)
        }
        // A header names the organization.
        TargetKind::OptionalOrgId | TargetKind::OrgId | TargetKind::OrgIds => Ok(Vec::new()),
    }
}
