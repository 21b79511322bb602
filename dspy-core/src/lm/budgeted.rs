//! [`Budgeted`]: a model whose calls are paid from a [`Budget`].

use super::budget::Budget;
use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::forward::{forward, forward_embedder};
use super::model::{EventStream, LanguageModel};
use super::prices::Prices;
use super::request::Request;
use super::response::Response;
use super::tariff::Tariff;

/// A model whose calls are paid from a [`Budget`].
///
/// Before a call it sets aside what the call may cost at worst: the prompt (a token for four bytes,
/// more for media), and `max_tokens` for each completion, or
/// [4096](Self::with_assumed_tokens) where the request names none. After it, what the answer says was used
/// is taken. So a budget is overdrawn only by an answer longer than was set aside for it, and then
/// by no second one.
///
/// | the call | costs |
/// |---|---|
/// | was answered | what the usage says, or an estimate by the texts where it says nothing |
/// | was answered from a cache | nothing |
/// | was refused by the provider, or failed there | one call, no tokens |
/// | broke, came too late, or could not be read | one call, and the prompt |
/// | was given up by the caller | the same, and what had come of the answer |
/// | was never sent, as it could not work | nothing |
///
/// Put it inside [`Retry`](super::Retry), so that each attempt is counted, and inside
/// [`Limit`](super::Limit), so that nothing is set aside for calls that wait.
///
/// The price is looked up once, when the wrapper is made. With a bound on US dollars and without a
/// price each call fails with [`LmError::UnknownPrice`].
#[derive(Clone, Debug)]
pub struct Budgeted<M> {
    inner: M,
    budget: Budget,
    tariff: Tariff,
}

impl<M: LanguageModel> Budgeted<M> {
    /// Wraps a language model, at its price in the built-in table.
    pub fn new(inner: M, budget: &Budget) -> Self {
        Self::with_prices(inner, budget, &Prices::builtin())
    }

    /// Wraps a language model, at its price in a table of your own.
    pub fn with_prices(inner: M, budget: &Budget, prices: &Prices) -> Self {
        let tariff = Tariff::new(prices.get(inner.name()));
        Self { inner, budget: budget.clone(), tariff }
    }
}

impl<M: EmbeddingModel> Budgeted<M> {
    /// Wraps an embedding model, at its price in a table.
    pub fn embedder(inner: M, budget: &Budget, prices: &Prices) -> Self {
        let tariff = Tariff::new(prices.get(inner.name()));
        Self { inner, budget: budget.clone(), tariff }
    }
}

impl<M> Budgeted<M> {
    /// Sets aside so many tokens for a completion of a request without `max_tokens`.
    #[must_use]
    pub fn with_assumed_tokens(mut self, tokens: u64) -> Self {
        self.tariff = self.tariff.assuming(tokens);
        self
    }

    /// The budget that pays.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }
}

impl<M: LanguageModel> LanguageModel for Budgeted<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.tariff.pay(&self.budget, &self.inner, request).await
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        self.tariff.pay_stream(&self.budget, &self.inner, request).await
    }

    forward!(inner);
}

impl<M: EmbeddingModel> EmbeddingModel for Budgeted<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.tariff.pay_embedder(&self.budget, &self.inner, texts).await
    }

    forward_embedder!(inner);
}
