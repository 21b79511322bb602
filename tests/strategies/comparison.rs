//! `MultiChainComparison` and `SampledComparison`: what the model is shown, and what it costs.

use dspy::lm::{Completion, Request, Response, Scripted};
use dspy::predict::{Attempted, MultiChainComparison, SampledComparison};
use dspy::prelude::*;
use dspy::signature::{Fields, Reasoned};

use super::model::{answering, outputs, question, sections, steady_value};
use super::{Qa, QaOutput, ask};

fn reasoned(reasoning: &str, answer: &str) -> Reasoned<QaOutput> {
    Reasoned { reasoning: reasoning.into(), output: QaOutput { answer: answer.into() } }
}

#[tokio::test]
async fn attempts_stand_side_by_side() {
    let model = answering(|_, name, _| steady_value(name));
    let compare = MultiChainComparison::<Qa>::new(3).with_lm(model.lm());
    let attempts = [reasoned("It is\nold.", "Rome"), reasoned("It is big.", "Paris")];
    let out = compare.call(Attempted::new(ask("Which?"), attempts)).await.unwrap();
    assert_eq!((out.reasoning.as_str(), out.answer.as_str()), ("some rationale", "Paris"));
    assert_eq!(model.calls(), 1);
    let request = &model.requests()[0];
    assert_eq!(outputs(request), ["rationale", "answer"]);
    let text = question(request);
    let first = "[[ ## reasoning_attempt_1 ## ]]\nThoughts: It is\nold.\nanswer: Rome\n";
    assert!(text.contains(first), "{text}");
    assert!(text.contains("[[ ## reasoning_attempt_3 ## ]]\nThere is no such attempt."), "{text}");
}

#[tokio::test]
async fn no_attempt_and_too_many_are_errors() {
    let model = answering(|_, name, _| steady_value(name));
    let compare = MultiChainComparison::<Qa>::new(1).with_lm(model.lm());
    let none: Vec<QaOutput> = Vec::new();
    let error = compare.call(Attempted::new(ask("Which?"), none)).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no attempt to choose from: give at least one");
    let two = [reasoned("a", "b"), reasoned("c", "d")];
    let error = compare.call(Attempted::new(ask("Which?"), two)).await.unwrap_err().to_string();
    assert!(error.contains("2 attempts") && error.contains("new(2)"), "{error}");
    assert_eq!(model.calls(), 0);
}

/// A task that uses one of our names.
#[derive(Signature)]
struct Taken {
    #[input]
    question: String,
    #[output]
    rationale: String,
}

#[tokio::test]
async fn a_name_that_is_taken_is_an_error_of_the_call() {
    let model = answering(|_, name, _| steady_value(name));
    let compare = MultiChainComparison::<Taken>::new(1).with_lm(model.lm());
    let input = TakenInput { question: "Which?".into() };
    let attempt = TakenOutput { rationale: "x".into() };
    let error = compare.call(Attempted::new(input, [attempt])).await.unwrap_err().to_string();
    assert!(error.contains("`rationale`"), "{error}");
}

#[tokio::test]
async fn it_makes_its_own_attempts() {
    // Three different chains by one call, then the comparison.
    let model = Scripted::with(|request: &Request, _| {
        let mut response = Response::default();
        for number in 1..=request.settings.n.unwrap_or(1) {
            let thought = format!("thought {number}");
            let fields = [("reasoning", thought.as_str()), ("rationale", "r"), ("answer", "x")];
            let wanted = outputs(request);
            let fields: Vec<_> =
                fields.into_iter().filter(|(name, _)| wanted.iter().any(|it| it == name)).collect();
            response.completions.push(Completion::text(sections(&fields)));
        }
        response
    });
    let mut program = SampledComparison::<Qa>::new(3);
    program.set_lm(&model.lm());
    let prediction = program.call("Which?").await.unwrap();
    assert_eq!((model.calls(), prediction.usage().calls), (2, 2));
    let requests = model.requests();
    let settings = &requests[0].settings;
    assert_eq!((settings.n, settings.temperature), (Some(3), Some(0.7)));
    let compared = question(&requests[1]);
    for number in 1..=3 {
        assert!(compared.contains(&format!("Thoughts: thought {number}\nanswer: x")), "{compared}");
    }
    assert_eq!(requests[1].settings.n, None);
}

#[tokio::test]
async fn a_task_known_at_run_time_is_compared_as_well() {
    let model = answering(|_, name, _| steady_value(name));
    let schema = dspy::SignatureSchema::parse("question -> answer").unwrap();
    let compare = dspy::Predictor::multi_chain_comparison(schema, 2).unwrap().with_lm(model.lm());
    let out: Fields = compare
        .call([("question", "Which?"), ("reasoning_attempt_1", "a"), ("reasoning_attempt_2", "b")])
        .await
        .unwrap()
        .into_output();
    assert_eq!(out.keys().collect::<Vec<_>>(), ["rationale", "answer"]);
}
