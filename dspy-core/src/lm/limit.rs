//! [`Limit`]: no more calls and tokens at a time than a provider takes.

mod bucket;
mod crowd;
mod gate;
mod slot;

use std::sync::Arc;
use std::time::Duration;

use self::gate::{Gate, Policy};
use self::slot::Slot;
use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::estimate::{answer_tokens, prompt_tokens, tokens_of_texts};
use super::forward::{forward, forward_embedder};
use super::model::{EventStream, LanguageModel, StreamEvent};
use super::request::Request;
use super::response::Response;
use super::watch::{Watch, watched};

/// Tokens of an answer to a request that names no most.
const ASSUMED: u64 = 1024;

/// A model that is asked no more at a time, and no more in a minute, than it should be.
///
/// - [Concurrency](Self::with_concurrency): so many calls at once.
/// - [Adaptive concurrency](Self::with_adaptive_concurrency): at most so many; half as many after
///   the server says it is too much (429, 529), once for all calls that were under way then, and
///   one more each time that a whole round of calls went well.
/// - [Requests](Self::with_requests_per_minute) and [tokens](Self::with_tokens_per_minute) per
///   minute: a bucket that holds a tenth of a minute's worth and fills steadily. A call takes its
///   prompt and its `max_tokens` (1024 where it names none) before it is made; when the answer is
///   there, what it really used is settled. What the provider's headers say of what remains goes
///   before our own count where it is less, so other processes with the same key are seen.
///
/// A server that says nothing remains, or refuses a call and says when to come back, is asked nothing
/// until then, at most a minute.
///
/// Whoever waits is served in turn. A call's place comes back when it ends, fails or is dropped; that
/// of a stream when the stream ends or is dropped. [`Retry`](super::Retry) belongs outside, so that
/// nobody keeps a place asleep.
///
/// Clones share the limits. Wrap each endpoint once; [`share`](Self::share) puts another model of the
/// same endpoint under the same limits.
///
/// ```
/// use dspy::lm::{Embedded, Limit, Lm, Retry};
///
/// let limited = Limit::new(Embedded::new())
///     .with_adaptive_concurrency(64)
///     .with_requests_per_minute(500)
///     .with_tokens_per_minute(200_000);
/// let stats = limited.clone();
/// let lm = Lm::from_model(Retry::new(limited));
/// assert_eq!(stats.stats().in_flight, 0);
/// # assert_eq!(lm.name(), "embedded");
/// ```
#[derive(Clone, Debug)]
pub struct Limit<M> {
    inner: M,
    gate: Arc<Gate>,
}

/// What a [`Limit`] is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LimitStats {
    /// Calls under way.
    pub in_flight: usize,
    /// Calls that wait for their turn.
    pub waiting: usize,
    /// How many calls may be under way at present.
    pub concurrency: Option<usize>,
    /// Requests that could go out at once.
    pub requests: Option<f64>,
    /// Tokens that could go out at once; below zero where more was used than was thought.
    pub tokens: Option<f64>,
    /// How long nothing goes out, as the server asked for it.
    pub held: Option<Duration>,
    /// How often the server said that it is too much.
    pub refused: u64,
}

impl<M> Limit<M> {
    /// Wraps `inner`; without any limit yet, but for what the server says.
    pub fn new(inner: M) -> Self {
        Self { inner, gate: Arc::new(Gate::new(Policy::default())) }
    }

    /// At most so many calls at once, and at least one.
    #[must_use]
    pub fn with_concurrency(self, calls: usize) -> Self {
        let policy = Policy { concurrency: Some(calls), adaptive: false, ..self.gate.policy() };
        self.with(policy)
    }

    /// At most so many calls at once, and fewer while the server says it is too much.
    #[must_use]
    pub fn with_adaptive_concurrency(self, calls: usize) -> Self {
        let policy = Policy { concurrency: Some(calls), adaptive: true, ..self.gate.policy() };
        self.with(policy)
    }

    /// At most so many requests in a minute.
    #[must_use]
    pub fn with_requests_per_minute(self, requests: u32) -> Self {
        let policy = Policy { requests: Some(requests), ..self.gate.policy() };
        self.with(policy)
    }

    /// At most so many tokens in a minute, read and written.
    #[must_use]
    pub fn with_tokens_per_minute(self, tokens: u32) -> Self {
        let policy = Policy { tokens: Some(tokens), ..self.gate.policy() };
        self.with(policy)
    }

    fn with(self, policy: Policy) -> Self {
        Self { inner: self.inner, gate: Arc::new(Gate::new(policy)) }
    }

    /// Another model under these very limits.
    pub fn share<N>(&self, other: N) -> Limit<N> {
        Limit { inner: other, gate: Arc::clone(&self.gate) }
    }

    /// What it is doing at this moment.
    pub fn stats(&self) -> LimitStats {
        self.gate.stats()
    }
}

impl<M: LanguageModel> Limit<M> {
    async fn slot(&self, request: &Request) -> Slot {
        let prompt = prompt_tokens(request);
        Gate::enter(&self.gate, prompt, answer_tokens(request, ASSUMED)).await
    }
}

impl<M: LanguageModel> LanguageModel for Limit<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let slot = self.slot(request).await;
        let answer = self.inner.generate(request).await;
        match &answer {
            Ok(response) => slot.answered(response),
            Err(error) => slot.failed(error),
        }
        answer
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let slot = self.slot(request).await;
        match self.inner.stream(request).await {
            Ok(stream) => Ok(watched(stream, Holder(Some(slot)))),
            Err(error) => {
                slot.failed(&error);
                Err(error)
            }
        }
    }

    forward!(inner);
}

impl<M: EmbeddingModel> EmbeddingModel for Limit<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let slot = Gate::enter(&self.gate, tokens_of_texts(texts), 0).await;
        let answer = self.inner.embed(texts).await;
        match &answer {
            Ok(embeddings) => slot.used(&embeddings.usage),
            Err(error) => slot.failed(error),
        }
        answer
    }

    forward_embedder!(inner);
}

/// Keeps a stream's place.
struct Holder(Option<Slot>);

impl Watch for Holder {
    fn event(&mut self, event: &mut Result<StreamEvent, LmError>) {
        let ended = matches!(event, Ok(StreamEvent::Done(_)) | Err(_));
        match (event, if ended { self.0.take() } else { None }) {
            (Ok(StreamEvent::Done(response)), Some(slot)) => slot.answered(response),
            (Err(error), Some(slot)) => slot.failed(error),
            _ => {}
        }
    }
}
