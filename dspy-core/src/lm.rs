//! Language models: the trait, its request and response types, clients and wrappers.

mod anthropic;
mod batch;
mod client;
mod embedded;
mod embedding;
mod error;
mod handle;
mod http;
mod message;
mod model;
mod openai;
mod request;
mod response;
mod responses;
mod retry;
mod secret;

pub use anthropic::{Anthropic, AnthropicBuilder};
pub use batch::{
    AnthropicBatches, BatchClient, BatchCounts, BatchError, BatchId, BatchJob, BatchModel,
    BatchState, BatchStatus, OpenAiBatches, OpenAiResponsesBatches,
};
pub use client::{Client, ClientBuilder, EmbeddingClient, Service};
pub use embedded::Embedded;
pub use embedding::{Embedder, EmbeddingModel, Embeddings};
pub use error::{LmError, ProviderFailure};
pub(crate) use handle::split_base;
pub use handle::{Lm, configure, default_lm};
pub use message::{Media, MediaSource, Message, Part, Role, ToolCall, ToolResult};
pub use model::{Capabilities, EventStream, LanguageModel, StreamEvent};
pub use openai::{OpenAi, OpenAiBuilder};
pub use request::{CacheUse, Request, ResponseFormat, Settings, ToolChoice, ToolSpec};
pub use response::{Completion, FinishReason, RateLimit, Response, TokenLogprob, Usage};
pub use responses::{OpenAiResponses, OpenAiResponsesBuilder};
pub use retry::Retry;
