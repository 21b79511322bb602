//! Retrieval: finding passages for a query, by words, by vectors, by both, or at a server.
//!
//! | To do this | use |
//! |---|---|
//! | search by words, in memory | [`Bm25Index`] |
//! | search by meaning | [`VectorIndex`] over any [`Embedder`](crate::lm::Embedder) |
//! | do both | [`Hybrid`] |
//! | ask a ColBERTv2 server | [`ColBertV2`] |
//! | search some other way | [`Retriever`], one method |
//! | embed many queries at once | [`Batched`] |
//! | search inside a program | [`Retrieve`], whose `k` is a parameter |
//!
//! ```
//! use dspy::prelude::*;
//! use dspy::retrieve::{Bm25Index, Passage, Retrieve};
//!
//! /// Answer from the passages alone.
//! #[derive(Signature)]
//! struct Answer {
//!     #[input]
//!     passages: Vec<String>,
//!     #[input]
//!     question: String,
//!     #[output]
//!     answer: String,
//! }
//!
//! #[derive(Clone)]
//! struct Rag {
//!     retrieve: Retrieve,
//!     answer: Predict<Answer>,
//! }
//!
//! #[module]
//! impl Rag {
//!     async fn forward(&self, question: String) -> dspy::Result<String> {
//!         let found = self.retrieve.call(question.as_str()).await?.into_output();
//!         let passages = found.into_iter().map(|passage| passage.text).collect();
//!         Ok(self.answer.call(AnswerInput { passages, question }).await?.into_output().answer)
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let facts = ["Ada Lovelace wrote the first program.", "Tea is grown in Assam."];
//! let index = Bm25Index::new(Passage::numbered(facts))?;
//! let mut rag = Rag { retrieve: Retrieve::new(index, 1)?, answer: Predict::new() };
//! rag.set_lm(&Lm::embedded());
//! let answer = rag.call("Who wrote the first program?").await?;
//! assert!(answer.contains("Ada Lovelace"));
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```

mod batched;
mod bm25;
mod colbert;
mod depth;
mod error;
mod hybrid;
mod index_file;
mod passage;
mod ranking;
mod retrieve_module;
mod retriever;
mod tokenizer;
mod vector;

pub use batched::Batched;
pub use bm25::{Bm25, Bm25Index};
pub use colbert::{ColBertV2, ColBertV2Builder};
pub use error::{IndexFileError, RetrieveError};
pub use hybrid::{Fusion, Hybrid};
pub use passage::Passage;
pub use retrieve_module::{Retrieve, RetrieveInput};
pub use retriever::{DynRetriever, Retriever};
pub use tokenizer::Tokenizer;
#[cfg(feature = "hnsw")]
pub use vector::Hnsw;
pub use vector::{Similarity, VectorIndex, VectorIndexBuilder};
