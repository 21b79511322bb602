//! `batch` and `Parallel`: order, bounds, errors, time; `Each`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dspy::lm::{LmError, Request, Response, Scripted, ScriptedAnswer};
use dspy::module::DynModule;
use dspy::predict::{Each, Parallel, StrategyError};
use dspy::prelude::*;

use super::model::{question, sections, steady};
use super::{Qa, QaInput, ask};

/// The text of the question.
fn asked(request: &Request) -> String {
    question(request).lines().nth(1).unwrap_or_default().to_owned()
}

/// Repeats the question. `slow` takes ten seconds, `bad` fails, `refused` fails for lack of a key.
fn model() -> Scripted {
    Scripted::with(|request: &Request, _| {
        let text = asked(request);
        let seconds = if text.contains("slow") { 10 } else { 1 };
        let answer = match text.as_str() {
            "bad" => LmError::Timeout { host: "test".into(), after: Duration::ZERO }.into(),
            "refused" => LmError::NotConfigured.into(),
            text => ScriptedAnswer::from(sections(&[("answer", text)])),
        };
        answer.after(Duration::from_secs(seconds))
    })
}

fn program() -> (Predict<Qa>, Scripted) {
    let model = model();
    (Predict::new().with_lm(model.lm()), model)
}

#[tokio::test(start_paused = true)]
async fn results_come_in_order_with_bounded_concurrency() {
    let (program, _) = program();
    let inputs: Vec<String> =
        (0..10).map(|n| format!("q{n}{}", if n == 0 { " slow" } else { "" })).collect();
    let started = tokio::time::Instant::now();
    let batch = program.batch(inputs.clone()).concurrency(4).await;
    // One of four places is taken for ten seconds, nine further calls go through three.
    assert_eq!(started.elapsed(), Duration::from_secs(10));
    assert_eq!(batch.usage().calls, 10);
    let answers: Vec<String> =
        batch.into_outputs().unwrap().into_iter().map(|output| output.answer).collect();
    assert_eq!(answers, inputs);

    let started = tokio::time::Instant::now();
    program.batch((1..10).map(|n| ask(&n.to_string()))).concurrency(3).await;
    assert_eq!(started.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn errors_and_timeouts_stay_with_their_input() {
    let (program, model) = program();
    let batch = program
        .batch(["a", "bad", "slow", "b"])
        .timeout(Duration::from_secs(5))
        .progress("four")
        .record()
        .await;
    let errors: Vec<(usize, String)> =
        batch.errors().map(|(place, error)| (place, error.to_string())).collect();
    assert_eq!(errors.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 2]);
    assert!(errors[0].1.starts_with("predictor `self`"), "{errors:?}");
    assert_eq!(
        errors[1].1,
        "the call took longer than 5s and was dropped; allow more, or ask for less"
    );
    let last = batch.results()[3].as_ref().unwrap();
    assert_eq!((last.answer.as_str(), last.trace().calls().len()), ("b", 1));
    assert_eq!(model.calls(), 4, "nothing is asked twice");
    assert!(batch.into_outputs().is_err());
}

#[tokio::test(start_paused = true)]
async fn it_stops_after_so_many_errors() {
    let (program, model) = program();
    let inputs = ["bad", "a", "bad", "b", "c", "d"];
    let batch = program.batch(inputs).concurrency(2).stop_after_errors(2).await;
    assert_eq!(model.calls(), 4, "two were under way when the second failed");
    let text = |place: usize| batch.results()[place].as_ref().unwrap_err().to_string();
    assert!(batch.results()[1].is_ok() && batch.results()[3].is_ok());
    assert_eq!(text(5), "the call was not begun: 2 others had failed");

    let batch = program.batch(["refused", "a", "b"]).concurrency(1).await;
    assert_eq!(model.calls(), 5, "a set-up that fails once fails for all");
    assert_eq!(batch.errors().count(), 3);
}

#[tokio::test]
async fn pairs_of_programs_and_inputs() {
    let model = steady();
    let plain = DynModule::new(Predict::<Qa>::new().with_lm(model.lm()));
    let other = DynModule::new(Predict::<Qa>::new().with_instructions("Else.").with_lm(model.lm()));
    let batch = Parallel::new([(plain, ask("1")), (other, ask("2"))]).await;
    assert_eq!(batch.into_outputs().unwrap().len(), 2);
    assert!(model.requests().iter().any(|request| request.messages[0].text().contains("Else.")));
    let none: Vec<(Predict<Qa>, QaInput)> = Vec::new();
    assert!(Parallel::new(none).await.results().is_empty());
}

/// Asks many at once, inside a program.
#[derive(Clone, Default)]
struct Survey {
    one: Predict<Qa>,
}

#[module]
impl Survey {
    async fn forward(&self, questions: Vec<String>) -> dspy::Result<usize> {
        Ok(self.one.batch(questions).await.into_outputs()?.len())
    }
}

#[tokio::test]
async fn inside_a_program_it_takes_part_in_the_run() {
    let model = steady();
    let mut survey = Survey::default();
    survey.set_lm(&model.lm());
    let prediction = survey.call(["a", "b", "c"]).record().await.unwrap();
    assert_eq!((*prediction.output(), prediction.usage().calls), (3, 3));
    assert_eq!(prediction.trace().of("one").count(), 3);
}

/// Panics at its second call.
#[derive(Clone)]
struct Fragile(Counter);

#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

#[module(skip(0))]
impl Fragile {
    async fn forward(&self, text: String) -> dspy::Result<String> {
        assert_ne!(self.0.0.fetch_add(1, Ordering::Relaxed), 1, "the second call");
        Ok(text)
    }
}

#[tokio::test]
async fn a_panic_is_the_error_of_its_call() {
    let program = Fragile(Counter::default());
    let batch = program.batch(["a", "b", "c"]).concurrency(1).await;
    let error = batch.results()[1].as_ref().unwrap_err();
    assert!(
        matches!(error, dspy::Error::Strategy(error) if matches!(**error, StrategyError::Panicked { .. })),
        "{error}"
    );
    assert!(batch.results()[0].is_ok() && batch.results()[2].is_ok());
}

#[tokio::test(start_paused = true)]
async fn each_keeps_the_order_and_ends_with_the_first_error() {
    let (program, model) = program();
    let each = Each::new(program).concurrency(3);
    let started = tokio::time::Instant::now();
    let outputs = each.call(["a", "b", "c"].map(ask).to_vec()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(1));
    assert_eq!(outputs.usage().calls, 3);
    let answers: Vec<_> = outputs.iter().map(|output| output.answer.as_str()).collect();
    assert_eq!(answers, ["a", "b", "c"]);

    let questions: Vec<QaInput> = ["bad", "a", "b", "c"].map(ask).to_vec();
    assert!(each.concurrency(1).call(questions).await.is_err());
    assert_eq!(model.calls(), 4);
}

/// A program around several calls of one.
#[derive(Clone)]
struct All {
    each: Each<Predict<Qa>>,
}

#[module(input = AllInput)]
impl All {
    async fn forward(&self, questions: Vec<String>) -> dspy::Result<usize> {
        let questions: Vec<QaInput> =
            questions.into_iter().map(|question| QaInput { question }).collect();
        Ok(self.each.call(questions).await?.into_output().len())
    }
}

#[tokio::test]
async fn what_the_calls_warn_of_reaches_the_program_around() {
    let model = Scripted::with(|_: &Request, _| {
        Ok::<_, LmError>(Response::text(sections(&[("answer", "Yes."), ("mood", "Fine.")])))
    });
    let all = All { each: Each::new(Predict::new().with_lm(model.lm())) };
    let prediction = all.call(AllInput { questions: vec!["a".into(), "b".into()] }).await.unwrap();
    assert_eq!(prediction.warnings().len(), 2, "{:?}", prediction.warnings());
    assert!(prediction.warnings().iter().all(|warning| warning.contains("`mood`")));
}
