//! Embeddings of OpenAI and of the servers that speak its API.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::super::client::{EmbeddingWire, Reading, error_in};
use super::super::embedding::Embeddings;
use super::super::error::LmError;
use super::decode::normalized;
use super::encode::write;
use super::{ChatCompletions, address};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Vec<Item>,
    #[serde(default)]
    usage: Value,
    model: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    index: Option<usize>,
    embedding: Vec<f32>,
}

impl EmbeddingWire for ChatCompletions {
    // OpenAI takes 2048, but only so many tokens together.
    const MOST_TEXTS: usize = 256;

    fn embedding_address(&self, base: Url) -> Url {
        address::of(&self.model, base, "/embeddings")
    }

    fn encode_texts(&self, texts: &[String], dimensions: Option<u32>) -> Result<Vec<u8>, LmError> {
        let body = Body { model: self.model.sent(), input: texts, encoding_format: "float" };
        let mut extra = Map::new();
        if let Some(dimensions) = dimensions {
            extra.insert(self.quirks.dimensions.to_owned(), dimensions.into());
        }
        write(&body, texts.iter().map(|text| text.len() + 8).sum::<usize>() + 128, &extra)
    }

    fn decode_vectors(&self, reading: &Reading<'_>, count: usize) -> Result<Embeddings, LmError> {
        let answer: Answer = match serde_json::from_slice(reading.body()) {
            Ok(answer) => answer,
            Err(fault) => {
                let body: Value = reading.json()?;
                return Err(match error_in(&body) {
                    Some(error) => reading.reported(error),
                    None => reading.unreadable(&format!("expected a list of vectors ({fault})")),
                });
            }
        };
        let mut items = answer.data;
        if items.len() != count {
            // A failure in place of the vectors also has a length of zero.
            let body: Value = reading.json()?;
            return Err(match error_in(&body) {
                Some(error) => reading.reported(error),
                None => {
                    reading.unreadable(&format!("expected {count} vectors, found {}", items.len()))
                }
            });
        }
        if items.iter().all(|item| item.index.is_some()) {
            items.sort_by_key(|item| item.index);
        }
        let length = items.first().map_or(0, |item| item.embedding.len());
        if items.iter().any(|item| item.embedding.len() != length) {
            return Err(reading.unreadable("the vectors differ in length"));
        }
        Ok(Embeddings {
            vectors: items.into_iter().map(|item| item.embedding).collect(),
            usage: normalized(&answer.usage),
            model: answer.model.filter(|model| !model.is_empty()),
        })
    }
}
