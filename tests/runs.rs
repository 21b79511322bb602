//! Runs: every call is recorded with the path, invocation and order it belongs to, and nothing is
//! lost under concurrency.

#[path = "support/scripted.rs"]
mod scripted;

use std::collections::BTreeSet;

use dspy::lm::{LmError, Response};
use dspy::prelude::*;
use dspy::run::{Run, RunOptions};
use scripted::{Scripted, sections};

/// Say it again.
#[derive(Signature, Clone)]
struct Echo {
    #[input]
    text: String,
    #[output]
    copy: String,
}

#[derive(Clone, Default)]
struct Inner {
    first: Predict<Echo>,
    second: Predict<Echo>,
}

#[module]
impl Inner {
    async fn forward(&self, text: String) -> dspy::Result<String> {
        let (a, b) = tokio::join!(self.first.call(text.clone()), self.second.call(text));
        Ok(a?.into_output().copy + &b?.into_output().copy)
    }
}

#[derive(Clone, Default)]
struct Outer {
    inner: Inner,
    last: ChainOfThought<Echo>,
}

#[module]
impl Outer {
    async fn forward(&self, text: String) -> dspy::Result<String> {
        // Two concurrent calls of one module, one of them on another task.
        let inner = self.inner.clone();
        let other = text.clone();
        let spawned = tokio::spawn(async move { inner.call(format!("{other} B")).await });
        let a = self.inner.call(format!("{text} A")).await?;
        let b = spawned.await.user()??;
        let both = format!("{}{}", a.output(), b.output());
        Ok(self.last.call(both).await?.into_output().into_output().copy)
    }
}

fn model() -> Scripted {
    Scripted::text(&sections(&[("reasoning", "r"), ("copy", "c")]))
}

fn program() -> (Outer, Scripted) {
    let model = model();
    let mut program = Outer::default();
    program.set_lm(&model.lm());
    (program, model)
}

#[tokio::test]
async fn concurrent_calls_of_one_module_are_told_apart() {
    let (program, _) = program();
    let prediction = program.call("x").record().await.unwrap();
    let trace = prediction.trace();
    let calls = trace.calls();
    assert_eq!(calls.len(), 5);
    let paths: BTreeSet<_> = calls.iter().map(|call| call.path.as_str()).collect();
    assert_eq!(paths, BTreeSet::from(["inner.first", "inner.second", "last"]));

    let outer = trace.of("last").next().unwrap();
    assert_eq!(outer.parent, None);
    for suffix in ["A", "B"] {
        let of_one: Vec<_> = calls
            .iter()
            .filter(|call| call.inputs["text"].as_str().unwrap().ends_with(suffix))
            .collect();
        let invocations: BTreeSet<_> = of_one.iter().map(|call| call.invocation).collect();
        assert_eq!((of_one.len(), invocations.len()), (2, 1), "{suffix}");
        assert!(of_one.iter().all(|call| call.parent == Some(outer.invocation)));
    }
    let inner: BTreeSet<_> = trace.of("inner.first").map(|call| call.invocation).collect();
    assert_eq!(inner.len(), 2);
    let order: Vec<_> = calls.iter().map(|call| call.sequence).collect();
    assert!(order.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(calls.last().unwrap().path, "last");
}

#[tokio::test]
async fn usage_adds_up_at_every_level() {
    let (program, model) = program();
    let prediction = program.call("x").await.unwrap();
    assert_eq!(prediction.usage().calls, 5);
    assert_eq!(prediction.usage().total_tokens(), 5 * 15);
    assert_eq!(model.calls(), 5);
    assert!(prediction.trace().calls().is_empty(), "nothing is kept unless asked");

    let inner = program.inner.call("y").await.unwrap();
    assert_eq!(inner.usage().calls, 2);
    let run = Run::new();
    program.call("x").run(&run).await.unwrap();
    program.inner.call("y").run(&run).await.unwrap();
    assert_eq!(run.usage().calls, 7);
}

#[tokio::test]
async fn a_call_that_records_inside_a_run_still_counts_outside() {
    #[derive(Clone, Default)]
    struct Curious {
        ask: Predict<Echo>,
    }
    #[module]
    impl Curious {
        async fn forward(&self, text: String) -> dspy::Result<usize> {
            let prediction = self.ask.call(text).record().await?;
            Ok(prediction.trace().calls().len())
        }
    }
    let mut program = Curious::default();
    program.set_lm(&model().lm());
    let prediction = program.call("x").await.unwrap();
    assert_eq!((*prediction.output(), prediction.usage().calls), (1, 1));
}

#[tokio::test]
async fn options_of_one_call_touch_no_other() {
    let (program, model) = program();
    let other = Scripted::text(&sections(&[("reasoning", "r"), ("copy", "other")]));
    let settings = dspy::lm::Settings::default().with_temperature(0.7);
    let changed = program.call("x").lm(&other.lm()).settings(&settings).rollout(3).await.unwrap();
    assert_eq!(changed.output(), "other");
    let request = &other.requests()[0];
    assert_eq!((request.rollout, request.settings.temperature), (3, Some(0.7)));
    program.call("x").await.unwrap();
    let request = &model.requests()[0];
    assert_eq!((request.rollout, request.settings.temperature), (0, None));
}

#[tokio::test]
async fn failures_are_recorded_with_their_predictor() {
    let model =
        Scripted::new(|_, _| Err(LmError::Other { message: "no luck".into(), retryable: true }));
    let mut program = Outer::default();
    program.set_lm(&model.lm());
    let run = Run::with(RunOptions::default().recording());
    let error = program.call("x").run(&run).await.unwrap_err();
    assert!(error.is_retryable());
    assert!(error.to_string().contains("`inner.") && error.to_string().contains("no luck"));
    let trace = run.trace();
    let failed = trace.calls().iter().find(|call| call.path == "inner.first").unwrap();
    assert!(failed.outputs.as_ref().unwrap_err().contains("no luck"));
}

#[tokio::test]
async fn a_memo_answers_what_was_paid_before() {
    let (program, model) = program();
    let first = program.call("x").record().await.unwrap();
    assert_eq!(model.calls(), 5);
    let again = Run::with(RunOptions::default().recording().with_memo(first.trace()));
    program.call("x").run(&again).await.unwrap();
    assert_eq!((model.calls(), again.usage().calls), (5, 0));
    assert!(again.trace().calls().iter().all(|call| call.replayed));
    // Other inputs were not paid for.
    let other = Run::with(RunOptions::default().with_memo(first.trace()));
    program.call("y").run(&other).await.unwrap();
    assert!(other.usage().calls > 0);
}

#[tokio::test]
async fn a_memo_holds_follow_ups_as_well() {
    let model = Scripted::texts(&["", &sections(&[("copy", "second")])]);
    let program = Predict::<Echo>::new().with_lm(model.lm());
    let first = program.call("x").record().await.unwrap();
    let trace = first.trace();
    let call = &trace.calls()[0];
    assert_eq!((call.requests.len(), call.responses.len(), model.calls()), (2, 2, 2));
    let again = Run::with(RunOptions::default().with_memo(first.trace()));
    let second = program.call("x").run(&again).await.unwrap();
    assert_eq!((second.copy.as_str(), model.calls()), ("second", 2));
}

#[tokio::test]
async fn a_dropped_call_is_cancelled() {
    let model = Scripted::new(|_, _| Ok(Response::text("x")));
    let program = Predict::<Echo>::new().with_lm(model.lm());
    drop(program.call("never awaited"));
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn a_transcript_shows_what_was_sent_and_answered() {
    let program = Predict::<Echo>::new().with_lm(model().lm());
    let prediction = program.call("hello").record().await.unwrap();
    let text = prediction.trace().calls()[0].transcript();
    for part in ["──── system ────", "Say it again.", "──── user ────", "hello", "──── answer ────"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let asked = program.explain("hello").unwrap();
    assert!(text.starts_with(&asked), "explain() shows the very messages");
}
