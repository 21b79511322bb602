//! What a model answers: completions, usage, and why it stopped.

use std::ops::{Add, AddAssign};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::message::{Part, ToolCall, text_of};

/// A model's answer to one request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Response {
    /// The completions; as many as the request's `n`.
    pub completions: Vec<Completion>,
    /// Tokens spent.
    pub usage: Usage,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// The provider's id of the request, for its support desk.
    pub request_id: Option<String>,
    /// Whether the answer came from a cache and cost nothing.
    #[serde(default)]
    pub cached: bool,
    /// The label of the model that answered in place of the one that was asked, where a
    /// [`Fallback`](super::Fallback) moved on. A cache must not keep such an answer: its key is that
    /// of the model that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand_in: Option<String>,
    /// What the provider said of the limits that apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// Fields of the provider that have no place here, such as a system fingerprint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Value>,
}

impl Response {
    /// A response of one text completion that ended by itself.
    pub fn text(text: impl Into<std::sync::Arc<str>>) -> Self {
        Self { completions: vec![Completion::text(text)], ..Self::default() }
    }
}

/// One sampled answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Completion {
    /// Text, tool calls and reasoning, in the order they came.
    pub parts: Vec<Part>,
    /// Why the model stopped.
    pub finish: FinishReason,
    /// The same in the provider's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_finish: Option<String>,
    /// Log-probabilities of the answer's tokens, when they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<Vec<TokenLogprob>>,
}

impl Completion {
    /// A completion of one text that ended by itself.
    pub fn text(text: impl Into<std::sync::Arc<str>>) -> Self {
        Self { parts: vec![Part::text(text)], ..Self::default() }
    }

    /// All text parts joined, without reasoning.
    pub fn joined_text(&self) -> String {
        text_of(&self.parts)
    }

    /// The tool calls, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(|part| match part {
            Part::ToolCall(call) => Some(call),
            _ => None,
        })
    }

    /// The readable reasoning, joined; `None` where there is none.
    pub fn reasoning(&self) -> Option<String> {
        let mut all: Option<String> = None;
        for part in &self.parts {
            // A provider's item may come without any readable text.
            if let Part::Reasoning { text, .. } = part
                && !text.is_empty()
            {
                all.get_or_insert_default().push_str(text);
            }
        }
        all
    }
}

/// Why a completion ended, normalized over providers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// The model was done, or met a stop text.
    #[default]
    Stop,
    /// The token limit cut it off.
    Length,
    /// It waits for tools.
    ToolCalls,
    /// A filter or a refusal ended it.
    ContentFilter,
    /// The context window is full.
    ContextWindow,
    /// The provider failed in mid-answer.
    Error,
    /// A reason this version does not know, in the provider's word.
    Other(String),
}

/// A token with its log-probability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenLogprob {
    /// The token's text.
    pub token: String,
    /// Its natural log-probability.
    pub logprob: f64,
    /// The likeliest alternatives in its place, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<(String, f64)>,
}

impl TokenLogprob {
    /// A token without alternatives.
    pub fn new(token: impl Into<String>, logprob: f64) -> Self {
        Self { token: token.into(), logprob, top: Vec::new() }
    }
}

/// Tokens and money spent. Sums over calls with `+`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Usage {
    /// LM calls answered, cached ones not counted.
    pub calls: u64,
    /// Tokens read, cached ones included.
    pub prompt_tokens: u64,
    /// Tokens written, reasoning included.
    pub completion_tokens: u64,
    /// Of the tokens read, those the provider had cached.
    pub cached_tokens: u64,
    /// Of the tokens read, those written into the provider's cache.
    pub cache_write_tokens: u64,
    /// Of the tokens written, those of hidden or visible reasoning.
    pub reasoning_tokens: u64,
    /// What it cost in US dollars, as far as prices are known.
    pub usd: f64,
    /// Of the calls, those whose price is not known.
    pub unpriced_calls: u64,
}

impl Usage {
    /// Tokens read and written together.
    pub fn total_tokens(&self) -> u64 {
        self.prompt_tokens.saturating_add(self.completion_tokens)
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            prompt_tokens: self.prompt_tokens.saturating_add(other.prompt_tokens),
            completion_tokens: self.completion_tokens.saturating_add(other.completion_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            cache_write_tokens: self.cache_write_tokens.saturating_add(other.cache_write_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
            usd: self.usd + other.usd,
            unpriced_calls: self.unpriced_calls.saturating_add(other.unpriced_calls),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

/// What a provider's headers said of its rate limits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RateLimit {
    /// Requests left in the present window.
    pub remaining_requests: Option<u64>,
    /// Tokens left in the present window.
    pub remaining_tokens: Option<u64>,
    /// Time until the request window is full again.
    pub reset_requests: Option<Duration>,
    /// Time until the token window is full again.
    pub reset_tokens: Option<Duration>,
}
