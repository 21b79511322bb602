//! Adapters: a predictor's call becomes a request, a completion becomes fields.

mod answer;
mod call;
mod chat;
mod erased;
mod render;
mod sections;
mod stream;

pub use answer::{Answer, AnswerError, AnswerErrorKind};
pub use call::AdapterCall;
pub use chat::ChatAdapter;
pub use erased::DynAdapter;
pub use render::render_value;
pub use stream::{FieldDelta, FieldStream};

use std::fmt::Debug;
use std::sync::Arc;

use crate::lm::{Completion, Message, Request};
use crate::signature::{Demo, SignatureSchema};

/// How a task is put to a model, and how its answer is read.
///
/// An adapter owns the whole request (messages, response format, tools, log-probabilities), so one
/// that uses tools or a provider's structured output needs nothing else.
pub trait Adapter: Debug + Send + Sync + 'static {
    /// The messages that depend on the task and its demonstrations alone. A predictor has them made
    /// once and hands them to [`prepare`](Self::prepare) as [`AdapterCall::prelude`].
    ///
    /// # Errors
    /// What cannot be put into a message, in words.
    fn prelude(
        &self,
        schema: &SignatureSchema,
        demos: &[Demo],
    ) -> Result<Vec<Arc<Message>>, String>;

    /// Builds the request for a call.
    ///
    /// # Errors
    /// What cannot be put into a request, in words.
    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String>;

    /// Reads the outputs from a completion. It is async because an adapter may ask a second model.
    fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> impl Future<Output = Result<Answer, Box<AnswerError>>> + Send;

    /// Extends the request by the bad answer and what was wrong with it, for a second try.
    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request;

    /// Reads field deltas from a streamed answer.
    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream>;
}
