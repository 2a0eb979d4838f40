//! Organizations that are to be active, for JavaScript.

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use super::{
    error,
    exports::{Arguments, Steps, Transport},
    options::{Options, Reader},
    token,
};
use crate::{
    Error, OrgActivation, OrgActivationResult,
    bulk::Bulk,
    call::Cancelled,
    ensure::{Ensure, object},
    machine::{Browser, reflect},
    token::{Asking, Token},
    value::Value,
};

/// One organization.
pub(super) fn one(arguments: Arguments) -> Result<Steps, Error> {
    let mut reader = Reader::default();
    let org_id = reader.id("orgId", &arguments.subject);
    let options = reader.options(&None, &arguments)?;
    let token = token::read(arguments.token.as_ref())?;
    Ok(Box::pin(async move {
        let transport = Transport { platform: &options.platform };
        let cancelled = |waker: &_| options.cancelled(waker);
        let ensure = ensure(&options, &transport, token, &cancelled);
        Ok(activation(&ensure.active(&org_id, options.ends_at_ms).await?))
    }))
}

/// Many organizations.
pub(super) fn many(arguments: Arguments) -> Result<Steps, Error> {
    let mut reader = Reader::default();
    let org_ids = reader.org_ids(&arguments.subject);
    let (mut bulk_options, on_progress) = reader.bulk(&arguments.options);
    let options = reader.options(&None, &arguments)?;
    if let Some(on_progress) = on_progress {
        bulk_options = bulk_options.on_progress(move |progress| report(&on_progress, progress));
    }
    let bulk = Bulk::check(org_ids, bulk_options)?;
    let token = token::read(arguments.token.as_ref())?;
    Ok(Box::pin(async move {
        let transport = Transport { platform: &options.platform };
        let cancelled = |waker: &_| options.cancelled(waker);
        let results = bulk.run(&ensure(&options, &transport, token, &cancelled)).await;
        Ok(results.iter().map(result).collect::<Array>().into())
    }))
}

fn ensure<'a, T>(
    options: &'a Options,
    transport: &'a T,
    token: Token,
    cancelled: Cancelled<'a>,
) -> Ensure<'a, T, Browser> {
    let Options { settings, platform, .. } = options;
    Ensure { transport, platform, settings, token: Asking::new(token), cancelled }
}

fn report(on_progress: &Function, progress: crate::BulkProgress<'_>) {
    let number = |number| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let object = error::value(&object([("done", number(progress.done)), ("total", number(progress.total))]));
    reflect::set(&object, "last", &result(progress.last));
    // What it throws is its own affair: the run goes on.
    let _ = reflect::call(on_progress, &object, &JsValue::UNDEFINED);
}

fn result(result: &OrgActivationResult) -> JsValue {
    let object = error::value(&object([("orgId", Value::Text(result.org_id.clone()))]));
    match &result.result {
        Ok(active) => reflect::set(&object, "activation", &activation(active)),
        Err(error) => reflect::set(&object, "error", &error::to_js(error)),
    }
    object
}

fn activation(activation: &OrgActivation) -> JsValue {
    let sequence = activation.sequence.map(|sequence| sequence.to_string());
    let members = [
        ("orgId", Some(activation.org_id.clone())),
        ("outcome", Some(activation.outcome.name().to_owned())),
        ("changeDate", activation.change_date.clone()),
        ("sequence", sequence),
    ];
    let members = members.into_iter().filter_map(|(name, text)| Some((name, Value::Text(text?))));
    error::value(&Value::Object(members.collect()))
}
