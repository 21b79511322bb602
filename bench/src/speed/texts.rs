//! What is parsed: a document of records, valid and as models write it, and a chat completion.

use std::fmt::Write as _;

use dspy::{Field, SignatureSchema};
use serde_json::{Value, json};

const WORDS: [&str; 12] = [
    "amber", "basalt", "cedar", "delta", "ember", "fjord", "granite", "harbour", "iris", "jetty",
    "kelp", "lagoon",
];

/// The schema of the documents.
pub(super) fn schema() -> Value {
    json!({
        "$defs": {"Item": {
            "type": "object",
            "properties": {
                "id": {"type": "integer", "format": "int64"},
                "name": {"type": "string"},
                "price": {"type": "number", "format": "double"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "active": {"type": "boolean"},
                "note": {"type": ["string", "null"]},
            },
            "required": ["id", "name", "price", "tags", "active"],
        }},
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"$ref": "#/$defs/Item"}}},
        "required": ["items"],
    })
}

/// One valid object of about so many bytes.
pub(super) fn valid(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 200);
    text.push_str("{\"items\": [");
    for index in 0.. {
        if text.len() + 3 > bytes {
            break;
        }
        if index > 0 {
            text.push_str(", ");
        }
        let Record { id, name, price, first, second, active, note } = record(index);
        let note = note.map_or("null".to_owned(), |note| format!("\"{note}\""));
        let _ = write!(
            text,
            "{{\"id\": {id}, \"name\": \"{name}\", \"price\": {price}, \"tags\": [\"{first}\", \
             \"{second}\"], \"active\": {active}, \"note\": {note}}}"
        );
    }
    text.push_str("]}");
    text
}

/// The same records as the valid document of so many bytes, in a fence, with bare keys, Python's
/// literals and commas too many.
pub(super) fn broken(bytes: usize) -> String {
    let valid: Value = serde_json::from_str(&valid(bytes)).unwrap_or_default();
    let count = valid["items"].as_array().map_or(0, Vec::len);
    let mut text = String::from("Here is the list:\n```json\n{items: [\n");
    for index in 0..count {
        let Record { id, name, price, first, second, active, note } = record(index);
        let active = if active { "True" } else { "False" };
        let note = note.map_or("None".to_owned(), |note| format!("'{note}'"));
        let _ = writeln!(
            text,
            "{{id: {id}, name: '{name}', price: {price}, tags: ['{first}', '{second}',], \
             active: {active}, note: {note},}},"
        );
    }
    text.push_str("],}\n```\nThat is all of it.");
    text
}

struct Record {
    id: usize,
    name: String,
    price: f64,
    first: &'static str,
    second: &'static str,
    active: bool,
    note: Option<String>,
}

fn record(index: usize) -> Record {
    let word = |at: usize| WORDS[at % WORDS.len()];
    let cents = u32::try_from(index * 37 % 10_000).unwrap_or_default();
    Record {
        id: 1000 + index,
        name: format!("{} {}", word(index), word(index / 7 + 3)),
        price: f64::from(cents) / 100.0 + 0.25,
        first: word(index + 1),
        second: word(index * 5 + 2),
        active: !index.is_multiple_of(3),
        note: (!index.is_multiple_of(4))
            .then(|| format!("Kept in the {} store; café no. {index}.", word(index + 4))),
    }
}

/// A signature with four typed outputs.
pub(super) fn chat_signature() -> SignatureSchema {
    let categories = json!({"enum": ["billing", "delivery", "defect", "praise"]});
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let outputs = [
        Field::of::<String>("reasoning"),
        Field::with_schema("category", categories),
        Field::of::<f64>("confidence"),
        Field::with_schema("keywords", texts),
    ];
    SignatureSchema::new("Triage", [Field::of::<String>("mail")], outputs)
}

/// An answer to it, of about 1 KB.
pub(super) const CHAT: &str = "[[ ## reasoning ## ]]
The customer writes that the kettle arrived on Tuesday in a box that had been opened before, and \
that its lid does not close. She has tried to press it down, which cracked the hinge. She asks for \
a replacement and mentions that her neighbour's kettle of the same make works well, so she is not \
unhappy with the product as such. Two things could be meant: the delivery, because the box was \
open, or a defect, because the lid does not close. She gives most room to the lid, and a \
replacement is what she asks for; the open box comes up once and without a complaint about the \
carrier. Nothing is said about the invoice or about the price that she paid. I therefore take the \
mail as the report of a defect, with a small doubt because of the opened box, which may have been \
the cause of the damage.

[[ ## category ## ]]
defect

[[ ## confidence ## ]]
0.92

[[ ## keywords ## ]]
[\"kettle\", \"lid\", \"hinge\", \"replacement\", \"opened box\"]

[[ ## completed ## ]]
";

/// What the answer says without the reasoning, as JSON.
pub(super) const CHAT_AS_JSON: &str = "{\"category\": \"defect\", \"confidence\": 0.92, \
    \"keywords\": [\"kettle\", \"lid\", \"hinge\", \"replacement\", \"opened box\"]}";
