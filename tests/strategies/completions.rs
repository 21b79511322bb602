//! Several completions of one call, per-call settings, and votes.

use dspy::lm::Settings;
use dspy::predict::{StrategyError, Vote, majority, majority_by, normalize_answer};
use dspy::prelude::*;
use serde_json::json;

use super::model::{answering, steady};
use super::{Qa, QaOutput};

#[tokio::test]
async fn all_completions_are_typed_and_within_reach() {
    let model = steady();
    let ask = Predict::<Qa>::new().with_lm(model.lm());
    let prediction = ask.call("Which?").n(3).await.unwrap();
    let answers: Vec<&str> = prediction.completions().map(|it| it.answer.as_str()).collect();
    assert_eq!(answers, ["Paris"; 3]);
    assert_eq!(prediction.others().len(), 2);
    assert_eq!(prediction.into_completions().len(), 3);
    assert_eq!(model.calls(), 1);
    let one = ask.call("Which?").await.unwrap();
    assert_eq!(one.completions().count(), 1);
}

#[tokio::test]
async fn settings_of_one_call_add_up_and_end_with_it() {
    let model = steady();
    let other = answering(|_, _, _| "Lima".to_owned());
    let ask = ChainOfThought::<Qa>::new().with_lm(model.lm());
    let call = ask.call("Which?").n(2).temperature(0.9);
    let call = call.settings(&Settings::default().with_max_tokens(77)).rollout(5).lm(&other.lm());
    assert_eq!(call.await.unwrap().answer, "Lima");
    let sent = &other.requests()[0];
    let settings = &sent.settings;
    assert_eq!((settings.n, settings.temperature), (Some(2), Some(0.9)));
    assert_eq!((settings.max_tokens, sent.rollout), (Some(77), 5));

    ask.call("Which?").await.unwrap();
    let plain = &model.requests()[0];
    assert_eq!((&plain.settings, plain.rollout), (&Settings::default(), 0));
}

fn answers(texts: &[&str]) -> Vec<QaOutput> {
    texts.iter().map(|text| QaOutput { answer: (*text).into() }).collect()
}

#[test]
fn the_majority_wins_and_of_equals_the_first() {
    let winner = |texts: &[&str]| majority(answers(texts)).unwrap().answer;
    assert_eq!(winner(&["b", "a", "a"]), "a");
    assert_eq!(winner(&["b", "a", "a", "b"]), "b");
    assert_eq!(winner(&["The Nile!", "Rome", "nile"]), "The Nile!");
    assert_eq!(winner(&["Rome", "café", "cafe\u{301}"]), "café", "one letter, written in two ways");
    assert_eq!(winner(&["", "?", "x"]), "x", "nothing is no vote");
    assert_eq!(winner(&["", "?"]), "", "unless there is nothing else");
    assert_eq!(winner(&["35", "3.5", "3.50"]), "3.5");
    assert_eq!(winner(&["5", "-5", "-5"]), "-5");
    let error = majority(answers(&[])).unwrap_err();
    assert!(
        matches!(error, dspy::Error::Strategy(error) if matches!(*error, StrategyError::Empty { .. }))
    );
}

#[test]
fn any_field_and_any_comparison_may_decide() {
    let rows = [
        json!({"city": "Rome", "score": 1}),
        json!({"city": "Riga", "score": 2}),
        json!({"city": "riga", "score": 1}),
    ];
    assert_eq!(majority(rows.clone()).unwrap()["city"], "Rome", "by the last field");
    let by_city = Vote::new().field("city");
    assert_eq!(by_city.winner(rows.clone()).unwrap()["city"], "Riga");
    let exact = by_city.clone().normalize(|text| Some(text.to_owned()));
    assert_eq!(exact.winner(rows.clone()).unwrap()["city"], "Rome");
    let error = Vote::new().field("town").winner(rows.clone()).unwrap_err().to_string();
    assert!(error.contains("no field `town`; it has `city`, `score`"), "{error}");
    assert_eq!(majority_by(rows, |row| row["score"].as_u64()).unwrap()["city"], "Rome");
    assert_eq!(majority_by([1.5, 2.5, 2.5], |number| *number), Some(2.5));
    assert_eq!(majority_by(Vec::<u8>::new(), |number| *number), None);
    assert_eq!(normalize_answer("An apple a day").as_deref(), Some("apple day"));
}
