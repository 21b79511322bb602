//! `diff`: what changed between two programs.

use clap::{Arg, ArgMatches, Command};
use dspy_core::module::{self, Module, ProgramDiff};
use serde_json::json;

use crate::command::{Session, json as json_flag, text};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::style::Style;

/// `diff`.
pub(crate) fn command() -> Command {
    Command::new("diff")
        .about("What changed between two saved programs, or between the program's code and one")
        .arg(Arg::new("before").value_name("BEFORE").required(true).help("A saved program"))
        .arg(Arg::new("after").value_name("AFTER").help(
            "Another one; without it, BEFORE is compared with the program as its code has it, which \
             comes first",
        ))
        .arg(json_flag("Write one line of JSON: a list of changes"))
}

/// Writes the changes.
pub(crate) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let first = session.loaded(text(args, "before").unwrap_or_default())?;
    let (before, after) = match text(args, "after") {
        Some(after) => (first, session.loaded(after)?),
        None => (session.cli.program.clone(), first),
    };
    let diff = module::diff(&before, &after);
    let console = &mut session.console;
    if console.is_json {
        console.json(&changes(&diff))?
    } else {
        console.write(&shown(&diff, console.style))?
    }
    Ok(Exit::Done)
}

/// The changes as JSON.
pub(crate) fn changes(diff: &ProgramDiff) -> serde_json::Value {
    let change = |change: &module::Change| {
        json!({
            "path": change.path, "kind": change.kind.as_str(),
            "before": change.before, "after": change.after,
        })
    };
    diff.changes().iter().map(change).collect()
}

/// The changes for people.
pub(crate) fn shown(diff: &ProgramDiff, style: Style) -> String {
    let coloured = |line: &str| match line.trim_start().chars().next() {
        Some('+') => style.green(line),
        Some('-') => style.red(line),
        _ => style.bold(line),
    };
    diff.to_string().lines().map(|line| coloured(line) + "\n").collect()
}
