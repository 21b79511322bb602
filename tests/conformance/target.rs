//! [`Target`]: one provider's wire format on one server.

use std::fmt;
use std::time::Duration;

use dspy::lm::{Anthropic, Gemini, Lm, Ollama, OpenAi, OpenAiResponses, OpenAiText};
use serde::Deserialize;

pub(crate) const VARIABLE: &str = "DSPY_TEST_SERVERS";

/// Only targets whose names contain this, such as `openai on aimock`.
const ONLY: &str = "DSPY_TEST_ONLY";

/// A server that speaks a provider's format.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) server: String,
    pub(crate) provider: String,
    base: String,
    pub(crate) model: String,
    #[serde(default)]
    key: Option<String>,
}

/// What a server cannot show, and why: server, provider, model, capability; `*` is any.
#[rustfmt::skip]
const LIMITS: &[(&str, &str, &str, &str, &str)] = &[
    ("*", "*", "tiny", "tool call", "random weights call no tool"),
    ("*", "*", "tiny", "tool call, streamed", "random weights call no tool"),
    ("*", "*", "tiny", "reasoning", "random weights do not think"),
    ("*", "*", "tiny", "image", "random weights see nothing"),
    ("*", "*", "tiny", "audio", "random weights hear nothing"),
    ("*", "*", "tiny", "file", "random weights read no files"),
    ("*", "openai-text", "*", "image", "the format has none"),
    ("*", "openai-text", "*", "audio", "the format has none"),
    ("*", "openai-text", "*", "file", "the format has none"),
    ("*", "openai-responses", "*", "audio", "the format has none"),
    ("*", "anthropic", "*", "audio", "the format has none"),
    ("*", "ollama", "*", "audio", "the format has none"),
    ("*", "ollama", "*", "file", "the format has none"),
    ("*", "*", "tiny", "Predict", "random weights know no capitals"),
    ("llama.cpp", "*", "*", "unknown model", "it serves one model under every name"),
    ("llama.cpp", "*", "*", "wrong key", "it is started without a key"),
    ("llama.cpp", "*", "*", "429", "it never says so"),
    ("llama.cpp", "*", "*", "503", "it never says so"),
    ("litellm", "*", "*", "503", "its scripts have no such error"),
    ("litellm", "*", "mock", "token limit", "its script gives one text to everything"),
    ("litellm", "*", "mock", "logprobs", "its script gives one text to everything"),
    ("litellm", "*", "mock", "structured", "its script gives one text to everything"),
    ("litellm", "*", "mock", "tool call", "its script gives one text to everything"),
    ("litellm", "*", "mock", "tool call, streamed", "its script gives one text to everything"),
    ("litellm", "*", "mock", "tool result", "its script gives one text to everything"),
    ("litellm", "*", "mock", "reasoning", "its script gives one text to everything"),
    ("llama.cpp", "openai-responses", "*", "token limit", "it calls a cut-off answer completed"),
    ("llama.cpp", "openai-responses", "*", "logprobs", "it wants a field that the API does not have"),
    ("llama.cpp", "openai-responses", "*", "structured", "it overlooks `text.format`"),
    ("llama.cpp", "anthropic", "*", "structured", "it overlooks `output_config`"),
    ("litellm", "openai-responses", "tiny", "token limit", "the server behind it calls a cut-off answer completed"),
    ("litellm", "openai-responses", "tiny", "logprobs", "the server behind it wants a field that the API does not have"),
    ("litellm", "openai-responses", "tiny", "structured", "the server behind it overlooks `text.format`"),
    ("litellm", "openai-responses", "mock", "stream", "its script does not stream in this format"),
    ("litellm", "openai-responses", "mock", "stream, n = 2", "its script does not stream in this format"),
    ("litellm", "openai-responses", "mock", "cancel a stream", "its script does not stream in this format"),
    ("litellm", "openai-responses", "mock", "too long", "its script answers with the error's name"),
    ("litellm", "openai-responses", "*", "429", "its script answers with the error's name"),
    ("litellm", "anthropic", "tiny", "token limit", "it asks by Responses, where the server calls a cut-off answer completed"),
    ("litellm", "anthropic", "tiny", "structured", "it asks by Responses, where the server overlooks the schema"),
    ("litellm", "gemini", "mock", "too long", "its script answers with the error's name"),
    ("litellm", "gemini", "*", "429", "its script answers with the error's name"),
    ("litellm", "gemini", "tiny", "seed", "it does not pass the seed on"),
    ("litellm", "gemini", "tiny", "logprobs", "it does not pass them on"),
    ("aimock", "openai-responses", "*", "usage", "it counts nothing in this format"),
    ("aimock", "anthropic", "*", "usage", "it counts nothing in this format"),
    ("aimock", "gemini", "*", "usage", "it counts nothing in this format"),
    ("aimock", "ollama", "*", "usage", "it counts nothing in this format"),
    ("aimock", "ollama", "*", "token limit", "it always says `stop` in this format"),
    ("aimock", "ollama", "*", "reasoning", "it names the field as OpenAI's servers do, not as Ollama"),
    ("aimock", "openai", "*", "n = 2", "it gives one completion, whatever is asked"),
    ("aimock", "openai", "*", "stream, n = 2", "it gives one completion, whatever is asked"),
    ("aimock", "*", "*", "logprobs", "it gives none"),
    ("aimock", "*", "*", "too long", "it takes prompts of any length"),
    ("aimock", "*", "*", "unknown model", "it serves every name"),
];

impl Target {
    /// The servers that the environment names.
    pub(crate) fn all() -> Option<Vec<Self>> {
        let text = std::env::var(VARIABLE).ok()?;
        let mut targets: Vec<Self> =
            serde_json::from_str(&text).expect("the variable holds a list of targets");
        if let Ok(wanted) = std::env::var(ONLY) {
            targets.retain(|target| target.to_string().contains(&wanted));
        }
        Some(targets)
    }

    /// A client as users make it, with retries.
    pub(crate) fn lm(&self) -> Lm {
        self.lm_of(&self.model, self.key.as_deref())
    }

    /// The same with another model.
    pub(crate) fn lm_named(&self, model: &str) -> Lm {
        self.lm_of(model, self.key.as_deref())
    }

    /// The same with another key.
    pub(crate) fn lm_with_key(&self, key: &str) -> Lm {
        self.lm_of(&self.model, Some(key))
    }

    /// The key, which must show up nowhere.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether a language model answers, and not a script.
    pub(crate) fn is_real(&self) -> bool {
        self.model == "tiny"
    }

    pub(crate) fn reason_to_skip(&self, capability: &str) -> Option<&'static str> {
        let fits = |pattern: &str, text: &str| pattern == "*" || pattern == text;
        LIMITS
            .iter()
            .find(|(server, provider, model, name, _)| {
                fits(server, &self.server)
                    && fits(provider, &self.provider)
                    && fits(model, &self.model)
                    && fits(name, capability)
            })
            .map(|(.., reason)| *reason)
    }

    fn lm_of(&self, model: &str, key: Option<&str>) -> Lm {
        macro_rules! client {
            ($client:ty) => {{
                let builder = <$client>::builder(model)
                    .api_base(&self.base)
                    .timeout(Duration::from_secs(50))
                    .env(|_| None);
                let builder = match key {
                    Some(key) => builder.api_key(key),
                    None => builder,
                };
                builder.build().expect("a client").into_lm()
            }};
        }
        match self.provider.as_str() {
            "openai" => client!(OpenAi),
            "openai-responses" => client!(OpenAiResponses),
            "anthropic" => client!(Anthropic),
            "openai-text" => client!(OpenAiText),
            "gemini" => client!(Gemini),
            "ollama" => client!(Ollama),
            other => panic!("there is no client for `{other}`"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {} ({})", self.provider, self.server, self.model)
    }
}
