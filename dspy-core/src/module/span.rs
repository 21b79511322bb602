//! The `tracing` spans of invocations: `program` for the outermost, `module` for those inside.

use std::sync::Arc;

use serde::Serialize;
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span, info_span};

use super::Parameters;
use super::program::lm_of;
use super::status::{place_of, short};
use crate::error::Error;
use crate::lm::default_lm;
use crate::lm::telemetry::{self, count};
use crate::run::{Run, Scope, failed};
use crate::wire;

/// Modules of ours whose model decides what is done next.
const AGENTS: [&str; 3] = ["ReAct", "CodeAct", "Rlm"];

macro_rules! module_span {
    ($name:literal) => {
        info_span!(
            $name,
            "otel.name" = Empty,
            { telemetry::OPERATION_NAME } = Empty,
            { telemetry::WORKFLOW_NAME } = Empty,
            { telemetry::AGENT_NAME } = Empty,
            { telemetry::MODULE } = Empty,
            { telemetry::PATH } = Empty,
            { telemetry::ROLLOUT } = Empty,
            { telemetry::INPUTS } = Empty,
            { telemetry::OUTPUTS } = Empty,
            { telemetry::USAGE_INPUT_TOKENS } = Empty,
            { telemetry::USAGE_OUTPUT_TOKENS } = Empty,
            { telemetry::CALLS } = Empty,
            { telemetry::USD } = Empty,
            { telemetry::ERROR_TYPE } = Empty,
            "otel.status_code" = Empty,
        )
    };
}

/// Opens the span of an invocation that begins.
pub(super) fn open<M: Parameters>(module: &M, run: &Run, scope: &Scope, input: &impl Serialize) {
    scope.open_span(|| {
        let span = begun(module, run, scope);
        if !span.is_disabled() && traces_content(module) {
            record(&span, telemetry::INPUTS, input);
        }
        span
    });
}

/// Ends the span of an invocation.
pub(super) fn close<M: Parameters, O: Serialize>(
    module: &M,
    scope: &Scope,
    result: Result<&O, &Error>,
) {
    let Some(span) = scope.take_span() else { return };
    match result {
        Ok(output) if traces_content(module) => record(&span, telemetry::OUTPUTS, output),
        Ok(_) => {}
        Err(error) => failed(&span, error.kind()),
    }
    spent(&span, scope);
}

/// The open span of a strategy, which ends with it.
#[derive(Debug)]
pub(crate) struct StrategySpan {
    scope: Arc<Scope>,
    ended_well: bool,
}

impl StrategySpan {
    /// Opens the span, if somebody listens.
    pub(crate) fn open<M: Parameters>(strategy: &M, run: &Run, scope: &Arc<Scope>) -> Self {
        scope.open_span(|| begun(strategy, run, scope));
        Self { scope: Arc::clone(scope), ended_well: false }
    }

    pub(crate) fn end(mut self) {
        self.ended_well = true;
    }
}

impl Drop for StrategySpan {
    fn drop(&mut self) {
        let Some(span) = self.scope.take_span() else { return };
        if !self.ended_well {
            failed(&span, "strategy");
        }
        spent(&span, &self.scope);
    }
}

/// Does a part of a strategy's work inside its span.
pub(crate) async fn within<F: Future>(scope: &Scope, work: F) -> F::Output {
    match scope.span() {
        None => work.await,
        Some(span) => work.instrument(span).await,
    }
}

fn begun<M: Parameters>(module: &M, run: &Run, scope: &Scope) -> Span {
    let is_inside = scope.parent().is_some();
    let span = if is_inside { module_span!("module") } else { module_span!("program") };
    if span.is_disabled() {
        return span;
    }
    let whole = std::any::type_name::<M>();
    let name = short(whole);
    let path = place_of(module).map(|(path, _)| path);
    let path = path.as_deref().unwrap_or("self");
    let is_agent = whole.starts_with("dspy_core::") && AGENTS.contains(&name);
    let operation = match (is_agent, is_inside) {
        (true, _) => Some("invoke_agent"),
        (false, false) => Some("invoke_workflow"),
        (false, true) => None,
    };
    match operation {
        Some(operation) => span.record("otel.name", display(format_args!("{operation} {name}"))),
        None => span.record("otel.name", display(format_args!("module {path}"))),
    };
    span.record(telemetry::OPERATION_NAME, operation);
    span.record(telemetry::AGENT_NAME, is_agent.then_some(name));
    span.record(telemetry::WORKFLOW_NAME, (!is_inside && !is_agent).then_some(name));
    span.record(telemetry::MODULE, name);
    span.record(telemetry::PATH, path);
    span.record(telemetry::ROLLOUT, Some(count(run.rollout())).filter(|number| *number != 0));
    span
}

fn spent(span: &Span, scope: &Scope) {
    let usage = scope.usage();
    span.record(telemetry::USAGE_INPUT_TOKENS, count(usage.prompt_tokens));
    span.record(telemetry::USAGE_OUTPUT_TOKENS, count(usage.completion_tokens));
    span.record(telemetry::CALLS, count(usage.calls));
    span.record(telemetry::USD, Some(usage.usd).filter(|usd| *usd > 0.0));
}

/// Whether the model that a program would ask may be traced with its messages.
pub(crate) fn traces_content<M: Parameters>(module: &M) -> bool {
    lm_of(module).or_else(default_lm).is_some_and(|lm| lm.traces_content())
}

fn record(span: &Span, name: &'static str, value: &impl Serialize) {
    if let Ok(value) = wire::to_value(value) {
        span.record(name, display(value));
    }
}
