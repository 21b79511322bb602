//! `#[data]`: derives for field types, without serde in sight.

use std::collections::BTreeSet;

use dspy::data;
use serde_json::json;

/// What a ticket is about.
#[data]
#[serde(rename_all = "snake_case")]
enum Topic {
    /// Money.
    BillingQuestion,
    /// Access.
    Login,
}

#[data]
struct Ticket {
    #[serde(rename = "ref")]
    reference: u32,
    topic: Topic,
    note: Option<String>,
}

#[test]
fn a_struct_is_data() {
    fn is_data<T: dspy::signature::Data + std::fmt::Debug + PartialEq>() {}
    is_data::<Ticket>();
    let ticket = Ticket { reference: 7, topic: Topic::BillingQuestion, note: None };
    let written = serde_json::to_value(&ticket).unwrap();
    assert_eq!(written, json!({"ref": 7, "topic": "billing_question", "note": null}));
    assert_eq!(serde_json::from_value::<Ticket>(json!({"ref": 7, "topic": "login"})).unwrap(), {
        Ticket { topic: Topic::Login, ..ticket }
    });
}

#[test]
fn an_enum_of_units_is_a_closed_set_that_can_be_compared_and_hashed() {
    fn is_value<T: Copy + Eq + std::hash::Hash + Ord>() {}
    is_value::<Topic>();
    let topics = BTreeSet::from([Topic::Login, Topic::BillingQuestion]);
    assert_eq!(topics.first(), Some(&Topic::BillingQuestion));
    let schema = dspy::schema::of::<Topic>();
    let choices = dspy::schema::choices(&schema, &schema).unwrap();
    assert_eq!(choices[0].value, "billing_question");
    assert_eq!(choices[0].description.as_deref(), Some("Money."));
}

#[data]
enum Action {
    Reply { text: String },
    Close,
}

/// Only compared by its number.
#[data]
#[derive(Clone, Eq)]
#[allow(clippy::derived_hash_with_manual_eq)]
#[derive(std::hash::Hash)]
struct Half {
    number: u8,
}

#[data]
#[derive(serde::Serialize, serde::Deserialize)]
enum Mixed {
    A,
}

#[test]
fn an_enum_that_carries_data_is_data() {
    let action = Action::Reply { text: "hi".into() };
    assert_eq!(serde_json::to_value(&action).unwrap(), json!({"Reply": {"text": "hi"}}));
    assert_ne!(action, Action::Close);
}

#[test]
fn what_the_user_derives_below_is_left_out() {
    fn is<T: Eq + std::hash::Hash + Clone + dspy::signature::Data>() {}
    is::<Half>();
    assert_eq!(Half { number: 1 }, Half { number: 1 });
    assert_eq!(serde_json::to_value(Mixed::A).unwrap(), json!("A"));
}

#[data]
struct Wrapper<T> {
    inner: T,
}

#[test]
fn a_generic_struct_is_data_where_its_parameter_is() {
    let read: Wrapper<Vec<u8>> = serde_json::from_value(json!({"inner": [1]})).unwrap();
    assert_eq!(read, Wrapper { inner: vec![1] });
}
