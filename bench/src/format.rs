//! The command `format`: a call to the messages that an adapter sends.

use std::io;
use std::path::Path;

use dspy::adapter::Adapter;
use dspy::lm::{Message, Part, Request};
use serde_json::{Value, json};

use crate::adapters::{Job, with_adapter};
use crate::call_case::CallCase;
use crate::lines::{Answer, answer_each, object};

pub(crate) fn run(cases: &Path) -> io::Result<()> {
    answer_each(cases, answer)
}

fn answer(case: &Answer) -> Result<Answer, String> {
    let case = CallCase::read(case)?;
    let request = with_adapter(&case.adapter, Prepare(&case))??;
    let messages: Vec<_> = request.messages.iter().map(|message| shown(message)).collect();
    let mut answer = object(json!({"messages": messages}));
    if !case.warnings.is_empty() {
        answer.insert("warnings".to_owned(), json!(case.warnings));
    }
    Ok(answer)
}

struct Prepare<'a>(&'a CallCase);

impl Job for Prepare<'_> {
    type Done = Result<Request, String>;

    fn with(self, adapter: &impl Adapter) -> Self::Done {
        self.0.request(adapter)
    }
}

/// A message as providers take it: plain text as a string, anything else as a list of parts.
fn shown(message: &Message) -> Value {
    let is_text = message.parts.iter().all(|part| matches!(part, Part::Text { .. }));
    let content = if is_text { json!(message.text()) } else { json!(message.parts) };
    json!({"role": message.role, "content": content})
}
