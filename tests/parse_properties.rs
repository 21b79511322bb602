//! What holds for every text and every schema.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects"
)]

#[path = "parse/checker.rs"]
mod checker;

use dspy::parse::partial::PartialParse;
use dspy::parse::{Level, fit, parse, steps};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A type, from which a schema and values that fit it are made.
#[derive(Clone, Debug)]
enum Type {
    Text,
    Integer,
    Number,
    Boolean,
    Choice(Vec<String>),
    Nullable(Box<Type>),
    List(Box<Type>),
    Map(Box<Type>),
    /// Keys with their types and whether they are required.
    Object(Vec<(String, Type, bool)>),
    /// Objects told apart by a tag.
    Tagged(Vec<Type>),
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,6}(_[a-z]{1,4})?",
        1 => "[A-Za-z][A-Za-z0-9 ]{0,8}",
        1 => "\\PC{1,4}",
    ]
}

fn keyed(inner: impl Strategy<Value = Type>) -> impl Strategy<Value = Type> {
    prop::collection::btree_map(key(), (inner, any::<bool>()), 0..5).prop_map(|keys| {
        Type::Object(
            keys.into_iter().map(|(key, (kind, required))| (key, kind, required)).collect(),
        )
    })
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        3 => Just(Type::Text),
        2 => Just(Type::Integer),
        1 => Just(Type::Number),
        1 => Just(Type::Boolean),
        2 => prop::collection::btree_set("[A-Za-z]{1,8}(_[A-Za-z]{1,8})?", 1..5)
            .prop_map(|names| Type::Choice(names.into_iter().collect())),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|inner| match inner {
                Type::Nullable(inner) => Type::Nullable(inner),
                other => Type::Nullable(Box::new(other)),
            }),
            2 => inner.clone().prop_map(|inner| Type::List(Box::new(inner))),
            1 => inner.clone().prop_map(|inner| Type::Map(Box::new(inner))),
            4 => keyed(inner.clone()),
            1 => prop::collection::vec(keyed(inner), 2..4).prop_map(Type::Tagged),
        ]
    })
}

impl Type {
    fn schema(&self) -> Value {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Integer => json!({"type": "integer", "format": "int64"}),
            Self::Number => json!({"type": "number", "format": "double"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Choice(names) => json!({"type": "string", "enum": names}),
            Self::Nullable(inner) => json!({"anyOf": [inner.schema(), {"type": "null"}]}),
            Self::List(inner) => json!({"type": "array", "items": inner.schema()}),
            Self::Map(inner) => json!({"type": "object", "additionalProperties": inner.schema()}),
            Self::Object(keys) => Self::object(keys, None),
            Self::Tagged(variants) => {
                let variants = variants.iter().enumerate().map(|(index, variant)| match variant {
                    Self::Object(keys) => Self::object(keys, Some(index)),
                    _ => unreachable!("variants are objects"),
                });
                json!({"oneOf": variants.collect::<Vec<_>>()})
            }
        }
    }

    fn object(keys: &[(String, Self, bool)], tag: Option<usize>) -> Value {
        let mut properties: Map<String, Value> =
            keys.iter().map(|(key, kind, _)| (key.clone(), kind.schema())).collect();
        let mut required: Vec<&str> =
            keys.iter().filter(|(.., required)| *required).map(|(key, ..)| key.as_str()).collect();
        if let Some(index) = tag {
            properties
                .insert("$tag".into(), json!({"type": "string", "const": format!("v{index}")}));
            required.push("$tag");
        }
        json!({"type": "object", "properties": properties, "required": required})
    }

    fn value(&self) -> BoxedStrategy<Value> {
        match self {
            Self::Text => text().prop_map(Value::from).boxed(),
            Self::Integer => any::<i64>().prop_map(Value::from).boxed(),
            Self::Number => prop::num::f64::NORMAL.prop_map(Value::from).boxed(),
            Self::Boolean => any::<bool>().prop_map(Value::from).boxed(),
            Self::Choice(names) => {
                prop::sample::select(names.clone()).prop_map(Value::from).boxed()
            }
            Self::Nullable(inner) => {
                // A text that says null is null.
                let some = inner.value().prop_filter("a word for null", |value| match value {
                    Value::String(text) => {
                        !["", "null", "none", "n/a"].contains(&text.trim().to_lowercase().as_str())
                    }
                    _ => true,
                });
                prop_oneof![Just(Value::Null), some].boxed()
            }
            Self::List(inner) => {
                prop::collection::vec(inner.value(), 0..4).prop_map(Value::from).boxed()
            }
            Self::Map(inner) => prop::collection::btree_map(key(), inner.value(), 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
                .boxed(),
            Self::Object(keys) => Self::entries(keys, None),
            Self::Tagged(variants) => {
                let variants = variants.clone().into_iter().enumerate();
                let values = variants.map(|(index, variant)| match variant {
                    Self::Object(keys) => Self::entries(&keys, Some(index)),
                    _ => unreachable!("variants are objects"),
                });
                prop::strategy::Union::new(values).boxed()
            }
        }
    }

    fn entries(keys: &[(String, Self, bool)], tag: Option<usize>) -> BoxedStrategy<Value> {
        let entries: Vec<_> = keys
            .iter()
            .map(|(key, kind, required)| {
                let key = key.clone();
                let some = kind.value().prop_map(move |value| Some((key.clone(), value)));
                if *required { some.boxed() } else { prop_oneof![Just(None), some].boxed() }
            })
            .collect();
        entries
            .prop_map(move |entries| {
                let mut map: Map<String, Value> = entries.into_iter().flatten().collect();
                if let Some(index) = tag {
                    map.insert("$tag".into(), format!("v{index}").into());
                }
                Value::Object(map)
            })
            .boxed()
    }

    /// Whether a text is a value as it stands, so that JSON would be one, too.
    fn takes_text(&self) -> bool {
        match self {
            Self::Text => true,
            Self::Nullable(inner) => inner.takes_text(),
            _ => false,
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zA-Z0-9 .,:;!?'\"\\\\{}\\[\\]()\n-]{0,24}",
        1 => "\\PC{0,12}",
        1 => any::<String>(),
    ]
}

/// Texts of the signs that mean something in answers.
fn jumble() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("\""),
        Just("'"),
        Just(","),
        Just(":"),
        Just("\\"),
        Just("\n"),
        Just("```"),
        Just("```json\n"),
        Just("null"),
        Just("true"),
        Just("-"),
        Just("1"),
        Just("9e9"),
        Just("…"),
        Just("..."),
        Just("“"),
        Just("”"),
        Just("\\u"),
        Just("\\ud83d"),
        Just("//"),
        Just("/*"),
        Just("#"),
        Just("="),
        Just("+"),
        Just("<think>"),
        Just("</think>"),
        Just("not "),
        Just("None"),
        Just("0"),
        Just("."),
        Just("`"),
        Just("\"\"\""),
        Just("é"),
        Just("\u{0}"),
        Just("\u{feff}"),
        Just("{\"a\":"),
        Just(" "),
        Just("- "),
        Just("| a | b |\n"),
        Just("|---|---|\n"),
        Just("a: "),
        Just("("),
        Just(")"),
        Just(";"),
        Just("  "),
        Just("word"),
        Just("\u{ff11}"),
    ];
    prop::collection::vec(prop_oneof![4 => piece.prop_map(str::to_owned), 1 => text()], 0..40)
        .prop_map(|pieces| pieces.concat())
}

/// A type, a value of it, and the value's JSON with a few pieces changed.
fn damaged() -> impl Strategy<Value = (Type, String)> {
    types().prop_flat_map(|kind| {
        let value = kind.value();
        let changes =
            prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), jumble()), 0..3);
        (Just(kind), value, changes).prop_map(|(kind, value, changes)| {
            let mut chars: Vec<char> = value.to_string().chars().collect();
            for (at, cuts, piece) in changes {
                let at = at.index(chars.len() + 1);
                if cuts {
                    chars.truncate(at);
                } else {
                    chars.splice(at..at, piece.chars().take(6));
                }
            }
            (kind, chars.into_iter().collect())
        })
    })
}

/// Unions of objects that hold the unions again, and a text with many levels of them, repeated.
fn nested_unions() -> impl Strategy<Value = (Value, String)> {
    let kind = prop::sample::select(vec![
        json!({"type": "integer"}),
        json!({"type": "string"}),
        json!({"type": "boolean"}),
        json!({"enum": ["YES", "NO"]}),
        json!({"type": "null"}),
    ]);
    let part = prop_oneof![
        2 => Just(json!({"$ref": "#/$defs/One"})),
        2 => Just(json!({"$ref": "#/$defs/Two"})),
        1 => Just(json!({"type": "array", "items": {"$ref": "#/$defs/One"}})),
        1 => Just(json!({"anyOf": [{"$ref": "#/$defs/Two"}, {"type": "null"}]})),
    ];
    let variant = (part, kind, any::<bool>()).prop_map(|(part, kind, required)| {
        let keys: &[&str] = if required { &["a"] } else { &[] };
        json!({"type": "object", "properties": {"a": part, "b": kind}, "required": keys})
    });
    let union = || prop::collection::vec(variant.clone(), 2..4);
    let leaves =
        vec!["null", "1", "{}", "[]", "\"no\"", "{\"b\": \"7\"}", "{\"b\": 1, \"a\": null}"];
    let opens = vec![
        ("{\"a\": ", "}"),
        ("{\"A\": ", "}"),
        ("[", "]"),
        ("{\"b\": 1, \"a\": ", "}"),
        ("{a: ", ",}"),
    ];
    let levels = prop::collection::vec(prop::sample::select(opens), 1..60);
    let text =
        (levels, prop::sample::select(leaves), 1..20_usize).prop_map(|(levels, leaf, times)| {
            let mut text: String = levels.iter().map(|(open, _)| *open).collect();
            text.push_str(leaf);
            text.extend(levels.iter().rev().map(|(_, close)| *close));
            (text + ", ").repeat(times)
        });
    (union(), union(), text).prop_map(|(one, two, text)| {
        let schema = json!({
            "$defs": {"One": {"anyOf": one}, "Two": {"anyOf": two}},
            "anyOf": [{"$ref": "#/$defs/One"}, {"$ref": "#/$defs/Two"}],
        });
        (schema, text)
    })
}

/// JSON that is mostly not a schema.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("type"),
        Just("properties"),
        Just("items"),
        Just("anyOf"),
        Just("oneOf"),
        Just("allOf"),
        Just("$ref"),
        Just("$defs"),
        Just("enum"),
        Just("const"),
        Just("required"),
        Just("additionalProperties"),
        Just("prefixItems"),
        Just("default"),
        Just("a"),
    ];
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        (-3..3_i64).prop_map(Value::from),
        prop::sample::select(vec![
            "string",
            "object",
            "array",
            "integer",
            "null",
            "#",
            "#/$defs/a",
            "a"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => prop::collection::vec((words.clone(), inner), 0..5).prop_map(|entries| {
                Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

/// Streams the text in pieces of these lengths, over and over.
fn streamed(text: &str, schema: &Value, lengths: &[usize]) -> Option<PartialParse> {
    let mut stream = PartialParse::new(schema).ok()?;
    let mut rest = text;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let end = rest.char_indices().nth(*length).map_or(rest.len(), |(end, _)| end);
        for delta in stream.push(&rest[..end]) {
            let _ = (delta.path(), delta.change(), delta.field());
        }
        let _ = stream.value();
        rest = &rest[end..];
    }
    Some(stream)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn strict_json_that_fits_is_returned_unchanged(
        (kind, value) in types().prop_flat_map(|kind| (Just(kind.clone()), kind.value())),
    ) {
        let schema = kind.schema();
        if !kind.takes_text() {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let parsed = parse(&text, &schema);
                let parsed = parsed.map_err(|error| TestCaseError::fail(format!("{error} for {text} as {schema}")))?;
                prop_assert_eq!(&parsed.value, &value, "{}", schema);
                prop_assert_eq!(parsed.level, Level::Exact);
                prop_assert!(parsed.repairs.is_empty(), "{:?}", parsed.repairs);
            }
        }
        let fitted = fit(value.clone(), &schema).unwrap();
        prop_assert_eq!(fitted.value, value);
        prop_assert_eq!(fitted.level, Level::Exact);
    }

    #[test]
    fn an_accepted_value_is_valid_and_is_read_again_as_it_is((kind, text) in damaged()) {
        let schema = kind.schema();
        let Ok(parsed) = parse(&text, &schema) else { return Ok(()) };
        prop_assert_eq!(checker::fault(&parsed.value, &schema, &schema), None, "{} as {}", text, schema);
        if !kind.takes_text() {
            let rendered = parsed.value.to_string();
            let again = parse(&rendered, &schema);
            let again = again.map_err(|error| TestCaseError::fail(format!("{error} for {rendered} as {schema}")))?;
            prop_assert_eq!(&again.value, &parsed.value, "{}", schema);
            prop_assert_eq!(again.level, Level::Exact, "{} as {}", text, schema);
        }
    }

    #[test]
    fn no_text_and_no_schema_panics_or_costs_too_much(
        text in jumble(),
        kind in types(),
        odd in anything(),
    ) {
        for schema in [kind.schema(), odd] {
            let _ = parse(&text, &schema);
            prop_assert!(steps(&text, &schema) <= 20_000 + 20 * text.len());
            let _ = fit(Value::from(text.as_str()), &schema);
        }
    }

    #[test]
    fn unions_inside_of_unions_cost_no_more(
        (schema, text) in nested_unions(),
        start in jumble(),
    ) {
        for text in [text.clone(), start + &text] {
            let taken = steps(&text, &schema);
            prop_assert!(taken <= 20_000 + 20 * text.len());
            if let Ok(parsed) = parse(&text, &schema) {
                prop_assert_eq!(checker::fault(&parsed.value, &schema, &schema), None, "{}", text);
            }
        }
    }

    #[test]
    fn a_stream_ends_as_the_whole_text_is_read(
        (kind, text) in damaged(),
        noise in jumble(),
        lengths in prop::collection::vec(1..30_usize, 1..5),
    ) {
        let schema = kind.schema();
        for text in [text.clone(), noise.clone() + &text, noise] {
            let stream = streamed(&text, &schema, &lengths).expect("a schema without faults");
            prop_assert!(stream.steps() <= 260 * text.len() + 1000);
            prop_assert_eq!(stream.finish(), parse(&text, &schema));
        }
    }

    #[test]
    fn a_stream_shows_valid_json_as_it_is(
        (kind, value) in types().prop_flat_map(|kind| (Just(kind.clone()), kind.value())),
        lengths in prop::collection::vec(1..30_usize, 1..5),
    ) {
        let schema = kind.schema();
        let is_structure = matches!(kind, Type::Object(_) | Type::List(_) | Type::Map(_));
        if is_structure && value.as_object().is_none_or(|map| !map.is_empty()) && value != json!([]) {
            let stream = streamed(&value.to_string(), &schema, &lengths).unwrap();
            prop_assert_eq!(stream.value(), Some(value), "{}", schema);
            prop_assert_eq!(stream.is_complete(""), Some(true));
        }
    }
}
