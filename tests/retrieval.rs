//! Retrieval: search by words and by vectors, fusion, files, batches, servers, and the module.

#[path = "retrieval/batched.rs"]
mod batched;
#[path = "retrieval/bm25.rs"]
mod bm25;
#[path = "retrieval/colbert.rs"]
mod colbert;
#[path = "retrieval/files.rs"]
mod files;
#[path = "retrieval/hybrid.rs"]
mod hybrid;
#[path = "retrieval/module.rs"]
mod module;
#[path = "retrieval/vectors.rs"]
mod vectors;

#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/chance.rs"]
mod chance;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/fault.rs"]
mod fault;

use dspy::lm::{EmbeddingModel, Embeddings, LmError};
use dspy::retrieve::Passage;

/// Counts letters: a vector of 26 numbers, the same for anagrams.
#[derive(Clone)]
struct Letters;

impl EmbeddingModel for Letters {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        Ok(Embeddings::new(texts.iter().map(|text| letters(text)).collect()))
    }

    fn name(&self) -> &str {
        "letters"
    }
}

fn letters(text: &str) -> Vec<f32> {
    let count = |letter| text.chars().filter(|c| c.eq_ignore_ascii_case(&letter)).count() as f32;
    ('a'..='z').map(count).collect()
}

fn ids(found: &[Passage]) -> Vec<&str> {
    found.iter().map(|passage| passage.id.as_str()).collect()
}
