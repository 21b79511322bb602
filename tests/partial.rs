//! Values while they are being written: what is shown, what is held back, and that the end agrees.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects"
)]

use std::collections::BTreeMap;

use dspy::parse::partial::{Change, PartialParse};
use dspy::parse::{Level, parse};
use serde_json::{Value, json};

fn cases() -> Vec<Value> {
    include_str!("data/parse_cases.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a case per line"))
        .collect()
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

/// The text in pieces of up to `longest` characters.
fn pieces(text: &str, longest: usize, random: &mut Lcg) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        let length = 1 + random.below(longest);
        pieces.push(rest.by_ref().take(length).collect());
    }
    pieces
}

/// What a reader of the deltas knows, by path.
#[derive(Debug, Default)]
struct Seen {
    texts: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
    withdrawn: bool,
}

impl Seen {
    fn take(&mut self, stream: &mut PartialParse, piece: &str) {
        for delta in stream.push(piece) {
            let path = delta.path();
            match delta.change() {
                Change::Text(more) => self.texts.entry(path).or_default().push_str(more),
                Change::Value(value) => {
                    self.values.insert(path, value.clone());
                }
                Change::Withdrawn => {
                    self.withdrawn = true;
                    self.texts.retain(|other, _| !other.starts_with(&path));
                    self.values.retain(|other, _| !other.starts_with(&path));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn the_end_of_every_case_is_what_parse_gives() {
    let mut random = Lcg(11);
    for case in cases() {
        let (text, schema) = (case["text"].as_str().unwrap(), &case["schema"]);
        let whole = parse(text, schema);
        for longest in [1, 3, 20] {
            let Ok(mut stream) = PartialParse::new(schema) else {
                assert!(whole.is_err(), "{}", case["id"]);
                continue;
            };
            for piece in pieces(text, longest, &mut random) {
                let _ = stream.push(&piece);
            }
            assert_eq!(stream.text(), text);
            assert_eq!(stream.finish(), whole, "{}", case["id"]);
        }
    }
}

#[test]
fn what_was_shown_of_valid_json_is_in_the_final_value() {
    let mut random = Lcg(5);
    let mut shown = 0;
    for case in cases() {
        let (text, schema) = (case["text"].as_str().unwrap(), &case["schema"]);
        let Ok(whole) = parse(text, schema) else { continue };
        if whole.level != Level::Exact || !text.trim_start().starts_with(['{', '[']) {
            continue;
        }
        let mut stream = PartialParse::new(schema).unwrap();
        let mut seen = Seen::default();
        for piece in pieces(text, 4, &mut random) {
            seen.take(&mut stream, &piece);
            for (path, text) in &seen.texts {
                let last = whole.value.pointer(path).and_then(Value::as_str).unwrap();
                assert!(last.starts_with(text), "{}: {text:?} at {path}", case["id"]);
            }
            for (path, value) in &seen.values {
                assert_eq!(whole.value.pointer(path), Some(value), "{}: {path}", case["id"]);
            }
        }
        assert!(!seen.withdrawn, "{}", case["id"]);
        if let Some(value) = stream.value() {
            shown += 1;
            // What has a default and was not written is not shown.
            if let (Some(shown), Some(whole)) = (value.as_object(), whole.value.as_object()) {
                assert!(shown.iter().all(|(key, value)| whole.get(key) == Some(value)));
            } else {
                assert_eq!(value, whole.value, "{}", case["id"]);
            }
        }
    }
    assert!(shown > 4, "{shown} of the cases show something");
}

fn person() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "mood": {"enum": ["good", "goodish", "bad"]},
            "ok": {"type": "boolean"},
            "nick": {"type": ["string", "null"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "home": {"anyOf": [{"$ref": "#/$defs/Home"}, {"type": "null"}]},
        },
        "required": ["name", "age"],
        "$defs": {"Home": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "zip": {"type": "integer"}},
            "required": ["city"],
        }},
    })
}

/// The value after each of the pieces.
fn shown(pieces: &[&str]) -> Vec<Option<Value>> {
    let mut stream = PartialParse::new(&person()).unwrap();
    pieces
        .iter()
        .map(|piece| {
            let _ = stream.push(piece);
            stream.value()
        })
        .collect()
}

#[test]
fn texts_grow_and_everything_else_waits() {
    let steps = [
        (r#"{"na"#, None),
        (r#"me": "A"#, Some(json!({"name": "A"}))),
        (r#"da"#, Some(json!({"name": "Ada"}))),
        (r#"", "age": 3"#, Some(json!({"name": "Ada"}))),
        ("6", Some(json!({"name": "Ada"}))),
        (", \"mood\": \"good", Some(json!({"name": "Ada", "age": 36}))),
        ("ish\"", Some(json!({"name": "Ada", "age": 36}))),
        (", \"ok\": tru", Some(json!({"name": "Ada", "age": 36, "mood": "goodish"}))),
        (
            "e, \"tags\": [\"x\", \"y",
            Some(
                json!({"name": "Ada", "age": 36, "mood": "goodish", "ok": true, "tags": ["x", "y"]}),
            ),
        ),
        (
            "z\"], \"home\": {\"city\": \"Par",
            Some(
                json!({"name": "Ada", "age": 36, "mood": "goodish", "ok": true, "tags": ["x", "yz"], "home": {"city": "Par"}}),
            ),
        ),
    ];
    let given: Vec<&str> = steps.iter().map(|(piece, _)| *piece).collect();
    for ((piece, expected), found) in steps.iter().zip(shown(&given)) {
        assert_eq!(found, *expected, "after {piece}");
    }
}

#[test]
fn halves_of_escapes_and_pairs_are_held_back() {
    let name = |text: &str| Some(json!({"name": text}));
    assert_eq!(shown(&["{\"name\": \"a\\", "n"]), [name("a"), name("a\n")]);
    assert_eq!(shown(&["{\"name\": \"a\\u26", "03b"]), [name("a"), name("a☃b")]);
    assert_eq!(shown(&["{\"name\": \"\\ud83d", "\\ude0", "0!"]), [name(""), name(""), name("😀!")]);
    assert_eq!(shown(&["{\"name\": \"\\ud83d", "x"]), [name(""), name("\u{fffd}x")]);
}

#[test]
fn a_word_for_null_is_held_back_where_null_is_allowed() {
    let given = shown(&["{\"name\": \"None\", \"nick\": \"No", "ne", "\", \"age\": 1}"]);
    assert_eq!(given[1], Some(json!({"name": "None"})));
    assert_eq!(given[2], Some(json!({"name": "None", "nick": null, "age": 1})));
    let given = shown(&["{\"nick\": \"No", "ra"]);
    assert_eq!(given[1], Some(json!({"nick": "Nora"})));
}

#[test]
fn quotes_inside_of_texts_are_told_from_their_ends() {
    let given = shown(&["{\"name\": \"say \"", "hi\" to", " me\"", ", \"age\": 5}"]);
    assert_eq!(given[0], Some(json!({"name": "say "})));
    assert_eq!(given[1], Some(json!({"name": "say \"hi"})));
    assert_eq!(given[2], Some(json!({"name": "say \"hi\" to me"})));
    assert_eq!(given[3], Some(json!({"name": "say \"hi\" to me", "age": 5})));
}

#[test]
fn an_answer_that_is_written_again_withdraws_the_first() {
    let mut stream = PartialParse::new(&person()).unwrap();
    let mut seen = Seen::default();
    seen.take(&mut stream, "{\"name\": \"Bob\", \"age\": 20}\nNo, ");
    assert_eq!(seen.texts["/name"], "Bob");
    assert_eq!(stream.is_complete(""), Some(true));
    seen.take(&mut stream, "{\"name\": \"A");
    assert!(seen.withdrawn);
    assert_eq!(stream.value(), Some(json!({"name": "A"})));
    assert_eq!(stream.is_complete(""), Some(false));
    seen.take(&mut stream, "da\", \"age\": 36}");
    assert_eq!(stream.finish().unwrap().value["name"], "Ada");
    assert_eq!(seen.texts["/name"], "Ada");

    let mut stream = PartialParse::new(&person()).unwrap();
    let mut seen = Seen::default();
    seen.take(
        &mut stream,
        "maybe {\"name\": \"Bob\"}?\n</think>\n{\"name\": \"Ada\", \"age\": 36}",
    );
    assert_eq!(seen.texts["/name"], "Ada");
}

#[test]
fn thoughts_fences_prose_and_unknown_keys_are_not_shown() {
    let text = "<think>{\"name\": \"Bob\"}</think>So {x}:\n```json\n\
                {\"why\": {\"name\": \"Zed\"}, \"Name\": 'Ada', age: 36, // years\n tags: [\"a\",],}\n```";
    for longest in [1, 2, 7, 1000] {
        let mut stream = PartialParse::new(&person()).unwrap();
        let mut seen = Seen::default();
        for piece in pieces(text, longest, &mut Lcg(3)) {
            seen.take(&mut stream, &piece);
        }
        assert!(!seen.withdrawn);
        let shown = json!({"name": "Ada", "age": 36, "tags": ["a"]});
        assert_eq!(stream.value(), Some(shown.clone()));
        assert_eq!(stream.is_complete("/tags"), Some(true));
        assert_eq!(stream.finish().unwrap().value, shown);
    }
}

#[test]
fn fields_of_the_root_are_told_from_what_is_inside_of_them() {
    let mut stream = PartialParse::new(&person()).unwrap();
    let text = "{\"name\": \"Ada\", \"home\": {\"city\": \"Paris\", \"zip\": 75001}, \"age\": 36}";
    let told: Vec<(String, Option<String>)> = stream
        .push(text)
        .map(|delta| (delta.path(), delta.field().map(str::to_owned)))
        .filter(|(path, _)| !path.is_empty())
        .collect();
    assert!(told.contains(&("/name".into(), Some("name".into()))));
    assert!(told.contains(&("/home".into(), Some("home".into()))));
    assert!(told.contains(&("/home/city".into(), None)));
    assert_eq!(stream.is_complete("/home/zip"), Some(true));
    assert_eq!(stream.is_complete("/nick"), None);
}

#[test]
fn a_text_target_is_shown_without_the_white_space_around_it() {
    let mut stream = PartialParse::new(&json!({"type": "string"})).unwrap();
    let mut seen = Seen::default();
    for piece in ["<thi", "nk>x</th", "ink>\n", " To be", " \n", "or not ", "\n\n"] {
        seen.take(&mut stream, piece);
    }
    assert_eq!(seen.texts[""], "To be \nor not");
    assert_eq!(stream.finish().unwrap().value, "To be \nor not");
}

#[test]
fn the_work_grows_with_the_text_however_it_is_cut() {
    let object = format!("{{\"name\": \"{}\", \"age\": 36}}", "long, \\\"text\\\" ".repeat(2000));
    let quotes = format!("{{\"name\": \"{}", "x\" , \"".repeat(3000));
    let keys = format!("{{{}", "\"name\": \"x\", ".repeat(2000));
    let bare = format!("{{name: {}", "word, ".repeat(3000));
    let spaces = format!("{{\"name\": \"x\"{}", " ".repeat(20_000));
    let texts = [
        object,
        quotes,
        keys,
        bare,
        spaces,
        "{".repeat(20_000),
        "[".repeat(20_000),
        "{\"tags\": [".to_owned() + &"\"a\", ".repeat(4000),
        "{\"home\": ".repeat(3000),
        "<think>".repeat(3000),
        "{/*".repeat(5000),
        "so {x} ".repeat(3000),
        "{\"name\": `".to_owned() + &"x".repeat(20_000),
        "\u{e9}<\u{e9}".repeat(5000),
    ];
    for text in &texts {
        for longest in [1, 50, 100_000] {
            let mut stream = PartialParse::new(&person()).unwrap();
            let mut pushes = 0;
            for piece in pieces(text, longest, &mut Lcg(9)) {
                let _ = stream.push(&piece);
                pushes += 1;
            }
            let (most, steps) = (60 * text.len() + 200 * pushes, stream.steps());
            let start: String = text.chars().take(20).collect();
            assert!(steps <= most, "{start:?} in {pushes} pieces: {steps} steps");
        }
    }
}

#[test]
fn a_stream_can_be_sent_to_another_thread() {
    fn sent<T: Send + std::fmt::Debug + 'static>(_: &T) {}
    sent(&PartialParse::new(&person()).unwrap());
}

#[test]
fn a_faulty_schema_is_told_at_once() {
    assert!(PartialParse::new(&json!({"$ref": "#/$defs/Nowhere"})).is_err());
    assert!(
        PartialParse::new(&json!({"type": "object", "properties": {"a": {"$ref": "#/x"}}}))
            .is_err()
    );
    let recursive = json!({"type": "object", "properties": {"a": {"$ref": "#"}}});
    let mut stream = PartialParse::new(&recursive).unwrap();
    let _ = stream.push(&"{\"a\": ".repeat(5000));
    assert!(stream.finish().is_err());
}
