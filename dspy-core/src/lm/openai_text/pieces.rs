//! [`TextPieces`]: the chunks of a streamed text completion.

use serde_json::Value;

use super::super::client::{Assembly, Fault, Pieces};
use super::super::openai::{finish, legacy_logprobs, take};

/// Reads the chunks of one answer.
#[derive(Debug)]
pub struct TextPieces;

impl Pieces for TextPieces {
    fn take(&mut self, event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        take(event, data, to, |choice, index, to| {
            to.text(index, choice.get("text").and_then(Value::as_str).unwrap_or_default());
            if let Some(tokens) = legacy_logprobs(choice.get("logprobs")) {
                to.logprobs(index, tokens);
            }
            if let Some(word) = finish(choice) {
                to.finish(index, Some(word));
            }
        })?;
        Ok(())
    }

    /// A few servers close the connection instead of sending `[DONE]`.
    fn whole_without_end(&self, so_far: &Assembly) -> bool {
        so_far.all_finished()
    }
}
