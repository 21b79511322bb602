//! Adapters: a predictor's call becomes a request, a completion becomes fields.

mod answer;
mod builder;
mod call;
mod chat;
mod erased;
mod found;
mod json;
mod markers;
mod names;
mod outline;
mod phrases;
mod prelude;
mod render;
mod stream;
mod texts;
mod thoughts;
mod tool_turns;
mod turns;
mod two_step;
mod xml;

pub use answer::{Answer, AnswerError, AnswerErrorKind};
pub use builder::AnswerBuilder;
pub use call::AdapterCall;
pub use chat::ChatAdapter;
pub use erased::DynAdapter;
pub use json::JsonAdapter;
pub use phrases::{PhraseError, PhrasedChatAdapter, Phrases};
pub use prelude::Prelude;
pub use render::{render_field, render_value};
pub use stream::{FieldDelta, FieldStream};
pub(crate) use tool_turns::{ARGUMENTS, FINISH, THOUGHT, TOOL, TRAJECTORY, ToolTurns};
pub use two_step::TwoStepAdapter;
pub use xml::XmlAdapter;

use std::fmt::Debug;
use std::sync::Arc;

use crate::lm::{Completion, Message, Request};
use crate::signature::{Demo, SignatureSchema};
use stream::Silent;

/// How a task is put to a model, and how its answer is read.
///
/// An adapter owns the whole request (messages, response format, tools, log-probabilities), so one
/// that uses tools or a provider's structured output needs nothing else. It is chosen for a whole
/// program by [`set_adapter`](crate::module::set_adapter), for a predictor by `with_adapter`, for
/// one call by [`Call::adapter`](crate::module::Call::adapter); without a choice it is
/// [`ChatAdapter`].
///
/// Whatever the format: text inside an input, a demonstration, a past turn or feedback is data. What
/// in it reads like the format's own marks is sent in another spelling, and an answer that copies
/// that spelling is read back as the original.
///
/// Three methods make an adapter:
///
/// ```
/// use dspy::adapter::{Adapter, AdapterCall, Answer, AnswerBuilder, AnswerError, Prelude};
/// use dspy::lm::{Completion, Message, Request};
/// use dspy::prelude::*;
/// use dspy::signature::Demo;
/// use dspy::SignatureSchema;
///
/// /// Asks for one value and takes the whole answer for it.
/// #[derive(Debug)]
/// struct Bare;
///
/// impl Adapter for Bare {
///     fn prelude(&self, schema: &SignatureSchema, _: &[Demo]) -> Result<Prelude, String> {
///         Ok(Prelude::new([Message::system(schema.instructions())]))
///     }
///
///     fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
///         let mut request = Request::default();
///         request.messages.extend(call.prelude.messages.iter().cloned());
///         let inputs: Vec<String> = call.inputs.values().map(dspy::adapter::render_value).collect();
///         request.messages.push(Message::user(inputs.join("\n")).into());
///         Ok(request)
///     }
///
///     async fn parse(
///         &self,
///         call: &AdapterCall<'_>,
///         completion: &Completion,
///     ) -> Result<Answer, Box<AnswerError>> {
///         let mut answer = AnswerBuilder::new(call, completion);
///         for field in call.schema.outputs() {
///             answer.text(field, Some(&completion.joined_text()));
///         }
///         answer.finish()
///     }
/// }
///
/// # #[derive(Signature)] struct Shout { #[input] text: String, #[output] loud: String }
/// let shout = Predict::<Shout>::new().with_adapter(Bare).with_lm(Lm::embedded());
/// assert!(shout.explain("hello")?.ends_with("hello\n"));
/// # Ok::<(), dspy::Error>(())
/// ```
pub trait Adapter: Debug + Send + Sync + 'static {
    /// What depends on the task and its demonstrations alone. A predictor has it made once and hands
    /// it to every call as [`AdapterCall::prelude`].
    ///
    /// # Errors
    /// What cannot be put into a message, in words.
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String>;

    /// Builds the request for a call. What the model can do is in its
    /// [`capabilities`](crate::lm::Lm::capabilities).
    ///
    /// # Errors
    /// What cannot be put into a request, in words.
    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String>;

    /// Reads the outputs from a completion. It is async because an adapter may
    /// [`ask`](AdapterCall::ask) a second model.
    fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> impl Future<Output = Result<Answer, Box<AnswerError>>> + Send;

    /// Extends the request by the bad answer and everything that was wrong with it, for a second
    /// try. By default in plain words.
    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        let mut request = request.clone();
        request.messages.extend(turns::shown_answer(error));
        request.messages.push(Arc::new(Message::user(turns::correction(
            &error.problem_list(),
            &call.prelude.reminder,
        ))));
        request
    }

    /// Reads field deltas from a streamed answer. By default none: the fields come with the end.
    fn field_stream(&self, _call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        Box::new(Silent)
    }
}
