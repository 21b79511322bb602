//! A quality gate for CI: the program of today beside a baseline, checked, with an exit code and a
//! JUnit file.
//!
//! `cargo run --example quality_gate -- --junit target/quality.xml` passes; with `--min-score 0.99` it
//! is rejected, and the exit code is 1. Other options: `--json FILE`, `--save FILE` (today's result,
//! which can be tomorrow's baseline), `--baseline FILE` (one saved before).

use std::path::PathBuf;
use std::process::ExitCode;

use dspy::Evaluate;
use dspy::evaluate::Evaluation;
use dspy::metric::exact_match;
use dspy::optimize::Gate;
use dspy::prelude::*;
use dspy::quality::QualityGate;
use dspy::row::RowReader;

/// Say whether the message is a question, a complaint or praise.
#[derive(Signature, Clone)]
struct Sort {
    #[input]
    message: String,
    #[output]
    kind: String,
}

const MESSAGES: &str = r#"
{"text": "Where is the station?", "label": "question"}
{"text": "How long does it take to the station, please?", "label": "question"}
{"text": "The soup was cold.", "label": "complaint"}
{"text": "The room was cold, and nobody came.", "label": "complaint"}
{"text": "Wonderful soup!", "label": "praise"}
{"text": "A wonderful stay, thank you.", "label": "praise"}
{"text": "Where can I park?", "label": "question"}
{"text": "The shower was cold and dirty.", "label": "complaint"}
{"text": "Thank you, a wonderful room!", "label": "praise"}
{"text": "How much is the soup?", "label": "question"}
{"text": "Nobody answered, and the soup was dirty.", "label": "complaint"}
{"text": "What a wonderful place!", "label": "praise"}
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> dspy::Result<ExitCode> {
    let options = Options::from_args()?;
    let rows: Vec<Sort> = RowReader::new()
        .column("message", "text")
        .column("kind", "label")
        .read_json_text(MESSAGES.trim_start(), "messages")?;
    let metric = |row: &Sort, out: &SortOutput| exact_match(&out.kind, &row.kind);
    let slice = |row: &Sort| if row.message.len() < 25 { "short" } else { "long" };
    let evaluate = Evaluate::new(&rows[6..]).slices(slice);

    let plain = Predict::<Sort>::new().with_lm(Lm::embedded());
    let baseline: Evaluation<SortOutput> = match &options.baseline {
        Some(file) => Evaluation::load(file)?,
        None => evaluate.run(&plain, metric).await?,
    };
    let today = plain.with_demos(rows[..6].to_vec());
    let evaluation = evaluate.run(&today, metric).await?;
    if let Some(file) = &options.save {
        evaluation.save(file)?;
    }

    let gate = QualityGate::new()
        .min_score(options.min_score)
        .max_failures(0)
        .improvement(Gate::off().min_improvement(-0.05).probability(0.5))
        .no_regression_on(["short", "long"])
        .pinned(["0"]);
    let verdict = gate.check_against(&evaluation, &baseline);
    println!("{}\n{verdict}", baseline.difference(&evaluation)?);
    if let Some(file) = &options.junit {
        verdict.write_junit(file, "sort messages")?;
    }
    if let Some(file) = &options.json {
        verdict.write_json(file)?;
    }
    Ok(verdict.exit_code())
}

struct Options {
    min_score: f64,
    junit: Option<PathBuf>,
    json: Option<PathBuf>,
    save: Option<PathBuf>,
    baseline: Option<PathBuf>,
}

impl Options {
    fn from_args() -> dspy::Result<Self> {
        let mut options =
            Self { min_score: 0.6, junit: None, json: None, save: None, baseline: None };
        let mut args = std::env::args().skip(1);
        while let (Some(name), value) = (args.next(), args.next()) {
            let value = value.ok_or_else(|| format!("`{name}` needs a value")).user()?;
            match name.as_str() {
                "--min-score" => options.min_score = value.parse::<f64>().user()?,
                "--junit" => options.junit = Some(value.into()),
                "--json" => options.json = Some(value.into()),
                "--save" => options.save = Some(value.into()),
                "--baseline" => options.baseline = Some(value.into()),
                _ => return Err(format!("there is no option `{name}`")).user(),
            }
        }
        Ok(options)
    }
}
