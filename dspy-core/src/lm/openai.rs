//! [`OpenAi`]: OpenAI's Chat Completions, and every server that speaks the same.

mod address;
mod chunk;
mod decode;
mod embeddings;
mod encode;
mod family;
mod quirks;
mod refusal;
mod stream;
mod thoughts;

use url::Url;

use self::quirks::Quirks;
use self::stream::ChatPieces;
use super::client::{Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire};
use super::error::LmError;
use super::model::Capabilities;
use super::request::{Request, Settings};
use super::response::Response;

pub(super) use self::chunk::{finish, take};
pub(super) use self::decode::{legacy_completion, legacy_logprobs, whole};
pub(super) use self::encode::{StreamOptions, write};

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
/// become one text. Services that depart from OpenAI's own API get what they want instead: Mistral
/// its `random_seed` and its short ids of tool calls, OpenRouter its `reasoning` object, and so on,
/// by the [`Service`] of the model string. A server that is only named by its address is taken for
/// a faithful copy of OpenAI's API.
///
/// Settings that the service or model is known to refuse or to overlook are
/// [`LmError::Unsupported`] before the call; the settings' `extra` passes them on all the same. What
/// a service can only do once per call (several completions) is done by several calls.
///
/// [`Message::cache`](super::Message::cache) sends a mark to OpenRouter, on the last four messages
/// that have one; other servers cache by themselves. Reasoning of earlier turns stays behind, but
/// for the `reasoning_details` that some servers want back, and the text of it that DeepSeek wants.
///
/// # Azure
/// `azure/DEPLOYMENT` calls the resource of `AZURE_OPENAI_ENDPOINT`, or of an address, with the
/// header `api-key`. An address without a path, or one that ends in `/openai/v1`, is the newer API;
/// one with an `api-version` in its query calls `/openai/deployments/DEPLOYMENT`.
///
/// # Proxies
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the process hold, except for servers
/// on this machine, which are always called directly.
pub type OpenAi = Client<ChatCompletions>;

/// Builds an [`OpenAi`]; begin with [`OpenAi::builder`](Client::builder).
pub type OpenAiBuilder = ClientBuilder<ChatCompletions>;

/// OpenAI's Chat Completions as a wire format, with its embeddings.
#[derive(Debug)]
pub struct ChatCompletions {
    model: ModelName,
    quirks: Quirks,
}

impl Wire for ChatCompletions {
    const NAME: &'static str = "OpenAi";
    const SERVICE: Service = Service::OPENAI;
    const FRAMING: Framing = Framing::Events;
    type Pieces = ChatPieces;

    fn new(model: ModelName) -> Self {
        Self { quirks: Quirks::of(&model), model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    fn capabilities(&self) -> Capabilities {
        self.quirks.capabilities(&self.model)
    }

    fn native_n(&self) -> bool {
        self.quirks.native_n
    }

    fn address(&self, base: Url, _stream: bool) -> Url {
        address::of(&self.model, base, "/chat/completions")
    }

    fn encode(
        &self,
        request: &Request,
        settings: &Settings,
        stream: bool,
    ) -> Result<Vec<u8>, LmError> {
        encode::body(self, request, settings, stream)
    }

    fn decode(&self, reading: &Reading<'_>) -> Result<Response, LmError> {
        decode::response(reading)
    }

    fn pieces(&self) -> ChatPieces {
        ChatPieces::default()
    }
}
