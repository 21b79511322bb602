//! The command `speed`: CPU time of parsing.

pub(crate) mod clock;
mod hostile;
mod row;
mod texts;

use std::hint::black_box;
use std::io::{self, Write};

use dspy::adapter::{Adapter, AdapterCall, ChatAdapter};
use dspy::lm::{Completion, Lm};
use dspy::parse::{Level, parse};
use dspy::signature::Fields;
use futures_util::FutureExt;
use serde_json::Value;

use clock::paired;
use row::Row;

/// Measures every row, writes it as JSON as soon as it is known, and at the end all as a table on
/// standard error.
pub(crate) fn run(rounds: usize) -> io::Result<()> {
    let mut rows = Vec::new();
    let mut keep = |row: Row| {
        writeln!(io::stdout(), "{}", row.json())?;
        rows.push(row);
        io::Result::Ok(())
    };
    keep(valid(rounds)?)?;
    keep(broken(rounds)?)?;
    keep(chat(rounds)?)?;
    hostile::measure(&mut keep)?;
    eprint!("{}", row::table(&rows));
    Ok(())
}

const DOCUMENT: usize = 100_000;

fn valid(rounds: usize) -> io::Result<Row> {
    let (text, schema) = (texts::valid(DOCUMENT), texts::schema());
    check(parse(&text, &schema).is_ok_and(|parsed| parsed.level == Level::Exact), "valid text")?;
    Ok(against_serde("valid object", &text, &text, &schema, rounds, 2.0))
}

fn broken(rounds: usize) -> io::Result<Row> {
    let (text, schema) = (texts::broken(DOCUMENT), texts::schema());
    let valid = texts::valid(DOCUMENT);
    let intended: Value = serde_json::from_str(&valid)?;
    check(parse(&text, &schema).is_ok_and(|parsed| parsed.value == intended), "broken text")?;
    Ok(against_serde("broken object", &text, &valid, &schema, rounds, 6.0))
}

/// Our parse of a text against serde_json's of a valid one that says the same.
fn against_serde(
    name: &str,
    text: &str,
    valid: &str,
    schema: &Value,
    rounds: usize,
    limit: f64,
) -> Row {
    let times = paired(
        rounds,
        || drop(black_box(parse(black_box(text), schema))),
        || drop(black_box(serde_json::from_str::<Value>(black_box(valid)))),
    );
    Row::new(name, text.len(), times.ours)
        .against("serde_json::from_str::<Value> of the valid text", times.other, times.ratio)
        .with_most_ratio(limit)
}

/// A typical chat completion, read by the chat adapter.
fn chat(rounds: usize) -> io::Result<Row> {
    let schema = texts::chat_signature();
    let completion = Completion::text(texts::CHAT);
    let prelude = ChatAdapter.prelude(&schema, &[]).map_err(io::Error::other)?;
    let (inputs, lm) = (Fields::new(), Lm::embedded());
    let call = AdapterCall::new(&schema, &prelude, &inputs, &lm);
    let read = || ChatAdapter.parse(&call, &completion).now_or_never();
    let fields = read().and_then(Result::ok).map(|answer| answer.fields);
    check(fields.is_some_and(|fields| fields["confidence"] == 0.92), "completion")?;
    let times = paired(
        rounds,
        || drop(black_box(read())),
        || drop(black_box(serde_json::from_str::<Value>(black_box(texts::CHAT_AS_JSON)))),
    );
    Ok(Row::new("chat completion, 4 fields", texts::CHAT.len(), times.ours)
        .against("serde_json::from_str::<Value> of the fields", times.other, times.ratio)
        .with_most_micros(10.0))
}

/// What is timed must be what is meant.
fn check(holds: bool, what: &str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(io::Error::other(format!("the {what} is not read as meant"))) }
}
