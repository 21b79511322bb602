//! Which rows of a file, and which metric.

use clap::{Arg, ArgAction, ArgMatches};
use dspy_core::metric::DynMetric;
use dspy_core::module::Module;
use dspy_core::row::{LoadRow, Row, Rows, split_rows};
use dspy_grammar::nearest;

use crate::command::{Session, number, option, text};
use crate::config;
use crate::exact_fields::{ExactFields, listed};
use crate::fault::Fault;
use crate::shape::{inputs, outputs};

const HEADING: &str = "Rows";

/// Options that choose among the rows of a file.
pub(crate) fn row_args() -> Vec<Arg> {
    let part =
        option("part", "PART", "One part of the rows alone: `train` or `test`, drawn by a seed")
            .value_parser(["train", "test"]);
    let args = [
        part,
        config::arg("test_share").requires("part"),
        config::arg("split_seed").requires("part"),
        option("limit", "N", "The first N rows alone"),
        option("column", "FIELD=COLUMN", "Read a field from a column of another name")
            .action(ArgAction::Append),
    ];
    args.into_iter().map(|arg| arg.help_heading(HEADING)).collect()
}

/// `--metric`, which names one of these.
pub(crate) fn metric_arg(metrics: &[&str]) -> Arg {
    let all = if metrics.is_empty() { "exact".to_owned() } else { metrics.join(", ") };
    config::arg("metric").help(format!("The metric to score by: {all} [default: the first]"))
}

impl<P: Module, R: Row<P::Input> + LoadRow> Session<'_, '_, P, R> {
    /// The rows of a file that were asked for.
    pub(crate) fn rows(&self, args: &ArgMatches, file: &str) -> Result<Rows<R>, Fault> {
        let mut rows = self.all_rows(args, file)?;
        if let Some(part) = text(args, "part") {
            let share: f64 =
                self.config.number(args, "test_share", "a number between 0 and 1")?.unwrap_or(0.3);
            let seed = self.config.number(args, "split_seed", "a whole number")?.unwrap_or(0);
            let [train, test] = split_rows(&rows, [1.0 - share, share], |_| (), seed)?;
            rows = if part == "test" { test } else { train };
        }
        if let Some(limit) = number::<usize>(args, "limit", "a whole number")? {
            rows = rows.pick(0..limit.min(rows.len()));
        }
        Ok(rows)
    }

    /// All rows of a file.
    pub(crate) fn all_rows(&self, args: &ArgMatches, file: &str) -> Result<Rows<R>, Fault> {
        let mut reader = self.cli.reader.clone();
        for mapping in args.get_many::<String>("column").into_iter().flatten() {
            let Some((field, column)) = mapping.split_once('=') else {
                return Err(Fault::usage(format!(
                    "`--column {mapping}` must be FIELD=COLUMN, such as question=Q"
                )));
            };
            reader = reader.column(field, column);
        }
        let rows: Vec<R> = reader.read(self.console.path(file))?;
        Ok(Rows::from(rows))
    }

    /// The metric that was asked for; exact match where the program names none.
    pub(crate) fn metric(
        &self,
        args: &ArgMatches,
        rows: &Rows<R>,
    ) -> Result<DynMetric<R, P::Output>, Fault> {
        let found = self.config.find_text(args, "metric");
        let named = |name: &str| self.cli.metrics.iter().find(|(known, _)| known == name);
        match (found, self.cli.metrics.first()) {
            (None, Some((_, first))) => Ok(first.clone()),
            (None, None) => self.exact(rows),
            (Some(found), None) if found.value == "exact" => self.exact(rows),
            (Some(found), _) => match named(&found.value) {
                Some((_, metric)) => Ok(metric.clone()),
                None => Err(Fault::usage(self.no_metric(&found.value, &found.origin))),
            },
        }
    }

    fn no_metric(&self, name: &str, origin: &str) -> String {
        let mut known: Vec<&str> = self.cli.metrics.iter().map(|(name, _)| name.as_str()).collect();
        if known.is_empty() {
            known.push("exact");
        }
        let meant = match nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", known.join(", ")),
        };
        format!("{origin}: the program has no metric `{name}`; {meant}")
    }

    /// Exact match; every row must label something, which is known before anything is asked.
    fn exact(&self, rows: &Rows<R>) -> Result<DynMetric<R, P::Output>, Fault> {
        let names = |slots: Vec<crate::shape::Slot>| {
            slots.into_iter().map(|slot| slot.field.name().to_owned()).collect::<Vec<_>>()
        };
        let outputs = names(outputs(&self.cli.program));
        let metric =
            ExactFields::<P::Input>::new(names(inputs(&self.cli.program)), outputs.clone());
        for (place, row) in rows.iter().enumerate() {
            if metric.labels(row.fields()?).is_empty() {
                return Err(Fault::usage(format!(
                    "row {place} labels none of the outputs {}, and without a label there is nothing to \
                     match: add a column of that name, or give the program a metric of its own, with \
                     `dspy::cli::Cli::new(…).metric(…)`",
                    listed(&outputs)
                )));
            }
        }
        Ok(DynMetric::new(metric))
    }
}
