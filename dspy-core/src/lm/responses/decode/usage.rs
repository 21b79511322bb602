//! Token counts of an answer.

use serde_json::Value;

use super::super::super::response::Usage;

/// The tokens of one call. What the server does not say counts as 0.
pub(in super::super) fn normalized(usage: &Value) -> Usage {
    let count = |pointer: &str| {
        let number = usage.pointer(pointer);
        // Some servers write whole numbers as floats.
        let float = || Some(number?.as_f64().filter(|count| *count >= 0.0)? as u64);
        number.and_then(Value::as_u64).or_else(float).unwrap_or(0)
    };
    Usage {
        calls: 1,
        prompt_tokens: count("/input_tokens"),
        completion_tokens: count("/output_tokens"),
        cached_tokens: count("/input_tokens_details/cached_tokens"),
        cache_write_tokens: count("/input_tokens_details/cache_write_tokens"),
        reasoning_tokens: count("/output_tokens_details/reasoning_tokens"),
        ..Usage::default()
    }
}
