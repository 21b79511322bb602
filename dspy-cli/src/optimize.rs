//! `optimize`: better prompts, found on a data file.

mod optimizer;

use std::time::Duration;

use clap::{ArgMatches, Command};
use dspy_core::lm::{Budget, Lm};
use dspy_core::module::Module;
use dspy_core::optimize::{Gate, Report, StopReason};
use dspy_core::row::{LoadRow, Row, Rows};
use serde_json::json;

use crate::command::{Session, flag, json as json_flag, number, option, text};
use crate::config;
use crate::eval::data_arg;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::run::session_runtime;
use crate::selection;
use optimizer::{NAMES, Plan};

/// `optimize`.
pub(crate) fn command(metrics: &[&str]) -> Command {
    let names = NAMES.join(", ");
    let limits = [
        config::arg("max_calls"),
        config::arg("max_usd"),
        option("max-tokens-total", "N", "The most tokens that all calls together may take"),
        option("max-seconds", "SECONDS", "The most time that the search may take"),
    ];
    Command::new("optimize")
        .about("Finds better prompts on labelled rows")
        .arg(data_arg("Labelled rows to learn from: CSV, TSV, JSON, JSON Lines"))
        .arg(config::arg("optimizer").help(format!("The optimizer: {names} [default: best]")))
        .arg(
            option("out", "PROGRAM.json", "Where the program goes").required_unless_present("plan"),
        )
        .arg(option("report", "FILE", "Write what was tried and found, as JSON"))
        .arg(option(
            "journal",
            "FILE",
            "Note all answers there; a run that was stopped goes on from it",
        ))
        .arg(selection::metric_arg(metrics))
        .arg(config::arg("auto"))
        .arg(config::arg("seed"))
        .arg(config::arg("concurrency"))
        .arg(option("repeats", "N", "Run each candidate so often on each row"))
        .arg(option("max-demos", "N", "The most demonstrations that a predictor may show"))
        .arg(flag("plan", "Say what it would take, and ask nothing").conflicts_with("out"))
        .arg(flag("quiet", "Show no progress"))
        .arg(json_flag("Write one line of JSON"))
        .args(limits.map(|arg| arg.help_heading("Limits; what goes beyond is not spent")))
        .arg(
            option(
                "min-improvement",
                "SCORE",
                "Refuse what is not better by so much (exit code 3)",
            )
            .help_heading("Quality gate"),
        )
        .args(selection::row_args())
        .arg(
            option("validation", "FILE", "Rows that decide between candidates")
                .help_heading("Rows"),
        )
        .arg(option("holdout", "FILE", "Rows for the last comparison alone").help_heading("Rows"))
        .args(config::model_args().map(|arg| arg.help_heading("Model")))
        .arg(config::arg("program").help_heading("Model"))
        .arg(option("proposer-lm", "PROVIDER/MODEL", "Who writes proposals").help_heading("Model"))
        .arg(
            option("teacher-lm", "PROVIDER/MODEL", "Who shows how it is done")
                .help_heading("Model"),
        )
}

/// Optimizes, and writes program and report.
pub(crate) fn run<P: Module, R: Row<P::Input> + LoadRow>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    for option in ["out", "report", "journal"] {
        if let Some(file) = text(args, option) {
            session.console.check_target(option, file)?;
        }
    }
    let train = session.rows(args, text(args, "data").unwrap_or_default())?;
    let metric = session.metric(args, &train)?;
    let plan = plan(session, args)?;
    plan.check()?;
    let program = session.prepared(args)?;
    if args.get_flag("plan") {
        let text = plan.of(&program, &train, metric)?;
        session.console.line(&text)?;
        return Ok(Exit::Done);
    }
    let runtime = session_runtime()?;
    let report = runtime.block_on(plan.compile(&program, train, metric))?;
    runtime.shutdown_background();
    let path = |option| text(args, option).map(|file| session.console.path(file));
    let saved = path("out").map(|path| report.save(path));
    let saved_report = path("report").map(|path| report.save_report(path));
    // What was found is told even where it could not be written.
    tell(session, args, &report)?;
    saved.transpose()?;
    saved_report.transpose()?;
    if report.stopped == StopReason::Interrupted {
        let message = ": what was written is the best until then";
        return Err(Fault::Interrupted(message.to_owned()));
    }
    let is_refused = report.judgement.as_ref().is_some_and(|judgement| !judgement.verdict.accepted);
    let is_asked = args.contains_id("min-improvement");
    Ok(if is_asked && is_refused { Exit::Refused } else { Exit::Done })
}

fn plan<P: Module, R: Row<P::Input> + LoadRow>(
    session: &Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Plan<R>, Fault> {
    let config = &session.config;
    let rows = |name: &str| -> Result<Option<Rows<R>>, Fault> {
        text(args, name).map(|file| session.all_rows(args, file)).transpose()
    };
    let model = |name: &str| -> Result<Option<Lm>, Fault> {
        let Some(model) = text(args, name) else { return Ok(None) };
        let made = Lm::new(model);
        made.map(Some).map_err(|error| Fault::usage(format!("--{name}: {error}")))
    };
    let gate = number(args, "min-improvement", "a number")?
        .map(|least| Gate::default().min_improvement(least));
    Ok(Plan {
        optimizer: config.text(args, "optimizer").unwrap_or_else(|| "best".to_owned()),
        auto: config.find_text(args, "auto"),
        seed: config.number(args, "seed", "a whole number")?.unwrap_or(0),
        concurrency: config.concurrency(args)?,
        repeats: number(args, "repeats", "a whole number")?,
        max_demos: number(args, "max-demos", "a whole number")?,
        budget: budget(session, args)?,
        journal: text(args, "journal").map(|file| session.console.path(file)),
        validation: rows("validation")?,
        holdout: rows("holdout")?,
        gate,
        proposer: model("proposer-lm")?,
        teacher: model("teacher-lm")?,
        shows_progress: !args.get_flag("quiet") && session.console.around.stderr_is_terminal,
    })
}

fn budget<P: Module, R>(
    session: &Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Option<Budget>, Fault> {
    let mut budget = Budget::unlimited();
    if let Some(calls) = session.config.number(args, "max_calls", "a whole number")? {
        budget = budget.with_calls(calls);
    }
    if let Some(usd) = session.config.number(args, "max_usd", "a number")? {
        budget = budget.with_usd(usd);
    }
    if let Some(tokens) = number(args, "max-tokens-total", "a whole number")? {
        budget = budget.with_tokens(tokens);
    }
    if let Some(seconds) = number(args, "max-seconds", "a number of seconds")? {
        let limit = Duration::try_from_secs_f64(seconds)
            .map_err(|error| Fault::usage(format!("`--max-seconds` must be seconds: {error}")))?;
        budget = budget.with_time(limit);
    }
    let is_limited = !budget.limits().is_empty();
    Ok(is_limited.then_some(budget))
}

fn tell<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
    report: &Report<P>,
) -> Result<(), Fault> {
    let out = text(args, "out");
    let console = &mut session.console;
    if console.is_json {
        let (before, after) = report.scores().unzip();
        return console.json(&json!({
            "optimizer": report.optimizer, "seed": report.seed, "before": before, "after": after,
            "judgement": report.judgement, "candidates": report.candidates.len(),
            "stopped": report.stopped, "usage": report.usage(), "warnings": report.warnings,
            "elapsed_s": report.elapsed.as_secs_f64(), "out": out, "report": text(args, "report"),
        }));
    }
    console.line(&report.to_string())?;
    match out {
        Some(file) => console.line(&format!("the program is in {file}; `inspect {file}` shows it")),
        None => Ok(()),
    }
}
