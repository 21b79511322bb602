//! What is asked for on the command line.

use std::path::PathBuf;

use lexopt::prelude::*;

pub(crate) const USAGE: &str = "\
usage: dspy-bench COMMAND [OPTIONS]

commands, which read and write JSON Lines (`-` for FILE is standard input):
  parse --cases FILE          text and JSON Schema -> value, or why there is none
  format --cases FILE         a call of an adapter -> the messages it sends
  adapter-parse --cases FILE  a call and a completion -> output fields, or why there are none
  speed [--rounds N]          CPU time of parsing, as JSON Lines and, on standard error, a table
  help                        this text

The case formats are in bench/README.md.";

/// One thing to do.
#[derive(Debug)]
pub(crate) enum Command {
    Parse { cases: PathBuf },
    Format { cases: PathBuf },
    AdapterParse { cases: PathBuf },
    Speed { rounds: usize },
    Help,
}

impl Command {
    pub(crate) fn from_args(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let name = match args.next()? {
            Some(Value(name)) => name.string()?,
            Some(Long("help") | Short('h')) => return Ok(Self::Help),
            Some(other) => return Err(other.unexpected()),
            None => return Err("a command is missing".into()),
        };
        let command = match name.as_str() {
            "parse" => Self::Parse { cases: cases(&mut args)? },
            "format" => Self::Format { cases: cases(&mut args)? },
            "adapter-parse" => Self::AdapterParse { cases: cases(&mut args)? },
            "speed" => Self::Speed { rounds: rounds(&mut args)? },
            "help" => Self::Help,
            _ => return Err(format!("there is no command `{name}`").into()),
        };
        match args.next()? {
            None => Ok(command),
            Some(extra) => Err(extra.unexpected()),
        }
    }
}

fn cases(args: &mut lexopt::Parser) -> Result<PathBuf, lexopt::Error> {
    match args.next()? {
        Some(Long("cases")) => Ok(args.value()?.into()),
        Some(other) => Err(other.unexpected()),
        None => Err("the option `--cases FILE` is missing".into()),
    }
}

fn rounds(args: &mut lexopt::Parser) -> Result<usize, lexopt::Error> {
    const DEFAULT: usize = 15;
    match args.next()? {
        Some(Long("rounds")) => match args.value()?.parse()? {
            0 => Err("at least one round is needed".into()),
            rounds => Ok(rounds),
        },
        Some(other) => Err(other.unexpected()),
        None => Ok(DEFAULT),
    }
}
