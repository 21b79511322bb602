//! Spans of evaluations and of searches.

use dspy::evaluate::Evaluate;
use dspy::metric::Score;
use dspy::optimize::{
    CandidateId, Changes, Engine, Facts, Needs, Optimizer, Part, Strategy, Tuned,
};
use dspy::prelude::*;

use super::listener::Listener;
use super::scene::{Qa, QaOutput, SECRET, model};

fn rows(count: usize) -> Vec<Qa> {
    let row = |n: usize| Qa { question: format!("cups {n}?"), answer: format!("Paris {SECRET}") };
    (0..count).map(row).collect()
}

fn right(row: &Qa, output: &QaOutput) -> bool {
    row.answer == output.answer
}

#[tokio::test]
async fn items_of_an_evaluation_hold_their_runs() {
    let listener = Listener::new();
    let program = Predict::<Qa>::new().with_lm(model().lm());
    let rows = rows(2);
    Evaluate::new(&rows).concurrency(1).run(&program, right).await.unwrap();
    let spans = listener.spans();
    let item = |n: usize| format!("  item {n}\n    predict self\n      chat gpt-test\n");
    assert_eq!(spans.tree(), format!("evaluate Predict\n{}{}", item(0), item(1)));
    for (span, name, value) in [
        ("evaluate Predict", "dspy.rows", "2"),
        ("evaluate Predict", "dspy.score", "1"),
        ("item 1", "dspy.item.index", "1"),
        ("item 1", "gen_ai.evaluation.name", "right"),
        ("item 1", "gen_ai.evaluation.score.value", "1"),
        ("item 1", "gen_ai.evaluation.explanation", ""),
    ] {
        assert_eq!(spans.named(span).get(name), value, "{span} {name}");
    }
    assert!(!spans.named("item 1").get("dspy.item.id").is_empty());
    assert!(!spans.text().contains(SECRET));
}

#[tokio::test]
async fn what_a_metric_says_is_content() {
    let listener = Listener::new();
    let lm = model().lm().with_traced_content(true);
    let program = Predict::<Qa>::new().with_lm(lm);
    let rows = rows(1);
    let judge = |row: &Qa, _: &QaOutput| Score::new(0.5).with_feedback(row.answer.clone());
    Evaluate::new(&rows).run(&program, judge).await.unwrap();
    let spans = listener.spans();
    assert_eq!(spans.named("item 0").get("gen_ai.evaluation.explanation"), "Paris swordfish");
    assert_eq!(spans.named("item 0").get("gen_ai.evaluation.name"), "metric");
}

/// Tries one sentence at the end of each instruction.
struct Politely;

impl Strategy for Politely {
    fn name(&self) -> &'static str {
        "Politely"
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    fn needs(&self, facts: &Facts) -> Needs {
        Needs::default().with_runs(2 * facts.validation)
    }

    async fn search(&self, engine: &mut Engine) -> dspy::Result<CandidateId> {
        engine.evaluate(&[CandidateId::BASELINE], Part::Validation, &[0]).await?;
        engine.step("as given", CandidateId::BASELINE)?;
        let polite = Changes::new().with_instructions("self", "Answer, please.");
        let polite = engine.add("polite", &[CandidateId::BASELINE], polite)?;
        engine.evaluate(&[polite], Part::Validation, &[0]).await?;
        engine.step("politely", polite)?;
        Ok(CandidateId::BASELINE)
    }
}

#[tokio::test]
async fn trials_of_a_search_hold_their_runs() {
    let listener = Listener::new();
    let program = Predict::<Qa>::new().with_lm(model().lm());
    Tuned::by(Politely, right).compile(&program, &rows(8)).await.unwrap();
    let spans = listener.spans();
    let runs = "    rollout\n      predict self\n        chat gpt-test\n";
    assert_eq!(spans.tree(), format!("optimize Predict\n  trial 1\n{runs}  trial 2\n{runs}"));
    for (span, name, value) in [
        ("optimize Predict", "dspy.optimizer", "Politely"),
        ("optimize Predict", "dspy.candidate", "as given"),
        ("trial 2", "dspy.trial", "politely"),
        ("trial 2", "dspy.candidate", "polite"),
        ("trial 2", "dspy.score", "1"),
        ("rollout", "dspy.part", "validation"),
        ("rollout", "dspy.item.index", "0"),
        ("rollout", "dspy.score", "1"),
    ] {
        assert_eq!(spans.named(span).get(name), value, "{span} {name}");
    }
}
