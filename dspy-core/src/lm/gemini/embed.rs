//! Embeddings by the Gemini API.

use serde_json::{Map, Value, json};
use url::Url;

use super::super::client::{EmbeddingWire, Reading, config, error_in};
use super::super::embedding::Embeddings;
use super::super::error::LmError;
use super::{GenerateContent, method, resource, usage};

impl EmbeddingWire for GenerateContent {
    const MOST_TEXTS: usize = 100;

    fn embedding_address(&self, base: Url) -> Url {
        method(&self.model, base, "batchEmbedContents")
    }

    fn encode_texts(&self, texts: &[String], dimensions: Option<u32>) -> Result<Vec<u8>, LmError> {
        let name = resource(&self.model);
        let requests: Vec<Value> = texts
            .iter()
            .map(|text| {
                let mut request = Map::new();
                request.insert("model".to_owned(), name.as_str().into());
                request.insert("content".to_owned(), json!({"parts": [{"text": text}]}));
                if let Some(dimensions) = dimensions {
                    request.insert("outputDimensionality".to_owned(), dimensions.into());
                }
                request.into()
            })
            .collect();
        serde_json::to_vec(&json!({"requests": requests}))
            .map_err(|error| config(format!("the texts cannot be written as JSON: {error}")))
    }

    fn decode_vectors(&self, reading: &Reading<'_>, _count: usize) -> Result<Embeddings, LmError> {
        let body: Value = reading.json()?;
        if let Some(error) = error_in(&body) {
            return Err(reading.reported(error));
        }
        let list = body.get("embeddings").and_then(Value::as_array);
        let vectors = list
            .ok_or_else(|| reading.unreadable("expected an array `embeddings`"))?
            .iter()
            .map(|embedding| {
                let values = embedding.get("values").cloned().unwrap_or_default();
                serde_json::from_value(values)
            })
            .collect::<Result<Vec<Vec<f32>>, _>>()
            .map_err(|error| reading.unreadable(&format!("`values` are no vector ({error})")))?;
        let mut embeddings = Embeddings::new(vectors);
        if let Some(metadata) = body.get("usageMetadata") {
            embeddings.usage = usage::normalized(metadata);
        }
        Ok(embeddings)
    }
}
