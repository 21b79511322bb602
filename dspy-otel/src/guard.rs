//! What keeps the export going.

use std::fmt;
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::OtelError;

/// How long a drop waits for what is left to be sent.
const AT_DROP: Duration = Duration::from_secs(5);

/// Keeps the export of telemetry going. When it is dropped, what is left is sent, for at most five
/// seconds; [`shutdown`](Self::shutdown) says whether that went well.
#[must_use = "telemetry ends when this is dropped"]
pub struct Guard {
    spans: SdkTracerProvider,
    metrics: Option<SdkMeterProvider>,
    is_down: bool,
}

impl Guard {
    pub(crate) fn new(spans: SdkTracerProvider, metrics: Option<SdkMeterProvider>) -> Self {
        Self { spans, metrics, is_down: false }
    }

    /// Sends all that has ended so far. It blocks.
    ///
    /// # Errors
    /// [`OtelError::Export`].
    pub fn flush(&self) -> Result<(), OtelError> {
        let metrics = self.metrics.as_ref().map_or(Ok(()), SdkMeterProvider::force_flush);
        sent([self.spans.force_flush(), metrics])
    }

    /// Sends what is left and ends the export. It blocks.
    ///
    /// # Errors
    /// [`OtelError::Export`].
    pub fn shutdown(mut self) -> Result<(), OtelError> {
        self.is_down = true;
        let metrics = self.metrics.as_ref().map_or(Ok(()), SdkMeterProvider::shutdown);
        sent([self.spans.shutdown(), metrics])
    }

    /// The same for async code: it waits on one of tokio's threads for work that blocks, and needs
    /// tokio's runtime.
    ///
    /// # Errors
    /// [`OtelError::Export`].
    pub async fn shutdown_async(self) -> Result<(), OtelError> {
        let down = tokio::task::spawn_blocking(move || self.shutdown()).await;
        down.unwrap_or_else(|error| Err(OtelError::Export(error.to_string())))
    }
}

fn sent(results: [OTelSdkResult; 2]) -> Result<(), OtelError> {
    let failed: Vec<String> =
        results.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    if failed.is_empty() { Ok(()) } else { Err(OtelError::Export(failed.join("; "))) }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.is_down {
            // Nobody is left to be told.
            let _ = self.spans.shutdown_with_timeout(AT_DROP);
            let _ = self.metrics.as_ref().map(|metrics| metrics.shutdown_with_timeout(AT_DROP));
        }
    }
}

// The exporters inside hold headers.
impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("metrics", &self.metrics.is_some()).finish_non_exhaustive()
    }
}
