use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dspy::lm::{Completion, FinishReason, LmError, Response, Scripted, Settings, telemetry};
use futures_util::StreamExt;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::support::{Answer, Server};
use super::{KEY, ask, lm};

/// Keeps the fields of all spans, and how many still hold each.
#[derive(Clone, Default)]
struct Keeper {
    spans: Arc<Mutex<BTreeMap<u64, Kept>>>,
    next: Arc<AtomicU64>,
}

#[derive(Clone, Default)]
struct Kept {
    name: &'static str,
    fields: BTreeMap<String, String>,
    handles: usize,
}

impl Keeper {
    fn spans(&self) -> Vec<Kept> {
        let all: Vec<_> = self.spans.lock().unwrap().values().cloned().collect();
        all.into_iter().filter(|span| span.name == "chat").collect()
    }

    fn only(&self) -> Kept {
        let spans = self.spans();
        assert_eq!(spans.len(), 1);
        spans[0].clone()
    }
}

impl Kept {
    fn is_closed(&self) -> bool {
        self.handles == 0
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

impl Visit for Kept {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut kept = Kept { name: span.metadata().name(), handles: 1, ..Kept::default() };
        span.record(&mut kept);
        self.spans.lock().unwrap().insert(id, kept);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        values.record(self.spans.lock().unwrap().get_mut(&id.into_u64()).unwrap());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}

    fn clone_span(&self, id: &Id) -> Id {
        self.spans.lock().unwrap().get_mut(&id.into_u64()).unwrap().handles += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut spans = self.spans.lock().unwrap();
        let span = spans.get_mut(&id.into_u64()).unwrap();
        span.handles -= 1;
        span.handles == 0
    }
}

/// Listens on this thread, where the test's runtime runs.
fn listen() -> (Keeper, tracing::subscriber::DefaultGuard) {
    let keeper = Keeper::default();
    let guard = tracing::subscriber::set_default(keeper.clone());
    (keeper, guard)
}

fn answer() -> Response {
    let mut response = Response::text("a secret answer");
    let mut cut = Completion::text("b");
    cut.finish = FinishReason::Length;
    response.completions.push(cut);
    response.model = Some("gpt-test-0613".into());
    response.request_id = Some("req-1".into());
    response.usage.prompt_tokens = 10;
    response.usage.completion_tokens = 5;
    response.usage.cached_tokens = 4;
    response.usage.usd = 0.25;
    response
}

#[tokio::test]
async fn a_call_is_one_span_with_the_conventions_names() {
    let (keeper, _guard) = listen();
    let lm = Scripted::new([answer()]).with_name("openai/gpt-test").lm();
    let settings = Settings::default().with_temperature(0.5).with_max_tokens(99).with_n(2);
    lm.generate(&ask("a secret question").with_settings(settings)).await.unwrap();
    let span = keeper.only();
    assert!(span.is_closed());
    for (name, value) in [
        ("otel.name", "chat gpt-test"),
        ("otel.kind", "client"),
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.provider.name", "openai"),
        ("gen_ai.request.model", "gpt-test"),
        ("gen_ai.request.temperature", "0.5"),
        ("gen_ai.request.max_tokens", "99"),
        ("gen_ai.request.choice.count", "2"),
        ("gen_ai.request.stream", "false"),
        ("gen_ai.output.type", "text"),
        ("gen_ai.response.id", "req-1"),
        ("gen_ai.response.model", "gpt-test-0613"),
        ("gen_ai.response.finish_reasons", r#"["stop", "length"]"#),
        ("gen_ai.usage.input_tokens", "10"),
        ("gen_ai.usage.output_tokens", "5"),
        ("gen_ai.usage.cache_read.input_tokens", "4"),
        ("dspy.cached", "false"),
        ("dspy.usd", "0.25"),
    ] {
        assert_eq!(span.get(name), Some(value), "{name}");
    }
    assert_eq!(span.fields.len(), 18, "nothing is recorded that is not known: {:?}", span.fields);
    assert!(!format!("{:?}", span.fields).contains("secret"));
}

#[tokio::test]
async fn messages_are_recorded_only_when_switched_on() {
    let (keeper, _guard) = listen();
    let lm = Scripted::new([answer()]).lm().with_traced_content(true);
    lm.generate(&ask("a question")).await.unwrap();
    let span = keeper.only();
    assert_eq!(
        span.get(telemetry::INPUT_MESSAGES),
        Some(r#"[{"role":"user","parts":[{"type":"text","content":"a question"}]}]"#)
    );
    let output: serde_json::Value =
        serde_json::from_str(span.get(telemetry::OUTPUT_MESSAGES).unwrap()).unwrap();
    assert_eq!(output[0]["parts"][0]["content"], "a secret answer");
    assert_eq!(output[1]["finish_reason"], "length");
}

#[tokio::test]
async fn failures_and_streams_are_spans_too() {
    let (keeper, _guard) = listen();
    let late = LmError::Timeout { host: "h".into(), after: Duration::from_secs(1) };
    let lm = Scripted::new([Err(late), Ok("abc".to_owned())]).with_pieces(1).lm();
    lm.generate(&ask("a")).await.unwrap_err();
    assert_eq!(keeper.only().get(telemetry::ERROR_TYPE), Some("timeout"));
    let mut events = lm.stream(&ask("a")).await.unwrap();
    events.next().await.unwrap().unwrap();
    let span = keeper.spans()[1].clone();
    assert!(span.get(telemetry::RESPONSE_TIME_TO_FIRST_CHUNK).is_some());
    assert_eq!((span.is_closed(), span.get(telemetry::USAGE_OUTPUT_TOKENS)), (false, None));
    events.collect::<Vec<_>>().await;
    let span = keeper.spans()[1].clone();
    assert!(span.is_closed());
    assert_eq!(span.get(telemetry::REQUEST_STREAM), Some("true"));
    assert_eq!(span.get(telemetry::USAGE_OUTPUT_TOKENS), Some("0"));
}

#[tokio::test]
async fn the_key_is_in_no_span() {
    let (keeper, _guard) = listen();
    let echo = Answer::error(401, "bad_key", &format!("the key {KEY} is wrong"));
    let server = Server::start([Answer::text("hello"), echo]).await;
    let lm = lm(&server).with_traced_content(true);
    lm.generate(&ask("a")).await.unwrap();
    let error = lm.generate(&ask("a")).await.unwrap_err();
    assert!(!format!("{error:?} {:?}", lm.history()).contains(KEY));
    let spans = keeper.spans.lock().unwrap();
    assert!(spans.len() >= 2);
    for span in spans.values() {
        assert!(!format!("{:?}", span.fields).contains(KEY), "{}", span.name);
    }
}
