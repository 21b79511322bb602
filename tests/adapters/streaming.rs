//! Field deltas: as early as they are certain, and together the text of each field.

use std::collections::BTreeMap;

use dspy::SignatureSchema;
use dspy::adapter::{
    Adapter, AdapterCall, ChatAdapter, DynAdapter, FieldDelta, JsonAdapter, XmlAdapter,
    render_value,
};
use dspy::lm::Lm;
use dspy::prelude::*;
use dspy::signature::Fields;
use serde_json::{Value, json};

use super::{Ponder, Triage, all, map, read, written};

/// Random numbers that are the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

fn stream(adapter: &DynAdapter, schema: &SignatureSchema, pieces: &[&str]) -> Vec<FieldDelta> {
    let prelude = adapter.prelude(schema, &[]).unwrap();
    let (inputs, lm) = (Fields::new(), Lm::embedded());
    let mut stream = adapter.field_stream(&AdapterCall::new(schema, &prelude, &inputs, &lm));
    let mut deltas: Vec<FieldDelta> = pieces.iter().flat_map(|piece| stream.push(piece)).collect();
    deltas.extend(stream.finish());
    deltas
}

fn joined(deltas: &[FieldDelta]) -> BTreeMap<String, String> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for delta in deltas {
        assert!(!delta.delta.is_empty());
        fields.entry(delta.field.clone()).or_default().push_str(&delta.delta);
    }
    fields
}

/// The text cut at random places.
fn pieces<'t>(text: &'t str, random: &mut Random, longest: usize) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let chars = 1 + random.below(longest);
        let end = rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Whatever the pieces, the deltas of each field are the text that is read in one go.
async fn check(name: &str, adapter: &DynAdapter, text: &str, random: &mut Random) {
    let schema = Ponder::schema();
    let Ok(answer) = read(adapter, &schema, text).await else { return };
    let expected: BTreeMap<String, String> = answer
        .fields
        .iter()
        .map(|(name, value)| (name.clone(), render_value(value)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    for longest in [1, 2, 5, 30, 10_000] {
        let pieces = pieces(text, random, longest);
        let given = joined(&stream(adapter, &schema, &pieces));
        assert_eq!(given, expected, "{name}: {text:?} as {pieces:?}");
    }
}

const PARTS: [&str; 24] = [
    "plain text",
    " ",
    "\n",
    "\n\n",
    "  \n",
    "ü🦀",
    "\"quoted\"",
    "\\",
    "\\n",
    "\\\\[[",
    "[",
    "[[",
    "[[ ## ",
    "[[ ## answer ## ]]",
    "[[ ## other ## ]]",
    "**bold**",
    "# title",
    "- item",
    "<b>",
    "<answer>",
    "</answer>",
    "&lt;",
    "& ",
    "{\"answer\": 1}",
];

#[tokio::test]
async fn well_formed_answers_stream_what_is_read() {
    let mut random = Random(7);
    for (name, adapter) in all() {
        for _ in 0..150 {
            let mut value = || {
                let count = 1 + random.below(6);
                (0..count).map(|_| PARTS[random.below(PARTS.len())]).collect::<String>()
            };
            let fields = map(json!({"reasoning": value(), "answer": value()}));
            let text = written(&adapter, &Ponder::schema(), fields.clone());
            check(name, &adapter, &text, &mut random).await;
        }
    }
}

#[tokio::test]
async fn answers_out_of_form_stream_what_is_read() {
    let mut random = Random(11);
    let chat = [
        "<think>[[ ## answer ## ]] no</think>[[ ## reasoning ## ]]\nr\n[[ ## answer ## ]]\na",
        "thoughts</think>\n[[ ## reasoning ## ]]\nr\n[[ ## answer ## ]]\na",
        "<thinking>never closed [[ ## answer ## ]]\na\n[[ ## reasoning ## ]]\nr",
        "so\n\n[[ ## answer ## ]]\nyes",
        "[[ ## reasoning ## ]] r [[ ## answer ## ]] a [[ ## completed ## ]] b",
        "[[ ## reasoning ## ]]\nI mean [[ ## answer ## ]].\n[[ ## answer ## ]]\na",
        "[[ ## reasoning ## ]]\n{reasoning}\n[[ ## answer ## ]]\n{answer}\n[[ ## completed ## ]]\n\
         [[ ## reasoning ## ]]\nr\n[[ ## answer ## ]]\na",
        "[[ ## reasoning ## ]]\n{reasoning} it\n[[ ## answer ## ]]\n{an",
        "**[[ ## reasoning ## ]]**\n**r** -\n\n> **[[ ## answer ## ]]**: a\n**\n",
        "[[##ANSWER##]]\na\n\n[[ ## answer ## ]]\nb\n[[ ## reasoning ## ]]\nr",
        "[[ ## reasoning ## ]]\nr\n[[ ## mood ## ]]\nm\n[[ ## answer ## ]]\na\n[[ ## completed ## ]]\nmore",
        "{\"reasoning\": \"r\", \"answer\": \"a\"}",
        "[[ ## reasoning ## ]]\nr \\[[ ## x ## ]] \\\\[[ ## answer ## ]] \\\n[[ ## answer ## ]]\n[[",
    ];
    let json = [
        "```json\n{\"reasoning\": \"r \\u00e4 \\ud83e\\udd80 \\n\", \"answer\": \"a\"}\n```",
        "{'reasoning': 'r', 'answer': 'a'}",
        "{\"reasoning\": \"he said \"hi\" twice\", \"answer\": \"a\"}",
        "{\"other\": {\"answer\": \"no\"}, \"reasoning\": \"r\", \"answer\": \"a\"}",
        "{\"result\": {\"reasoning\": \"r\", \"answer\": \"a\"}}",
        "{\"Answer\": \"a\", \"reasoning\": \"r\\\\[[ ## x ## ]]\\\\\"}",
        "{ \"reasoning\" : \"r\" , \"answer\" : \"a\" } and more {braces}",
        "Before {x} it: {\"reasoning\": \"line\nbreak\", \"answer\": \"a\"}",
        "{\"reasoning\": \"\", \"answer\": \"unfinished",
    ];
    let xml = [
        "<reasoning>a < b && c &lt; d</reasoning><answer>x &amp; y</answer>",
        "<reasoning>r</reasoning>\n<answer>no end",
        "<reasoning>I use <answer> tags.</reasoning><answer>a</answer>",
        "<reasoning>r<answer>a</answer>",
        "<Reasoning x='1'>\nr\n\n</ reasoning><answer/>",
        "<reasoning>{reasoning}</reasoning><answer>{answer}</answer><reasoning>r</reasoning><answer>a</answer>",
        "<answer>a</answer><answer>b</answer><reasoning><![CDATA[<x> &lt;]]></reasoning>",
        "<think><answer>no</answer></think><reasoning>r</reasoning><answer>a</answer>",
        "so</think><answer>a &#60; b</answer>",
        "<answer>a <answer>b</answer> c</answer><reasoning>r &",
    ];
    for text in chat {
        check("chat", &DynAdapter::new(ChatAdapter), text, &mut random).await;
    }
    for text in json {
        check("json", &DynAdapter::new(JsonAdapter::new()), text, &mut random).await;
    }
    for text in xml {
        check("xml", &DynAdapter::new(XmlAdapter), text, &mut random).await;
    }
}

/// Signs that are put into answers, or take the place of one.
const DAMAGE: [&str; 18] = [
    "\"",
    "'",
    ",",
    "}",
    "\\",
    "\n",
    " ",
    "`",
    ":",
    "\", ",
    "\"answer\": ",
    "x",
    "]",
    "//",
    "...",
    "+",
    "null",
    "```",
];

#[tokio::test]
async fn damaged_objects_stream_what_is_read() {
    let mut random = Random(23);
    let (adapter, schema) = (DynAdapter::new(JsonAdapter::new()), Ponder::schema());
    for _ in 0..1000 {
        let mut value = || {
            let count = 1 + random.below(4);
            (0..count).map(|_| PARTS[random.below(PARTS.len())]).collect::<String>()
        };
        let fields = map(json!({"reasoning": value(), "answer": value()}));
        let mut text = written(&adapter, &schema, fields);
        for _ in 0..random.below(3) {
            let chars: Vec<char> = text.chars().collect();
            let (at, left_out) = (random.below(chars.len() + 1), random.below(2));
            let (before, after) = chars.split_at(at);
            let sign = if random.below(3) > 0 { DAMAGE[random.below(DAMAGE.len())] } else { "" };
            text = before.iter().collect();
            text.push_str(sign);
            text.extend(after.iter().skip(left_out));
        }
        check("json", &adapter, &text, &mut random).await;
    }
}

#[test]
fn text_arrives_before_its_field_is_whole() {
    for (name, adapter) in all() {
        let fields = map(json!({"reasoning": "one two three four", "answer": "five six seven"}));
        let text = written(&adapter, &Ponder::schema(), fields);
        let words: Vec<&str> = text.split_inclusive(' ').collect();
        let deltas = stream(&adapter, &Ponder::schema(), &words);
        assert!(deltas.len() >= 5, "{name}: {deltas:?}");
        assert_eq!(deltas[0].field, "reasoning", "{name}");
    }
}

#[test]
fn typed_values_stream_too() {
    for (name, adapter) in all() {
        let fields = json!({"priority": "High", "confidence": 0.5, "note": "n"});
        let text = written(&adapter, &Triage::schema(), map(fields));
        let chars: Vec<String> = text.chars().map(String::from).collect();
        let pieces: Vec<&str> = chars.iter().map(String::as_str).collect();
        let given = joined(&stream(&adapter, &Triage::schema(), &pieces));
        let wanted = [("confidence", "0.5"), ("note", "n"), ("priority", "High")];
        let wanted: BTreeMap<String, String> =
            wanted.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        assert_eq!(given, wanted, "{name}");
    }
}

#[test]
fn a_long_stream_takes_time_in_proportion() {
    let long = "A sentence with [brackets], \\ and <tags> & more. ".repeat(2_000);
    for (name, adapter) in all() {
        let fields = map(json!({"reasoning": long.as_str(), "answer": "a"}));
        let text = written(&adapter, &Ponder::schema(), fields);
        let chars: Vec<String> = text.chars().map(String::from).collect();
        let pieces: Vec<&str> = chars.iter().map(String::as_str).collect();
        let started = std::time::Instant::now();
        let given = joined(&stream(&adapter, &Ponder::schema(), &pieces));
        assert_eq!(given["reasoning"].trim_end(), long.trim(), "{name}");
        assert!(started.elapsed().as_secs() < 20, "{name}: {:?}", started.elapsed());
    }
    for (name, adapter, piece) in [
        ("chat", DynAdapter::new(ChatAdapter), "["),
        ("chat", DynAdapter::new(ChatAdapter), "*"),
        ("chat", DynAdapter::new(ChatAdapter), "\\"),
        ("chat", DynAdapter::new(ChatAdapter), " "),
        ("json", DynAdapter::new(JsonAdapter::new()), " "),
        ("json", DynAdapter::new(JsonAdapter::new()), "\\"),
        ("xml", DynAdapter::new(XmlAdapter), "<"),
        ("xml", DynAdapter::new(XmlAdapter), "&"),
        ("xml", DynAdapter::new(XmlAdapter), " "),
    ] {
        let start = match name {
            "chat" => "[[ ## answer ## ]]\n",
            "json" => "{\"answer\": \"",
            _ => "<answer>",
        };
        let mut pieces = vec![start];
        pieces.extend(std::iter::repeat_n(piece, 100_000));
        let started = std::time::Instant::now();
        stream(&adapter, &Ponder::schema(), &pieces);
        assert!(started.elapsed().as_secs() < 10, "{name} {piece:?}: {:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_program_that_is_watched_reports_deltas() {
    use dspy::run::{Event, Run, RunOptions};
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(RunOptions::default().with_events(sender));
    let model = super::scripted::Scripted::text("{\"reasoning\": \"r\", \"answer\": \"a\"}");
    let ponder = Predict::<Ponder>::new().with_lm(model.lm()).with_adapter(JsonAdapter::new());
    ponder.call("t").run(&run).await.unwrap();
    let mut seen = Value::Null;
    while let Ok(event) = events.try_recv() {
        if let Event::FieldDelta { field, delta, .. } = event {
            seen[field] = delta.into();
        }
    }
    assert_eq!(seen, json!({"reasoning": "r", "answer": "a"}));
}
