//! The `tracing` span of an invocation, which spawned work finds in its scope.

use std::sync::PoisonError;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Span};

use super::Scope;

/// Whether anybody may listen to spans: one comparison where nobody does, so that it can stand before
/// everything a span would cost.
pub(crate) fn listening() -> bool {
    Level::INFO <= LevelFilter::current()
}

impl Scope {
    /// Puts the invocation's span into it, if somebody listens.
    pub(crate) fn open_span(&self, make: impl FnOnce() -> Span) {
        if !listening() {
            return;
        }
        let around = self.around().and_then(Self::nearest_span);
        let span = placed(around, make);
        if !span.is_disabled() {
            *self.kept_span() = Some(Box::new(span));
        }
    }

    /// The invocation's own span, while it is open.
    pub(crate) fn span(&self) -> Option<Span> {
        if !listening() {
            return None;
        }
        self.kept_span().as_deref().cloned()
    }

    /// The invocation's own span, which ends with it. A prediction may hold the scope for longer.
    pub(crate) fn take_span(&self) -> Option<Box<Span>> {
        if !listening() {
            return None;
        }
        self.kept_span().take()
    }

    /// Makes a span where the calling code stands; in a task that was spawned, inside the invocation.
    pub(crate) fn span_inside(&self, make: impl FnOnce() -> Span) -> Span {
        placed(self.nearest_span(), make)
    }

    fn nearest_span(&self) -> Option<Span> {
        let own = self.kept_span().as_deref().cloned();
        own.or_else(|| self.around().and_then(Self::nearest_span))
    }

    fn kept_span(&self) -> std::sync::MutexGuard<'_, Option<Box<Span>>> {
        self.span.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the caller is in comes first, since that may be a span of the user's own.
fn placed(around: Option<Span>, make: impl FnOnce() -> Span) -> Span {
    match around {
        Some(around) if Span::current().id().is_none() => around.in_scope(make),
        _ => make(),
    }
}

/// Ends a span, with what went wrong.
pub(crate) fn failed(span: &Span, kind: &str) {
    span.record(crate::lm::telemetry::ERROR_TYPE, kind);
    span.record("otel.status_code", "ERROR");
}
