//! [`Retry`]: asks again when a failure may pass.

mod wait;

use std::time::Duration;

use tokio::time::Instant;

use self::wait::Policy;
use super::account::{paid, paid_stream};
use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::forward::{forward_but_paying, forward_embedder};
use super::model::{EventStream, LanguageModel};
use super::request::Request;
use super::response::Response;
use super::watch::begun;

/// A language model that repeats calls which failed for a passing reason.
///
/// Only what [`LmError::is_retryable`] is tried again: broken connections, timeouts, rate limits,
/// failing servers; what a server itself says of retrying goes before. Before attempt *n + 1* it
/// waits a random time between zero and `base · 2ⁿ⁻¹`, at most `max_wait`, so that many callers that
/// failed together do not come back together. A wait that the server asks for is the least, with a
/// little on top, and is never cut short: where it is longer than `max_wait`, or would end after
/// `total`, the failure is returned at once.
///
/// - A connection that the server had closed while it was kept unused is no fault of anybody: the
///   call is repeated once without waiting, and this counts as no attempt.
/// - A request without chance in it (temperature 0, or a seed) mostly meets the same failure again
///   when a server chokes on the answer, so status 5xx ends it after 3 attempts.
/// - A stream is repeated as long as nothing of the answer was seen; after that its failure is the
///   caller's. So [`stream`](LanguageModel::stream) returns when the first piece has come.
/// - An open [circuit](super::CircuitBreaker) and an exhausted [budget](super::Budget) are final.
///
/// By default: 8 attempts, base 0.5 s, `max_wait` 60 s, `total` 900 s, which outlasts a rate limit
/// per minute and leaves room for a second try after a call that timed out. Times are measured by a
/// clock that nobody can set.
///
/// Embedding models are repeated in the same way.
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::{Embedded, Lm, Retry};
///
/// let lm = Lm::from_model(
///     Retry::new(Embedded::new()).with_attempts(3).with_base(Duration::from_millis(100)),
/// );
/// assert_eq!(lm.name(), "embedded");
/// ```
#[derive(Clone, Debug)]
pub struct Retry<M> {
    inner: M,
    policy: Policy,
}

impl<M> Retry<M> {
    /// Wraps `inner` with the default policy.
    pub fn new(inner: M) -> Self {
        Self { inner, policy: Policy::default() }
    }

    /// How often to ask at most, the first time included; 0 counts as 1.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.policy.attempts = attempts;
        self
    }

    /// The upper bound of the first random wait; it doubles with each further attempt.
    #[must_use]
    pub fn with_base(mut self, base: Duration) -> Self {
        self.policy.base = base;
        self
    }

    /// The longest single wait. A server that asks for more is not waited for.
    #[must_use]
    pub fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.policy.max_wait = max_wait;
        self
    }

    /// The time after which no further attempt begins. An attempt under way is not cut short;
    /// that is the client's own timeout.
    #[must_use]
    pub fn with_total(mut self, total: Duration) -> Self {
        self.policy.total = total;
        self
    }

    /// `attempt` until it succeeds, or the policy says to stop.
    async fn repeat<T, F>(&self, steady: bool, attempt: impl Fn() -> F) -> Result<T, LmError>
    where
        F: Future<Output = Result<T, LmError>>,
    {
        let start = Instant::now();
        let mut failed = 0;
        let mut stale = false;
        loop {
            let error = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if matches!(error, LmError::StaleConnection { .. }) && !stale && self.policy.repeats() {
                stale = true;
                continue;
            }
            failed += 1;
            match self.policy.wait(&error, steady, failed, start.elapsed()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None if failed == 1 => return Err(error),
                None => {
                    return Err(LmError::RetriesExhausted {
                        attempts: failed,
                        elapsed: start.elapsed(),
                        last: Box::new(error),
                    });
                }
            }
        }
    }
}

impl<M: LanguageModel> LanguageModel for Retry<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.repeat(is_steady(request), || paid(&self.inner, request)).await
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let attempt = || async { begun(paid_stream(&self.inner, request).await?).await };
        self.repeat(is_steady(request), attempt).await
    }

    forward_but_paying!(inner);

    /// Each attempt is paid.
    fn pays(&self) -> bool {
        true
    }
}

impl<M: EmbeddingModel> EmbeddingModel for Retry<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.repeat(false, || self.inner.embed(texts)).await
    }

    forward_embedder!(inner);
}

/// Whether equal requests mostly get equal answers.
fn is_steady(request: &Request) -> bool {
    request.settings.temperature == Some(0.0) || request.settings.seed.is_some()
}
