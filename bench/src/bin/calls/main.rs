//! What a call costs in its process, beside the model: time and allocations.
//!
//! A program of its own, because the allocator that counts would slow down what `dspy-bench` times.

#[allow(dead_code, reason = "the other program needs more of it")]
#[path = "../../speed/clock.rs"]
mod clock;
mod model;
mod row;
mod tasks;

use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;

use dspy::lm::{Lm, Message, Request};
use dspy::prelude::*;
use futures_util::FutureExt;
use lexopt::prelude::*;

use clock::{batch, median, micros};
use model::Fixed;
use row::Row;
use tasks::{GROUNDED, Grounded, JUDGE, Judge, Kind, QA, Qa, REASONED};

const DEMOS: usize = 16;

const USAGE: &str = "\
usage: calls [--rounds N]

CPU time and allocations of calls, as JSON Lines and, on standard error, a table.";

fn main() -> ExitCode {
    let rounds = match rounds(lexopt::Parser::from_env()) {
        Ok(rounds) => rounds,
        Err(error) => {
            eprintln!("calls: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("calls: {error}");
            ExitCode::FAILURE
        }
    }
}

fn rounds(mut args: lexopt::Parser) -> Result<usize, lexopt::Error> {
    let mut rounds = 15;
    while let Some(arg) = args.next()? {
        match arg {
            Long("rounds") => rounds = args.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    if rounds == 0 { Err("at least one round is needed".into()) } else { Ok(rounds) }
}

/// Measures every row, writes it as JSON as soon as it is known, and at the end all as a table on
/// standard error.
fn run(rounds: usize) -> io::Result<()> {
    let mut rows = Vec::new();
    let mut keep = |row: Row| {
        writeln!(io::stdout(), "{}", row.json())?;
        rows.push(row);
        io::Result::Ok(())
    };
    let lm = |text: &str| Lm::from_model(Fixed::new(text));

    let (alone, request) = (lm(QA), Request::new([Message::user("Where?")]));
    let answer = || alone.generate(&request).now_or_never();
    check(answer().is_some_and(|answer| answer.is_ok()), "the model")?;
    keep(measured("the model alone", rounds, (None, None), answer))?;

    let program = Predict::<Qa>::new().with_lm(lm(QA));
    let call = || done(program.call("What is the capital of France?"));
    check(call().is_some_and(|out| out.answer == "Paris"), "question -> answer")?;
    let most = (Some(1.5), None);
    keep(measured("question -> answer", rounds, most, call))?;

    let program = Predict::<Grounded>::new().with_lm(lm(GROUNDED));
    let call = || done(program.call(Grounded::input()));
    check(call().is_some(), "2 inputs, 2 outputs")?;
    let most = (Some(3.0), Some(40));
    keep(measured("2 inputs, 2 outputs", rounds, most, call))?;

    let program = program.with_demos((0..DEMOS).map(Grounded::demo));
    let call = || done(program.call(Grounded::input()));
    check(program.demos().len() == DEMOS && call().is_some(), "16 demonstrations")?;
    let most = (Some(6.0), None);
    keep(measured("the same after 16 demos", rounds, most, call))?;

    let program = Predict::<Judge>::new().with_lm(lm(JUDGE));
    let call = || done(program.call(Judge::input()));
    check(call().is_some_and(|out| out.kind == Kind::Defect), "typed outputs")?;
    let most = (Some(3.0), Some(40));
    keep(measured("2 inputs, an enum and a number", rounds, most, call))?;

    let program = ChainOfThought::<Qa>::new().with_lm(lm(REASONED));
    let call = || done(program.call("What is the capital of France?"));
    check(call().is_some_and(|out| out.answer == "Paris"), "chain of thought")?;
    keep(measured("question -> reasoning, answer", rounds, (None, None), call))?;

    eprint!("{}", row::table(&rows));
    Ok(())
}

/// The output of a call that has nothing to wait for.
fn done<O>(call: impl IntoFuture<Output = dspy::Result<dspy::Prediction<O>>>) -> Option<O> {
    call.into_future().now_or_never()?.ok().map(dspy::Prediction::into_output)
}

fn measured<O>(
    name: &'static str,
    rounds: usize,
    (most_micros, most_allocations): (Option<f64>, Option<u64>),
    mut call: impl FnMut() -> O,
) -> Row {
    let mut call = || {
        black_box(call());
    };
    // What is made once was made by the call that was checked.
    let counted = allocation_counter::measure(&mut call);
    let mut micros = 0.0;
    // Counting would take a tenth of the time.
    allocation_counter::opt_out(|| micros = median_micros(rounds, call));
    Row {
        name,
        micros,
        allocations: counted.count_total,
        bytes: counted.bytes_total,
        most_micros,
        most_allocations,
    }
}

/// What is timed must be what is meant.
fn check(holds: bool, what: &str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(io::Error::other(format!("{what}: not answered as meant"))) }
}

/// The median of so many rounds: microseconds.
fn median_micros(rounds: usize, mut run: impl FnMut()) -> f64 {
    let batch = batch(&mut run);
    median((0..rounds).map(|_| micros(&mut run, batch)).collect())
}
