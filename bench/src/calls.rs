//! The command `calls`: what a call costs in this process, beside the model.

mod model;
mod row;
mod tasks;

use std::hint::black_box;
use std::io::{self, Write};

use dspy::lm::{Lm, Message, Request};
use dspy::prelude::*;
use futures_util::FutureExt;

use crate::speed::clock::median_micros;
use model::Fixed;
use row::Row;
use tasks::{GROUNDED, Grounded, JUDGE, Judge, Kind, QA, Qa, REASONED};

const DEMOS: usize = 16;

/// Measures every row, writes it as JSON as soon as it is known, and at the end all as a table on
/// standard error.
pub(crate) fn run(rounds: usize) -> io::Result<()> {
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
    Row {
        name,
        micros: median_micros(rounds, call),
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
