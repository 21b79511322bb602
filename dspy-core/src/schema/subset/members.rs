//! Closed sets in the form that a provider accepts.

use serde_json::Value;

use super::Unsupported;
use super::form::{Form, Kind};
use super::note::Change;
use super::reshape::Reshaper;
use super::rules::Members;
use crate::schema::describe::{Choice, member};

impl Reshaper<'_> {
    pub(super) fn closed_set(&mut self, choices: &[Choice]) -> Result<Form, Unsupported> {
        let kind_of = |value: &Value| match value {
            Value::String(_) => Members::Texts,
            Value::Number(_) => Members::TextsAndNumbers,
            Value::Bool(_) | Value::Null => Members::Scalars,
            _ => Members::All,
        };
        if choices.is_empty() {
            return self.unsupported("no value is allowed");
        }
        let kinds = [Members::Texts, Members::TextsAndNumbers, Members::Scalars, Members::All];
        let mut groups = Vec::new();
        for kind in kinds {
            let values: Vec<Value> =
                choices.iter().map(|c| &c.value).filter(|v| kind_of(v) == kind).cloned().collect();
            if values.is_empty() {
                continue;
            }
            let form = if kind <= self.rules.members {
                Form::of(Kind::Choice(values))
            } else {
                let words: Vec<_> = values.iter().map(member).collect();
                let mut form = Form::of(match kind {
                    Members::TextsAndNumbers if values.iter().all(is_whole) => Kind::Integer,
                    Members::TextsAndNumbers => Kind::Number,
                    Members::Scalars => Kind::Boolean,
                    _ => return self.unsupported("a list or object among the allowed values"),
                });
                if kind != Members::Scalars || values.len() < 2 {
                    self.note(Change::InWords { keyword: "enum".to_owned() });
                    form.say(&format!("One of: {}.", words.join("; ")));
                }
                form
            };
            groups.push(form);
        }
        let mut form = match (groups.pop(), groups.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                groups.extend(last);
                Form::of(Kind::Union(groups, self.path.clone()))
            }
        };
        for choice in choices {
            if let Some(description) = &choice.description {
                form.say(&format!("{}: {description}", member(&choice.value)));
            }
        }
        Ok(form)
    }
}

fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}
