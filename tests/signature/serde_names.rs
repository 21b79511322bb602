//! serde's attributes on a signature: names, defaults, fields of the row alone.

use std::collections::BTreeMap;

use dspy::prelude::*;
use dspy::signature::SignatureRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{from, names};

/// A row that serde writes itself, beside the signature made of it.
macro_rules! by_rule {
    ($($name:ident: $rule:literal)*) => {$(
        #[derive(Signature, Serialize, Default)]
        #[serde(rename_all = $rule)]
        struct $name {
            #[input]
            one: String,
            #[input]
            _two3_four: String,
            #[input]
            five_ßix_seven_: String,
            #[output]
            r#type: String,
        }
    )*};
}

by_rule! {
    Lower: "lowercase"
    Upper: "UPPERCASE"
    Pascal: "PascalCase"
    Camel: "camelCase"
    Snake: "snake_case"
    ScreamingSnake: "SCREAMING_SNAKE_CASE"
    Kebab: "kebab-case"
    ScreamingKebab: "SCREAMING-KEBAB-CASE"
}

#[test]
fn every_rule_for_names_is_the_one_of_serde() {
    fn keys<S: SignatureRow + Serialize + Default>() -> (Vec<String>, Vec<String>) {
        let row = serde_json::to_value(S::default()).unwrap();
        let row = row.as_object().unwrap().keys().cloned().collect();
        (S::schema().fields().map(|field| field.name().to_owned()).collect(), row)
    }
    for (ours, theirs) in [
        keys::<Lower>(),
        keys::<Upper>(),
        keys::<Pascal>(),
        keys::<Camel>(),
        keys::<Snake>(),
        keys::<ScreamingSnake>(),
        keys::<Kebab>(),
        keys::<ScreamingKebab>(),
    ] {
        assert_eq!(ours, theirs);
    }
    let camel = CamelOutput { r#type: "t".into() };
    assert_eq!(serde_json::to_value(&camel).unwrap(), json!({"type": "t"}));
    assert_eq!(names(Camel::schema().inputs()), ["one", "two3Four", "fiveßixSeven"]);
    let input =
        UpperInput { one: "1".into(), _two3_four: "2".into(), five_ßix_seven_: "3".into() };
    let written = json!({"ONE": "1", "_TWO3_FOUR": "2", "FIVE_ßIX_SEVEN_": "3"});
    assert_eq!(serde_json::to_value(&input).unwrap(), written);
}

fn german() -> String {
    "de".to_owned()
}

mod defaults {
    pub(super) fn three() -> u8 {
        3
    }
}

#[derive(Signature, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a ticket", rename = "ticket")]
#[serde(rename_all(serialize = "camelCase", deserialize = "camelCase"))]
struct Ticket {
    #[input]
    #[serde(rename = "body", alias = "mail", alias = "text")]
    mail_text: String,
    #[input(alias = "lang")]
    #[serde(default = "german", alias = "locale")]
    user_language: String,
    #[output]
    #[serde(rename(serialize = "level", deserialize = "level"), default = "defaults::three")]
    urgency: u8,
    #[output]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    all_tags: Vec<String>,
    /// Not the model's business.
    #[serde(skip)]
    seen: BTreeMap<u8, Seen>,
    #[serde(skip, default = "defaults::three")]
    tries: u8,
}

/// Neither serde nor schemars knows it.
#[derive(Debug, Clone, PartialEq, Default)]
struct Seen;

#[test]
fn names_aliases_and_defaults_count_as_our_own() {
    let schema = Ticket::schema();
    assert_eq!(names(schema.inputs()), ["body", "userLanguage"]);
    assert_eq!(names(schema.outputs()), ["level", "allTags"]);
    assert_eq!(schema.inputs()[0].aliases(), ["mail", "text"]);
    assert_eq!(schema.inputs()[1].aliases(), ["lang", "locale"]);
    assert_eq!(schema.inputs()[1].default_value(), Some(&json!("de")));
    assert_eq!(schema.outputs()[0].default_value(), Some(&json!(3)));
    assert_eq!(schema.outputs()[1].default_value(), Some(&json!([])));

    let input: TicketInput = from(json!({"mail": "Help!"})).unwrap();
    assert_eq!((input.mail_text.as_str(), input.user_language.as_str()), ("Help!", "de"));
    let input: TicketInput = from(json!({"text": "Hilfe!", "locale": "at"})).unwrap();
    assert_eq!(
        serde_json::to_value(&input).unwrap(),
        json!({"body": "Hilfe!", "userLanguage": "at"})
    );
    let output: TicketOutput = from(json!({})).unwrap();
    assert_eq!((output.urgency, output.all_tags.len()), (3, 0));
}

#[test]
fn a_struct_may_be_serdes_own_as_well() {
    let row: Ticket =
        from(json!({"body": "Help!", "userLanguage": "en", "level": 1, "allTags": ["x"]})).unwrap();
    assert_eq!(row.output_part().urgency, 1);
    let unknown = from::<Ticket>(json!({"body": "Help!", "other": 1})).unwrap_err();
    assert!(unknown.contains("unknown field `other`"), "{unknown}");
    let mut fields = serde_json::to_value(row.input_part()).unwrap();
    let outputs = serde_json::to_value(row.output_part()).unwrap();
    fields.as_object_mut().unwrap().extend(outputs.as_object().unwrap().clone());
    assert_eq!(fields, serde_json::to_value(&row).unwrap());
}

#[test]
fn a_skipped_field_is_in_the_row_alone() {
    let row = Ticket {
        mail_text: "Help!".into(),
        user_language: "en".into(),
        urgency: 1,
        all_tags: vec![],
        seen: BTreeMap::from([(1, Seen)]),
        tries: 7,
    };
    let again = Ticket::from_parts(row.input_part(), row.output_part());
    assert_eq!((again.seen.len(), again.tries), (0, 3));
    assert_eq!(Ticket { seen: row.seen.clone(), tries: 7, ..again }, row);
}

#[derive(Signature)]
#[signature(rename_all = "kebab-case")]
struct Cached<T> {
    #[input]
    user_question: T,
    #[output(rename = "Answer")]
    final_answer: String,
    #[signature(skip)]
    cache: Option<Vec<T>>,
}

#[test]
fn the_same_can_be_said_without_serde() {
    let schema = Cached::<u8>::schema();
    assert_eq!(names(schema.inputs()), ["user-question"]);
    assert_eq!(names(schema.outputs()), ["Answer"]);
    let row = Cached { user_question: 1_u8, final_answer: "2".into(), cache: Some(vec![3]) };
    assert_eq!(row.cache.as_deref(), Some([3].as_slice()));
    assert_eq!(Cached::from_parts(row.input_part(), row.output_part()).cache, None);
}
