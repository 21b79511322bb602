//! Programs without async.

use std::thread;
use std::time::Duration;

use dspy::lm::{Scripted, ScriptedAnswer};
use dspy::optimize::{LabeledFewShot, Optimizer};
use dspy::prelude::*;
use dspy::{Error, Evaluate, blocking};

/// Answer the question.
#[derive(Signature, Clone)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Asker {
    ask: Predict<Qa>,
}

#[module]
impl Asker {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.ask.call(question).await?.into_output().answer)
    }
}

fn slow(millis: u64) -> Scripted {
    Scripted::with(move |_, _| {
        ScriptedAnswer::from("[[ ## answer ## ]]\nAda").after(Duration::from_millis(millis))
    })
}

fn asker(model: &Scripted) -> Asker {
    let mut program = Asker::default();
    program.set_lm(&model.lm());
    program
}

fn rows() -> Vec<Qa> {
    (0..32).map(|n| Qa { question: format!("Who {n}?"), answer: "Ada".into() }).collect()
}

impl From<QaInput> for AskerInput {
    fn from(input: QaInput) -> Self {
        Self { question: input.question }
    }
}

#[test]
fn a_program_is_called_without_async() {
    let model = slow(1);
    let prediction = asker(&model).call_blocking("Who?").unwrap();
    assert_eq!((prediction.output().as_str(), prediction.usage().calls), ("Ada", 1));
    let typed = Predict::<Qa>::new().with_lm(model.lm());
    assert_eq!(typed.call_blocking("Who?").unwrap().answer, "Ada");
    let recorded = blocking::run(typed.call("Who?").record()).unwrap();
    assert_eq!(recorded.trace().calls().len(), 1);
}

#[test]
fn evaluations_and_optimizers_are_waited_for() {
    let model = slow(20);
    let program = asker(&model);
    let started = std::time::Instant::now();
    let evaluation = blocking::run(
        Evaluate::new(rows())
            .concurrency(32)
            .run(&program, |row: &Qa, out: &String| row.answer == *out),
    )
    .unwrap();
    assert_eq!((evaluation.score(), model.calls()), (1.0, 32));
    assert!(started.elapsed() < Duration::from_millis(32 * 20), "one after the other");
    let tuned = blocking::run(LabeledFewShot::new(4).compile(&Predict::<Qa>::new(), rows()));
    assert_eq!(tuned.unwrap().program.demos().len(), 4);
}

#[test]
fn several_threads_may_wait_at_once() {
    let model = slow(30);
    let answers: Vec<String> = thread::scope(|scope| {
        let wait = || asker(&model).call_blocking("Who?").unwrap().into_output();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(wait)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!((answers.len(), model.calls()), (8, 8));
}

fn assert_refused(result: dspy::Result<Prediction<String>>, model: &Scripted) {
    let Err(Error::Invalid(message)) = result else { panic!("{result:?}") };
    assert!(message.contains("inside an async runtime"), "{message}");
    assert!(message.contains("program.call(input).await"), "{message}");
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn inside_a_runtime_it_refuses() {
    let model = slow(1);
    assert_refused(asker(&model).call_blocking("Who?"), &model);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inside_a_runtime_of_several_threads_it_refuses() {
    let model = slow(1);
    assert_refused(asker(&model).call_blocking("Who?"), &model);
    let inside = {
        let model = model.clone();
        tokio::spawn(async move { asker(&model).call_blocking("Who?") }).await.unwrap()
    };
    assert_refused(inside, &model);
    // A thread of one's own is none of the runtime's.
    let model = slow(1);
    let program = asker(&model);
    let waited = tokio::task::spawn_blocking(move || {
        thread::spawn(move || program.call_blocking("Who?")).join().unwrap()
    });
    assert_eq!(*waited.await.unwrap().unwrap(), "Ada");
}

/// Calls its part without async, which it must not.
#[derive(Clone, Default)]
struct Stuck {
    inner: Asker,
}

#[module]
impl Stuck {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.inner.call_blocking(question)?.into_output())
    }
}

#[test]
fn inside_another_blocking_call_it_refuses_instead_of_waiting_for_itself() {
    let model = slow(1);
    let mut program = Stuck::default();
    program.set_lm(&model.lm());
    assert_refused(program.call_blocking("Who?"), &model);
}
