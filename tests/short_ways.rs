//! What most answers are read by, beside what all of them can be read by: both give the same.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects"
)]

use dspy::adapter::{Adapter, AdapterCall, Answer, AnswerError, ChatAdapter};
use dspy::lm::{Completion, FinishReason, Lm};
use dspy::parse::{fit, parse};
use dspy::signature::Fields;
use dspy::{Field, SignatureSchema};
use futures_util::FutureExt;
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema(names: &[&str]) -> SignatureSchema {
    let output = |(index, name): (usize, &&str)| {
        let field = match index % 3 {
            0 => Field::of::<String>(*name),
            1 => Field::with_schema(*name, json!({"enum": ["Low", "High"]})),
            _ => Field::of::<Vec<i64>>(*name),
        };
        if *name == "note" { field.with_alias("Remark") } else { field }
    };
    let outputs: Vec<_> = names.iter().enumerate().map(output).collect();
    SignatureSchema::new("Task", [Field::of::<String>("input")], outputs)
}

fn read(
    schema: &SignatureSchema,
    text: &str,
    finish: FinishReason,
) -> Result<Answer, Box<AnswerError>> {
    let mut completion = Completion::text(text);
    completion.finish = finish;
    let prelude = ChatAdapter.prelude(schema, &[]).unwrap();
    let (inputs, lm) = (Fields::new(), Lm::embedded());
    let call = AdapterCall::new(schema, &prelude, &inputs, &lm);
    ChatAdapter.parse(&call, &completion).now_or_never().unwrap()
}

/// All that was read, or all that was wrong, with every header spelled as it is asked for.
fn told(read: Result<Answer, Box<AnswerError>>) -> String {
    let told = match read {
        Ok(answer) => format!("{:?} {:?} {:?}", answer.fields, answer.repairs, answer.warnings),
        Err(error) => {
            let problems: Vec<_> = error.problems().map(ToString::to_string).collect();
            format!("{problems:?} {:?}", error.partial)
        }
    };
    // As it stands in a text, and as `Debug` shows it.
    told.replace(SPACED, HEADER).replace(&SPACED.escape_debug().to_string(), HEADER)
}

const HEADER: &str = "[[ ## ";
/// A header is read with any spacing; the short way knows one only. It is as long, so that what is
/// shortened in a message is the same.
const SPACED: &str = "[[\t## ";

const TASKS: [&[&str]; 5] = [
    &["answer"],
    &["answer", "level"],
    &["reasoning", "level", "numbers", "note"],
    // Names that are easily taken for another one.
    &["note", "remark", "Remark"],
    &["completed", "answer"],
];

/// Something in a text: a header, perhaps of a field that the task has not, or a value.
fn piece() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "answer",
        "level",
        "reasoning",
        "numbers",
        "note",
        "remark",
        "Remark",
        "completed",
        "Answer",
        "stranger",
    ]);
    let header = (prop::sample::select(vec!["", "\n", "\n\n", " ", "**", "\\", "`", "> "]), name)
        .prop_map(|(before, name)| format!("{before}[[ ## {name} ## ]]"));
    let value = prop::sample::select(vec![
        "",
        "\n",
        " ",
        ":",
        "::",
        "High",
        "low",
        "**High**",
        "{answer}",
        "{level}",
        "[1, 2]",
        "[[1], [2]]",
        "a <b> c",
        "</think>",
        "<think>",
        "\r\n",
        "\u{feff}",
        "\u{a0}",
        "{\"answer\": 1}",
        "Zürich",
        "\n- ",
        "]]",
        "[",
        "```\nx\n```",
    ])
    .prop_map(str::to_owned);
    prop_oneof![1 => header, 2 => value]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["High", "Low", "[1, 2]", "Two\nlines", "", "  x ", "{answer}"])
            .prop_map(str::to_owned),
        1 => piece(),
        1 => "\\PC{0,12}",
    ]
}

/// An answer in form, in which something may have been put somewhere.
fn formed(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let values = prop::collection::vec(value(), names.len());
    let odd = prop::option::weighted(0.4, (any::<prop::sample::Index>(), piece()));
    let gap = prop::sample::select(vec!["\n\n", "\n", "\r\n\r\n", " \n"]);
    (values, odd, gap, any::<bool>()).prop_map(move |(values, odd, gap, closed)| {
        let mut text = String::new();
        for (name, value) in names.iter().zip(values) {
            text.push_str(&format!("[[ ## {name} ## ]]\n{value}{gap}"));
        }
        if closed {
            text.push_str("[[ ## completed ## ]]");
        }
        if let Some((at, odd)) = odd {
            let places: Vec<_> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            text.insert_str(*at.get(&places), &odd);
        }
        text
    })
}

fn answers() -> impl Strategy<Value = (&'static [&'static str], String)> {
    prop::sample::select(TASKS.to_vec()).prop_flat_map(|names| {
        let any = prop::collection::vec(piece(), 0..9).prop_map(|pieces| pieces.concat());
        (Just(names), prop_oneof![3 => formed(names), 1 => any])
    })
}

/// Schemas that are read at a glance, or almost.
fn glances() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!({"type": "string", "title": "Text"}),
        json!({"type": "string", "minLength": 2}),
        json!({"type": "string", "format": "date"}),
        json!({"type": ["string", "null"]}),
        json!({"type": "boolean"}),
        json!({"type": "number", "format": "double"}),
        json!({"type": "number", "format": "float", "maximum": 1}),
        json!({"format": "double", "type": "number", "minimum": 0, "exclusiveMaximum": 5}),
        json!({"type": "integer", "format": "uint8", "minimum": 0}),
        json!({"type": "integer", "multipleOf": 5}),
        json!({"enum": ["Low", "High", "in progress", "None", "null", "7"]}),
        json!({"type": "string", "enum": ["a", "A", "not a"]}),
        json!({"enum": ["a", null, 3]}),
        json!({"oneOf": [
            {"const": "Low", "type": "string", "description": "It can wait."},
            {"const": "High", "type": "string"},
        ]}),
        json!({"oneOf": [{"const": "Low"}, {"type": "integer"}]}),
        json!({"type": "array"}),
    ]);
    leaf.prop_recursive(2, 4, 1, |inner| inner.prop_map(|it| json!({"type": "array", "items": it})))
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "Low", "low", "High", " High ", "in progress", "None", "null", "true", "True", "yes",
            "7", "-7", "7.0", "1e2", "1e400", "0.92", "300", "[1]", "[\"a\", \"Low\"]", "[[1, 5]]",
            "[1,]", "", "\u{feff}a", "<think>x</think> High", "[note] High", "\"Low\"", "a", "not a",
            "A", "2024-01-31", "{}", "-0", "18446744073709551616", "```\n7\n```", "It can wait.",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,10}",
        1 => "-?[0-9]{1,4}(\\.[0-9]{1,3})?",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn an_answer_in_form_is_read_as_any_other((names, text) in answers(), cut in any::<bool>()) {
        let finish = || if cut { FinishReason::Length } else { FinishReason::Stop };
        let schema = schema(names);
        let spaced = text.replace(HEADER, SPACED);
        // What is left of a header inside a value is shown as it was written.
        let long_way = told(read(&schema, &spaced, finish())).replace(r"[[\t##", "[[ ##");
        prop_assert_eq!(told(read(&schema, &text, finish())), long_way);
    }

    #[test]
    fn a_schema_read_at_a_glance_asks_for_the_same(schema in glances(), text in texts()) {
        let whole = json!({"allOf": [schema]});
        let told = |parsed: Result<dspy::parse::Parsed, dspy::parse::ParseError>| match parsed {
            Ok(parsed) => format!("{:?}", (parsed.value, parsed.repairs, parsed.level)),
            Err(error) => error.to_string(),
        };
        prop_assert_eq!(told(parse(&text, &schema)), told(parse(&text, &whole)));
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            prop_assert_eq!(told(fit(value.clone(), &schema)), told(fit(value, &whole)));
        }
        let value = Value::from(text);
        prop_assert_eq!(told(fit(value.clone(), &schema)), told(fit(value, &whole)));
    }
}
