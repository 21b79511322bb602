//! One item of an answer's output.

use blake3::Hash;
use serde_json::Value;

use super::super::super::client::{arguments, made_up_id};
use super::super::super::message::{Part, ToolCall};
use super::super::super::response::TokenLogprob;

/// What an item says, as far as parts can hold it.
#[derive(Debug, Default)]
pub(in super::super) struct Item {
    pub(in super::super) parts: Vec<Part>,
    pub(in super::super) refused: bool,
    pub(in super::super) logprobs: Option<Vec<TokenLogprob>>,
}

impl Item {
    /// Reads an item. `seed` tells this answer from every other.
    pub(in super::super) fn read(value: &Value, place: usize, seed: &impl Fn() -> Hash) -> Self {
        let mut item = Self::default();
        match text(value, "type") {
            "message" => content(value).for_each(|piece| item.add_content(piece)),
            "reasoning" => item
                .parts
                .push(Part::Reasoning { text: thoughts(value), opaque: Some(value.clone()) }),
            "function_call" => {
                let id = match text(value, "call_id") {
                    "" => made_up_id(0, place, &seed()),
                    id => id.to_owned(),
                };
                let arguments = arguments(value.get("arguments"));
                item.parts.push(Part::ToolCall(ToolCall::new(id, text(value, "name"), arguments)));
            }
            _ => {}
        }
        item
    }

    fn add_content(&mut self, piece: &Value) {
        let said = match text(piece, "type") {
            "refusal" => {
                self.refused = true;
                text(piece, "refusal")
            }
            _ => text(piece, "text"),
        };
        if !said.is_empty() {
            self.parts.push(Part::text(said));
        }
        if let Some(tokens) = logprobs(piece) {
            self.logprobs.get_or_insert_default().extend(tokens);
        }
    }
}

/// The readable part of a reasoning item: its summary, else its thoughts.
pub(in super::super) fn thoughts(item: &Value) -> String {
    let joined = |field: &str| {
        let pieces = item.get(field).and_then(Value::as_array).into_iter().flatten();
        pieces.map(|piece| text(piece, "text")).collect::<Vec<_>>().join("\n\n")
    };
    match joined("summary") {
        summary if summary.is_empty() => joined("content"),
        summary => summary,
    }
}

/// The log-probabilities of one piece of content; `None` where there are none.
fn logprobs(piece: &Value) -> Option<Vec<TokenLogprob>> {
    let items = piece.get("logprobs")?.as_array().filter(|items| !items.is_empty())?;
    let tokens = items.iter().filter_map(|item| {
        let (token, logprob) = pair(item)?;
        let top = item.get("top_logprobs").and_then(Value::as_array).into_iter().flatten();
        let mut top: Vec<(String, f64)> = top.filter_map(pair).collect();
        top.sort_by(|one, other| other.1.total_cmp(&one.1));
        Some(TokenLogprob { token, logprob, top })
    });
    Some(tokens.collect())
}

/// Whether parts hold all that the item says.
pub(in super::super) fn is_plain(item: &Value) -> bool {
    match text(item, "type") {
        "message" => content(item).all(|piece| {
            let notes = piece.get("annotations").and_then(Value::as_array);
            matches!(text(piece, "type"), "output_text" | "refusal")
                && notes.is_none_or(|notes| notes.is_empty())
        }),
        "reasoning" | "function_call" => true,
        _ => false,
    }
}

fn content(item: &Value) -> impl Iterator<Item = &Value> {
    item.get("content").and_then(Value::as_array).into_iter().flatten()
}

fn pair(item: &Value) -> Option<(String, f64)> {
    Some((item.get("token")?.as_str()?.to_owned(), item.get("logprob")?.as_f64()?))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
