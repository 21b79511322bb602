//! Metrics that ask a model.

#[path = "support/scripted.rs"]
mod scripted;

use dspy::Evaluate;
use dspy::judge::{
    Case, CompleteAndGrounded, GroundedCase, Judge, Pair, PairwiseJudge, SemanticCase, SemanticF1,
    Winner,
};
use dspy::metric::Score;
use dspy::prelude::*;
use scripted::{Scripted, question, sections};

#[tokio::test]
async fn a_judge_rates_on_its_scale_and_says_why() {
    let model = Scripted::texts(&[
        &sections(&[("reasons", "Terse but true."), ("rating", "4")]),
        &sections(&[("reasons", "Off the scale."), ("rating", "11")]),
        &sections(&[("reasons", "Well."), ("rating", "10")]),
    ]);
    let judge = Judge::new("Short and true.").with_lm(model.lm());
    let case = || Case::new("Paris.").task("Capital of France?").reference("Paris");
    let ruling = judge.call(case()).await.unwrap();
    assert_eq!((ruling.rating, ruling.score), (4, 0.75));
    let score = Score::from(ruling.into_output());
    assert_eq!(score.feedback.as_deref(), Some("rated 4: Terse but true."));
    let asked = question(&model.requests()[0]);
    for part in ["Short and true.", "Capital of France?", "Paris."] {
        assert!(asked.contains(part), "{asked}");
    }
    // An answer off the scale is sent back.
    let ruling = judge.scale(0..=10).call(case()).await.unwrap();
    assert_eq!((ruling.rating, ruling.score), (10, 1.0));
    assert_eq!(model.calls(), 3);
}

#[tokio::test]
async fn a_preference_must_survive_the_exchange_of_places() {
    let first = sections(&[("reasons", "It is first."), ("better", "first")]);
    let model = Scripted::text(&first);
    let judge = PairwiseJudge::new("The better one.").with_lm(model.lm());
    let biased = judge.call(Pair::new("a", "b").task("t")).await.unwrap();
    assert_eq!(biased.winner, Winner::Neither);
    assert_eq!(Score::from(biased.into_output()).value, 0.5);
    let model = Scripted::new(|request, _| {
        let text = question(request);
        let is_first = text.find("good").unwrap() < text.find("poor").unwrap();
        let better = if is_first { "first" } else { "second" };
        Ok(dspy::lm::Response::text(sections(&[("reasons", "Good."), ("better", better)])))
    });
    let judge = PairwiseJudge::new("The better one.").with_lm(model.lm());
    assert_eq!(judge.call(Pair::new("good", "poor")).await.unwrap().winner, Winner::Answer);
    assert_eq!(judge.call(Pair::new("poor", "good")).await.unwrap().winner, Winner::Other);
}

#[tokio::test]
async fn semantic_f1_is_the_harmonic_mean_of_both_shares() {
    let answer = sections(&[("reasoning", "Half."), ("recall", "0.5"), ("precision", "1.0")]);
    let model = Scripted::text(&answer);
    let judge = SemanticF1::new().with_lm(model.lm());
    let overlap = judge.call(SemanticCase::new("q", "long", "short")).await.unwrap();
    assert!((overlap.f1 - 2.0 / 3.0).abs() < 1e-9);
    let words = Score::from(overlap.into_output()).feedback.unwrap();
    assert_eq!(words, "covers 50 % of the reference, which covers 100 % of it: Half.");

    let ideas = Scripted::text(&sections(&[
        ("reasoning", "So."),
        ("reference_ideas", "one"),
        ("answer_ideas", "two"),
        ("discussion", "None."),
        ("recall", "0"),
        ("precision", "0"),
    ]));
    let judge = SemanticF1::by_ideas().with_lm(ideas.lm());
    let overlap = judge.call(SemanticCase::new("q", "one", "two")).await.unwrap();
    assert_eq!((overlap.f1, overlap.reasons.as_str()), (0.0, "None."));
}

#[tokio::test]
async fn complete_and_grounded_asks_two_questions() {
    let model = Scripted::new(|request, _| {
        let grounded = question(request).contains("[[ ## context ## ]]");
        let share = if grounded { "1.0" } else { "0.25" };
        Ok(dspy::lm::Response::text(if grounded {
            sections(&[
                ("reasoning", "a"),
                ("claims", "b"),
                ("discussion", "All."),
                ("share", share),
            ])
        } else {
            sections(&[
                ("reasoning", "a"),
                ("reference_ideas", "b"),
                ("answer_ideas", "c"),
                ("discussion", "One of four."),
                ("share", share),
            ])
        }))
    });
    let judge = CompleteAndGrounded::new().with_lm(model.lm());
    assert_eq!(dspy::module::leaf_paths(&judge), ["completeness", "groundedness"]);
    let case = GroundedCase::new("q", "reference", "answer").context("sources");
    let grounding = judge.call(case).await.unwrap();
    assert_eq!((grounding.completeness, grounding.groundedness), (0.25, 1.0));
    assert!((grounding.score - 0.4).abs() < 1e-9);
    assert_eq!(model.calls(), 2);
}

/// Answer the question.
#[derive(Signature, Clone)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[tokio::test]
async fn a_judge_is_a_metric_whose_spending_is_counted_apart() {
    let model = Scripted::text(&sections(&[("reasons", "Fine."), ("rating", "5")]));
    let metric = Judge::new("Right.").with_lm(model.lm()).metric(|row: &Qa, out: &QaOutput| {
        Case::new(&out.answer).task(&row.question).reference(&row.answer)
    });
    let program = Predict::<Qa>::new().with_lm(Scripted::text(&sections(&[("answer", "4")])).lm());
    let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }; 3];
    let evaluation = Evaluate::new(rows).run_metric(&program, metric).await.unwrap();
    assert_eq!(evaluation.score(), 1.0);
    assert_eq!(evaluation.items()[0].feedback.as_deref(), Some("rated 5: Fine."));
    assert_eq!((evaluation.usage().calls, evaluation.metric_spent().calls), (3, 3));
}

#[tokio::test]
async fn a_judge_can_be_saved_and_given_instructions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("judge.json");
    let kind = dspy::module::ParameterKind::INSTRUCTIONS;
    let mut judge = SemanticF1::new();
    dspy::module::set_parameter(&mut judge, "compare", &kind, "Be strict.".into()).unwrap();
    judge.save(&path).unwrap();
    let mut loaded = SemanticF1::new();
    loaded.load(&path).unwrap();
    assert!(dspy::module::diff(&judge, &loaded).is_empty());
}
