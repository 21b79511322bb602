//! `run`: the program on one input, or on a file of them.

mod answers;
mod batch;
mod given;
mod live;
mod single;

pub(crate) use single::session_runtime;

use clap::{Arg, ArgMatches, Command};
use dspy_core::module::Module;

use crate::command::{Session, flag, json, option, text};
use crate::config;
use crate::exit::Exit;
use crate::fault::Fault;

/// `run`, with an option for each input of the program.
pub(crate) fn command<P: Module>(program: &P) -> Command {
    let many = |arg: Arg| arg.help_heading("Many rows");
    let mut fixed = vec![
        Arg::new("input")
            .value_name("JSON")
            .help("The inputs as a JSON object; `-` reads it from standard input"),
        flag("stream", "Show output fields while they are written").conflicts_with("in"),
        json("Write one line of JSON: output, usage, warnings"),
        many(option("in", "FILE", "Answer each row of a file: CSV, TSV, JSON, JSON Lines"))
            .requires("out")
            .conflicts_with("input"),
        many(option("out", "FILE", "Where answers go, as JSON Lines; those that it has are kept"))
            .requires("in"),
        many(config::arg("concurrency")).requires("in"),
        many(flag("quiet", "Show no progress")).requires("in"),
        config::arg("program").help_heading("Model"),
    ];
    fixed.extend(config::model_args().map(|arg| arg.help_heading("Model")));
    let taken: Vec<String> = fixed
        .iter()
        .filter_map(|arg| arg.get_long().map(str::to_owned))
        .chain(["config", "help"].map(str::to_owned))
        .collect();
    Command::new("run")
        .about("Answers one input, or a file of them")
        .args(given::args(program, &taken))
        .args(fixed)
}

/// Answers what was given.
pub(crate) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    match (text(args, "in"), text(args, "out")) {
        (Some(from), Some(to)) => {
            if let Some(name) = given::first(&session.cli.program, args) {
                return Err(Fault::usage(format!(
                    "the input `{name}` and `--in` were both given; the file's rows have all inputs"
                )));
            }
            batch::run(session, args, from, to)
        }
        _ => single::run(session, args),
    }
}
