//! [`Report`]: what a body says of a failure, in whichever of the many shapes.

use std::time::Duration;

use serde_json::Value;

use super::super::peer::html_title;
use super::super::wait;

/// A server's account of a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) message: String,
    /// The code, type or status word.
    pub(super) code: Option<String>,
    /// A numeric code, mostly an HTTP status.
    pub(super) number: Option<u16>,
    /// Which field of the request is at fault.
    pub(super) param: Option<String>,
    /// How long the body asks to wait.
    pub(super) wait: Option<Duration>,
    /// Whether a quota is named that does not refill soon.
    pub(super) quota_gone: bool,
}

/// The error that a body or a choice carries, if any: an object with something in it, or a text.
pub(in crate::lm) fn error_in(body: &Value) -> Option<&Value> {
    let body = match body {
        Value::Array(items) => items.first()?,
        body => body,
    };
    let error = body.get("error")?;
    match error {
        Value::Object(fields) => (!fields.is_empty()).then_some(error),
        Value::String(text) => (!text.is_empty()).then_some(error),
        _ => None,
    }
}

impl Report {
    /// Reads the body of a failed call.
    pub(super) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => Self::of(error_in(&value).unwrap_or(&value)),
            Err(_) => Self { message: plain(&String::from_utf8_lossy(body)), ..Self::default() },
        }
    }

    /// Reads the error itself.
    pub(super) fn of(error: &Value) -> Self {
        let text = |name: &str| error.get(name)?.as_str().filter(|text| !text.is_empty());
        let mut message = match error {
            Value::String(message) => message.clone(),
            error => text("message")
                .map(str::to_owned)
                .or_else(|| error.get("detail").map(detail))
                .unwrap_or_else(|| error.to_string()),
        };
        // A gateway's own words are often `Provider returned error`; the provider's stand beside.
        if let Some(raw) = error.pointer("/metadata/raw").and_then(Value::as_str) {
            message = format!("{message}: {raw}");
        }
        let details = error.get("details").and_then(Value::as_array);
        let details = || details.into_iter().flatten();
        let delay = details().find_map(|item| wait::leading(item.get("retryDelay")?.as_str()?));
        let daily = details()
            .filter_map(|item| item.get("violations")?.as_array())
            .flatten()
            .any(|item| item["quotaId"].as_str().is_some_and(|id| id.contains("PerDay")));
        // Anthropic's types are coarse; the details say what it is about.
        let detailed = error.pointer("/details/error_code").and_then(Value::as_str);
        let code = detailed.or_else(|| ["code", "status", "type"].iter().find_map(|n| text(n)));
        Self {
            code: code.map(str::to_owned),
            number: error.get("code").and_then(Value::as_u64).and_then(|n| n.try_into().ok()),
            param: text("param").map(str::to_owned),
            wait: delay.or_else(|| wait::in_message(&message)),
            quota_gone: daily || message.contains("limit: 0,"),
            message,
        }
    }

    /// The code to show: the word, or else the number.
    pub(super) fn shown_code(&self) -> Option<String> {
        self.code.clone().or_else(|| self.number.map(|number| number.to_string()))
    }
}

/// A list of faults, each with its `msg`, or any other value.
fn detail(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(|item| item.get("msg").unwrap_or(item))
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join("; "),
        value => value.to_string(),
    }
}

fn plain(body: &str) -> String {
    match html_title(body) {
        Some(title) => format!("an HTML page{title} instead of JSON; is the api base right?"),
        None if body.trim().is_empty() => "no message".to_owned(),
        None => body.to_owned(),
    }
}
