//! Language models: the trait, its request and response types, clients and wrappers.

mod embedded;
mod error;
mod handle;
mod http;
mod message;
mod model;
mod openai;
mod request;
mod response;
mod retry;
mod secret;

pub use embedded::Embedded;
pub use error::{LmError, ProviderFailure};
pub use handle::{Lm, configure, default_lm};
pub use message::{Media, MediaSource, Message, Part, Role, ToolCall, ToolResult};
pub use model::{Capabilities, EventStream, LanguageModel, StreamEvent};
pub use openai::{OpenAi, OpenAiBuilder};
pub use request::{Request, ResponseFormat, Settings, ToolChoice, ToolSpec};
pub use response::{Completion, FinishReason, RateLimit, Response, TokenLogprob, Usage};
pub use retry::Retry;
