//! Two steps: one model answers in its own words, another reads the fields out of the answer.

mod write;

use serde_json::Value;

use super::answer::AnswerErrorKind;
use super::turns;
use super::{Adapter, AdapterCall, Answer, AnswerBuilder, AnswerError, ChatAdapter, Prelude};
use crate::lm::{Completion, FinishReason, Lm, LmError, Request};
use crate::signature::{Demo, Field, Fields, SignatureSchema};

/// The name under which the second model sees the first one's answer.
const TEXT: &str = "text";

/// Lets the main model answer freely, and a second model read the fields out of that answer.
///
/// For models that reason well and keep to formats badly. The main model sees no markers; the second
/// one gets its answer as the only input of a chat prompt for the same outputs, and may be small.
/// A call costs one LM call of each model for every completion; both are counted and recorded (see
/// [`CallRecord::side_calls`](crate::run::CallRecord::side_calls)). What is wrong with the fields in
/// the end is put to the main model. In a stream each field comes whole, after the second step.
///
/// ```
/// use dspy::adapter::TwoStepAdapter;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let free = TwoStepAdapter::new(Lm::embedded());
/// let answer = Predict::<Qa>::new().with_adapter(free).with_lm(Lm::embedded());
/// assert!(!answer.explain("Who?")?.contains("[["));
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TwoStepAdapter {
    reader: Lm,
}

/// What is made once for a task.
#[derive(Debug)]
struct Own {
    /// The second step's task.
    schema: SignatureSchema,
    prelude: Prelude,
}

impl TwoStepAdapter {
    /// The adapter with the model that reads the fields out of free answers.
    pub fn new(reader: Lm) -> Self {
        Self { reader }
    }

    fn own(schema: &SignatureSchema) -> Result<Own, String> {
        let text = Field::of::<String>(TEXT).with_desc("An answer in someone's own words.");
        let outputs = schema.outputs().iter().cloned();
        let schema = SignatureSchema::new(schema.name(), [text], outputs).with_instructions(
            "Read the output fields out of the text. Take only what it says, and change nothing.",
        );
        let prelude = ChatAdapter.prelude(&schema, &[])?;
        Ok(Own { schema, prelude })
    }

    fn failed(&self, error: LmError) -> AnswerErrorKind {
        AnswerErrorKind::Reader { model: self.reader.name().to_owned(), error: Box::new(error) }
    }

    /// The second step: asks for the fields in a text.
    async fn read(
        &self,
        call: &AdapterCall<'_>,
        own: &Own,
        text: &str,
    ) -> Result<Answer, Box<AnswerError>> {
        let fail = |kind| Box::new(AnswerError::new(kind, text, Fields::new()));
        let mut inputs = Fields::new();
        inputs.insert(TEXT.to_owned(), Value::from(text));
        let step = AdapterCall::new(&own.schema, &own.prelude, &inputs, &self.reader);
        let mut request = ChatAdapter
            .prepare(&step)
            .map_err(|message| fail(self.failed(LmError::Config { message })))?;
        if let Some(first) = call.request {
            request.rollout = first.rollout;
            request.cache = first.cache;
        }
        let model = || self.reader.name().to_owned();
        let response =
            call.ask(&self.reader, request).await.map_err(|error| fail(self.failed(error)))?;
        let Some(completion) = response.completions.first() else {
            let problem = Box::new(AnswerErrorKind::Empty);
            return Err(fail(AnswerErrorKind::Reading { model: model(), problem }));
        };
        ChatAdapter.parse(&step, completion).await.map_err(|error| {
            let AnswerError { kind, others, partial, .. } = *error;
            let of_reader =
                |problem| AnswerErrorKind::Reading { model: model(), problem: Box::new(problem) };
            let others = others.into_iter().map(of_reader).collect();
            Box::new(AnswerError::new(of_reader(kind), text, partial).with_others(others))
        })
    }
}

impl Adapter for TwoStepAdapter {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        Ok(turns::prelude(self, schema, demos)?.with_own(Self::own(schema)?))
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        turns::request(self, call)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        let text = completion.joined_text();
        let fail = |kind| Err(Box::new(AnswerError::new(kind, text.as_str(), Fields::new())));
        match completion.finish {
            FinishReason::ContentFilter => return fail(AnswerErrorKind::Filtered),
            FinishReason::Length | FinishReason::ContextWindow => {
                return fail(AnswerErrorKind::CutOff);
            }
            _ if !text.trim().is_empty() => {}
            _ if completion.tool_calls().next().is_none() => return fail(AnswerErrorKind::Empty),
            _ => {
                // There is nothing to read: outputs that may be missing are all there can be.
                let mut answer = AnswerBuilder::new(call, completion);
                call.schema.outputs().iter().for_each(|field| answer.text(field, None));
                return answer.finish();
            }
        }
        let made;
        let own = match call.prelude.own::<Own>() {
            Some(own) => own,
            None => {
                made = Self::own(call.schema).map_err(|message| {
                    let kind = self.failed(LmError::Config { message });
                    Box::new(AnswerError::new(kind, text.as_str(), Fields::new()))
                })?;
                &made
            }
        };
        let mut answer = self.read(call, own, &text).await?;
        answer.tool_calls = completion.tool_calls().cloned().collect();
        answer.reasoning = completion.reasoning();
        Ok(answer)
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        turns::follow_up(self, call, request, error)
    }
}
