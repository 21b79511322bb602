//! `schema`: JSON Schemas of what the program takes and gives.

use clap::{ArgMatches, Command};
use dspy_core::module::Module;
use serde_json::json;

use crate::command::{Session, flag, json as json_flag};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::shape::schemas;

/// `schema`.
pub(crate) fn command() -> Command {
    Command::new("schema")
        .about("JSON Schemas of inputs and outputs")
        .arg(flag("input", "That of the inputs alone").conflicts_with("output"))
        .arg(flag("output", "That of the outputs alone"))
        .arg(json_flag("Write one line"))
}

/// Writes the schemas.
pub(crate) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let (input, output) = schemas(&session.cli.program);
    let value = match (args.get_flag("input"), args.get_flag("output")) {
        (true, _) => input,
        (_, true) => output,
        _ => json!({"input": input, "output": output}),
    };
    let console = &mut session.console;
    if console.is_json {
        console.json(&value)?
    } else {
        console.pretty(&value)?
    }
    Ok(Exit::Done)
}
