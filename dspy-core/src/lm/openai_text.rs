//! [`OpenAiText`]: OpenAI's older text completions, for models that only continue a text.

mod body;
mod pieces;
mod prompt;

use url::Url;

use self::pieces::TextPieces;
use super::client::{
    Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire, with_method,
};
use super::error::LmError;
use super::model::Capabilities;
use super::openai::{legacy_completion, whole};
use super::request::{Request, Settings};
use super::response::Response;

/// A model behind OpenAI's older text completions (`/completions`): base models on vLLM, llama.cpp
/// and the like, which continue a text and know nothing of messages.
///
/// ```
/// use dspy::lm::{LanguageModel, OpenAiText};
///
/// let client = OpenAiText::builder("llama-3-8b").api_base("http://localhost:8000").build()?;
/// assert_eq!(client.name(), "openai-text/llama-3-8b");
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// Addresses, keys and limits are those of [`OpenAi`](super::OpenAi).
///
/// # The prompt
/// A single message of the user is the prompt, letter by letter, so that whoever writes for a base
/// model has the whole prompt in hand. Other conversations become a dialogue: each message stands
/// after `System:`, `User:` or `Assistant:`, with an empty line between two, and `Assistant:` at
/// the end for the model to go on from. Where the last message is the assistant's, the model
/// continues that instead. Reasoning of earlier turns stays behind. Images, sounds, files and tools
/// are [`LmError::Unsupported`], and so are answers in JSON.
///
/// # Settings
/// As OpenAI writes them; `logprobs` is a number here. Without
/// [`max_tokens`](Settings::max_tokens) OpenAI and vLLM stop after 16 tokens, so set it.
pub type OpenAiText = Client<TextCompletions>;

/// Builds an [`OpenAiText`]; begin with [`OpenAiText::builder`](Client::builder).
pub type OpenAiTextBuilder = ClientBuilder<TextCompletions>;

/// OpenAI's older text completions as a wire format.
#[derive(Debug)]
pub struct TextCompletions {
    model: ModelName,
}

impl Wire for TextCompletions {
    const NAME: &'static str = "OpenAiText";
    const SERVICE: Service = Service::OPENAI_TEXT;
    const FRAMING: Framing = Framing::Events;
    type Pieces = TextPieces;

    fn new(model: ModelName) -> Self {
        Self { model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { logprobs: true, n: true, ..Capabilities::default() }
    }

    fn native_n(&self) -> bool {
        true
    }

    fn address(&self, base: Url, _stream: bool) -> Url {
        with_method(base, "/v1", "/completions")
    }

    fn encode(
        &self,
        request: &Request,
        settings: &Settings,
        stream: bool,
    ) -> Result<Vec<u8>, LmError> {
        body::encode(&self.model, request, settings, stream)
    }

    fn decode(&self, reading: &Reading<'_>) -> Result<Response, LmError> {
        whole(reading, legacy_completion)
    }

    fn pieces(&self) -> TextPieces {
        TextPieces
    }
}
