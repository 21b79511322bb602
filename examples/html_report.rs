//! What a person looks at: an evaluation, a comparison and an optimizer's run as one HTML file each.
//!
//! `cargo run --features report --example html_report` runs offline on the embedded model and writes
//! `target/report-{evaluation,comparison,run}.html`. With `-- OUT.html FILE [FILE]` it makes a report of
//! what was saved instead: one evaluation, two of the same rows, or an optimizer's run.

use dspy::Evaluate;
use dspy::metric::Score;
use dspy::optimize::{MiproV2, Optimizer};
use dspy::prelude::*;
use dspy::report::Report;
use dspy::row::{read_csv, stratified_split};

/// Assign the historic event to the one category that fits it best.
#[derive(Signature, Clone)]
struct ClassifyEvent {
    /// One sentence that tells what happened.
    #[input]
    event: String,
    #[output]
    category: Category,
}

#[dspy::data]
enum Category {
    #[serde(rename = "Wars and Conflicts")]
    Wars,
    #[serde(rename = "Politics and Governance")]
    Politics,
    #[serde(rename = "Science and Innovation")]
    Science,
    #[serde(rename = "Cultural and Artistic Movements")]
    Culture,
    #[serde(rename = "Exploration and Discovery")]
    Exploration,
    #[serde(rename = "Economic Events")]
    Economy,
    #[serde(rename = "Social Movements")]
    Society,
    #[serde(rename = "Man-Made Disasters and Accidents")]
    Accidents,
    #[serde(rename = "Natural Disasters and Climate")]
    Nature,
    #[serde(rename = "Sports and Entertainment")]
    Sports,
    #[serde(rename = "Famous Personalities and Achievements")]
    People,
}

/// Whether the category is right, and a reason where not, which the report shows with the row.
fn right(row: &ClassifyEvent, output: &ClassifyEventOutput) -> Score {
    let score = Score::from(row.category == output.category);
    if row.category == output.category {
        score
    } else {
        score.with_feedback(format!("{:?} is wanted, not {:?}", row.category, output.category))
    }
}

/// The slice of a row: when it happened.
fn century(row: &ClassifyEvent) -> String {
    let numbers = row.event.split(|letter: char| !letter.is_ascii_digit());
    let year = numbers.filter(|digits| digits.len() == 4).find_map(|year| year.parse::<u32>().ok());
    year.map_or("no year".to_owned(), |year| format!("{}00s", year / 100))
}

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let mut args = std::env::args().skip(1);
    if let Some(out) = args.next() {
        return Report::from_files(&args.collect::<Vec<_>>())?.save(out);
    }
    dspy::configure(Lm::from_env()?);
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/historic_events.csv");
    let rows: Vec<ClassifyEvent> = read_csv(data)?;
    let [train, validation, holdout] =
        stratified_split(rows, [0.40, 0.25, 0.35], |row| row.category, 7)?;

    // Recorded, so that each row shows the messages that were sent and the answers that came.
    let program = ChainOfThought::<ClassifyEvent>::new();
    let evaluate = Evaluate::new(&holdout).slices(century).record();
    let baseline = evaluate.run_metric(&program, right).await?;
    std::fs::create_dir_all("target").user()?;
    Report::of_evaluation(&baseline)
        .with_title("Historic events, as written")
        .save("target/report-evaluation.html")?;

    let run = MiproV2::new(right)
        .validation(validation)
        .candidates(5)
        .max_labeled(33)
        .minibatch(20)
        .seed(7)
        .compile(&program, train)
        .await?;
    Report::of_run(&run).with_title("Historic events, optimized").save("target/report-run.html")?;

    let optimized = evaluate.run_metric(&run.program, right).await?;
    Report::of_comparison(&baseline, &optimized)?
        .with_title("Historic events: optimized against written")
        .save("target/report-comparison.html")?;

    // What was saved makes the same reports later, or for others.
    baseline.save("target/report-evaluation.jsonl")?;
    run.save_report("target/report-run.json")?;
    let again = Report::from_files(&["target/report-evaluation.jsonl"])?;
    println!("from the saved file: {} bytes", again.html().len());

    for name in ["evaluation", "comparison", "run"] {
        println!("target/report-{name}.html");
    }
    Ok(())
}
