//! The chat format: `[[ ## field ## ]]` sections in ordinary messages.

mod perfect;
mod read;
mod stream;
mod write;

use super::turns;
use super::{Adapter, AdapterCall, Answer, AnswerError, FieldStream, Prelude};
use crate::lm::{Completion, Request};
use crate::signature::{Demo, SignatureSchema};
use stream::SectionStream;

pub(super) use write::open_section;

/// Puts a task to any chat model as sections of text, and reads sections back.
///
/// Markers, order of turns and rendering of values are those of DSPy's chat adapter; the words
/// around them are not. Whatever in a value reads like a section header is sent with a `\` before
/// it, and an answer that copies that is read without.
///
/// # What is read
/// Headers in any case, with any spacing, in bold or behind list marks; fields in any order; an
/// answer without the closing marker. A header in the middle of a line counts where a required
/// field has no other. Of several sections for one field the first counts, as in DSPy, and a warning
/// names a later one that differs; nothing after the closing marker counts. Without any header, an
/// answer may be a JSON object of the outputs, or the value of the only output.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChatAdapter;

impl Adapter for ChatAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        turns::prelude(self, schema, demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        turns::request(self, call)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        super::found::read(call, completion, read::find)
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        turns::follow_up(self, call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        Box::new(SectionStream::new(call.schema.outputs()))
    }
}
