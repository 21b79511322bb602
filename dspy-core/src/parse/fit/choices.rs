//! Closed sets.

use serde_json::Value;

use super::numbers::only_scalar;
use super::{Fault, Fitter};
use crate::parse::error::ParseError;
use crate::parse::excerpt::excerpt_node;
use crate::parse::node::{Node, number};
use crate::parse::repair::RepairKind;
use crate::parse::schemas::{Choice, Choices, Forms};
use crate::parse::words::{Word, negated, negates, same_form, sentence_words, undressed, words};

/// Longer texts are not searched for a mention.
const LONGEST: usize = 4000;

/// One way to recognise a member.
type Stage<'s> = dyn Fn(&Choice<'_>, &Forms) -> bool + 's;

/// What may stand between the name of a member and its description.
const SEPARATORS: &[&str] = &[":", " - ", " – ", " — ", "="];

/// How often the likeliest member is looked for.
const SUGGESTED: usize = 100;

/// How alike two names must be to suggest one for the other.
const ALIKE: f64 = 0.8;

impl<'d> Fitter<'d> {
    pub(super) fn fit_choice(
        &mut self,
        node: &Node,
        choices: &Choices<'d>,
    ) -> Result<Value, Fault> {
        self.budget.spend(choices.members.len())?;
        let text = match node {
            Node::Text(text) => text.clone(),
            Node::Number(raw) => {
                let value = number(raw).map(Value::Number);
                let same = choices.members.iter().find(|choice| {
                    Some(choice.value) == value.as_ref() || same_number(choice.value, raw)
                });
                match same {
                    Some(choice) => return Ok(choice.value.clone()),
                    None => raw.clone(),
                }
            }
            Node::Bool(value) => {
                match choices.members.iter().find(|choice| choice.value == value) {
                    Some(choice) => return Ok(choice.value.clone()),
                    None => value.to_string(),
                }
            }
            Node::Null if choices.members.iter().any(|choice| choice.value.is_null()) => {
                return Ok(Value::Null);
            }
            // Half a word may be another one.
            Node::Null | Node::Cut(_) => return Err(self.unknown(node, choices)),
            Node::List(_) | Node::Object { .. } => {
                let Some(inner) = only_scalar(node) else {
                    return Err(self.unknown(node, choices));
                };
                self.repair(RepairKind::Unwrapped, node, "");
                return self.fit_choice(inner, choices);
            }
        };
        if let Some(value) = self.same_choice(&text, choices)? {
            return Ok(value);
        }
        match self.mentioned(&text, node, choices)? {
            Some(choice) => {
                self.repair(RepairKind::Choice, &text, &*choice.label);
                Ok(choice.value.clone())
            }
            None => Err(self.unknown(node, choices)),
        }
    }

    /// The member whose name or description a text is, however it is spelled.
    pub(super) fn same_choice(
        &mut self,
        text: &str,
        choices: &Choices<'d>,
    ) -> Result<Option<Value>, Fault> {
        if let Some(choice) = choices.members.iter().find(|choice| choice.value == text) {
            return Ok(Some(choice.value.clone()));
        }
        self.budget.spend(text.len() / 4 + choices.members.len())?;
        if text.len() > LONGEST.max(8 * choices.longest()) {
            return Ok(None);
        }
        self.budget.spend(text.len())?;
        let plain = undressed(text);
        let form = same_form(text);
        if form.is_empty() {
            return Ok(None);
        }
        let parts: Vec<(String, String)> = SEPARATORS
            .iter()
            .filter_map(|mark| text.split_once(mark))
            .map(|(name, rest)| (same_form(name), same_form(rest)))
            .collect();
        let path = member_path(plain).map(same_form);
        let stages: [&Stage<'_>; 5] = [
            &|choice, _| choice.label == plain,
            &|_, forms| forms.label == form,
            &|_, forms| {
                let description = forms.description.as_deref().filter(|text| !text.is_empty());
                parts
                    .iter()
                    .any(|(name, rest)| *name == forms.label && description == Some(rest.as_str()))
            },
            &|_, forms| forms.description.as_deref() == Some(form.as_str()),
            &|_, forms| path.as_deref() == Some(forms.label.as_str()),
        ];
        for stage in stages {
            let mut matches =
                choices.with_forms().filter(|(choice, forms)| stage(choice, forms)).peekable();
            let Some((first, _)) = matches.next() else { continue };
            if matches.peek().is_none() {
                self.repair(RepairKind::Choice, text, &*first.label);
                return Ok(Some(first.value.clone()));
            }
            let labels = std::iter::once(first).chain(matches.map(|(choice, _)| choice)).map(label);
            let labels = labels.collect();
            return Err(self.ambiguous(&listed(choices), &Node::Text(text.to_owned()), labels));
        }
        // `HIGH: can wait` names one member and describes another.
        let named = choices.with_forms().find(|(_, forms)| {
            parts.iter().any(|(name, rest)| {
                *name == forms.label
                    && choices.with_forms().any(|(_, other)| {
                        other.label != forms.label && other.description.as_ref() == Some(rest)
                    })
            })
        });
        match named {
            Some((choice, _)) => Err(self.ambiguous(
                &listed(choices),
                &Node::Text(text.to_owned()),
                vec![label(choice)],
            )),
            None => Ok(None),
        }
    }

    /// The only member that a sentence mentions.
    fn mentioned<'c>(
        &self,
        text: &str,
        node: &Node,
        choices: &'c Choices<'d>,
    ) -> Result<Option<&'c Choice<'d>>, Fault> {
        if text.len() > LONGEST {
            return Ok(None);
        }
        let said = sentence_words(text);
        self.budget.spend(said.len().saturating_mul(choices.members.len()))?;
        let mut names: Vec<(&[String], &Choice<'d>)> =
            choices.with_forms().map(|(choice, forms)| (&*forms.words, choice)).collect();
        names.retain(|(name, _)| !name.is_empty());
        // `not ok` before `ok`.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut found: Vec<&Choice<'d>> = Vec::new();
        let mut denied = false;
        let mut at = 0;
        while at < said.len() {
            let here = names.iter().find(|(name, choice)| stands_at(&said, at, name, choice));
            let Some((name, choice)) = here else {
                at += 1;
                continue;
            };
            denied |= negated(&said, at, at + name.len());
            if !found.iter().any(|other| other.value == choice.value) {
                found.push(choice);
            }
            at += name.len();
        }
        let numeric = |choice: &Choice<'_>| choice.label.parse::<f64>().is_ok();
        let has_digit = |word: &&Word<'_>| word.text.contains(|c: char| c.is_ascii_digit());
        // `3 out of 10` is not simply 3.
        let scaled =
            found.iter().any(|choice| numeric(choice)) && said.iter().filter(has_digit).count() > 1;
        match found.as_slice() {
            [] => Ok(None),
            [only] if !denied && !scaled => Ok(Some(only)),
            several => {
                let labels = several.iter().map(|choice| label(choice)).collect();
                Err(self.ambiguous(&listed(choices), node, labels))
            }
        }
    }

    fn unknown(&mut self, node: &Node, choices: &Choices<'d>) -> Fault {
        let found = excerpt_node(node);
        let form = same_form(&found);
        let mut best: Option<(f64, &Choice<'d>)> = None;
        // In a long list of failures nobody looks for a suggestion in each.
        self.suggestions += 1;
        let compared = if self.suggestions <= SUGGESTED { choices.members.len() } else { 0 };
        for (choice, forms) in choices.with_forms().take(compared) {
            let alike = dspy_grammar::likeness(&forms.label, &form);
            if best.is_none_or(|(score, _)| alike > score) {
                best = Some((alike, choice));
            }
        }
        Box::new(ParseError::UnknownChoice {
            path: self.path.pointer(),
            found,
            allowed: choices.members.iter().map(label).collect(),
            suggestion: best.filter(|(score, _)| *score >= ALIKE).map(|(_, choice)| label(choice)),
        })
    }
}

fn label(choice: &Choice<'_>) -> String {
    choice.label.clone().into_owned()
}

/// `Priority.HIGH` and `Priority::High`, as programs write the members of a set.
fn member_path(text: &str) -> Option<&str> {
    let (kind, name) = text.rsplit_once("::").or_else(|| text.rsplit_once('.'))?;
    let is_kind = kind.starts_with(char::is_alphabetic)
        && kind.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'));
    let clear = is_kind && !words(kind).iter().any(|word| negates(word));
    (clear && !name.contains(char::is_whitespace)).then_some(name)
}

/// Whether the name stands at this word, as whole words.
fn stands_at(said: &[Word<'_>], at: usize, name: &[String], choice: &Choice<'_>) -> bool {
    let Some(here) = said.get(at..at + name.len()) else {
        return false;
    };
    let whole = here.first().is_some_and(|word| word.first_of_chunk)
        && here.last().is_some_and(|word| word.last_of_chunk);
    if !whole || !here.iter().zip(name).all(|(word, part)| word.text == *part) {
        return false;
    }
    let last = at + name.len() == said.len();
    // `I have no idea` does not say `no`: a word that negates has to stand alone.
    let own = here.last().map_or("", |word| word.chunk);
    if name.iter().all(|part| negates(part))
        && !(last || own.ends_with([',', '.', '!', ';', ':', '*', '"', '`', '—']))
    {
        return false;
    }
    // `A dog` does not choose `A`: a single letter has to stand out.
    let single = choice.label.chars().count() == 1 && choice.label.chars().all(char::is_alphabetic);
    let chunk = here.first().map_or("", |word| word.chunk);
    !single || (undressed(chunk).starts_with(&*choice.label) && (last || chunk != choice.label))
}

fn same_number(value: &Value, raw: &str) -> bool {
    match (value.as_number(), number(raw)) {
        (Some(left), Some(right)) if left.is_f64() || right.is_f64() => {
            left.as_f64() == right.as_f64()
        }
        _ => false,
    }
}

fn listed(choices: &Choices<'_>) -> String {
    let labels: Vec<&str> = choices.members.iter().map(|choice| &*choice.label).collect();
    format!("one of `{}`", labels.join("`, `"))
}
