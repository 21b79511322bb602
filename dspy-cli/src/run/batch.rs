//! Many inputs from a file, answered into another one.

use std::collections::HashMap;

use clap::ArgMatches;
use dspy_core::error::Error;
use dspy_core::error::Result as CoreResult;
use dspy_core::lm::Usage;
use dspy_core::module::{Module, identity};
use dspy_core::row::Row;
use dspy_core::wire;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::answers::{Answer, Answers};
use super::single::session_runtime;
use crate::command::Session;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::rows::InputRow;

/// How many digits of a program's identity tell it from others.
const DIGITS: usize = 16;

/// A row at work: what is known of it, and what is still to come.
struct Work<I> {
    index: usize,
    hash: String,
    input: I,
}

/// What was done, in the end.
#[derive(Default)]
struct Tally {
    answered: usize,
    failed: usize,
    first_error: Option<(usize, String)>,
    usage: Usage,
}

/// Answers the rows that are not answered yet. A row that fails is noted, and tried again next
/// time.
pub(super) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
    from: &str,
    to: &str,
) -> Result<Exit, Fault> {
    let concurrency = session.config.concurrency(args)?;
    let program = session.prepared(args)?;
    let path = session.console.path(from);
    let rows: Vec<InputRow<P::Input>> = session.cli.reader.read(path)?;
    if rows.first().is_some_and(|row| row.given().is_empty()) {
        return Err(Fault::usage(
            "the program's type does not say what its inputs are, so no file can be read for it; write a \
             program with `#[module]` around it",
        ));
    }
    let hashes = rows.iter().map(Row::<P::Input>::id).collect::<Result<Vec<_>, _>>()?;
    let name: String = identity(&program).chars().take(DIGITS).collect();
    let (answers, torn) = Answers::open(session.console.path(to), &hashes, &name)?;
    if torn > 0 {
        session.console.warn(&format!(
            "`{to}`: the last line was cut off, and was taken away ({torn} bytes); its row is answered again"
        ));
    }
    let total = rows.len();
    let work: Vec<Work<P::Input>> = rows
        .iter()
        .zip(hashes)
        .enumerate()
        .filter(|(index, _)| !answers.has(*index))
        .map(|(index, (row, hash))| Work { index, hash, input: row.input() })
        .collect();
    let kept = total - work.len();
    let bar =
        bar(total, kept, args.get_flag("quiet") || !session.console.around.stderr_is_terminal);
    let runtime = session_runtime()?;
    let (tally, end) =
        runtime.block_on(answer_all(&program, work, answers, &name, concurrency, &bar));
    bar.finish_and_clear();
    // What is still at work is dropped, not waited for.
    runtime.shutdown_background();
    tell(session, &tally, kept, total, to)?;
    end?;
    Ok(if tally.failed > 0 { Exit::Failed } else { Exit::Done })
}

fn bar(total: usize, kept: usize, is_hidden: bool) -> ProgressBar {
    let target =
        if is_hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(total as u64), target);
    if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {pos}/{len} {msg} {eta} left") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_position(kept as u64);
    bar.reset_eta();
    bar
}

/// Answers all rows, some at a time. What was answered is in the file, however it ends.
async fn answer_all<P: Module>(
    program: &P,
    work: Vec<Work<P::Input>>,
    mut answers: Answers,
    name: &str,
    concurrency: usize,
    bar: &ProgressBar,
) -> (Tally, Result<(), Fault>) {
    let mut tally = Tally::default();
    let mut waiting = work.into_iter();
    let mut running = JoinSet::new();
    let mut rows = HashMap::new();
    let ctrl_c = tokio::signal::ctrl_c();
    tokio::pin!(ctrl_c);
    loop {
        while running.len() < concurrency
            && let Some(next) = waiting.next()
        {
            let row = (next.index, next.hash.clone());
            let task = running.spawn(answer(program.clone(), next, name.to_owned()));
            rows.insert(task.id(), row);
        }
        let done = tokio::select! {
            // Where the signal cannot be had, nobody can send it.
            Ok(()) = &mut ctrl_c => {
                let message = ": what was answered is in the file; the same command goes on from there";
                return (tally, Err(Fault::Interrupted(message.to_owned())));
            }
            done = running.join_next_with_id() => done,
        };
        let (line, is_setup) = match done {
            None => break,
            Some(Ok((task, done))) => {
                rows.remove(&task);
                done
            }
            // A panic is the error of its row.
            Some(Err(error)) => {
                let Some((index, hash)) = rows.remove(&error.id()) else { continue };
                let mut line = Answer::of(index, hash, name);
                line.error = Some(format!("the program panicked: {error}"));
                (line, false)
            }
        };
        if is_setup {
            let message = line.error.unwrap_or_default();
            return (tally, Err(Fault::usage(message)));
        }
        tally.add(&line);
        if let Err(fault) = answers.add(&line) {
            return (tally, Err(fault));
        }
        bar.inc(1);
        if tally.failed > 0 {
            bar.set_message(format!("{} failed", tally.failed));
        }
    }
    (tally, answers.finish())
}

/// What comes of a row, and whether every other row would fail like it.
async fn answer<P: Module>(program: P, work: Work<P::Input>, name: String) -> (Answer, bool) {
    let mut line = Answer::of(work.index, work.hash, &name);
    let called: CoreResult<_> = program.call(work.input).await;
    let is_setup = called.as_ref().is_err_and(Error::is_setup);
    let output = called.and_then(|prediction| {
        line.usage = prediction.usage();
        line.warnings = prediction.warnings().to_vec();
        wire::to_value(prediction.output())
            .map_err(|error| Error::Invalid(format!("the output has no form in JSON: {error}")))
    });
    match output {
        Ok(output) => line.output = Some(output),
        Err(error) => line.error = Some(error.to_string()),
    }
    (line, is_setup)
}

impl Tally {
    fn add(&mut self, line: &Answer) {
        self.usage += line.usage;
        match &line.error {
            None => self.answered += 1,
            Some(error) => {
                self.failed += 1;
                self.first_error.get_or_insert((line.index, error.clone()));
            }
        }
    }
}

fn tell<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    tally: &Tally,
    kept: usize,
    total: usize,
    to: &str,
) -> Result<(), Fault> {
    let Tally { answered, failed, usage, .. } = tally;
    let first = tally.first_error.as_ref();
    if session.console.is_json {
        let first = first.map(|(index, error)| json!({"index": index, "error": error}));
        return session.console.json(&json!({
            "rows": total, "kept": kept, "answered": answered, "failed": failed,
            "first_error": first.unwrap_or(Value::Null), "usage": usage,
        }));
    }
    let left = total - kept - answered - failed;
    let left = if left > 0 { format!(", {left} left") } else { String::new() };
    session.console.line(&format!(
        "{to}: {answered} answered, {kept} kept, {failed} failed{left} of {total} rows; {} LM calls, {} \
         tokens",
        usage.calls,
        usage.total_tokens()
    ))?;
    if let Some((index, error)) = first {
        let error = error.lines().next().unwrap_or_default();
        session.console.warn(&format!("row {index} failed: {error}"));
    }
    Ok(())
}
