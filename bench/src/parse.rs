//! The command `parse`: text and JSON Schema to a value.

use std::io;
use std::path::Path;
use std::time::Instant;

use dspy::parse::parse;
use serde_json::{Value, json};

use crate::expectation::Tally;
use crate::lines::{Answer, answer_each, object, repair};

/// Answers every case; where cases say what is expected, a summary follows on standard error.
pub(crate) fn run(cases: &Path) -> io::Result<()> {
    let mut tally = Tally::default();
    answer_each(cases, |case| answer(case, &mut tally))?;
    if let Some(summary) = tally.summary() {
        eprint!("{summary}");
    }
    Ok(())
}

fn answer(case: &Answer, tally: &mut Tally) -> Result<Answer, String> {
    let schema = case.get("schema").ok_or("the case has no `schema`")?;
    let text = case.get("text").and_then(Value::as_str).ok_or("the case has no `text`")?;
    let started = Instant::now();
    let result = parse(text, schema);
    let micros = (started.elapsed().as_secs_f64() * 1e7).round() / 10.0;
    tally.count(case, &result);
    Ok(object(match result {
        Ok(parsed) => json!({
            "status": "ok",
            "level": format!("{:?}", parsed.level),
            "value": parsed.value,
            "repairs": parsed.repairs.iter().map(repair).collect::<Vec<_>>(),
            "error": null,
            "micros": micros,
        }),
        Err(error) => json!({
            "status": "error",
            "level": null,
            "value": null,
            "repairs": [],
            "error": error.to_string(),
            "micros": micros,
        }),
    }))
}
