//! The conventions' metrics of calls of models, made of the spans of such calls.

use std::fmt;
use std::time::Instant;

use dspy_core::lm::telemetry as names;
use opentelemetry::metrics::{Histogram, MeterProvider as _};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Counts tokens and times of calls.
pub(crate) struct ClientMetrics {
    tokens: Histogram<u64>,
    duration: Histogram<f64>,
}

/// A call under way, as far as its span has told.
struct Call {
    started: Instant,
    attributes: Vec<KeyValue>,
    input: Option<u64>,
    output: Option<u64>,
    cached: bool,
}

impl ClientMetrics {
    pub(crate) fn new(provider: &SdkMeterProvider, scope: &'static str) -> Self {
        let meter = provider.meter(scope);
        // The boundaries are those that the conventions name: powers of 4, and doublings of 10 ms.
        let tokens = meter
            .u64_histogram("gen_ai.client.token.usage")
            .with_unit("{token}")
            .with_description("Tokens read and written by calls of models.")
            .with_boundaries((0..14).map(|power| f64::from(1_u32 << (2 * power))).collect())
            .build();
        let duration = meter
            .f64_histogram("gen_ai.client.operation.duration")
            .with_unit("s")
            .with_description("How long calls of models take.")
            .with_boundaries((0..14).map(|power| 0.01 * f64::from(1_u32 << power)).collect())
            .build();
        Self { tokens, duration }
    }

    fn end(&self, call: Call) {
        let Call { started, mut attributes, input, output, cached } = call;
        self.duration.record(started.elapsed().as_secs_f64(), &attributes);
        // What a cache answers takes no tokens.
        if cached {
            return;
        }
        attributes.retain(|attribute| attribute.key.as_str() != names::ERROR_TYPE);
        for (kind, count) in [("input", input), ("output", output)] {
            if let Some(count) = count {
                let kind = KeyValue::new("gen_ai.token.type", kind);
                let all: Vec<KeyValue> = attributes.iter().cloned().chain([kind]).collect();
                self.tokens.record(count, &all);
            }
        }
    }
}

impl Call {
    fn note(&mut self, field: &Field, value: Value) {
        let kept = [
            names::OPERATION_NAME,
            names::PROVIDER_NAME,
            names::REQUEST_MODEL,
            names::RESPONSE_MODEL,
            names::ERROR_TYPE,
        ];
        if kept.contains(&field.name()) {
            self.attributes.push(KeyValue::new(field.name(), value));
        }
    }
}

impl Visit for Call {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.note(field, Value::from(value.to_owned()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.cached |= field.name() == names::CACHED && value;
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        let count = u64::try_from(value).ok();
        match field.name() {
            names::USAGE_INPUT_TOKENS => self.input = count,
            names::USAGE_OUTPUT_TOKENS => self.output = count,
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl<S> Layer<S> for ClientMetrics
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        if metadata.name() != "chat" || !metadata.target().starts_with("dspy_core::lm") {
            return;
        }
        let Some(span) = context.span(id) else { return };
        let (started, kept) = (Instant::now(), Vec::new());
        let mut call = Call { started, attributes: kept, input: None, output: None, cached: false };
        attributes.record(&mut call);
        span.extensions_mut().insert(call);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(call) = span.extensions_mut().get_mut::<Call>() {
            values.record(call);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let call = context.span(&id).and_then(|span| span.extensions_mut().remove::<Call>());
        if let Some(call) = call {
            self.end(call);
        }
    }
}
