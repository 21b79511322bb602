//! [`Ollama`]: models on an Ollama server, by its own API.

mod embed;
mod encode;
mod pieces;

use serde_json::Deserializer;
use url::Url;

use self::pieces::OllamaPieces;
use super::client::{Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire};
use super::error::LmError;
use super::model::Capabilities;
use super::request::{Request, Settings};
use super::response::Response;
use crate::schema::subset::Dialect;

/// A model on an Ollama server, by Ollama's own API (`/api/chat`), which knows more settings than
/// the OpenAI-compatible one beside it.
///
/// ```
/// use dspy::lm::{LanguageModel, Ollama, Settings};
/// use serde_json::json;
///
/// let mut settings = Settings::default().with_temperature(0.2);
/// settings.extra.insert("options".into(), json!({"num_ctx": 16384}));
/// let client = Ollama::builder("qwen3:8b").env(|_| None).settings(settings).build()?;
/// assert_eq!(client.name(), "ollama/qwen3:8b");
/// assert_eq!(client.endpoint(), "http://localhost:11434/api/chat");
/// let lm = client.into_lm(); // with retries
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// # The context window
/// Ollama loads a model with a context of a few thousand tokens, whatever the model could hold, and
/// by default cuts what does not fit out of the prompt without a word. So set the option `num_ctx`
/// as above. The client asks for an error in place of the cut (`truncate: false`), which servers
/// since 0.12.6 obey and older ones overlook; put `truncate` into the extra fields to have it
/// otherwise.
///
/// # Where it calls
/// The builder's [`api_base`](OllamaBuilder::api_base), else `OLLAMA_HOST` as Ollama reads it (scheme
/// and port may be missing), else `http://localhost:11434`; there `/api/chat`.
///
/// # Which key it sends
/// The builder's [`api_key`](OllamaBuilder::api_key); else `OLLAMA_API_KEY`, to ollama.com or to the
/// server of `OLLAMA_HOST` only.
///
/// # What it sends
/// What the request and the settings name, `stream` and `truncate`. `settings.extra` is merged into
/// the body, its `options` into those of the settings; `{"keep_alive": "10m"}` works, too. `n`
/// completions are `n` calls. `reasoning_effort` is `think`: `none` switches it off, `true` on, any
/// other word is a level. Images have to be given by content. The API has no way to require a tool.
pub type Ollama = Client<OllamaChat>;

/// Builds an [`Ollama`]; begin with [`Ollama::builder`](Client::builder).
pub type OllamaBuilder = ClientBuilder<OllamaChat>;

/// Ollama's `/api/chat` as a wire format.
#[derive(Debug)]
pub struct OllamaChat {
    model: ModelName,
}

impl Wire for OllamaChat {
    const NAME: &'static str = "Ollama";
    const SERVICE: Service = Service::OLLAMA;
    const FRAMING: Framing = Framing::Lines;
    type Pieces = OllamaPieces;

    fn new(model: ModelName) -> Self {
        Self { model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    /// A model's name does not say what it can do; the server refuses what it cannot.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            json_schema: true,
            dialect: Dialect::Ollama,
            json_object: true,
            tools: true,
            images: true,
            audio: false,
            logprobs: true,
            reasoning: true,
            n: false,
            citations: false,
        }
    }

    fn native_n(&self) -> bool {
        false
    }

    fn address(&self, base: Url, _stream: bool) -> Url {
        method(base, "/chat")
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
        // Some proxies send the lines of a stream under the type of a whole answer.
        let lines = Deserializer::from_slice(&reading.reply.body).into_iter();
        let lines = lines.map(|line| {
            line.map_err(|error| reading.unreadable(&format!("it is no JSON ({error})")))
        });
        reading.assembled(lines, |line, to| pieces::line(&line, to))
    }

    fn pieces(&self) -> OllamaPieces {
        OllamaPieces
    }
}

/// The address of a method, which may be at the end of the base already, in part or as a whole.
fn method(mut base: Url, method: &str) -> Url {
    let path = base.path().trim_end_matches('/');
    let path = path.strip_suffix("/chat").filter(|path| path.ends_with("/api")).unwrap_or(path);
    let path = path.strip_suffix("/api").unwrap_or(path);
    let path = format!("{path}/api{method}");
    base.set_path(&path);
    base
}
