//! What is seen of assertions: events, replays, evaluations.

use dspy::lm::LmError;
use dspy::prelude::*;
use dspy::run::{Event, Run, RunOptions};
use dspy::{Evaluate, assert_that, suggest};

use super::{Table, Write, WriteInput};

#[derive(Clone, Default)]
struct Checked {
    plan: Predict<Write>,
    write: Predict<Write>,
}

#[module]
impl Checked {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let plan = self.plan.call(format!("plan {topic}")).await?;
        let draft = self.write.call(format!("{topic} {}", plan.text)).await?;
        assert_that!(draft, draft.text != "wrong", "be right");
        suggest!(draft, draft.text != "dull", "be bright");
        Ok(draft.into_output().text)
    }
}

impl From<WriteInput> for CheckedInput {
    fn from(input: WriteInput) -> Self {
        Self { topic: input.topic }
    }
}

const ANSWERS: [(&str, &str); 13] = [
    ("plan a", "1"),
    ("plan b", "1"),
    ("plan c", "1"),
    ("a 1", "wrong"),
    ("a 1 < wrong: be right", "right"),
    ("b 1", "wrong"),
    ("b 1 < wrong: be right", "wrong"),
    ("c 1", "dull"),
    ("c 1 < dull: be bright", "dull"),
    ("plan d", "1"),
    ("d 1", "wrong"),
    ("d 1 < wrong: be right", "dull"),
    ("d 1 < dull: - be right\n- be bright", "bright"),
];

#[tokio::test]
async fn events_tell_of_a_retry_and_tell_no_field_of_a_paid_call_again() {
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(RunOptions::default().with_events(sender));
    let program = Table::new(&ANSWERS).given_to(Checked::default());
    program.call("a").run(&run).await.unwrap();
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        match event {
            Event::FieldDelta { path, delta, .. } => told.push(format!("{path}: {delta}")),
            Event::Backtracked { path, broken, retries, .. } => {
                told.push(format!("{path} back {retries}: {}", broken.message));
            }
            _ => {}
        }
    }
    assert_eq!(told, ["plan: 1", "write: wrong", "write back 1: be right", "write: right"]);
}

#[tokio::test]
async fn a_trace_replays_retries_without_a_call() {
    let table = Table::new(&ANSWERS);
    let program = table.given_to(Checked::default());
    let first = program.call("a").record().await.unwrap();
    assert_eq!(table.questions().len(), 3);
    let again = Run::with(RunOptions::default().recording().with_memo(first.trace()));
    let second = program.call("a").run(&again).await.unwrap();
    assert_eq!((second.output(), table.questions().len()), (first.output(), 3));
    assert_eq!((again.usage().calls, again.trace().retries()), (0, 1));
    assert!(again.trace().calls().iter().all(|call| call.replayed));
}

#[tokio::test]
async fn a_row_that_fails_an_assertion_scores_0_and_suggestions_become_feedback() {
    let rows: Vec<Write> =
        ["a", "b", "c"].map(|topic| Write { topic: topic.into(), text: "right".into() }).into();
    let program = Table::new(&ANSWERS).given_to(Checked::default());
    let evaluation = Evaluate::new(&rows)
        .failure_score(0.5)
        .run(&program, |_: &Write, text: &String| {
            dspy::metric::Score::new(if text == "right" { 1.0 } else { 0.75 })
                .with_feedback(format!("got {text}"))
        })
        .await
        .unwrap();
    assert_eq!(evaluation.scores(), [1.0, 0.0, 0.75]);
    let feedback: Vec<_> = evaluation.items().iter().map(|i| i.feedback.as_deref()).collect();
    assert_eq!(feedback[0], Some("got right"));
    assert!(feedback[1].unwrap().contains("be right"), "{feedback:?}");
    assert_eq!(feedback[2], Some("got dull\nbroken rule: be bright (`draft.text != \"dull\"`)"));
}

#[tokio::test]
async fn another_failure_of_the_model_is_not_taken_for_one_of_an_assertion() {
    let rows = vec![Write { topic: "a".into(), text: "right".into() }];
    let mut program = Checked::default();
    let down = |_: &dspy::lm::Request, _| {
        Err::<String, _>(LmError::Other { message: "down".into(), retryable: false })
    };
    program.set_lm(&dspy::lm::Scripted::with(down).lm());
    let evaluation = Evaluate::new(&rows)
        .failure_score(0.5)
        .run(&program, |_: &Write, _: &String| true)
        .await
        .unwrap();
    assert_eq!(evaluation.scores(), [0.5]);
}

#[tokio::test]
async fn the_retries_of_one_call_can_be_changed() {
    let table = Table::new(&ANSWERS);
    let program = table.given_to(Checked::default());
    let error = program.call("b").assertion_retries(1).await.unwrap_err();
    assert!(error.is_assertion());
    assert_eq!(table.questions().len(), 3);
    let prediction = program.call("c").assertion_retries(0).await.unwrap();
    assert_eq!((prediction.broken_checks().len(), table.questions().len()), (1, 5));
    // The assertion had its retry; the suggestion has one of its own.
    let prediction = program.call("d").assertion_retries(1).await.unwrap();
    assert_eq!((prediction.output().as_str(), table.questions().len()), ("bright", 9));
}
