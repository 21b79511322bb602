//! Lists: the items of the inputs that an answer holds.

use serde_json::Value;

use super::answer::{Answer, labels};
use super::evidence::probabilities;
use super::extract::{all_sentences, contains_words, names, numbers, quoted};
use super::field::{Field, Shape};
use super::propose;

/// Options at least this likely, compared with the likeliest, are listed with it.
const ALSO: f64 = 0.5;

/// Most items of a list that has no limit of its own.
const MOST: usize = 10;

impl Answer<'_> {
    /// The items of a list field.
    pub(super) fn list(&self, field: &Field, item: &Field, demos: &[(usize, Value)]) -> Vec<Value> {
        let items: Vec<(usize, Value)> = demos
            .iter()
            .flat_map(|(demo, value)| {
                let items = value.as_array().into_iter().flatten();
                items.map(|item| (*demo, item.clone()))
            })
            .collect();
        let mut listed: Vec<Value> = match &item.shape {
            Shape::Nothing => Vec::new(),
            Shape::Whole | Shape::Number => self.listed_numbers(item),
            Shape::Choice(choices) => {
                let known = labels(&items, choices);
                let weighed = self.evidence.weigh(choices, &known, &field.description);
                let chances = probabilities(&weighed.scores);
                let top = chances.iter().copied().fold(0.0, f64::max);
                let likely = choices.iter().zip(&chances).filter(|(_, p)| **p >= ALSO * top);
                let all = if weighed.informed { choices.len() } else { 1 };
                likely.take(all).map(|(choice, _)| choice.value.clone()).collect()
            }
            Shape::Text if field.is_named(propose::NAMES) => {
                propose::propose(field, self.prompt, &self.chance)
                    .into_iter()
                    .map(Value::from)
                    .collect()
            }
            Shape::Text => self.listed_texts(&items).into_iter().map(Value::from).collect(),
            _ => vec![self.fill(item, &items, None)],
        };
        listed.truncate(field.bounds.max_len.unwrap_or(MOST));
        listed
    }

    fn listed_numbers(&self, item: &Field) -> Vec<Value> {
        let whole = matches!(item.shape, Shape::Whole);
        let fitting = numbers(&self.evidence.text)
            .into_iter()
            .map(|(number, _)| number)
            .filter(|number| item.bounds.admits(*number) && (!whole || number.fract() == 0.0));
        fitting.map(|n| if whole { Value::from(n as i64) } else { Value::from(n) }).collect()
    }

    /// Items known from demonstrations, then spans of the inputs of the kind those items are.
    fn listed_texts(&self, items: &[(usize, Value)]) -> Vec<String> {
        let text = &self.evidence.text;
        let known: Vec<&str> = items.iter().filter_map(|(_, item)| item.as_str()).collect();
        let mut listed: Vec<String> = Vec::new();
        let mut add = |item: &str| {
            let item = item.trim();
            if !item.is_empty() && !listed.iter().any(|other| other.eq_ignore_ascii_case(item)) {
                listed.push(item.to_owned());
            }
        };
        let present = known.iter().take(500).filter(|item| contains_words(text, item));
        present.for_each(|item| add(item));
        let capitals = known.iter().filter(|item| item.starts_with(char::is_uppercase)).count();
        if !known.is_empty() && capitals * 2 > known.len() {
            names(text).into_iter().for_each(&mut add);
        }
        if !listed.is_empty() {
            return listed;
        }
        let quoted = quoted(text);
        if !quoted.is_empty() {
            return quoted.into_iter().map(str::to_owned).collect();
        }
        let pieces = split(text);
        if pieces.is_empty() { all_sentences(text) } else { pieces }
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

/// The parts of an enumeration; empty for a text that is none.
fn split(text: &str) -> Vec<&str> {
    for separator in ['\n', ';', ','] {
        let pieces: Vec<&str> = text
            .split(separator)
            .map(|piece| piece.trim().trim_start_matches(['-', '*', '•', ' ']))
            .filter(|piece| !piece.is_empty())
            .collect();
        if pieces.len() > 1 {
            return pieces;
        }
    }
    Vec::new()
}
