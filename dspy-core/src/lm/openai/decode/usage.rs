//! Token counts, under whichever names a server gives them.

use serde::Deserialize;
use serde_json::Value;

use super::super::super::response::Usage;

/// What a server counted, under its own names.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    prompt_tokens: Option<u64>,
    input_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    output_tokens: Option<u64>,
    total_tokens: Option<u64>,
    prompt_cache_hit_tokens: Option<u64>,
    prompt_tokens_details: Option<Read>,
    input_tokens_details: Option<Read>,
    completion_tokens_details: Option<Written>,
    output_tokens_details: Option<Written>,
    pub(super) cost: Option<Value>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Read {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Written {
    reasoning_tokens: Option<u64>,
}

/// The tokens of one call. What the server does not say counts as 0.
pub(in crate::lm) fn normalized(usage: &Value) -> Usage {
    Counts::of(usage).usage()
}

impl Counts {
    fn of(usage: &Value) -> Self {
        let count = |name: &str| usage.get(name).and_then(count);
        let read = |name: &str| {
            let inner = |field: &str| usage.get(name)?.get(field).and_then(self::count);
            Some(Read {
                cached_tokens: inner("cached_tokens"),
                cache_write_tokens: inner("cache_write_tokens"),
            })
        };
        let written = |name: &str| {
            let inner = |field: &str| usage.get(name)?.get(field).and_then(self::count);
            Some(Written { reasoning_tokens: inner("reasoning_tokens") })
        };
        Self {
            prompt_tokens: count("prompt_tokens"),
            input_tokens: count("input_tokens"),
            completion_tokens: count("completion_tokens"),
            output_tokens: count("output_tokens"),
            total_tokens: count("total_tokens"),
            prompt_cache_hit_tokens: count("prompt_cache_hit_tokens"),
            prompt_tokens_details: read("prompt_tokens_details"),
            input_tokens_details: read("input_tokens_details"),
            completion_tokens_details: written("completion_tokens_details"),
            output_tokens_details: written("output_tokens_details"),
            cost: usage.get("cost").cloned(),
        }
    }

    pub(super) fn usage(&self) -> Usage {
        let prompt = self.prompt_tokens.or(self.input_tokens).unwrap_or(0);
        let completion = self.completion_tokens.or(self.output_tokens).unwrap_or(0);
        let read = [self.prompt_tokens_details, self.input_tokens_details];
        let read = || read.into_iter().flatten();
        let written = [self.completion_tokens_details, self.output_tokens_details];
        let reasoning = written.into_iter().flatten().find_map(|details| details.reasoning_tokens);
        let reasoning = reasoning.unwrap_or(0);
        let total = self.total_tokens.unwrap_or(0);
        // Some servers count reasoning beside the answer; their total gives it away.
        let apart =
            reasoning > 0 && total == prompt.saturating_add(completion).saturating_add(reasoning);
        Usage {
            calls: 1,
            prompt_tokens: prompt,
            completion_tokens: if apart {
                completion.saturating_add(reasoning)
            } else {
                completion
            },
            cached_tokens: read()
                .find_map(|details| details.cached_tokens)
                .or(self.prompt_cache_hit_tokens)
                .unwrap_or(0),
            cache_write_tokens: read().find_map(|details| details.cache_write_tokens).unwrap_or(0),
            reasoning_tokens: reasoning,
            ..Usage::default()
        }
    }
}

fn count(value: &Value) -> Option<u64> {
    // A few servers write whole numbers as floats.
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|count| *count >= 0.0).map(|count| count as u64))
}
