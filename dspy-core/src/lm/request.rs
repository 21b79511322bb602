//! What is asked of a model: messages, sampling settings, tools and the form of the answer.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::account::Account;
use super::message::Message;

/// One request to a language model, independent of any wire format.
///
/// Messages stand behind `Arc`s, so that the fixed part of a prompt is built once and shared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Request {
    /// The conversation so far, ending with what the model should answer.
    pub messages: Vec<Arc<Message>>,
    /// How to sample.
    #[serde(default)]
    pub settings: Settings,
    /// The form the answer must have, where the provider can enforce one.
    #[serde(default)]
    pub response_format: ResponseFormat,
    /// Tools the model may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
    /// Whether and which tool it must call.
    #[serde(default)]
    pub tool_choice: ToolChoice,
    /// Tells repeated samples of one prompt apart. It is part of a cache key and never sent.
    #[serde(default)]
    pub rollout: u64,
    /// What a cache may do with it. No part of a cache key, and never sent.
    #[serde(skip)]
    pub cache: CacheUse,
    /// Who pays, if that is settled. No part of a cache key, and never sent.
    #[serde(skip)]
    pub account: Option<Account>,
}

/// What a [cache](super) may do with one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheUse {
    /// Answer from the cache where it can, and keep the answer.
    #[default]
    Use,
    /// Ask the model, and keep its answer in place of an older one.
    Refresh,
    /// Ask the model, and keep nothing.
    Bypass,
}

impl Request {
    /// A request of these messages with default settings.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        Self { messages: messages.into_iter().map(Arc::new).collect(), ..Self::default() }
    }

    /// The same request with other settings.
    #[must_use]
    pub fn with_settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }
}

/// Sampling settings. `None` means: the provider's default, nothing is sent.
///
/// A setting that a provider does not have is an error before the call, never dropped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Settings {
    /// Randomness; 0 asks for the likeliest answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling: the probability mass kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The number of tokens kept per step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// The largest number of tokens in the answer, reasoning included where the provider counts so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// How many completions to sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// A seed for best-effort determinism.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Penalty on tokens that already occurred at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Penalty on tokens by how often they occurred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// Log-probabilities wanted: the number of alternatives per token (0 = the chosen token only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<u8>,
    /// How hard a reasoning model should think, in the provider's word (`low`, `high`, …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<String>,
    /// Whether several tools may be called in one turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// Further fields of the request body, sent as they are.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

macro_rules! unset {
    ($settings:ident, $($option:ident)*) => {
        $settings.stop.is_empty()
            && $settings.extra.is_empty()
            $(&& $settings.$option.is_none())*
    };
}

macro_rules! overlay {
    ($base:ident, $over:ident, $($option:ident)*) => {
        Settings {
            $($option: $over.$option.clone().or_else(|| $base.$option.clone()),)*
            stop: if $over.stop.is_empty() { $base.stop.clone() } else { $over.stop.clone() },
            extra: {
                let mut extra = $base.extra.clone();
                extra.extend($over.extra.iter().map(|(k, v)| (k.clone(), v.clone())));
                extra
            },
        }
    };
}

impl Settings {
    /// These settings, with everything that `over` sets taken from `over`.
    #[must_use]
    pub fn overlaid(&self, over: &Self) -> Self {
        overlay!(self, over, temperature top_p top_k max_tokens n seed presence_penalty
            frequency_penalty logprobs reasoning_effort parallel_tool_calls)
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        unset!(self, temperature top_p top_k max_tokens n seed presence_penalty frequency_penalty
            logprobs reasoning_effort parallel_tool_calls)
    }

    /// As [`overlaid`](Self::overlaid), without a copy where one of the two sets nothing.
    pub(crate) fn over<'a>(&'a self, base: &'a Self) -> Cow<'a, Self> {
        if self.is_empty() {
            Cow::Borrowed(base)
        } else if base.is_empty() {
            Cow::Borrowed(self)
        } else {
            Cow::Owned(base.overlaid(self))
        }
    }

    /// Sets the temperature.
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Sets the largest number of tokens in the answer.
    #[must_use]
    pub fn with_max_tokens(mut self, max_tokens: u64) -> Self {
        self.max_tokens = Some(max_tokens);
        self
    }

    /// Sets how many completions to sample.
    #[must_use]
    pub fn with_n(mut self, n: u32) -> Self {
        self.n = Some(n);
        self
    }
}

/// The form an answer must have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseFormat {
    /// Free text.
    #[default]
    Text,
    /// Some JSON object.
    JsonObject,
    /// JSON that fits a schema.
    JsonSchema {
        /// A name for the schema: letters, digits, `_` and `-`.
        name: String,
        /// The JSON Schema.
        schema: Value,
        /// Whether the provider must enforce it.
        strict: bool,
    },
}

/// A tool offered to the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolSpec {
    /// The name the model calls it by.
    pub name: String,
    /// What it does and when to use it.
    pub description: String,
    /// JSON Schema of its arguments.
    pub parameters: Value,
}

impl ToolSpec {
    /// A tool with a JSON Schema of its arguments.
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self { name: name.into(), description: description.into(), parameters }
    }
}

/// Whether and which tool the model must call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// No tool.
    None,
    /// At least one tool.
    Required,
    /// This tool.
    Tool(String),
}
