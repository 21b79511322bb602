//! Embeddings in process, without a server. Depend on `dspy` with the feature `local-embeddings`,
//! which re-exports this as `dspy::local_embeddings`.
//!
//! ```no_run
//! use dspy::lm::Embedder;
//! use dspy::local_embeddings::StaticEmbeddings;
//! use dspy::retrieve::{Passage, VectorIndex};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! // A folder with `model.safetensors` and `tokenizer.json`, such as a download of a model2vec model.
//! let embedder = Embedder::from_model(StaticEmbeddings::load("models/potion-base-8M")?);
//! let index = VectorIndex::new(Passage::numbered(["tea", "rail"]), embedder).await?;
//! # let _ = index; Ok(()) }
//! ```

// Library code returns errors; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod error;
mod model;
mod vocabulary;
mod weights;

pub use error::LocalEmbeddingsError;
pub use model::StaticEmbeddings;
