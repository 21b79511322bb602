//! Structs, newtypes, recursive types, generics, and any JSON.

use std::collections::BTreeMap;

use dspy::prelude::*;
use dspy::signature::Data;
use serde_json::{Value, json};

use crate::field_types::enums::{Level, Mood};
use crate::field_types::harness::of;
use crate::field_types::scripted::{Scripted, sections};

/// A person.
#[dspy::data]
struct Person {
    /// As in the passport.
    #[serde(rename = "fullName", alias = "name")]
    full_name: String,
    age: Option<u8>,
    #[serde(default)]
    tags: Vec<String>,
    address: Address,
    mood: Mood,
    #[schemars(range(min = 0.0, max = 1.0))]
    share: f64,
}

#[dspy::data]
struct Address {
    #[schemars(length(min = 1, max = 20))]
    city: String,
    #[schemars(regex(pattern = r"^\d{5}$"))]
    code: String,
}

fn person() -> Person {
    Person {
        full_name: "Ada \"L\" Lovelace".into(),
        age: Some(36),
        tags: vec!["a".into()],
        address: Address { city: "Köln".into(), code: "50667".into() },
        mood: Mood::SoSo,
        share: 0.25,
    }
}

#[test]
fn nested_structs_with_bounds_inside() {
    let plain = Person { age: None, tags: vec![], mood: Mood::Bad, share: 1.0, ..person() };
    of::<Person>("Person")
        .json()
        .values([person(), plain.clone()])
        .spelled(
            "{'full_name': 'Ada \"L\" Lovelace', 'address': {'City': 'Köln', 'code': 50667}, \
             'mood': 'BAD', 'share': '1'}",
            plain,
        )
        .check();
    let schema = dspy::schema::of::<Person>();
    let misfit = |pointer: &str, value: Value| {
        let mut json = dspy::wire::to_value(&person()).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        let error = dspy::parse::fit(json, &schema).unwrap_err();
        assert_eq!(error.path(), pointer, "{error}");
    };
    misfit("/share", json!(1.5));
    misfit("/address/city", json!(""));
    misfit("/address/city", json!("a city with a name that is too long"));
    misfit("/address/code", json!("5066"));
    misfit("/address/code", json!("D-50667"));
    misfit("/age", json!(256));
    misfit("/mood", json!("sad"));
}

#[dspy::data]
struct Id(u128);

#[dspy::data]
struct Pair(String, i128);

#[dspy::data]
struct Nothing;

#[dspy::data]
#[serde(transparent)]
struct Through {
    inner: Vec<u8>,
}

#[dspy::data]
#[derive(Eq, PartialOrd, Ord)]
struct Key(String);

#[test]
fn newtypes_are_what_they_hold() {
    of::<Id>("integer")
        .noted("an integer")
        .values([Id(0), Id(u128::MAX)])
        .spelled("1,000", Id(1000))
        .check();
    of::<Pair>("tuple of (text, integer)")
        .json()
        .values([Pair("a".into(), i128::MIN)])
        .spelled("['b', 1]", Pair("b".into(), 1))
        .check();
    of::<Nothing>("nothing").json().values([Nothing]).spelled("null", Nothing).check();
    of::<Through>("list of integer")
        .json()
        .values([Through { inner: vec![1, 2] }])
        .spelled("1, 2", Through { inner: vec![1, 2] })
        .check();
    of::<Key>("text").values([Key("a".into())]).spelled("b", Key("b".into())).check();
    of::<BTreeMap<Key, Id>>("map from text to integer")
        .json()
        .values([[(Key("k".into()), Id(u128::MAX))].into()])
        .spelled("{'k': '5'}", [(Key("k".into()), Id(5))].into())
        .check();
}

#[dspy::data]
struct Tree {
    value: i32,
    left: Option<Box<Tree>>,
    children: Vec<Tree>,
}

#[dspy::data]
enum Expression {
    Number(f64),
    Sum(Vec<Term>),
}

#[dspy::data]
struct Term {
    sign: Level,
    of: Box<Expression>,
}

#[test]
fn recursive_types() {
    let leaf = |value| Tree { value, left: None, children: vec![] };
    let tree = Tree { value: 1, left: Some(Box::new(leaf(2))), children: vec![leaf(3), leaf(4)] };
    let mut deep = leaf(0);
    for value in 1..30 {
        deep = Tree { value, left: Some(Box::new(deep)), children: vec![] };
    }
    of::<Tree>("Tree")
        .json()
        .values([leaf(0), tree.clone(), deep])
        .spelled(
            "{'value': '1', 'left': {'value': 2}, 'children': [{'value': 3}, {'value': 4, 'left': None}]}",
            tree,
        )
        .check();
    let term = |sign, of| Term { sign, of: Box::new(of) };
    let sum = Expression::Sum(vec![
        term(Level::High, Expression::Number(1.0)),
        term(Level::Low, Expression::Sum(vec![])),
    ]);
    of::<Expression>("Expression")
        .json()
        .values([Expression::Number(-0.5), sum.clone()])
        .spelled(
            "{'Sum': [{'sign': 'high', 'of': {'Number': 1}}, {'sign': 'LOW', 'of': {'Sum': []}}]}",
            sum,
        )
        .check();
}

#[test]
fn any_json() {
    of::<Value>("anything")
        .noted("any JSON value")
        .values([
            json!({"a": [1, -2.5, "x", null, true, {"b": {}}], "": []}),
            json!([]),
            json!(18_446_744_073_709_551_615_u64),
            json!("a text"),
        ])
        .spelled("{'a': 1}", json!({"a": 1}))
        .check();
}

/// Extract a value.
#[derive(Signature)]
struct Extract<T: Data + std::fmt::Debug> {
    #[input]
    text: String,
    #[output]
    values: Vec<T>,
    #[output(default)]
    first: Option<T>,
}

#[tokio::test]
async fn a_generic_signature_reads_each_of_its_types() {
    async fn extract<T: Data + std::fmt::Debug>(answer: &str) -> ExtractOutput<T> {
        let model = Scripted::text(&sections(&[("values", answer)]));
        let predict = Predict::<Extract<T>>::new().with_lm(model.lm());
        predict.call("text").await.unwrap().into_output()
    }
    assert_eq!(
        extract::<u128>("[1, 340282366920938463463374607431768211455]").await.values,
        [1, u128::MAX]
    );
    assert_eq!(extract::<Mood>("good, bad").await.values, [Mood::Good, Mood::Bad]);
    assert_eq!(extract::<(u8, bool)>("[[1, true]]").await.values, [(1, true)]);
    assert_eq!(extract::<Level>("[]").await.first, None);
}
