//! [`CircuitBreaker`]: leaves an endpoint alone that keeps failing.

mod circuit;

use std::sync::Arc;
use std::time::Duration;

use self::circuit::{Circuit, Policy, Ticket};
use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::forward::{forward, forward_embedder};
use super::model::{EventStream, LanguageModel, StreamEvent};
use super::request::Request;
use super::response::Response;
use super::watch::{Watch, watched};

/// A model that is left alone for a while when too many of its calls fail.
///
/// Of the last calls within a window of time (by default 20 in a minute, of which at least 5 came to
/// an end) no more than a share (by default half) may fail by an [outage](LmError::is_outage): no
/// connection, no answer in time, a failing server. Refusals, too many requests among them, are
/// answers; they count neither way. Once the circuit is open, calls fail at once with
/// [`LmError::CircuitOpen`], which [`Retry`](super::Retry) does not repeat and
/// [`Fallback`](super::Fallback) takes for a reason to ask the next model. After the cool-down
/// (30 s) one call goes through as a probe: if it is answered the circuit closes, if it fails the
/// cool-down begins anew, and if it is given up the next call is the probe.
///
/// Clones share one circuit. Wrap each endpoint once, between [`Retry`](super::Retry) and
/// [`Limit`](super::Limit).
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::{CircuitBreaker, Embedded, Lm};
///
/// let lm = CircuitBreaker::new(Embedded::new()).with_cool_down(Duration::from_secs(5));
/// assert!(!lm.is_open());
/// let lm = Lm::from_model(lm);
/// # assert_eq!(lm.name(), "embedded");
/// ```
#[derive(Clone, Debug)]
pub struct CircuitBreaker<M> {
    inner: M,
    policy: Policy,
    circuit: Arc<Circuit>,
}

impl<M> CircuitBreaker<M> {
    /// Wraps `inner` with the default policy and a closed circuit.
    pub fn new(inner: M) -> Self {
        let policy = Policy::default();
        Self { inner, circuit: Arc::new(Circuit::new(policy)), policy }
    }

    /// Which calls count: the last `calls`, as far as they ended within `time`, and if at least
    /// `least` did.
    #[must_use]
    pub fn with_window(self, calls: usize, time: Duration, least: usize) -> Self {
        let policy = Policy { calls: calls.max(1), time, least: least.max(1), ..self.policy };
        self.with(policy)
    }

    /// The share of failures, from 0 to 1, at which the circuit opens.
    #[must_use]
    pub fn with_failures(self, share: f64) -> Self {
        let policy = Policy { share, ..self.policy };
        self.with(policy)
    }

    /// How long the endpoint is left alone before it is tried again.
    #[must_use]
    pub fn with_cool_down(self, cool_down: Duration) -> Self {
        let policy = Policy { cool_down, ..self.policy };
        self.with(policy)
    }

    fn with(self, policy: Policy) -> Self {
        Self { inner: self.inner, policy, circuit: Arc::new(Circuit::new(policy)) }
    }

    /// Whether calls fail at once for now.
    pub fn is_open(&self) -> bool {
        self.circuit.is_open()
    }

    async fn guarded<T>(
        &self,
        name: &str,
        call: impl Future<Output = Result<T, LmError>>,
    ) -> Result<T, LmError> {
        let ticket = Circuit::admit(&self.circuit, name)?;
        let answer = call.await;
        ticket.end(answer.as_ref().err());
        answer
    }
}

impl<M: LanguageModel> LanguageModel for CircuitBreaker<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.guarded(self.inner.name(), self.inner.generate(request)).await
    }

    /// The call ends with the stream; one of which nobody wants the rest counts as answered.
    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let ticket = Circuit::admit(&self.circuit, self.inner.name())?;
        match self.inner.stream(request).await {
            Ok(stream) => Ok(watched(stream, Guard { ticket: Some(ticket), answered: false })),
            Err(error) => {
                ticket.end(Some(&error));
                Err(error)
            }
        }
    }

    forward!(inner);
}

impl<M: EmbeddingModel> EmbeddingModel for CircuitBreaker<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.guarded(self.inner.name(), self.inner.embed(texts)).await
    }

    forward_embedder!(inner);
}

struct Guard {
    ticket: Option<Ticket>,
    answered: bool,
}

impl Watch for Guard {
    fn event(&mut self, event: &mut Result<StreamEvent, LmError>) {
        match event {
            Ok(_) => self.answered = true,
            Err(error) => {
                if let Some(ticket) = self.ticket.take() {
                    ticket.end(Some(error));
                }
            }
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.answered
            && let Some(ticket) = self.ticket.take()
        {
            ticket.end(None);
        }
    }
}
