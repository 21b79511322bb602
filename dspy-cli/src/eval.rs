//! `eval`: the program's score on a data file.

use std::time::Duration;

use clap::{Arg, ArgMatches, Command};
use dspy_core::error::Error;
use dspy_core::evaluate::{Evaluate, Evaluation};
use dspy_core::module::Module;
use dspy_core::quality::QualityVerdict;
use dspy_core::row::{LoadRow, Row, Rows};
use serde_json::{Value, json};

use crate::command::{Session, flag, json as json_flag, number, option, text};
use crate::config;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::gate::{self, Demand};
use crate::run::session_runtime;
use crate::selection;

/// Failed rows that are shown.
const SHOWN: usize = 5;

/// `eval`.
pub(crate) fn command(metrics: &[&str]) -> Command {
    Command::new("eval")
        .about("Scores the program on labelled rows")
        .arg(data_arg("Labelled rows: CSV, TSV, JSON, JSON Lines"))
        .arg(selection::metric_arg(metrics))
        .args(run_args())
        .arg(option("out", "FILE", "Write the result of each row, as JSON Lines"))
        .arg(flag("no-trace", "Leave the messages of each row out of that file").requires("out"))
        .arg(json_flag("Write one line of JSON"))
        .args(selection::row_args())
        .args(gate::args())
        .args(config::model_args().map(|arg| arg.help_heading("Model")))
        .arg(config::arg("program").help_heading("Model"))
}

/// `DATA`.
pub(crate) fn data_arg(help: &'static str) -> Arg {
    Arg::new("data").value_name("DATA").required(true).help(help)
}

/// How rows are run.
pub(crate) fn run_args() -> [Arg; 5] {
    [
        config::arg("concurrency"),
        option(
            "repeats",
            "N",
            "Run each row so often, for models that do not always answer the same",
        ),
        option("timeout", "SECONDS", "Give a row up after so long"),
        option("slice", "FIELD", "Break the score down by the values of a field"),
        flag("quiet", "Show no progress"),
    ]
}

impl<P: Module, R: Row<P::Input> + LoadRow> Session<'_, '_, P, R> {
    /// The evaluation that the options describe.
    pub(crate) fn evaluate(&self, args: &ArgMatches, rows: &Rows<R>) -> Result<Evaluate<R>, Fault> {
        let mut evaluate = Evaluate::new(rows.clone()).concurrency(self.config.concurrency(args)?);
        if let Some(repeats) = number(args, "repeats", "a whole number")? {
            evaluate = evaluate.repeats(repeats);
        }
        if let Some(limit) = number(args, "timeout", "a number of seconds")? {
            let limit = Duration::try_from_secs_f64(limit)
                .map_err(|error| Fault::usage(format!("`--timeout` must be seconds: {error}")))?;
            evaluate = evaluate.timeout(limit);
        }
        if let Some(field) = text(args, "slice") {
            if let Some(row) = rows.get(0) {
                let fields = row.fields()?;
                if !fields.contains_key(field) {
                    let known: Vec<&str> = fields.keys().map(String::as_str).collect();
                    return Err(Fault::usage(format!(
                        "`--slice {field}`: the rows have no such field; they have {}",
                        known.join(", ")
                    )));
                }
            }
            let field = field.to_owned();
            evaluate = evaluate.slices(move |row: &R| slice(row.fields().ok().as_ref(), &field));
        }
        let is_quiet = args.get_flag("quiet") || !self.console.around.stderr_is_terminal;
        Ok(if is_quiet { evaluate } else { evaluate.progress("eval") })
    }
}

/// The name of a row's slice: the field's value.
fn slice(fields: Option<&dspy_core::signature::Fields>, field: &str) -> String {
    match fields.and_then(|fields| fields.get(field)) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "none".to_owned(),
    }
}

/// Waits for some work, unless Ctrl-C comes.
pub(crate) fn until_ctrl_c<T>(
    work: impl Future<Output = Result<T, Error>>,
    left: &str,
) -> Result<T, Fault> {
    let runtime = session_runtime()?;
    let done = runtime.block_on(async {
        tokio::select! {
            Ok(()) = tokio::signal::ctrl_c() => Err(Fault::Interrupted(left.to_owned())),
            done = work => done.map_err(Fault::from),
        }
    });
    runtime.shutdown_background();
    done
}

/// Scores the program, and judges the result.
pub(crate) fn run<P: Module, R: Row<P::Input> + LoadRow>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let demand = Demand::read(args, &session.console)?;
    if let Some(file) = text(args, "out") {
        session.console.check_target("out", file)?;
    }
    let rows = session.rows(args, text(args, "data").unwrap_or_default())?;
    let mut evaluate = session.evaluate(args, &rows)?;
    let metric = session.metric(args, &rows)?;
    let program = session.prepared(args)?;
    if let Some(file) = text(args, "out") {
        evaluate = evaluate.to_jsonl(session.console.path(file));
        if !args.get_flag("no-trace") {
            evaluate = evaluate.record();
        }
    }
    let left = match text(args, "out") {
        Some(file) => format!(": `{file}` has the rows that were done in order"),
        None => String::new(),
    };
    let evaluation = until_ctrl_c(evaluate.run_metric(&program, metric), &left)?;
    let verdict = demand.judge(&evaluation, args, &session.console)?;
    tell(session, &evaluation, verdict.as_ref(), text(args, "out"))?;
    let is_accepted = verdict.is_none_or(|verdict| verdict.accepted);
    Ok(if is_accepted { Exit::Done } else { Exit::Refused })
}

fn tell<P: Module, R, O>(
    session: &mut Session<'_, '_, P, R>,
    evaluation: &Evaluation<O>,
    verdict: Option<&QualityVerdict>,
    out: Option<&str>,
) -> Result<(), Fault> {
    let console = &mut session.console;
    if console.is_json {
        let mut value = summary(evaluation);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("verdict".to_owned(), json!(verdict));
            fields.insert("out".to_owned(), json!(out));
        }
        return console.json(&value);
    }
    console.line(&evaluation.to_string())?;
    for slice in evaluation.slices() {
        console.line(&format!("  {slice}"))?;
    }
    for item in evaluation.errors().take(SHOWN) {
        let error = item.error.as_deref().unwrap_or_default();
        console.warn(&format!("row {} failed: {error}", item.index));
    }
    if let Some(verdict) = verdict {
        let word = if verdict.accepted { "accepted" } else { "rejected" };
        let text = verdict.to_string();
        let rest = text.strip_prefix(word).unwrap_or(&text).to_owned();
        let style = console.style;
        let word = if verdict.accepted { style.green(word) } else { style.red(word) };
        console.write(&format!("{word}{rest}"))?;
    }
    match out {
        Some(file) => console.line(&format!("the rows are in {file}")),
        None => Ok(()),
    }
}

/// An evaluation without its rows.
pub(crate) fn summary<O>(evaluation: &Evaluation<O>) -> Value {
    let first = evaluation.errors().next();
    json!({
        "score": evaluation.score(),
        "interval": evaluation.interval(),
        "rows": evaluation.items().len(),
        "failed": evaluation.errors().count(),
        "first_error": first.map(|item| json!({"index": item.index, "error": item.error})),
        "usage": evaluation.usage(),
        "metric_spent": evaluation.metric_spent(),
        "slices": evaluation.slices(),
        "latency_p95_s": evaluation.latency(0.95).as_secs_f64(),
        "elapsed_s": evaluation.elapsed().as_secs_f64(),
        "stopped": evaluation.stopped(),
    })
}
