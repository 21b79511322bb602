//! No text costs much more work than a valid one of its length, whatever it holds. Steps are
//! counted, so that a busy machine does not matter.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test says what it expects")]

use std::fmt::Write as _;

use dspy::parse::{Level, parse, steps};
use serde_json::{Value, json};

/// A text of so many bytes is read for every schema, and a long one for the worst of them.
const SHORT: usize = 2_000;
const LONG: usize = 50_000;

/// Steps for each byte, against those of a valid text.
const MOST: f64 = 20.0;

fn records() -> Value {
    json!({
        "type": "object",
        "properties": {"items": {"type": "array", "items": {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "name": {"type": "string"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "note": {"type": ["string", "null"]},
            },
            "required": ["id", "name", "tags"],
        }}},
        "required": ["items"],
    })
}

fn valid(size: usize) -> String {
    let mut text = String::from("{\"items\": [");
    for id in 0.. {
        if text.len() > size {
            break;
        }
        let _ = write!(
            text,
            "{{\"id\": {id}, \"name\": \"no. {id}\", \"tags\": [\"a\", \"b\"], \"note\": null}}, "
        );
    }
    text + "{\"id\": 0, \"name\": \"last\", \"tags\": []}]}"
}

fn schemas() -> Vec<(&'static str, Value)> {
    let object = |key: &str, kind: Value| json!({"type": "object", "properties": {"a": {"$ref": "#"}, key: kind}});
    let tagged = |name: &str| {
        json!({
            "type": "object",
            "properties": {"kind": {"const": name}, "a": {"$ref": "#"}},
            "required": ["kind"],
        })
    };
    let part = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
    let holding = |name: &str| json!({"type": "object", "properties": {"a": part(name), "b": {"type": "string"}}});
    vec![
        ("records", records()),
        (
            "a recursive type",
            json!({
                "$defs": {"Node": {
                    "type": "object",
                    "properties": {
                        "a": {"anyOf": [part("Node"), {"type": "null"}]},
                        "b": {"type": "array", "items": part("Node")},
                    },
                    "required": ["a"],
                }},
                "$ref": "#/$defs/Node",
            }),
        ),
        (
            "a union of recursive types",
            json!({"anyOf": [object("x", json!({"type": "integer"})), object("y", json!({"type": "integer"}))]}),
        ),
        (
            "unions of two names that hold each other",
            json!({
                "$defs": {
                    "One": {"anyOf": [holding("One"), holding("Two")]},
                    "Two": {"anyOf": [holding("Two"), holding("One"), {"type": "integer"}]},
                },
                "anyOf": [part("One"), part("Two")],
            }),
        ),
        (
            "a list of lists, or of objects that hold them",
            json!({"type": "array", "items": {"anyOf": [
                {"$ref": "#"},
                {"type": "object", "additionalProperties": {"$ref": "#"}},
                {"type": "object", "properties": {"a": {"$ref": "#"}}},
            ]}}),
        ),
        ("a tagged union that holds itself", json!({"oneOf": [tagged("x"), tagged("y")]})),
        ("nothing but lists", json!({"type": "array", "items": {"$ref": "#"}})),
        (
            "maps of maps or numbers",
            json!({
                "anyOf": [{"type": "object", "additionalProperties": {"$ref": "#"}}, {"type": "integer"}],
            }),
        ),
        ("a list of texts", json!({"type": "array", "items": {"type": "string"}})),
        ("a list of numbers", json!({"type": "array", "items": {"type": "integer"}})),
        ("a map", json!({"type": "object", "additionalProperties": {"type": "integer"}})),
        ("an enum", json!({"enum": ["yes", "no", "a", "not_a"]})),
        ("a boolean", json!({"type": "boolean"})),
        ("a number", json!({"type": "number"})),
        ("anything", json!(true)),
    ]
}

fn filled(size: usize, piece: &str) -> String {
    piece.repeat(size / piece.len())
}

fn nested(depth: usize, open: &str, inner: &str, close: &str) -> String {
    open.repeat(depth) + inner + &close.repeat(depth)
}

fn many_keys(size: usize) -> String {
    let mut text = String::from("{");
    for index in 0.. {
        if text.len() > size {
            break;
        }
        let _ = write!(text, "\"k{index}\": {index}, ");
    }
    text + "\"last\": 1}"
}

fn texts(size: usize) -> Vec<(&'static str, String)> {
    let filled = |piece: &str| filled(size, piece);
    let after = |start: &str, piece: &str| start.to_owned() + &filled(piece);
    let deep =
        |open: &str, inner: &str, close: &str| filled(&(nested(100, open, inner, close) + ", "));
    let listed = |open: &str, inner: &str, close: &str| {
        let items = deep(open, inner, close);
        format!("[{}]", items.trim_end_matches(", "))
    };
    vec![
        ("`[`", filled("[")),
        ("`{`", filled("{")),
        ("`{\"a\":`", filled("{\"a\":")),
        ("`[{\"a\":`", filled("[{\"a\":")),
        ("`[[…]]`", nested(size / 2, "[", "", "]")),
        ("`{\"a\":{\"a\":…}}`", nested(size / 6, "{\"a\":", "", "}")),
        ("100 levels, over and over", deep("{\"a\": ", "null", "}")),
        ("100 levels that fit nothing", deep("{\"a\": ", "\"?\"", "}")),
        ("100 levels in a list", listed("{\"a\": ", "null", "}")),
        ("100 broken levels in a list", listed("{a: ", "null,", "}")),
        ("100 levels of keys spelled differently", deep("{\"A\": ", "1", "}")),
        ("100 levels of lists", listed("[", "1", "]")),
        ("50 levels of lists in objects", listed("{\"a\": [", "1", "]}")),
        ("100 levels of wrappers", deep("{\"result\": ", "{\"a\": 1}", "}")),
        (
            "60 levels with a tag",
            filled(&(nested(60, "{\"kind\": \"x\", \"a\": ", "{}", "}") + ", ")),
        ),
        (
            "60 levels of tags in wrappers",
            filled(&(nested(60, "{\"w\": {\"kind\": \"x\", \"a\": ", "1", "}}") + ", ")),
        ),
        ("levels of texts", deep("{\\\"a\\\": \\\"", "1", "\\\"}")),
        ("colons and no space", after("{a: ", "b:")),
        ("equal signs and no space", after("{a: ", "b=")),
        ("semicolons", after("{a: b", ";")),
        ("commas", after("[", ",")),
        ("commas in a text without quotes", after("{a: b", ", c")),
        ("pluses", after("{\"a\": \"b\"", " + \"b\"")),
        ("round brackets", filled("(1, ")),
        ("sets", filled("{'a', ")),
        ("unmatched quotes", filled("\"")),
        ("a text full of quotes", after("{\"a\": \"", "\" ")),
        ("a text of quotes and commas", after("{\"a\": \"", "\", ")),
        ("a list of lone quotes", after("[\"", "\" , ")),
        ("apostrophes", after("{'a': '", "it's, ")),
        ("unclosed raw strings", filled("{\"a\": \"\"\"")),
        ("backticks", filled("{\"a\": `")),
        ("prose in braces", filled("{x} ")),
        ("prose in brackets", filled("[x] ")),
        ("references in brackets", filled("[1] ")),
        ("references of two", filled("[1, x] ")),
        ("unclosed prose in braces", filled("{ a: b, ")),
        ("objects one after another", filled("{\"a\": 1} ")),
        ("objects with strange keys", filled("{\"?\": 1} ")),
        ("fences", filled("```\n")),
        ("fences as values, and a line break at the end", after("[", "```]...[\"+") + "\n- "),
        ("comments that all end at the end", after("[", "][/*x") + "*/"),
        ("raw texts that all end at the end", after("[", "][\"\"\"x,") + "\"\"\""),
        ("fenced objects", filled("```json\n{\"a\": 1}\n```\n")),
        ("`<think>`", filled("<think>")),
        ("`</think>`", filled("</think>")),
        ("unclosed comments", filled("{/*")),
        ("comments", after("{\"a\": 1, ", "// x\n")),
        ("one key again and again", format!("{{{}\"a\": 1}}", filled("\"a\": 1, "))),
        ("many keys", many_keys(size)),
        ("backslashes", filled("\\")),
        ("halves of `\\u`", after("{\"a\": \"", "\\u")),
        ("numbers and spaces", filled("1 ")),
        ("numbers and commas", filled("1,")),
        ("words that almost match", filled("a not yes ")),
        ("a bullet list", filled("- a\n")),
        ("lines of `a: 1`", filled("a: 1\n")),
        ("lines of a known key", filled("- a: 1\n")),
        ("a table", after("| a | b |\n|---|---|\n", "| 1 | 2 |\n")),
        ("a valid list of numbers", format!("[{}1]", filled("1, "))),
        ("a valid list of texts", format!("[{}\"x\"]", filled("\"x\", "))),
        ("plain prose", filled("Nothing to see here. ")),
    ]
}

/// On a stack as small as the threads of some programs have.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let worker =
        std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).expect("thread");
    worker.join().expect("no panic");
}

#[test]
fn every_hostile_text_takes_little_more_work_than_a_valid_one() {
    on_a_small_stack(|| {
        let (valid, records, schemas) = (valid(LONG), records(), schemas());
        assert_eq!(parse(&valid, &records).expect("valid").level, Level::Exact);
        let per_byte = |text: &str, schema: &Value| steps(text, schema) as f64 / text.len() as f64;
        let of_valid = per_byte(&valid, &records);
        let mut faults = Vec::new();
        for ((name, short), (_, long)) in texts(SHORT).into_iter().zip(texts(LONG)) {
            let taken = schemas.iter().map(|(_, schema)| per_byte(&short, schema) / of_valid);
            let worst = taken.enumerate().max_by(|(_, left), (_, right)| left.total_cmp(right));
            let (at, of_short) = worst.expect("schemas");
            let (target, schema) = &schemas[at];
            let of_long = per_byte(&long, schema) / of_valid;
            println!("{of_short:6.2} {of_long:6.2} {name}: most as {target}");
            // Whatever a text holds, it may take some steps, which weigh more in a short one.
            if of_short > 1.5 * MOST || of_long > MOST {
                faults.push(format!("{name}: {of_short:.1} and {of_long:.1} times as {target}"));
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    });
}

#[test]
fn a_deep_value_of_a_union_is_made_although_it_needs_a_repair() {
    on_a_small_stack(|| {
        let schemas = schemas();
        let (_, union) = &schemas[2];
        for depth in [1, 10, 50, 120] {
            let text = nested(depth, "{\"a\": ", "{\"x\": \"7\"}", "}");
            let parsed = parse(&text, union).unwrap_or_else(|error| panic!("{depth}: {error}"));
            let expected: Value = serde_json::from_str(&text.replace("\"7\"", "7")).expect("JSON");
            assert_eq!(parsed.value, expected);
            assert_eq!(parsed.repairs.len(), 1, "{:?}", parsed.repairs);
            assert_eq!(parsed.repairs[0].path, "/a".repeat(depth) + "/x");
        }
    });
}

#[test]
fn what_is_ambiguous_deep_inside_of_a_union_is_refused() {
    on_a_small_stack(|| {
        let holding =
            |kind: Value| json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": kind}});
        let union = json!({"anyOf": [
            holding(json!({"type": "boolean"})),
            holding(json!({"enum": ["YES", "MAYBE"]})),
        ]});
        for depth in [1, 10, 100] {
            let read = |leaf: &str| parse(&nested(depth, "{\"a\": ", leaf, "}"), &union);
            assert!(read("{\"b\": \"no\"}").is_ok_and(|parsed| parsed.repairs.len() == 1));
            assert!(read("{\"b\": \"YES\"}").is_ok_and(|parsed| parsed.level == Level::Exact));
            let error = read("{\"b\": \"yes\"}").expect_err("true or YES");
            assert!(error.is_ambiguous(), "{depth}: {error}");
            assert!(error.to_string().contains("{\"b\":true}"), "{error}");
        }
    });
}
