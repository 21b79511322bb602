//! Why a completion ended, from the providers' many words for it.

use super::super::response::FinishReason;

/// The reason that a provider's word stands for. No word counts as a normal end.
pub(in crate::lm) fn reason(word: Option<&str>) -> FinishReason {
    let Some(raw) = word.filter(|word| !word.is_empty()) else {
        return FinishReason::Stop;
    };
    // The commonest word needs no look at its spelling.
    if raw == "stop" {
        return FinishReason::Stop;
    }
    let lower = raw.to_ascii_lowercase();
    match lower.as_str() {
        "stop" | "end_turn" | "stop_sequence" | "complete" | "completed" | "eos" | "eos_token" => {
            FinishReason::Stop
        }
        "length" | "max_tokens" | "max_output_tokens" | "model_length" | "incomplete" => {
            FinishReason::Length
        }
        "tool_calls" | "tool_use" | "function_call" => FinishReason::ToolCalls,
        "content_filter"
        | "refusal"
        | "safety"
        | "recitation"
        | "blocklist"
        | "prohibited_content"
        | "spii"
        | "language"
        | "sensitive"
        | "guardrail_intervened" => FinishReason::ContentFilter,
        "model_context_window_exceeded" => FinishReason::ContextWindow,
        "error"
        | "failed"
        | "network_error"
        | "malformed_function_call"
        | "malformed_response"
        | "unexpected_tool_call"
        | "missing_thought_signature" => FinishReason::Error,
        _ if lower.starts_with("image_") => FinishReason::ContentFilter,
        _ => FinishReason::Other(raw.to_owned()),
    }
}

/// The reason in the light of what came: some servers say `stop` to a refusal, or although the
/// model waits for tools.
pub(in crate::lm) fn settled(reason: FinishReason, refused: bool, called: bool) -> FinishReason {
    match reason {
        FinishReason::Stop if refused => FinishReason::ContentFilter,
        FinishReason::Stop if called => FinishReason::ToolCalls,
        reason => reason,
    }
}
