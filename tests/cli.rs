//! Command lines of programs: each command as a user would say it, by arguments, streams and files.
#![cfg(feature = "cli")]

#[path = "cli/completion.rs"]
mod completion;
#[path = "cli/eval.rs"]
mod eval;
#[path = "cli/interrupted.rs"]
mod interrupted;
#[path = "cli/many_rows.rs"]
mod many_rows;
#[path = "cli/optimize.rs"]
mod optimize;
#[path = "cli/programs.rs"]
mod programs;
#[path = "cli/project.rs"]
mod project;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/single.rs"]
mod single;

use std::path::Path;

use dspy::cli::{Cli, Exit, Surroundings};
use dspy::lm::{Request, Scripted};
use dspy::module::Module;
use dspy::prelude::*;
use dspy::row::LoadRow;

/// Say in one word what the town is known for.
#[derive(Signature, Clone)]
struct Town {
    /// The town's name.
    #[input]
    town: String,
    /// The year of the visit.
    #[input(default = 2000)]
    year: i64,
    /// At most one word.
    #[output]
    fame: String,
}

/// What a command did.
struct Done {
    exit: Exit,
    out: String,
    err: String,
}

impl Done {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }

    /// Checks how it ended, showing what it said otherwise.
    #[track_caller]
    fn ended(self, exit: Exit) -> Self {
        assert_eq!(self.exit, exit, "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

/// Runs a command line in a folder.
fn say<P: Module, R: Row<P::Input> + LoadRow>(
    cli: &Cli<P, R>,
    folder: &Path,
    line: &[&str],
) -> Done {
    say_with(cli, line, |around| around.folder(folder))
}

/// The same, in surroundings of its own.
fn say_with<P: Module, R: Row<P::Input> + LoadRow>(
    cli: &Cli<P, R>,
    line: &[&str],
    prepare: impl for<'a> FnOnce(Surroundings<'a>) -> Surroundings<'a>,
) -> Done {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let around = Surroundings::new().stdout(&mut out).stderr(&mut err);
    let exit = cli.run_from(line, prepare(around));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { exit, out: text(out), err: text(err) }
}

/// The town that a prompt asks about.
fn town_of(request: &Request) -> String {
    let text = request.messages.last().unwrap().text();
    let (_, rest) = text.split_once("[[ ## town ## ]]\n").unwrap();
    rest.lines().next().unwrap().to_owned()
}

/// An answer in form.
fn answer(fame: &str) -> String {
    format!("[[ ## fame ## ]]\n{fame}\n\n[[ ## completed ## ]]")
}

/// A model that says the same of each town every time.
fn model() -> Scripted {
    Scripted::with(|request, _| answer(&format!("{} cheese", town_of(request))))
}

fn program(model: &Scripted) -> Predict<Town> {
    Predict::new().with_lm(model.lm())
}
