//! What code asks a model.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Error;
use crate::interpreter::{HostError, HostFunction, HostParameter};
use crate::lm::LmError;
use crate::predict::Predictor;
use crate::predict::code_task::no_rules;
use crate::schema;
use crate::signature::Fields;

/// The queries of one call, which are counted together.
pub(super) struct Queries {
    predictor: Predictor,
    limit: usize,
    used: AtomicUsize,
    concurrency: usize,
    /// Why no query can succeed any more: the program ends with it.
    fatal: Mutex<Option<Error>>,
}

#[derive(Deserialize)]
struct Answer {
    response: String,
}

impl Queries {
    pub(super) fn new(predictor: Predictor, limit: usize, concurrency: usize) -> Self {
        let used = AtomicUsize::new(0);
        Self { predictor, limit, used, concurrency, fatal: Mutex::default() }
    }

    pub(super) fn fatal(&self) -> Option<Error> {
        self.fatal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Counts queries before they are asked: all of them or none.
    fn reserve(&self, count: usize) -> Result<(), HostError> {
        let more = |used: usize| Some(used + count).filter(|sum| *sum <= self.limit);
        let reserved = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        reserved.map(drop).map_err(|used| {
            HostError::Failed(format!(
                "{count} more queries are too many: {used} of {} are used; do the rest by code",
                self.limit
            ))
        })
    }

    async fn ask(&self, prompt: String) -> Result<String, HostError> {
        if prompt.trim().is_empty() {
            return Err(HostError::failed("the prompt is empty"));
        }
        let mut fields = Fields::new();
        fields.insert("prompt".to_owned(), json!(prompt));
        match self.predictor.predict(&fields, no_rules::<Answer>).await {
            Ok(answer) => Ok(answer.into_output().response),
            Err(error) if error.is_setup() || error.as_lm().is_some_and(LmError::is_budget) => {
                *self.fatal.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(HostError::Stop)
            }
            Err(error) => Err(HostError::failed(error)),
        }
    }

    /// Asks all at once. One that fails leaves the others their answers, which are paid.
    async fn ask_all(&self, prompts: Vec<String>) -> Result<Value, HostError> {
        let asked = stream::iter(prompts).map(|prompt| self.ask(prompt));
        let answers: Vec<_> = asked.buffered(self.concurrency).collect().await;
        let told = |answer| match answer {
            Ok(text) => Ok(text),
            Err(HostError::Failed(message)) => Ok(format!("[error] {message}")),
            Err(stop) => Err(stop),
        };
        answers.into_iter().map(told).collect::<Result<Vec<_>, _>>().map(Value::from)
    }
}

/// `llm_query(prompt)`.
pub(super) fn one(queries: &Arc<Queries>) -> HostFunction {
    let queries = Arc::clone(queries);
    let description = format!(
        "Asks a language model, which sees the prompt alone. Put the piece of text that it is about \
         into the prompt. At most {} queries in all.",
        queries.limit
    );
    let parameter = HostParameter::new("prompt", schema::of::<String>(), true);
    HostFunction::new("llm_query", description, [parameter], move |fields| {
        let queries = Arc::clone(&queries);
        async move {
            let prompt = fields.get("prompt").and_then(Value::as_str).unwrap_or_default();
            queries.reserve(1)?;
            queries.ask(prompt.to_owned()).await.map(Value::from)
        }
    })
}

/// `llm_query_batched(prompts)`.
pub(super) fn batch(queries: &Arc<Queries>) -> HostFunction {
    let queries = Arc::clone(queries);
    let description = "Asks about all prompts at once; gives the list of answers, in which one that \
                       failed begins with `[error]`. Each counts as a query.";
    let parameter = HostParameter::new("prompts", schema::of::<Vec<String>>(), true);
    HostFunction::new("llm_query_batched", description, [parameter], move |fields| {
        let queries = Arc::clone(&queries);
        async move {
            let prompts = fields.get("prompts").cloned().unwrap_or_default();
            let prompts: Vec<String> =
                serde_json::from_value(prompts).map_err(HostError::failed)?;
            queries.reserve(prompts.len())?;
            queries.ask_all(prompts).await
        }
    })
}
