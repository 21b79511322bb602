//! [`HistoryEntry`]: one call.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::super::error::LmError;
use super::super::handle::ErasedModel;
use super::super::request::Request;
use super::super::response::{Response, Usage};

/// One call of a model: what was asked, and what came. Cloning is cheap.
#[derive(Clone)]
pub struct HistoryEntry(Arc<Call>);

/// What is kept of a call, shared with whoever made it.
pub(in crate::lm) struct Call {
    pub(in crate::lm) at: SystemTime,
    pub(in crate::lm) latency: Duration,
    pub(in crate::lm) streamed: bool,
    pub(in crate::lm) request: Arc<Request>,
    pub(in crate::lm) result: Result<Arc<Response>, LmError>,
    pub(in crate::lm) model: Arc<dyn ErasedModel>,
}

impl HistoryEntry {
    pub(super) fn new(call: Call) -> Self {
        Self(Arc::new(call))
    }

    /// When the call was made.
    pub fn at(&self) -> SystemTime {
        self.0.at
    }

    /// How long it took, to the end of the answer.
    pub fn latency(&self) -> Duration {
        self.0.latency
    }

    /// Whether the answer was streamed.
    pub fn is_streamed(&self) -> bool {
        self.0.streamed
    }

    /// The name of the model that was asked.
    pub fn model(&self) -> &str {
        self.0.model.name()
    }

    /// What was asked.
    pub fn request(&self) -> &Request {
        &self.0.request
    }

    /// What came, or why nothing did.
    ///
    /// # Errors
    /// The error of the call.
    pub fn result(&self) -> Result<&Response, &LmError> {
        self.0.result.as_deref()
    }

    /// What was spent; nothing for a call that failed, or was answered from a cache.
    pub fn usage(&self) -> Usage {
        self.0.result.as_ref().map(|response| response.usage).unwrap_or_default()
    }

    /// What it cost in US dollars, as far as prices are known.
    pub fn usd(&self) -> f64 {
        self.usage().usd
    }

    /// The command line that sends the same request, with `***` in place of every credential; `None`
    /// for a model that is no HTTP API.
    pub fn to_curl(&self) -> Option<String> {
        self.0.model.curl(&self.0.request)
    }

    /// The call as JSON: `at` in seconds since 1970, `latency` in seconds.
    pub fn to_json(&self) -> Value {
        let at = self.0.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        json!({
            "at": at.as_secs_f64(),
            "model": self.model(),
            "latency": self.0.latency.as_secs_f64(),
            "streamed": self.0.streamed,
            "request": *self.0.request,
            "response": self.0.result.as_deref().ok(),
            "error": self.0.result.as_ref().err().map(ToString::to_string),
        })
    }
}

impl fmt::Debug for HistoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryEntry")
            .field("at", &self.0.at)
            .field("model", &self.model())
            .field("request", &self.0.request)
            .field("result", &self.0.result)
            .finish_non_exhaustive()
    }
}
