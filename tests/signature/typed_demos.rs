//! Demonstrations given as rows.

use std::collections::BTreeMap;

use dspy::prelude::*;
use dspy::signature::Demo;
use serde_json::json;

use super::support::{Scripted, sections};

/// Answer.
#[derive(Signature, Clone)]
struct Qa {
    #[input(rename = "user question")]
    question: String,
    #[output]
    answer: String,
    #[output]
    sure: bool,
    #[signature(skip)]
    source: Option<String>,
}

fn row(question: &str, answer: &str) -> Qa {
    Qa { question: question.into(), answer: answer.into(), sure: true, source: Some("me".into()) }
}

#[tokio::test]
async fn rows_are_demonstrations() {
    let model = Scripted::text(&sections(&[("answer", "4"), ("sure", "True")]));
    let rows = vec![row("1+1?", "2"), row("1+2?", "3")];
    let predict = Predict::<Qa>::new().with_lm(model.lm()).with_demos(&rows);
    predict.call("2+2?").await.unwrap();
    let request = &model.requests()[0];
    let turns: Vec<String> = request.messages.iter().map(|message| message.text()).collect();
    assert!(turns[1].contains("[[ ## user question ## ]]\n1+1?"), "{}", turns[1]);
    assert!(turns[2].contains("[[ ## answer ## ]]\n2\n\n[[ ## sure ## ]]\nTrue"), "{}", turns[2]);
    assert!(turns[4].contains("[[ ## answer ## ]]\n3"));
    assert_eq!(rows[0].source.as_deref(), Some("me"));
    assert!(!turns.concat().contains("me"), "what is skipped is not shown");
    let expected = json!({"user question": "1+1?", "answer": "2", "sure": true});
    assert_eq!(json!(predict.demos()[0].fields), expected);
}

#[test]
fn rows_and_demos_are_accepted_in_any_collection() {
    let demo = Demo::new(json!({"answer": "2"}).as_object().unwrap().clone());
    assert_eq!(Predict::<Qa>::new().with_demos(vec![demo.clone()]).demos(), [demo]);
    assert_eq!(Predict::<Qa>::new().with_demos([row("a", "b"), row("c", "d")]).demos().len(), 2);
    assert_eq!(Predict::<Qa>::new().with_demos(Some(row("a", "b"))).demos().len(), 1);
    let think = ChainOfThought::<Qa>::new().with_demos((0..3).map(|n| row("a", &n.to_string())));
    assert_eq!(think.demos()[2].fields["answer"], "2");
}

#[data]
#[derive(Eq, Hash, PartialOrd, Ord)]
struct Pair(u8, u8);

#[derive(Signature)]
struct Odd {
    #[input]
    text: String,
    #[output]
    by_pair: BTreeMap<Pair, String>,
}

#[tokio::test]
async fn a_row_that_is_no_json_is_an_error_and_not_left_out() {
    let model = Scripted::text("");
    let odd = || Odd { text: "x".into(), by_pair: BTreeMap::from([(Pair(1, 2), "y".into())]) };
    let predict = Predict::<Odd>::new().with_lm(model.lm()).with_demos([odd(), odd()]);
    let error = predict.call("Why?").await.unwrap_err().to_string();
    assert!(
        error.starts_with(
            "predictor `self`: demo 0 cannot be written as JSON: key must be a string"
        ),
        "{error}"
    );
    assert_eq!(model.calls(), 0);
    let demo = Demo::new(json!({"text": "x", "by_pair": {}}).as_object().unwrap().clone());
    assert!(predict.with_demos([demo]).explain("Why?").is_ok(), "other demonstrations mend it");
}
