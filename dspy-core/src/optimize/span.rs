//! The `tracing` spans of a search: the whole, its trials, and the runs in them.

use tracing::field::{Empty, display};
use tracing::{Span, info_span};

use super::engine::Rollout;
use super::outcome::Outcome;
use super::stage::Broken;
use crate::lm::telemetry::{self, count};
use crate::module::short;
use crate::run::{failed, listening};

/// The span of a search that begins.
pub(super) fn search(optimizer: &str, program: &str) -> Span {
    let span = info_span!(
        "optimize",
        "otel.name" = Empty,
        { telemetry::OPTIMIZER } = optimizer,
        { telemetry::MODULE } = short(program),
        { telemetry::CANDIDATE } = Empty,
        { telemetry::SCORE } = Empty,
        { telemetry::ERROR_TYPE } = Empty,
        "otel.status_code" = Empty,
    );
    span.record("otel.name", display(format_args!("optimize {}", short(program))));
    span
}

/// The span of what a search does until its next step is done. It begins with the first thing done in
/// it, and learns at its end what it was; a name must be there at the beginning, so it is a number.
#[derive(Debug, Default)]
pub(super) struct Trial {
    number: u64,
    span: Option<Span>,
}

impl Trial {
    /// The span of what is done now.
    pub(super) fn span(&mut self) -> Span {
        if !listening() {
            return Span::none();
        }
        if self.span.is_none() {
            self.number += 1;
        }
        self.span.get_or_insert_with(|| begun(self.number)).clone()
    }

    /// Ends the trial, with who leads now and the score of that one.
    pub(super) fn end(&mut self, name: &str, leader: &str, score: f64) {
        let span = self.span();
        span.record(telemetry::CANDIDATE, leader);
        span.record(telemetry::SCORE, score);
        self.end_as(name);
    }

    /// Ends what was not a trial of the search, if anything was done.
    pub(super) fn end_as(&mut self, name: &str) {
        if let Some(span) = self.span.take() {
            // Bridges take the last time it was left for its end.
            span.in_scope(|| span.record(telemetry::TRIAL, name));
        }
    }
}

fn begun(number: u64) -> Span {
    let span = info_span!(
        "trial",
        "otel.name" = Empty,
        { telemetry::TRIAL } = Empty,
        { telemetry::CANDIDATE } = Empty,
        { telemetry::SCORE } = Empty,
    );
    span.record("otel.name", display(format_args!("trial {number}")));
    span
}

/// The span of a run of a candidate on an item.
pub(super) fn rollout(rollout: &Rollout, candidate: &str) -> Span {
    let by_teacher = rollout.by_teacher.then_some("teacher");
    info_span!(
        "rollout",
        { telemetry::CANDIDATE } = by_teacher.unwrap_or(candidate),
        { telemetry::PART } = rollout.part.name(),
        { telemetry::ITEM_INDEX } = count(rollout.item),
        { telemetry::ROLLOUT } = Some(count(rollout.number)).filter(|number| *number != 0),
        { telemetry::SCORE } = Empty,
        { telemetry::ERROR_TYPE } = Empty,
        "otel.status_code" = Empty,
    )
}

/// The run has ended.
pub(super) fn ran(span: &Span, outcome: &Result<Outcome, Broken>) {
    match outcome {
        Ok(outcome) if outcome.error.is_some() => failed(span, "program"),
        Ok(outcome) => {
            span.record(telemetry::SCORE, outcome.score);
        }
        Err(Broken::Budget) => failed(span, "budget_exceeded"),
        Err(Broken::Outage(_)) => failed(span, "outage"),
        Err(Broken::SetUp(error)) => failed(span, error.kind()),
    }
}
