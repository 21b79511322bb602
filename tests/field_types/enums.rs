//! Enums: closed sets, and those that carry data under every tagging.

use std::collections::BTreeMap;

use dspy::Predict;

use crate::field_types::harness::{Echo, EchoInput, of};

#[dspy::data]
pub(crate) enum Level {
    Low,
    High,
}

/// How it feels.
#[dspy::data]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mood {
    /// All is well.
    Good,
    /// Neither this nor that.
    SoSo,
    Bad,
}

#[test]
fn closed_sets() {
    of::<Level>("one of: Low; High")
        .noted("one of, exactly as written: Low; High")
        .values([Level::Low, Level::High])
        .spelled("**LOW**.", Level::Low)
        .spelled("It is high.", Level::High)
        .check();
    of::<Option<Level>>("optional (one of: Low; High)")
        .noted("one of, exactly as written: Low; High; None")
        .values([Some(Level::High), None])
        .spelled("low", Some(Level::Low))
        .spelled("null", None)
        .check();
}

#[test]
fn documented_variants_are_described_options_wherever_they_stand() {
    of::<Box<Level>>("one of: Low; High")
        .noted("one of, exactly as written: Low; High")
        .values([Box::new(Level::Low)])
        .spelled("low", Box::new(Level::Low))
        .check();
    let options = "   - `good`: All is well.\n   - `so-so`: Neither this nor that.\n";
    fn prompt<T: dspy::signature::Data + std::fmt::Debug>(given: T) -> String {
        let input = EchoInput { hint: "h".into(), given };
        Predict::<Echo<T>>::new().explain(input).unwrap()
    }
    let listed = [
        prompt(Mood::Good),
        prompt(Some(Mood::Good)),
        prompt(vec![Mood::Good]),
        prompt(Some(vec![Some(Mood::Good)])),
        prompt([Mood::Good]),
        prompt(BTreeMap::from([("a".to_owned(), Mood::Bad)])),
    ];
    for prompt in listed {
        assert_eq!(prompt.matches(options).count(), 2, "as input and as output\n{prompt}");
    }
    // Inside of a struct they stand in its notation.
    #[dspy::data]
    struct Day {
        mood: Mood,
    }
    for prompt in [prompt(Day { mood: Mood::Good }), prompt((1_u8, Some(Mood::Good)))] {
        assert!(prompt.contains(r#""so-so": Neither this nor that."#), "{prompt}");
    }
}

#[test]
fn documented_closed_sets() {
    of::<Vec<Mood>>("list of (one of: bad; good; so-so)")
        .json()
        .values([vec![Mood::Good, Mood::SoSo, Mood::Bad]])
        .spelled("- so so\n- Neither this nor that.", vec![Mood::SoSo, Mood::SoSo])
        .check();
    of::<Option<Mood>>("optional (one of: bad; good; so-so)")
        .noted("one of, exactly as written: bad; good; so-so; None")
        .values([None, Some(Mood::SoSo)])
        .spelled("So-so: Neither this nor that.", Some(Mood::SoSo))
        .check();
}

/// Data under serde's own tagging.
#[dspy::data]
pub(crate) enum External {
    Nothing,
    Wide(u128),
    Pair(i8, String),
    /// With a name and a way on.
    Named {
        name: String,
        next: Option<Box<External>>,
    },
}

#[test]
fn externally_tagged() {
    let deep =
        External::Named { name: "a".into(), next: Some(Box::new(External::Wide(u128::MAX))) };
    of::<External>("External")
        .json()
        .values([
            External::Nothing,
            External::Wide(u128::MAX),
            External::Wide(0),
            External::Pair(-1, "x".into()),
            External::Named { name: "a".into(), next: None },
            deep.clone(),
        ])
        .spelled("Nothing", External::Nothing)
        .spelled("{'Pair': [-1, 'x']}", External::Pair(-1, "x".into()))
        .spelled(
            "```json\n{\"Named\": {\"name\": \"a\", \"next\": {\"Wide\": \"340282366920938463463374607431768211455\"}}}\n```",
            deep,
        )
        .check();
}

/// Data with the name of its variant inside.
#[dspy::data]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Internal {
    Empty,
    Circle { radius: f64 },
    Holder(Held),
}

#[dspy::data]
pub(crate) struct Held {
    parts: Vec<Internal>,
}

#[test]
fn internally_tagged() {
    of::<Internal>("Internal")
        .json()
        .values([
            Internal::Empty,
            Internal::Circle { radius: 0.5 },
            Internal::Holder(Held {
                parts: vec![Internal::Empty, Internal::Circle { radius: -1.0 }],
            }),
        ])
        .spelled("{'kind': 'Circle', 'radius': '2'}", Internal::Circle { radius: 2.0 })
        .spelled("{\"radius\": 2}", Internal::Circle { radius: 2.0 })
        .check();
}

/// Data beside the name of its variant.
#[dspy::data]
#[serde(tag = "type", content = "value")]
pub(crate) enum Adjacent {
    Empty,
    One(i128),
    Two(u8, bool),
    Named { text: String },
}

#[test]
fn adjacently_tagged() {
    of::<Adjacent>("Adjacent")
        .json()
        .values([
            Adjacent::Empty,
            Adjacent::One(i128::MIN),
            Adjacent::Two(1, true),
            Adjacent::Named { text: "t".into() },
        ])
        .spelled("{'type': 'two', 'value': [1, True]}", Adjacent::Two(1, true))
        .spelled(
            "{\"value\": {\"text\": \"t\"}, \"type\": \"Named\"}",
            Adjacent::Named { text: "t".into() },
        )
        .check();
}

/// Data that is known by its form.
#[dspy::data]
#[serde(untagged)]
pub(crate) enum Untagged {
    Number(i64),
    Words(Vec<String>),
    Named { text: String },
    Flag(bool),
}

#[test]
fn untagged() {
    of::<Untagged>("Untagged")
        .json()
        .values([
            Untagged::Number(i64::MIN),
            Untagged::Words(vec!["a".into(), "5".into()]),
            Untagged::Words(vec![]),
            Untagged::Named { text: "t".into() },
            Untagged::Flag(true),
        ])
        .spelled("{'text': 't'}", Untagged::Named { text: "t".into() })
        .spelled("['a']", Untagged::Words(vec!["a".into()]))
        .check();
}
