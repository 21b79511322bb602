//! Token counts of the Gemini API.

use serde_json::Value;

use super::super::response::Usage;

/// The tokens of one call, from its `usageMetadata`. What it does not say counts as 0.
pub(super) fn normalized(metadata: &Value) -> Usage {
    let count = |name: &str| metadata.get(name).and_then(Value::as_u64).unwrap_or(0);
    // Thoughts are counted beside the answer, and results of built-in tools beside the prompt.
    let thoughts = count("thoughtsTokenCount");
    Usage {
        calls: 1,
        prompt_tokens: count("promptTokenCount").saturating_add(count("toolUsePromptTokenCount")),
        completion_tokens: count("candidatesTokenCount").saturating_add(thoughts),
        cached_tokens: count("cachedContentTokenCount"),
        reasoning_tokens: thoughts,
        ..Usage::default()
    }
}
