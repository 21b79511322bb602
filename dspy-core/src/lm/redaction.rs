//! [`Redaction`]: what a user wants changed in texts before they are kept.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::error::LmError;
use super::message::{MediaSource, Message, Part};
use super::request::Request;
use super::response::{Completion, Response};

/// Changes texts: those of messages and answers, reasoning, arguments and results of tools, addresses
/// of media, and messages of errors.
#[derive(Clone)]
pub(super) struct Redaction(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl Redaction {
    pub(super) fn new(change: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(change))
    }

    pub(super) fn request(&self, request: &mut Request) {
        for message in &mut request.messages {
            let Message { role, parts, cache, .. } = &**message;
            let mut changed = Message::new(*role, parts.clone());
            changed.cache = *cache;
            self.parts(&mut changed.parts);
            *message = Arc::new(changed);
        }
        // The provider's own fields may hold anything.
        for (_, value) in &mut request.settings.extra {
            self.value(value);
        }
    }

    pub(super) fn response(&self, response: &mut Response) {
        for Completion { parts, logprobs, .. } in &mut response.completions {
            self.parts(parts);
            // Tokens are the text over again, too short to be recognized.
            *logprobs = None;
        }
        if let Some(provider) = &mut response.provider {
            self.value(provider);
        }
    }

    /// An error of the same weight with another text.
    pub(super) fn error(&self, error: &LmError) -> LmError {
        LmError::Other { message: (self.0)(&error.to_string()), retryable: error.is_retryable() }
    }

    pub(super) fn text(&self, text: &str) -> String {
        (self.0)(text)
    }

    fn parts(&self, parts: &mut [Part]) {
        for part in parts {
            match part {
                Part::Text { text } => *text = (self.0)(text).into(),
                Part::Image { media } | Part::Audio { media } | Part::File { media } => {
                    if let MediaSource::Url(url) = &mut media.source {
                        *url = (self.0)(url);
                    }
                }
                Part::ToolCall(call) => {
                    self.value(&mut call.arguments);
                    call.opaque.iter_mut().for_each(|opaque| self.value(opaque));
                }
                Part::ToolResult(result) => result.content = (self.0)(&result.content),
                Part::Reasoning { text, opaque } => {
                    *text = (self.0)(text);
                    opaque.iter_mut().for_each(|opaque| self.value(opaque));
                }
            }
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = (self.0)(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.value(field)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redaction")
    }
}
