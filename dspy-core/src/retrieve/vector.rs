//! [`VectorIndex`]: search by meaning.

mod builder;
#[cfg(feature = "hnsw")]
mod hnsw;
mod matrix;
mod similarity;
mod stored;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use self::builder::VectorIndexBuilder;
#[cfg(feature = "hnsw")]
pub use self::hnsw::Hnsw;
pub use self::similarity::Similarity;

#[cfg(feature = "hnsw")]
use self::hnsw::Graph;
use self::matrix::Matrix;
use super::error::RetrieveError;
use super::passage::Passage;
use super::ranking::best;
use super::retriever::Retriever;
use crate::lm::{Embedder, EmbeddingModel};

/// Passages that are searched by the vectors of an embedding model, in memory. Cloning is cheap and
/// shares the index.
///
/// Every vector is compared with the query's, on the thread that asks. The feature `hnsw` has an
/// approximate search for indexes where that takes too long.
///
/// ```
/// use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
/// use dspy::retrieve::{Passage, Retriever, VectorIndex};
///
/// /// Knows two subjects.
/// struct Subjects;
///
/// impl EmbeddingModel for Subjects {
///     async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
///         let has = |text: &str, word: &str| if text.contains(word) { 1.0 } else { 0.1 };
///         let vector = |text: &String| vec![has(text, "moon"), has(text, "tea")];
///         Ok(Embeddings::new(texts.iter().map(vector).collect()))
///     }
///
///     fn name(&self) -> &str {
///         "subjects"
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let passages = Passage::numbered(["a cup of tea", "a walk on the moon"]);
/// let index = VectorIndex::new(passages, Embedder::from_model(Subjects)).await?;
/// let found = index.retrieve("the moon landing", 1).await?;
/// assert_eq!(found[0].text, "a walk on the moon");
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VectorIndex(Arc<Inner>);

struct Inner {
    embedder: Embedder,
    similarity: Similarity,
    passages: Vec<Passage>,
    matrix: Matrix,
    #[cfg(feature = "hnsw")]
    graph: Option<Graph>,
}

impl VectorIndex {
    /// An exact index by cosine. The model is asked for all passages now.
    ///
    /// # Errors
    /// [`RetrieveError::DuplicateId`], what the embedding model reports, and vectors that do not fit
    /// together.
    pub async fn new(
        passages: impl IntoIterator<Item = Passage>,
        embedder: Embedder,
    ) -> Result<Self, RetrieveError> {
        Self::builder(embedder).build(passages).await
    }

    /// Begins an index with settings of its own.
    pub fn builder(embedder: Embedder) -> VectorIndexBuilder {
        VectorIndexBuilder::new(embedder)
    }

    /// The `k` passages whose vectors are nearest to this one, nearest first; of equally near ones,
    /// the one that was given earlier first. The score is the similarity.
    ///
    /// # Errors
    /// [`RetrieveError::Dimensions`] for a vector of another length, [`RetrieveError::Vectors`] for one
    /// with numbers that are none.
    pub fn nearest(&self, vector: &[f32], k: usize) -> Result<Vec<Passage>, RetrieveError> {
        let inner = &*self.0;
        if inner.passages.is_empty() {
            return Ok(Vec::new());
        }
        if vector.len() != inner.matrix.width() {
            return Err(RetrieveError::Dimensions {
                what: "the query's vector".to_owned(),
                expected: inner.matrix.width(),
                found: vector.len(),
            });
        }
        if !vector.iter().all(|x| x.is_finite()) {
            return Err(self.faulty("gave a vector with an infinite number or none for the query"));
        }
        let query = inner.similarity.prepared(vector.to_vec());
        let found = self.places(&query, k).into_iter();
        let passage = |(place, similarity): (u32, f32)| {
            Some(inner.passages.get(place as usize)?.scored(f64::from(similarity)))
        };
        Ok(found.filter_map(passage).collect())
    }

    fn places(&self, query: &[f32], k: usize) -> Vec<(u32, f32)> {
        #[cfg(feature = "hnsw")]
        if let Some(graph) = &self.0.graph {
            return graph.nearest(&self.0.matrix, query, k);
        }
        let all = (0_u32..).zip(self.0.matrix.rows());
        best(all.map(|(place, row)| (place, matrix::dot(row, query))).collect(), k, f32::total_cmp)
    }

    fn faulty(&self, fault: &str) -> RetrieveError {
        let name = self.0.embedder.name().to_owned();
        RetrieveError::Vectors { name, fault: fault.to_owned() }
    }

    /// The passages, in the order they were given.
    pub fn passages(&self) -> &[Passage] {
        &self.0.passages
    }

    /// Numbers in each vector; 0 without passages.
    pub fn dimensions(&self) -> usize {
        self.0.matrix.width()
    }

    /// Saves passages and vectors, and which model they are of, but nothing of its address or key. The
    /// file is replaced as a whole or not at all.
    ///
    /// # Errors
    /// [`RetrieveError::File`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), RetrieveError> {
        stored::save(self, path.as_ref())
    }

    /// Loads what [`save`](Self::save) wrote, for queries of the same embedding model. Nothing is
    /// embedded.
    ///
    /// # Errors
    /// [`RetrieveError::File`]: the file cannot be read, is cut off or damaged, is no such index, or is
    /// of another model.
    pub fn load(path: impl AsRef<Path>, embedder: Embedder) -> Result<Self, RetrieveError> {
        stored::load(path.as_ref(), embedder)
    }
}

impl Retriever for VectorIndex {
    async fn retrieve(&self, query: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
        if self.0.passages.is_empty() || k == 0 {
            return Ok(Vec::new());
        }
        let vectors = self.0.embedder.embed(&[query.to_owned()]).await?.vectors;
        match vectors.as_slice() {
            [vector] => self.nearest(vector, k),
            other => Err(self.faulty(&format!("gave {} vectors for one query", other.len()))),
        }
    }

    fn name(&self) -> &str {
        "vectors"
    }
}

impl fmt::Debug for VectorIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VectorIndex")
            .field("embedder", &self.0.embedder)
            .field("similarity", &self.0.similarity)
            .field("passages", &self.0.passages.len())
            .field("dimensions", &self.0.matrix.width())
            .finish_non_exhaustive()
    }
}
