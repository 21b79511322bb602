//! JSON answers: one object with a key for each output.

mod native;
mod object;
mod read;
mod stream;
mod write;

use std::sync::Arc;

use super::turns;
use super::{Adapter, AdapterCall, Answer, AnswerError, FieldStream, Prelude};
use crate::lm::{Completion, Request, ResponseFormat};
use crate::schema::subset::Subset;
use crate::signature::{Demo, SignatureSchema};
use native::Native;
use object::object_schema;
use stream::ObjectStream;

/// Asks for one JSON object with a key for each output.
///
/// Where the model can be held to a JSON Schema, the request asks for that; where it only knows a
/// JSON mode, for that; otherwise the prompt alone asks. Whatever the provider promised, the answer is
/// read as tolerantly as any other: fences, prose around it, trailing commas and the like are
/// mended and said. Inputs stand in `[[ ## name ## ]]` sections, as in DSPy, and what in a value
/// reads like such a header is sent with a `\` before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonAdapter {
    compact: bool,
    prompt_only: bool,
}

impl JsonAdapter {
    /// The adapter, with a note on each value in the layout of the answer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The adapter, with the type of each value in the layout of the answer, in a compact notation
    /// like BAML's: it takes fewer tokens than a JSON Schema where values are nested.
    pub fn compact() -> Self {
        Self { compact: true, ..Self::default() }
    }

    /// The same adapter without structured output or JSON mode, for servers that claim what they
    /// cannot do: the prompt alone says how to answer.
    #[must_use]
    pub fn prompt_only(mut self) -> Self {
        self.prompt_only = true;
        self
    }

    fn response_format(self, call: &AdapterCall<'_>) -> ResponseFormat {
        let capabilities = call.lm.capabilities();
        if self.prompt_only {
            return ResponseFormat::Text;
        }
        if capabilities.json_schema
            && let Some(subset) = subset(call)
        {
            return ResponseFormat::JsonSchema {
                name: native::schema_name(call.schema.name()),
                schema: subset.schema().clone(),
                strict: true,
            };
        }
        match capabilities.json_object {
            true => ResponseFormat::JsonObject,
            false => ResponseFormat::Text,
        }
    }
}

/// The answer's schema as the model that is called takes it.
fn subset(call: &AdapterCall<'_>) -> Option<Arc<Subset>> {
    let dialect = call.lm.capabilities().dialect;
    match call.prelude.own::<Native>() {
        Some(native) => native.subset(dialect),
        None => Native::new(object_schema(call.schema.outputs())).subset(dialect),
    }
}

impl Adapter for JsonAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        let native = Native::new(object_schema(schema.outputs()));
        Ok(turns::prelude(self, schema, demos)?.with_own(native))
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        let mut request = turns::request(self, call)?;
        request.response_format = self.response_format(call);
        Ok(request)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        let held = call.request.is_some_and(|request| {
            matches!(request.response_format, ResponseFormat::JsonSchema { .. })
        });
        let subset = if held { subset(call) } else { None };
        super::found::read(call, completion, |outputs, text| {
            read::find(outputs, text, |object| match &subset {
                Some(subset) => subset.restore(object),
                None => object,
            })
        })
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        turns::follow_up(self, call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        Box::new(ObjectStream::new(call.schema.outputs()))
    }
}
