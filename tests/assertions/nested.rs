//! Modules in modules: who judged handles it, and what is paid stays paid.

use dspy::adapter::TwoStepAdapter;
use dspy::lm::Scripted;
use dspy::prelude::*;
use dspy::{assert_that, suggest};

use super::{Table, Write, WriteOutput, answer};

#[derive(Clone, Default)]
struct Inner {
    plan: Predict<Write>,
    write: Predict<Write>,
}

#[module]
impl Inner {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let plan = self.plan.call(format!("plan {topic}")).await?;
        let draft = self.write.call(format!("write {}", plan.text)).await?;
        assert_that!(draft, draft.text.contains('x'), "use x");
        Ok(draft.into_output().text)
    }
}

#[derive(Clone, Default)]
struct Outer {
    inner: Inner,
    last: Predict<Write>,
}

#[module]
impl Outer {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let text = self.inner.call(topic).await?;
        assert_that!(text, text.contains('y'), "use y");
        let last = self.last.call(format!("end {}", text.output())).await?;
        suggest!(last, last.text.contains('z'), "use z");
        Ok(last.into_output().text)
    }
}

#[tokio::test]
async fn an_outer_assertion_goes_on_where_the_inner_one_was() {
    let table = Table::new(&[
        ("plan bees", "P"),
        ("write P", "a"),
        ("write P < a: use x", "ax"),
        ("write P < ax: - use x\n- use y", "axy"),
        ("end axy", "done"),
        ("end axy < done: use z", "z"),
    ]);
    let prediction = table.given_to(Outer::default()).call("bees").record().await.unwrap();
    assert_eq!((prediction.output().as_str(), prediction.usage().calls), ("z", 6));
    assert_eq!(table.questions().len(), 6, "{:?}", table.questions());
    let trace = prediction.trace();
    let calls: Vec<_> = trace.calls().iter().map(|c| (c.path.as_str(), c.retries.len())).collect();
    assert_eq!(calls, [("inner.plan", 0), ("inner.write", 2), ("last", 1)]);
}

/// Hands on the first of two predictions.
#[derive(Clone, Default)]
struct First {
    one: Predict<Write>,
    two: Predict<Write>,
}

#[module]
impl First {
    async fn forward(&self, topic: String) -> dspy::Result<Prediction<WriteOutput>> {
        let one = self.one.call(format!("one {topic}")).await?;
        self.two.call(format!("two {topic}")).await?;
        Ok(one)
    }
}

#[derive(Clone, Default)]
struct OfFirst {
    first: First,
}

#[module]
impl OfFirst {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let first = self.first.call(topic).await?;
        assert_that!(first, first.text == "right", "be right");
        Ok(first.into_output().text)
    }
}

#[tokio::test]
async fn a_prediction_that_is_handed_on_names_the_call_it_came_from() {
    let table = Table::new(&[
        ("one bees", "wrong"),
        ("two bees", "whatever"),
        ("one bees < wrong: be right", "right"),
    ]);
    table.given_to(OfFirst::default()).call("bees").await.unwrap();
    assert_eq!(table.questions().len(), 3);
}

/// Calls its part with options of its own, which make another run.
#[derive(Clone, Default)]
struct Apart {
    plan: Predict<Write>,
    write: Predict<Write>,
}

#[module]
impl Apart {
    async fn forward(&self, topic: String) -> dspy::Result<usize> {
        let plan = self.plan.call(format!("plan {topic}")).record().await?;
        let run = dspy::run::Run::recording();
        let other = self.plan.call(format!("other {topic}")).run(&run).rollout(7).await?;
        let draft = self.write.call(format!("{} {}", plan.text, other.text)).await?;
        assert_that!(draft, draft.text == "right", "be right");
        Ok(plan.trace().calls().len() + run.trace().calls().len())
    }
}

#[tokio::test]
async fn calls_in_runs_of_their_own_are_paid_once_as_well() {
    let table = Table::new(&[
        ("plan bees", "P"),
        ("other bees", "O"),
        ("P O", "wrong"),
        ("P O < wrong: be right", "right"),
    ]);
    let prediction = table.given_to(Apart::default()).call("bees").await.unwrap();
    assert_eq!((*prediction.output(), table.questions().len()), (2, 4));
}

/// A predictor whose answers a second model reads.
#[derive(Clone, Default)]
struct Read {
    plan: Predict<Write>,
    write: Predict<Write>,
}

#[module]
impl Read {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let plan = self.plan.call(topic.as_str()).await?;
        let draft = self.write.call(topic).await?;
        assert_that!(draft, draft.text == plan.text, "be right");
        Ok(draft.into_output().text)
    }
}

#[tokio::test]
async fn what_a_second_model_read_is_paid_once() {
    let reader = Scripted::with(|_, _| answer("right"));
    let writer = Scripted::texts([answer("wrong"), answer("right")]);
    let mut program = Read::default();
    program.plan = program.plan.with_adapter(TwoStepAdapter::new(reader.lm()));
    let free = Scripted::with(|_, _| "It is right.");
    program.plan = program.plan.with_lm(free.lm());
    program.write = program.write.with_lm(writer.lm());
    program.call("bees").await.unwrap();
    assert_eq!((free.calls(), reader.calls(), writer.calls()), (1, 1, 2));
}
