//! Numbers: what to answer where a number is asked for.

use serde_json::Value;

use super::evidence::Evidence;
use super::extract::{numbers, related};
use super::field::{Field, Shape};
use super::prompt::Prompt;

/// Beginnings of words that ask how sure the answer is.
const SURENESS: &[&str] = &["confid", "probab", "certain", "likelihood", "sure"];

/// Demonstrations that a mean is taken over.
const NEIGHBOURS: usize = 5;

/// Answers a number field from the demonstrations' values, the numbers in the inputs, or the
/// limits, in this order. `sureness` is the probability of the option chosen before.
pub(super) fn number(
    field: &Field,
    demos: &[(usize, Value)],
    prompt: &Prompt,
    evidence: &Evidence<'_>,
    sureness: Option<f64>,
) -> Value {
    let whole = matches!(field.shape, Shape::Whole);
    let asks_sureness = field.is_named(SURENESS);
    if let Some(sure) = sureness.filter(|_| asks_sureness && !whole) {
        let scale = field.bounds.max.filter(|max| *max > 1.0).unwrap_or(1.0);
        return written(field, sure * scale, whole);
    }
    let known: Vec<(usize, f64)> =
        demos.iter().filter_map(|(demo, value)| Some((*demo, as_number(value)?))).collect();
    let found: Vec<(f64, Vec<&str>)> = numbers(&evidence.text)
        .into_iter()
        .filter(|(number, _)| field.bounds.admits(*number) && (!whole || number.fract() == 0.0))
        .collect();
    if let Some(place) = copied_place(&known, prompt)
        && let Some((number, _)) = found.get(place).or(found.last())
    {
        return written(field, *number, whole);
    }
    if let Some(mean) = nearby_mean(&known, evidence) {
        return written(field, mean, whole);
    }
    let about = format!("{} {}", field.name.replace('_', " "), field.description);
    // The first of those whose nearest word about the field is nearest.
    let distance = |near: &[&str]| near.iter().position(|word| related(word, &about));
    let fitting = found.iter().min_by_key(|(_, near)| distance(near).unwrap_or(usize::MAX));
    let bounds = &field.bounds;
    let default = match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => f64::midpoint(min, max),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => 0.0,
    };
    let number = fitting.filter(|_| !asks_sureness).map_or(default, |(number, _)| *number);
    written(field, number, whole)
}

fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().replace(',', "").parse().ok())
}

/// If the demonstrations mostly repeat a number of their inputs: which one, counted from 0.
fn copied_place(known: &[(usize, f64)], prompt: &Prompt) -> Option<usize> {
    let mut places = Vec::new();
    for (demo, value) in known {
        let inputs = prompt.demos.get(*demo)?.inputs.joined();
        places.extend(numbers(&inputs).iter().position(|(number, _)| number == value));
    }
    if places.is_empty() || places.len() * 2 < known.len() {
        return None;
    }
    places.sort_unstable();
    places.get(places.len() / 2).copied()
}

/// The mean of the nearest demonstrations' values, weighted by similarity.
fn nearby_mean(known: &[(usize, f64)], evidence: &Evidence<'_>) -> Option<f64> {
    let mut near: Vec<(f64, f64)> =
        known.iter().map(|(demo, value)| (evidence.similarity(*demo), *value)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.truncate(NEIGHBOURS);
    let weight = |similarity: f64| similarity.powi(2) + 1e-6;
    let total: f64 = near.iter().map(|(similarity, _)| weight(*similarity)).sum();
    let sum: f64 = near.iter().map(|(similarity, value)| weight(*similarity) * value).sum();
    (total > 0.0).then(|| sum / total)
}

/// The number within the limits, whole or to two decimals.
fn written(field: &Field, number: f64, whole: bool) -> Value {
    let number = field.bounds.clamp(number, whole);
    if whole {
        return Value::from(number.round() as i64);
    }
    let rounded = (number * 100.0).round() / 100.0;
    Value::from(if field.bounds.admits(rounded) { rounded } else { number })
}
