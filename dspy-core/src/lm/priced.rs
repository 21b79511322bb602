//! [`Priced`]: says what each call cost.

use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::forward::{forward, forward_embedder};
use super::model::{EventStream, LanguageModel, StreamEvent};
use super::prices::{Price, Prices};
use super::request::Request;
use super::response::{Response, Usage};
use super::watch::{Watch, watched};

/// A model whose answers say in [`Usage::usd`] what they cost.
///
/// The price is looked up once, when the wrapper is made. Where it is not known, the calls count as
/// [`unpriced`](Usage::unpriced_calls). What the provider itself says of costs stays as it is, and
/// answers from a cache cost nothing.
///
/// ```
/// use dspy::lm::{Embedded, Price, Priced, Prices};
///
/// let known = Priced::new(Embedded::new(), &Prices::builtin());
/// assert_eq!(known.price(), Some(Price::FREE));
/// ```
#[derive(Clone, Debug)]
pub struct Priced<M> {
    inner: M,
    price: Option<Price>,
}

impl<M: LanguageModel> Priced<M> {
    /// Wraps a language model, with the price under its [name](LanguageModel::name).
    pub fn new(inner: M, prices: &Prices) -> Self {
        let price = prices.get(inner.name());
        Self { inner, price }
    }
}

impl<M: EmbeddingModel> Priced<M> {
    /// Wraps an embedding model, with the price under its [name](EmbeddingModel::name).
    pub fn embedder(inner: M, prices: &Prices) -> Self {
        let price = prices.get(inner.name());
        Self { inner, price }
    }
}

impl<M> Priced<M> {
    /// Wraps a model that costs `price`.
    pub fn at(inner: M, price: Price) -> Self {
        Self { inner, price: Some(price) }
    }

    /// The price, where it is known.
    pub fn price(&self) -> Option<Price> {
        self.price
    }
}

/// What the provider itself says an answer cost, in US dollars.
pub(super) fn reported(response: &Response) -> Option<f64> {
    let usd = response.usage.usd;
    let named = || response.provider.as_ref()?.get("cost")?.as_f64();
    if usd > 0.0 { Some(usd) } else { named().filter(|cost| *cost > 0.0 && cost.is_finite()) }
}

fn fill_answer(response: &mut Response, price: Option<Price>) {
    if response.cached {
        return;
    }
    match reported(response) {
        Some(usd) => {
            response.usage.usd = usd;
            response.usage.unpriced_calls = 0;
        }
        None => fill(&mut response.usage, price),
    }
}

/// Fills in what `usage`, of one answer, cost.
fn fill(usage: &mut Usage, price: Option<Price>) {
    match price {
        Some(price) => {
            usage.usd = price.of(usage);
            usage.unpriced_calls = 0;
        }
        None => usage.unpriced_calls = usage.calls,
    }
}

impl<M: LanguageModel> LanguageModel for Priced<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let mut response = self.inner.generate(request).await?;
        fill_answer(&mut response, self.price);
        Ok(response)
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        Ok(watched(self.inner.stream(request).await?, Cashier(self.price)))
    }

    forward!(inner);
}

impl<M: EmbeddingModel> EmbeddingModel for Priced<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let mut embeddings = self.inner.embed(texts).await?;
        fill(&mut embeddings.usage, self.price);
        Ok(embeddings)
    }

    forward_embedder!(inner);
}

struct Cashier(Option<Price>);

impl Watch for Cashier {
    fn event(&mut self, event: &mut Result<StreamEvent, LmError>) {
        if let Ok(StreamEvent::Done(response)) = event {
            fill_answer(response, self.0);
        }
    }
}
