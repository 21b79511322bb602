//! Keeps what OpenTelemetry's SDK would send.

use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

pub(crate) struct Listener {
    exporter: InMemorySpanExporter,
    _provider: SdkTracerProvider,
    _guard: DefaultGuard,
}

impl Listener {
    /// Listens on this thread, where the test's runtime runs.
    pub(crate) fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        let guard = tracing::subscriber::set_default(subscriber);
        Self { exporter, _provider: provider, _guard: guard }
    }

    /// All spans that have ended.
    pub(crate) fn spans(&self) -> Spans {
        let mut spans = self.exporter.get_finished_spans().unwrap();
        spans.sort_by_key(|span| (span.start_time, span.end_time));
        Spans(spans)
    }
}

pub(crate) struct Spans(Vec<SpanData>);

impl Spans {
    /// The names, each indented below its parent's.
    pub(crate) fn tree(&self) -> String {
        let ids: Vec<_> = self.0.iter().map(|span| span.span_context.span_id()).collect();
        let mut tree = String::new();
        for span in self.0.iter().filter(|span| !ids.contains(&span.parent_span_id)) {
            self.branch(span, 0, &mut tree);
        }
        tree
    }

    fn branch(&self, span: &SpanData, depth: usize, tree: &mut String) {
        tree.push_str(&format!("{}{}\n", "  ".repeat(depth), span.name));
        for child in &self.0 {
            if child.parent_span_id == span.span_context.span_id() {
                let holds = span.start_time <= child.start_time && child.end_time <= span.end_time;
                assert!(holds, "{} goes on after {}", child.name, span.name);
                self.branch(child, depth + 1, tree);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first span of this name.
    pub(crate) fn named(&self, name: &str) -> Attributes<'_> {
        let found = self.0.iter().find(|span| span.name == name);
        Attributes(found.unwrap_or_else(|| panic!("no `{name}` in\n{}", self.tree())))
    }

    /// Everything that is said, as one text.
    pub(crate) fn text(&self) -> String {
        let said: Vec<_> =
            self.0.iter().map(|span| (&span.name, &span.attributes, &span.events)).collect();
        format!("{said:?}")
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Attributes<'a>(&'a SpanData);

impl Attributes<'_> {
    /// An attribute as text, and empty where there is none.
    pub(crate) fn get(&self, name: &str) -> String {
        let found = self.0.attributes.iter().find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
    }

    pub(crate) fn is_integer(&self, name: &str) -> bool {
        self.0.attributes.iter().any(|attribute| {
            attribute.key.as_str() == name
                && matches!(attribute.value, opentelemetry::Value::I64(_))
        })
    }

    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.0.status, Status::Error { .. })
    }
}
