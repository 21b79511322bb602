//! [`Otel`]: what is exported, and where to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use reqwest::header::{HeaderName, HeaderValue};
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

use crate::client::client;
use crate::environment;
use crate::metrics::ClientMetrics;
use crate::{Guard, OtelError};

/// The scope that spans and metrics belong to.
const SCOPE: &str = "dspy";
/// What exports would otherwise tell of themselves, without end.
const NOT_EXPORTED: [&str; 5] = ["opentelemetry", "hyper", "reqwest", "h2", "rustls"];
const TIMEOUT: Duration = Duration::from_secs(10);

/// What is exported, and where to. What is not set here is as the environment says.
///
/// ```no_run
/// use dspy::otel::Otel;
///
/// # fn run() -> Result<(), dspy::otel::OtelError> {
/// let telemetry = Otel::new()
///     .with_endpoint("https://collector.example.com")
///     .with_header("x-api-key", "…")
///     .with_service_name("support-bot")
///     .with_sampling(0.1)
///     .init()?;
/// # telemetry.shutdown() }
/// ```
#[derive(Clone, Default)]
#[must_use = "nothing is exported before `init` or `layer`"]
pub struct Otel {
    endpoint: Option<String>,
    headers: BTreeMap<String, String>,
    service_name: Option<String>,
    attributes: BTreeMap<String, String>,
    sampling: Option<f64>,
    timeout: Option<Duration>,
    without_metrics: bool,
}

impl Otel {
    /// All as the environment says.
    pub fn new() -> Self {
        Self::default()
    }

    /// The collector, by the address of its HTTP port: `http://localhost:4318`. Spans go to
    /// `/v1/traces` there, metrics to `/v1/metrics`.
    pub fn with_endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// A header of each request, such as a key. Neither `Debug` nor any error shows it. A header of the
    /// same name in `OTEL_EXPORTER_OTLP_HEADERS` is taken instead.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The service's name; otherwise that of the environment, or else the executable's.
    pub fn with_service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// A further attribute of the service, such as `deployment.environment.name`.
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// Keeps this share of traces, from 0 to 1. What a caller's trace is part of is kept as the caller
    /// decided. Otherwise `OTEL_TRACES_SAMPLER` decides, or else all are kept. Metrics count all calls.
    pub fn with_sampling(mut self, share: f64) -> Self {
        self.sampling = Some(share);
        self
    }

    /// How long one request may take; 10 seconds by default.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Exports no metrics.
    pub fn without_metrics(mut self) -> Self {
        self.without_metrics = true;
        self
    }

    /// Exports what the whole process does, from now on. For processes that have a subscriber of their
    /// own there is [`layer`](Self::layer).
    ///
    /// # Errors
    /// As [`layer`](Self::layer), and [`OtelError::Subscriber`].
    pub fn init(self) -> Result<Guard, OtelError> {
        let (layer, guard) = self.layer::<Registry>()?;
        tracing_subscriber::registry().with(layer).try_init().map_err(|_| OtelError::Subscriber)?;
        Ok(guard)
    }

    /// A layer for a subscriber of your own; it takes spans at level `INFO` and above, yours included.
    ///
    /// ```
    /// use dspy::otel::Otel;
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// let (layer, guard) = Otel::new().with_endpoint("http://localhost:4318").layer()?;
    /// let subscriber = tracing_subscriber::registry().with(layer);
    /// # drop((subscriber, guard));
    /// # Ok::<(), dspy::otel::OtelError>(())
    /// ```
    ///
    /// # Errors
    /// [`OtelError`] for what is set wrongly. That no collector is there shows only when something is
    /// sent.
    pub fn layer<S>(self) -> Result<(impl Layer<S> + Send + Sync, Guard), OtelError>
    where
        S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        if self.endpoint.is_none() {
            environment::check_protocol()?;
        }
        let spans = self.tracer_provider()?;
        let metrics = if self.without_metrics { None } else { Some(self.meter_provider()?) };
        let layer = tracing_opentelemetry::layer()
            .with_tracer(spans.tracer(SCOPE))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false);
        let counted = metrics.as_ref().map(|metrics| ClientMetrics::new(metrics, SCOPE));
        let exported = filter_fn(is_exported).with_max_level_hint(LevelFilter::INFO);
        Ok((layer.and_then(counted).with_filter(exported), Guard::new(spans, metrics)))
    }

    fn tracer_provider(&self) -> Result<SdkTracerProvider, OtelError> {
        let mut exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(self.client()?)
            .with_headers(self.headers()?)
            .with_timeout(self.timeout.unwrap_or(TIMEOUT));
        if let Some(endpoint) = &self.endpoint {
            exporter = exporter.with_endpoint(at(endpoint, "traces"));
        }
        let exporter = exporter.build().map_err(|error| OtelError::Setup(error.to_string()))?;
        let mut provider = SdkTracerProvider::builder()
            .with_resource(self.resource())
            .with_batch_exporter(exporter);
        if let Some(share) = self.sampling {
            if !(0.0..=1.0).contains(&share) {
                return Err(OtelError::Sampling(share));
            }
            let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
            provider = provider.with_sampler(sampler);
        }
        Ok(provider.build())
    }

    fn meter_provider(&self) -> Result<SdkMeterProvider, OtelError> {
        let mut exporter = MetricExporter::builder()
            .with_http()
            .with_http_client(self.client()?)
            .with_headers(self.headers()?)
            .with_timeout(self.timeout.unwrap_or(TIMEOUT));
        if let Some(endpoint) = &self.endpoint {
            exporter = exporter.with_endpoint(at(endpoint, "metrics"));
        }
        let exporter = exporter.build().map_err(|error| OtelError::Setup(error.to_string()))?;
        let provider = SdkMeterProvider::builder()
            .with_resource(self.resource())
            .with_periodic_exporter(exporter);
        Ok(provider.build())
    }

    fn client(&self) -> Result<reqwest::blocking::Client, OtelError> {
        let secure = match &self.endpoint {
            Some(endpoint) => environment::is_https(endpoint),
            None => environment::is_secure(),
        };
        client(secure, self.timeout.unwrap_or(TIMEOUT))
    }

    /// The headers, all of which are some: OpenTelemetry would leave others out without a word.
    fn headers(&self) -> Result<std::collections::HashMap<String, String>, OtelError> {
        for (name, value) in &self.headers {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(OtelError::Header { name: name.clone() });
            }
        }
        Ok(self.headers.clone().into_iter().collect())
    }

    fn resource(&self) -> Resource {
        let attributes = self.attributes.iter();
        let attributes = attributes
            .map(|(name, value)| opentelemetry::KeyValue::new(name.clone(), value.clone()));
        let resource = Resource::builder().with_attributes(attributes);
        match &self.service_name {
            Some(name) => resource.with_service_name(name.clone()),
            None if environment::names_service() => resource,
            None => resource.with_service_name(executable()),
        }
        .build()
    }
}

fn at(endpoint: &str, signal: &str) -> String {
    format!("{}/v1/{signal}", endpoint.trim_end_matches('/'))
}

fn executable() -> String {
    let path = std::env::current_exe().ok();
    let name = path.as_deref().and_then(|path| path.file_stem()).and_then(|name| name.to_str());
    name.unwrap_or(SCOPE).to_owned()
}

fn is_exported(metadata: &Metadata<'_>) -> bool {
    let of = |part: &str| {
        let rest = metadata.target().strip_prefix(part);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    *metadata.level() <= tracing::Level::INFO && !NOT_EXPORTED.into_iter().any(of)
}

// Headers may hold keys, and an endpoint a password.
impl fmt::Debug for Otel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otel")
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("service_name", &self.service_name)
            .field("sampling", &self.sampling)
            .finish_non_exhaustive()
    }
}
