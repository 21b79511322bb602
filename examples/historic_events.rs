//! The main job, end to end: load data, measure a program, optimize it, prove the gain, save it,
//! load it again and use it.
//!
//! `cargo run --release --example historic_events` runs offline on the embedded model; with
//! `DSPY_LM=openai/gpt-4o-mini` the same program runs on a real one.
//! Options: `--json`, `--data FILE`, `--shuffle-labels SEED`.

use std::time::Instant;

use dspy::optimize::{MiproV2, Optimizer};
use dspy::prelude::*;
use dspy::row::{read_csv, shuffle_labels, stratified_split};
use dspy::{Evaluate, evaluate};

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

fn right(row: &ClassifyEvent, output: &ClassifyEventOutput) -> bool {
    row.category == output.category
}

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let options = Options::from_args()?;
    let started = Instant::now();
    let lm = Lm::from_env()?;
    dspy::configure(lm.clone());

    // Typed rows, split so that every part has the same mix of categories.
    let rows: Vec<ClassifyEvent> = read_csv(&options.data)?;
    let [mut train, validation, holdout] =
        stratified_split(rows, [0.40, 0.25, 0.35], |row| row.category, 7)?;
    if let Some(seed) = options.shuffle_labels {
        train = shuffle_labels(train, seed);
    }

    // The program as written, on rows that nothing else will see.
    let program = ChainOfThought::<ClassifyEvent>::new();
    let on_holdout = Evaluate::new(&holdout);
    let baseline = on_holdout.clone().progress("baseline").run_metric(&program, right).await?;

    // The same program with the instruction and the demonstrations that work best together on the
    // validation rows: up to ten demonstrations for each category.
    let mipro = MiproV2::new(right)
        .validation(validation)
        .candidates(8)
        .max_labeled(110)
        .minibatch(60)
        .seed(7)
        .progress();
    if !options.json {
        println!("{}\n", mipro.plan(&program, &train)?);
    }
    let report = mipro.compile(&program, train).await?;
    let optimized = on_holdout.progress("optimized").run_metric(&report.program, right).await?;
    let gain = evaluate::compare(&baseline, &optimized)?;

    // The optimized prompt is a file; a fresh program becomes the optimized one by loading it.
    std::fs::create_dir_all("target").user()?;
    let file = "target/historic_events.json";
    report.save(file)?;
    let mut fresh = ChainOfThought::<ClassifyEvent>::new();
    fresh.load(file)?;
    let event = "Bulgarian troops besieged the fortress of Adrianople in the winter of 1912.";
    let unseen = fresh.call(event).record().await?;

    let spent = baseline.usage() + optimized.usage() + report.usage() + unseen.usage();
    if options.json {
        let figures = serde_json::json!({
            "baseline": baseline.score(),
            "optimized": optimized.score(),
            "difference": gain.difference,
            "difference_ci": gain.interval,
            "holdout_size": holdout.len(),
            "lm_calls": spent.calls,
            "seconds": started.elapsed().as_secs_f64(),
        });
        println!("{figures}");
        return Ok(());
    }
    for call in unseen.trace().calls() {
        println!("The prompt sent for an unseen event, and the answer:\n\n{}", call.transcript());
    }
    println!("{report}\n");
    let [low, high] = baseline.interval();
    println!("model: {}", lm.name());
    println!("holdout of {:<4}    score   95 % interval", holdout.len());
    println!("baseline           {:.3}   {low:.3} to {high:.3}", baseline.score());
    let [low, high] = optimized.interval();
    println!("optimized          {:.3}   {low:.3} to {high:.3}", optimized.score());
    let [low, high] = gain.interval;
    println!("paired difference {:+.3}   {low:+.3} to {high:+.3}", gain.difference);
    for evaluation in [&baseline, &optimized] {
        if evaluation.errors().next().is_some() {
            println!("{evaluation}");
        }
    }
    println!("better on {} rows, worse on {}", gain.better.len(), gain.worse.len());
    println!("{} LM calls, {} tokens", spent.calls, spent.total_tokens());
    println!("{:.1} s\n", started.elapsed().as_secs_f64());
    println!(
        "saved to {file}, loaded into a fresh program, which says of\n  {event}\n  => {:?}",
        unseen.category
    );
    Ok(())
}

/// What the command line asks for.
struct Options {
    json: bool,
    data: String,
    shuffle_labels: Option<u64>,
}

impl Options {
    fn from_args() -> dspy::Result<Self> {
        let data = concat!(env!("CARGO_MANIFEST_DIR"), "/data/historic_events.csv").to_owned();
        let mut options = Self { json: false, data, shuffle_labels: None };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value")).user();
            match arg.as_str() {
                "--json" => options.json = true,
                "--data" => options.data = value()?,
                "--shuffle-labels" => options.shuffle_labels = Some(value()?.parse().user()?),
                _ => {
                    Err(format!("unknown option {arg}; there are --json, --data, --shuffle-labels"))
                        .user()?
                }
            }
        }
        Ok(options)
    }
}
