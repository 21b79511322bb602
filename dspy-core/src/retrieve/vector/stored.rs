//! A [`VectorIndex`] as a file.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

#[cfg(feature = "hnsw")]
use super::hnsw::{Graph, Hnsw};
use super::matrix::Matrix;
use super::similarity::Similarity;
use super::{Inner, VectorIndex};
use crate::lm::{Embedder, EmbeddingModel};
use crate::retrieve::error::{IndexFileError, RetrieveError};
use crate::retrieve::index_file::{self, IndexFile};
use crate::retrieve::passage::Passage;

const KIND: &str = "vector";

#[derive(Serialize)]
struct Head<'a> {
    model: &'a str,
    /// A hash of all that decides the vectors; what it is made of may name a private host.
    fingerprint: String,
    similarity: Similarity,
    dimensions: usize,
    #[cfg(feature = "hnsw")]
    #[serde(skip_serializing_if = "Option::is_none")]
    hnsw: Option<Hnsw>,
    passages: &'a [Passage],
}

#[derive(Deserialize)]
struct ReadHead {
    model: String,
    fingerprint: String,
    similarity: Similarity,
    dimensions: usize,
    #[cfg(feature = "hnsw")]
    #[serde(default)]
    hnsw: Option<Hnsw>,
    #[cfg(not(feature = "hnsw"))]
    #[serde(default)]
    hnsw: Option<serde::de::IgnoredAny>,
    passages: Vec<Passage>,
}

fn fingerprint(embedder: &Embedder) -> String {
    blake3::hash(embedder.fingerprint().as_bytes()).to_hex().to_string()
}

pub(super) fn save(index: &VectorIndex, path: &Path) -> Result<(), RetrieveError> {
    let inner = &*index.0;
    let head = Head {
        model: inner.embedder.name(),
        fingerprint: fingerprint(&inner.embedder),
        similarity: inner.similarity,
        dimensions: inner.matrix.width(),
        #[cfg(feature = "hnsw")]
        hnsw: inner.graph.as_ref().map(Graph::settings),
        passages: &inner.passages,
    };
    let numbers: Vec<u32> = inner.matrix.numbers().iter().map(|x| x.to_bits()).collect();
    #[cfg(feature = "hnsw")]
    if let Some(graph) = &inner.graph {
        return Ok(index_file::write(path, KIND, &head, &[&numbers, &graph.flat()])?);
    }
    Ok(index_file::write(path, KIND, &head, &[&numbers])?)
}

pub(super) fn load(path: &Path, embedder: Embedder) -> Result<VectorIndex, RetrieveError> {
    let file = IndexFile::read(path, KIND)?;
    let (head, arrays) = file.parts::<ReadHead>()?;
    if head.fingerprint != fingerprint(&embedder) {
        return Err(IndexFileError::OtherEmbedder {
            path: file.path().to_owned(),
            saved: head.model,
            given: embedder.name().to_owned(),
        }
        .into());
    }
    let mut arrays = arrays.into_iter();
    let numbers = arrays.next().unwrap_or_default().into_iter().map(f32::from_bits).collect();
    let matrix = Matrix::of_numbers(numbers, head.dimensions)
        .filter(|matrix| matrix.height() == head.passages.len())
        .filter(|matrix| matrix.numbers().iter().all(|x| x.is_finite()))
        .ok_or_else(|| file.damaged("its vectors do not fit its passages"))?;
    #[cfg(feature = "hnsw")]
    let graph = match head.hnsw {
        None => None,
        Some(settings) => {
            let flat = arrays.next().unwrap_or_default();
            let graph = Graph::of_flat(settings.checked()?, &flat, matrix.height());
            Some(graph.ok_or_else(|| file.damaged("its graph does not fit its vectors"))?)
        }
    };
    #[cfg(not(feature = "hnsw"))]
    if head.hnsw.is_some() {
        let message = format!(
            "`{}` holds an approximate index; build with the feature `hnsw` to search it",
            file.path()
        );
        return Err(RetrieveError::Setting { message });
    }
    Ok(VectorIndex(Arc::new(Inner {
        embedder,
        similarity: head.similarity,
        passages: head.passages,
        matrix,
        #[cfg(feature = "hnsw")]
        graph,
    })))
}
