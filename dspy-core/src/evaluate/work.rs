//! One row: the program's run, and what the metric says of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::item::Item;
use super::slice::Slicer;
use super::span;
use tracing::Instrument as _;

use crate::error::{Error, Result};
use crate::lm::{Account, Budget};
use crate::metric::{Metric, Score};
use crate::module::{Call, Module, traces_content};
use crate::row::{Row, Rows};
use crate::run::{Run, RunOptions, Trace};
use crate::signature::{BrokenRule, Fields, View};
use crate::wire;

/// How rows are worked on.
#[derive(Debug)]
pub(super) struct Manner<R> {
    pub(super) rows: Rows<R>,
    pub(super) failure_score: f64,
    pub(super) record: bool,
    pub(super) rollout: u64,
    pub(super) repeats: u32,
    pub(super) timeout: Option<Duration>,
    pub(super) slicer: Option<Slicer<R>>,
    /// Who pays for the metric's own calls, if that was settled by whoever evaluates.
    pub(super) payer: Option<Account>,
}

/// One repeat of a row: what came of it, and the error where it failed.
struct Repeat<O> {
    item: Item<O>,
    error: Option<Error>,
}

/// Works on one row, as often as asked. The error is the first repeat's that failed.
pub(super) async fn work<P, R, M, O>(
    manner: Arc<Manner<R>>,
    index: usize,
    program: P,
    metric: Arc<M>,
) -> (Option<Item<P::Output>>, Option<Error>)
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    M: Metric<R, O>,
    O: Sync + 'static,
{
    let mut items = Vec::new();
    let mut failed = None;
    for repeat in 0..u64::from(manner.repeats) {
        let rollout = manner.rollout.wrapping_add(repeat);
        let Repeat { item, error } = once(&manner, index, rollout, &program, &*metric).await;
        items.push(item);
        let is_fatal = error.as_ref().is_some_and(Error::is_setup);
        if is_fatal || failed.is_none() {
            failed = error;
        }
        if is_fatal {
            break;
        }
    }
    (Item::of_repeats(items), failed)
}

async fn once<P, R, M, O>(
    manner: &Manner<R>,
    index: usize,
    rollout: u64,
    program: &P,
    metric: &M,
) -> Repeat<P::Output>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    M: Metric<R, O>,
    O: Sync + 'static,
{
    let started = Instant::now();
    let span = span::item::<M>(index, rollout);
    let options = RunOptions::default().with_rollout(rollout);
    let record = manner.record || metric.needs_trace();
    let run = Run::with(if record { options.recording() } else { options });
    let metric_budget = Budget::unlimited();
    let payer = manner.payer.clone().unwrap_or_else(|| Account::new(&metric_budget));
    let mut output = None;
    let mut broken = Vec::new();
    let judged = match manner.rows.get(index) {
        Some(row) => {
            let judging = judge(row, program, metric, &run, payer, &mut output, &mut broken);
            within(manner.timeout, judging).instrument(span.clone()).await
        }
        None => Err(Error::Invalid(format!("there is no row {index}"))),
    };
    let (input, label) = manner.rows.get(index).map(split::<P::Input, R>).unwrap_or_default();
    let row = manner.rows.get(index);
    let mut item = Item {
        index,
        id: row.and_then(|row| row.id().ok()).unwrap_or_default(),
        slice: row.zip(manner.slicer.as_ref()).map(|(row, slicer)| slicer.name(row)),
        input,
        label,
        score: manner.failure_score,
        scores: Vec::new(),
        feedback: None,
        output,
        error: None,
        usage: run.usage(),
        metric_spent: metric_budget.spent(),
        elapsed: started.elapsed(),
        trace: if manner.record { run.trace() } else { Trace::default() },
    };
    let error = match judged {
        Ok(score) => {
            item.score = score.value;
            item.feedback = with_broken(score.feedback, &broken);
            None
        }
        Err(error) => {
            if error.is_assertion() {
                item.score = 0.0;
                item.feedback = Some(error.to_string());
            }
            item.error = Some(error.to_string());
            Some(error)
        }
    };
    if !span.is_disabled() {
        span::judged(&span, &item, error.as_ref(), traces_content(program));
    }
    Repeat { item, error }
}

async fn within<T>(limit: Option<Duration>, work: impl Future<Output = Result<T>>) -> Result<T> {
    let Some(limit) = limit else { return work.await };
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        Err(Error::Invalid(format!(
            "the row was not done within {limit:?}, the evaluation's timeout for one run"
        )))
    })
}

async fn judge<P, R, M, O>(
    row: &R,
    program: &P,
    metric: &M,
    run: &Run,
    payer: Account,
    output: &mut Option<P::Output>,
    broken: &mut Vec<BrokenRule>,
) -> Result<Score>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    M: Metric<R, O>,
    O: Sync,
{
    let prediction = Call::new(program, row.input()).run(run).await?;
    broken.extend_from_slice(prediction.broken_checks());
    let trace = run.trace();
    let value = output.insert(prediction.into_output());
    payer.cover(metric.score(row, View::<O>::view(&*value), &trace)).await
}

/// A row's inputs and its other fields; what cannot be written as JSON is left out.
fn split<I: serde::Serialize, R: Row<I>>(row: &R) -> (Fields, Fields) {
    let mut label = row.fields().unwrap_or_default();
    let mut input = Fields::new();
    if let Ok(serde_json::Value::Object(given)) = wire::to_value(&row.input()) {
        for (name, value) in given {
            label.shift_remove(&name);
            input.insert(name, value);
        }
    }
    (input, label)
}

/// The metric's words, and the checks and suggestions that the output does not keep.
pub(crate) fn with_broken(feedback: Option<String>, broken: &[BrokenRule]) -> Option<String> {
    let lines = broken.iter().map(|rule| format!("broken rule: {rule}"));
    let all: Vec<String> = feedback.into_iter().chain(lines).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}
