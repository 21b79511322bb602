//! [`Price`]: what the tokens of one model cost.

use serde::{Deserialize, Serialize};

use super::super::response::Usage;

const MILLION: f64 = 1e6;

/// Prices of one model, in US dollars per million tokens.
///
/// ```
/// use dspy::lm::{Price, Usage};
///
/// let price = Price::per_million(2.0, 8.0).with_cache(0.5, 2.5);
/// let mut usage = Usage::default();
/// usage.prompt_tokens = 1_000_000;
/// usage.cached_tokens = 400_000;
/// usage.completion_tokens = 100_000;
/// assert_eq!(price.of(&usage), 0.6 * 2.0 + 0.4 * 0.5 + 0.1 * 8.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Price {
    /// Tokens read.
    pub input: f64,
    /// Tokens written, reasoning included.
    pub output: f64,
    /// Tokens read from the provider's cache; as others where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// Tokens written into the provider's cache; as others where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
    /// Other prices for the whole call where the prompt is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long_prompt: Option<LongPrompt>,
}

/// Prices of calls with a long prompt, in US dollars per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LongPrompt {
    /// They hold for prompts of more tokens than this.
    pub above: u64,
    /// Tokens read.
    pub input: f64,
    /// Tokens written, reasoning included.
    pub output: f64,
    /// Tokens read from the provider's cache; as others where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// Tokens written into the provider's cache; as others where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
}

impl LongPrompt {
    /// Prices for prompts of more than `above` tokens.
    pub const fn new(above: u64, input: f64, output: f64) -> Self {
        Self { above, input, output, cache_read: None, cache_write: None }
    }
}

impl Price {
    /// A model that costs nothing.
    pub const FREE: Self = Self::per_million(0.0, 0.0);

    /// Prices of a million tokens read, and of a million tokens written.
    pub const fn per_million(input: f64, output: f64) -> Self {
        Self { input, output, cache_read: None, cache_write: None, long_prompt: None }
    }

    /// The same, with prices of tokens read from the provider's cache and written into it.
    #[must_use]
    pub const fn with_cache(mut self, read: f64, write: f64) -> Self {
        self.cache_read = Some(read);
        self.cache_write = Some(write);
        self
    }

    /// The same, with other prices for long prompts.
    #[must_use]
    pub const fn with_long_prompt(mut self, long: LongPrompt) -> Self {
        self.long_prompt = Some(long);
        self
    }

    /// What this usage costs, in US dollars. Where it is that of several calls, their prompts are
    /// taken to be equally long.
    pub fn of(&self, usage: &Usage) -> f64 {
        let rates = self.rates(usage.prompt_tokens / usage.calls.max(1));
        let cached = usage.cached_tokens.min(usage.prompt_tokens);
        let written = usage.cache_write_tokens.min(usage.prompt_tokens - cached);
        let plain = usage.prompt_tokens - cached - written;
        (plain as f64 * rates.input
            + cached as f64 * rates.cache_read.unwrap_or(rates.input)
            + written as f64 * rates.cache_write.unwrap_or(rates.input)
            + usage.completion_tokens as f64 * rates.output)
            / MILLION
    }

    /// The most that calls can cost, in US dollars, each with a prompt of so many tokens: nothing
    /// comes from a cache, and all is written into it.
    pub(crate) fn at_most(&self, calls: u64, prompt: u64, answers: u64) -> f64 {
        let rates = self.rates(prompt);
        let input = rates.cache_write.map_or(rates.input, |write| write.max(rates.input));
        (calls as f64 * prompt as f64 * input + answers as f64 * rates.output) / MILLION
    }

    pub(super) fn is_sound(&self) -> bool {
        let long = self.long_prompt.unwrap_or_default();
        let optional = [self.cache_read, self.cache_write, long.cache_read, long.cache_write];
        [self.input, self.output, long.input, long.output]
            .into_iter()
            .chain(optional.into_iter().flatten())
            .all(|price| price.is_finite() && price >= 0.0)
    }

    fn rates(&self, prompt: u64) -> LongPrompt {
        let Self { input, output, cache_read, cache_write, .. } = *self;
        self.long_prompt.filter(|long| prompt > long.above).unwrap_or(LongPrompt {
            above: 0,
            input,
            output,
            cache_read,
            cache_write,
        })
    }
}
