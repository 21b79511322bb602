//! Thresholds, weights and cuts as parameters.

use dspy::YesNo;
use dspy::form::{Choice, Score};
use dspy::lm::Scripted;
use dspy::module::{ParameterKind, parameter_value, parameters, set_parameter};
use dspy::prelude::*;
use serde_json::json;

#[data]
#[derive(Copy, PartialEq)]
enum Kind {
    Bug,
    Question,
    Praise,
}

#[data]
#[derive(Copy, PartialEq)]
enum Level {
    Poor,
    Fair,
    Good,
}

#[derive(Signature)]
struct Triage {
    #[input]
    mail: String,
    #[output]
    urgent: YesNo,
    #[output]
    kind: Choice<Kind>,
    #[output]
    tone: Score<Level>,
}

const ANSWER: &str = "[[ ## urgent ## ]]\nNo (0.4)\n\n[[ ## kind ## ]]\nBug 0.6; Question 0.3; \
                      Praise 0.1\n\n[[ ## tone ## ]]\nFair 0.5; Good 0.3; Poor 0.2\n\n\
                      [[ ## completed ## ]]";

fn triage() -> Predict<Triage> {
    Predict::new().with_lm(Scripted::with(|_, _| ANSWER).lm())
}

#[tokio::test]
async fn values_follow_from_probabilities_and_rules() {
    let mut program = triage();
    let out = program.call("Hello").await.unwrap();
    assert!(!out.urgent.value());
    assert_eq!(out.urgent.probability(), 0.4);
    assert!((out.urgent.confidence() - 0.2).abs() < 1e-9);
    assert_eq!(*out.kind, Kind::Bug);
    assert_eq!(*out.tone, Level::Fair);
    assert!((out.tone.mean() - 1.1).abs() < 1e-9);
    let rules = json!({
        "urgent": {"threshold": 0.3}, "kind": {"weights": {"Question": 3.0}},
        "tone": {"cuts": [0.1, 1.0]},
    });
    set_parameter(&mut program, "self", &ParameterKind::FIELDS, rules).unwrap();
    let out = program.call("Hello").await.unwrap();
    assert!(out.urgent.value());
    assert_eq!(out.urgent.threshold(), 0.3);
    assert_eq!(*out.kind, Kind::Question);
    assert_eq!(*out.tone, Level::Good);
}

#[tokio::test]
async fn rules_are_saved_and_loaded_by_path_as_dspy_spells_them() {
    let mut program = triage();
    let rule = json!({"urgent": {"threshold": 0.25}});
    set_parameter(&mut program, "self", &ParameterKind::FIELDS, rule).unwrap();
    let file = dspy::module::to_value(&program, None);
    assert_eq!(file["self"]["fields"]["urgent"], json!({"threshold": 0.25}));
    let mut loaded = triage();
    dspy::module::load_value(&mut loaded, &file, "a file", dspy::module::LoadOptions::default())
        .unwrap();
    assert!(loaded.call("Hello").await.unwrap().urgent.value());
    assert_eq!(
        parameter_value(&loaded, "self", &ParameterKind::FIELDS),
        parameter_value(&program, "self", &ParameterKind::FIELDS)
    );
    // A clone's rules are its own.
    let mut clone = program.clone();
    let rule = json!({"urgent": {"threshold": 0.9}});
    set_parameter(&mut clone, "self", &ParameterKind::FIELDS, rule).unwrap();
    assert!(program.call("Hello").await.unwrap().urgent.value());
    // A predictor that decides nothing has no such parameter.
    let plain = Predict::of(signature!("question -> answer"));
    assert!(parameters(&plain).iter().all(|it| it.kind != ParameterKind::FIELDS));
}

#[test]
fn a_rule_that_cannot_be_is_refused() {
    let mut program = triage();
    for (rule, words) in [
        (json!({"urgent": {"threshold": 1.5}}), "not between 0 and 1"),
        (json!({"urgent": {"cuts": [1.0]}}), "expected `threshold`"),
        (json!({"kind": {"weights": {"Spam": 1.0}}}), "no member `Spam`"),
        (json!({"kind": {"weights": {"Bug": -1.0}}}), "must not be below 0"),
        (json!({"tone": {"cuts": [1.0]}}), "expected 2 cuts in rising order"),
        (json!({"tone": {"cuts": [1.5, 0.5]}}), "expected 2 cuts in rising order"),
        (json!({"mail": {"threshold": 0.5}}), "no decision `mail`"),
    ] {
        let error = set_parameter(&mut program, "self", &ParameterKind::FIELDS, rule).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
