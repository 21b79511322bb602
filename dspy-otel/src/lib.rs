//! Spans and metrics of programs, exported by OpenTelemetry's protocol (OTLP) to any collector.
//! Depend on `dspy` with the feature `otel`, which re-exports this as `dspy::otel`.
//!
//! ```no_run
//! use dspy::prelude::*;
//!
//! # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! // To where OTEL_EXPORTER_OTLP_ENDPOINT says, by default http://localhost:4318.
//! let telemetry = dspy::otel::init()?;
//! let answer = Predict::<Qa>::new().with_lm(Lm::embedded()).call("Who?").await?;
//! println!("{}", answer.answer);
//! telemetry.shutdown_async().await?;
//! # Ok(()) }
//! ```
//!
//! What the spans are, their names and attributes, is in `docs/telemetry.md` of the project; the names
//! of attributes are constants in `dspy::lm::telemetry`. Nothing of what is asked and answered leaves
//! the process, unless [`Lm::with_traced_content`](dspy_core::lm::Lm::with_traced_content) says so.
//!
//! OpenTelemetry's own types are not in this interface: its crates change with each version.

// Library code returns errors; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod builder;
mod client;
mod environment;
mod error;
mod guard;
mod metrics;

pub use builder::Otel;
pub use error::OtelError;
pub use guard::Guard;

/// Sets up the export of spans and metrics for the whole process, by the standard variables of the
/// environment (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`,
/// `OTEL_TRACES_SAMPLER` and the like). Keep the guard until the end: what has not been sent when it
/// is dropped is sent then.
///
/// # Errors
/// As [`Otel::init`].
pub fn init() -> Result<Guard, OtelError> {
    Otel::new().init()
}
