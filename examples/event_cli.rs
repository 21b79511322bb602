//! A command line for a program, in a `main` of a few lines: the historic events of
//! `historic_events.rs`, offline on the embedded model. `--help` lists the commands. Optimize,
//! score what was found on rows that nothing else saw, and look at it:
//!
//! ```sh
//! cargo run --release --example event_cli -- optimize data/historic_events.csv --part train --seed 7 --out target/events.json && cargo run --release --example event_cli -- eval data/historic_events.csv --part test --program target/events.json --out target/events.jsonl && cargo run --release --example event_cli -- report target/events.jsonl --out target/events.html
//! ```

use dspy::prelude::*;

/// Assign the historic event to the one category that fits it best.
#[derive(Signature, Clone)]
struct ClassifyEvent {
    /// One sentence that tells what happened.
    #[input]
    event: String,
    /// The category that fits best.
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

fn main() -> std::process::ExitCode {
    dspy::cli::Cli::new(ChainOfThought::<ClassifyEvent>::new())
        .rows::<ClassifyEvent>()
        .metric(right)
        .main()
}
