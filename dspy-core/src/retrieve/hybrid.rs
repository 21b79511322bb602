//! [`Hybrid`]: several retrievers as one.

use std::collections::HashMap;
use std::fmt;

use futures_util::future::try_join_all;

use super::error::RetrieveError;
use super::passage::Passage;
use super::ranking::best;
use super::retriever::{DynRetriever, Retriever};

/// The constant that Cormack and others found for reciprocal ranks.
const CONSTANT: f64 = 60.0;

/// Passages that each retriever is asked for, at least.
const CANDIDATES: usize = 50;

/// How the findings of several retrievers become one ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fusion {
    /// By rank: each retriever adds `weight / (constant + rank)` to what it finds, counted from 1.
    /// Needs no scores that can be compared.
    ReciprocalRank {
        /// The larger, the less the first places stand out; 60 is usual.
        constant: f64,
    },
    /// By score: each retriever adds `weight * score` to what it finds, its scores moved so that its
    /// best is 1 and its worst 0.
    Weighted,
}

impl Default for Fusion {
    fn default() -> Self {
        Self::ReciprocalRank { constant: CONSTANT }
    }
}

/// Several retrievers of the same passages, asked at once, as one. Passages are the same where their
/// ids are.
///
/// ```
/// use dspy::retrieve::{Bm25, Bm25Index, Hybrid, Passage, Retriever, Tokenizer};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let passages = || Passage::numbered(["tea from Assam", "coffee from Peru", "tea from Kenya"]);
/// let words = Bm25Index::new(passages())?;
/// let exact = Bm25::new().with_tokenizer(Tokenizer::whitespace()).build(passages())?;
/// let both = Hybrid::new().with(words, 1.0).with(exact, 2.0);
/// let found = both.retrieve("Kenya tea", 2).await?;
/// assert_eq!(found[0].text, "tea from Kenya");
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Hybrid {
    parts: Vec<(DynRetriever, f64)>,
    fusion: Fusion,
    candidates: usize,
}

impl Default for Hybrid {
    fn default() -> Self {
        Self::new()
    }
}

impl Hybrid {
    /// No retrievers as yet, to be fused by reciprocal rank.
    pub fn new() -> Self {
        Self { parts: Vec::new(), fusion: Fusion::default(), candidates: CANDIDATES }
    }

    /// One more retriever. Its weight is a finite number above 0.
    #[must_use]
    pub fn with(mut self, retriever: impl Retriever, weight: f64) -> Self {
        self.parts.push((DynRetriever::new(retriever), weight));
        self
    }

    /// How findings become one ranking.
    #[must_use]
    pub fn with_fusion(mut self, fusion: Fusion) -> Self {
        self.fusion = fusion;
        self
    }

    /// How many passages each retriever is asked for, or `k` if that is more; by default 50.
    #[must_use]
    pub fn with_candidates(mut self, candidates: usize) -> Self {
        self.candidates = candidates;
        self
    }

    fn check(&self) -> Result<(), RetrieveError> {
        let wrong = |message: String| Err(RetrieveError::Setting { message });
        if self.parts.is_empty() {
            return wrong("a hybrid of no retrievers finds nothing; add some by `.with(…)`".into());
        }
        for (retriever, weight) in &self.parts {
            if !(weight.is_finite() && *weight > 0.0) {
                return wrong(format!(
                    "the weight of `{}` is {weight}; it must be a finite number above 0",
                    retriever.name()
                ));
            }
        }
        match self.fusion {
            Fusion::ReciprocalRank { constant } if !(constant.is_finite() && constant >= 0.0) => {
                wrong(format!("the constant of the fusion is {constant}; it must not be below 0"))
            }
            _ => Ok(()),
        }
    }

    /// What each of a retriever's findings counts for, the best first.
    fn shares(&self, found: &[Passage], weight: f64) -> Vec<f64> {
        match self.fusion {
            Fusion::ReciprocalRank { constant } => {
                (1..=found.len()).map(|rank| weight / (constant + rank as f64)).collect()
            }
            Fusion::Weighted => {
                let scores = || found.iter().map(|passage| passage.score);
                let (low, high) = (
                    scores().fold(f64::INFINITY, f64::min),
                    scores().fold(f64::NEG_INFINITY, f64::max),
                );
                let moved = |score: f64| {
                    if high > low { weight * (score - low) / (high - low) } else { weight }
                };
                scores().map(moved).collect()
            }
        }
    }
}

impl Retriever for Hybrid {
    async fn retrieve(&self, query: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
        self.check()?;
        let wanted = self.candidates.max(k);
        let searches = self.parts.iter().map(|(retriever, _)| retriever.retrieve(query, wanted));
        let findings = try_join_all(searches).await?;
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut all: Vec<Passage> = Vec::new();
        for (found, (_, weight)) in findings.into_iter().zip(&self.parts) {
            let shares = self.shares(&found, *weight);
            for (passage, share) in found.into_iter().zip(shares) {
                let place = *places.entry(passage.id.clone()).or_insert(all.len());
                match all.get_mut(place) {
                    Some(known) => known.score += share,
                    None => all.push(passage.scored(share)),
                }
            }
        }
        let scored = (0_u32..).zip(all.iter().map(|passage| passage.score)).collect();
        let found = best(scored, k, f64::total_cmp).into_iter();
        Ok(found.filter_map(|(place, _)| all.get(place as usize).cloned()).collect())
    }

    fn name(&self) -> &str {
        "hybrid"
    }
}

impl fmt::Debug for Hybrid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hybrid")
            .field("parts", &self.parts)
            .field("fusion", &self.fusion)
            .field("candidates", &self.candidates)
            .finish()
    }
}
