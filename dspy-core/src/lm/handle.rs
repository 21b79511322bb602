//! [`Lm`]: a cheap, clonable handle over any [`LanguageModel`].

mod erased;
mod watched;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::anthropic::Anthropic;
use super::client::{Api, Client, ClientBuilder, Service, Wire};
use super::embedded::Embedded;
use super::error::LmError;
use super::gemini::Gemini;
use super::history::{History, HistoryOptions, Ring};
use super::meter::{LmUsage, Meter};
use super::model::{Capabilities, EventStream, LanguageModel};
use super::ollama::Ollama;
use super::openai::OpenAi;
use super::openai_text::OpenAiText;
use super::priced::Priced;
use super::prices::Prices;
use super::request::Request;
use super::response::Response;
use super::responses::OpenAiResponses;
use super::retry::Retry;
use watched::Watched;

pub(super) use erased::ErasedModel;

/// A language model, whichever it is. Cloning is cheap and shares the model.
///
/// ```
/// use dspy::lm::{Lm, Request, Message};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let lm = Lm::embedded();
/// let response = lm.generate(&Request::new([Message::user("Say something.")])).await?;
/// assert_eq!(response.completions.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A handle counts what its calls spend ([`usage`](Self::usage)), traces them
/// ([`telemetry`](super::telemetry)), and, made by [`Lm::new`] or [`Lm::embedded`], keeps the last
/// 100 of them ([`history`](Self::history)).
#[derive(Clone)]
pub struct Lm(Arc<Watched>);

impl Lm {
    /// The model of a string `PROVIDER/MODEL`, or `PROVIDER/MODEL@ADDRESS` for a server elsewhere;
    /// or `embedded`.
    ///
    /// `openai/NAME` serves OpenAI and every server that speaks its API; [`Service`] lists the
    /// providers known by name and their keys. Retries and time limits have sensible defaults; the
    /// clients' builders set everything by hand.
    ///
    /// ```
    /// let lm = dspy::lm::Lm::new("openai/qwen3@http://localhost:8000/v1")?;
    /// assert_eq!(lm.name(), "openai/qwen3");
    /// # Ok::<(), dspy::lm::LmError>(())
    /// ```
    ///
    /// # Errors
    /// [`LmError::UnknownProvider`], [`LmError::MissingKey`], or [`LmError::Config`] for an api base
    /// that is no address.
    pub fn new(model: &str) -> Result<Self, LmError> {
        if model == "embedded" {
            return Ok(Self::embedded());
        }
        let (named, base) = split_base(model);
        let (provider, name) = named.split_once('/').unwrap_or((named, ""));
        let Some(service) = Service::named(provider) else {
            return Err(LmError::UnknownProvider {
                model: model.to_owned(),
                provider: provider.to_owned(),
                hint: suggestion(model, provider),
            });
        };
        if name.is_empty() {
            return Err(LmError::Config {
                message: format!(
                    "model string `{model}` names no model; write `{provider}/NAME`, such as \
                     `openai/gpt-4o-mini`"
                ),
            });
        }
        match service.api {
            Api::OpenAiChat => client(OpenAi::builder(name), service, base),
            Api::OpenAiResponses => client(OpenAiResponses::builder(name), service, base),
            Api::Anthropic => client(Anthropic::builder(name), service, base),
            Api::Gemini => client(Gemini::builder(name), service, base),
            Api::Ollama => client(Ollama::builder(name), service, base),
            Api::OpenAiText => client(OpenAiText::builder(name), service, base),
        }
    }

    /// The model named by the environment variable `DSPY_LM`, or the embedded one where it is unset.
    ///
    /// # Errors
    /// As [`Lm::new`]; and [`LmError::Config`] where `DSPY_API_BASE` names a server but `DSPY_LM` no
    /// model, which can only be a slip.
    pub fn from_env() -> Result<Self, LmError> {
        let read = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        match (read("DSPY_LM"), read("DSPY_API_BASE")) {
            (Some(model), _) => Self::new(model.trim()),
            (None, None) => Ok(Self::embedded()),
            (None, Some(_)) => Err(LmError::Config {
                message:
                    "DSPY_API_BASE is set but DSPY_LM is not; set DSPY_LM=openai/NAME with the \
                          name of a model on that server"
                        .to_owned(),
            }),
        }
    }

    /// The embedded model: deterministic, offline, no language model at all. See [`Embedded`].
    pub fn embedded() -> Self {
        Self::from_model(Embedded::new()).with_history(HistoryOptions::default())
    }

    /// A handle over a model of your own, as it is: no retries, no timeouts, no history.
    pub fn from_model(model: impl LanguageModel) -> Self {
        Self::watching(Arc::new(model), None, false)
    }

    fn watching(model: Arc<dyn ErasedModel>, history: Option<Ring>, traces_content: bool) -> Self {
        Self(Arc::new(Watched { model, history, meter: Meter::default(), traces_content }))
    }

    /// A handle over the same model that keeps so many of its calls, or by such options; none with
    /// 0. It begins with an empty history and counts from nothing.
    #[must_use]
    pub fn with_history(&self, options: impl Into<HistoryOptions>) -> Self {
        let ring = Ring::new(options.into());
        Self::watching(Arc::clone(&self.0.model), ring, self.0.traces_content)
    }

    /// A handle over the same model whose spans carry messages and answers, or not, which is the
    /// default: they may hold what nobody else should read. It begins with an empty history and
    /// counts from nothing.
    #[must_use]
    pub fn with_traced_content(&self, traced: bool) -> Self {
        let ring = self.0.history.as_ref().and_then(|ring| Ring::new(ring.options.clone()));
        Self::watching(Arc::clone(&self.0.model), ring, traced)
    }

    /// Whether spans carry messages and answers.
    pub(crate) fn traces_content(&self) -> bool {
        self.0.traces_content
    }

    /// A handle over the same model with a cache before it. It begins with an empty history and
    /// counts from nothing; answers from the cache stand in both.
    #[cfg(feature = "cache")]
    #[must_use]
    pub fn cached(&self, cache: &super::Cache) -> Self {
        let bare = erased::Bare(Arc::clone(&self.0.model));
        let ring = self.0.history.as_ref().and_then(|ring| Ring::new(ring.options.clone()));
        let model = Arc::new(super::Cached::new(bare, cache));
        Self::watching(model, ring, self.0.traces_content)
    }

    /// The last calls through this handle and its clones, the oldest first. A streamed call counts
    /// once its stream has ended.
    pub fn history(&self) -> History {
        History::new(self.0.history.as_ref().map(Ring::all).unwrap_or_default())
    }

    /// The last `count` calls, as a person reads them; for printing.
    ///
    /// ```
    /// # use dspy::lm::{Lm, Message, Request};
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let lm = Lm::embedded();
    /// lm.generate(&Request::new([Message::user("Say something.")])).await?;
    /// let text = lm.inspect_history(1);
    /// assert!(text.contains("User message:\n\nSay something.\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn inspect_history(&self, count: usize) -> String {
        match &self.0.history {
            None => "This handle keeps no history; make one that does: `lm.with_history(100)`.\n"
                .to_owned(),
            Some(ring) => match History::new(ring.all()).last_calls(count) {
                calls if calls.is_empty() => "No calls yet.\n".to_owned(),
                calls => calls.to_string(),
            },
        }
    }

    /// Forgets the calls so far.
    pub fn clear_history(&self) {
        if let Some(ring) = &self.0.history {
            ring.clear();
        }
    }

    /// What was spent through this handle and its clones so far.
    pub fn usage(&self) -> LmUsage {
        self.0.meter.read()
    }

    /// Answers one request.
    ///
    /// # Errors
    /// Whatever the model reports.
    pub async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.0.generate(request).await
    }

    /// The same for a caller who shares request and answer with the history, which then copies
    /// neither.
    pub(crate) async fn answer(&self, request: &Arc<Request>) -> Result<Arc<Response>, LmError> {
        self.0.answer(request).await
    }

    /// Answers one request piece by piece.
    ///
    /// # Errors
    /// Whatever the model reports.
    pub async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        self.0.stream(request).await
    }

    /// What the model can do.
    pub fn capabilities(&self) -> Capabilities {
        self.0.model.capabilities()
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        self.0.model.name()
    }
}

impl LanguageModel for Lm {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.0.generate(request).await
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        self.0.stream(request).await
    }

    fn capabilities(&self) -> Capabilities {
        self.0.model.capabilities()
    }

    fn name(&self) -> &str {
        self.0.model.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        self.0.model.fingerprint()
    }

    fn curl(&self, request: &Request) -> Option<String> {
        self.0.model.curl(request)
    }

    /// What the model does not pay, the handle does.
    fn pays(&self) -> bool {
        true
    }
}

impl<W: Wire> Client<W> {
    /// This client with the default retry policy, history and, for calls to the provider's own host,
    /// the built-in prices, as a handle.
    pub fn into_lm(self) -> Lm {
        // A server that merely speaks the provider's API does not charge its prices.
        let prices = if self.has_list_prices() { Prices::builtin() } else { Prices::empty() };
        Lm::from_model(Retry::new(Priced::new(self, &prices)))
            .with_history(HistoryOptions::default())
    }
}

impl fmt::Debug for Lm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lm").field(&self.name()).finish()
    }
}

fn client<W: Wire>(
    builder: ClientBuilder<W>,
    service: Service,
    base: Option<&str>,
) -> Result<Lm, LmError> {
    let builder = builder.service(service);
    let builder = match base {
        Some(base) => builder.api_base(base),
        None => builder,
    };
    Ok(builder.build()?.into_lm())
}

/// Model names may hold an `@` themselves, so only one before an address counts.
pub(crate) fn split_base(model: &str) -> (&str, Option<&str>) {
    match model.find("@http://").or_else(|| model.find("@https://")) {
        Some(at) => (model.get(..at).unwrap_or(model), model.get(at + 1..)),
        None => (model, None),
    }
}

fn suggestion(model: &str, provider: &str) -> String {
    let close = Service::ALL
        .iter()
        .map(Service::id)
        .chain(["embedded"])
        .find(|known| dspy_grammar::likeness(provider, known) > 0.85);
    match close {
        Some(known) => format!(" (did you mean `{known}`?)"),
        // A bare name, as OpenAI's own tools take it.
        None if !model.contains('/') && !model.is_empty() => {
            format!(" (did you mean `openai/{model}`?)")
        }
        None => String::new(),
    }
}

static DEFAULT: RwLock<Option<Lm>> = RwLock::new(None);

/// Sets the process-wide default model, used by every predictor that was given none.
///
/// ```
/// dspy::configure(dspy::lm::Lm::embedded());
/// assert_eq!(dspy::lm::default_lm().map(|lm| lm.name().to_owned()).as_deref(), Some("embedded"));
/// ```
pub fn configure(lm: Lm) {
    *DEFAULT.write().unwrap_or_else(PoisonError::into_inner) = Some(lm);
}

/// The process-wide default model, if one was set.
pub fn default_lm() -> Option<Lm> {
    DEFAULT.read().unwrap_or_else(PoisonError::into_inner).clone()
}
