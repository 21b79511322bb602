//! [`Passage`]: a piece of text that can be found.

use std::collections::HashSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::RetrieveError;

/// A piece of text with the name it is known by: what indexes are made of and what searches give.
///
/// ```
/// use dspy::retrieve::Passage;
///
/// let passage = Passage::new("tea-7", "Tea is grown in Assam.").with("year", 1931);
/// assert_eq!(passage.metadata["year"], 1931);
/// assert_eq!(passage.score, 0.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Passage {
    /// What tells it from all others of its index.
    pub id: String,
    /// The text that is searched and shown.
    pub text: String,
    /// How well it fits the query: more is better, on the scale of what found it. 0 before any
    /// search.
    #[serde(default)]
    pub score: f64,
    /// Whatever else is known of it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

impl Passage {
    /// A passage without metadata.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { id: id.into(), text: text.into(), ..Self::default() }
    }

    /// The same passage with one more thing known of it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Texts as passages named by their place: `0`, `1`, and so on.
    pub fn numbered<T: Into<String>>(
        texts: impl IntoIterator<Item = T>,
    ) -> impl Iterator<Item = Self> {
        texts.into_iter().enumerate().map(|(place, text)| Self::new(place.to_string(), text))
    }

    pub(super) fn scored(&self, score: f64) -> Self {
        Self { score, ..self.clone() }
    }
}

/// The text alone.
impl fmt::Display for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Refuses two passages of one name, and more than an index can number.
pub(super) fn check(passages: &[Passage]) -> Result<(), RetrieveError> {
    if u32::try_from(passages.len()).is_err() {
        return Err(RetrieveError::Setting {
            message: format!(
                "an index holds at most {} passages, and these are {}; split them over several",
                u32::MAX,
                passages.len()
            ),
        });
    }
    let mut seen = HashSet::with_capacity(passages.len());
    match passages.iter().find(|passage| !seen.insert(passage.id.as_str())) {
        None => Ok(()),
        Some(twice) => Err(RetrieveError::DuplicateId { id: twice.id.clone() }),
    }
}
