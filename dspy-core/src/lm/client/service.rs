//! [`Service`]: a provider's address, its environment variables and how it wants its key.

/// A provider or a kind of server: where it is, which environment variables hold its address and
/// key, and under which name model strings know it.
///
/// ```
/// use dspy::lm::Service;
///
/// let groq = Service::named("groq").expect("a known service");
/// assert_eq!(groq.id(), "groq");
/// assert_eq!(groq.key_variables(), ["GROQ_API_KEY"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    pub(in crate::lm) id: &'static str,
    pub(in crate::lm) base: &'static str,
    /// The domain whose hosts belong to the provider; empty for software that anybody runs.
    pub(in crate::lm) domain: &'static str,
    pub(in crate::lm) base_variables: &'static [&'static str],
    pub(in crate::lm) key_variables: &'static [&'static str],
    pub(in crate::lm) auth: Auth,
    /// Whether calls without a key cannot work.
    pub(in crate::lm) needs_key: bool,
    pub(in crate::lm) api: Api,
}

/// The header that carries the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lm) enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone in a header of this name.
    Header(&'static str),
}

/// The wire format that a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lm) enum Api {
    OpenAiChat,
    OpenAiResponses,
    Anthropic,
    Gemini,
    Ollama,
    OpenAiText,
}

const fn remote(
    id: &'static str,
    base: &'static str,
    domain: &'static str,
    key_variables: &'static [&'static str],
) -> Service {
    Service {
        id,
        base,
        domain,
        base_variables: &[],
        key_variables,
        auth: Auth::Bearer,
        needs_key: true,
        api: Api::OpenAiChat,
    }
}

const fn local(id: &'static str, base: &'static str) -> Service {
    Service {
        id,
        base,
        domain: "",
        base_variables: &[],
        key_variables: &[],
        auth: Auth::Bearer,
        needs_key: false,
        api: Api::OpenAiChat,
    }
}

impl Service {
    /// OpenAI's Chat Completions, and any server that speaks it.
    pub const OPENAI: Self = Self {
        base_variables: &["DSPY_API_BASE", "OPENAI_BASE_URL"],
        ..remote("openai", "https://api.openai.com/v1", "openai.com", &["OPENAI_API_KEY"])
    };
    /// OpenAI's Responses, with the address and the key of [`OPENAI`](Self::OPENAI).
    pub const OPENAI_RESPONSES: Self =
        Self { id: "openai-responses", api: Api::OpenAiResponses, ..Self::OPENAI };
    /// Anthropic's Messages.
    pub const ANTHROPIC: Self = Self {
        base_variables: &["ANTHROPIC_BASE_URL"],
        auth: Auth::Header("x-api-key"),
        api: Api::Anthropic,
        ..remote(
            "anthropic",
            "https://api.anthropic.com/v1",
            "anthropic.com",
            &["ANTHROPIC_API_KEY"],
        )
    };
    /// OpenAI's older text completions, and any server that has them.
    pub const OPENAI_TEXT: Self = Self { id: "openai-text", api: Api::OpenAiText, ..Self::OPENAI };
    /// OpenAI's models at Azure. The address is that of a resource.
    pub const AZURE: Self = Self {
        base_variables: &["AZURE_OPENAI_ENDPOINT"],
        auth: Auth::Header("api-key"),
        ..remote("azure", "", "openai.azure.com", &["AZURE_OPENAI_API_KEY"])
    };
    /// Groq.
    pub const GROQ: Self =
        remote("groq", "https://api.groq.com/openai/v1", "groq.com", &["GROQ_API_KEY"]);
    /// Together.
    pub const TOGETHER: Self =
        remote("together", "https://api.together.xyz/v1", "together.xyz", &["TOGETHER_API_KEY"]);
    /// Mistral.
    pub const MISTRAL: Self =
        remote("mistral", "https://api.mistral.ai/v1", "mistral.ai", &["MISTRAL_API_KEY"]);
    /// DeepSeek.
    pub const DEEPSEEK: Self =
        remote("deepseek", "https://api.deepseek.com/v1", "deepseek.com", &["DEEPSEEK_API_KEY"]);
    /// OpenRouter.
    pub const OPENROUTER: Self = remote(
        "openrouter",
        "https://openrouter.ai/api/v1",
        "openrouter.ai",
        &["OPENROUTER_API_KEY"],
    );
    /// Fireworks.
    pub const FIREWORKS: Self = remote(
        "fireworks",
        "https://api.fireworks.ai/inference/v1",
        "fireworks.ai",
        &["FIREWORKS_API_KEY"],
    );
    /// xAI.
    pub const XAI: Self = remote("xai", "https://api.x.ai/v1", "x.ai", &["XAI_API_KEY"]);
    /// Cerebras.
    pub const CEREBRAS: Self =
        remote("cerebras", "https://api.cerebras.ai/v1", "cerebras.ai", &["CEREBRAS_API_KEY"]);
    /// Google's Gemini API.
    pub const GEMINI: Self = Self {
        base_variables: &["GOOGLE_GEMINI_BASE_URL"],
        auth: Auth::Header("x-goog-api-key"),
        api: Api::Gemini,
        ..remote(
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
            "generativelanguage.googleapis.com",
            &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        )
    };
    /// Ollama on this machine or where `OLLAMA_HOST` says, by its own API. Only ollama.com wants a
    /// key.
    pub const OLLAMA: Self = Self {
        base_variables: &["OLLAMA_HOST"],
        api: Api::Ollama,
        ..remote("ollama", "http://localhost:11434", "ollama.com", &["OLLAMA_API_KEY"])
    };
    /// A vLLM server on this machine; name another address with `@` or `api_base`.
    pub const VLLM: Self = local("vllm", "http://localhost:8000/v1");
    /// A llama.cpp server on this machine.
    pub const LLAMA_CPP: Self = local("llamacpp", "http://localhost:8080/v1");
    /// LM Studio on this machine.
    pub const LM_STUDIO: Self = local("lmstudio", "http://localhost:1234/v1");

    pub(in crate::lm) const ALL: &'static [Self] = &[
        Self::OPENAI,
        Self::OPENAI_RESPONSES,
        Self::ANTHROPIC,
        Self::OPENAI_TEXT,
        Self::AZURE,
        Self::GROQ,
        Self::TOGETHER,
        Self::MISTRAL,
        Self::DEEPSEEK,
        Self::OPENROUTER,
        Self::FIREWORKS,
        Self::XAI,
        Self::CEREBRAS,
        Self::GEMINI,
        Self::OLLAMA,
        Self::VLLM,
        Self::LLAMA_CPP,
        Self::LM_STUDIO,
    ];

    /// The service that model strings call `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|service| service.id == name)
    }

    /// The name in model strings: what stands before the `/`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The environment variables that hold a key for it, in the order they are looked up.
    pub fn key_variables(&self) -> &'static [&'static str] {
        self.key_variables
    }

    /// Whether `host` belongs to the provider itself.
    pub(in crate::lm) fn owns(&self, host: &str) -> bool {
        !self.domain.is_empty()
            && host
                .strip_suffix(self.domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}
