//! Words for types and constraints.

use std::collections::{BTreeMap, HashMap, HashSet};

use dspy::schema::{bounds_text, note, of, type_name};
use schemars::JsonSchema;
use serde_json::{Value, json};

#[derive(JsonSchema)]
#[expect(dead_code)]
enum Level {
    /// Can wait.
    Low,
    High,
}

#[derive(JsonSchema)]
#[expect(dead_code)]
enum Country {
    Afghanistan,
    Bangladesh,
    Liechtenstein,
    Mozambique,
    PapuaNewGuinea,
    Turkmenistan,
}

#[derive(JsonSchema)]
#[expect(dead_code)]
struct Place {
    name: String,
    inner: Option<Box<Place>>,
}

#[derive(JsonSchema)]
#[expect(dead_code)]
enum Shape {
    Point,
    Circle { radius: f64 },
}

#[derive(JsonSchema)]
#[expect(dead_code)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Texts(Vec<String>),
    Place(Place),
}

#[derive(JsonSchema)]
#[expect(dead_code)]
struct Meters(f64);

#[derive(JsonSchema)]
#[expect(dead_code)]
struct Holder {
    loose: Vec<Loose>,
    meters: Vec<Meters>,
    shape: Option<Shape>,
}

fn words<T: JsonSchema>() -> String {
    let schema = of::<T>();
    type_name(&schema, &schema)
}

fn said(schema: Value) -> String {
    type_name(&schema, &schema)
}

#[test]
fn types_read_as_a_person_would_say_them() {
    assert_eq!(words::<String>(), "text");
    assert_eq!(words::<u8>(), "integer");
    assert_eq!(words::<i128>(), "integer");
    assert_eq!(words::<f32>(), "number");
    assert_eq!(words::<bool>(), "boolean");
    assert_eq!(words::<()>(), "nothing");
    assert_eq!(words::<Value>(), "anything");
    assert_eq!(words::<Option<u8>>(), "optional integer");
    assert_eq!(words::<Vec<String>>(), "list of text");
    assert_eq!(words::<HashSet<String>>(), "list of text");
    assert_eq!(words::<[f64; 3]>(), "list of number");
    assert_eq!(words::<HashMap<String, f64>>(), "map from text to number");
    assert_eq!(words::<BTreeMap<i32, bool>>(), "map from integer to boolean");
    assert_eq!(words::<(String, u8)>(), "tuple of (text, integer)");
    assert_eq!(words::<Level>(), "one of: High; Low");
    assert_eq!(words::<Country>(), "Country");
    assert_eq!(words::<Place>(), "Place");
    assert_eq!(words::<Shape>(), "Shape");
    assert_eq!(words::<Meters>(), "number");
}

#[test]
fn types_within_types_stay_unambiguous() {
    assert_eq!(words::<Vec<Option<u8>>>(), "list of optional integer");
    assert_eq!(words::<Option<Vec<u8>>>(), "optional list of integer");
    assert_eq!(words::<Vec<Vec<String>>>(), "list of list of text");
    assert_eq!(words::<Option<Level>>(), "optional (one of: High; Low)");
    assert_eq!(words::<Vec<Level>>(), "list of (one of: High; Low)");
    assert_eq!(words::<Vec<Country>>(), "list of Country");
    assert_eq!(words::<Vec<Place>>(), "list of Place");
    assert_eq!(
        words::<HashMap<String, Vec<(u8, Place)>>>(),
        "map from text to list of tuple of (integer, Place)"
    );
    let schema = of::<Holder>();
    let field = |name: &str| type_name(&schema, &schema["properties"][name]);
    assert_eq!(field("loose"), "list of Loose");
    assert_eq!(field("meters"), "list of number");
    assert_eq!(field("shape"), "optional Shape");
    let place = of::<Place>();
    assert_eq!(type_name(&place, &place["properties"]["inner"]), "optional Place");
}

#[test]
fn nameless_unions_and_sets_are_spelled_out() {
    let text = json!({"type": "string"});
    let texts = json!({"type": "array", "items": text});
    assert_eq!(said(json!({"type": ["integer", "string"]})), "integer or text");
    assert_eq!(said(json!({"anyOf": [texts, {"type": "integer"}]})), "(list of text) or integer");
    let union = json!({"anyOf": [texts, {"type": "integer"}, {"type": "null"}]});
    assert_eq!(said(union), "optional ((list of text) or integer)");
    assert_eq!(said(json!({"enum": ["a", "b"]})), "one of: a; b");
    assert_eq!(said(json!({"enum": [1, 2, null]})), "optional (one of: 1; 2)");
    assert_eq!(said(json!({"enum": ["a; b", " c"]})), r#"one of: "a; b"; " c""#);
    let long: Vec<String> = (0..40).map(|at| format!("member {at}")).collect();
    assert_eq!(said(json!({"enum": long})), "one of 40 choices");
    assert_eq!(said(json!({"type": "object"})), "object");
    assert_eq!(said(json!({"type": "array"})), "list");
    assert_eq!(said(json!(false)), "nothing");
}

#[test]
fn schemas_without_end_have_words_too() {
    let circle = json!({"$ref": "#/$defs/A", "$defs": {"A": {"oneOf": [{"$ref": "#/$defs/A"}]}}});
    assert_eq!(said(circle), "anything");
    let itself = json!({"title": "List", "type": "array", "items": {"$ref": "#"}});
    assert!(said(itself).starts_with("list of list of"));
}

#[test]
fn notes_use_the_same_words() {
    let said = |schema: Value| note(&schema, &schema);
    assert_eq!(said(of::<String>()), None);
    assert_eq!(said(of::<u8>()).unwrap(), "an integer");
    assert_eq!(said(of::<Option<f64>>()).unwrap(), "a number, or None");
    assert_eq!(said(of::<bool>()).unwrap(), "True or False");
    assert_eq!(said(of::<Option<Level>>()).unwrap(), "one of, exactly as written: High; Low; None");
    let odd = json!({"enum": ["a; b", "c"]});
    assert_eq!(said(odd).unwrap(), r#"one of, exactly as written: "a; b"; c"#);
}

#[test]
fn every_constraint_has_words() {
    let said = |schema: Value| bounds_text(&schema);
    for (schema, words) in [
        (json!({"minimum": 0, "maximum": 1.0}), "at least 0, at most 1"),
        (json!({"exclusiveMinimum": 0, "exclusiveMaximum": 9}), "greater than 0, less than 9"),
        (json!({"type": "integer", "multipleOf": 5}), "a multiple of 5"),
        (json!({"minLength": 1, "maxLength": 9}), "at least 1 character, at most 9 characters"),
        (json!({"minLength": 1, "maxLength": 1}), "exactly 1 character"),
        (json!({"minItems": 0, "maxItems": 2}), "at most 2 items"),
        (json!({"minItems": 3, "maxItems": 3}), "exactly 3 items"),
        (json!({"minProperties": 1}), "at least 1 entry"),
        (json!({"maxProperties": 2}), "at most 2 entries"),
        (json!({"pattern": "^a+$"}), "matching the pattern ^a+$"),
        (json!({"uniqueItems": true}), "no item twice"),
        (json!({"type": "string", "format": "date"}), "a date, such as 2024-01-31"),
        (
            json!({"type": ["string", "null"], "format": "uuid"}),
            "a UUID, such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        ),
        (json!({"type": "string", "format": "iban"}), "in the format iban"),
        (
            json!({"maxItems": 5, "items": {"minimum": 0, "maximum": 255}}),
            "at most 5 items, each item at least 0 and at most 255",
        ),
        (json!({"additionalProperties": {"minimum": 0}}), "each value at least 0"),
        (json!({"examples": [1, 2.0]}), "for example: 1; 2"),
        (json!({"minimum": 1, "examples": ["x"]}), "at least 1; for example: x"),
    ] {
        assert_eq!(said(schema.clone()).as_deref(), Some(words), "{schema}");
    }
    for schema in [
        json!({"type": "number", "format": "double"}),
        json!({"minItems": 0}),
        json!({"prefixItems": [true], "minItems": 1, "maxItems": 1}),
        json!(true),
    ] {
        assert_eq!(said(schema.clone()), None, "{schema}");
    }
}
