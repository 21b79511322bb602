//! [`Budgeted`]: a model whose calls are paid from a [`Budget`].

use super::budget::{Budget, Cost, Hold};
use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::estimate::{answer_tokens, prompt_tokens, tokens_of, tokens_of_texts};
use super::forward::{forward, forward_embedder};
use super::model::{EventStream, LanguageModel, StreamEvent};
use super::priced::reported;
use super::prices::{Price, Prices};
use super::request::Request;
use super::response::{Response, Usage};
use super::watch::{Watch, watched};

/// Tokens of an answer to a request that names no most.
const ASSUMED: u64 = 4096;

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
    price: Option<Price>,
    assumed: u64,
}

impl<M: LanguageModel> Budgeted<M> {
    /// Wraps a language model, at its price in the built-in table.
    pub fn new(inner: M, budget: &Budget) -> Self {
        Self::with_prices(inner, budget, &Prices::builtin())
    }

    /// Wraps a language model, at its price in a table of your own.
    pub fn with_prices(inner: M, budget: &Budget, prices: &Prices) -> Self {
        let price = prices.get(inner.name());
        Self { inner, budget: budget.clone(), price, assumed: ASSUMED }
    }
}

impl<M: EmbeddingModel> Budgeted<M> {
    /// Wraps an embedding model, at its price in a table.
    pub fn embedder(inner: M, budget: &Budget, prices: &Prices) -> Self {
        let price = prices.get(inner.name());
        Self { inner, budget: budget.clone(), price, assumed: ASSUMED }
    }
}

impl<M> Budgeted<M> {
    /// Sets aside so many tokens for a completion of a request without `max_tokens`.
    #[must_use]
    pub fn with_assumed_tokens(mut self, tokens: u64) -> Self {
        self.assumed = tokens;
        self
    }

    /// The budget that pays.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Sets aside what `calls` calls may cost together.
    fn reserve(&self, name: &str, calls: u64, prompt: u64, answers: u64) -> Result<Hold, LmError> {
        if self.price.is_none() && self.budget.needs_price() {
            return Err(LmError::UnknownPrice { model: name.to_owned() });
        }
        let price = self.price.unwrap_or(Price::FREE);
        let prompts = calls.saturating_mul(prompt);
        let cost = |answers: u64| {
            let usd = price.at_most(calls, prompt, answers);
            Cost::new(usd, prompts.saturating_add(answers), calls)
        };
        self.budget.reserve(cost(answers), cost(0))
    }

    fn open(&self, request: &Request) -> Result<Hold, LmError>
    where
        M: LanguageModel,
    {
        let native = self.inner.capabilities().n;
        let calls = if native { 1 } else { request.settings.n.unwrap_or(1).max(1) };
        let answers = answer_tokens(request, self.assumed);
        self.reserve(self.inner.name(), calls.into(), prompt_tokens(request), answers)
    }
}

/// What a call without an answer cost.
fn settle_failed(hold: Hold, error: &LmError) {
    if error.is_local() {
        hold.settle(Cost::default());
    } else if !error.may_have_cost() {
        hold.settle(Cost::new(0.0, 0, 1));
    }
    // Otherwise what is sunk is spent, as with a call that is given up.
}

/// What an answer cost.
fn settle_answer(hold: Hold, request: u64, response: &Response, price: Option<Price>) {
    if response.cached {
        return hold.settle(Cost::default());
    }
    let mut usage = response.usage;
    usage.usd = reported(response).unwrap_or_default();
    if usage.total_tokens() == 0 && usage.usd == 0.0 {
        let texts = response.completions.iter().map(|completion| completion.joined_text().len());
        usage.prompt_tokens = request;
        usage.completion_tokens = texts.map(tokens_of).sum();
    }
    hold.settle(real(&usage, price));
}

fn real(usage: &Usage, price: Option<Price>) -> Cost {
    let usd = match usage.usd {
        0.0 => price.map_or(0.0, |price| price.of(usage)),
        usd => usd,
    };
    Cost::new(usd, usage.total_tokens(), usage.calls.max(1))
}

impl<M: LanguageModel> LanguageModel for Budgeted<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let hold = self.open(request)?;
        let answer = self.inner.generate(request).await;
        match &answer {
            Ok(response) => settle_answer(hold, prompt_tokens(request), response, self.price),
            Err(error) => settle_failed(hold, error),
        }
        answer
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let hold = self.open(request)?;
        match self.inner.stream(request).await {
            Ok(stream) => {
                let prompt = prompt_tokens(request);
                Ok(watched(stream, Meter { hold: Some(hold), prompt, price: self.price }))
            }
            Err(error) => {
                settle_failed(hold, &error);
                Err(error)
            }
        }
    }

    forward!(inner);
}

impl<M: EmbeddingModel> EmbeddingModel for Budgeted<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let tokens = tokens_of_texts(texts);
        let hold = self.reserve(self.inner.name(), 1, tokens, 0)?;
        let answer = self.inner.embed(texts).await;
        match &answer {
            Ok(embeddings) => {
                let mut usage = embeddings.usage;
                if usage.total_tokens() == 0 {
                    usage.prompt_tokens = tokens;
                }
                hold.settle(real(&usage, self.price));
            }
            Err(error) => settle_failed(hold, error),
        }
        answer
    }

    forward_embedder!(inner);
}

/// Counts along with a stream.
struct Meter {
    hold: Option<Hold>,
    prompt: u64,
    price: Option<Price>,
}

impl Watch for Meter {
    fn event(&mut self, event: &mut Result<StreamEvent, LmError>) {
        let (text, over) = match event {
            Ok(StreamEvent::Text { delta, .. } | StreamEvent::Reasoning { delta, .. }) => {
                (delta.len(), false)
            }
            Ok(StreamEvent::ToolCall { call, .. }) => (call.arguments.to_string().len(), false),
            Ok(StreamEvent::Done(_)) | Err(_) => (0, true),
        };
        if !over {
            let tokens = tokens_of(text);
            let usd = self.price.map_or(0.0, |price| price.at_most(0, 0, tokens));
            if let Some(hold) = &mut self.hold {
                hold.sink(Cost::new(usd, tokens, 0));
            }
            return;
        }
        let Some(hold) = self.hold.take() else { return };
        match event {
            Ok(StreamEvent::Done(response)) => {
                settle_answer(hold, self.prompt, response, self.price);
            }
            Err(error) => settle_failed(hold, error),
            Ok(_) => {}
        }
    }
}
