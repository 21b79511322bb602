//! The `tracing` spans of evaluations and of their items.

use serde::Serialize;
use tracing::field::{Empty, display};
use tracing::{Span, info_span};

use super::item::Item;
use super::result::Evaluation;
use crate::error::Error;
use crate::lm::telemetry::{self, count};
use crate::module::short;
use crate::run::failed;

/// The span of an evaluation that begins.
pub(super) fn evaluation<P>(rows: usize, programs: usize) -> Span {
    let program = short(std::any::type_name::<P>());
    let span = info_span!(
        "evaluate",
        "otel.name" = Empty,
        { telemetry::MODULE } = program,
        { telemetry::ROWS } = count(rows),
        "dspy.programs" = count(programs),
        "dspy.failed" = Empty,
        { telemetry::SCORE } = Empty,
        { telemetry::ERROR_TYPE } = Empty,
        "otel.status_code" = Empty,
    );
    span.record("otel.name", display(format_args!("evaluate {program}")));
    span
}

/// The evaluation has ended; of several programs each has its own score, so none is told.
pub(super) fn evaluated<O: Serialize>(span: &Span, results: &Result<Vec<Evaluation<O>>, Error>) {
    match results.as_deref() {
        Ok([only]) => {
            span.record(telemetry::SCORE, only.score());
            let failed = only.items().iter().filter(|it| it.error.is_some()).count();
            span.record("dspy.failed", count(failed));
        }
        Ok(_) => {}
        Err(error) => failed(span, error.kind()),
    }
}

/// The span of one run on one row.
pub(super) fn item<M>(index: usize, rollout: u64) -> Span {
    let metric = short(std::any::type_name::<M>());
    // Closures have no name of their own.
    let metric = if metric.starts_with('{') { "metric" } else { metric };
    let span = info_span!(
        "item",
        "otel.name" = Empty,
        { telemetry::ITEM_INDEX } = count(index),
        { telemetry::ITEM_ID } = Empty,
        { telemetry::ROLLOUT } = Some(count(rollout)).filter(|number| *number != 0),
        { telemetry::SCORE } = Empty,
        { telemetry::EVALUATION_NAME } = metric,
        { telemetry::EVALUATION_SCORE_VALUE } = Empty,
        { telemetry::EVALUATION_EXPLANATION } = Empty,
        { telemetry::ERROR_TYPE } = Empty,
        "otel.status_code" = Empty,
    );
    span.record("otel.name", display(format_args!("item {index}")));
    span
}

/// The run has ended. What the metric says may quote what nobody else should read.
pub(super) fn judged<O>(span: &Span, item: &Item<O>, error: Option<&Error>, content: bool) {
    span.record(telemetry::ITEM_ID, item.id.as_str());
    span.record(telemetry::SCORE, item.score);
    if let Some(error) = error {
        failed(span, error.kind());
        return;
    }
    span.record(telemetry::EVALUATION_SCORE_VALUE, item.score);
    if content {
        span.record(telemetry::EVALUATION_EXPLANATION, item.feedback.as_deref());
    }
}
