//! Closed sets of scalars.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::{Schemas, alternatives};
use crate::parse::error::ParseError;
use crate::parse::words::{same_form, undressed, words};

/// The members of a closed set, in the order of the schema.
#[derive(Debug)]
pub(crate) struct Choices<'d> {
    pub(crate) members: Vec<Choice<'d>>,
    longest: usize,
    forms: OnceCell<Vec<Forms>>,
}

/// A member of a closed set.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'d> {
    pub(crate) value: &'d Value,
    pub(crate) label: Cow<'d, str>,
    pub(crate) description: Option<&'d str>,
}

/// How a member is compared with what a model wrote.
#[derive(Debug)]
pub(crate) struct Forms {
    pub(crate) label: String,
    pub(crate) description: Option<String>,
    pub(crate) words: Vec<String>,
}

impl<'d> Choices<'d> {
    /// Whether a text without letters says nothing about any member.
    pub(crate) fn need_letters(&self) -> bool {
        let lettered = |text: &str| text.contains(char::is_alphabetic);
        self.members
            .iter()
            .all(|choice| lettered(&choice.label) && choice.description.is_none_or(lettered))
    }

    pub(crate) fn new(members: Vec<Choice<'d>>) -> Self {
        let size =
            |choice: &Choice<'_>| choice.label.len() + choice.description.map_or(0, str::len);
        let longest = members.iter().map(size).max().unwrap_or_default();
        Self { members, longest, forms: OnceCell::new() }
    }

    /// The most bytes that a member and its description have together.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The members with their forms.
    pub(crate) fn with_forms(&self) -> impl Iterator<Item = (&Choice<'d>, &Forms)> {
        let forms = self.forms.get_or_init(|| self.members.iter().map(Forms::new).collect());
        self.members.iter().zip(forms)
    }

    /// The members, if the schema is a closed set of scalars; null is left out on demand.
    pub(super) fn of(
        schemas: &Schemas<'d>,
        schema: &'d Value,
        nullable: bool,
    ) -> Result<Option<Self>, ParseError> {
        let mut members = Vec::new();
        let all = collect(schemas, schema, &mut members)?;
        members.retain(|member| !(nullable && member.value.is_null()));
        Ok((all && !members.is_empty()).then(|| Self::new(members)))
    }
}

/// Collects the members; false if some value of the schema is not a member of a closed set.
fn collect<'d>(
    schemas: &Schemas<'d>,
    schema: &'d Value,
    members: &mut Vec<Choice<'d>>,
) -> Result<bool, ParseError> {
    let description = schema.get("description").and_then(Value::as_str);
    if let Some(value) = schema.get("const") {
        return Ok(push(value, description, members));
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return Ok(values.iter().all(|value| push(value, None, members)));
    }
    if schema.get("properties").is_some() {
        return Ok(false);
    }
    let Some(parts) = alternatives(schema) else {
        return Ok(false);
    };
    for part in parts {
        let part = schemas.resolve(part)?;
        if part.get("type").is_some_and(|kind| kind == "null") && part.get("const").is_none() {
            continue;
        }
        let closed = part.get("const").is_some() || part.get("enum").is_some();
        if !closed || !collect(schemas, part, members)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn push<'d>(value: &'d Value, description: Option<&'d str>, members: &mut Vec<Choice<'d>>) -> bool {
    let label = match value {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Object(_) | Value::Array(_) => return false,
        other => Cow::Owned(other.to_string()),
    };
    members.push(Choice { value, label, description });
    true
}

impl Forms {
    fn new(choice: &Choice<'_>) -> Self {
        Self {
            label: same_form(&choice.label),
            description: choice.description.map(same_form),
            words: words(undressed(&choice.label)),
        }
    }
}
