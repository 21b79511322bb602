//! What changed between two programs.

use std::fmt;

use serde_json::Value;

use super::Parameters;
use super::parameter::{Parameter, ParameterKind};
use super::program::parameters;
use crate::terminal::{Colour, Ink, Page};

/// One parameter that differs between two programs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The leaf.
    pub path: String,
    /// The parameter.
    pub kind: ParameterKind,
    /// Its value in the first program; `None` where that has no such parameter.
    pub before: Option<Value>,
    /// Its value in the second program; `None` where that has no such parameter.
    pub after: Option<Value>,
}

/// All parameters that differ between two programs. Prints as text, one change after another, in lines
/// of 80 columns at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProgramDiff {
    changes: Vec<Change>,
}

impl ProgramDiff {
    /// The changes, in walking order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The changes as text in 80 columns, with what is gone and what is new in colours of their own.
    pub fn to_text(&self, colour: Colour) -> String {
        let mut page = Page::new(colour);
        if self.is_empty() {
            page.put(Ink::Plain, 0, "", "no difference");
        }
        for change in &self.changes {
            page.put(Ink::Heading, 0, "", &format!("{} · {}", change.path, change.kind));
            let before = change.before.as_ref().map(lines).unwrap_or_default();
            let after = change.after.as_ref().map(lines).unwrap_or_default();
            for line in before.iter().filter(|line| !after.contains(line)) {
                page.put(Ink::Removed, 2, "- ", line);
            }
            for line in after.iter().filter(|line| !before.contains(line)) {
                page.put(Ink::Added, 2, "+ ", line);
            }
        }
        page.finish()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Compares two programs parameter by parameter.
///
/// ```
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let before = Predict::<Qa>::new();
/// let after = before.clone().with_instructions("Answer briefly.");
/// let diff = dspy::module::diff(&before, &after);
/// assert_eq!(diff.changes().len(), 1);
/// assert!(diff.to_string().contains("+ Answer briefly."));
/// ```
pub fn diff<A, B>(before: &A, after: &B) -> ProgramDiff
where
    A: Parameters + ?Sized,
    B: Parameters + ?Sized,
{
    diff_parameters(parameters(before), parameters(after))
}

/// The same for parameters that were written down.
pub(crate) fn diff_parameters(old: Vec<Parameter>, mut new: Vec<Parameter>) -> ProgramDiff {
    let mut changes = Vec::new();
    for Parameter { path, kind, value, .. } in old {
        let found = new.iter().position(|p| p.path == path && p.kind == kind);
        let after = found.map(|index| new.remove(index).value);
        if after.as_ref() != Some(&value) {
            changes.push(Change { path, kind, before: Some(value), after });
        }
    }
    changes.extend(new.into_iter().map(|Parameter { path, kind, value, .. }| Change {
        path,
        kind,
        before: None,
        after: Some(value),
    }));
    ProgramDiff { changes }
}

impl fmt::Display for ProgramDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Colour::Never))
    }
}

/// A value as lines that can be compared: text by line, lists and maps by entry.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => text.lines().map(str::to_owned).collect(),
        Value::Array(items) => items.iter().map(Value::to_string).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| format!("{key}: {value}")).collect()
        }
        Value::Null => Vec::new(),
        scalar => vec![scalar.to_string()],
    }
}
