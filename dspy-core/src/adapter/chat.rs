//! The chat format: `[[ ## field ## ]]` sections in ordinary messages.

mod read;
mod write;

use std::sync::Arc;

use super::stream::SectionStream;
use super::{Adapter, AdapterCall, Answer, AnswerError, FieldStream};
use crate::lm::{Completion, Message, Request};
use crate::signature::{Demo, SignatureSchema};

/// Puts a task to any chat model as sections of text, and reads sections back.
///
/// Markers, order of turns and rendering of values are those of DSPy's chat adapter; the words
/// around them are not. A line of a value that reads like a section header is sent with a `\`
/// before it, so nothing inside an input or a demonstration can become a section.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChatAdapter;

impl Adapter for ChatAdapter {
    fn prelude(
        &self,
        schema: &SignatureSchema,
        demos: &[Demo],
    ) -> Result<Vec<Arc<Message>>, String> {
        write::prelude(schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        let mut request = Request::default();
        request.messages.reserve(call.prelude.len() + 1);
        request.messages.extend(call.prelude.iter().cloned());
        request.messages.push(Arc::new(write::question(call)?));
        Ok(request)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        read::answer(call.schema, completion)
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        let mut request = request.clone();
        // An empty assistant turn is refused by some providers.
        if !error.raw.trim().is_empty() {
            request.messages.push(Arc::new(Message::assistant(error.raw.as_str())));
        }
        request.messages.push(Arc::new(write::correction(call.schema, error)));
        request
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        let names = call.schema.outputs().iter().map(|field| field.name().to_owned()).collect();
        Box::new(SectionStream::new(names))
    }
}
