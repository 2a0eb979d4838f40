//! `ensureOrgActive` and `ensureOrgsActive`.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

use super::{
    arguments::Arguments,
    error::to_js,
    record::{CallRecord, Recorded},
    value::Members,
};
use crate::{
    ensure::{BulkProgress, BulkRun, Ensure, Observer, OrgActivation, OrgActivationResult},
    error::Error,
    platform::{browser::notify, clock},
    token::TokenCache,
};

/// Activates one organization.
pub(super) async fn one(arguments: Arguments, record: CallRecord) -> Result<JsValue, Error> {
    let Arguments { base_url, token, options, fetch, signal, .. } = &arguments;
    let ensure = Ensure {
        transport: &Recorded::new(fetch.clone(), &record),
        clock: &clock(),
        base_url,
        options,
        token: &TokenCache::new(token.clone()),
        signal,
    };
    ensure.activate(&arguments.target(), record.started_at()).await.map(|activation| activation_to_js(&activation))
}

/// Activates many organizations.
pub(super) async fn many(arguments: Arguments, record: CallRecord) -> Result<JsValue, Error> {
    let Arguments { base_url, token, options, fetch, signal, .. } = &arguments;
    let (concurrency, on_progress) = arguments.bulk_options();
    let run = BulkRun::new(arguments.targets(), concurrency)?;
    let ensure = Ensure {
        transport: &Recorded::new(fetch.clone(), &record),
        clock: &clock(),
        base_url,
        options,
        token: &TokenCache::new(token.clone()),
        signal,
    };
    let mut report = Report { results: record.results(), run: &run, on_progress: on_progress.as_ref() };
    run.run(&ensure, &mut report).await;
    report.fill_repeated();
    Ok(report.results.into())
}

/// Writes the results into the record as they come, so that a crash of the module does not lose them.
struct Report<'a> {
    /// One result per id that was passed. The first of repeated ids comes first.
    results: Array,
    run: &'a BulkRun,
    on_progress: Option<&'a Function>,
}

impl Report<'_> {
    /// Gives repeated ids the result of the first.
    fn fill_repeated(&self) {
        for (position, first) in self.run.first_positions().iter().enumerate() {
            if *first != position {
                self.results.set(to_u32(position), self.results.get(to_u32(*first)));
            }
        }
    }
}

impl Observer for Report<'_> {
    fn on_start(&mut self, position: usize) {
        self.results.set(to_u32(position), JsValue::NULL);
    }

    fn on_result(&mut self, position: usize, progress: BulkProgress<'_>) {
        self.results.set(to_u32(position), result_to_js(progress.last));
        if let Some(on_progress) = self.on_progress {
            let mut members = Members::default();
            members.number("done", Some(to_u32(progress.done).into()));
            members.number("total", Some(to_u32(progress.total).into()));
            let value = members.into_object();
            // A result of its own, because the callback may change it.
            set(&value, "last", &result_to_js(progress.last));
            notify(on_progress, &value);
        }
    }
}

fn result_to_js(result: &OrgActivationResult) -> JsValue {
    let mut members = Members::default();
    members.text("orgId", Some(&result.org_id));
    let value = members.into_object();
    match &result.result {
        Ok(activation) => set(&value, "activation", &activation_to_js(activation)),
        Err(error) => set(&value, "error", &to_js(error)),
    }
    value
}

fn activation_to_js(activation: &OrgActivation) -> JsValue {
    let OrgActivation { org_id, outcome, change_date, sequence } = activation;
    let mut members = Members::default();
    members.text("orgId", Some(org_id));
    members.text("outcome", Some(outcome.name()));
    members.text("changeDate", change_date.as_deref());
    members.text("sequence", sequence.map(|sequence| sequence.to_string()).as_deref());
    members.into_object()
}

/// Sets a member of a new object, which cannot fail.
fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn to_u32(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
