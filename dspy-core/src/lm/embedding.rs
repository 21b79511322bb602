//! [`EmbeddingModel`] and [`Embedder`]: texts as vectors.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::client::{Api, ClientBuilder, EmbeddingWire, Service, config};
use super::error::LmError;
use super::gemini::Gemini;
use super::handle::split_base;
use super::ollama::Ollama;
use super::openai::OpenAi;
use super::response::Usage;
use super::retry::Retry;

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
    /// The model of a string `PROVIDER/MODEL`, or `PROVIDER/MODEL@ADDRESS` for a server elsewhere, as
    /// [`Lm::new`](super::Lm::new) reads it: addresses and keys come from the same places. For
    /// vectors of a length that you choose, see
    /// [`build_embedder`](super::ClientBuilder::build_embedder).
    ///
    /// ```
    /// use dspy::lm::{Embedder, EmbeddingModel};
    ///
    /// let embedder = Embedder::new("openai/bge-m3@http://localhost:8000/v1")?;
    /// assert_eq!(embedder.name(), "openai/bge-m3");
    /// # Ok::<(), dspy::lm::LmError>(())
    /// ```
    ///
    /// # Errors
    /// [`LmError::MissingKey`], or [`LmError::Config`] for a provider without embeddings or an api
    /// base that is no address.
    pub fn new(model: &str) -> Result<Self, LmError> {
        let (named, base) = split_base(model);
        let unknown = || {
            config(format!(
                "`{named}` names no embedding model; write `PROVIDER/NAME`, such as \
                 `openai/text-embedding-3-small` (any server with OpenAI's API works with \
                 `openai/NAME@ADDRESS`)"
            ))
        };
        let (provider, name) = named.split_once('/').ok_or_else(unknown)?;
        let service = Service::named(provider).filter(|_| !name.is_empty()).ok_or_else(unknown)?;
        match service.api {
            Api::OpenAiChat => embedder(OpenAi::builder(name), service, base),
            Api::Gemini => embedder(Gemini::builder(name), service, base),
            Api::Ollama => embedder(Ollama::builder(name), service, base),
            Api::OpenAiText | Api::OpenAiResponses => {
                Err(config(format!("{provider} has no embeddings; write `openai/{name}`")))
            }
            Api::Anthropic => Err(config(
                "Anthropic has no embeddings; name a model of another provider, such as \
                 `openai/text-embedding-3-small`",
            )),
        }
    }

    /// A handle over a model of your own.
    pub fn from_model(model: impl EmbeddingModel) -> Self {
        Self(Arc::new(model))
    }
}

fn embedder<W: EmbeddingWire>(
    builder: ClientBuilder<W>,
    service: Service,
    base: Option<&str>,
) -> Result<Embedder, LmError> {
    let builder = builder.service(service);
    let builder = match base {
        Some(base) => builder.api_base(base),
        None => builder,
    };
    Ok(Embedder::from_model(Retry::new(builder.build_embedder(None)?)))
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
