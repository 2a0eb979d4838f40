//! Organizations that are to be active, for JavaScript.

use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;

use super::{
    abort, error,
    exports::{Arguments, Steps, Transport},
    options::{self, Options},
    token,
};
use crate::{Error, OrgActivation, OrgActivationResult, bulk::Bulk, ensure::Ensure};

/// One organization.
pub(super) fn one(arguments: Arguments) -> Result<Steps, Error> {
    let org_id = options::id("orgId", &arguments.subject)?;
    let Options { settings, platform, aborted, ends_at_ms } = options::read(&JsValue::UNDEFINED, &arguments)?;
    let token = token::read(&arguments.token)?.shared();
    Ok(Box::pin(async move {
        let (transport, cancelled) = (Transport { platform: &platform }, || abort::cancelled(aborted.as_ref()));
        let ensure = Ensure { transport: &transport, platform: &platform, settings, token, cancelled: &cancelled };
        Ok(activation(&ensure.active(&org_id, ends_at_ms).await?))
    }))
}

/// Many organizations.
pub(super) fn many(arguments: Arguments) -> Result<Steps, Error> {
    let org_ids = options::org_ids(&arguments.subject)?;
    let Options { settings, platform, aborted, .. } = options::read(&JsValue::UNDEFINED, &arguments)?;
    let (mut bulk_options, on_progress) = options::bulk(&arguments.options)?;
    if let Some(on_progress) = on_progress {
        bulk_options = bulk_options.on_progress(move |progress| report(&on_progress, progress));
    }
    let bulk = Bulk::check(org_ids, bulk_options)?;
    let token = token::read(&arguments.token)?.shared();
    Ok(Box::pin(async move {
        let (transport, cancelled) = (Transport { platform: &platform }, || abort::cancelled(aborted.as_ref()));
        let ensure = Ensure { transport: &transport, platform: &platform, settings, token, cancelled: &cancelled };
        Ok(bulk.run(&ensure).await.iter().map(result).collect::<Array>().into())
    }))
}

fn report(on_progress: &Function, progress: crate::BulkProgress<'_>) {
    let object = Object::new();
    error::set(&object, "done", &progress.done.into());
    error::set(&object, "total", &progress.total.into());
    error::set(&object, "last", &result(progress.last));
    // What it throws is its own affair: the run goes on.
    let _ = on_progress.call1(&JsValue::UNDEFINED, &object);
}

fn result(result: &OrgActivationResult) -> JsValue {
    let object = Object::new();
    error::set(&object, "orgId", &result.org_id.as_str().into());
    match &result.result {
        Ok(active) => error::set(&object, "activation", &activation(active)),
        Err(error) => error::set(&object, "error", &error::to_js(error)),
    }
    object.into()
}

fn activation(activation: &OrgActivation) -> JsValue {
    let object = Object::new();
    error::set(&object, "orgId", &activation.org_id.as_str().into());
    error::set(&object, "outcome", &activation.outcome.name().into());
    if let Some(change_date) = &activation.change_date {
        error::set(&object, "changeDate", &change_date.into());
    }
    if let Some(sequence) = activation.sequence {
        error::set(&object, "sequence", &sequence.to_string().into());
    }
    object.into()
}
