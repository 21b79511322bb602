//! Failures at the same time, in `join!` and in tasks.

use std::time::Duration;

use dspy::assert_that;
use dspy::lm::{Scripted, ScriptedAnswer};
use dspy::prelude::*;

use super::{Table, Write, answer, asked};

#[derive(Clone, Default)]
struct Part {
    plan: Predict<Write>,
    write: Predict<Write>,
}

#[module]
impl Part {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let plan = self.plan.call(format!("plan {topic}")).await?;
        let draft = self.write.call(format!("write {}", plan.text)).await?;
        assert_that!(draft, draft.text.contains('x'), "use x");
        Ok(draft.into_output().text)
    }
}

/// Runs one part twice at once, here and in a task, and judges both at the end.
#[derive(Clone, Default)]
struct Both {
    part: Part,
    title: Predict<Write>,
}

#[module]
impl Both {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let part = self.part.clone();
        let other = format!("{topic} B");
        let task = tokio::spawn(async move { part.call(other).await });
        let (a, title) =
            tokio::join!(self.part.call(format!("{topic} A")), self.title.call(topic.as_str()));
        let (a, b, title) = (a?, task.await.user()??, title?);
        let judge_a = async {
            assert_that!(a, a.contains('y'), "use y");
            Ok::<(), dspy::Error>(())
        };
        let judge_b = async {
            assert_that!(b, b.contains('y'), "use y");
            Ok::<(), dspy::Error>(())
        };
        let (of_a, of_b) = tokio::join!(judge_a, judge_b);
        of_a?;
        of_b?;
        assert_that!(title, title.text.len() < 3, "be brief");
        Ok(format!("{} {} {}", title.text, a.output(), b.output()))
    }
}

fn table() -> Table {
    Table::new(&[
        ("bees", "long"),
        ("bees < long: be brief", "T"),
        ("plan bees A", "PA"),
        ("plan bees B", "PB"),
        ("write PA", "a"),
        ("write PB", "b"),
        ("write PA < a: use x", "ax"),
        ("write PB < b: use x", "bx"),
        ("write PA < ax: - use x\n- use y", "axy"),
        ("write PB < bx: - use x\n- use y", "bxy"),
    ])
}

async fn both_recover() {
    let table = table();
    let prediction = table.given_to(Both::default()).call("bees").record().await.unwrap();
    assert_eq!(prediction.output(), "T axy bxy");
    let questions = table.sorted_questions();
    let mut distinct = questions.clone();
    distinct.dedup();
    assert_eq!((questions.len(), distinct.len()), (10, 10), "{questions:?}");
    assert_eq!((prediction.usage().calls, prediction.trace().retries()), (10, 5));
}

#[tokio::test]
async fn nested_and_concurrent_failures_recover_and_no_call_is_paid_twice() {
    both_recover().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_on_several_threads() {
    for _ in 0..50 {
        both_recover().await;
    }
}

/// Leaves a task behind when its assertion fails.
#[derive(Clone, Default)]
struct Leaving {
    slow: Predict<Write>,
    quick: Predict<Write>,
    aborts: bool,
}

#[module]
impl Leaving {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let mut tasks = tokio::task::JoinSet::new();
        let (slow, about) = (self.slow.clone(), format!("slow {topic}"));
        let task = async move { slow.call(about).await };
        let detached = if self.aborts {
            tasks.spawn(task);
            None
        } else {
            Some(tokio::spawn(task))
        };
        let quick = self.quick.call(format!("quick {topic}")).await?;
        assert_that!(quick, quick.text == "right", "be right");
        let slow = match detached {
            Some(handle) => handle.await.user()??,
            None => tasks.join_next().await.ok_or("no task").user()?.user()??,
        };
        Ok(format!("{} {}", quick.text, slow.text))
    }
}

fn leaving(aborts: bool) -> (Leaving, Scripted) {
    let model = Scripted::with(|request, _| {
        let question = asked(request);
        let text = match question.as_str() {
            "slow bees" => "slow",
            "quick bees" => "wrong",
            "quick bees < wrong: be right" => "right",
            other => panic!("asked {other:?}"),
        };
        let delay = if text == "slow" { 40 } else { 5 };
        ScriptedAnswer::from(answer(text)).after(Duration::from_millis(delay))
    });
    let mut program = Leaving { aborts, ..Leaving::default() };
    program.set_lm(&model.lm());
    (program, model)
}

#[tokio::test]
async fn a_call_in_flight_is_waited_for_and_not_sent_again() {
    let (program, model) = leaving(false);
    assert_eq!(*program.call("bees").await.unwrap(), "right slow");
    assert_eq!(model.calls(), 3);
}

#[tokio::test]
async fn a_call_that_was_cancelled_is_made_by_who_needs_it() {
    let (program, model) = leaving(true);
    assert_eq!(*program.call("bees").await.unwrap(), "right slow");
    assert_eq!(model.calls(), 4, "the cancelled one gave nothing to use");
}

#[tokio::test]
async fn a_program_that_is_dropped_amid_a_retry_leaves_nothing_behind() {
    let (program, model) = leaving(false);
    let call =
        tokio::time::timeout(Duration::from_millis(15), async { program.call("bees").await });
    assert!(call.await.is_err());
    let before = model.calls();
    assert!(before >= 2);
    assert_eq!(*program.call("bees").await.unwrap(), "right slow");
    assert_eq!(model.calls(), before + 3);
}
