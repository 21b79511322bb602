//! What outputs take from elsewhere than the answer's text, and what becomes of their probabilities.

use super::Exchange;
use crate::adapter::{AnswerError, AnswerErrorKind};
use crate::form::NativeAnswer;
use crate::lm::{Completion, Response};
use crate::parse::ParseError;
use crate::signature::Fields;

impl Exchange<'_> {
    /// Completes the outputs read from a text by what the provider said beside it, checks those
    /// that must agree with the inputs, and makes the decisions.
    pub(super) fn complete(
        &self,
        fields: &mut Fields,
        completion: &Completion,
        response: &Response,
    ) -> Result<(), Box<AnswerError>> {
        let outputs = self.declared.outputs().iter();
        let with_form = outputs.filter_map(|field| Some((field, field.form()?)));
        for (field, form) in with_form {
            let mut native = NativeAnswer::new(field.name(), completion);
            native.read = fields.get(field.name());
            native.provider = response.provider.as_ref();
            native.is_left_out = self.call.schema.field(field.name()).is_none();
            if let Some(value) = form.native(&native) {
                fields.insert(field.name().to_owned(), value);
            }
            let Some(value) = fields.get(field.name()).filter(|value| !value.is_null()) else {
                continue;
            };
            let inputs = self.declared.given(self.call.inputs);
            if let Err(message) = form.check(value, &inputs) {
                let kind = AnswerErrorKind::Value {
                    field: field.name().to_owned(),
                    error: ParseError::Refused { message },
                    schema: field.note().unwrap_or_default(),
                };
                let raw = completion.joined_text();
                return Err(Box::new(AnswerError::new(kind, raw, fields.clone())));
            }
        }
        self.rules.apply(fields);
        Ok(())
    }
}
