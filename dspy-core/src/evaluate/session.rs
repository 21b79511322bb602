//! An evaluation under way: rows of all programs as tasks, and their outcomes in order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use tokio::task::JoinSet;
use tracing::{Instrument as _, Span};

use super::file::Writer;
use super::item::Item;
use super::program_note::ProgramNote;
use super::progress::Progress;
use super::result::Evaluation;
use super::work::{Manner, work};
use crate::error::{Error, Result};
use crate::metric::Metric;
use crate::module::Module;
use crate::row::Row;
use crate::signature::View;

/// Where items are written while they come, so many rows may be done out of order, beyond those
/// under way. It bounds what waits in memory behind one slow row.
const AHEAD: usize = 256;

/// What holds for the evaluation as a whole.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) concurrency: usize,
    pub(super) stop_after_errors: Option<usize>,
    pub(super) fail_on_error: bool,
    pub(super) progress: Option<String>,
}

/// A program and what is known of its rows.
struct Lane<P, O> {
    program: P,
    note: ProgramNote,
    /// Done, but not all rows before are.
    waiting: BTreeMap<usize, Item<O>>,
    /// In row order, without gaps.
    done: Vec<Item<O>>,
    file: Option<(PathBuf, Writer)>,
    errors: usize,
    stopped: Option<String>,
}

impl<P: Module, O: Serialize> Lane<P, O> {
    fn new(program: P, rows: usize, file: Option<PathBuf>) -> Result<Self> {
        let note = ProgramNote::of(&program);
        let file = match file {
            Some(path) => Some((path.clone(), Writer::create(&path, Some(&note), rows)?)),
            None => None,
        };
        let (waiting, done) = (BTreeMap::new(), Vec::new());
        Ok(Self { program, note, waiting, done, file, errors: 0, stopped: None })
    }

    /// Takes an outcome in; what is next in order is written down or kept.
    fn take(&mut self, item: Item<O>, terms: &Terms) -> Result<()> {
        self.errors += usize::from(item.error.is_some());
        if terms.stop_after_errors.is_some_and(|limit| self.errors >= limit)
            && self.stopped.is_none()
        {
            self.stopped = Some(format!("stopped after {} failed rows", self.errors));
        }
        self.waiting.insert(item.index, item);
        while let Some(item) = self.waiting.remove(&self.done.len()) {
            match &mut self.file {
                Some((_, writer)) => {
                    writer.item(&item)?;
                    self.done.push(item.lean());
                }
                None => self.done.push(item),
            }
        }
        Ok(())
    }

    fn finish(self, started: Instant) -> Result<Evaluation<O>> {
        let evaluation =
            Evaluation::new(self.done, started.elapsed(), self.stopped).of_program(Some(self.note));
        match self.file {
            None => Ok(evaluation),
            Some((path, writer)) => {
                writer.finish(&evaluation)?;
                Ok(evaluation.in_file(Some(path)))
            }
        }
    }
}

/// Runs all programs on all rows: row by row, all programs on each.
pub(super) async fn run<P, R, M, O>(
    programs: Vec<(P, Option<PathBuf>)>,
    manner: Manner<R>,
    terms: Terms,
    metric: M,
) -> Result<Vec<Evaluation<P::Output>>>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    M: Metric<R, O>,
    O: Sync + 'static,
{
    let (started, span) = (Instant::now(), Span::current());
    let rows = manner.rows.len();
    let mut progress = Progress::new(terms.progress.as_deref(), rows * programs.len());
    let mut lanes = programs
        .into_iter()
        .map(|(program, file)| Lane::new(program, rows, file))
        .collect::<Result<Vec<_>>>()?;
    let (manner, metric) = (Arc::new(manner), Arc::new(metric));
    // Dropping the set on return, or when the caller goes away, cancels what is in flight.
    let mut tasks = JoinSet::new();
    let count = lanes.len();
    let mut jobs = (0..rows).flat_map(|row| (0..count).map(move |lane| (lane, row))).peekable();
    loop {
        while tasks.len() < terms.concurrency {
            let Some((place, row)) = jobs.peek().copied() else { break };
            let Some(lane) = lanes.get(place) else { break };
            if lane.stopped.is_none() {
                let is_far = row >= lane.done.len() + terms.concurrency + AHEAD;
                if is_far && lane.file.is_some() {
                    break;
                }
                let (program, manner) = (lane.program.clone(), Arc::clone(&manner));
                let work = work(manner, row, program, Arc::clone(&metric));
                let work = work.instrument(span.clone());
                tasks.spawn(async move { (place, work.await) });
            }
            jobs.next();
        }
        let Some(joined) = tasks.join_next().await else { break };
        let (place, (item, error)) = joined.map_err(|error| {
            Error::Invalid(format!("an evaluation task did not finish: {error}"))
        })?;
        if let Some(error) = error.filter(|error| terms.fail_on_error || error.is_setup()) {
            return Err(error);
        }
        if let (Some(item), Some(lane)) = (item, lanes.get_mut(place)) {
            let usd = item.usage.usd + item.metric_spent.usd;
            progress.item(item.score, item.error.is_some(), usd);
            lane.take(item, &terms)?;
        }
    }
    progress.finish();
    lanes.into_iter().map(|lane| lane.finish(started)).collect()
}
