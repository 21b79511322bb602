//! The trait that every language model implements, and what a model can do.

use std::borrow::Cow;
use std::pin::Pin;

use futures_util::Stream;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use super::error::LmError;
use super::message::{Part, ToolCall};
use super::request::Request;
use super::response::{Completion, Response};
use crate::schema::subset::Dialect;

/// Something that answers [`Request`]s.
///
/// Implement it with `async fn`; wrappers (retry, cache, limits) implement it over an inner model.
///
/// ```
/// use dspy::lm::{LanguageModel, Lm, LmError, Request, Response};
///
/// struct Parrot;
///
/// impl LanguageModel for Parrot {
///     async fn generate(&self, request: &Request) -> Result<Response, LmError> {
///         let last = request.messages.last().map(|message| message.text()).unwrap_or_default();
///         Ok(Response::text(last))
///     }
///
///     fn name(&self) -> &str {
///         "parrot"
///     }
/// }
///
/// let lm = Lm::from_model(Parrot);
/// assert_eq!(lm.name(), "parrot");
/// ```
pub trait LanguageModel: Send + Sync + 'static {
    /// Answers one request.
    fn generate(&self, request: &Request)
    -> impl Future<Output = Result<Response, LmError>> + Send;

    /// Answers one request piece by piece. By default the whole answer comes as one piece.
    fn stream(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<EventStream, LmError>> + Send {
        async move {
            let response = self.generate(request).await?;
            Ok(whole(response))
        }
    }

    /// What the model can do. By default: text only.
    fn capabilities(&self) -> Capabilities {
        Capabilities::default()
    }

    /// A name for logs, saved programs and reports, such as `openai/gpt-4o-mini`.
    fn name(&self) -> &str;

    /// What beside a request decides the answer: the wire format, the address, the model, settings
    /// that hold for every request. Part of cache keys, so it never holds a credential. By default
    /// the name, which is enough for a model whose answers depend on nothing else.
    fn fingerprint(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name())
    }

    /// The command line that sends the same request with `curl`, with `***` in place of every
    /// credential; `None` for a model that is no HTTP API, which is the default.
    fn curl(&self, _request: &Request) -> Option<String> {
        None
    }

    /// Whether the model itself pays for each attempt from [`Request::account`], as the HTTP clients
    /// do. For one that does not, which is the default, the handle pays one call for each answer.
    fn pays(&self) -> bool {
        false
    }
}

/// A stream of [`StreamEvent`]s, ending with [`StreamEvent::Done`] or an error.
pub type EventStream = Pin<Box<dyn Stream<Item = Result<StreamEvent, LmError>> + Send>>;

/// One piece of a streamed answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StreamEvent {
    /// More text of completion `index`.
    Text {
        /// Which completion, counted from 0.
        index: usize,
        /// The new text.
        delta: String,
    },
    /// More reasoning of completion `index`.
    Reasoning {
        /// Which completion, counted from 0.
        index: usize,
        /// The new text.
        delta: String,
    },
    /// A whole tool call of completion `index`.
    ToolCall {
        /// Which completion, counted from 0.
        index: usize,
        /// The call.
        call: ToolCall,
    },
    /// The end, with the answer as [`LanguageModel::generate`] would have given it.
    Done(Response),
}

/// An answer that came whole, as a stream.
pub(super) fn whole(response: Response) -> EventStream {
    Box::pin(stream::iter(whole_answer(response)))
}

fn whole_answer(response: Response) -> Vec<Result<StreamEvent, LmError>> {
    let mut events: Vec<Result<StreamEvent, LmError>> = Vec::new();
    for (index, Completion { parts, .. }) in response.completions.iter().enumerate() {
        for part in parts {
            events.push(Ok(match part {
                Part::Text { text } => StreamEvent::Text { index, delta: text.to_string() },
                Part::Reasoning { text, .. } => {
                    StreamEvent::Reasoning { index, delta: text.clone() }
                }
                Part::ToolCall(call) => StreamEvent::ToolCall { index, call: call.clone() },
                _ => continue,
            }));
        }
    }
    events.push(Ok(StreamEvent::Done(response)));
    events
}

/// What a model can do beyond answering text with text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Capabilities {
    /// Answers held to a JSON Schema.
    pub json_schema: bool,
    /// What such a schema may say. OpenAI's strict mode by default, which others understand, too.
    pub dialect: Dialect,
    /// Some JSON object on request.
    pub json_object: bool,
    /// Tool calls.
    pub tools: bool,
    /// Images in messages.
    pub images: bool,
    /// Sound in messages.
    pub audio: bool,
    /// Log-probabilities.
    pub logprobs: bool,
    /// Reasoning apart from the answer.
    pub reasoning: bool,
    /// Several completions by one call.
    pub n: bool,
    /// Citations of documents in the request, said apart from the answer's text.
    pub citations: bool,
}
