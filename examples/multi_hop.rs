//! A question that takes three look-ups: each answer is the next query, and one `compile` finds the
//! demonstrations for all three steps.
//!
//! `cargo run --release --example multi_hop` runs offline on the embedded model; with
//! `DSPY_LM=openai/gpt-4o-mini` the same program runs on a real one.

use std::time::Instant;

use dspy::module::{ParameterKind, parameters};
use dspy::optimize::{BootstrapFewShotWithRandomSearch, Optimizer};
use dspy::prelude::*;
use dspy::retrieve::{Bm25Index, Passage, Retrieve};
use dspy::row::{read_csv, stratified_split};
use dspy::{Evaluate, evaluate};

/// Find out who made the work that the question is about; answer with the name alone.
#[derive(Signature)]
struct FindPerson {
    #[input]
    question: String,
    #[input]
    facts: String,
    #[output]
    person: String,
}

/// Find out where the person was born; answer with the name alone.
#[derive(Signature)]
struct FindTown {
    #[input]
    person: String,
    #[input]
    facts: String,
    /// The town where the person was born.
    #[output]
    town: String,
}

/// Find out which country the town belongs to; answer with the name alone.
#[derive(Signature)]
struct FindCountry {
    #[input]
    town: String,
    #[input]
    facts: String,
    /// The country that the town belongs to.
    #[output]
    country: String,
}

/// A labelled question: the facts that answer it, and what each step should find. Every step takes its
/// demonstrations from the columns that concern it.
#[derive(Signature, Clone)]
struct Labelled {
    #[input]
    question: String,
    #[output]
    facts: String,
    #[output]
    person: String,
    #[output]
    town: String,
    #[output]
    country: String,
}

/// From a work to its maker, to the maker's birthplace, to its country.
#[derive(Clone)]
struct ThreeHops {
    retrieve: Retrieve,
    person: Predict<FindPerson>,
    town: Predict<FindTown>,
    country: Predict<FindCountry>,
}

#[module]
impl ThreeHops {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let facts = look_up(&self.retrieve, &question).await?;
        let person =
            self.person.call(FindPersonInput { question, facts }).await?.into_output().person;
        let facts = look_up(&self.retrieve, &person).await?;
        let town = self.town.call(FindTownInput { person, facts }).await?.into_output().town;
        let facts = look_up(&self.retrieve, &town).await?;
        let found = self.country.call(FindCountryInput { town, facts }).await?;
        Ok(found.into_output().country)
    }
}

impl ThreeHops {
    fn new(facts: &str) -> dspy::Result<Self> {
        Ok(Self {
            retrieve: Retrieve::new(Bm25Index::new(Passage::numbered(facts.lines()))?, 3)?,
            person: Predict::new(),
            town: Predict::new(),
            country: Predict::new(),
        })
    }
}

/// What the best passages say, one in a line.
async fn look_up(retrieve: &Retrieve, query: &str) -> dspy::Result<String> {
    let found = retrieve.call(query).await?.into_output();
    Ok(found.into_iter().map(|passage| passage.text).collect::<Vec<_>>().join("\n"))
}

impl From<LabelledInput> for ThreeHopsInput {
    fn from(LabelledInput { question }: LabelledInput) -> Self {
        Self { question }
    }
}

#[tokio::main]
async fn main() -> dspy::Result<()> {
    let started = Instant::now();
    let lm = Lm::from_env()?;
    dspy::configure(lm.clone());
    let data = |name: &str| format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let facts = std::fs::read_to_string(data("facts.txt")).user()?;
    let rows: Vec<Labelled> = read_csv(data("three_hops.csv"))?;
    let form = |row: &Labelled| row.question.starts_with("In which");
    let [train, validation, holdout] = stratified_split(rows, [0.3, 0.2, 0.5], form, 7)?;

    let right = |row: &Labelled, country: &String| row.country == *country;
    let program = ThreeHops::new(&facts)?;
    let on_holdout = Evaluate::new(&holdout);
    let baseline = on_holdout.clone().run_metric(&program, right).await?;
    let report = BootstrapFewShotWithRandomSearch::new(right)
        .validation(validation)
        .candidates(3)
        .max_bootstrapped(2)
        .max_labeled(4)
        .seed(7)
        .compile(&program, train)
        .await?;
    let optimized = on_holdout.run_metric(&report.program, right).await?;
    let gain = evaluate::compare(&baseline, &optimized)?;

    let question = &holdout.first().ok_or("there is no holdout row").user()?.question;
    let answer = report.program.call(question.as_str()).record().await?;
    println!("{question}");
    for call in answer.trace().calls() {
        let found = call.outputs.as_ref().ok().and_then(|outputs| outputs.values().next());
        println!("  {:<8} {}", call.path, found.and_then(|it| it.as_str()).unwrap_or("nothing"));
    }
    println!();
    for parameter in parameters(&report.program) {
        let demos = parameter.value.as_array().filter(|_| parameter.kind == ParameterKind::DEMOS);
        if let Some(demos) = demos {
            println!("{:<8} {} demonstrations", parameter.path, demos.len());
        }
    }
    let [low, high] = gain.interval;
    println!("\nmodel: {}", lm.name());
    println!("{} facts, holdout of {}", facts.lines().count(), holdout.len());
    println!("baseline           {:.3}", baseline.score());
    println!("optimized          {:.3}", optimized.score());
    println!("paired difference {:+.3}   {low:+.3} to {high:+.3} (95 % interval)", gain.difference);
    println!("{:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}
