//! [`OpenAiResponses`]: OpenAI's Responses API, used without state on the server.

mod decode;
mod encode;
mod quirks;
mod stream;

use url::Url;

use self::stream::ItemPieces;
use super::client::{
    Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire, with_method,
};
use super::error::LmError;
use super::model::Capabilities;
use super::request::{Request, Settings};
use super::response::Response;

/// A model behind OpenAI's Responses API, or any server that speaks it. Unlike
/// [`OpenAi`](super::OpenAi) it carries a reasoning model's thoughts from turn to turn.
///
/// ```
/// use dspy::lm::{LanguageModel, OpenAiResponses};
///
/// let client = OpenAiResponses::builder("gpt-5").api_key("k-123").build()?;
/// assert_eq!(client.name(), "openai-responses/gpt-5");
/// assert_eq!(client.endpoint(), "https://api.openai.com/v1/responses");
/// let lm = client.into_lm(); // with retries
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// # Where it calls, and with which key
/// As [`OpenAi`](super::OpenAi), with `/responses` at the end of the address.
///
/// # What it sends
/// - `store: false`: the provider keeps nothing, every call holds the whole conversation.
/// - System messages at the start as `instructions`, later ones in their place.
/// - Reasoning of earlier turns as it came, in its place. OpenAI takes it back only in encrypted
///   form, which is asked for where the model reasons; what came otherwise stays behind there.
/// - [`reasoning_effort`](Settings::reasoning_effort) as `reasoning.effort`. A readable summary of
///   the thoughts comes where it is asked for by
///   [`extra`](Settings::extra): `{"reasoning": {"summary": "auto"}}`. OpenAI gives it to verified
///   organizations only.
/// - Other [`extra`](Settings::extra) fields; an object joins what is there, key by key.
///
/// Stop texts, seeds, penalties, `top_k` and audio have no place in this API and are
/// [`LmError::Unsupported`] before the call, as are settings that the model is known to refuse.
/// Several completions are as many calls. [`Message::cache`](super::Message::cache) sends nothing,
/// because the provider caches by itself.
///
/// # What it answers
/// Items that have no place in a [`Response`], such as calls of the provider's own tools, and
/// annotations: then the whole output stands in [`Response::provider`] under `output`.
pub type OpenAiResponses = Client<Responses>;

/// Builds an [`OpenAiResponses`]; begin with [`OpenAiResponses::builder`](Client::builder).
pub type OpenAiResponsesBuilder = ClientBuilder<Responses>;

/// OpenAI's Responses as a wire format.
#[derive(Debug)]
pub struct Responses {
    model: ModelName,
}

impl Wire for Responses {
    const NAME: &'static str = "OpenAiResponses";
    const SERVICE: Service = Service::OPENAI_RESPONSES;
    const FRAMING: Framing = Framing::Events;
    type Pieces = ItemPieces;

    fn new(model: ModelName) -> Self {
        Self { model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    fn capabilities(&self) -> Capabilities {
        quirks::capabilities(&self.model)
    }

    fn native_n(&self) -> bool {
        false
    }

    fn address(&self, base: Url, _stream: bool) -> Url {
        with_method(base, "/v1", "/responses")
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
        decode::response(reading)
    }

    fn pieces(&self) -> ItemPieces {
        ItemPieces::default()
    }
}
