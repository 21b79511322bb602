//! [`Bm25Index`]: search by words.

mod postings;
mod stored;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::postings::Postings;
use super::error::RetrieveError;
use super::passage::{self, Passage};
use super::ranking::best;
use super::retriever::Retriever;
use super::tokenizer::Tokenizer;

/// The settings of a [`Bm25Index`].
///
/// ```
/// use dspy::retrieve::{Bm25, Passage, Tokenizer};
///
/// let index = Bm25::new()
///     .with_k1(1.2)
///     .with_tokenizer(Tokenizer::words().with_stop_words(["is", "in"]))
///     .build(Passage::numbered(["Tea is grown in Assam.", "Coffee is grown in Peru."]))?;
/// assert_eq!(index.search("coffee", 5)[0].id, "1");
/// # Ok::<(), dspy::retrieve::RetrieveError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bm25 {
    k1: f64,
    b: f64,
    epsilon: f64,
    tokenizer: Tokenizer,
}

impl Default for Bm25 {
    fn default() -> Self {
        Self::new()
    }
}

impl Bm25 {
    /// `k1` 1.5, `b` 0.75, `epsilon` 0.25, words in lower case.
    pub fn new() -> Self {
        Self { k1: 1.5, b: 0.75, epsilon: 0.25, tokenizer: Tokenizer::default() }
    }

    /// How much a word counts that occurs again and again: at 0 once is as good as often. Not below 0.
    #[must_use]
    pub fn with_k1(mut self, k1: f64) -> Self {
        self.k1 = k1;
        self
    }

    /// How much long passages are held back: between 0, not at all, and 1.
    #[must_use]
    pub fn with_b(mut self, b: f64) -> Self {
        self.b = b;
        self
    }

    /// The weight of a word that stands in more than half of the passages, as a share of the average
    /// weight. Not below 0.
    #[must_use]
    pub fn with_epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// How passages and queries are taken apart.
    #[must_use]
    pub fn with_tokenizer(mut self, tokenizer: Tokenizer) -> Self {
        self.tokenizer = tokenizer;
        self
    }

    /// The index of these passages. Works on the calling thread.
    ///
    /// # Errors
    /// [`RetrieveError::DuplicateId`], or [`RetrieveError::Setting`] for a setting out of range.
    pub fn build(
        &self,
        passages: impl IntoIterator<Item = Passage>,
    ) -> Result<Bm25Index, RetrieveError> {
        self.check()?;
        let passages: Vec<Passage> = passages.into_iter().collect();
        passage::check(&passages)?;
        let texts = passages.iter().map(|passage| passage.text.as_str());
        let postings = Postings::new(texts, &self.tokenizer)?;
        Ok(Bm25Index::assembled(self.clone(), passages, postings))
    }

    fn check(&self) -> Result<(), RetrieveError> {
        let wrong = |what: &str, value: f64, range: &str| {
            let message = format!("`{what}` of BM25 is {value}; it must be {range}");
            Err(RetrieveError::Setting { message })
        };
        if !(0.0..f64::INFINITY).contains(&self.k1) {
            return wrong("k1", self.k1, "a number not below 0");
        }
        if !(0.0..=1.0).contains(&self.b) {
            return wrong("b", self.b, "between 0 and 1");
        }
        if !(0.0..f64::INFINITY).contains(&self.epsilon) {
            return wrong("epsilon", self.epsilon, "a number not below 0");
        }
        Ok(())
    }
}

/// Passages that are searched by their words, in memory. Cloning is cheap and shares the index.
///
/// Scores are those of BM25 as Robertson and others gave it, with a floor for words that stand in
/// more than half of the passages, exactly as the class `BM25Okapi` of the Python package `rank_bm25`
/// computes them. Only passages that hold a word of the query are found.
///
/// ```
/// use dspy::retrieve::{Bm25Index, Passage};
///
/// let index = Bm25Index::new([
///     Passage::new("tea", "Tea is grown in Assam and in Kenya."),
///     Passage::new("moon", "Two people walked on the Moon."),
///     Passage::new("rail", "The railway was built in Kenya."),
/// ])?;
/// let found = index.search("Who walked on the moon?", 2);
/// assert_eq!(found[0].id, "moon");
/// # Ok::<(), dspy::retrieve::RetrieveError>(())
/// ```
#[derive(Clone)]
pub struct Bm25Index(Arc<Inner>);

struct Inner {
    settings: Bm25,
    passages: Vec<Passage>,
    postings: Postings,
    /// The weight of each term.
    weights: Vec<f64>,
    /// What each passage's length adds to the frequency of a word.
    norms: Vec<f64>,
}

impl Bm25Index {
    /// An index with the settings of [`Bm25::new`].
    ///
    /// # Errors
    /// [`RetrieveError::DuplicateId`].
    pub fn new(passages: impl IntoIterator<Item = Passage>) -> Result<Self, RetrieveError> {
        Bm25::new().build(passages)
    }

    fn assembled(settings: Bm25, passages: Vec<Passage>, postings: Postings) -> Self {
        let weights = weights(&postings, settings.epsilon);
        let all: f64 = postings.lengths().iter().map(|length| f64::from(*length)).sum();
        let average = all / postings.lengths().len() as f64;
        let norm = |length: &u32| {
            settings.k1 * (1.0 - settings.b + settings.b * f64::from(*length) / average)
        };
        let norms = postings.lengths().iter().map(norm).collect();
        Self(Arc::new(Inner { settings, passages, postings, weights, norms }))
    }

    /// The `k` best passages that hold a word of the query, best first; of equals, the one that was
    /// given earlier first.
    pub fn search(&self, query: &str, k: usize) -> Vec<Passage> {
        let inner = &*self.0;
        let mut scores = vec![0.0; inner.passages.len()];
        let mut is_hit = vec![false; inner.passages.len()];
        let mut hits = Vec::new();
        inner.settings.tokenizer.each(query, &mut |token| {
            let Some(term) = inner.postings.term(token) else { return };
            let weight = inner.weights.get(term as usize).copied().unwrap_or_default();
            for (place, count) in inner.postings.of(term) {
                let at = place as usize;
                let (Some(score), Some(hit), Some(norm)) =
                    (scores.get_mut(at), is_hit.get_mut(at), inner.norms.get(at))
                else {
                    continue;
                };
                let count = f64::from(count);
                *score += weight * (count * (inner.settings.k1 + 1.0) / (count + norm));
                if !*hit {
                    *hit = true;
                    hits.push(place);
                }
            }
        });
        let scored = |place: u32| Some((place, *scores.get(place as usize)?));
        let scored: Vec<(u32, f64)> = hits.into_iter().filter_map(scored).collect();
        let found = best(scored, k, f64::total_cmp).into_iter();
        let passage = |(place, score)| Some(inner.passages.get(place as usize)?.scored(score));
        found.filter_map(passage).collect()
    }

    /// The passages, in the order they were given.
    pub fn passages(&self) -> &[Passage] {
        &self.0.passages
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &Bm25 {
        &self.0.settings
    }

    /// Saves the index, ready to be searched. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// [`RetrieveError::File`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), RetrieveError> {
        stored::save(self, path.as_ref())
    }

    /// Loads what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`RetrieveError::File`]: the file cannot be read, is cut off or damaged, or is no such index.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, RetrieveError> {
        stored::load(path.as_ref())
    }
}

/// How much each term says: the rarer, the more. Terms in more than half of the passages would count
/// below 0; they get a share of the average.
fn weights(postings: &Postings, epsilon: f64) -> Vec<f64> {
    let size = postings.lengths().len() as f64;
    let raw = |held: u32| {
        let held = f64::from(held);
        (size - held + 0.5).ln() - (held + 0.5).ln()
    };
    let mut weights: Vec<f64> = postings.frequencies().map(raw).collect();
    let average = weights.iter().sum::<f64>() / weights.len() as f64;
    for weight in weights.iter_mut().filter(|weight| **weight < 0.0) {
        *weight = epsilon * average;
    }
    weights
}

impl Retriever for Bm25Index {
    async fn retrieve(&self, query: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
        Ok(self.search(query, k))
    }

    fn name(&self) -> &str {
        "bm25"
    }
}

impl fmt::Debug for Bm25Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bm25Index")
            .field("passages", &self.0.passages.len())
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}
