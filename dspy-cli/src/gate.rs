//! Quality gates on the command line.

use clap::{Arg, ArgAction, ArgMatches};
use dspy_core::evaluate::Evaluation;
use dspy_core::optimize::Gate;
use dspy_core::quality::{QualityGate, QualityVerdict};
use dspy_core::signature::Data;
use serde_json::Value;
use std::time::Duration;

use crate::command::{number, option, text};
use crate::console::Console;
use crate::fault::Fault;

const HEADING: &str = "Quality gate (exit code 3 where it refuses)";
const NUMBERS: [&str; 7] = [
    "min-score",
    "min-sure-score",
    "max-failures",
    "max-usd-per-row",
    "max-tokens-per-row",
    "max-latency-p95",
    "min-improvement",
];

/// The options that ask something of a result.
pub(crate) fn args() -> Vec<Arg> {
    let args = [
        option("min-score", "SCORE", "The lowest mean score"),
        option("min-sure-score", "SCORE", "The lowest low end of its 95 % interval"),
        option("max-failures", "N", "The most rows that may fail"),
        option("max-usd-per-row", "USD", "The most US dollars that a row may cost on average"),
        option("max-tokens-per-row", "N", "The most tokens that a row may take on average"),
        option("max-latency-p95", "SECONDS", "The most seconds within which 95 % of rows are done"),
        option("baseline", "FILE", "Results of `eval --out` on the same rows, to compare with"),
        option("min-improvement", "SCORE", "The least improvement, shown with probability 0.8")
            .requires("baseline"),
        option("no-regression-on", "SLICE", "A slice that must not score below the baseline")
            .requires("baseline")
            .action(ArgAction::Append),
        option("gate", "FILE", "A gate as JSON, to which these options are added"),
        option("junit", "FILE", "Write the verdict as a JUnit file"),
        option("verdict", "FILE", "Write the verdict as JSON"),
    ];
    args.into_iter().map(|arg| arg.help_heading(HEADING)).collect()
}

/// What is asked of a result, and beside which one.
pub(crate) struct Demand {
    gate: QualityGate,
    baseline: Option<Evaluation<Value>>,
    is_asked: bool,
}

impl Demand {
    /// Reads what is asked, before anything is spent.
    pub(crate) fn read(args: &ArgMatches, console: &Console<'_>) -> Result<Self, Fault> {
        let mut gate = QualityGate::new();
        if let Some(file) = text(args, "gate") {
            gate = read_gate(file, console)?;
        }
        let score = |name| number::<f64>(args, name, "a number");
        if let Some(least) = score("min-score")? {
            gate = gate.min_score(least);
        }
        if let Some(least) = score("min-sure-score")? {
            gate = gate.min_sure_score(least);
        }
        if let Some(most) = number(args, "max-failures", "a whole number")? {
            gate = gate.max_failures(most);
        }
        if let Some(most) = score("max-usd-per-row")? {
            gate = gate.max_usd_per_row(most);
        }
        if let Some(most) = score("max-tokens-per-row")? {
            gate = gate.max_tokens_per_row(most);
        }
        if let Some(most) = score("max-latency-p95")? {
            let limit = Duration::try_from_secs_f64(most).map_err(|error| {
                Fault::usage(format!("`--max-latency-p95` must be seconds: {error}"))
            })?;
            gate = gate.max_latency_p95(limit);
        }
        if let Some(least) = score("min-improvement")? {
            gate = gate.improvement(Gate::default().min_improvement(least));
        }
        let slices = args.get_many::<String>("no-regression-on").into_iter().flatten();
        gate = gate.no_regression_on(slices.cloned());
        let is_asked = text(args, "gate").is_some()
            || NUMBERS.iter().chain(&["no-regression-on"]).any(|name| args.contains_id(name));
        if let Some(name) =
            ["junit", "verdict", "baseline"].into_iter().find(|name| args.contains_id(name))
            && !is_asked
        {
            return Err(Fault::usage(format!(
                "`--{name}` is for a quality gate, but none is asked: add --min-score, say, or --gate FILE"
            )));
        }
        for option in ["junit", "verdict"] {
            if let Some(file) = text(args, option) {
                console.check_target(option, file)?;
            }
        }
        let baseline = match text(args, "baseline") {
            Some(file) => Some(Evaluation::load(console.path(file))?),
            None => None,
        };
        Ok(Self { gate, baseline, is_asked })
    }

    /// Judges a result, and writes the verdict where that was asked.
    pub(crate) fn judge<O: Data>(
        &self,
        evaluation: &Evaluation<O>,
        args: &ArgMatches,
        console: &Console<'_>,
    ) -> Result<Option<QualityVerdict>, Fault> {
        if !self.is_asked {
            return Ok(None);
        }
        let verdict = match &self.baseline {
            Some(baseline) => self.gate.check_against(evaluation, baseline),
            None => self.gate.check(evaluation),
        };
        if let Some(file) = text(args, "junit") {
            verdict.write_junit(console.path(file), "eval")?;
        }
        if let Some(file) = text(args, "verdict") {
            verdict.write_json(console.path(file))?;
        }
        Ok(Some(verdict))
    }
}

fn read_gate(file: &str, console: &Console<'_>) -> Result<QualityGate, Fault> {
    let content = std::fs::read_to_string(console.path(file)).map_err(|source| Fault::File {
        action: "could not read the gate",
        path: file.to_owned(),
        source,
    })?;
    serde_json::from_str(&content)
        .map_err(|error| Fault::usage(format!("`{file}` is no quality gate: {error}")))
}
