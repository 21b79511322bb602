//! One choice of an answer of the older text completions.

use blake3::Hash;
use serde_json::Value;

use super::super::super::client::reason;
use super::super::super::message::Part;
use super::super::super::response::{Completion, TokenLogprob};
use super::choice;

/// Reads a choice.
pub(in crate::lm) fn completion(
    value: &Value,
    _index: usize,
    _seed: &dyn Fn() -> Hash,
) -> Completion {
    let text = value.get("text").and_then(Value::as_str).filter(|text| !text.is_empty());
    let raw = value.get("finish_reason").and_then(Value::as_str).filter(|word| !word.is_empty());
    Completion {
        parts: text.map(Part::text).into_iter().collect(),
        finish: reason(raw),
        raw_finish: raw.map(str::to_owned),
        logprobs: logprobs(value.get("logprobs")),
    }
}

/// Log-probabilities as lists of equal length: tokens, their values, the alternatives of each. Some
/// servers send them as Chat Completions does.
pub(in crate::lm) fn logprobs(value: Option<&Value>) -> Option<Vec<TokenLogprob>> {
    let lists = value?;
    let list = |name: &str| lists.get(name)?.as_array();
    let Some(tokens) = list("tokens") else { return choice::logprobs(value) };
    let values = list("token_logprobs")?;
    let tops = list("top_logprobs");
    let each = tokens.iter().zip(values).enumerate().filter_map(|(place, (token, logprob))| {
        let top = tops.and_then(|tops| tops.get(place)).and_then(Value::as_object);
        let top = top.into_iter().flatten();
        let mut top: Vec<(String, f64)> =
            top.filter_map(|(token, value)| Some((token.clone(), value.as_f64()?))).collect();
        top.sort_by(|one, other| other.1.total_cmp(&one.1));
        // The first token of an echoed prompt has no value.
        Some(TokenLogprob { token: token.as_str()?.to_owned(), logprob: logprob.as_f64()?, top })
    });
    Some(each.collect())
}
