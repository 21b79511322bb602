//! The members of a closed set, each with a probability: what [`Choice`](super::Choice) and
//! [`Score`](super::Score) have in common.

use std::ops::Range;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::probability::{first_in, shown, word_in};
use super::{NativeAnswer, evidence};
use crate::schema;

/// The members of a type, as prompts call them and as JSON.
pub(super) fn members<T: JsonSchema>() -> Vec<(String, Value)> {
    of_schema(&schema::of::<T>())
}

/// The same of a type's schema.
pub(crate) fn of_schema(schema: &Value) -> Vec<(String, Value)> {
    let named = |choice: schema::Choice| (label(&choice.value), choice.value);
    schema::choices(schema, schema).unwrap_or_default().into_iter().map(named).collect()
}

fn label(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The schema of a value with the probabilities of all members.
pub(super) fn value_schema<T: JsonSchema>() -> Value {
    let members: Map<String, Value> = members::<T>()
        .into_iter()
        .map(|(label, _)| (label, json!({"type": "number", "minimum": 0, "maximum": 1})))
        .collect();
    let values: Vec<Value> = self::members::<T>().into_iter().map(|(_, value)| value).collect();
    json!({
        "type": "object",
        "properties": {
            "value": {"enum": values},
            "probabilities": {"type": "object", "properties": members},
        },
        "required": ["value"],
    })
}

/// How a model is asked for the probabilities.
pub(super) fn note<T: JsonSchema>() -> String {
    let members = members::<T>();
    let count = members.len().max(1);
    let names: Vec<&str> = members.iter().map(|(label, _)| label.as_str()).collect();
    let even = shown(1.0 / f64::from(u32::try_from(count).unwrap_or(1)));
    let example: Vec<String> = names.iter().map(|name| format!("{name} {even}")).collect();
    format!(
        "the best of {}, and each of them with its probability, the likeliest first, such as {}",
        names.join("; "),
        example.join("; ")
    )
}

/// The members with their probabilities, likeliest first.
pub(super) fn in_words(probabilities: &[f64], labels: &[(String, Value)]) -> String {
    let mut pairs: Vec<(&str, f64)> =
        labels.iter().map(|(label, _)| label.as_str()).zip(probabilities.iter().copied()).collect();
    pairs.sort_by(|a, b| b.1.total_cmp(&a.1));
    let each: Vec<String> =
        pairs.iter().map(|(label, p)| format!("{label} {}", shown(*p))).collect();
    each.join("; ")
}

/// What a model wrote: the member it named first, and the probabilities where it stated any.
pub(super) fn read(
    text: &str,
    members: &[(String, Value)],
) -> Result<(usize, Option<Vec<f64>>), String> {
    let mut rest = text.to_owned();
    let mut found: Vec<(Range<usize>, usize)> = Vec::new();
    // A longer name may hold a shorter one.
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(members.get(*at).map_or(0, |(label, _)| label.len())));
    for at in order {
        let Some((label, _)) = members.get(at) else { continue };
        if let Some(place) = word_in(&rest, label) {
            rest.replace_range(place.clone(), &"\u{1}".repeat(place.len()));
            found.push((place, at));
        }
    }
    found.sort_by_key(|(place, _)| place.start);
    let Some(first) = found.first().map(|(_, at)| *at) else {
        let names: Vec<&str> = members.iter().map(|(label, _)| label.as_str()).collect();
        return Err(format!("expected one of {}, found `{text}`", names.join("; ")));
    };
    let mut probabilities = vec![0.0; members.len()];
    let mut stated = false;
    for (order, (place, at)) in found.iter().enumerate() {
        let next = found.get(order + 1).map_or(rest.len(), |(next, _)| next.start);
        let behind = rest.get(place.end..next).unwrap_or_default();
        if let (Some(probability), Some(slot)) = (first_in(behind)?, probabilities.get_mut(*at)) {
            *slot = probability;
            stated = true;
        }
    }
    let total: f64 = probabilities.iter().sum();
    if !stated || total <= 0.0 {
        return Ok((first, None));
    }
    Ok((first, Some(probabilities.into_iter().map(|p| p / total).collect())))
}

/// The probabilities of the members, from the tokens of an answer.
pub(super) fn from_tokens(
    answer: &NativeAnswer<'_>,
    members: &[(String, Value)],
) -> Option<Vec<f64>> {
    let labels: Vec<Vec<String>> = members.iter().map(|(label, _)| vec![label.clone()]).collect();
    evidence::probabilities(answer, &labels)
}

/// The place of the largest; the first of equals.
pub(crate) fn largest(values: impl Iterator<Item = f64>) -> Option<usize> {
    let better = |best: Option<(usize, f64)>, next: (usize, f64)| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    };
    values.enumerate().fold(None, better).map(|(at, _)| at)
}
