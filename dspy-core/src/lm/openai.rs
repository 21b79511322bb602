//! [`OpenAi`]: OpenAI's Chat Completions, and every server that speaks the same.

mod decode;
mod encode;
mod quirks;
mod stream;

use url::Url;

use self::stream::ChatPieces;
use super::client::{
    Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire, with_method,
};
use super::error::LmError;
use super::model::Capabilities;
use super::request::{Request, Settings};
use super::response::Response;

/// A model behind OpenAI's Chat Completions API: OpenAI itself, or any server that speaks it
/// (vLLM, llama.cpp, Ollama, LM Studio, OpenRouter, Groq, Mistral, DeepSeek, Azure, …).
///
/// ```
/// use dspy::lm::{LanguageModel, OpenAi};
///
/// let client = OpenAi::builder("qwen3").api_base("http://localhost:8000").build()?;
/// assert_eq!(client.name(), "openai/qwen3");
/// let lm = client.into_lm(); // with retries
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// # Where it calls
/// The builder's [`api_base`](OpenAiBuilder::api_base), else `DSPY_API_BASE`, else
/// `OPENAI_BASE_URL`, else `https://api.openai.com/v1`. An address without a path gets `/v1`; any
/// other path stays as written. Then `/chat/completions` is added, unless it is there already.
/// Redirects are never followed.
///
/// # Which key it sends
/// The builder's [`api_key`](OpenAiBuilder::api_key), wherever it calls. Otherwise `DSPY_API_KEY`
/// where it calls the server of `DSPY_API_BASE`, and `OPENAI_API_KEY` where it calls OpenAI or the
/// server that `OPENAI_BASE_URL` named. No other server ever sees a key from the environment. The
/// key shows up in no `Debug` and no error, also when a server sends it back.
///
/// # What it sends
/// What the request and the settings name and nothing else, except that text parts in a row
/// become one text. Settings that the model is known to refuse are [`LmError::Unsupported`]
/// before the call. [`Message::cache`](super::Message::cache) sends nothing, because these servers
/// cache by themselves. Reasoning of earlier turns has no place in this API and stays behind, but
/// for the `reasoning_details` that some servers want back.
///
/// # Proxies
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the process hold, except for servers
/// on this machine, which are always called directly.
pub type OpenAi = Client<ChatCompletions>;

/// Builds an [`OpenAi`]; begin with [`OpenAi::builder`](Client::builder).
pub type OpenAiBuilder = ClientBuilder<ChatCompletions>;

/// OpenAI's Chat Completions as a wire format.
#[derive(Debug)]
pub struct ChatCompletions {
    model: ModelName,
}

impl Wire for ChatCompletions {
    const NAME: &'static str = "OpenAi";
    const SERVICE: Service = Service::OPENAI;
    const FRAMING: Framing = Framing::Events;
    type Pieces = ChatPieces;

    fn new(model: ModelName) -> Self {
        Self { model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    fn capabilities(&self) -> Capabilities {
        quirks::capabilities(&self.model)
    }

    fn native_n(&self) -> bool {
        true
    }

    fn address(&self, base: Url, _stream: bool) -> Url {
        with_method(base, "/v1", "/chat/completions")
    }

    fn encode(
        &self,
        request: &Request,
        settings: &Settings,
        stream: bool,
    ) -> Result<Vec<u8>, LmError> {
        encode::body(&self.model, request, settings, stream)
    }

    fn decode(&self, reading: &Reading<'_>) -> Result<Response, LmError> {
        decode::response(reading)
    }

    fn pieces(&self) -> ChatPieces {
        ChatPieces::default()
    }
}
