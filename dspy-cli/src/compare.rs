//! `compare`: two results, or two programs on the same rows.

use clap::{Arg, ArgMatches, Command};
use dspy_core::error::Error;
use dspy_core::evaluate::{Difference, Evaluation};
use dspy_core::module::Module;
use dspy_core::row::{LoadRow, Row};
use dspy_core::signature::Data;
use serde_json::{Value, json};

use crate::command::{Session, json as json_flag, option, text};
use crate::config;
use crate::diff::{changes, shown};
use crate::eval::{self, summary, until_ctrl_c};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::selection;

/// Flipped rows that are shown to people; JSON has all.
const SHOWN: usize = 20;

/// `compare`.
pub(crate) fn command(metrics: &[&str]) -> Command {
    let needs_data = |arg: Arg| arg.requires("data");
    Command::new("compare")
        .about("Two results of `eval --out`, or with --data two saved programs on the same rows")
        .arg(
            Arg::new("before")
                .value_name("BEFORE")
                .required(true)
                .help("Results; or with --data a saved program, `-` for the one of the code"),
        )
        .arg(Arg::new("after").value_name("AFTER").required(true).help("The same of the other one"))
        .arg(option("data", "FILE", "Labelled rows to run both programs on"))
        .arg(json_flag("Write one line of JSON"))
        .arg(needs_data(selection::metric_arg(metrics)))
        .args(eval::run_args().map(needs_data))
        .args(selection::row_args().into_iter().map(needs_data))
        .args(config::model_args().map(|arg| needs_data(arg.help_heading("Model"))))
}

/// Compares, and writes what differs.
pub(crate) fn run<P: Module, R: Row<P::Input> + LoadRow>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let named = |name| text(args, name).unwrap_or_default();
    match text(args, "data") {
        Some(data) => {
            let rows = session.rows(args, data)?;
            let evaluate = session.evaluate(args, &rows)?;
            let metric = session.metric(args, &rows)?;
            let programs = [named("before"), named("after")].map(|file| match file {
                "-" => Ok(session.cli.program.clone()),
                file => session.loaded(file),
            });
            let [before, after] = programs;
            let before = session.on_model(before?, args)?;
            let after = session.on_model(after?, args)?;
            let programs = [("before", before), ("after", after)];
            let matrix = until_ctrl_c(evaluate.matrix(programs, metric), "")?;
            match matrix.entries() {
                [(_, before), (_, after)] => tell(session, before, after),
                _ => Err(Fault::usage("both programs must be evaluated")),
            }
        }
        None => {
            let load = |file| Evaluation::<Value>::load(session.console.path(file));
            let (before, after) = (load(named("before"))?, load(named("after"))?);
            tell(session, &before, &after)
        }
    }
}

fn tell<P: Module, R, O: Data>(
    session: &mut Session<'_, '_, P, R>,
    before: &Evaluation<O>,
    after: &Evaluation<O>,
) -> Result<Exit, Fault> {
    let console = &mut session.console;
    for (name, result) in [("before", before), ("after", after)] {
        if let Some(reason) = result.stopped() {
            console.warn(&format!("{name}: {reason}"));
        }
    }
    let unfit = |error: Error| Fault::usage(error.to_string());
    let difference = before.difference(after).map_err(unfit)?;
    if console.is_json {
        console.json(&value(before, after, &difference))?;
        return Ok(Exit::Done);
    }
    let Difference { evidence, flipped, slices, program, cost_ratio, .. } = &difference;
    console.line(&format!("before: {before}\nafter:  {after}\n\n{evidence}"))?;
    if let Some(ratio) = cost_ratio {
        console.line(&format!("after spends {ratio:.2} times as much"))?;
    }
    for slice in slices {
        let (before, after) = (&slice.before, &slice.after);
        console.line(&format!("{}: {:.3} → {:.3}", before.name, before.score, after.score))?;
    }
    if !flipped.is_empty() {
        console.line(&format!(
            "\n{} rows score otherwise, those that lose most first:",
            flipped.len()
        ))?;
    }
    for row in flipped.iter().take(SHOWN) {
        let line = format!("  row {}: {:.3} → {:.3}", row.index, row.before, row.after);
        let style = console.style;
        let line = if row.after < row.before { style.red(&line) } else { style.green(&line) };
        console.line(&line)?;
    }
    if flipped.len() > SHOWN {
        console.line(&format!("  and {} more (--json has all)", flipped.len() - SHOWN))?;
    }
    if let Some(diff) = program {
        let text = shown(diff, console.style);
        console.write(&format!("\n{text}"))?;
    }
    Ok(Exit::Done)
}

fn value<O>(before: &Evaluation<O>, after: &Evaluation<O>, difference: &Difference) -> Value {
    let Difference { evidence, flipped, slices, program, cost_ratio, .. } = difference;
    let flipped: Vec<Value> = flipped
        .iter()
        .map(|row| {
            json!({
                "index": row.index, "id": row.id, "slice": row.slice,
                "before": row.before, "after": row.after,
            })
        })
        .collect();
    let slices: Vec<Value> =
        slices.iter().map(|s| json!({"before": s.before, "after": s.after})).collect();
    json!({
        "before": summary(before),
        "after": summary(after),
        "difference": evidence.comparison.difference,
        "interval": evidence.comparison.interval,
        "p_value": evidence.p_value,
        "test": evidence.test,
        "rows": evidence.comparison.rows,
        "flipped": flipped,
        "slices": slices,
        "cost_ratio": cost_ratio,
        "program": program.as_ref().map(changes),
    })
}
