//! [`Retry`]: asks again when a failure may pass.

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use tokio::time::Instant;

use super::error::LmError;
use super::model::{Capabilities, EventStream, LanguageModel};
use super::request::Request;
use super::response::Response;

/// A language model that repeats calls which failed for a passing reason.
///
/// Only what [`LmError::is_retryable`] is tried again: broken connections, timeouts, rate limits,
/// failing servers. Before attempt *n + 1* it waits a random time between zero and
/// `base · 2ⁿ⁻¹`, at most `max_wait`, so that many callers that failed together do not come back
/// together; and never less than the server asked for. It gives up at once when the server asks
/// for more than `max_wait`, or when the wait would end after `total`.
///
/// By default: 5 attempts, base 0.5 s, `max_wait` 30 s, `total` 300 s, which leaves room for a
/// second try after a call that timed out.
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
    attempts: u32,
    base: Duration,
    max_wait: Duration,
    total: Duration,
}

impl<M> Retry<M> {
    /// Wraps `inner` with the default policy.
    pub fn new(inner: M) -> Self {
        Self {
            inner,
            attempts: 5,
            base: Duration::from_millis(500),
            max_wait: Duration::from_secs(30),
            total: Duration::from_secs(300),
        }
    }

    /// How often to ask at most, the first time included; 0 counts as 1.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The upper bound of the first random wait; it doubles with each further attempt.
    #[must_use]
    pub fn with_base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// The longest single wait. A server that asks for more is not waited for.
    #[must_use]
    pub fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// The time after which no further attempt begins. An attempt under way is not cut short;
    /// that is the client's own timeout.
    #[must_use]
    pub fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// How long to wait after `failed` failed attempts, or `None` to give up.
    fn wait(&self, error: &LmError, failed: u32, elapsed: Duration) -> Option<Duration> {
        if failed >= self.attempts || !error.is_retryable() {
            return None;
        }
        let bound = self
            .base
            .saturating_mul(2u32.saturating_pow(failed.saturating_sub(1)))
            .min(self.max_wait);
        let asked = error.retry_after().unwrap_or_default();
        let jitter = Duration::try_from_secs_f64(bound.as_secs_f64() * uniform()).unwrap_or(bound);
        let wait = asked.max(jitter);
        let ends = elapsed.checked_add(wait)?;
        (wait <= self.max_wait && ends <= self.total).then_some(wait)
    }

    async fn repeat<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, LmError>
    where
        F: Future<Output = Result<T, LmError>>,
    {
        let start = Instant::now();
        let mut failed = 0;
        loop {
            let error = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failed += 1;
            match self.wait(&error, failed, start.elapsed()) {
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
        self.repeat(|| self.inner.generate(request)).await
    }

    /// Only the opening is repeated: what has begun to arrive cannot be taken back.
    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        self.repeat(|| self.inner.stream(request)).await
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        self.inner.fingerprint()
    }
}

/// A random number from 0 up to, not including, 1.
///
/// The standard library gives every `RandomState` other keys, drawn from the operating system once
/// per thread. For spreading waits that is enough, and it needs neither a seed nor shared state.
fn uniform() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    bits as f64 / (1u64 << 53) as f64
}
