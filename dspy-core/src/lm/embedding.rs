//! [`EmbeddingModel`] and [`Embedder`]: texts as vectors.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::LmError;
use super::response::Usage;

/// Something that turns texts into vectors.
///
/// ```
/// use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
///
/// /// Counts vowels; good enough for a test.
/// struct Vowels;
///
/// impl EmbeddingModel for Vowels {
///     async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
///         let count = |text: &String, vowel| text.chars().filter(|c| *c == vowel).count() as f32;
///         let vectors = texts.iter().map(|text| "aeiou".chars().map(|v| count(text, v)).collect());
///         Ok(Embeddings::new(vectors.collect()))
///     }
///
///     fn name(&self) -> &str {
///         "vowels"
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let embedder = Embedder::from_model(Vowels);
/// let embeddings = embedder.embed(&["banana".to_owned()]).await?;
/// assert_eq!(embeddings.vectors[0], [3.0, 0.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait EmbeddingModel: Send + Sync + 'static {
    /// One vector for each text, in the same order, all of one length.
    fn embed(&self, texts: &[String]) -> impl Future<Output = Result<Embeddings, LmError>> + Send;

    /// A name for logs and reports, such as `openai/text-embedding-3-small`.
    fn name(&self) -> &str;

    /// What beside the texts decides the vectors; see
    /// [`LanguageModel::fingerprint`](super::LanguageModel::fingerprint).
    fn fingerprint(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name())
    }
}

/// Vectors, one for each text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Embeddings {
    /// The vectors, in the order of the texts.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens spent.
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Embeddings {
    /// These vectors, at no cost.
    pub fn new(vectors: Vec<Vec<f32>>) -> Self {
        Self { vectors, ..Self::default() }
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

trait ErasedEmbedder: Send + Sync {
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Embeddings, LmError>>;
    fn name(&self) -> &str;
    fn fingerprint(&self) -> Cow<'_, str>;
}

impl<M: EmbeddingModel> ErasedEmbedder for M {
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Embeddings, LmError>> {
        Box::pin(EmbeddingModel::embed(self, texts))
    }

    fn name(&self) -> &str {
        EmbeddingModel::name(self)
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        EmbeddingModel::fingerprint(self)
    }
}

/// An embedding model, whichever it is. Cloning is cheap and shares the model.
#[derive(Clone)]
pub struct Embedder(Arc<dyn ErasedEmbedder>);

impl Embedder {
    /// A handle over a model of your own.
    pub fn from_model(model: impl EmbeddingModel) -> Self {
        Self(Arc::new(model))
    }
}

impl EmbeddingModel for Embedder {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.0.embed(texts).await
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        self.0.fingerprint()
    }
}

impl fmt::Debug for Embedder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Embedder").field(&self.0.name()).finish()
    }
}
