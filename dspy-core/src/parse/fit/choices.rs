//! Closed sets.

use serde_json::Value;

use super::Fitter;
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::{Node, number};
use crate::parse::repair::RepairKind;
use crate::parse::schemas::Choice;
use crate::parse::words::{Word, negated, same_form, sentence_words, undressed, words};

/// Longer texts are not searched for a mention.
const LONGEST: usize = 4000;

/// How alike two names must be to suggest one for the other.
const ALIKE: f64 = 0.8;

impl Fitter<'_> {
    pub(super) fn fit_choice(
        &mut self,
        node: &Node,
        choices: &[Choice],
    ) -> Result<Value, ParseError> {
        self.budget.spend(choices.len())?;
        let text = match node {
            Node::Text(text) => text.clone(),
            Node::Number(raw) => {
                let value = number(raw).map(Value::Number);
                let same = choices.iter().find(|choice| {
                    Some(&choice.value) == value.as_ref() || same_number(&choice.value, raw)
                });
                match same {
                    Some(choice) => return Ok(choice.value.clone()),
                    None => raw.clone(),
                }
            }
            Node::Bool(value) => match choices.iter().find(|choice| choice.value == *value) {
                Some(choice) => return Ok(choice.value.clone()),
                None => value.to_string(),
            },
            Node::Null if choices.iter().any(|choice| choice.value.is_null()) => {
                return Ok(Value::Null);
            }
            // Half a word may be another one.
            Node::Null | Node::Cut(_) => return Err(self.unknown(node, choices)),
            Node::List(_) | Node::Object { .. } => {
                let Some(inner) = self.single(node, &listed(choices))? else {
                    return Err(self.unknown(node, choices));
                };
                self.repair(RepairKind::Unwrapped, &excerpt_node(node), "");
                return self.fit_choice(&inner, choices);
            }
        };
        if let Some(value) = self.same_choice(&text, choices)? {
            return Ok(value);
        }
        match self.mentioned(&text, node, choices)? {
            Some(choice) => {
                self.repair(RepairKind::Choice, &excerpt(&text), &excerpt(&choice.label));
                Ok(choice.value.clone())
            }
            None => Err(self.unknown(node, choices)),
        }
    }

    /// The member whose name or description a text is, however it is spelled.
    pub(super) fn same_choice(
        &mut self,
        text: &str,
        choices: &[Choice],
    ) -> Result<Option<Value>, ParseError> {
        if let Some(choice) = choices.iter().find(|choice| choice.value == text) {
            return Ok(Some(choice.value.clone()));
        }
        self.budget.spend(text.len() + choices.len())?;
        let plain = undressed(text);
        let form = same_form(text);
        if form.is_empty() {
            return Ok(None);
        }
        let described = |choice: &Choice, with_name: bool| {
            choice.description.as_ref().is_some_and(|description| {
                let description = same_form(description);
                if !with_name {
                    return description == form;
                }
                let separated = [":", " - ", " – ", " — ", "="].iter().any(|mark| {
                    text.split_once(mark).is_some_and(|(name, rest)| {
                        same_form(name) == same_form(&choice.label)
                            && same_form(rest) == description
                    })
                });
                separated && !description.is_empty()
            })
        };
        let stages: [&dyn Fn(&Choice) -> bool; 4] = [
            &|choice| choice.label == plain,
            &|choice| same_form(&choice.label) == form,
            &|choice| described(choice, true),
            &|choice| described(choice, false),
        ];
        for stage in stages {
            let matches: Vec<&Choice> = choices.iter().filter(|choice| stage(choice)).collect();
            match matches.as_slice() {
                [] => {}
                [only] => {
                    self.repair(RepairKind::Choice, &excerpt(text), &excerpt(&only.label));
                    return Ok(Some(only.value.clone()));
                }
                several => {
                    let labels = several.iter().map(|choice| choice.label.clone()).collect();
                    return Err(self.ambiguous(
                        &listed(choices),
                        &Node::Text(text.to_owned()),
                        labels,
                    ));
                }
            }
        }
        Ok(None)
    }

    /// The only member that a sentence mentions.
    fn mentioned<'c>(
        &self,
        text: &str,
        node: &Node,
        choices: &'c [Choice],
    ) -> Result<Option<&'c Choice>, ParseError> {
        if text.len() > LONGEST {
            return Ok(None);
        }
        let said = sentence_words(text);
        self.budget.spend(said.len().saturating_mul(choices.len()))?;
        let mut names: Vec<(Vec<String>, &Choice)> =
            choices.iter().map(|choice| (words(undressed(&choice.label)), choice)).collect();
        names.retain(|(name, _)| !name.is_empty());
        // `not ok` before `ok`.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut found: Vec<&Choice> = Vec::new();
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
        let numeric = |choice: &Choice| choice.label.parse::<f64>().is_ok();
        let has_digit = |word: &&Word| word.text.contains(|c: char| c.is_ascii_digit());
        // `3 out of 10` is not simply 3.
        let scaled =
            found.iter().any(|choice| numeric(choice)) && said.iter().filter(has_digit).count() > 1;
        match found.as_slice() {
            [] => Ok(None),
            [only] if !denied && !scaled => Ok(Some(only)),
            several => {
                let labels = several.iter().map(|choice| choice.label.clone()).collect();
                Err(self.ambiguous(&listed(choices), node, labels))
            }
        }
    }

    fn unknown(&self, node: &Node, choices: &[Choice]) -> ParseError {
        let found = excerpt_node(node);
        let form = same_form(&found);
        let close = |choice: &Choice| dspy_grammar::likeness(&same_form(&choice.label), &form);
        let best = choices.iter().map(|choice| (close(choice), choice)).fold(
            None,
            |best: Option<(f64, &Choice)>, next| match best {
                Some(best) if best.0 >= next.0 => Some(best),
                _ => Some(next),
            },
        );
        ParseError::UnknownChoice {
            path: self.path.pointer(),
            found,
            allowed: choices.iter().map(|choice| choice.label.clone()).collect(),
            suggestion: best
                .filter(|(score, _)| *score >= ALIKE)
                .map(|(_, choice)| choice.label.clone()),
        }
    }
}

/// Whether the name stands at this word, as whole words.
fn stands_at(said: &[Word], at: usize, name: &[String], choice: &Choice) -> bool {
    let Some(here) = said.get(at..at + name.len()) else {
        return false;
    };
    let whole = here.first().is_some_and(|word| word.first_of_chunk)
        && here.last().is_some_and(|word| word.last_of_chunk);
    if !whole || !here.iter().zip(name).all(|(word, part)| word.text == *part) {
        return false;
    }
    // `A dog` does not choose `A`: a single letter has to stand out.
    let single = choice.label.chars().count() == 1 && choice.label.chars().all(char::is_alphabetic);
    let chunk = here.first().map_or("", |word| word.chunk.as_str());
    let last = at + name.len() == said.len();
    !single || (undressed(chunk).starts_with(&choice.label) && (last || chunk != choice.label))
}

fn same_number(value: &Value, raw: &str) -> bool {
    match (value.as_number(), number(raw)) {
        (Some(left), Some(right)) if left.is_f64() || right.is_f64() => {
            left.as_f64() == right.as_f64()
        }
        _ => false,
    }
}

fn listed(choices: &[Choice]) -> String {
    let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
    format!("one of `{}`", labels.join("`, `"))
}
