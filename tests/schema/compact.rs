//! The short notation of types.

use std::collections::BTreeMap;

use dspy::schema::{compact, of};
use schemars::JsonSchema;
use serde_json::{Value, json};

fn shown<T: JsonSchema>() -> String {
    let schema = of::<T>();
    compact(&schema, &schema)
}

fn said(schema: Value) -> String {
    compact(&schema, &schema)
}

/// A customer's order.
#[derive(JsonSchema)]
#[expect(dead_code)]
struct Order {
    /// As printed on the slip.
    #[schemars(length(min = 4, max = 12), example = "A-1234")]
    number: String,
    /// How soon
    /// it has to leave.
    urgency: Urgency,
    ship_to: Address,
    #[serde(default = "one")]
    copies: u8,
    lines: Vec<Line>,
    discounts: BTreeMap<String, f64>,
    size: (f64, f64),
    paid: Option<Payment>,
    #[serde(rename = "e-mail")]
    email: Option<String>,
}

fn one() -> u8 {
    1
}

#[derive(JsonSchema)]
#[expect(dead_code)]
enum Urgency {
    /// Within a week.
    Normal,
    /// Today!
    Rush,
}

/// Where it goes.
#[derive(JsonSchema)]
#[expect(dead_code)]
struct Address {
    street: String,
    city: String,
}

#[derive(JsonSchema)]
#[expect(dead_code)]
struct Line {
    /// What is sold.
    article: String,
    #[schemars(range(min = 1))]
    count: u32,
    parts: Vec<Line>,
}

#[derive(JsonSchema)]
#[expect(dead_code)]
#[serde(tag = "by")]
enum Payment {
    /// By card.
    Card {
        digits: String,
    },
    Cash,
}

#[test]
fn a_type_reads_at_a_glance() {
    let expected = r#"// A customer's order.
{
  number: text, // As printed on the slip. At least 4 characters, at most 12 characters; for example: A-1234.
  // How soon it has to leave.
  // "Normal": Within a week.
  // "Rush": Today!
  urgency: "Normal" | "Rush",
  ship_to: { street: text, city: text }, // Where it goes.
  copies: optional integer, // At least 0, at most 255. Default 1.
  lines: [Line],
  discounts: { [text]: number },
  size: [number, number],
  paid: optional ({ // By card.
    by: "Card",
    digits: text,
  } | { by: "Cash" }),
  "e-mail": optional text,
}

Line = {
  article: text, // What is sold.
  count: integer, // At least 1.
  parts: [Line],
}"#;
    assert_eq!(shown::<Order>(), expected);
    assert_eq!(shown::<Order>(), shown::<Order>());
}

#[test]
fn it_is_much_shorter_than_the_schema() {
    #[track_caller]
    fn ratio<T: JsonSchema>(least: f64) {
        let (short, long) = (shown::<T>(), of::<T>().to_string());
        let ratio = long.len() as f64 / short.len() as f64;
        assert!(ratio > least, "{ratio}: {short}");
    }
    ratio::<Order>(2.0);
    ratio::<Payment>(3.0);
    ratio::<Address>(3.5);
    ratio::<Vec<Line>>(2.5);
}

#[test]
fn simple_types_are_a_word() {
    assert_eq!(shown::<Vec<String>>(), "[text]");
    assert_eq!(shown::<Option<bool>>(), "optional boolean");
    assert_eq!(
        shown::<BTreeMap<u8, Vec<i8>>>(),
        "// Each value: each item: at least -128, at most 127.\n{ [integer]: [integer] }"
    );
    assert_eq!(shown::<(String, Option<f64>)>(), "[text, optional number]");
    assert_eq!(shown::<Value>(), "anything");
    assert_eq!(said(json!({"enum": ["a", 1, null]})), "optional (\"a\" | 1)");
    assert_eq!(said(json!({"type": ["integer", "string"]})), "integer | text");
    assert_eq!(said(json!({"type": "null"})), "null");
    assert_eq!(said(json!(false)), "nothing");
    assert_eq!(
        said(json!({"type": "object", "properties": {}, "additionalProperties": false})),
        "{}"
    );
}

#[test]
fn a_type_that_is_used_twice_is_written_once() {
    #[derive(JsonSchema)]
    #[expect(dead_code)]
    struct Trip {
        /// The start.
        from: Address,
        to: Option<Address>,
        via: Vec<Address>,
    }
    assert_eq!(
        shown::<Trip>(),
        "{\n  from: Address, // The start.\n  to: optional Address,\n  via: [Address],\n}\n\n\
         // Where it goes.\nAddress = { street: text, city: text }"
    );
}

#[test]
fn types_within_themselves_end() {
    let circle = json!({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}});
    assert_eq!(said(circle), "A\n\nA = A");
    let mutual = json!({
        "$ref": "#/$defs/A",
        "$defs": {
            "A": {"type": "array", "items": {"$ref": "#/$defs/B"}},
            "B": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]},
        },
    });
    assert_eq!(said(mutual), "A\n\nA = [{ a: A }]");
    assert_eq!(said(json!({"type": "array", "items": {"$ref": "#"}})), "Root\n\nRoot = [Root]");
}

#[test]
fn its_size_grows_with_the_schema() {
    // Each definition names the next one twice; in place, the text would double each time.
    let schema = |count: usize| {
        let mut definitions = serde_json::Map::new();
        for at in 0..count {
            let next = json!({"$ref": format!("#/$defs/D{}", at + 1)});
            let both = json!({"a": next, "b": next});
            definitions.insert(format!("D{at}"), json!({"type": "object", "properties": both}));
        }
        definitions.insert(format!("D{count}"), json!({"type": "string"}));
        json!({"$ref": "#/$defs/D0", "$defs": definitions})
    };
    let (some, more) = (said(schema(100)).len(), said(schema(1000)).len());
    assert!(more < some * 12, "{some} and {more}");
    // A long chain of definitions, each used once, is no deep nest.
    let mut definitions = serde_json::Map::new();
    for at in 0..3000 {
        let next = json!({"$ref": format!("#/$defs/D{}", at + 1)});
        definitions.insert(format!("D{at}"), json!({"type": "array", "items": next}));
    }
    definitions.insert("D3000".to_owned(), json!({"type": "string"}));
    let chain = json!({"$ref": "#/$defs/D0", "$defs": definitions});
    assert!(said(chain).len() < 20_000);
    let mut deep = json!({"type": "string"});
    for _ in 0..120 {
        deep = json!({"type": "array", "items": deep});
    }
    assert!(said(deep).contains("anything"));
}
