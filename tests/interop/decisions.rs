//! Fitted rules of decisions: what Python's `Predict.fields` holds.

use dspy::form::{Choice, Score};
use dspy::module::{self, ParameterKind, parameter_value};
use dspy::{Predict, Signature, YesNo, data};
use serde_json::{Value, json};

#[data]
#[derive(Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// a fault
    Bug,
    /// thanks
    Praise,
    Question,
}

#[data]
#[derive(Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Calm,
    Annoyed,
    Furious,
}

/// Triage the mail.
#[derive(Signature)]
struct Triage {
    #[input]
    mail: String,
    /// Is it urgent?
    #[output]
    urgent: YesNo,
    /// What kind is it?
    #[output]
    kind: Choice<Kind>,
    /// How angry is it?
    #[output]
    anger: Score<Level>,
}

/// As Python 3.4.1 saved it.
fn recorded() -> Value {
    serde_json::from_str(include_str!("recorded/decisions.program.json")).unwrap()
}

#[test]
fn rules_of_decisions_travel() {
    let mut program = Predict::<Triage>::new();
    let (unfitted, _) = module::to_python(&program);
    assert!(unfitted.get("fields").is_none(), "Python writes only what was changed");

    let file = recorded();
    let report = module::load_value(&mut program, &file, "file", Default::default()).unwrap();
    assert_eq!(report.loaded, ["self"]);
    let rules = parameter_value(&program, "self", &ParameterKind::FIELDS).unwrap();
    let whole = json!({
        "urgent": {"threshold": 0.7}, "kind": {"weights": {"bug": 2.0, "praise": 0.0, "question": 1.0}},
        "anger": {"cuts": [0.25, 1.5]},
    });
    assert_eq!(rules, whole);

    let (saved, lost) = module::to_python(&program);
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(saved["fields"], whole);
    let mut back = Predict::<Triage>::new();
    module::load_value(&mut back, &saved, "file", Default::default()).unwrap();
    assert_eq!(module::identity(&back), module::identity(&program));
}

#[test]
fn a_rule_that_has_no_counterpart_is_said_and_loads_nothing() {
    let before = module::identity(&Predict::<Triage>::new());
    for (rule, said) in [
        (json!({"urgent": {"threshold": 0.7, "criteria": {"true": "now"}}}), "criteria"),
        (json!({"kind": {"weights": {"spam": 1.0}}}), "no member `spam`"),
        (json!({"kind": {"weights": {"bug": 0, "praise": 0, "question": 0}}}), "at least one"),
        (json!({"mail": {"threshold": 0.7}}), "no decision `mail`"),
    ] {
        let mut file = recorded();
        file["fields"] = rule;
        let mut program = Predict::<Triage>::new();
        let error =
            module::load_value(&mut program, &file, "file", Default::default()).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
        assert_eq!(module::identity(&program), before);
    }
}
