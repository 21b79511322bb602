//! Messages as one text.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::client::{ModelName, config};
use super::super::error::LmError;
use super::super::message::{Message, Part, Role};

/// The text to continue; [`OpenAiText`](super::OpenAiText) says how it is made.
pub(super) fn of<'a>(
    model: &ModelName,
    messages: &'a [Arc<Message>],
) -> Result<Cow<'a, str>, LmError> {
    for part in messages.iter().flat_map(|message| &message.parts) {
        let what = match part {
            Part::Text { .. } | Part::Reasoning { .. } => continue,
            Part::Image { .. } => "images",
            Part::Audio { .. } => "audio",
            Part::File { .. } => "files",
            Part::ToolCall(_) | Part::ToolResult(_) => "tool calls",
        };
        return Err(model.unsupported(what, "it continues a text and takes nothing else"));
    }
    match messages {
        [] => Err(config("the request has no messages; give it at least one")),
        [only] if only.role == Role::User => Ok(match only.parts.as_slice() {
            [Part::Text { text }] => Cow::Borrowed(text),
            _ => Cow::Owned(only.text()),
        }),
        several => Ok(Cow::Owned(dialogue(several))),
    }
}

fn dialogue(messages: &[Arc<Message>]) -> String {
    let mut prompt = String::new();
    for message in messages {
        prompt.push_str(match message.role {
            Role::System => "System: ",
            Role::User | Role::Tool => "User: ",
            Role::Assistant => "Assistant: ",
        });
        prompt.push_str(&message.text());
        prompt.push_str("\n\n");
    }
    if messages.last().is_some_and(|last| last.role == Role::Assistant) {
        prompt.truncate(prompt.trim_end_matches('\n').len());
    } else {
        prompt.push_str("Assistant:");
    }
    prompt
}
