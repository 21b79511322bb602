//! Why telemetry could not be set up or sent.

/// Telemetry could not be set up, or what was left of it not be sent.
///
/// Headers, which may hold keys, are in no message.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OtelError {
    /// The exporter could not be made.
    #[error("cannot set up the export of telemetry: {0}")]
    Setup(String),
    /// A protocol that is not supported is asked for.
    #[error(
        "{variable} asks for `{protocol}`, and only `http/protobuf` is supported; unset it, and use \
         the collector's HTTP port (4318 by default)"
    )]
    Protocol {
        /// The variable of the environment.
        variable: &'static str,
        /// Its value.
        protocol: String,
    },
    /// A header is none.
    #[error("`{name}` is no header of HTTP, or its value is not")]
    Header {
        /// Its name.
        name: String,
    },
    /// The share of traces to keep is no share.
    #[error("the share of traces to keep is {0}; it must be between 0 and 1")]
    Sampling(f64),
    /// The process listens to spans already.
    #[error(
        "a subscriber of `tracing` is set already; add `Otel::layer` to that one instead of calling \
         `init`"
    )]
    Subscriber,
    /// What was left could not be sent.
    #[error("not all telemetry was sent: {0}; is the collector running?")]
    Export(String),
}
