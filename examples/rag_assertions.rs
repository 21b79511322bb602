//! Answers that must quote what was retrieved: a quotation that stands in no passage goes back to the
//! predictor with the message, and only that predictor is asked again.
//!
//! `cargo run --release --example rag_assertions` runs offline on the embedded model; with
//! `DSPY_LM=openai/gpt-4o-mini` the same program runs on a real one.

use dspy::assert_that;
use dspy::prelude::*;
use dspy::retrieve::{Bm25Index, Passage, Retrieve};

/// Answer the question by quoting one sentence of the passages, word for word.
#[derive(Signature)]
struct Answer {
    /// Each begins with the name of its source in brackets.
    #[input]
    passages: String,
    #[input]
    question: String,
    #[output]
    quotation: String,
}

/// An answer with its source.
#[dspy::data]
struct Sourced {
    quotation: String,
    source: String,
}

#[derive(Clone)]
struct Rag {
    retrieve: Retrieve,
    answer: Predict<Answer>,
}

#[module]
impl Rag {
    async fn forward(&self, question: String) -> dspy::Result<Sourced> {
        let found = self.retrieve.call(question.as_str()).await?.into_output();
        let shown = found.iter().map(|passage| format!("[{}] {}", passage.id, passage.text));
        let passages = shown.collect::<Vec<_>>().join("\n");
        let answer = self.answer.call(AnswerInput { passages, question }).await?;
        let source = found.iter().find(|passage| passage.text.contains(&answer.quotation));
        assert_that!(
            answer,
            source.is_some(),
            "`{}` stands in no passage: quote a sentence, and nothing but it",
            answer.quotation
        );
        let source = source.map(|passage| passage.id.clone()).unwrap_or_default();
        Ok(Sourced { quotation: answer.into_output().quotation, source })
    }
}

fn library() -> impl Iterator<Item = Passage> {
    let texts = [
        (
            "almanac",
            "The lighthouse of Tarnholm was lit in 1874. The keeper of the lighthouse, who had come \
             from the islands as a boy and knew every rock of that coast by the sound of the water \
             on it, tended the light for forty years. The old \
             lighthouse was automated by the harbour board in 1968.",
        ),
        (
            "survey",
            "The bridge of Eskvale has nine arches. The bridge was closed after the flood and, since \
             the parish could not agree with the county on who was to bear the cost of the new \
             piers, stayed closed for six years. The bridge was opened again in 1907.",
        ),
        ("guide", "All there is to see in Marrick. The market is held on Thursdays."),
    ];
    texts.into_iter().map(|(id, text)| Passage::new(id, text))
}

const QUESTIONS: [&str; 3] = [
    "For how many years did the keeper tend the light of the lighthouse?",
    "For how many years was the bridge of Eskvale closed after the flood?",
    "When was the lighthouse of Tarnholm automated?",
];

#[tokio::main]
async fn main() -> dspy::Result<()> {
    dspy::configure(Lm::from_env()?);
    let rag =
        Rag { retrieve: Retrieve::new(Bm25Index::new(library())?, 2)?, answer: Predict::new() };
    for question in QUESTIONS {
        println!("{question}");
        match rag.call(question).record().await {
            Ok(prediction) => {
                let trace = prediction.trace();
                for rule in trace.calls().iter().flat_map(|call| &call.retries) {
                    println!("  sent back: {}", rule.message);
                }
                println!("  \"{}\" ({})", prediction.quotation, prediction.source);
                println!("  {} LM calls\n", prediction.usage().calls);
            }
            Err(error) if error.is_assertion() => println!("  no quotation: {error}\n"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
