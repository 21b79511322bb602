//! Token counts of an answer.

use serde_json::Value;

use super::super::super::response::Usage;

/// The tokens of one call. What the server does not say counts as 0.
///
/// This provider counts what it read from its cache and what it wrote there beside the other input.
pub(in super::super) fn normalized(usage: &Value) -> Usage {
    let count = |pointer: &str| {
        let number = usage.pointer(pointer);
        // Some servers write whole numbers as floats.
        let float = || Some(number?.as_f64().filter(|count| *count >= 0.0)? as u64);
        number.and_then(Value::as_u64).or_else(float).unwrap_or(0)
    };
    let read = count("/cache_read_input_tokens");
    let written = count("/cache_creation_input_tokens");
    Usage {
        calls: 1,
        prompt_tokens: count("/input_tokens").saturating_add(read).saturating_add(written),
        completion_tokens: count("/output_tokens"),
        cached_tokens: read,
        cache_write_tokens: written,
        reasoning_tokens: count("/output_tokens_details/thinking_tokens"),
        ..Usage::default()
    }
}
