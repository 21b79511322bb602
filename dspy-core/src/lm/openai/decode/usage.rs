//! Token counts, under whichever names a server gives them.

use serde_json::Value;

use super::super::super::response::Usage;

/// The tokens of one call. What the server does not say counts as 0.
pub(in super::super) fn normalized(usage: &Value) -> Usage {
    let prompt = first(usage, &["/prompt_tokens", "/input_tokens"]);
    let completion = first(usage, &["/completion_tokens", "/output_tokens"]);
    let reasoning = first(
        usage,
        &["/completion_tokens_details/reasoning_tokens", "/output_tokens_details/reasoning_tokens"],
    );
    let total = first(usage, &["/total_tokens"]);
    // Some servers count reasoning beside the answer; their total gives it away.
    let apart =
        reasoning > 0 && total == prompt.saturating_add(completion).saturating_add(reasoning);
    Usage {
        calls: 1,
        prompt_tokens: prompt,
        completion_tokens: if apart { completion.saturating_add(reasoning) } else { completion },
        cached_tokens: first(
            usage,
            &[
                "/prompt_tokens_details/cached_tokens",
                "/input_tokens_details/cached_tokens",
                "/prompt_cache_hit_tokens",
            ],
        ),
        cache_write_tokens: first(usage, &["/prompt_tokens_details/cache_write_tokens"]),
        reasoning_tokens: reasoning,
        ..Usage::default()
    }
}

fn first(usage: &Value, pointers: &[&str]) -> u64 {
    pointers.iter().find_map(|pointer| usage.pointer(pointer).and_then(count)).unwrap_or(0)
}

fn count(value: &Value) -> Option<u64> {
    // A few servers write whole numbers as floats.
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|count| *count >= 0.0).map(|count| count as u64))
}
