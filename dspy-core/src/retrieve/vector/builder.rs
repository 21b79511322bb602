//! [`VectorIndexBuilder`]: the settings of an index, and the vectors of its passages.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};

#[cfg(feature = "hnsw")]
use super::hnsw::{Graph, Hnsw};
use super::matrix::Matrix;
use super::similarity::Similarity;
use super::{Inner, VectorIndex};
use crate::lm::{Embedder, EmbeddingModel};
use crate::retrieve::error::RetrieveError;
use crate::retrieve::passage::{self, Passage};

/// Texts in one call of the embedding model.
const TEXTS: usize = 128;

/// Calls of the embedding model at once.
const CALLS: usize = 4;

/// Builds a [`VectorIndex`]; begin with [`VectorIndex::builder`].
#[derive(Clone, Debug)]
pub struct VectorIndexBuilder {
    embedder: Embedder,
    similarity: Similarity,
    texts_per_call: usize,
    #[cfg(feature = "hnsw")]
    approximate: Option<Hnsw>,
}

impl VectorIndexBuilder {
    pub(super) fn new(embedder: Embedder) -> Self {
        Self {
            embedder,
            similarity: Similarity::default(),
            texts_per_call: TEXTS,
            #[cfg(feature = "hnsw")]
            approximate: None,
        }
    }

    /// How vectors are compared; by default by cosine.
    #[must_use]
    pub fn with_similarity(mut self, similarity: Similarity) -> Self {
        self.similarity = similarity;
        self
    }

    /// The most texts handed to the embedding model at once; by default 128. Four such calls are
    /// under way at a time.
    #[must_use]
    pub fn with_texts_per_call(mut self, texts: usize) -> Self {
        self.texts_per_call = texts;
        self
    }

    /// Searches a graph instead of all vectors: faster where there are many passages, and now and then
    /// one is missed. Feature `hnsw`.
    #[cfg(feature = "hnsw")]
    #[must_use]
    pub fn with_approximate_search(mut self, hnsw: Hnsw) -> Self {
        self.approximate = Some(hnsw);
        self
    }

    /// The index of these passages. The model is asked for all of them now.
    ///
    /// # Errors
    /// [`RetrieveError::DuplicateId`], [`RetrieveError::Setting`], what the embedding model reports, and
    /// vectors that do not fit together.
    pub async fn build(
        self,
        passages: impl IntoIterator<Item = Passage>,
    ) -> Result<VectorIndex, RetrieveError> {
        let passages: Vec<Passage> = passages.into_iter().collect();
        passage::check(&passages)?;
        if self.texts_per_call == 0 {
            let message = "calls of 0 texts embed nothing; allow at least 1".to_owned();
            return Err(RetrieveError::Setting { message });
        }
        let texts: Vec<String> = passages.iter().map(|passage| passage.text.clone()).collect();
        // Collected first: a lazy iterator over borrowed chunks makes a future that is not `Send`.
        let calls: Vec<_> =
            texts.chunks(self.texts_per_call).map(|texts| self.vectors_of(texts)).collect();
        let vectors: Vec<Vec<Vec<f32>>> = stream::iter(calls).buffered(CALLS).try_collect().await?;
        self.assembled(passages, vectors.into_iter().flatten())
    }

    /// The index of passages whose vectors are known, made by the same model that will embed queries.
    /// Nothing is embedded.
    ///
    /// # Errors
    /// As [`build`](Self::build); [`RetrieveError::Setting`] where there are not as many vectors as
    /// passages.
    pub fn build_with_vectors(
        self,
        passages: impl IntoIterator<Item = Passage>,
        vectors: Vec<Vec<f32>>,
    ) -> Result<VectorIndex, RetrieveError> {
        let passages: Vec<Passage> = passages.into_iter().collect();
        passage::check(&passages)?;
        if vectors.len() != passages.len() {
            return Err(RetrieveError::Setting {
                message: format!(
                    "there are {} passages and {} vectors; give one for each",
                    passages.len(),
                    vectors.len()
                ),
            });
        }
        self.assembled(passages, vectors.into_iter())
    }

    async fn vectors_of(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, RetrieveError> {
        let vectors = self.embedder.embed(texts).await?.vectors;
        if vectors.len() != texts.len() {
            let fault = format!("gave {} vectors for {} texts", vectors.len(), texts.len());
            return Err(RetrieveError::Vectors { name: self.embedder.name().to_owned(), fault });
        }
        Ok(vectors)
    }

    fn assembled(
        self,
        passages: Vec<Passage>,
        vectors: impl Iterator<Item = Vec<f32>>,
    ) -> Result<VectorIndex, RetrieveError> {
        let name =
            |fault: String| RetrieveError::Vectors { name: self.embedder.name().to_owned(), fault };
        let mut vectors = vectors.peekable();
        let width = vectors.peek().map_or(0, Vec::len);
        if width == 0 && !passages.is_empty() {
            return Err(name("gave a vector without numbers".to_owned()));
        }
        let mut matrix = Matrix::new(width);
        for (vector, passage) in vectors.zip(&passages) {
            if !vector.iter().all(|x| x.is_finite()) {
                return Err(name(format!(
                    "gave the passage `{}` a vector with an infinite number or none",
                    passage.id
                )));
            }
            let found = vector.len();
            if !matrix.push(&self.similarity.prepared(vector)) {
                let what = format!("the vector of the passage `{}`", passage.id);
                return Err(RetrieveError::Dimensions { what, expected: width, found });
            }
        }
        Ok(VectorIndex(Arc::new(Inner {
            #[cfg(feature = "hnsw")]
            graph: match self.approximate {
                Some(settings) => Some(Graph::new(settings.checked()?, &matrix)),
                None => None,
            },
            embedder: self.embedder,
            similarity: self.similarity,
            passages,
            matrix,
        })))
    }
}
