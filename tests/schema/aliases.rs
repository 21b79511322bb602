//! Other names of properties: what schemas say of them, and what the parser makes of it.

use dspy::parse::{Level, ParseError, RepairKind, fit, parse};
use dspy::prelude::*;
use dspy::schema;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, schemars::JsonSchema)]
struct Person {
    #[serde(alias = "label", alias = "Title")]
    #[schemars(extend("x-aliases" = ["label", "Title"]))]
    name: String,
    /// Where.
    #[serde(alias = "home")]
    #[schemars(extend("x-aliases" = ["home"]))]
    address: Address,
    age: Option<u8>,
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Address {
    city: String,
}

fn fitted(value: Value) -> Result<Value, ParseError> {
    fit(value, &schema::of::<Person>()).map(|parsed| parsed.value)
}

#[test]
fn properties_are_known_by_their_other_names() {
    let meant = json!({"name": "Ada", "address": {"city": "London"}});
    for value in [
        json!({"label": "Ada", "home": {"city": "London"}}),
        json!({"Title": "Ada", "address": {"city": "London"}}),
        json!({"LABEL": "Ada", "Home": {"city": "London"}}),
    ] {
        assert_eq!(fitted(value.clone()).unwrap(), meant, "{value}");
    }
    let parsed = parse("{label: 'Ada', home: {city: London}}", &schema::of::<Person>()).unwrap();
    assert_eq!(parsed.value, meant);
    let person: Person = serde_json::from_value(parsed.value).unwrap();
    assert_eq!((person.name.as_str(), person.address.city.as_str()), ("Ada", "London"));
    assert_eq!(person.age, None);
}

#[test]
fn another_name_is_noted_as_a_repair() {
    let value = json!({"label": "Ada", "address": {"city": "London"}});
    let parsed = fit(value, &schema::of::<Person>()).unwrap();
    assert_eq!(parsed.level, Level::Repaired);
    assert_eq!(parsed.repairs.len(), 1);
    assert_eq!(parsed.repairs[0].kind, RepairKind::KeyRenamed);
    assert_eq!((&*parsed.repairs[0].from, &*parsed.repairs[0].to), ("label", "name"));
}

#[test]
fn the_declared_name_comes_first() {
    let both = json!({"label": "B", "name": "A", "address": {"city": "London"}});
    assert_eq!(fitted(both).unwrap()["name"], "A");
    // `Title` is listed as written, `LABEL` only resembles a listed name.
    let two = json!({"LABEL": "B", "Title": "A", "address": {"city": "London"}});
    assert_eq!(fitted(two).unwrap()["name"], "A");
}

#[test]
fn a_name_of_two_properties_is_nobodys() {
    let schema = json!({
        "type": "object",
        "properties": {
            "a": {"type": "integer", "x-aliases": ["n"]},
            "b": {"type": "integer", "x-aliases": ["n"]},
        },
        "required": ["a", "b"],
    });
    assert!(fit(json!({"n": 1, "b": 2}), &schema).is_err());
    assert_eq!(fit(json!({"a": 1, "b": 2}), &schema).unwrap().value, json!({"a": 1, "b": 2}));
    // A declared key is never taken for another name of something else.
    let shadowed = json!({"type": "object", "properties": {
        "a": {"type": "integer", "x-aliases": ["b"]},
        "b": {"type": "integer"},
    }});
    assert_eq!(fit(json!({"b": 2}), &shadowed).unwrap().value, json!({"b": 2}));
}

/// Find the person.
#[derive(Signature)]
#[expect(dead_code)]
struct Find {
    #[input]
    text: String,
    #[output(alias = "who", alias = "person")]
    name: String,
    #[output(alias = "sure")]
    certain: bool,
    #[output(alias = "rest")]
    other: Value,
}

#[test]
fn generated_structs_carry_the_aliases_of_their_fields() {
    let schema = schema::of::<FindOutput>();
    assert_eq!(schema["properties"]["name"]["x-aliases"], json!(["who", "person"]));
    assert_eq!(schema["properties"]["other"]["x-aliases"], json!(["rest"]));
    assert_eq!(schema::of::<FindInput>()["properties"]["text"].get("x-aliases"), None);
    let parsed = fit(json!({"who": "Ada", "sure": "yes", "rest": [1]}), &schema).unwrap();
    let output: FindOutput = serde_json::from_value(parsed.value).unwrap();
    assert_eq!((output.name.as_str(), output.certain), ("Ada", true));
    assert_eq!(output.other, json!([1]));
    let subset = schema::subset::rewrite(&schema, schema::subset::Dialect::OpenAiStrict).unwrap();
    assert!(!subset.schema().to_string().contains("x-aliases"));
}
