//! Votes over outputs.

mod normalize;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::error::StrategyError;
use crate::error::Result;
use crate::wire;

pub use normalize::normalize_answer;

type Normalize = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The output that most others agree with, by their last field. Costs no LM call.
///
/// Texts are compared by [`normalize_answer`], so that case, punctuation and articles do not matter;
/// other values as they are. Of answers with equally many votes, the one that came first wins. For
/// another field or another comparison, see [`Vote`] and [`majority_by`].
///
/// ```
/// use dspy::predict::majority;
/// # use dspy::prelude::*;
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// let answer = |text: &str| QaOutput { answer: text.into() };
/// let outputs = [answer("Rome"), answer("the Nile"), answer("The Nile.")];
/// assert_eq!(majority(outputs)?.answer, "the Nile");
/// # Ok::<(), dspy::Error>(())
/// ```
///
/// # Errors
/// [`StrategyError::Empty`] without outputs, [`StrategyError::Vote`] for outputs that have no fields.
pub fn majority<O: Serialize>(outputs: impl IntoIterator<Item = O>) -> Result<O> {
    Vote::new().winner(outputs)
}

/// The output whose key most others share; of equally many, the first. `None` without outputs.
/// Costs no LM call.
///
/// ```
/// use dspy::predict::majority_by;
///
/// assert_eq!(majority_by([3.2, 7.9, 3.4], |number: &f64| number.round() as i64), Some(3.2));
/// ```
pub fn majority_by<O, K: PartialEq>(
    outputs: impl IntoIterator<Item = O>,
    key: impl Fn(&O) -> K,
) -> Option<O> {
    let outputs: Vec<O> = outputs.into_iter().collect();
    let mut count = Count::default();
    for (place, output) in outputs.iter().enumerate() {
        count.add(key(output), 1.0, place);
    }
    let winner = count.winner()?;
    outputs.into_iter().nth(winner)
}

/// How outputs are compared when they are voted on: which field, and what makes two texts the same.
///
/// ```
/// use dspy::predict::Vote;
/// use serde_json::json;
///
/// let by_initial = Vote::new().field("city").normalize(|text| text.get(..1).map(str::to_owned));
/// let winner = by_initial.winner([json!({"city": "Rome"}), json!({"city": "Riga"})])?;
/// assert_eq!(winner["city"], "Rome");
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone)]
pub struct Vote {
    field: Option<String>,
    normalize: Arc<Normalize>,
}

impl Default for Vote {
    fn default() -> Self {
        Self::new()
    }
}

impl Vote {
    /// A vote on the last field, with texts compared by [`normalize_answer`].
    pub fn new() -> Self {
        Self { field: None, normalize: Arc::new(normalize_answer) }
    }

    /// The same vote on this field.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    /// The same vote with texts compared by what this makes of them; `None` is no vote, unless all
    /// are none.
    #[must_use]
    pub fn normalize(
        mut self,
        normalize: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.normalize = Arc::new(normalize);
        self
    }

    /// The first of the outputs that most agree with.
    ///
    /// # Errors
    /// As [`majority`], and [`StrategyError::Vote`] for a field that an output does not have.
    pub fn winner<O: Serialize>(&self, outputs: impl IntoIterator<Item = O>) -> Result<O> {
        let outputs: Vec<O> = outputs.into_iter().collect();
        let mut count = Count::default();
        for (place, output) in outputs.iter().enumerate() {
            if let Some(key) = self.key(output)? {
                count.add(key, 1.0, place);
            }
        }
        let winner = count.winner().unwrap_or_default();
        let empty = StrategyError::Empty { what: "output" };
        outputs.into_iter().nth(winner).ok_or_else(|| empty.into())
    }

    /// What an output votes for, if anything.
    pub(super) fn key(&self, output: &impl Serialize) -> Result<Option<Value>> {
        let wrong = |message: String| StrategyError::Vote { message };
        let value = wire::to_value(output).map_err(|error| wrong(error.to_string()))?;
        let voted = match (&value, &self.field) {
            (Value::Object(fields), Some(name)) => fields.get(name).ok_or_else(|| {
                let known: Vec<_> = fields.keys().map(|name| format!("`{name}`")).collect();
                wrong(format!("it has no field `{name}`; it has {}", known.join(", ")))
            })?,
            (Value::Object(fields), None) => {
                fields.values().next_back().ok_or_else(|| wrong("it has no fields".to_owned()))?
            }
            (_, Some(name)) => return Err(wrong(format!("it has no field `{name}`")).into()),
            (value, None) => value,
        };
        Ok(match voted {
            Value::Null => None,
            Value::String(text) => (self.normalize)(text).map(Value::String),
            other => Some(other.clone()),
        })
    }
}

impl fmt::Debug for Vote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vote").field("field", &self.field).finish_non_exhaustive()
    }
}

/// Votes by key: how many, and who cast the first.
#[derive(Debug)]
pub(super) struct Count<K> {
    votes: Vec<(K, f64, usize)>,
}

impl<K> Default for Count<K> {
    fn default() -> Self {
        Self { votes: Vec::new() }
    }
}

impl<K: PartialEq> Count<K> {
    pub(super) fn add(&mut self, key: K, weight: f64, place: usize) {
        match self.votes.iter_mut().find(|(known, _, _)| *known == key) {
            Some((_, votes, _)) => *votes += weight,
            None => self.votes.push((key, weight, place)),
        }
    }

    /// Who first voted for what most voted for; of equally many, the first of all.
    pub(super) fn winner(&self) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for (_, votes, place) in &self.votes {
            if best.is_none_or(|(most, _)| *votes > most) {
                best = Some((*votes, *place));
            }
        }
        best.map(|(_, place)| place)
    }

    /// Whether votes of this weight, still to come, cannot change the winner.
    pub(super) fn is_decided(&self, to_come: f64) -> bool {
        let mut votes: Vec<f64> = self.votes.iter().map(|(_, votes, _)| *votes).collect();
        votes.sort_by(|a, b| b.total_cmp(a));
        let first = votes.first().copied().unwrap_or_default();
        let second = votes.get(1).copied().unwrap_or_default();
        first > second + to_come
    }
}
