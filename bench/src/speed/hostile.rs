//! Texts made to be slow or to overflow the stack, against a valid text of the same size.

use std::hint::black_box;
use std::io;
use std::time::Duration;

use dspy::parse::parse;
use serde_json::{Value, json};

use super::clock::{median, once};
use super::row::Row;
use super::texts;

const SIZE: usize = 1_000_000;
/// The least that threads of Rust programs have.
const STACK: usize = 2 * 1024 * 1024;

/// Takes a row as soon as it is measured.
pub(super) type Keep<'a> = &'a mut (dyn FnMut(Row) -> io::Result<()> + Send);

/// Every text against the schema under which it takes longest.
pub(super) fn measure(keep: Keep<'_>) -> io::Result<()> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK);
        let worker = builder.spawn_scoped(scope, || rows(keep))?;
        worker.join().map_err(|_| io::Error::other("a hostile text made the parser panic"))?
    })
}

fn rows(keep: Keep<'_>) -> io::Result<()> {
    let (schemas, valid) = (schemas(), texts::valid(SIZE));
    let records = texts::schema();
    let reference = millis(|| drop(black_box(parse(&valid, &records))));
    let row = Row::new("1 MB: valid records", valid.len(), reference * 1e3);
    keep(row.with_note("what the rest is measured against"))?;
    for (name, text) in texts() {
        let slowest = schemas
            .iter()
            .map(|(target, schema)| (millis(|| drop(black_box(parse(&text, schema)))), target))
            .max_by(|(left, _), (right, _)| left.total_cmp(right));
        let Some((millis, target)) = slowest else { continue };
        keep(
            Row::new(format!("1 MB: {name}"), text.len(), millis * 1e3)
                .against("valid records", reference * 1e3, millis / reference)
                .with_most_ratio(20.0)
                .with_note(format!("slowest as {target}")),
        )?;
    }
    Ok(())
}

/// The median of some runs, of fewer where they are long.
fn millis(mut run: impl FnMut()) -> f64 {
    const RUNS: usize = 5;
    const ENOUGH: Duration = Duration::from_millis(400);
    let mut times = Vec::new();
    let mut all = Duration::ZERO;
    while times.len() < RUNS && all < ENOUGH {
        let took = once(&mut run);
        all += took;
        times.push(took.as_secs_f64() * 1e3);
    }
    median(times)
}

fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("records", texts::schema()),
        (
            "a recursive type",
            json!({
                "$defs": {"Node": {
                    "type": "object",
                    "properties": {
                        "a": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                        "b": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
                    },
                    "required": ["a"],
                }},
                "$ref": "#/$defs/Node",
            }),
        ),
        (
            "a union of recursive types",
            json!({"anyOf": [
                {"type": "object", "properties": {"a": {"$ref": "#"}, "x": {"type": "integer"}}},
                {"type": "object", "properties": {"a": {"$ref": "#"}, "y": {"type": "integer"}}},
            ]}),
        ),
        ("a list of texts", json!({"type": "array", "items": {"type": "string"}})),
        ("a list of numbers", json!({"type": "array", "items": {"type": "integer"}})),
        ("a map", json!({"type": "object", "additionalProperties": {"type": "integer"}})),
        ("an enum", json!({"enum": ["yes", "no", "a", "not_a"]})),
        ("a boolean", json!({"type": "boolean"})),
        ("a number", json!({"type": "number"})),
        ("anything", json!(true)),
    ]
}

fn texts() -> Vec<(&'static str, String)> {
    let filled = |piece: &str| piece.repeat(SIZE / piece.len());
    let after = |start: &str, piece: &str| start.to_owned() + &filled(piece);
    let nested = |open: &str, close: &str| {
        let depth = SIZE / (open.len() + close.len());
        open.repeat(depth) + &close.repeat(depth)
    };
    vec![
        ("`[`", filled("[")),
        ("`{`", filled("{")),
        ("`{\"a\":`", filled("{\"a\":")),
        ("`[{\"a\":`", filled("[{\"a\":")),
        ("`[[…]]`", nested("[", "]")),
        ("`{\"a\":{\"a\":…}}`", nested("{\"a\":", "}")),
        ("100 levels, over and over", filled(&(nested_by(100) + ", "))),
        ("unmatched quotes", filled("\"")),
        ("a text full of quotes", after("{\"a\": \"", "\" ")),
        ("a text of quotes and commas", after("{\"a\": \"", "\", ")),
        ("a list of lone quotes", after("[\"", "\" , ")),
        ("apostrophes", after("{'a': '", "it's, ")),
        ("unclosed raw strings", filled("{\"a\": \"\"\"")),
        ("backticks", filled("{\"a\": `")),
        ("prose in braces", filled("{x} ")),
        ("prose in brackets", filled("[x] ")),
        ("unclosed prose in braces", filled("{ a: b, ")),
        ("objects one after another", filled("{\"a\": 1} ")),
        ("fences", filled("```\n")),
        ("fenced objects", filled("```json\n{\"a\": 1}\n```\n")),
        ("`<think>`", filled("<think>")),
        ("`</think>`", filled("</think>")),
        ("unclosed comments", filled("{/*")),
        ("comments", after("{\"a\": 1, ", "// x\n")),
        ("one key again and again", format!("{{{}\"a\": 1}}", filled("\"a\": 1, "))),
        ("many keys", many_keys()),
        ("backslashes", filled("\\")),
        ("halves of `\\u`", after("{\"a\": \"", "\\u")),
        ("numbers and spaces", filled("1 ")),
        ("numbers and commas", filled("1,")),
        ("words that almost match", filled("a not yes ")),
        ("a bullet list", filled("- a\n")),
        ("lines of `a: 1`", filled("a: 1\n")),
        ("a valid list of numbers", format!("[{}1]", filled("1, "))),
        ("a valid list of texts", format!("[{}\"x\"]", filled("\"x\", "))),
        ("plain prose", filled("Nothing to see here. ")),
    ]
}

fn nested_by(depth: usize) -> String {
    "{\"a\": ".repeat(depth) + "null" + &"}".repeat(depth)
}

fn many_keys() -> String {
    let mut text = String::from("{");
    for index in 0.. {
        if text.len() > SIZE {
            break;
        }
        text.push_str(&format!("\"k{index}\": {index}, "));
    }
    text + "\"last\": 1}"
}
