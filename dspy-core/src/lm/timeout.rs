//! [`Timeout`]: bounds on the time that a model takes.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::forward::{forward, forward_embedder};
use super::model::{EventStream, LanguageModel, StreamEvent};
use super::request::Request;
use super::response::Response;

/// A model whose calls end in time, or else with [`LmError::Timeout`].
///
/// For models that have no limits of their own. The clients of this crate have finer ones, set by
/// their builders: to connect, until the first byte, between bytes, and for everything. As the
/// outermost wrapper it bounds all attempts together.
///
/// What does not come in time is dropped, and with it the inner call.
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::{Embedded, Lm, Timeout};
///
/// let total = Duration::from_secs(30);
/// let lm = Lm::from_model(Timeout::new(Embedded::new(), total).with_idle(Duration::from_secs(5)));
/// assert_eq!(lm.name(), "embedded");
/// ```
#[derive(Clone, Debug)]
pub struct Timeout<M> {
    inner: M,
    total: Duration,
    idle: Option<Duration>,
}

impl<M> Timeout<M> {
    /// Wraps `inner`; a call may take `total`, a stream with all its events.
    pub fn new(inner: M, total: Duration) -> Self {
        Self { inner, total, idle: None }
    }

    /// The longest silence of a stream, before its first event and between two.
    #[must_use]
    pub fn with_idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// What `future` gives, or the error that it takes longer than the whole call may.
    async fn whole<T>(
        &self,
        name: &str,
        future: impl Future<Output = Result<T, LmError>>,
    ) -> Result<T, LmError> {
        tokio::time::timeout(self.total, future)
            .await
            .unwrap_or_else(|_| Err(late(name, self.total)))
    }
}

impl<M: LanguageModel> LanguageModel for Timeout<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.whole(self.inner.name(), self.inner.generate(request)).await
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let name = self.inner.name().to_owned();
        let mut watch = Stopwatch::start(name, self.total, self.idle);
        let opened = watch.within(self.inner.stream(request)).await??;
        Ok(Box::pin(stream::unfold(Some((opened, watch)), async |state| {
            let (mut events, mut watch) = state?;
            match watch.within(events.next()).await {
                Ok(event) => {
                    let event = event?;
                    let over = matches!(event, Ok(StreamEvent::Done(_)) | Err(_));
                    Some((event, (!over).then_some((events, watch))))
                }
                Err(late) => Some((Err(late), None)),
            }
        })))
    }

    forward!(inner);
}

impl<M: EmbeddingModel> EmbeddingModel for Timeout<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.whole(self.inner.name(), self.inner.embed(texts)).await
    }

    forward_embedder!(inner);
}

/// The time that one stream has left.
struct Stopwatch {
    name: String,
    total: Duration,
    idle: Option<Duration>,
    end: Option<Instant>,
}

impl Stopwatch {
    fn start(name: String, total: Duration, idle: Option<Duration>) -> Self {
        Self { name, total, idle, end: Instant::now().checked_add(total) }
    }

    async fn within<T>(&mut self, next: impl Future<Output = T>) -> Result<T, LmError> {
        let silence = self.idle.and_then(|idle| Some((Instant::now().checked_add(idle)?, idle)));
        let (end, limit) = match (silence, self.end) {
            (Some((silence, idle)), Some(end)) if silence < end => (silence, idle),
            (_, Some(end)) => (end, self.total),
            (Some(silence), None) => silence,
            (None, None) => return Ok(next.await),
        };
        timeout_at(end, next).await.map_err(|_| late(&self.name, limit))
    }
}

fn late(name: &str, after: Duration) -> LmError {
    LmError::Timeout { host: name.to_owned(), after }
}
