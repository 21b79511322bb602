//! What kind of failure a status and a report make.

use super::super::super::error::{LmError, ProviderFailure};
use super::report::Report;

type Kind = fn(Box<ProviderFailure>) -> LmError;

/// Codes that mean: no money or quota left.
const BILLING: [&str; 7] = [
    "billing_error",
    "insufficient_quota",
    "credit_balance_exhausted",
    "enforced_spend_limit_reached",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_balance",
];

/// Codes that mean: what the prompt says is not let through.
const FILTERED: [&str; 3] =
    ["content_filter", "content_policy_violation", "responsibleaipolicyviolation"];

/// Messages of the known servers about a prompt that is too long; all words of a line must occur.
const TOO_LONG: [&[&str]; 15] = [
    &["maximum context length"],
    &["maximum context limit"],
    &["exceeds the available context size"],
    &["exceeds the maximum number of tokens allowed"],
    &["longer than the model's context length"],
    &["input tokens exceed the configured limit"],
    &["`inputs` tokens + `max_new_tokens` must be"],
    &["current length is", "while limit is"],
    &["maximum input length is", "tokens"],
    &["prompt is too long"],
    &["exceed context limit"],
    &["exceeds the context window"],
    &["contextwindowexceedederror"],
    &["exceeds the context length"],
    &["longer than the context length"],
];

/// The kind of failure, from the status and, where that is too coarse, the report.
pub(super) fn of_status(status: u16, report: &Report) -> Kind {
    let code = report.code.as_deref().unwrap_or_default().to_ascii_lowercase();
    let message = report.message.to_lowercase();
    if status == 402
        || BILLING.contains(&code.as_str())
        || (status == 429 && report.quota_gone)
        || message.contains("credit balance is too low")
    {
        return LmError::Billing;
    }
    if is_too_long(status, &code, &message, report.param.as_deref()) {
        return LmError::ContextWindow;
    }
    if status == 400 && FILTERED.contains(&code.as_str()) {
        return LmError::ContentFilter;
    }
    match status {
        401 => LmError::Auth,
        // Google refuses a wrong key as a wrong argument.
        400 if message.contains("api key not valid") || message.contains("api key expired") => {
            LmError::Auth
        }
        403 | 404 if matches!(code.as_str(), "model_not_found" | "model_not_available") => {
            LmError::NotFound
        }
        403 => LmError::Auth,
        404 => LmError::NotFound,
        429 => LmError::RateLimit,
        // Passing conflicts and delays count as the server's failures.
        408 | 409 | 425 => LmError::Server,
        // A server that lacks a feature will lack it next time too.
        501 | 505 => LmError::InvalidRequest,
        500.. => LmError::Server,
        _ => LmError::InvalidRequest,
    }
}

fn is_too_long(status: u16, code: &str, message: &str, param: Option<&str>) -> bool {
    if matches!(code, "context_length_exceeded" | "exceed_context_size_error") || status == 413 {
        return true;
    }
    // Other statuses have a meaning of their own, and their messages may speak of tokens too.
    if !matches!(status, 400 | 422) || (code == "string_above_max_length" && param == Some("user"))
    {
        return false;
    }
    TOO_LONG.iter().any(|words| words.iter().all(|word| message.contains(word)))
}

/// The status that an error in a successful answer stands for.
pub(super) fn status_of(report: &Report) -> u16 {
    if let Some(number @ 400..=599) = report.number {
        return number;
    }
    let code = report.code.as_deref().unwrap_or_default().to_ascii_lowercase();
    let meanings = [
        ("rate_limit", 429),
        ("resource_exhausted", 429),
        ("overloaded", 529),
        ("authentication", 401),
        ("invalid_api_key", 401),
        ("permission", 403),
        ("not_found", 404),
        ("timeout", 408),
        ("invalid", 400),
        ("context_length", 400),
        ("exceed_context", 400),
        ("content_filter", 400),
    ];
    meanings.iter().find(|(word, _)| code.contains(word)).map_or(500, |(_, status)| *status)
}
