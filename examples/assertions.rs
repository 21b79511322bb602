//! A writer with assertions: an answer that breaks a rule goes back to the predictor that gave it, with
//! the answer and the message shown, and nothing else is asked again.
//!
//! `cargo run --release --example assertions` runs offline on the embedded model; with
//! `DSPY_LM=openai/gpt-4o-mini` the same program runs on a real one.

use dspy::prelude::*;
use dspy::{assert_that, suggest};

/// Quote the sentence of the report that readers must know.
#[derive(Signature)]
struct Headline {
    /// What happened.
    #[input]
    report: String,
    #[output]
    headline: String,
}

/// File the report under a section of the paper.
#[derive(Signature)]
struct File {
    #[input]
    report: String,
    #[output]
    section: Section,
}

#[dspy::data]
enum Section {
    /// Probes, missions, engineers, discoveries.
    Science,
    /// Parliament, ministers, bills, votes.
    Politics,
    /// Matches, teams, scores.
    Sports,
}

/// A headline for a report, and where it belongs.
#[derive(Clone, Default)]
struct Desk {
    file: Predict<File>,
    headline: Predict<Headline>,
}

const LIMIT: usize = 60;

#[module]
impl Desk {
    async fn forward(&self, report: String) -> dspy::Result<String> {
        let filed = self.file.call(report.as_str()).await?;
        let draft = self.headline.call(report).await?;
        let length = draft.headline.chars().count();
        // Hard: a longer headline does not fit the page.
        assert_that!(
            draft,
            length <= LIMIT,
            "the headline has {length} characters, and {LIMIT} fit: quote another sentence"
        );
        // Soft: where the model insists, it is printed all the same.
        suggest!(
            draft,
            !draft.headline.ends_with('!'),
            "no exclamation marks, quote another sentence"
        );
        Ok(format!("[{:?}] {}", filed.section, draft.headline))
    }
}

const REPORTS: [&str; 3] = [
    "The probe landed. Engineers at the mission's control room, who had waited for nine long years \
     for that very signal to arrive, embraced each other. Its batteries are full.",
    "Parliament, which had debated the bill on schools for most of the night and in all its details, \
     adopted it at dawn by three votes. The minister smiled. The bill takes effect in May.",
    "What a match! The home team scored in the last minute.",
];

#[tokio::main]
async fn main() -> dspy::Result<()> {
    dspy::configure(Lm::from_env()?);
    let desk = Desk::default();
    let mut retries = 0;
    for report in REPORTS {
        let result = desk.call(report).record().await;
        let prediction = match result {
            Ok(prediction) => prediction,
            Err(error) if error.is_assertion() => {
                println!("nothing fits the page:\n{error}\n");
                continue;
            }
            Err(error) => return Err(error),
        };
        let trace = prediction.trace();
        let new = trace.abandoned().iter().filter(|call| call.path == "headline" && !call.replayed);
        for past in new.filter_map(|call| call.outputs.as_ref().ok()) {
            println!("sent back  {}", past["headline"]);
        }
        for call in trace.calls() {
            for rule in &call.retries {
                println!("           {}", rule.message);
            }
        }
        println!("printed    {}", prediction.output());
        for warning in prediction.warnings() {
            println!("warning    {warning}");
        }
        retries += trace.retries();
        println!("           {} LM calls\n", prediction.usage().calls);
    }
    println!("{retries} retries; each cost one call, and no section was asked for twice");
    Ok(())
}
