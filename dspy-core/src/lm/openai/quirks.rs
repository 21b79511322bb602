//! [`Quirks`]: how a service departs from what OpenAI documents, as data.

use super::super::client::{ModelName, Service};
use super::super::model::Capabilities;
use super::family;
use crate::schema::subset::Dialect;

/// What a service and the model's name say about what is sent. An unknown server is taken at
/// OpenAI's word: it gets what OpenAI would, but is not known to refuse anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quirks {
    /// OpenAI's own servers, also those that Azure runs.
    pub(super) official: bool,
    /// One of OpenAI's reasoning models, which choose their sampling themselves.
    pub(super) reasons: bool,
    /// The role of a system message.
    pub(super) system: &'static str,
    /// Settings that the service refuses or overlooks.
    pub(super) refused: &'static [Setting],
    /// Whether one call can ask for several completions.
    pub(super) native_n: bool,
    pub(super) json_object: bool,
    pub(super) json_schema: bool,
    /// Whether a schema may be called `strict`.
    pub(super) strict: bool,
    pub(super) dialect: Dialect,
    pub(super) limit: Limit,
    pub(super) seed: Seed,
    pub(super) effort: Effort,
    /// The word for: call some tool.
    pub(super) required: &'static str,
    pub(super) ids: Ids,
    /// Whether a stream says what it used only when asked.
    pub(super) stream_usage: bool,
    /// Whether an answer names its price when asked.
    pub(super) names_price: bool,
    /// Whether messages may carry Anthropic's cache marks.
    pub(super) cache_marks: bool,
    /// What is sent back of a model's earlier reasoning.
    pub(super) thoughts: Thoughts,
    /// The field for the length of an embedding.
    pub(super) dimensions: &'static str,
}

/// A setting that some services do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Logprobs,
    TopK,
    Seed,
    ParallelToolCalls,
}

/// The field for the largest number of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    MaxTokens,
    MaxCompletionTokens,
}

/// The field for the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seed {
    Seed,
    RandomSeed,
}

/// The field for the effort of reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// `reasoning_effort`.
    Word,
    /// `reasoning: {effort}`.
    Object,
}

/// Which ids of tool calls the service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ids {
    Any,
    /// Nine letters and digits.
    Nine,
}

/// What is sent back of a model's earlier reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thoughts {
    Nothing,
    /// The provider's own items, as they came.
    Details,
    /// The readable text.
    Text,
}

const NEUTRAL: Quirks = Quirks {
    official: false,
    reasons: false,
    system: "system",
    refused: &[],
    native_n: true,
    json_object: true,
    json_schema: true,
    strict: true,
    dialect: Dialect::OpenAiStrict,
    limit: Limit::MaxTokens,
    seed: Seed::Seed,
    effort: Effort::Word,
    required: "required",
    ids: Ids::Any,
    stream_usage: true,
    names_price: false,
    cache_marks: false,
    thoughts: Thoughts::Details,
    dimensions: "dimensions",
};

const OPENAI: Quirks =
    Quirks { official: true, refused: &[Setting::TopK], thoughts: Thoughts::Nothing, ..NEUTRAL };

/// The services with quirks, by the names of model strings.
const TABLE: [(&str, Quirks); 10] = [
    (Service::AZURE.id, OPENAI),
    (
        Service::GROQ.id,
        Quirks {
            native_n: false,
            refused: &[Setting::Logprobs, Setting::TopK],
            thoughts: Thoughts::Nothing,
            ..NEUTRAL
        },
    ),
    (
        Service::MISTRAL.id,
        Quirks {
            refused: &[Setting::Logprobs, Setting::TopK],
            seed: Seed::RandomSeed,
            required: "any",
            ids: Ids::Nine,
            // It says so anyway, and refuses the question.
            stream_usage: false,
            thoughts: Thoughts::Nothing,
            dimensions: "output_dimension",
            ..NEUTRAL
        },
    ),
    (
        Service::DEEPSEEK.id,
        Quirks {
            native_n: false,
            json_schema: false,
            refused: &[Setting::TopK, Setting::Seed, Setting::ParallelToolCalls],
            thoughts: Thoughts::Text,
            ..NEUTRAL
        },
    ),
    (
        Service::OPENROUTER.id,
        Quirks {
            native_n: false,
            effort: Effort::Object,
            names_price: true,
            cache_marks: true,
            ..NEUTRAL
        },
    ),
    (
        Service::CEREBRAS.id,
        Quirks {
            native_n: false,
            refused: &[Setting::TopK],
            thoughts: Thoughts::Nothing,
            ..NEUTRAL
        },
    ),
    (Service::LM_STUDIO.id, Quirks { native_n: false, json_object: false, ..NEUTRAL }),
    (Service::TOGETHER.id, Quirks { strict: false, ..NEUTRAL }),
    (Service::VLLM.id, Quirks { strict: false, dialect: Dialect::Vllm, ..NEUTRAL }),
    (Service::LLAMA_CPP.id, Quirks { dialect: Dialect::LlamaCpp, ..NEUTRAL }),
];

impl Quirks {
    /// What holds for this model of this service.
    pub(super) fn of(model: &ModelName) -> Self {
        let id = model.service().id();
        let openai = id == Service::OPENAI.id && model.own_host();
        let service = TABLE.iter().find(|(known, _)| *known == id).map(|(_, quirks)| *quirks);
        let mut quirks = if openai { OPENAI } else { service.unwrap_or(NEUTRAL) };
        quirks.reasons = family::reasons(model.family());
        if quirks.reasons {
            quirks.limit = Limit::MaxCompletionTokens;
        }
        // The first two know neither role, and say so themselves.
        if openai && quirks.reasons && !["o1-mini", "o1-preview"].contains(&model.family()) {
            quirks.system = "developer";
        }
        if quirks.official && family::is_before_schemas(model.family()) {
            quirks.json_schema = false;
        }
        quirks
    }

    /// What the model can do, as far as service and name tell.
    pub(super) fn capabilities(&self, model: &ModelName) -> Capabilities {
        Capabilities {
            json_schema: self.json_schema,
            dialect: self.dialect,
            json_object: self.json_object,
            tools: true,
            images: true,
            audio: !self.official || model.family().contains("audio"),
            logprobs: !self.reasons && !self.refused.contains(&Setting::Logprobs),
            reasoning: !self.official || self.reasons,
            n: self.native_n,
            citations: false,
        }
    }
}
