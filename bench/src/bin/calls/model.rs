//! A model without any work of its own.

use dspy::lm::{LanguageModel, LmError, Request, Response};

/// Answers every request with a copy of one response that was made before.
pub(super) struct Fixed(Response);

impl Fixed {
    /// A model that gives this text and counts one call.
    pub(super) fn new(text: &str) -> Self {
        let mut response = Response::text(text);
        response.usage.calls = 1;
        response.usage.prompt_tokens = 120;
        response.usage.completion_tokens = 24;
        Self(response)
    }
}

impl LanguageModel for Fixed {
    async fn generate(&self, _request: &Request) -> Result<Response, LmError> {
        Ok(self.0.clone())
    }

    fn name(&self) -> &str {
        "fixed"
    }
}
