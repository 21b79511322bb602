//! The command `evaluate`: memory and results of a large evaluation whose items go to a file.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use dspy::Evaluate;
use dspy::evaluate::Evaluation;
use dspy::metric::token_f1;
use dspy::prelude::*;
use serde_json::{Value, json};

use crate::overhead::peak_rss_mb;

/// Answer the question from the passages.
#[derive(Signature, Clone)]
struct Ask {
    #[input]
    passages: Vec<String>,
    #[input]
    question: String,
    #[output]
    answer: String,
}

/// Evaluates with 64 rows at a time and with one, and says what it took beyond the memory of the idle
/// process, rows included, and whether both gave the same.
pub(crate) fn run(items: usize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let idle = peak_rss_mb()?;
    let rows: Vec<Ask> = (0..items).map(row).collect();
    let with_rows = peak_rss_mb()?;
    let folder = std::env::temp_dir().join(format!("dspy-bench-{}", std::process::id()));
    let program = Predict::<Ask>::new().with_lm(Lm::embedded());
    let rows = dspy::row::Rows::from(rows);
    let mut lines = Vec::new();
    for concurrency in [64, 1] {
        let file = folder.join(format!("{concurrency}.jsonl"));
        let started = Instant::now();
        let evaluation = runtime
            .block_on(
                Evaluate::new(&rows)
                    .concurrency(concurrency)
                    .timeout(Duration::from_secs(60))
                    .slices(|row: &Ask| row.passages.len())
                    .to_jsonl(&file)
                    .run(&program, |row, out| token_f1(&out.answer, &row.answer)),
            )
            .map_err(io::Error::other)?;
        lines.push(report(concurrency, &evaluation, started.elapsed(), idle, &file)?);
    }
    let (many, one) = (timeless(&folder.join("64.jsonl"))?, timeless(&folder.join("1.jsonl"))?);
    let same = many == one;
    fs::remove_dir_all(&folder)?;
    let mut out = io::stdout().lock();
    for line in &lines {
        writeln!(out, "{line}")?;
    }
    let line = json!({"items": items, "idle_mib": idle, "with_rows_mib": with_rows, "same": same});
    writeln!(out, "{line}")?;
    if same { Ok(()) } else { Err(io::Error::other("the results at both concurrencies differ")) }
}

fn row(number: usize) -> Ask {
    let year = 1000 + number % 1000;
    let names = ["Ada", "Berta", "Clara", "Dora", "Emmy", "Frida", "Greta"];
    let name = names[number % names.len()];
    let other = names[(number / 7 + 3) % names.len()];
    let passages = vec![
        format!("{name} was born in {year} in the town number {number}, which lies by a river."),
        format!("{other} wrote of the river in {}, and of the mountains behind it.", year + 40),
        format!("The mountains were first measured in {}, by people from the coast.", year + 200),
    ];
    let passages = passages.into_iter().take(1 + number % 3).collect();
    Ask { passages, question: format!("When was {name} born?"), answer: year.to_string() }
}

fn report(
    concurrency: usize,
    evaluation: &Evaluation<AskOutput>,
    elapsed: Duration,
    idle: f64,
    file: &Path,
) -> io::Result<Value> {
    Ok(json!({
        "concurrency": concurrency,
        "score": evaluation.score(),
        "interval": evaluation.interval(),
        "failed": evaluation.errors().count(),
        "seconds": elapsed.as_secs_f64(),
        "peak_above_idle_mib": peak_rss_mb()? - idle,
        "file_mib": fs::metadata(file)?.len() as f64 / f64::from(1 << 20),
    }))
}

/// The lines of a result without what a clock says, as one number.
fn timeless(file: &Path) -> io::Result<u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for line in BufReader::new(fs::File::open(file)?).lines() {
        let mut line: Value = serde_json::from_str(&line?)?;
        for part in [Some("/summary"), None] {
            let fields = match part {
                Some(pointer) => line.pointer_mut(pointer),
                None => Some(&mut line),
            };
            if let Some(fields) = fields.and_then(Value::as_object_mut) {
                fields.shift_remove("elapsed_s");
            }
        }
        line.to_string().hash(&mut hasher);
    }
    Ok(hasher.finish())
}
