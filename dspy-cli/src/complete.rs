//! `complete`: a completion script for a shell.

use clap::{Arg, ArgMatches, Command};
use clap_complete::{Shell, generate};

use crate::console::Console;
use crate::exit::Exit;
use crate::fault::Fault;

/// `complete`.
pub(crate) fn command() -> Command {
    Command::new("complete").about("Writes a completion script for a shell").arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(["bash", "elvish", "fish", "powershell", "zsh"])
            .help("For bash: source <(PROGRAM complete bash)"),
    )
}

/// Writes the script for all commands of the program.
pub(crate) fn run(
    console: &mut Console<'_>,
    args: &ArgMatches,
    mut command: Command,
) -> Result<Exit, Fault> {
    let named = args.get_one::<String>("shell").map(String::as_str).unwrap_or_default();
    let shell: Shell = named.parse().map_err(Fault::Usage)?;
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    console.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
