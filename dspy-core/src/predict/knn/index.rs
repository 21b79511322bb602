//! Texts to be searched, by words or by vectors.

use std::fmt;

use super::lexical::Lexicon;
use crate::error::Result;
use crate::lm::{Embedder, EmbeddingModel, LmError};

/// Texts that one request for embeddings holds.
const CHUNK: usize = 128;

/// Something to find the nearest of many texts in.
pub(in crate::predict) enum Index {
    Lexical(Lexicon),
    Embedded { embedder: Embedder, vectors: Vec<Vec<f32>> },
}

impl Index {
    pub(in crate::predict) fn lexical(texts: &[String]) -> Self {
        Self::Lexical(Lexicon::new(texts))
    }

    pub(in crate::predict) async fn embedded(texts: &[String], embedder: Embedder) -> Result<Self> {
        let mut vectors = Vec::with_capacity(texts.len());
        for chunk in texts.chunks(CHUNK) {
            let embedded = embedder.embed(chunk).await?.vectors;
            if embedded.len() != chunk.len() {
                return Err(wrong(&embedder, embedded.len(), chunk.len()).into());
            }
            vectors.extend(embedded.into_iter().map(unit));
        }
        Ok(Self::Embedded { embedder, vectors })
    }

    /// The places of the nearest texts with their similarities, nearest first.
    pub(in crate::predict) async fn nearest(
        &self,
        text: &str,
        k: usize,
    ) -> Result<Vec<(usize, f64)>> {
        let mut all: Vec<(usize, f64)> = match self {
            Self::Lexical(lexicon) => lexicon.similarities(text).into_iter().enumerate().collect(),
            Self::Embedded { embedder, vectors } => {
                let embedded = embedder.embed(&[text.to_owned()]).await?.vectors;
                let given = embedded.len();
                let Some(query) = embedded.into_iter().next() else {
                    return Err(wrong(embedder, given, 1).into());
                };
                let query = unit(query);
                vectors.iter().map(|vector| dot(vector, &query)).enumerate().collect()
            }
        };
        // Stable, so that of equally near ones the earlier comes first.
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all.truncate(k);
        Ok(all)
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lexical(_) => "Lexical",
            Self::Embedded { .. } => "Embedded",
        })
    }
}

fn wrong(embedder: &Embedder, given: usize, wanted: usize) -> LmError {
    LmError::Decode {
        host: embedder.name().to_owned(),
        message: format!("it gave {given} vectors for {wanted} texts"),
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length > 0.0 {
        for x in &mut vector {
            *x = (f64::from(*x) / length) as f32;
        }
    }
    vector
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
