//! [`OpenAi`]: OpenAI's Chat Completions, and every server that speaks the same.

mod builder;
mod decode;
mod encode;
mod endpoint;
mod failure;
mod headers;
mod key;
mod model_name;
mod peer;
mod wait;

use std::fmt;

use reqwest::header::HeaderMap;
use url::Url;

use self::model_name::ModelName;
use self::peer::Peer;
use super::error::LmError;
use super::http::Http;
use super::model::{Capabilities, LanguageModel};
use super::request::{Request, Settings};
use super::response::Response;

pub use self::builder::OpenAiBuilder;

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
pub struct OpenAi {
    model: ModelName,
    url: Url,
    headers: HeaderMap,
    settings: Settings,
    http: Http,
    peer: Peer,
}

impl OpenAi {
    /// Begins a client for the model that the server calls `name`, such as `gpt-4o-mini`.
    pub fn builder(name: impl Into<String>) -> OpenAiBuilder {
        OpenAiBuilder::new(name.into())
    }
}

impl LanguageModel for OpenAi {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let settings = self.settings.overlaid(&request.settings);
        let body = encode::body(&self.model, request, &settings)?;
        let body = serde_json::to_vec(&body).map_err(|error| LmError::Config {
            message: format!("the request cannot be written as JSON: {error}"),
        })?;
        let reply = self.http.post(self.url.clone(), self.headers.clone(), body).await?;
        if !(200..300).contains(&reply.status) {
            return Err(failure::of_reply(&self.peer, &self.url, &reply));
        }
        let response = decode::response(&self.peer, &reply)?;
        let wanted = settings.n.unwrap_or(1) as usize;
        if response.completions.len() < wanted {
            return Err(self.model.unsupported(
                format!("n={wanted} (the server sent {})", response.completions.len()),
                "ask once for each completion".to_owned(),
            ));
        }
        Ok(response)
    }

    /// What this API can carry and the model's name does not rule out. A compatible server may
    /// still refuse some of it.
    fn capabilities(&self) -> Capabilities {
        self.model.capabilities()
    }

    fn name(&self) -> &str {
        self.model.label()
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address without its query and the names of headers without their values.
        f.debug_struct("OpenAi")
            .field("model", &self.model.label())
            .field("endpoint", &endpoint::shown(&self.url))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
