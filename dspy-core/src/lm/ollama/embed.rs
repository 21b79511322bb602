//! Embeddings by Ollama.

use serde_json::{Map, Value};
use url::Url;

use super::super::client::{EmbeddingWire, Reading, Wire, config, error_in};
use super::super::embedding::Embeddings;
use super::super::error::LmError;
use super::{OllamaChat, method};

impl EmbeddingWire for OllamaChat {
    /// The API names no limit; this one bounds how long a call takes.
    const MOST_TEXTS: usize = 256;

    fn embedding_address(&self, base: Url) -> Url {
        method(base, "/embed")
    }

    fn encode_texts(&self, texts: &[String], dimensions: Option<u32>) -> Result<Vec<u8>, LmError> {
        let mut body = Map::new();
        body.insert("model".to_owned(), self.model().sent().into());
        body.insert("input".to_owned(), texts.into());
        // Otherwise the end of a text that is too long is cut off without a word.
        body.insert("truncate".to_owned(), false.into());
        if let Some(dimensions) = dimensions {
            body.insert("dimensions".to_owned(), dimensions.into());
        }
        serde_json::to_vec(&body)
            .map_err(|error| config(format!("the texts cannot be written as JSON: {error}")))
    }

    fn decode_vectors(&self, reading: &Reading<'_>, _count: usize) -> Result<Embeddings, LmError> {
        let mut body: Value = reading.json()?;
        if let Some(error) = error_in(&body) {
            return Err(reading.reported(error));
        }
        let vectors = body.get_mut("embeddings").map(Value::take).unwrap_or_default();
        let vectors = serde_json::from_value(vectors).map_err(|error| {
            reading.unreadable(&format!("expected a list of vectors `embeddings` ({error})"))
        })?;
        let mut embeddings = Embeddings::new(vectors);
        let count = body.get("prompt_eval_count").and_then(Value::as_u64);
        embeddings.usage.prompt_tokens = count.unwrap_or(0);
        embeddings.model = body.get("model").and_then(Value::as_str).map(str::to_owned);
        Ok(embeddings)
    }
}
