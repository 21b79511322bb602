//! One input.

use clap::ArgMatches;
use dspy_core::module::Module;
use dspy_core::wire;
use serde_json::{Value, json};

use super::{given, live};
use crate::command::Session;
use crate::exit::Exit;
use crate::fault::Fault;

/// Answers one input, and writes the output as JSON.
pub(super) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let input = given::read(&session.cli.program, args, &mut session.console)?;
    let program = session.prepared(args)?;
    let console = &mut session.console;
    let runtime = session_runtime()?;
    let prediction = if args.get_flag("stream") {
        runtime.block_on(live::follow(&program, input, console))?
    } else {
        runtime.block_on(async { program.call(input).await })?
    };
    let usage = prediction.usage();
    let warnings = prediction.warnings().to_vec();
    let output = wire::to_value(prediction.output()).map_err(|error| {
        Fault::Program(dspy_core::error::Error::Invalid(format!(
            "the output has no form in JSON: {error}"
        )))
    })?;
    if console.is_json {
        console.json(&json!({"output": output, "usage": usage, "warnings": warnings}))?;
        return Ok(Exit::Done);
    }
    for warning in warnings {
        console.warn(&warning);
    }
    match output {
        Value::Null => {}
        output => console.pretty(&output)?,
    }
    Ok(Exit::Done)
}

/// The runtime, made only once there is something to wait for.
pub(crate) fn session_runtime() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Fault::Runtime)
}
