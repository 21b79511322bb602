//! The XML format: each value between the tags of its field.

mod elements;
mod nested;
mod read;
mod stream;
mod structure;
mod tags;
mod write;

use super::turns;
use super::{Adapter, AdapterCall, Answer, AnswerError, FieldStream, Prelude};
use crate::lm::{Completion, Request};
use crate::signature::{Demo, SignatureSchema};
use stream::TagStream;

/// Puts each value between `<field>` and `</field>`, and reads answers of that form.
///
/// It is no strict XML: only the tags of fields count. A stray `<` or `&` is text; a tag may be in
/// another case or have attributes; the last end tag may be missing. In outputs of demonstrations and
/// past turns `&` and `<` are sent as `&amp;` and `&lt;`, as DSPy does; in inputs only where a value
/// would read like a field's tag otherwise. An answer whose value holds such entities, and nothing
/// that they should have replaced, is read with the characters that they stand for.
///
/// Lists and objects of outputs stand as elements within elements, as in DSPy: an `<item>` for each
/// item, an element for each key, `<entry key="…">` for a key that is no name or that is a field's.
/// Lists and objects of inputs stand as JSON, and so do outputs of what elements cannot tell apart:
/// alternatives, tuples, sets, values of any type. Of an answer, elements and JSON are read for both.
///
/// Of several elements for one field the first counts, and a warning names a later one that differs.
/// Several elements one after another that are items, not lists, are a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct XmlAdapter;

impl Adapter for XmlAdapter {
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
        Box::new(TagStream::new(call.schema.outputs()))
    }
}
