//! Text to typed values: what is accepted, what is refused, and that no text breaks it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects"
)]

#[path = "parse/checker.rs"]
mod checker;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use dspy::parse::{Level, ParseError, RepairKind, fit, parse, steps};
use serde_json::{Value, json};

fn cases() -> Vec<Value> {
    include_str!("data/parse_cases.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case per line"))
        .collect()
}

/// Equal as numbers: `85` and `85.0` are the same answer.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, l)| right.get(key).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}

#[test]
fn every_case_is_read_as_expected() {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases() {
        let name =
            format!("{}/{}", case["category"].as_str().unwrap(), case["id"].as_str().unwrap());
        let (schema, text) = (&case["schema"], case["text"].as_str().unwrap());
        let result = parse(text, schema);
        let fault = match (&result, case.get("expected")) {
            (Ok(parsed), Some(expected)) if !same(&parsed.value, expected) => {
                Some(format!("read as {}", parsed.value))
            }
            (Ok(parsed), Some(_)) => {
                let level = format!("{:?}", parsed.level);
                let wanted = case.get("level").and_then(Value::as_str);
                wanted
                    .filter(|wanted| *wanted != level)
                    .map(|wanted| format!("{level}, not {wanted}"))
            }
            (Err(_), None) => None,
            (Ok(parsed), None) => Some(format!("accepted as {}", parsed.value)),
            (Err(error), Some(_)) => Some(format!("refused: {error}")),
        };
        let count = counts.entry(case["category"].as_str().unwrap().to_owned()).or_default();
        count.1 += 1;
        match fault {
            Some(fault) => faults.push(format!("{name}: {fault}")),
            None => count.0 += 1,
        }
    }
    println!("{:<10} {:>8} {:>6}", "category", "right", "cases");
    for (category, (right, all)) in &counts {
        println!("{category:<10} {right:>8} {all:>6}");
    }
    let sum = |part: fn(&(usize, usize)) -> usize| counts.values().map(part).sum::<usize>();
    println!("{:<10} {:>8} {:>6}", "all", sum(|(right, _)| *right), sum(|(_, all)| *all));
    assert!(sum(|(_, all)| *all) >= 1400);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_accepted_value_fits_again_without_repairs() {
    for case in cases() {
        let Ok(parsed) = parse(case["text"].as_str().unwrap(), &case["schema"]) else {
            continue;
        };
        let again = fit(parsed.value.clone(), &case["schema"]).expect("a value that fits");
        assert_eq!(again.value, parsed.value, "{}", case["id"]);
        assert_eq!(again.level, Level::Exact, "{}: {:?}", case["id"], again.repairs);
    }
}

#[test]
fn json_in_prose_is_read_as_serde_json_reads_it() {
    let anything = json!({"type": "object", "properties": {"v": true}, "required": ["v"]});
    let values = [
        json!({"v": [1, -2.5, 1e300, 0, true, false, null, "", {"a": {"b": []}}]}),
        json!({"v": "quotes \" and \\ and / and \n\t\u{8}\u{c} and ☃ 😀 and } ] , : // # 'x'"}),
        json!({"v": {"": 1, "a b": 2, "\"": 3, "x:": [[[]], {}, "```", "...", "`"]}}),
        json!({"v": "a, \"b\": c\", d", "extra": "He said \"x\", \"y\": 1}"}),
    ];
    for value in values {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let parsed = parse(&format!("The answer:\n{text}\nDone."), &anything).unwrap();
            assert_eq!(parsed.value["v"], value["v"]);
        }
    }
}

#[test]
fn repairs_say_where_and_what() {
    let schema = json!({
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"type": "integer"}}, "ok": {"type": "boolean"}},
        "required": ["items", "ok"],
    });
    let parsed = parse(r#"{"items": [1, "2,000"], "OK": "yes", "more": 1}"#, &schema).unwrap();
    assert_eq!(parsed.value, json!({"items": [1, 2000], "ok": true}));
    let told: Vec<(&str, RepairKind)> =
        parsed.repairs.iter().map(|repair| (repair.path.as_str(), repair.kind)).collect();
    assert_eq!(
        told,
        [
            ("/items/1", RepairKind::Number),
            ("", RepairKind::KeyRenamed),
            ("/ok", RepairKind::Boolean),
            ("", RepairKind::ExtraKey),
        ]
    );
    assert_eq!(
        parsed.repairs[0].to_string(),
        "read a number out of a text at `/items/1`: `2,000` to `2000`"
    );
    assert!(parsed.repairs.iter().all(|repair| !repair.to_string().contains('\n')));
}

#[test]
fn errors_tell_what_to_do() {
    let confidence = json!({
        "type": "object",
        "properties": {"confidence": {"type": "number", "minimum": 0, "maximum": 1}},
        "required": ["confidence"],
    });
    let error = parse(r#"{"confidence": 1.7}"#, &confidence).unwrap_err();
    assert_eq!(error.path(), "/confidence");
    assert_eq!(
        error.to_string(),
        "expected a number between 0 and 1, found `1.7` at `/confidence`"
    );
    let mood = json!({"enum": ["good", "bad"]});
    let error = parse("goood", &mood).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected one of `good`, `bad`, found `goood`; did you mean `good`?"
    );
    let error = parse("good or bad", &mood).unwrap_err();
    assert!(error.is_ambiguous());
    assert!(
        matches!(error, ParseError::Ambiguous { candidates, .. } if candidates == ["good", "bad"])
    );
    let error = parse(r#"{"other": 1, "confidence": }"#, &confidence).unwrap_err();
    assert!(error.to_string().starts_with("malformed JSON: a value is expected"), "{error}");
    let error = parse("1", &json!({"$ref": "#/$defs/Nowhere"})).unwrap_err();
    assert!(matches!(error, ParseError::Schema { .. }));
    let error = parse("1", &json!({"$ref": "#"})).unwrap_err();
    assert!(matches!(error, ParseError::Schema { .. }));
}

#[test]
fn a_property_can_have_other_names() {
    let schema = json!({
        "type": "object",
        "properties": {"color": {"type": "string", "x-aliases": ["colour"]}},
        "required": ["color"],
        "additionalProperties": false,
    });
    let parsed = parse(r#"{"colour": "red"}"#, &schema).unwrap();
    assert_eq!(parsed.value, json!({"color": "red"}));
    assert_eq!(parsed.repairs[0].kind, RepairKind::KeyRenamed);
    assert_eq!(parse("Colour: red", &schema).unwrap().value, json!({"color": "red"}));
    // Two names of one key at once say two things.
    assert!(parse(r#"{"colour": "red", "color": "blue"}"#, &schema).is_err());
}

#[test]
fn keywords_beside_a_reference_or_a_union_are_read_together() {
    let schema = json!({
        "oneOf": [
            {"$ref": "#/$defs/Pair", "type": "object",
             "properties": {"op": {"const": "add"}}, "required": ["op"]},
            {"type": "object", "properties": {"op": {"const": "value"}, "n": {"type": "integer"}},
             "required": ["op", "n"]},
        ],
        "$defs": {"Pair": {
            "type": "object",
            "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}},
            "required": ["left", "right"],
        }},
    });
    let value = json!({"op": "add",
        "left": {"op": "value", "n": 1},
        "right": {"op": "add", "left": {"op": "value", "n": 2}, "right": {"op": "value", "n": 3}},
    });
    assert_eq!(parse(&value.to_string(), &schema).unwrap().value, value);
    let dressed = value.to_string().replace(":2", ":'2 apples'");
    assert_eq!(parse(&dressed, &schema).unwrap().value, value);
    let all = json!({
        "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}],
        "$defs": {"A": {"type": "object", "properties": {"a": {"type": "boolean"}}, "required": ["a"]}},
    });
    assert_eq!(parse("a: yes\nb: 5", &all).unwrap().value, json!({"a": true, "b": 5}));
    assert!(parse(r#"{"b": 5}"#, &all).is_err());
}

/// What the parser reads for a type is what serde reads.
#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
struct Parcel {
    id: u32,
    #[serde(flatten)]
    size: Size,
    #[serde(flatten)]
    route: Route,
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Size {
    Letter { grams: u32 },
    Crate { width: u32, height: u32 },
}

#[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
enum Route {
    Air { flight: String },
    Sea { ship: String, weeks: u32 },
}

#[test]
fn two_enums_that_are_flattened_into_one_struct_are_read_as_serde_does() {
    let schema = dspy::schema::of::<Parcel>();
    let read = |text: &str| {
        let parsed = parse(text, &schema)?;
        Ok::<Parcel, ParseError>(serde_json::from_value(parsed.value).expect("what serde reads"))
    };
    let parcel = read(r#"{"id": 1, "letter": {"grams": 20}, "by": "air", "flight": "LH 1"}"#);
    let letter = Parcel {
        id: 1,
        size: Size::Letter { grams: 20 },
        route: Route::Air { flight: "LH 1".into() },
    };
    assert_eq!(parcel.as_ref(), Ok(&letter));
    let parcel =
        read("{id: '2', crate: {width: 3, height: '4 cm'}, by: 'Sea', ship: Ada, weeks: 6}");
    let by_sea = Parcel {
        id: 2,
        size: Size::Crate { width: 3, height: 4 },
        route: Route::Sea { ship: "Ada".into(), weeks: 6 },
    };
    assert_eq!(parcel.as_ref(), Ok(&by_sea));
    // Either of the two enums is missing, or half of one.
    assert!(read(r#"{"id": 1, "letter": {"grams": 20}}"#).is_err());
    assert!(read(r#"{"id": 1, "by": "air", "flight": "LH 1"}"#).is_err());
    assert!(read(r#"{"id": 1, "letter": {"grams": 20}, "by": "sea", "ship": "Ada"}"#).is_err());
    assert!(read(r#"{"id": 1, "crate": {"width": 3}, "by": "air", "flight": "LH 1"}"#).is_err());
}

#[test]
fn a_correction_after_a_broken_draft_counts_only_if_it_is_flawless() {
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let parsed = parse("{\"a\" \"x\"}\nAgain: {\"a\": \"y\"}", &schema).unwrap();
    assert_eq!(parsed.value, json!({"a": "y"}));
    assert_eq!(parsed.level, Level::Lossy);
    assert!(parse("{\"a\" \"x\"}\nAgain: {'a': 'y'}", &schema).is_err());
}

#[test]
fn numbers_keep_every_digit() {
    let number = json!({"type": "number"});
    for text in ["2.8956947599388295e215", "0.1", "1.7976931348623157e308", "5e-324"] {
        let value: f64 = text.parse().unwrap();
        assert_eq!(parse(text, &number).unwrap().value.as_f64(), Some(value), "{text}");
    }
    let integer = json!({"type": "integer"});
    assert!(parse("9007199254740993.0", &integer).is_err());
    assert!(parse("2.0000000000000001", &integer).is_err());
}

#[test]
fn keys_in_pointers_are_escaped() {
    let schema = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let error = fit(json!({"a/b~c": "x"}), &schema).unwrap_err();
    assert_eq!(error.path(), "/a~1b~0c");
}

/// A generator of pseudo-random numbers, so that a failure can be repeated.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// One small change of the kind that models and networks make.
fn mutate(chars: &mut Vec<char>, random: &mut Lcg) {
    const PIECES: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        ",",
        ":",
        "\\",
        "\n",
        "```",
        "```json\n",
        "null",
        "true",
        "-",
        "1",
        "9e9",
        "…",
        "...",
        "“",
        "”",
        "\\u",
        "\\ud83d",
        "//",
        "/*",
        "#",
        "=",
        "+",
        "<think>",
        "</think>",
        "not ",
        "None",
        "0",
        ".",
        "`",
        "\"\"\"",
        "é",
        "\u{0}",
        "\u{feff}",
        "{\"a\":",
        " ",
    ];
    let at = random.below(chars.len() + 1);
    match random.below(5) {
        0 if at < chars.len() => {
            chars.remove(at);
        }
        1 => chars.truncate(at),
        2 if at < chars.len() => {
            let other = random.below(chars.len());
            chars.swap(at, other);
        }
        3 if at < chars.len() => {
            let end = (at + 1 + random.below(12)).min(chars.len());
            let piece: Vec<char> = chars[at..end].to_vec();
            let to = random.below(chars.len());
            chars.splice(to..to, piece);
        }
        _ => {
            let piece = PIECES[random.below(PIECES.len())];
            chars.splice(at..at, piece.chars());
        }
    }
}

#[test]
fn mutated_answers_neither_panic_nor_break_the_schema() {
    let cases = cases();
    let (mut tried, mut accepted) = (0, 0);
    let mut random = Lcg(7);
    for _ in 0..6 {
        for case in &cases {
            let text = case["text"].as_str().unwrap();
            let mut chars: Vec<char> = text.chars().collect();
            for _ in 0..5 {
                mutate(&mut chars, &mut random);
                let mutated: String = chars.iter().collect();
                tried += 1;
                if let Ok(parsed) = parse(&mutated, &case["schema"]) {
                    accepted += 1;
                    let fault = checker::fault(&parsed.value, &case["schema"], &case["schema"]);
                    assert_eq!(
                        fault, None,
                        "{mutated:?} as {} for {}",
                        parsed.value, case["schema"]
                    );
                }
            }
        }
    }
    println!("{tried} texts, {accepted} accepted");
    assert!(tried > 20_000 && accepted > 2_000, "{tried} texts, {accepted} accepted");
}

#[test]
fn hostile_texts_are_refused_quickly() {
    const SIZE: usize = 100_000;
    const LESS: usize = 25_000;
    let node = json!({
        "$defs": {"Node": {
            "type": "object",
            "properties": {
                "a": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                "b": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            },
            "required": ["a"],
        }},
        "$ref": "#/$defs/Node",
    });
    let looping = json!({"anyOf": [
        {"type": "object", "properties": {"a": {"$ref": "#"}, "x": {"type": "integer"}}},
        {"type": "object", "properties": {"a": {"$ref": "#"}, "y": {"type": "integer"}}},
    ]});
    let schemas = [
        node,
        looping,
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        json!({"type": "integer"}),
        json!({"enum": ["yes", "no", "a", "not_a"]}),
        json!({"type": "boolean"}),
        json!(true),
    ];
    let nested =
        |open: &str, inner: &str, close: &str| open.repeat(100) + inner + &close.repeat(100);
    let texts = [
        "[".repeat(SIZE),
        "{".repeat(SIZE),
        "{\"a\":".repeat(SIZE / 5),
        "[{\"a\":".repeat(SIZE / 6),
        "\"".repeat(SIZE),
        "{\"a\": \"".to_owned() + &"\" ".repeat(SIZE / 2),
        "{\"a\": \"".to_owned() + &"\", ".repeat(LESS / 3),
        "{\"".repeat(LESS / 2),
        "[\"x".repeat(LESS / 3),
        "{'a': '".to_owned() + &"it's, ".repeat(LESS / 6),
        "{x} ".repeat(LESS / 4),
        "[x".repeat(LESS / 2),
        "{ a: b, ".repeat(LESS / 8),
        "{\"a\": 1} ".repeat(LESS / 9),
        "```\n".repeat(LESS / 4),
        "<think>".repeat(LESS / 7),
        "{/*".repeat(LESS / 3),
        "[".to_owned() + &" ".repeat(LESS) + "\"",
        "[\"".to_owned() + &"\" , ".repeat(LESS / 4),
        format!("{{{}}}", "\"a\": 1, ".repeat(LESS / 8)),
        format!("{{\"{}\": [{}]}}", "k".repeat(LESS / 2), "\"1\" ".repeat(LESS / 8)),
        "\\".repeat(LESS),
        "{\"a\": \"".to_owned() + &"\\u".repeat(LESS / 2),
        "1 ".repeat(LESS / 2),
        "a not yes ".repeat(LESS / 10),
        "1,".repeat(LESS / 2),
        "- a\n".repeat(LESS / 4),
        nested("{\"a\": ", "null", "}"),
        nested("{\"a\": ", "{\"z\": 1}", "}"),
        nested("[", "1", "]"),
        nested("[[", "1", "]]"),
        "{\"a\": `".repeat(LESS / 7),
        "{\"a\": \"\"\"".repeat(LESS / 9),
    ];
    let worker = std::thread::Builder::new().stack_size(1024 * 1024).spawn(move || {
        for text in &texts {
            for schema in &schemas {
                let started = Instant::now();
                let result = parse(text, schema);
                let took = started.elapsed();
                let start: String = text.chars().take(20).collect();
                assert!(took < Duration::from_secs(5), "{start:?} took {took:?} for {schema}");
                if let Ok(parsed) = result {
                    assert_eq!(checker::fault(&parsed.value, schema, schema), None, "{start:?}");
                }
            }
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn ordinary_texts_take_a_few_steps_a_byte() {
    let schema = json!({"type": "array", "items": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }});
    for (record, most) in [
        ("{\"name\": \"Ada Lovelace\", \"age\": 36}, ", 2),
        ("{name: 'Ada Lovelace', age: 36,}, // one\n", 8),
        ("{\"name\": \"the \"old\" one\", \"age\": \"36 years\"}\n", 40),
    ] {
        let mut before = None;
        for count in [100, 200, 400, 800] {
            let text = format!("[{}{{\"name\": \"Bob\", \"age\": 20}}]", record.repeat(count));
            assert!(parse(&text, &schema).is_ok(), "{record}");
            let taken = steps(&text, &schema);
            assert!(taken <= most * text.len() + 1000, "{record}: {taken} for {}", text.len());
            // Twice the text, twice the work.
            if let Some(before) = before {
                assert!(taken <= 2 * before + 1000, "{record}: {before}, then {taken}");
            }
            before = Some(taken);
        }
    }
}

#[test]
fn depth_is_bounded_on_small_stacks() {
    let deep = "[".repeat(127) + &"]".repeat(127);
    let too_deep = "[".repeat(200) + &"]".repeat(200);
    let schema = json!({"type": "array", "items": {"$ref": "#"}});
    let chain = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    }});
    let links = "{\"a\": ".repeat(127) + "null" + &"}".repeat(127);
    let broken_links = format!("So: {}", links.replace("\"a\"", "a"));
    let worker = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(move || {
        assert!(parse(&deep, &schema).is_ok());
        assert_eq!(parse(&links, &chain).unwrap().level, Level::Exact);
        assert_eq!(parse(&broken_links, &chain).unwrap().level, Level::Repaired);
        assert!(matches!(parse(&too_deep, &schema), Err(ParseError::TooDeep { .. })));
    });
    worker.unwrap().join().unwrap();
}
