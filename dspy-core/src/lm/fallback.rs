//! [`Fallback`]: asks the next model where one fails.

mod stand_in;

use std::borrow::Cow;
use std::fmt;

use self::stand_in::{StandIn, note};
use super::error::LmError;
use super::handle::Lm;
use super::model::{Capabilities, EventStream, LanguageModel};
use super::request::Request;
use super::response::{FinishReason, Response};
use super::watch::{begun, watched};

/// Models in order of preference: where one fails for a reason of its own, the next is asked.
///
/// It moves on when retries did not help, when the connection or the server fails, at a rate limit,
/// when the account is out of money, when no answer comes in time, and when a
/// [circuit](super::CircuitBreaker) is open. It never does when the request is at fault, or the
/// set-up (a refused key, a model that does not exist), or when a [budget](super::Budget) is spent:
/// the same would happen again, or it would hide a mistake. Two reasons more can be switched on.
///
/// A stream moves on as long as nothing of the answer was seen.
///
/// An answer of another model than the first names that model in [`Response::stand_in`]; so do the
/// reasons, in the field `fallback` of [`Response::provider`]. Its
/// [fingerprint](LanguageModel::fingerprint) is the first model's, so a cache around it serves what
/// the first model answered, and must not keep an answer with a stand-in; an answer of a later model
/// is kept by a cache inside, around that model. It can do what all its models can.
///
/// ```
/// use dspy::lm::{Embedded, Fallback, Lm};
///
/// let lm = Lm::from_model(
///     Fallback::new(Lm::new("openai/big@http://localhost:8000")?)
///         .or(Lm::new("openai/other@http://localhost:8001")?)
///         .or(Embedded::new()),
/// );
/// assert_eq!(lm.name(), "openai/big");
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fallback {
    first: Lm,
    others: Vec<Lm>,
    context_window: bool,
    content_filter: bool,
}

/// A model that failed in a [`Fallback`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The model's label.
    pub model: String,
    /// Why it did not answer.
    pub error: LmError,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.model, self.error)
    }
}

impl Fallback {
    /// Begins with the model that is asked first.
    pub fn new(first: impl LanguageModel) -> Self {
        Self {
            first: Lm::from_model(first),
            others: Vec::new(),
            context_window: false,
            content_filter: false,
        }
    }

    /// Asks `next` where all before it fail.
    #[must_use]
    pub fn or(mut self, next: impl LanguageModel) -> Self {
        self.others.push(Lm::from_model(next));
        self
    }

    /// Moves on, too, where a prompt is too long for a model: the next may have a bigger window.
    #[must_use]
    pub fn on_context_window(mut self) -> Self {
        self.context_window = true;
        self
    }

    /// Moves on, too, where a provider refuses a prompt for its content, or a filter ended all
    /// completions; the latter not in streams, whose end comes after what was seen.
    #[must_use]
    pub fn on_content_filter(mut self) -> Self {
        self.content_filter = true;
        self
    }

    fn models(&self) -> impl Iterator<Item = &Lm> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn moves_on(&self, error: &LmError) -> bool {
        match error.root() {
            LmError::RateLimit(_)
            | LmError::Billing(_)
            | LmError::CircuitOpen { .. }
            | LmError::Server(_) => true,
            LmError::FallbackFailed { failures } => {
                failures.last().is_none_or(|failure| self.moves_on(&failure.error))
            }
            LmError::Other { retryable, .. } => *retryable,
            LmError::ContextWindow(_) => self.context_window,
            LmError::InvalidRequest(failure) => {
                self.content_filter && failure.code.as_deref() == Some("content_filter")
            }
            error => error.is_outage(),
        }
    }

    /// Whether there is nothing in the answer but a filter's work.
    fn is_filtered(&self, response: &Response) -> bool {
        let mut completions = response.completions.iter().peekable();
        self.content_filter
            && completions.peek().is_some()
            && completions.all(|completion| completion.finish == FinishReason::ContentFilter)
    }

    /// Asks model after model. `filtered` says whether an answer is none, if another model is left.
    async fn ask<'a, T, F>(
        &'a self,
        ask: impl Fn(&'a Lm) -> F,
        filtered: impl Fn(&T) -> bool,
    ) -> Result<(T, Option<StandIn>), LmError>
    where
        F: Future<Output = Result<T, LmError>>,
    {
        let mut failures: Vec<Failure> = Vec::new();
        let last = self.others.len();
        for (place, model) in self.models().enumerate() {
            let error = match ask(model).await {
                Ok(answer) if place < last && filtered(&answer) => LmError::Other {
                    message: "a content filter ended its answer".to_owned(),
                    retryable: false,
                },
                Ok(answer) => {
                    let stand_in = (place > 0).then(|| StandIn::new(model.name(), &failures));
                    return Ok((answer, stand_in));
                }
                Err(error) if !self.moves_on(&error) && failures.is_empty() => return Err(error),
                Err(error) if !self.moves_on(&error) => {
                    failures.push(Failure { model: model.name().to_owned(), error });
                    break;
                }
                Err(error) => error,
            };
            failures.push(Failure { model: model.name().to_owned(), error });
        }
        Err(LmError::FallbackFailed { failures })
    }
}

impl LanguageModel for Fallback {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let filtered = |response: &Response| self.is_filtered(response);
        let (mut response, stand_in) = self.ask(|model| model.generate(request), filtered).await?;
        if let Some(stand_in) = stand_in {
            note(&mut response, stand_in);
        }
        Ok(response)
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let open = |model: &Lm| {
            let model = model.clone();
            async move { begun(model.stream(request).await?).await }
        };
        let (stream, stand_in) = self.ask(open, |_| false).await?;
        Ok(match stand_in {
            None => stream,
            Some(stand_in) => watched(stream, stand_in),
        })
    }

    /// What all models can do. Models that want schemas in different dialects have none in common.
    fn capabilities(&self) -> Capabilities {
        let mut common = self.first.capabilities();
        for other in self.others.iter().map(Lm::capabilities) {
            common = Capabilities {
                json_schema: common.json_schema
                    && other.json_schema
                    && common.dialect == other.dialect,
                dialect: common.dialect,
                json_object: common.json_object && other.json_object,
                tools: common.tools && other.tools,
                images: common.images && other.images,
                audio: common.audio && other.audio,
                logprobs: common.logprobs && other.logprobs,
                reasoning: common.reasoning && other.reasoning,
                n: common.n && other.n,
                citations: common.citations && other.citations,
            };
        }
        common
    }

    fn name(&self) -> &str {
        self.first.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        LanguageModel::fingerprint(&self.first)
    }

    fn curl(&self, request: &Request) -> Option<String> {
        LanguageModel::curl(&self.first, request)
    }

    /// Each model is behind a handle, which pays what the model does not.
    fn pays(&self) -> bool {
        true
    }
}
