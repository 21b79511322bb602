//! Answers: one reply to a prompt, field by field.

use serde_json::{Map, Value};

use super::chance::Chance;
use super::evidence::Evidence;
use super::extract::{all_sentences, beginning};
use super::field::{Choice, Field, Shape};
use super::form::labelled;
use super::nested;
use super::number::number;
use super::pick::{Pick, option_of, pick};
use super::prompt::Prompt;
use super::propose;
use super::reason;
use super::sections::Sections;
use super::span;

/// Beginnings of words that name a field for thoughts ahead of the answer.
const THOUGHTS: &[&str] =
    &["reason", "rational", "think", "thought", "explan", "explain", "analy", "justif"];

/// Beginnings of words that name a field for a summary.
const SUMMARIES: &[&str] = &["summar", "descri", "observ", "outline", "abstract", "overview"];

/// Length of a summary in characters.
const SUMMARY: usize = 400;

/// Demonstrations as similar as this are taken at their word.
const SAME: f64 = 0.8;

/// Everything one reply is made from.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) prompt: &'a Prompt,
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) chance: Chance,
}

impl Answer<'_> {
    /// The reply, in the format the prompt asks for.
    pub(super) fn write(&self) -> String {
        // Closed sets are decided first: what stands before them in the reply speaks about them.
        let picks: Vec<Option<Pick>> =
            self.prompt.outputs.iter().map(|field| self.decide(field)).collect();
        let told = self.told();
        let values =
            self.prompt.outputs.iter().zip(&picks).enumerate().map(|(at, (field, pick))| {
                let name = field.name.clone();
                match told.as_ref().and_then(|told| told.get(&field.name)) {
                    Some(text) => {
                        let (value, spelling) = as_told(field, text);
                        (name, value, spelling)
                    }
                    // An option is written as the prompt writes it.
                    None => {
                        (name, self.value(at, field, &picks), pick.as_ref().map(|p| p.name.clone()))
                    }
                }
            });
        self.prompt.form.write(&values.collect::<Vec<_>>())
    }

    /// The outputs, where the only input has a `name: value` line for each of them.
    fn told(&self) -> Option<Sections> {
        let mut inputs = self.prompt.question.iter();
        let (Some((_, text)), None) = (inputs.next(), inputs.next()) else { return None };
        let outputs = &self.prompt.outputs;
        let told = labelled(text, |name| outputs.iter().any(|field| field.name == name));
        outputs.iter().all(|field| told.get(&field.name).is_some()).then_some(told)
    }

    fn value(&self, at: usize, field: &Field, picks: &[Option<Pick>]) -> Value {
        let own = picks.get(at).and_then(Option::as_ref);
        match (own, &field.shape) {
            (Some(pick), Shape::Choice(choices)) => {
                choices.get(pick.option).map(|choice| choice.value.clone()).unwrap_or_default()
            }
            (_, Shape::Text) if self.is_thought(at, field) => {
                let pick = picks.iter().skip(at).flatten().next();
                Value::from(field.bounds.cut(reason::reason(pick, self.prompt, self.evidence)))
            }
            _ => {
                let before = picks.iter().take(at).flatten().next_back();
                let pick = before.or_else(|| picks.iter().flatten().next());
                self.fill(field, &self.known(field), pick)
            }
        }
    }

    fn decide(&self, field: &Field) -> Option<Pick> {
        let Shape::Choice(choices) = &field.shape else {
            return None;
        };
        let past = self.prompt.past_answer(&field.name).and_then(|text| option_of(text, choices));
        let labels = labels(&self.known(field), choices);
        let about = (field.name.as_str(), field.description.as_str());
        pick(self.evidence, &self.chance, about, choices, &labels, past)
    }

    fn is_thought(&self, at: usize, field: &Field) -> bool {
        let last = at + 1 == self.prompt.outputs.len();
        !last && (field.is_named(THOUGHTS) || field.description.contains("step by step"))
    }

    /// The demonstrations' values of an output: text as it is, everything else read as JSON.
    fn known(&self, field: &Field) -> Vec<(usize, Value)> {
        let demos = self.prompt.demos.iter().enumerate();
        let values = demos.filter_map(|(at, demo)| Some((at, demo.outputs.get(&field.name)?)));
        let read = |text: &str| match (&field.shape, text) {
            (_, "None" | "null") if field.nullable => Value::Null,
            (Shape::Text | Shape::Choice(_), text) => Value::from(text),
            (Shape::List(_) | Shape::Map(_) | Shape::Object(_), text)
                if text.is_empty() || text.starts_with('<') =>
            {
                nested::value(text, field)
            }
            (_, text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        };
        values.map(|(at, text)| (at, read(text))).collect()
    }

    /// A value of the field's form. `demos` pairs demonstrations with their value of it.
    pub(super) fn fill(
        &self,
        field: &Field,
        demos: &[(usize, Value)],
        pick: Option<&Pick>,
    ) -> Value {
        let nulls = demos.iter().filter(|(_, value)| value.is_null()).count();
        if field.nullable && nulls * 2 > demos.len() {
            return Value::Null;
        }
        match &field.shape {
            Shape::Text => {
                let text = self.text(field, demos);
                if field.nullable && text.is_empty() { Value::Null } else { Value::from(text) }
            }
            Shape::Whole | Shape::Number => {
                let sureness = pick.map(|pick| pick.probability);
                number(field, demos, self.prompt, self.evidence, sureness)
            }
            Shape::Choice(choices) => self.choose(field, choices, demos),
            Shape::List(item) => Value::Array(self.list(field, item, demos)),
            Shape::Tuple(items) => {
                let filled = items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.fill(item, &within(demos, |value| value.get(at)), pick));
                filled.collect()
            }
            Shape::Object(properties) => {
                let filled = properties.iter().map(|property| {
                    let known = within(demos, |value| value.get(&property.name));
                    (property.name.clone(), self.fill(property, &known, pick))
                });
                Value::Object(filled.collect())
            }
            Shape::Map(value) => self.map(value),
            Shape::OneOf(variants) => self.variant(field, variants, demos, pick),
            Shape::Nothing => Value::Null,
        }
    }

    fn choose(&self, field: &Field, choices: &[Choice], demos: &[(usize, Value)]) -> Value {
        let labels = labels(demos, choices);
        let about = (field.name.as_str(), field.description.as_str());
        let pick = pick(self.evidence, &self.chance, about, choices, &labels, None);
        let choice = pick.and_then(|pick| choices.get(pick.option));
        choice.map(|choice| choice.value.clone()).unwrap_or_default()
    }

    /// Chooses the variant by its description and by the demonstrations that it could describe.
    fn variant(
        &self,
        field: &Field,
        variants: &[Field],
        demos: &[(usize, Value)],
        pick: Option<&Pick>,
    ) -> Value {
        let choices: Vec<Choice> =
            variants.iter().map(|v| Choice::new(Value::from(v.label()), &v.description)).collect();
        let mut labels = Vec::new();
        for (demo, value) in demos {
            labels.extend(variants.iter().position(|v| v.describes(value)).map(|at| (*demo, at)));
        }
        let about = (field.name.as_str(), field.description.as_str());
        let chosen = super::pick::pick(self.evidence, &self.chance, about, &choices, &labels, None);
        let Some((at, variant)) =
            chosen.and_then(|chosen| Some((chosen.option, variants.get(chosen.option)?)))
        else {
            return Value::Null;
        };
        let own: Vec<usize> = labels.iter().filter(|(_, v)| *v == at).map(|(d, _)| *d).collect();
        let known: Vec<(usize, Value)> =
            demos.iter().filter(|(demo, _)| own.contains(demo)).cloned().collect();
        self.fill(variant, &known, pick)
    }

    fn map(&self, value: &Field) -> Value {
        let mut map = Map::new();
        for line in self.evidence.text.lines() {
            let Some((key, text)) = line.split_once(": ") else {
                continue;
            };
            let (key, text) = (key.trim_start_matches(['-', '*', ' ']).trim(), text.trim());
            if key.is_empty() || key.split_whitespace().count() > 4 {
                continue;
            }
            let read = match value.shape {
                Shape::Text => Some(Value::from(text)),
                Shape::Whole => text.parse::<i64>().ok().map(Value::from),
                Shape::Number => text.parse::<f64>().ok().map(Value::from),
                _ => serde_json::from_str(text).ok(),
            };
            map.extend(read.map(|read| (key.to_owned(), read)));
        }
        Value::Object(map)
    }

    fn text(&self, field: &Field, demos: &[(usize, Value)]) -> String {
        if field.is_named(propose::NAMES) {
            let lines = propose::propose(field, self.prompt, &self.chance);
            return field.bounds.cut(lines.join("\n"));
        }
        if field.is_named(SUMMARIES) && demos.is_empty() {
            return field.bounds.cut(self.summary());
        }
        let known: Vec<(usize, &str)> =
            demos.iter().filter_map(|(demo, value)| Some((*demo, value.as_str()?))).collect();
        let repeated = self.repeated(field, &known);
        let text = repeated
            .unwrap_or_else(|| span::span(field, &known, self.prompt, self.evidence, &self.chance));
        field.bounds.cut(text)
    }

    /// The first sentence of every input, as far as they fit.
    fn summary(&self) -> String {
        let inputs = self.prompt.question.iter();
        let each = inputs.filter_map(|(_, value)| all_sentences(value).first().copied());
        beginning(&each.collect::<Vec<_>>().join(" "), SUMMARY)
    }

    /// The answer of the closest demonstration, or the likeliest of the answers that
    /// demonstrations share.
    fn repeated(&self, field: &Field, known: &[(usize, &str)]) -> Option<String> {
        let by_similarity =
            known.iter().map(|(demo, text)| (self.evidence.similarity(*demo), text));
        let closest = by_similarity.max_by(|a, b| a.0.total_cmp(&b.0))?;
        if closest.0 >= SAME {
            return Some((*closest.1).to_owned());
        }
        let mut values: Vec<&str> = known.iter().map(|(_, text)| *text).collect();
        values.sort_unstable();
        let shared: usize =
            values.chunk_by(|a, b| a == b).map(<[_]>::len).filter(|count| *count > 1).sum();
        if shared * 2 < known.len() || shared == 0 {
            return None;
        }
        values.dedup();
        let choices: Vec<Choice> =
            values.iter().map(|text| Choice::new(Value::from(*text), "")).collect();
        let labels: Vec<(usize, usize)> = known
            .iter()
            .filter_map(|(demo, text)| Some((*demo, values.binary_search(text).ok()?)))
            .collect();
        let about = (field.name.as_str(), field.description.as_str());
        let past = self.prompt.past_answer(&field.name).and_then(|text| option_of(text, &choices));
        pick(self.evidence, &self.chance, about, &choices, &labels, past).map(|pick| pick.name)
    }
}

/// A value that stands in the input, and its spelling there where that is an option's.
fn as_told(field: &Field, text: &str) -> (Value, Option<String>) {
    if let Shape::Choice(choices) = &field.shape
        && let Some(choice) = option_of(text, choices).and_then(|at| choices.get(at))
    {
        return (choice.value.clone(), Some(choice.name.clone()));
    }
    let value = match (&field.shape, text) {
        (_, "None" | "null") if field.nullable => Value::Null,
        (Shape::Text | Shape::Choice(_), text) => Value::from(text),
        (_, text) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
    };
    (value, None)
}

/// Which demonstration answers with which option.
pub(super) fn labels(demos: &[(usize, Value)], choices: &[Choice]) -> Vec<(usize, usize)> {
    let option = |value: &Value| {
        let exact = choices.iter().position(|choice| choice.value == *value);
        exact.or_else(|| option_of(value.as_str()?, choices))
    };
    demos.iter().filter_map(|(demo, value)| Some((*demo, option(value)?))).collect()
}

/// The demonstrations' values of a part.
fn within(
    demos: &[(usize, Value)],
    part: impl Fn(&Value) -> Option<&Value>,
) -> Vec<(usize, Value)> {
    demos.iter().filter_map(|(demo, value)| Some((*demo, part(value)?.clone()))).collect()
}
