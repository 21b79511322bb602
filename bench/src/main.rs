//! What we measure, and the commands by which others try the parser and the adapters: case files
//! in, answers out, both JSON Lines.

mod adapters;
#[cfg(feature = "disk-cache")]
mod cache;
mod call_case;
mod command;
#[cfg(unix)]
mod evaluate;
mod expectation;
mod format;
mod handle;
mod intervals;
mod lines;
mod metrics;
mod optimize;
#[cfg(unix)]
mod overhead;
mod parse;
mod race;
mod read;
mod retrieval;
mod signatures;
mod sim;
mod speed;
mod surrogate;

use std::io;
use std::process::ExitCode;

use command::{Command, USAGE};

fn main() -> ExitCode {
    let command = match Command::from_args(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("dspy-bench: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Help => {
            println!("{USAGE}");
            Ok(())
        }
        Command::Parse { cases } => parse::run(&cases),
        Command::Format { cases } => format::run(&cases),
        Command::AdapterParse { cases } => read::run(&cases),
        Command::Speed { rounds } => speed::run(rounds),
        #[cfg(unix)]
        Command::Overhead(work) => overhead::run(&work),
        #[cfg(unix)]
        Command::Serve { port, latency } => overhead::serve(port, latency),
        Command::Sim(sim) => sim::run(&sim),
        #[cfg(feature = "disk-cache")]
        Command::Cache(task) => cache::run(task),
        #[cfg(not(feature = "disk-cache"))]
        Command::Cache(_) => Err(io::Error::other("build it with `--features disk-cache`")),
        Command::Optimize(work) => optimize::run(&work),
        Command::Race(races) => race::run(races),
        Command::Handle => handle::run(),
        Command::Metrics { cases } => metrics::run(&cases),
        Command::Intervals { repeats } => intervals::run(repeats),
        #[cfg(unix)]
        Command::Evaluate { items } => evaluate::run(items),
        Command::Surrogate(task) => surrogate::run(&task),
        Command::Retrieval(task) => retrieval::run(&task),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has had enough of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dspy-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
