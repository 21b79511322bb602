//! [`Fault`]: an error as a file keeps it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::error::{LmError, ProviderFailure};
use super::super::redaction::Redaction;

/// The errors of calls, by kind. Of those that have nothing to do with a provider the text is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Fault {
    Unsupported { model: String, feature: String, fix: String },
    Transport { host: String, message: String },
    Timeout { host: String, after: Duration },
    Auth(Failure),
    Billing(Failure),
    RateLimit(Failure),
    ContextWindow(Failure),
    ContentFilter(Failure),
    NotFound(Failure),
    InvalidRequest(Failure),
    Server(Failure),
    Decode { host: String, message: String },
    RetriesExhausted { attempts: u32, elapsed: Duration, last: Box<Self> },
    Other { message: String, retryable: bool },
}

/// As [`ProviderFailure`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Failure {
    host: String,
    status: u16,
    message: String,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
    hint: Option<String>,
}

impl Fault {
    pub(super) fn of(error: &LmError) -> Self {
        match error.clone() {
            LmError::Unsupported { model, feature, fix } => {
                Self::Unsupported { model, feature, fix }
            }
            LmError::Transport { host, message } => Self::Transport { host, message },
            LmError::Timeout { host, after } => Self::Timeout { host, after },
            LmError::Auth(failure) => Self::Auth(Failure::of(*failure)),
            LmError::Billing(failure) => Self::Billing(Failure::of(*failure)),
            LmError::RateLimit(failure) => Self::RateLimit(Failure::of(*failure)),
            LmError::ContextWindow(failure) => Self::ContextWindow(Failure::of(*failure)),
            LmError::ContentFilter(failure) => Self::ContentFilter(Failure::of(*failure)),
            LmError::NotFound(failure) => Self::NotFound(Failure::of(*failure)),
            LmError::InvalidRequest(failure) => Self::InvalidRequest(Failure::of(*failure)),
            LmError::Server(failure) => Self::Server(Failure::of(*failure)),
            LmError::Decode { host, message } => Self::Decode { host, message },
            LmError::RetriesExhausted { attempts, elapsed, last } => {
                Self::RetriesExhausted { attempts, elapsed, last: Box::new(Self::of(&last)) }
            }
            other => Self::Other { message: other.to_string(), retryable: other.is_retryable() },
        }
    }

    pub(super) fn into_error(self) -> LmError {
        match self {
            Self::Unsupported { model, feature, fix } => {
                LmError::Unsupported { model, feature, fix }
            }
            Self::Transport { host, message } => LmError::Transport { host, message },
            Self::Timeout { host, after } => LmError::Timeout { host, after },
            Self::Auth(failure) => LmError::Auth(failure.into_boxed()),
            Self::Billing(failure) => LmError::Billing(failure.into_boxed()),
            Self::RateLimit(failure) => LmError::RateLimit(failure.into_boxed()),
            Self::ContextWindow(failure) => LmError::ContextWindow(failure.into_boxed()),
            Self::ContentFilter(failure) => LmError::ContentFilter(failure.into_boxed()),
            Self::NotFound(failure) => LmError::NotFound(failure.into_boxed()),
            Self::InvalidRequest(failure) => LmError::InvalidRequest(failure.into_boxed()),
            Self::Server(failure) => LmError::Server(failure.into_boxed()),
            Self::Decode { host, message } => LmError::Decode { host, message },
            Self::RetriesExhausted { attempts, elapsed, last } => {
                LmError::RetriesExhausted { attempts, elapsed, last: Box::new(last.into_error()) }
            }
            Self::Other { message, retryable } => LmError::Other { message, retryable },
        }
    }

    /// Changes the texts that may repeat what was sent.
    pub(super) fn redact(&mut self, redaction: &Redaction) {
        match self {
            Self::Unsupported { .. } | Self::Timeout { .. } => {}
            Self::Transport { message, .. }
            | Self::Decode { message, .. }
            | Self::Other { message, .. } => *message = redaction.text(message),
            Self::Auth(failure)
            | Self::Billing(failure)
            | Self::RateLimit(failure)
            | Self::ContextWindow(failure)
            | Self::ContentFilter(failure)
            | Self::NotFound(failure)
            | Self::InvalidRequest(failure)
            | Self::Server(failure) => failure.message = redaction.text(&failure.message),
            Self::RetriesExhausted { last, .. } => last.redact(redaction),
        }
    }
}

impl Failure {
    fn of(failure: ProviderFailure) -> Self {
        let ProviderFailure {
            host,
            status,
            message,
            code,
            request_id,
            retry_after,
            should_retry,
            hint,
        } = failure;
        Self { host, status, message, code, request_id, retry_after, should_retry, hint }
    }

    fn into_boxed(self) -> Box<ProviderFailure> {
        let Self { host, status, message, code, request_id, retry_after, should_retry, hint } =
            self;
        Box::new(ProviderFailure {
            host,
            status,
            message,
            code,
            request_id,
            retry_after,
            should_retry,
            hint,
        })
    }
}
