//! JSON Lines: a case per line in, an answer per line out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::{Map, Value, json};

/// Fields of an answer.
pub(crate) type Answer = Map<String, Value>;

/// Answers every line of a file on standard output, in order. A line that cannot be answered gets
/// an answer with an `error`; only a file that cannot be read ends the run.
pub(crate) fn answer_each(
    file: &Path,
    mut answer: impl FnMut(&Answer) -> Result<Answer, String>,
) -> io::Result<()> {
    let mut input: Box<dyn BufRead> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let opened = File::open(file).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot open `{}`: {error}", file.display()))
        })?;
        Box::new(BufReader::new(opened))
    };
    let mut output = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    let mut number = 0;
    while input.read_until(b'\n', &mut line)? > 0 {
        number += 1;
        if !line.trim_ascii().is_empty() {
            let answered = answer_one(&line, number, &mut answer);
            serde_json::to_writer(&mut output, &answered)?;
            output.write_all(b"\n")?;
        }
        line.clear();
    }
    output.flush()
}

fn answer_one(
    line: &[u8],
    number: usize,
    answer: &mut impl FnMut(&Answer) -> Result<Answer, String>,
) -> Answer {
    let case: Answer = match serde_json::from_slice(line) {
        Ok(case) => case,
        Err(error) => return failure(Value::Null, &format!("line {number} is no case: {error}")),
    };
    let id = case.get("id").cloned().unwrap_or_default();
    let answered = catch_unwind(AssertUnwindSafe(|| answer(&case)))
        .unwrap_or_else(|_| Err("the library panicked, which it never should".to_owned()));
    match answered {
        Err(error) => failure(id, &error),
        Ok(fields) => std::iter::once(("id".to_owned(), id)).chain(fields).collect(),
    }
}

fn failure(id: Value, error: &str) -> Answer {
    object(json!({"id": id, "status": "error", "error": error}))
}

/// The fields of a JSON object; empty for any other value.
pub(crate) fn object(value: Value) -> Answer {
    match value {
        Value::Object(fields) => fields,
        _ => Answer::new(),
    }
}

/// The repairs of an answer as JSON.
pub(crate) fn repair(repair: &dspy::parse::Repair) -> Answer {
    object(json!({
        "path": repair.path,
        "kind": format!("{:?}", repair.kind),
        "from": repair.from,
        "to": repair.to,
    }))
}
