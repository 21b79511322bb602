//! [`Gemini`]: Google's models by the Gemini API.

mod embed;
mod encode;
mod family;
mod pieces;
mod usage;

use serde_json::Value;
use url::Url;

use self::pieces::GeminiPieces;
use super::client::{Client, ClientBuilder, Framing, ModelName, Reading, Service, Wire};
use super::error::LmError;
use super::model::Capabilities;
use super::request::{Request, Settings};
use super::response::Response;

/// A model behind Google's Gemini API (`generateContent`), or a server that speaks it.
///
/// ```
/// use dspy::lm::{Gemini, LanguageModel};
///
/// let client = Gemini::builder("gemini-2.5-flash").api_key("k-123").build()?;
/// assert_eq!(client.name(), "gemini/gemini-2.5-flash");
/// assert_eq!(
///     client.endpoint(),
///     "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"
/// );
/// let lm = client.into_lm(); // with retries
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// # Where it calls
/// The builder's [`api_base`](GeminiBuilder::api_base), else `GOOGLE_GEMINI_BASE_URL`, else
/// `https://generativelanguage.googleapis.com/v1beta`. An address without a path gets `/v1beta`; any
/// other path stays as written. Models may be named `models/NAME`, too.
///
/// # Which key it sends
/// The builder's [`api_key`](GeminiBuilder::api_key); else `GEMINI_API_KEY`, else `GOOGLE_API_KEY`,
/// to Google or to the server of `GOOGLE_GEMINI_BASE_URL` only. It goes into the header
/// `x-goog-api-key`, never into the address.
///
/// # What it sends
/// What the request and the settings name and nothing else. `settings.extra` is merged into the
/// body, so that `{"generationConfig": {"mediaResolution": …}}` or `{"safetySettings": […]}` reach
/// the API.
///
/// - `n` completions are `n` calls: the API's `candidateCount` is refused by most models (all of
///   Gemini 3) and by every stream, and a refused call would cost more than the repeated prompt.
/// - `reasoning_effort` is the `thinkingLevel` of Gemini 3 and later, in its words (`low`, `high`,
///   …), and the `thinkingBudget` of Gemini 2.5: `none`, `minimal`, `low`, `medium`, `high`, or a
///   number of tokens. Summaries of the thoughts are asked for with it and come back as
///   [`Part::Reasoning`](super::Part::Reasoning).
/// - System messages have to come first, since the API has one place for them. Turns of the same
///   role in a row become one.
/// - [`Message::cache`](super::Message::cache) sends nothing: the API caches by itself.
///
/// # What comes back
/// Thought signatures are kept in the `opaque` data of tool calls and reasoning and go back on the
/// part they came with; Gemini 3 refuses a conversation whose tool calls lost them, so calls of
/// another model get the word that Google has for that case. A part of a kind unknown here is kept
/// and sent back in the same way.
///
/// A prompt that the filter blocks is an answer of one empty completion with
/// [`FinishReason::ContentFilter`](super::FinishReason::ContentFilter), as a blocked answer is: the
/// API answers both with success and counts their tokens.
pub type Gemini = Client<GenerateContent>;

/// Builds a [`Gemini`]; begin with [`Gemini::builder`](Client::builder).
pub type GeminiBuilder = ClientBuilder<GenerateContent>;

/// Gemini's `generateContent` as a wire format.
#[derive(Debug)]
pub struct GenerateContent {
    model: ModelName,
}

impl Wire for GenerateContent {
    const NAME: &'static str = "Gemini";
    const SERVICE: Service = Service::GEMINI;
    const FRAMING: Framing = Framing::Events;
    type Pieces = GeminiPieces;

    fn new(model: ModelName) -> Self {
        Self { model }
    }

    fn model(&self) -> &ModelName {
        &self.model
    }

    fn capabilities(&self) -> Capabilities {
        family::capabilities(&self.model)
    }

    fn native_n(&self) -> bool {
        false
    }

    fn address(&self, base: Url, stream: bool) -> Url {
        if !stream {
            return method(&self.model, base, "generateContent");
        }
        let mut url = method(&self.model, base, "streamGenerateContent");
        // Without it the stream is one JSON array.
        url.query_pairs_mut().append_pair("alt", "sse");
        url
    }

    fn encode(
        &self,
        request: &Request,
        settings: &Settings,
        _stream: bool,
    ) -> Result<Vec<u8>, LmError> {
        encode::body(&self.model, request, settings)
    }

    fn decode(&self, reading: &Reading<'_>) -> Result<Response, LmError> {
        let body: Value = reading.json()?;
        let mut pieces = self.pieces();
        reading.assembled([Ok(body)], |body, to| pieces.fragment(&body, to))
    }

    fn pieces(&self) -> GeminiPieces {
        GeminiPieces::default()
    }
}

/// The resource name of a model.
fn resource(model: &ModelName) -> String {
    let name = model.sent();
    let whole = ["models/", "tunedModels/"].iter().any(|kind| name.starts_with(kind));
    if whole { name.to_owned() } else { format!("models/{name}") }
}

/// The address of a method of the model; a base without a path gets the version first.
fn method(model: &ModelName, mut base: Url, method: &str) -> Url {
    let path = base.path().trim_end_matches('/');
    let path = if path.is_empty() { "/v1beta" } else { path };
    let path = format!("{path}/{}:{method}", resource(model));
    base.set_path(&path);
    base
}
