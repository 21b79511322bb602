//! Schemas rewritten for providers: accepted there, and undone without loss.

#[path = "schema_subset/checker.rs"]
mod checker;
#[path = "schema_subset/forward.rs"]
mod forward;
#[path = "schema_subset/generator.rs"]
mod generator;
#[path = "schema_subset/rewrites.rs"]
mod rewrites;
#[path = "schema_subset/types.rs"]
mod types;
#[path = "schema_subset/validator.rs"]
mod validator;

use dspy::parse;
use dspy::schema::subset::{Change, Dialect, Note, Subset, rewrite};
use serde_json::{Value, json};

/// The types that a dialect refuses, for the reason that they are within themselves.
fn refused(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Anthropic | Dialect::Ollama | Dialect::GeminiOpenApi => {
            &["tree", "list of trees", "recursive enum"]
        }
        Dialect::Gemini => &["recursive enum"],
        _ => &[],
    }
}

/// Every type with every dialect that takes it.
fn each(mut test: impl FnMut(&types::Case, Dialect, &Subset)) {
    for case in types::all() {
        for dialect in Dialect::ALL {
            match rewrite(&case.schema, dialect) {
                Ok(subset) => {
                    assert!(!refused(dialect).contains(&case.name), "{} {dialect}", case.name);
                    test(&case, dialect, &subset);
                }
                Err(error) => {
                    assert!(refused(dialect).contains(&case.name), "{}: {error}", case.name);
                    assert!(error.reason.contains("within itself"), "{error}");
                }
            }
        }
    }
}

fn is_wrapped(subset: &Subset) -> bool {
    let is_root = |note: &Note| note.path.is_empty() && note.change == Change::Wrapped;
    subset.notes().iter().any(is_root)
}

#[test]
fn rewritten_schemas_are_what_the_provider_accepts() {
    let mut count = 0;
    each(|_, dialect, subset| {
        checker::check(subset.schema(), dialect);
        count += 1;
    });
    assert!(count > 190, "{count} schemas");
}

#[test]
fn values_come_back_as_they_were() {
    let mut count = 0;
    each(|case, dialect, subset| {
        for value in &case.values {
            let schema = subset.schema();
            let sent = forward::forward(schema, is_wrapped(subset), value)
                .unwrap_or_else(|| panic!("{} {dialect}: {value} under {schema}", case.name));
            validator::validate(schema, schema, &sent).unwrap();
            let restored = subset.restore(sent.clone());
            let shown = || format!("{} {dialect}: {sent} became {restored}", case.name);
            let parsed = parse::fit(restored.clone(), &case.schema)
                .unwrap_or_else(|error| panic!("{}: {error}", shown()));
            let read =
                (case.read)(parsed.value).unwrap_or_else(|error| panic!("{}: {error}", shown()));
            assert_eq!(read, *value, "{}", shown());
            count += 1;
        }
    });
    assert!(count > 350, "{count} values");
}

#[test]
fn whatever_the_rewritten_schema_admits_fits_the_type() {
    let mut count = 0;
    each(|case, dialect, subset| {
        let schema = subset.schema();
        // What the provider is told in words only, a generator does not know.
        let in_words = |note: &Note| matches!(note.change, Change::InWords { .. });
        let is_told = case.schema.to_string().contains("\"pattern\"")
            || case.schema.to_string().contains("Length")
            || subset.notes().iter().any(in_words);
        for seed in 1..=40 {
            let mut chance = generator::Chance(seed * 0x9E37_79B9);
            let sent = generator::instance(schema, schema, &mut chance, 4);
            validator::validate(schema, schema, &sent).unwrap();
            let restored = subset.restore(sent.clone());
            let shown = || format!("{} {dialect}: {sent} became {restored}", case.name);
            match parse::fit(restored.clone(), &case.schema) {
                Ok(parsed) => {
                    (case.read)(parsed.value)
                        .unwrap_or_else(|error| panic!("{}: {error}", shown()));
                    count += 1;
                }
                Err(error) => assert!(is_told, "{}: {error}", shown()),
            }
        }
    });
    assert!(count > 5000, "{count} values");
}

#[test]
fn a_model_that_was_not_held_to_the_schema_is_understood_too() {
    each(|case, dialect, subset| {
        // JSON in a text cannot be told from a text, nor a map with the key `value` from a wrapper.
        if matches!(case.name, "anything" | "map at the root") {
            return;
        }
        for value in &case.values {
            let restored = subset.restore(value.clone());
            let parsed = parse::fit(restored, &case.schema).unwrap();
            assert_eq!((case.read)(parsed.value).unwrap(), *value, "{} {dialect}", case.name);
        }
    });
}

#[test]
fn restoring_takes_any_json() {
    let mut strange = vec![
        json!(null),
        json!([]),
        json!({}),
        json!("text"),
        json!({"value": {"value": {"value": 1}}}),
        json!([{"key": "a", "value": 1}, {"key": "a", "value": 2}]),
        json!([{"key": null, "value": 1}]),
        json!({"item0": 1, "item2": 2}),
        json!({"kind": "Circle", "names": {"key": 1}}),
        json!([[[[{"item0": [{"key": 1, "value": [{"key": 1, "value": null}]}]}]]]]),
    ];
    let mut deep = json!(1);
    for _ in 0..300 {
        deep = json!({"children": [deep], "left": null, "value": 1});
    }
    strange.push(deep);
    let others: Vec<Value> = types::all().into_iter().flat_map(|case| case.values).collect();
    each(|case, _, subset| {
        for value in &strange {
            let restored = subset.restore(value.clone());
            // Nothing of it is a value that was sent for these.
            if matches!(case.name, "integer" | "boolean" | "closed set") && value.is_string() {
                assert_eq!(restored, *value);
            }
        }
        for value in &others {
            drop(subset.restore(value.clone()));
        }
    });
}

#[test]
fn wide_unions_are_restored_in_bounded_time() {
    // Each level has two alternatives that differ at the very bottom only.
    let mut schema = json!({"type": "object", "properties": {"x": {"type": "object", "additionalProperties": {"type": "integer"}}}, "required": ["x"]});
    let mut value: Value = json!({"x": "no map"});
    for _ in 0..25 {
        let other = json!({"type": "object", "properties": {"a": schema, "t": {"const": "one"}}, "required": ["a", "t"]});
        let same = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/Any"}, "t": {"const": "two"}}, "required": ["a", "t"]});
        schema = json!({"anyOf": [other, same]});
        value = json!({"a": value, "t": "one"});
    }
    schema["$defs"] = json!({"Any": {"type": "integer"}});
    let subset = rewrite(&schema, Dialect::LlamaCpp).unwrap();
    assert_eq!(subset.restore(value.clone()), value);
}
