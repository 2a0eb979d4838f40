//! The record of a call, which outlives a crash of the module.

use std::future::Future;

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use crate::{
    error::{Error, Progress},
    method::Method,
    platform::{Clock as _, clock},
    transport::{Request, Response, Transport},
};

#[wasm_bindgen(module = "/src/js/arguments.js")]
extern "C" {
    /// The record of a call.
    #[derive(Debug)]
    pub type CallRecord;
    #[wasm_bindgen(constructor)]
    fn new(started_at: f64) -> CallRecord;
    /// The start of the call, by the clock.
    #[wasm_bindgen(method, getter, js_name = startedAt)]
    pub(super) fn started_at(this: &CallRecord) -> f64;
    #[wasm_bindgen(method, setter, js_name = isChangeSent)]
    fn set_is_change_sent(this: &CallRecord, is_change_sent: bool);
    /// The results of a bulk run.
    #[wasm_bindgen(method, getter)]
    pub(super) fn results(this: &CallRecord) -> Array;
}

impl CallRecord {
    /// Returns the record of a call that starts now.
    pub(super) fn start() -> Self {
        Self::new(clock().now_ms())
    }
}

#[cfg(not(feature = "tonic"))]
type Inner = crate::transport::FetchTransport;
#[cfg(feature = "tonic")]
type Inner = crate::transport::tonic::ExportTransport;

/// A transport that records when a change is sent.
pub(super) struct Recorded<'a> {
    transport: Inner,
    record: &'a CallRecord,
}

impl<'a> Recorded<'a> {
    pub(super) fn new(fetch: Option<Function>, record: &'a CallRecord) -> Self {
        Self { transport: Inner::with(fetch), record }
    }
}

impl Transport for Recorded<'_> {
    fn unary(&self, request: Request<'_>) -> impl Future<Output = Result<Response, Error>> {
        if Method::progress(request.path) == Progress::ChangeSent {
            self.record.set_is_change_sent(true);
        }
        self.transport.unary(request)
    }
}
