//! [`EmbeddingClient`]: an embedding model behind a provider's HTTP API.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use url::Url;

use super::super::embedding::{EmbeddingModel, Embeddings};
use super::super::error::LmError;
use super::connection::Connection;
use super::reading::Reading;
use super::wire::Wire;

/// A wire format that also carries embeddings.
pub trait EmbeddingWire: Wire {
    /// How many texts one call may hold.
    const MOST_TEXTS: usize;

    /// The address to call, under the api base, which never ends in `/`.
    fn embedding_address(&self, base: Url) -> Url;

    /// The body of a call for at most [`MOST_TEXTS`](Self::MOST_TEXTS) texts, for vectors of so many
    /// numbers where the caller says how many.
    fn encode_texts(&self, texts: &[String], dimensions: Option<u32>) -> Result<Vec<u8>, LmError>;

    /// Reads an answer whose status says success: one vector for each of `count` texts.
    fn decode_vectors(&self, reading: &Reading<'_>, count: usize) -> Result<Embeddings, LmError>;
}

/// An embedding model behind a provider's HTTP API. Longer lists of texts are sent in several
/// calls, a few at a time.
///
/// Cloning is cheap and shares connections.
pub struct EmbeddingClient<W> {
    shared: Arc<Shared<W>>,
}

struct Shared<W> {
    wire: W,
    url: Url,
    connection: Connection,
    dimensions: Option<u32>,
    fingerprint: String,
}

/// Calls for one list of texts that are under way at once.
const CALLS_AT_ONCE: usize = 4;

impl<W: EmbeddingWire> EmbeddingClient<W> {
    pub(super) fn new(wire: W, connection: Connection, dimensions: Option<u32>) -> Self {
        let url = wire.embedding_address(connection.base.clone());
        let fingerprint = json!({
            "api": W::NAME,
            "url": url.as_str(),
            "model": wire.model().sent(),
            "dimensions": dimensions,
        });
        let fingerprint = fingerprint.to_string();
        Self { shared: Arc::new(Shared { wire, url, connection, dimensions, fingerprint }) }
    }

    async fn ask(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let Shared { wire, url, connection, dimensions, .. } = &*self.shared;
        let reply = connection.post(url, wire.encode_texts(texts, *dimensions)?).await?;
        let reading = connection.reading(&reply);
        let mut embeddings = wire.decode_vectors(&reading, texts.len())?;
        if embeddings.vectors.len() != texts.len() {
            return Err(reading.unreadable(&format!(
                "expected {} vectors, found {}",
                texts.len(),
                embeddings.vectors.len()
            )));
        }
        embeddings.usage.calls = 1;
        Ok(embeddings)
    }
}

impl<W: EmbeddingWire> EmbeddingModel for EmbeddingClient<W> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        // Collected first: a lazy iterator over borrowed chunks makes a future that is not `Send`.
        let calls: Vec<_> = texts.chunks(W::MOST_TEXTS).map(|texts| self.ask(texts)).collect();
        let answers: Vec<Embeddings> =
            stream::iter(calls).buffered(CALLS_AT_ONCE).try_collect().await?;
        let mut answers = answers.into_iter();
        let mut whole = answers.next().unwrap_or_default();
        for answer in answers {
            whole.vectors.extend(answer.vectors);
            whole.usage += answer.usage;
        }
        Ok(whole)
    }

    fn name(&self) -> &str {
        self.shared.wire.model().label()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.shared.fingerprint)
    }
}

impl<W> Clone for EmbeddingClient<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<W: Wire> fmt::Debug for EmbeddingClient<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddingClient")
            .field("model", &self.shared.wire.model().label())
            .field("endpoint", &super::endpoint::shown(&self.shared.url))
            .finish_non_exhaustive()
    }
}
