//! Spans of what goes on at the same time, is given up, or comes in pieces.

use std::time::Duration;

use dspy::prelude::*;

use super::listener::Listener;
use super::scene::{Qa, model};

#[derive(Clone)]
struct Several {
    first: Predict<Qa>,
    second: Predict<Qa>,
    third: Predict<Qa>,
}

#[module]
impl Several {
    pub async fn forward(&self, question: String) -> dspy::Result<u32> {
        // A task of its own has no current span.
        let (third, asked) = (self.third.clone(), question.clone());
        let spawned = tokio::spawn(async move { third.call(asked).await.map(|_| ()) });
        let (first, second) =
            tokio::join!(self.first.call(question.clone()), self.second.call(question));
        first?;
        second?;
        spawned.await.user()??;
        Ok(3)
    }
}

fn several() -> Several {
    let lm = model().with_delay(Duration::from_millis(20)).lm();
    let ask = || Predict::new().with_lm(lm.clone());
    Several { first: ask(), second: ask(), third: ask() }
}

fn lines(tree: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = tree.lines().collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn joined_and_spawned_calls_stand_in_their_program() {
    let listener = Listener::new();
    several().call("cups?").await.unwrap();
    let tree = listener.spans().tree();
    assert_eq!(
        lines(&tree),
        [
            "    chat gpt-test",
            "    chat gpt-test",
            "    chat gpt-test",
            "  predict first",
            "  predict second",
            "  predict third",
            "invoke_workflow Several",
        ]
    );
    assert!(tree.contains("  predict third\n    chat gpt-test\n"), "{tree}");
}

#[tokio::test]
async fn programs_at_the_same_time_share_nothing() {
    let listener = Listener::new();
    let program = several();
    let calls = (0..8).map(|_| program.call("cups?").into_future());
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
    let spans = listener.spans();
    assert_eq!(spans.len(), 8 * 7);
    let programs: Vec<_> = spans.tree().lines().map(|line| line.starts_with("invoke")).collect();
    assert_eq!(programs.iter().filter(|is| **is).count(), 8);
    for (place, _) in programs.iter().enumerate().filter(|(_, is)| **is) {
        assert_eq!(place % 7, 0, "each program has its own seven");
    }
}

#[tokio::test]
async fn a_prediction_that_is_kept_keeps_no_span_open() {
    let listener = Listener::new();
    let kept = several().call("cups?").await.unwrap();
    assert_eq!(listener.spans().len(), 7);
    drop(kept);
}

#[tokio::test]
async fn what_is_given_up_ends() {
    let listener = Listener::new();
    let lm = model().with_delay(Duration::from_secs(60)).lm();
    let program = super::scene::support(&lm);
    let call = program.call("cups?").into_future();
    tokio::time::timeout(Duration::from_millis(50), call).await.unwrap_err();
    assert_eq!(
        listener.spans().tree(),
        "invoke_workflow Support\n  retrieve\n  invoke_agent ReAct\n    predict agent.react\n      \
         chat gpt-test\n"
    );
}

#[tokio::test]
async fn a_stream_ends_its_spans() {
    let listener = Listener::new();
    let lm = model().with_pieces(3).lm();
    let program = super::scene::support(&lm);
    let mut stream = program.check.stream("cups?");
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(listener.spans().len(), 0, "{first:?}");
    stream.finish().await.unwrap();
    let spans = listener.spans();
    assert_eq!(spans.tree(), "invoke_workflow Check\n  predict judge\n    chat gpt-test\n");
    assert_eq!(spans.named("chat gpt-test").get("gen_ai.request.stream"), "true");
}

#[tokio::test]
async fn a_span_of_the_users_own_stands_in_between() {
    use tracing::Instrument as _;

    let listener = Listener::new();
    let ask = Predict::<Qa>::new().with_lm(model().lm());
    async { ask.call("cups?").await }.instrument(tracing::info_span!("mine")).await.unwrap();
    assert_eq!(listener.spans().tree(), "mine\n  predict self\n    chat gpt-test\n");
}
