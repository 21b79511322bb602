//! `report`: results and runs as one HTML file.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use dspy_core::module::Module;
use dspy_report::Report;
use serde_json::json;

use crate::command::{Session, json as json_flag, option, text};
use crate::exit::Exit;
use crate::fault::Fault;

/// `report`.
pub(crate) fn command() -> Command {
    Command::new("report")
        .about("Writes results or an optimizer's run as one HTML file")
        .arg(
            Arg::new("files")
                .value_name("FILE")
                .required(true)
                .num_args(1..)
                .action(ArgAction::Append)
                .help(
                    "Results of `eval --out`; two of them to compare, the baseline first; or a report or \
                     journal of `optimize`",
                ),
        )
        .arg(option("out", "FILE.html", "Where the page goes").required(true))
        .arg(option("title", "TEXT", "Its title"))
        .arg(json_flag("Write one line of JSON"))
}

/// Writes the page.
pub(crate) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let console = &mut session.console;
    let named = args.get_many::<String>("files").into_iter().flatten();
    let files: Vec<PathBuf> = named.map(|file| console.path(file)).collect();
    // Files that are something else are a mistake of who named them.
    let read = Report::from_files(&files).map_err(|error| Fault::usage(error.to_string()));
    let mut report = read?;
    if let Some(title) = text(args, "title") {
        report = report.with_title(title);
    }
    let out = text(args, "out").unwrap_or_default();
    report.save(console.path(out))?;
    match console.is_json {
        true => console.json(&json!({"out": out}))?,
        false => console.line(&format!("the page is in {out}"))?,
    }
    Ok(Exit::Done)
}
