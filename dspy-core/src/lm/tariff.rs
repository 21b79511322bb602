//! [`Tariff`]: what a model costs, and how its calls are paid.

use super::budget::{Budget, Cost, Hold};
use super::embedding::{EmbeddingModel, Embeddings};
use super::error::LmError;
use super::estimate::{answer_tokens, prompt_tokens, tokens_of, tokens_of_texts};
use super::model::{EventStream, LanguageModel, StreamEvent};
use super::priced::reported;
use super::prices::Price;
use super::request::Request;
use super::response::{Response, Usage};
use super::watch::{Watch, watched};

/// Tokens of an answer to a request that names no most.
const ASSUMED: u64 = 4096;

/// What a model costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tariff {
    price: Option<Price>,
    assumed: u64,
}

impl Tariff {
    pub(super) fn new(price: Option<Price>) -> Self {
        Self { price, assumed: ASSUMED }
    }

    /// Sets aside so many tokens for a completion of a request without `max_tokens`.
    pub(super) fn assuming(self, tokens: u64) -> Self {
        Self { assumed: tokens, ..self }
    }

    /// Sets aside what `calls` calls may cost together.
    fn reserve(
        &self,
        budget: &Budget,
        name: &str,
        calls: u64,
        prompt: u64,
        answers: u64,
    ) -> Result<Hold, LmError> {
        if self.price.is_none() && budget.needs_price() {
            return Err(LmError::UnknownPrice { model: name.to_owned() });
        }
        let price = self.price.unwrap_or(Price::FREE);
        let prompts = calls.saturating_mul(prompt);
        let cost = |answers: u64| {
            let usd = price.at_most(calls, prompt, answers);
            Cost::new(usd, prompts.saturating_add(answers), calls)
        };
        budget.reserve(cost(answers), cost(0))
    }

    fn open(
        &self,
        budget: &Budget,
        model: &impl LanguageModel,
        request: &Request,
    ) -> Result<Hold, LmError> {
        let native = model.capabilities().n;
        let calls = if native { 1 } else { request.settings.n.unwrap_or(1).max(1) };
        let answers = answer_tokens(request, self.assumed);
        self.reserve(budget, model.name(), calls.into(), prompt_tokens(request), answers)
    }

    /// Asks a model and pays for it.
    pub(super) async fn pay(
        &self,
        budget: &Budget,
        model: &impl LanguageModel,
        request: &Request,
    ) -> Result<Response, LmError> {
        self.pay_for(budget, model, request, model.generate(request)).await
    }

    /// Pays for what a future asks a model.
    pub(super) async fn pay_for(
        &self,
        budget: &Budget,
        model: &impl LanguageModel,
        request: &Request,
        asked: impl Future<Output = Result<Response, LmError>>,
    ) -> Result<Response, LmError> {
        let hold = self.open(budget, model, request)?;
        let answer = asked.await;
        match &answer {
            Ok(response) => settle_answer(hold, prompt_tokens(request), response, self.price),
            Err(error) => settle_failed(hold, error),
        }
        answer
    }

    /// Asks a model for a stream and pays for it.
    pub(super) async fn pay_stream(
        &self,
        budget: &Budget,
        model: &impl LanguageModel,
        request: &Request,
    ) -> Result<EventStream, LmError> {
        self.pay_for_stream(budget, model, request, model.stream(request)).await
    }

    /// Pays for the stream that a future opens.
    pub(super) async fn pay_for_stream(
        &self,
        budget: &Budget,
        model: &impl LanguageModel,
        request: &Request,
        asked: impl Future<Output = Result<EventStream, LmError>>,
    ) -> Result<EventStream, LmError> {
        let hold = self.open(budget, model, request)?;
        match asked.await {
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

    /// Asks an embedding model and pays for it.
    pub(super) async fn pay_embedder(
        &self,
        budget: &Budget,
        model: &impl EmbeddingModel,
        texts: &[String],
    ) -> Result<Embeddings, LmError> {
        let tokens = tokens_of_texts(texts);
        let hold = self.reserve(budget, model.name(), 1, tokens, 0)?;
        let answer = model.embed(texts).await;
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
