//! The commands: what there are, and which one was meant.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};
use dspy_core::module::{Module, task_schemas};
use dspy_core::row::{LoadRow, Row};

use crate::cli::Cli;
use crate::config::{self, Config};
use crate::console::Console;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::surroundings::Surroundings;
use crate::{compare, complete, diff, eval, inspect, optimize, project, report, run, schema};

const EXIT_CODES: &str = "Exit codes: 0 done; 1 the program, a row or a file failed; 2 bad usage, \
settings or data; 3 a quality gate refused; 130 interrupted, answers are kept.";

/// The commands that have settings.
const CONFIGURED: [&str; 5] = ["run", "eval", "optimize", "compare", "config"];

/// What all commands work on.
pub(crate) struct Session<'a, 'b, P: Module, R> {
    pub(crate) cli: &'a Cli<P, R>,
    pub(crate) config: Config,
    pub(crate) console: Console<'b>,
    /// Whether this is all that the process does.
    pub(crate) is_process: bool,
}

/// Does what the arguments say, and tells what went wrong.
pub(crate) fn start<P: Module, R: Row<P::Input> + LoadRow>(
    cli: &Cli<P, R>,
    args: Vec<OsString>,
    around: Surroundings<'_>,
    is_process: bool,
) -> Exit {
    let mut console = Console::new(around);
    console.is_json = args.iter().any(|arg| arg == "--json");
    let command = command(cli);
    let name = command.get_name().to_owned();
    let all = std::iter::once(OsString::from(name)).chain(args);
    let matches = match command.try_get_matches_from(all) {
        Ok(matches) => matches,
        Err(error) => return say(&mut console, &error),
    };
    let mut session = Session { cli, config: Config::default(), console, is_process };
    match dispatch(&mut session, &matches) {
        Ok(exit) => exit,
        Err(fault) => {
            session.console.fault(&fault);
            fault.exit()
        }
    }
}

fn dispatch<P: Module, R: Row<P::Input> + LoadRow>(
    session: &mut Session<'_, '_, P, R>,
    matches: &ArgMatches,
) -> Result<Exit, Fault> {
    let Some((name, args)) = matches.subcommand() else {
        return Err(Fault::usage("no command was given; `help` lists them"));
    };
    if CONFIGURED.contains(&name) {
        session.config = Config::find(args, &session.console)?;
    }
    match name {
        "run" => run::run(session, args),
        "eval" => eval::run(session, args),
        "optimize" => optimize::run(session, args),
        "compare" => compare::run(session, args),
        "inspect" => inspect::run(session, args),
        "diff" => diff::run(session, args),
        "report" => report::run(session, args),
        "schema" => schema::run(session, args),
        "config" => config::run(session, args),
        "new" => project::run(&mut session.console, args),
        "complete" => {
            complete::run(&mut session.console, args, crate::command::command(session.cli))
        }
        other => Err(Fault::usage(format!("there is no command `{other}`"))),
    }
}

/// All that can be said on the command line.
pub(crate) fn command<P: Module, R: Row<P::Input> + LoadRow>(cli: &Cli<P, R>) -> Command {
    let metrics: Vec<&str> = cli.metrics.iter().map(|(name, _)| name.as_str()).collect();
    let mut command = Command::new(cli.name.clone().unwrap_or_else(|| "program".to_owned()))
        .about(about(cli))
        .after_help(EXIT_CODES)
        .max_term_width(100)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(run::command(&cli.program))
        .subcommand(eval::command(&metrics))
        .subcommand(optimize::command(&metrics))
        .subcommand(compare::command(&metrics))
        .subcommand(inspect::command())
        .subcommand(diff::command())
        .subcommand(report::command())
        .subcommand(schema::command())
        .subcommand(config::command())
        .subcommand(project::command())
        .subcommand(complete::command());
    for name in CONFIGURED {
        command = command.mut_subcommand(name, |command| command.arg(config::file_arg()));
    }
    command
}

fn about<P: Module, R>(cli: &Cli<P, R>) -> String {
    if let Some(about) = &cli.about {
        return about.clone();
    }
    match task_schemas(&cli.program).as_slice() {
        [(_, task, _)] => task.instructions().to_owned(),
        tasks => format!("A program of {} predictors.", tasks.len()),
    }
}

/// Help, which was asked for, or a mistake.
fn say(console: &mut Console<'_>, error: &clap::Error) -> Exit {
    let text = error.render();
    // Who says nothing asks what there is.
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if error.use_stderr() && !is_help {
        if console.is_json {
            let message = text.to_string();
            console.fault(&Fault::usage(message.trim().trim_start_matches("error: ")));
        } else if console.errors_are_styled() {
            console.error_line(text.ansi().to_string().trim_end());
        } else {
            console.error_line(text.to_string().trim_end());
        }
        return Exit::Usage;
    }
    let styled = console.style.is_on();
    let text = if styled { text.ansi().to_string() } else { text.to_string() };
    match console.write(&text) {
        Ok(()) => Exit::Done,
        Err(fault) => fault.exit(),
    }
}

/// An option with a value.
pub(crate) fn option(name: &'static str, value: &'static str, help: impl Into<String>) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help.into())
}

/// An option without one.
pub(crate) fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// `--json`.
pub(crate) fn json(help: &'static str) -> Arg {
    flag("json", help)
}

/// The text of an option.
pub(crate) fn text<'a>(args: &'a ArgMatches, name: &str) -> Option<&'a str> {
    args.get_one::<String>(name).map(String::as_str)
}

/// The number of an option that is no setting.
pub(crate) fn number<T: std::str::FromStr>(
    args: &ArgMatches,
    name: &str,
    what: &str,
) -> Result<Option<T>, Fault> {
    let Some(given) = text(args, name) else { return Ok(None) };
    match given.parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(Fault::usage(format!("`--{name}` must be {what}, not `{given}`"))),
    }
}
