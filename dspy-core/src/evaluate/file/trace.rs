//! Recorded calls in a saved evaluation.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::seconds;
use crate::lm::{Request, Response, Usage};
use crate::run::{CallRecord, Trace};
use crate::signature::Fields;

/// One call of a predictor.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CallLine {
    path: String,
    invocation: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<u64>,
    inputs: Fields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outputs: Option<Fields>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    requests: Vec<Request>,
    responses: Vec<Response>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    usage: Usage,
    elapsed_s: f64,
}

impl CallLine {
    pub(super) fn of(call: &CallRecord) -> Self {
        let plain = |request: &Arc<Request>| {
            let mut request = Request::clone(request);
            // They may hold secrets.
            request.settings.extra.clear();
            request
        };
        Self {
            path: call.path.clone(),
            invocation: call.invocation,
            parent: call.parent,
            inputs: call.inputs.clone(),
            outputs: call.outputs.as_ref().ok().cloned(),
            error: call.outputs.as_ref().err().cloned(),
            requests: call.requests.iter().map(plain).collect(),
            responses: call.responses.clone(),
            warnings: call.warnings.clone(),
            usage: call.usage,
            elapsed_s: call.elapsed.as_secs_f64(),
        }
    }
}

/// The trace that was saved: what is not in the file is empty.
pub(super) fn trace_of(lines: Vec<CallLine>) -> Trace {
    let calls = lines.into_iter().enumerate().map(|(place, line)| {
        let outputs = line.outputs.ok_or_else(|| line.error.unwrap_or_default());
        let requests = line.requests.into_iter().map(Arc::new).collect();
        let mut call = CallRecord::empty(line.path, line.inputs, outputs);
        call.sequence = place as u64;
        call.invocation = line.invocation;
        call.parent = line.parent;
        call.requests = requests;
        call.responses = line.responses;
        call.warnings = line.warnings;
        call.usage = line.usage;
        call.elapsed = seconds(line.elapsed_s);
        call
    });
    Trace::of_saved(calls.collect())
}
