//! [`StaticEmbeddings`]: a vector for each token, and their mean for a text.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use dspy_core::lm::{EmbeddingModel, Embeddings, LmError};
use serde_json::Value;

use super::error::LocalEmbeddingsError;
use super::vocabulary::Vocabulary;
use super::weights::Weights;

/// Tokens of a text that are read.
const TOKENS: usize = 512;

/// A static embedding model in the format of model2vec: a text's vector is the mean of the vectors of
/// its tokens. It needs no GPU and knows what words mean, not what they mean together.
///
/// Cloning is cheap and shares the weights, which are yours to get: nothing is downloaded.
#[derive(Clone)]
pub struct StaticEmbeddings {
    model: Arc<Model>,
    max_tokens: usize,
}

struct Model {
    name: String,
    fingerprint: String,
    weights: Weights,
    vocabulary: Vocabulary,
    normalize: bool,
}

impl StaticEmbeddings {
    /// Loads a folder with `model.safetensors` (a tensor `embeddings`, one row for each token, and
    /// possibly `weights` and `mapping`), `tokenizer.json`, and possibly `config.json`, whose
    /// `normalize` says whether vectors are brought to length 1: by default they are. The folder's
    /// name is the model's.
    ///
    /// # Errors
    /// [`LocalEmbeddingsError`]: a file is missing, or is not what its name says.
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, LocalEmbeddingsError> {
        let folder = folder.as_ref();
        let (weights_file, weights) = read(folder, "model.safetensors")?;
        let (tokenizer_file, tokenizer) = read(folder, "tokenizer.json")?;
        let config = match folder.join("config.json").exists() {
            true => Some(read(folder, "config.json")?),
            false => None,
        };
        let normalize = match &config {
            None => true,
            Some((file, bytes)) => normalizes(bytes).map_err(|message| format_of(file, message))?,
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(blake3::hash(&weights).as_bytes());
        hasher.update(blake3::hash(&tokenizer).as_bytes());
        hasher.update(&[u8::from(normalize)]);
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let model = Model {
            name: format!("local/{}", name.as_deref().unwrap_or("embeddings")),
            fingerprint: hasher.finalize().to_hex().to_string(),
            weights: Weights::read(&weights)
                .map_err(|message| format_of(&weights_file, message))?,
            vocabulary: Vocabulary::read(&tokenizer)
                .map_err(|message| format_of(&tokenizer_file, message))?,
            normalize,
        };
        Ok(Self { model: Arc::new(model), max_tokens: TOKENS })
    }

    /// The most tokens of a text that are read; by default 512. What follows is not looked at.
    #[must_use]
    pub fn with_max_tokens(mut self, tokens: usize) -> Self {
        self.max_tokens = tokens;
        self
    }

    /// Numbers in each vector.
    pub fn dimensions(&self) -> usize {
        self.model.weights.width()
    }

    fn vector(&self, text: &str) -> Result<(Vec<f32>, u64), LmError> {
        let Model { weights, vocabulary, normalize, name, .. } = &*self.model;
        let mut tokens = vocabulary.tokens(text).map_err(|message| LmError::Other {
            message: format!("the tokenizer of `{name}` failed: {message}"),
            retryable: false,
        })?;
        tokens.truncate(self.max_tokens);
        let mut sum = vec![0.0_f32; weights.width()];
        for token in &tokens {
            let (vector, share) = weights.of(*token).ok_or_else(|| LmError::Other {
                message: format!(
                    "`{name}` has no vector for the token {token}; tokenizer and weights are of \
                     different models"
                ),
                retryable: false,
            })?;
            sum.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x * share);
        }
        let divisor = if *normalize {
            sum.iter().map(|x| x * x).sum::<f32>().sqrt()
        } else {
            tokens.len() as f32
        };
        if divisor > 0.0 {
            sum.iter_mut().for_each(|x| *x /= divisor);
        }
        Ok((sum, tokens.len() as u64))
    }
}

fn read(folder: &Path, name: &str) -> Result<(String, Vec<u8>), LocalEmbeddingsError> {
    let file = folder.join(name);
    let path = file.display().to_string();
    match std::fs::read(&file) {
        Ok(bytes) => Ok((path, bytes)),
        Err(error) => Err(LocalEmbeddingsError::Io { path, message: error.to_string() }),
    }
}

fn format_of(path: &str, message: String) -> LocalEmbeddingsError {
    LocalEmbeddingsError::Format { path: path.to_owned(), message }
}

fn normalizes(bytes: &[u8]) -> Result<bool, String> {
    let config: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    match config.get("normalize") {
        None => Ok(true),
        Some(Value::Bool(normalize)) => Ok(*normalize),
        Some(other) => Err(format!("`normalize` must be true or false, not {other}")),
    }
}

impl EmbeddingModel for StaticEmbeddings {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let mut embeddings = Embeddings::default();
        for text in texts {
            let (vector, tokens) = self.vector(text)?;
            embeddings.vectors.push(vector);
            embeddings.usage.prompt_tokens += tokens;
        }
        embeddings.usage.calls = 1;
        embeddings.model = Some(self.model.name.clone());
        Ok(embeddings)
    }

    fn name(&self) -> &str {
        &self.model.name
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{} {}", self.model.fingerprint, self.max_tokens))
    }
}

impl fmt::Debug for StaticEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticEmbeddings")
            .field("name", &self.model.name)
            .field("dimensions", &self.model.weights.width())
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}
