//! Why a call to a model failed.

use std::time::Duration;

use super::budget::{Amount, Spent};
use super::fallback::Failure;

/// A failed call to a language model.
///
/// Match on the variants, or ask the predicates: [`is_retryable`](Self::is_retryable),
/// [`is_context_window`](Self::is_context_window), [`is_auth`](Self::is_auth).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LmError {
    /// No model was given to the predictor and no default is set.
    #[error(
        "no language model is configured; call `dspy::configure(Lm::new(\"openai/gpt-4o-mini\")?)` \
         (or `Lm::embedded()` to try things offline), or give the program one with `set_lm`"
    )]
    NotConfigured,
    /// The part of a model string before `/` names no provider.
    #[error(
        "unknown provider `{provider}` in model string `{model}`; use `embedded` or \
         `openai/NAME` (any OpenAI-compatible server works with `openai/NAME` and an api base){hint}"
    )]
    UnknownProvider {
        /// The whole model string.
        model: String,
        /// The unknown part.
        provider: String,
        /// ` (did you mean …?)`, or empty.
        hint: String,
    },
    /// The provider needs a key and none was found.
    #[error("no API key for {host}; set the environment variable {variable} or pass `.api_key(…)`")]
    MissingKey {
        /// The host that wants the key.
        host: String,
        /// The environment variable that is looked up.
        variable: String,
    },
    /// A setting is malformed, such as an api base that is no address.
    #[error("{message}")]
    Config {
        /// What is wrong and how to mend it.
        message: String,
    },
    /// The request uses a feature that this model or provider lacks.
    #[error("{model} does not support {feature}; {fix}")]
    Unsupported {
        /// The model.
        model: String,
        /// The feature that was asked for.
        feature: String,
        /// What to do instead.
        fix: String,
    },
    /// The server could not be reached, or the connection broke.
    #[error("could not reach {host}: {message}")]
    Transport {
        /// The host that was called.
        host: String,
        /// What went wrong.
        message: String,
    },
    /// The server closed a connection that had been kept from an earlier call, before it said
    /// anything: it had waited too long. [`Retry`](super::Retry) asks again at once.
    #[error("{host} closed a kept connection before it answered; ask again")]
    StaleConnection {
        /// The host that was called.
        host: String,
    },
    /// No answer came in time.
    #[error("{host} did not answer within {after:?}")]
    Timeout {
        /// The host that was called.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// The key was refused (401, 403).
    #[error("{0}; check the API key{hint}", hint = .0.hint_text())]
    Auth(Box<ProviderFailure>),
    /// The account has no money or quota left; waiting does not help.
    #[error("{0}; the account's quota or credit is used up, retrying will not help")]
    Billing(Box<ProviderFailure>),
    /// Too many requests (429).
    #[error("{0}; too many requests, lower the concurrency or wait")]
    RateLimit(Box<ProviderFailure>),
    /// The prompt does not fit into the model's context window.
    #[error(
        "{0}; the prompt is longer than the model's context window; show fewer \
             demonstrations, or shorten the input"
    )]
    ContextWindow(Box<ProviderFailure>),
    /// The model, or the whole endpoint, does not exist (404).
    #[error("{0}; check the model's name and the api base")]
    NotFound(Box<ProviderFailure>),
    /// The provider's filter refuses what the request says.
    #[error("{0}; the provider's content filter refuses the prompt, so change what it says")]
    ContentFilter(Box<ProviderFailure>),
    /// The provider refuses the request as it is (other 4xx).
    #[error("{0}")]
    InvalidRequest(Box<ProviderFailure>),
    /// The provider failed (5xx).
    #[error("{0}; the provider failed, try again later")]
    Server(Box<ProviderFailure>),
    /// The provider's answer could not be read.
    #[error("could not read the answer of {host}: {message}")]
    Decode {
        /// The host that answered.
        host: String,
        /// What was expected and what came.
        message: String,
    },
    /// Retries did not help.
    #[error("gave up after {attempts} attempts in {elapsed:.1?}: {last}")]
    RetriesExhausted {
        /// Attempts made.
        attempts: u32,
        /// Time spent.
        elapsed: Duration,
        /// The last failure.
        last: Box<LmError>,
    },
    /// A [`Budget`](super::Budget) does not allow the call. Nothing was sent.
    #[error(
        "the budget of {limit} does not allow a call that may need {needed}: {spent} so far; raise \
         the budget, lower `max_tokens`, or let fewer calls run at once"
    )]
    BudgetExceeded {
        /// The limit that the call would break.
        limit: Amount,
        /// What the call may need of the same, at worst; of time, how much has passed.
        needed: Amount,
        /// What was spent, and what is set aside for calls under way.
        spent: Box<Spent>,
    },
    /// The price of a model is not known, and a budget in US dollars needs it. Nothing was sent.
    #[error(
        "no price is known for `{model}`, and a budget in US dollars needs one; add it with \
         `Prices::builtin().with(\"{model}\", Price::per_million(INPUT, OUTPUT))`"
    )]
    UnknownPrice {
        /// The model's label.
        model: String,
    },
    /// A [`CircuitBreaker`](super::CircuitBreaker) lets no call through for now. Nothing was sent.
    #[error("{name} failed too often of late and is left alone for another {retry_in:.1?}")]
    CircuitOpen {
        /// The model's label.
        name: String,
        /// Time until it is tried again; zero while one call tries it.
        retry_in: Duration,
    },
    /// A [`Fallback`](super::Fallback) came to its end.
    #[error("no model answered: {}", shown(.failures))]
    FallbackFailed {
        /// Each model that was asked, in order, with its failure.
        failures: Vec<Failure>,
    },
    /// A file that keeps requests or answers cannot be used.
    #[error("the {what} `{path}` cannot be used: {message}")]
    Storage {
        /// What the file is: a cache, a cassette, a history.
        what: &'static str,
        /// Where it is.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// A cassette has no answer to a request.
    #[error("the cassette `{path}` holds no answer to this request: {why}")]
    NotRecorded {
        /// Where the cassette is.
        path: String,
        /// The nearest request that it knows, and where the two differ.
        why: String,
    },
    /// A model of the user's own failed.
    #[error("{message}")]
    Other {
        /// What went wrong.
        message: String,
        /// Whether trying again may help.
        retryable: bool,
    },
}

impl LmError {
    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::Timeout { .. } | Self::StaleConnection { .. } => true,
            Self::RateLimit(failure) | Self::Server(failure) => {
                failure.should_retry.unwrap_or(true)
            }
            Self::InvalidRequest(failure) => failure.should_retry == Some(true),
            Self::Other { retryable, .. } => *retryable,
            _ => false,
        }
    }

    /// Whether the prompt was too long.
    pub fn is_context_window(&self) -> bool {
        matches!(self.root(), Self::ContextWindow(_))
    }

    /// Whether the key is missing or was refused.
    pub fn is_auth(&self) -> bool {
        matches!(self.root(), Self::Auth(_) | Self::MissingKey { .. })
    }

    /// Whether no answer came in time.
    pub fn is_timeout(&self) -> bool {
        matches!(self.root(), Self::Timeout { .. })
    }

    /// Whether the set-up is at fault, so that every other request would fail as well.
    pub fn is_setup(&self) -> bool {
        matches!(
            self.root(),
            Self::NotConfigured
                | Self::UnknownProvider { .. }
                | Self::MissingKey { .. }
                | Self::Config { .. }
                | Self::Auth(_)
                | Self::Billing(_)
                | Self::UnknownPrice { .. }
        )
    }

    /// Whether a [`Budget`](super::Budget) did not allow the call.
    pub fn is_budget(&self) -> bool {
        match self.root() {
            Self::BudgetExceeded { .. } => true,
            Self::FallbackFailed { failures } => {
                failures.last().is_some_and(|failure| failure.error.is_budget())
            }
            _ => false,
        }
    }

    /// How long the server asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimit(failure) | Self::Server(failure) | Self::InvalidRequest(failure) => {
                failure.retry_after
            }
            _ => None,
        }
    }

    /// The HTTP status of the provider's answer, where there was one.
    pub fn status(&self) -> Option<u16> {
        match self.root() {
            Self::Auth(failure)
            | Self::Billing(failure)
            | Self::RateLimit(failure)
            | Self::ContextWindow(failure)
            | Self::NotFound(failure)
            | Self::ContentFilter(failure)
            | Self::InvalidRequest(failure)
            | Self::Server(failure) => Some(failure.status),
            _ => None,
        }
    }

    /// Whether the server, or the way to it, is at fault: it was not reached, gave no answer in time,
    /// or failed. Refusals, among them of too many requests, are no outage.
    pub fn is_outage(&self) -> bool {
        match self.root() {
            Self::Transport { .. } | Self::StaleConnection { .. } | Self::Timeout { .. } => true,
            // A conflict, or a request that comes too early, is a refusal.
            Self::Server(failure) => !matches!(failure.status, 409 | 425),
            _ => false,
        }
    }

    /// Whether the server has more to do than it can: 429 for too many requests, or 529.
    pub fn is_overload(&self) -> bool {
        match self.root() {
            Self::RateLimit(_) => true,
            Self::Server(failure) => {
                let code = failure.code.as_deref().unwrap_or_default();
                failure.status == 529 || code.contains("overloaded")
            }
            _ => false,
        }
    }

    /// Whether the call may have been paid for although it failed: the request went out, and the
    /// server did not refuse it.
    pub(super) fn may_have_cost(&self) -> bool {
        match self.root() {
            Self::Transport { .. } | Self::Timeout { .. } | Self::Decode { .. } => true,
            // It broke off in an answer that had begun.
            Self::Server(failure) => failure.status < 400,
            Self::Other { .. } => true,
            _ => false,
        }
    }

    /// Whether it was decided here that nothing is sent.
    pub(super) fn is_local(&self) -> bool {
        matches!(
            self.root(),
            Self::NotConfigured
                | Self::UnknownProvider { .. }
                | Self::MissingKey { .. }
                | Self::Config { .. }
                | Self::Unsupported { .. }
                | Self::BudgetExceeded { .. }
                | Self::UnknownPrice { .. }
                | Self::CircuitOpen { .. }
        )
    }

    /// What kind of error it is, in one word, for logs and traces.
    pub(crate) fn kind(&self) -> &'static str {
        match self.root() {
            Self::NotConfigured => "not_configured",
            Self::UnknownProvider { .. } => "unknown_provider",
            Self::MissingKey { .. } => "missing_key",
            Self::Config { .. } => "config",
            Self::Unsupported { .. } => "unsupported",
            Self::Transport { .. } | Self::StaleConnection { .. } => "transport",
            Self::Timeout { .. } => "timeout",
            Self::Auth(_) => "auth",
            Self::Billing(_) => "billing",
            Self::RateLimit(_) => "rate_limit",
            Self::ContextWindow(_) => "context_window",
            Self::NotFound(_) => "not_found",
            Self::InvalidRequest(_) => "invalid_request",
            Self::Server(_) => "server",
            Self::ContentFilter(_) => "content_filter",
            Self::Decode { .. } => "decode",
            Self::BudgetExceeded { .. } => "budget_exceeded",
            Self::UnknownPrice { .. } => "unknown_price",
            Self::CircuitOpen { .. } => "circuit_open",
            Self::FallbackFailed { .. } => "fallback_failed",
            Self::Storage { .. } => "storage",
            Self::NotRecorded { .. } => "not_recorded",
            _ => "other",
        }
    }

    /// The failure itself, without the account of attempts around it.
    pub(super) fn root(&self) -> &Self {
        match self {
            Self::RetriesExhausted { last, .. } => last.root(),
            other => other,
        }
    }
}

/// All failures in one line.
fn shown(failures: &[Failure]) -> String {
    failures.iter().map(Failure::to_string).collect::<Vec<_>>().join("; ")
}

/// A provider's answer that reports a failure.
#[derive(Clone, Debug, Default, thiserror::Error)]
#[error("{host} answered {status}{code}: {message}", code = .code.as_deref().map(|c| format!(" ({c})")).unwrap_or_default())]
#[non_exhaustive]
pub struct ProviderFailure {
    /// The host that answered.
    pub host: String,
    /// The HTTP status.
    pub status: u16,
    /// The provider's message, or the start of the body.
    pub message: String,
    /// The provider's error code or type.
    pub code: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// The provider's own word on whether to retry.
    pub should_retry: Option<bool>,
    /// What the client knows that may explain the failure, such as a key that was not sent.
    pub hint: Option<String>,
}

impl ProviderFailure {
    fn hint_text(&self) -> String {
        self.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default()
    }
}
