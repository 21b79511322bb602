//! Language models: the trait, its request and response types, clients and wrappers.
//!
//! # Wrappers
//!
//! Each takes a [`LanguageModel`], or an [`EmbeddingModel`], and is one itself, so they are stacked in
//! any order, alone or together. What each sees of the others decides the order that works best,
//! from the outside in:
//!
//! | wrapper | why there |
//! |---|---|
//! | a cache | an answer it knows costs nothing of what follows |
//! | [`Fallback`] | the next model is asked when retries are over; each model has its own of the rest |
//! | [`Retry`] | each attempt takes its turn anew; it sleeps without a place, and without money set aside |
//! | [`CircuitBreaker`] | sees every attempt, and refuses at once, without a turn |
//! | [`Limit`] | sees every attempt; who waits for a turn has no money set aside yet |
//! | [`Priced`], [`Budgeted`] | count every attempt, at the price of this very model |
//! | [`Timeout`] | the time in the queue does not count; clients have limits of their own |
//!
//! ```
//! use dspy::lm::{Budget, Budgeted, CircuitBreaker, Embedded, Limit, Lm, Retry};
//!
//! let budget = Budget::usd(2.0);
//! let model = Limit::new(Budgeted::new(Embedded::new(), &budget)).with_adaptive_concurrency(64);
//! let lm = Lm::from_model(Retry::new(CircuitBreaker::new(model)));
//! # assert_eq!(lm.name(), "embedded");
//! ```

mod account;
mod anthropic;
pub(crate) mod base64;
mod batch;
mod budget;
mod budgeted;
#[cfg(feature = "cache")]
mod cache;
mod cassette;
mod circuit_breaker;
mod client;
mod embedded;
mod embedding;
mod error;
mod estimate;
mod fallback;
mod forward;
mod gemini;
mod handle;
mod history;
mod http;
mod limit;
mod local_file;
mod message;
mod meter;
mod model;
mod ollama;
mod openai;
mod openai_text;
mod priced;
mod prices;
mod private_file;
mod redaction;
mod request;
mod response;
mod responses;
mod retry;
mod scripted;
mod secret;
pub(crate) mod sniff;
mod tariff;
mod timeout;
mod watch;

pub use account::{Account, CallLog, CallMark, Looked};
pub use anthropic::{Anthropic, AnthropicBuilder};
pub use batch::{
    AnthropicBatches, BatchClient, BatchCounts, BatchError, BatchId, BatchJob, BatchModel,
    BatchState, BatchStatus, OpenAiBatches, OpenAiResponsesBatches,
};
pub use budget::{Amount, Budget, Spent};
pub use budgeted::Budgeted;
pub use circuit_breaker::CircuitBreaker;
pub mod telemetry;

#[cfg(feature = "cache")]
pub use cache::{Cache, CacheBuilder, CacheKey, CacheStats, Cached};
#[cfg(feature = "disk-cache")]
pub use cache::{DiskCache, DiskCacheBuilder, DiskCacheStats, KeptAnswer};
pub(crate) use cassette::Answered;
pub use cassette::{Nothing, Record, Replay};
pub use client::{Client, ClientBuilder, EmbeddingClient, Service};
pub(crate) use client::{JsonServer, JsonServerOptions};
pub use embedded::Embedded;
pub use embedding::{Embedder, EmbeddingModel, Embeddings};
pub use error::{LmError, ProviderFailure};
pub use fallback::{Failure, Fallback};
pub use gemini::{Gemini, GeminiBuilder};
pub(crate) use handle::split_base;
pub use handle::{Lm, configure, default_lm};
pub use history::{History, HistoryEntry, HistoryOptions};
pub use limit::{Limit, LimitStats};
pub(crate) use local_file::Wanted;
pub use local_file::{DEFAULT_MEDIA_LIMIT, LocalFile, MediaError};
pub use message::{Media, MediaSource, Message, Part, Role, ToolCall, ToolResult};
pub use meter::LmUsage;
pub use model::{Capabilities, EventStream, LanguageModel, StreamEvent};
pub use ollama::{Ollama, OllamaBuilder};
pub use openai::{OpenAi, OpenAiBuilder};
pub use openai_text::{OpenAiText, OpenAiTextBuilder};
pub use priced::Priced;
pub use prices::{LongPrompt, Price, Prices};
pub(crate) use private_file::{append_to as append_privately, replace as replace_privately};
pub use request::{CacheUse, Request, ResponseFormat, Settings, ToolChoice, ToolSpec};
pub use response::{Completion, FinishReason, RateLimit, Response, TokenLogprob, Usage};
pub use responses::{OpenAiResponses, OpenAiResponsesBuilder};
pub use retry::Retry;
pub use scripted::{Scripted, ScriptedAnswer};
pub use timeout::Timeout;
