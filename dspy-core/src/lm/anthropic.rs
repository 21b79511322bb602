//! [`Anthropic`]: Anthropic's Messages API, and every server that speaks the same.

mod decode;
mod encode;
mod family;
mod stream;
mod thinking;

use url::Url;

use self::family::Family;
use self::stream::MessagePieces;
use super::client::{Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire};
use super::error::LmError;
use super::model::Capabilities;
use super::request::{Request, Settings};
use super::response::Response;

/// A model behind Anthropic's Messages API: Claude, or any server that speaks it.
///
/// ```
/// use dspy::lm::{Anthropic, LanguageModel};
///
/// let client = Anthropic::builder("claude-sonnet-5").api_key("k-123").build()?;
/// assert_eq!(client.name(), "anthropic/claude-sonnet-5");
/// assert_eq!(client.endpoint(), "https://api.anthropic.com/v1/messages");
/// let lm = client.into_lm(); // with retries
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// # Where it calls
/// The builder's [`api_base`](AnthropicBuilder::api_base), else `ANTHROPIC_BASE_URL`, else
/// `https://api.anthropic.com`. An address gets `/v1/messages`, as far as it does not end so
/// already. Redirects are never followed.
///
/// # Which key it sends
/// The builder's [`api_key`](AnthropicBuilder::api_key), wherever it calls; otherwise
/// `ANTHROPIC_API_KEY`, to Anthropic or the server that `ANTHROPIC_BASE_URL` named. It goes as
/// `x-api-key`, beside `anthropic-version: 2023-06-01`. Beta features are asked for by
/// [`header`](AnthropicBuilder::header), such as `anthropic-beta: files-api-2025-04-14`, which
/// media given by file id need.
///
/// # What it sends
/// - `max_tokens`, which this API requires: the request's, or else 16384, for models before
///   Claude 4.6 8192, for Claude 3 and older 4096. A longer answer is cut off there.
/// - System messages as the field `system`. They have to come first; elsewhere they are
///   [`LmError::Unsupported`]. The first message after them has to be a user's.
/// - Messages in a row of one speaker as one message, which is how the API takes them: a tool's
///   results are a user's, and come before anything else in it.
/// - [`Message::cache`](super::Message::cache) as `cache_control` on the last block of that
///   message; at most four are allowed.
/// - Thoughts of earlier turns that carry the provider's signature, as they came. Others stay
///   behind.
/// - [`reasoning_effort`](Settings::reasoning_effort) as adaptive thinking and `effort`, or for
///   models before Claude 4.6 as a budget: `minimal` 1024 tokens, `low` 2048, `medium` 8192,
///   `high` 16384, `xhigh` 24576, `max` 32000. They count towards `max_tokens`; where the request
///   sets none, they are added to the default. `none` switches thinking off. Without a word on
///   effort the model does as it does by default.
/// - [`extra`](Settings::extra) fields; an object joins what is there, key by key.
///
/// Seeds, log-probabilities, penalties and audio have no place in this API and are
/// [`LmError::Unsupported`] before the call, as is sampling where a model does not allow it.
/// Several completions are as many calls.
///
/// # What it answers
/// Blocks that have no place in a [`Response`], such as results of the provider's own tools, and
/// citations: then the whole content stands in [`Response::provider`] under `content`.
pub type Anthropic = Client<Messages>;

/// Builds an [`Anthropic`]; begin with [`Anthropic::builder`](Client::builder).
pub type AnthropicBuilder = ClientBuilder<Messages>;

/// Anthropic's Messages as a wire format.
#[derive(Debug)]
pub struct Messages {
    model: ModelName,
    family: &'static Family,
}

impl Wire for Messages {
    const NAME: &'static str = "Anthropic";
    const SERVICE: Service = Service::ANTHROPIC;
    const FRAMING: Framing = Framing::Events;
    type Pieces = MessagePieces;

    fn new(model: ModelName) -> Self {
        Self { family: Family::of(&model), model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    fn capabilities(&self) -> Capabilities {
        self.family.capabilities()
    }

    fn native_n(&self) -> bool {
        false
    }

    fn address(&self, mut base: Url, _stream: bool) -> Url {
        let path = base.path().trim_end_matches('/');
        // Whatever the path, this provider's own clients add the version to it.
        let path = match path.rsplit('/').next() {
            Some("messages") => path.to_owned(),
            Some("v1") => format!("{path}/messages"),
            _ => format!("{path}/v1/messages"),
        };
        base.set_path(&path);
        base
    }

    fn headers(&self) -> &[(&'static str, &'static str)] {
        &[("anthropic-version", "2023-06-01")]
    }

    fn encode(
        &self,
        request: &Request,
        settings: &Settings,
        stream: bool,
    ) -> Result<Vec<u8>, LmError> {
        encode::body(&self.model, self.family, request, settings, stream)
    }

    fn decode(&self, reading: &Reading<'_>) -> Result<Response, LmError> {
        decode::response(reading)
    }

    fn pieces(&self) -> MessagePieces {
        MessagePieces::default()
    }
}
