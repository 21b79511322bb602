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
    let mut rounds = 60;
    while let Some(arg) = args.next()? {
        match arg {
            Long("rounds") => rounds = args.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    if rounds == 0 { Err("at least one round is needed".into()) } else { Ok(rounds) }
}

/// Measures all rows in turn, round by round, and writes them as JSON, and as a table on standard
/// error. A machine whose speed drifts so drifts for all of them.
fn run(rounds: usize) -> io::Result<()> {
    let lm = |text: &str| Lm::from_model(Fixed::new(text));

    let (alone, request) = (lm(QA), Request::new([Message::user("Where?")]));
    let answer = || alone.generate(&request).now_or_never();
    check(answer().is_some_and(|answer| answer.is_ok()), "the model")?;

    let plain = Predict::<Qa>::new().with_lm(lm(QA));
    let ask = || done(plain.call("What is the capital of France?"));
    check(ask().is_some_and(|out| out.answer == "Paris"), "question -> answer")?;

    let grounded = Predict::<Grounded>::new().with_lm(lm(GROUNDED));
    let find = || done(grounded.call(Grounded::input()));
    check(find().is_some(), "2 inputs, 2 outputs")?;

    let shown = grounded.clone().with_demos((0..DEMOS).map(Grounded::demo));
    let find_shown = || done(shown.call(Grounded::input()));
    check(shown.demos().len() == DEMOS && find_shown().is_some(), "16 demonstrations")?;

    let judge = Predict::<Judge>::new().with_lm(lm(JUDGE));
    let weigh = || done(judge.call(Judge::input()));
    check(weigh().is_some_and(|out| out.kind == Kind::Defect), "typed outputs")?;

    let reasoned = ChainOfThought::<Qa>::new().with_lm(lm(REASONED));
    let think = || done(reasoned.call("What is the capital of France?"));
    check(think().is_some_and(|out| out.answer == "Paris"), "chain of thought")?;

    let mut cases = [
        Case::new("the model alone", (None, None), answer),
        Case::new("question -> answer", (Some(1.5), None), ask),
        Case::new("2 inputs, 2 outputs", (Some(3.0), Some(40)), find),
        Case::new("the same after 16 demos", (Some(6.0), None), find_shown),
        Case::new("2 inputs, an enum and a number", (Some(3.0), Some(40)), weigh),
        Case::new("question -> reasoning, answer", (None, None), think),
    ];
    // Counting would take a tenth of the time.
    allocation_counter::opt_out(|| {
        for _ in 0..rounds {
            cases.iter_mut().for_each(Case::time);
        }
    });
    let rows: Vec<Row> = cases.into_iter().map(Case::row).collect();
    for row in &rows {
        writeln!(io::stdout(), "{}", row.json())?;
    }
    eprint!("{}", row::table(&rows));
    Ok(())
}

/// The output of a call that has nothing to wait for.
fn done<O>(call: impl IntoFuture<Output = dspy::Result<dspy::Prediction<O>>>) -> Option<O> {
    call.into_future().now_or_never()?.ok().map(dspy::Prediction::into_output)
}

/// A row while it is measured.
struct Case<'a> {
    name: &'static str,
    call: Box<dyn FnMut() + 'a>,
    /// Calls in a round.
    batch: u32,
    /// Microseconds of a call, by round.
    times: Vec<f64>,
    most: (Option<f64>, Option<u64>),
    allocations: u64,
    bytes: u64,
}

impl<'a> Case<'a> {
    fn new<O>(
        name: &'static str,
        most: (Option<f64>, Option<u64>),
        mut call: impl FnMut() -> O + 'a,
    ) -> Self {
        let mut call = move || {
            black_box(call());
        };
        // What is made once was made by the call that was checked.
        let counted = allocation_counter::measure(&mut call);
        let mut size = 0;
        allocation_counter::opt_out(|| size = batch(&mut call));
        Self {
            name,
            call: Box::new(call),
            batch: size,
            times: Vec::new(),
            most,
            allocations: counted.count_total,
            bytes: counted.bytes_total,
        }
    }

    fn time(&mut self) {
        self.times.push(micros(&mut self.call, self.batch));
    }

    fn row(self) -> Row {
        Row {
            name: self.name,
            least_micros: self.times.iter().copied().fold(f64::INFINITY, f64::min),
            micros: median(self.times),
            allocations: self.allocations,
            bytes: self.bytes,
            most_micros: self.most.0,
            most_allocations: self.most.1,
        }
    }
}

/// What is timed must be what is meant.
fn check(holds: bool, what: &str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(io::Error::other(format!("{what}: not answered as meant"))) }
}
