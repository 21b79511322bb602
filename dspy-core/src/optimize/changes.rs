//! [`Changes`]: what makes a candidate out of the program as given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical;
use crate::module::ParameterKind;
use crate::signature::Demo;

/// Values of parameters in place of those of the program as given, by leaf and kind.
///
/// ```
/// use dspy::optimize::Changes;
///
/// let changes = Changes::new().with_instructions("self", "Answer in one word.");
/// assert_eq!(changes.instructions("self"), Some("Answer in one word."));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Changes(BTreeMap<String, BTreeMap<ParameterKind, Value>>);

impl Changes {
    /// No changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeMap::is_empty)
    }

    /// Sets one parameter.
    pub fn set(&mut self, path: impl Into<String>, kind: ParameterKind, value: Value) {
        self.0.entry(path.into()).or_default().insert(kind, value);
    }

    /// The same changes with one more.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, kind: ParameterKind, value: Value) -> Self {
        self.set(path, kind, value);
        self
    }

    /// The same changes with an instruction.
    #[must_use]
    pub fn with_instructions(self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.with(path, ParameterKind::INSTRUCTIONS, Value::from(text.into()))
    }

    /// The same changes with the demonstrations of a predictor.
    #[must_use]
    pub fn with_demos(self, path: impl Into<String>, demos: &[Demo]) -> Self {
        // A demonstration is a map of JSON values, which is always JSON.
        let value = serde_json::to_value(demos).unwrap_or_default();
        self.with(path, ParameterKind::DEMOS, value)
    }

    /// The same changes, and where both set a parameter, the other's.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let mut merged = self.clone();
        for (path, kind, value) in other.iter() {
            merged.set(path, kind.clone(), value.clone());
        }
        merged
    }

    /// The value of one parameter, if it is changed.
    pub fn get(&self, path: &str, kind: &ParameterKind) -> Option<&Value> {
        self.0.get(path)?.get(kind)
    }

    /// The instruction of a predictor, if it is changed.
    pub fn instructions(&self, path: &str) -> Option<&str> {
        self.get(path, &ParameterKind::INSTRUCTIONS)?.as_str()
    }

    /// The demonstrations of a predictor, if they are changed.
    pub fn demos(&self, path: &str) -> Option<Vec<Demo>> {
        serde_json::from_value(self.get(path, &ParameterKind::DEMOS)?.clone()).ok()
    }

    /// All changes, by path and kind.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ParameterKind, &Value)> {
        self.0.iter().flat_map(|(path, kinds)| {
            kinds.iter().map(move |(kind, value)| (path.as_str(), kind, value))
        })
    }

    /// Leaves out what `unwanted` picks.
    pub(super) fn retain(&mut self, wanted: impl Fn(&str, &ParameterKind, &Value) -> bool) {
        for (path, kinds) in &mut self.0 {
            kinds.retain(|kind, value| wanted(path, kind, value));
        }
        self.0.retain(|_, kinds| !kinds.is_empty());
    }

    /// A hash of them, the same in every process: 64 hexadecimal digits.
    pub fn hash(&self) -> String {
        canonical::hash(&serde_json::to_value(&self.0).unwrap_or_default())
    }
}
