//! How near two texts are in meaning, by an embedding model.

use std::fmt;

use super::references::{References, shown, without_reference};
use super::{Metric, Score};
use crate::error::{Error, Result};
use crate::lm::{Embedder, EmbeddingModel};
use crate::run::Trace;

/// The cosine of the vectors of answer and closest reference, cut off at 0: what points the other way
/// is as wrong as can be. Each score is one call of the embedding model.
///
/// ```
/// use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
/// use dspy::metric::EmbeddingSimilarity;
///
/// struct Vowels;
/// impl EmbeddingModel for Vowels {
///     async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
///         let count = |text: &String, vowel| text.chars().filter(|c| *c == vowel).count() as f32;
///         let vectors = texts.iter().map(|text| "aeiou".chars().map(|v| count(text, v)).collect());
///         Ok(Embeddings::new(vectors.collect()))
///     }
///     fn name(&self) -> &str {
///         "vowels"
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let similarity = EmbeddingSimilarity::new(Embedder::from_model(Vowels));
/// let score = similarity.score("banana", &["the", "papaya"]).await?;
/// assert!((score.value - 1.0).abs() < 1e-6);
/// // As a metric: which texts to compare is said by a closure.
/// let metric = similarity.metric(|row: &(String, String), out: &String| (out.clone(), row.1.clone()));
/// # let _ = metric;
/// # Ok::<(), dspy::Error>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct EmbeddingSimilarity {
    embedder: Embedder,
}

impl EmbeddingSimilarity {
    /// By this model.
    pub fn new(embedder: Embedder) -> Self {
        Self { embedder }
    }

    /// Scores one answer.
    ///
    /// # Errors
    /// Those of the model, and [`Error::Invalid`] where it gives vectors of different lengths.
    pub async fn score(
        &self,
        answer: &str,
        references: &(impl References + ?Sized),
    ) -> Result<Score> {
        let references: Vec<String> = references.texts().into_iter().map(str::to_owned).collect();
        self.among(answer, references).await
    }

    async fn among(&self, answer: &str, references: Vec<String>) -> Result<Score> {
        if references.is_empty() {
            return Ok(without_reference());
        }
        let texts: Vec<String> =
            std::iter::once(answer.to_owned()).chain(references.iter().cloned()).collect();
        let embeddings = self.embedder.embed(&texts).await?;
        let mut vectors = embeddings.vectors.iter();
        let given = vectors.next().map(Vec::as_slice).unwrap_or_default();
        let mut best = (f64::MIN, "");
        for (vector, reference) in vectors.zip(&references) {
            if vector.len() != given.len() {
                return Err(Error::Invalid(format!(
                    "the embedding model gave vectors of {} and {} numbers",
                    given.len(),
                    vector.len()
                )));
            }
            let similarity = cosine(given, vector);
            if similarity > best.0 {
                best = (similarity, reference);
            }
        }
        let value = best.0.clamp(0.0, 1.0);
        Ok(Score::new(value).with_feedback(format!("{value:.2} similar to {}", shown(best.1))))
    }

    /// A metric: the closure gives the answer and its references, a `Vec<String>` or a `String`.
    pub fn metric<R, O, F, T>(&self, texts: F) -> SimilarityMetric<F>
    where
        F: Fn(&R, &O) -> (String, T) + Send + Sync + 'static,
        T: References,
    {
        SimilarityMetric { similarity: self.clone(), texts }
    }
}

/// What [`EmbeddingSimilarity::metric`] makes.
pub struct SimilarityMetric<F> {
    similarity: EmbeddingSimilarity,
    texts: F,
}

impl<F> fmt::Debug for SimilarityMetric<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimilarityMetric").field(&self.similarity).finish()
    }
}

impl<F, R, O, T> Metric<R, O> for SimilarityMetric<F>
where
    F: Fn(&R, &O) -> (String, T) + Send + Sync + 'static,
    R: Sync,
    O: Sync,
    T: References + Send,
{
    async fn score(&self, row: &R, output: &O, _: &Trace) -> Result<Score> {
        let (answer, references) = (self.texts)(row, output);
        let references = references.texts().into_iter().map(str::to_owned).collect();
        self.similarity.among(&answer, references).await
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let product = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { product(a, b) / lengths } else { 0.0 }
}
