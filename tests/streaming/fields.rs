//! One field alone, and answers that are still being written.

use dspy::Error;
use dspy::module::{PartialAnswer, Streamed};
use dspy::prelude::*;
use dspy::run::Event;
use serde_json::json;

use super::{Qa, answer, collected, model, sections};
use dspy::lm::Scripted;

/// List what it takes.
#[derive(Signature, Clone)]
struct Recipe {
    #[input]
    dish: String,
    #[output]
    minutes: u32,
    #[output]
    steps: Vec<String>,
}

#[tokio::test]
async fn the_text_of_a_field_comes_in_pieces_and_then_the_prediction() {
    let model = model(&["a river in Egypt"]);
    let ask = Predict::<Qa>::new().with_lm(model.lm());
    let mut chunks = ask.stream("Nile?").text("self", "answer");
    let mut pieces = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.unwrap();
        assert!(!chunk.restarts);
        pieces.push(chunk.to_string());
    }
    assert!(pieces.len() > 3, "{pieces:?}");
    let prediction = chunks.finish().await.unwrap();
    assert_eq!((pieces.concat(), prediction.usage().calls), (prediction.answer.clone(), 1));
    assert_eq!((prediction.answer.as_str(), model.calls()), ("a river in Egypt", 1));
}

#[tokio::test]
async fn only_what_concerns_a_field_is_given() {
    let text = sections(&[("reasoning", "It flows."), ("answer", "a river")]);
    let model = Scripted::texts([text]).with_pieces(4);
    let ask = ChainOfThought::<Qa>::new().with_lm(model.lm());
    let (events, out) = collected(ask.stream("Nile?").field("self", "answer")).await;
    assert_eq!(out.unwrap().answer, "a river");
    assert!(events.len() > 1);
    let of_answer =
        |event: &Event| matches!(event, Event::FieldDelta { field, .. } if field == "answer");
    assert!(events.iter().all(of_answer), "{events:?}");
}

#[tokio::test]
async fn a_field_that_there_is_not_fails_before_anything_is_asked() {
    let model = model(&["x"]);
    let ask = Predict::<Qa>::new().with_lm(model.lm());
    let (_, out) = collected(ask.stream("Nile?").field("other", "answer")).await;
    let error = out.unwrap_err().to_string();
    assert!(error.contains("no predictor `other`") && error.contains("`self`"), "{error}");
    let mut chunks = ask.stream("Nile?").text("self", "reply");
    let error = chunks.next().await.unwrap().unwrap_err().to_string();
    assert!(error.contains("no output `reply`") && error.contains("`answer`"), "{error}");
    assert!(chunks.next().await.is_none());
    assert!(matches!(chunks.finish().await, Err(Error::Invalid(_))));
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn values_are_known_as_far_as_they_have_come() {
    let text = sections(&[("minutes", "25"), ("steps", r#"["chop it", "cook it", "eat it"]"#)]);
    let model = Scripted::texts([text]).with_pieces(1);
    let cook = Predict::<Recipe>::new().with_lm(model.lm());
    let mut stream = cook.stream("soup");
    let mut seen = Vec::new();
    while let Some(item) = stream.next().await {
        let Streamed::Event(Event::FieldDelta { call, field, .. }) = item.unwrap() else {
            continue;
        };
        let known: &PartialAnswer = stream.answer(call).unwrap();
        assert_eq!((known.path(), known.field(), known.call()), ("self", field.as_str(), call));
        if field == "minutes" {
            assert!(!known.is_complete("minutes") && known.text("steps").is_empty());
            continue;
        }
        assert!(known.is_complete("minutes"));
        assert_eq!(known.get::<u32>("minutes"), Some(25));
        let steps = known.get::<Vec<String>>("steps").unwrap_or_default();
        if seen.last() != Some(&steps) {
            seen.push(steps);
        }
    }
    assert_eq!(seen.last().unwrap(), &["chop it", "cook it", "eat it"]);
    assert!(seen.contains(&vec!["chop it".to_owned(), "co".to_owned()]), "{seen:?}");
}

#[tokio::test]
async fn an_answer_that_goes_wrong_is_stopped_and_the_error_says_why() {
    let model = model(&["the secret is 1234, I should not say"]);
    let ask = Predict::<Qa>::new().with_lm(model.lm());
    let stream = ask.stream("The secret?").stop_when(|answer| {
        let leaked = answer.text("answer").find("12")?;
        Some(format!("it leaks at {leaked}"))
    });
    let (events, out) = collected(stream).await;
    let error = out.unwrap_err();
    assert_eq!(
        error.to_string(),
        "predictor `self`: stopped while it wrote `answer`: it leaks at 14"
    );
    let Error::Stopped { path, error } = error else { panic!("{error}") };
    assert_eq!((path.as_str(), error.field.as_deref()), ("self", Some("answer")));
    assert!(error.partial["answer"].contains("secret is 12"));
    let shown: String = events
        .iter()
        .filter_map(|event| match event {
            Event::FieldDelta { delta, .. } => Some(delta.as_str()),
            _ => None,
        })
        .collect();
    assert!(!shown.contains("12") && shown.contains("secret"), "{shown}");
}

#[tokio::test]
async fn a_rule_that_never_holds_changes_nothing() {
    let model = Scripted::texts([answer("fine")]).with_pieces(2);
    let ask = Predict::<Qa>::new().with_lm(model.lm());
    let out = ask.stream("?").stop_when(|_| None).finish().await.unwrap();
    assert_eq!(json!(out.output()), json!({"answer": "fine"}));
}
