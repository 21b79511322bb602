//! A free answer, and a second model that reads it.

use dspy::adapter::{AnswerErrorKind, TwoStepAdapter};
use dspy::lm::LmError;
use dspy::prelude::*;
use dspy::run::{Event, Run, RunOptions};

use super::scripted::{Scripted, question, sections};
use super::{Priority, Triage, ticket};

fn free() -> Scripted {
    Scripted::text("I would say this is urgent; I am rather sure, about 0.9.")
}

fn reader() -> Scripted {
    Scripted::text(&sections(&[("priority", "High"), ("confidence", "0.9"), ("note", "None")]))
}

#[tokio::test]
async fn both_calls_are_made_counted_and_recorded() {
    let (main, reader) = (free(), reader());
    let predict =
        Predict::<Triage>::new().with_lm(main.lm()).with_adapter(TwoStepAdapter::new(reader.lm()));
    let prediction = predict.call(ticket()).record().await.unwrap();
    assert_eq!((&prediction.priority, prediction.confidence), (&Priority::High, 0.9));
    assert_eq!((main.calls(), reader.calls(), prediction.usage().calls), (1, 1, 2));
    assert!(!question(&main.requests()[0]).contains("[["));
    let asked = question(&reader.requests()[0]);
    assert!(asked.contains("[[ ## text ## ]]\nI would say"), "{asked}");
    let trace = prediction.trace();
    let call = &trace.calls()[0];
    assert_eq!((call.requests.len(), call.side_calls.len(), call.usage.calls), (1, 1, 2));
    assert_eq!(call.side_calls[0].model, "scripted");
    assert!(call.side_calls[0].response.completions[0].joined_text().contains("High"));
    // Nothing is paid twice.
    let again = Run::with(RunOptions::default().with_memo(prediction.trace()));
    predict.call(ticket()).run(&again).await.unwrap();
    assert_eq!((main.calls(), reader.calls(), again.usage().calls), (1, 1, 0));
}

#[tokio::test]
async fn an_error_says_which_of_the_two_it_was() {
    let broken =
        Scripted::new(|_, _| Err(LmError::Other { message: "no luck".into(), retryable: true }));
    let main = free();
    let predict = Predict::<Triage>::new().with_lm(main.lm());
    let two_step =
        |reader: &Scripted| predict.clone().with_adapter(TwoStepAdapter::new(reader.lm()));
    let error = two_step(&broken).call(ticket()).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(
        error.to_string().contains("reads the fields") && error.to_string().contains("no luck")
    );
    assert_eq!(main.calls(), 1, "the main model is not to blame");

    let error = two_step(&Scripted::text("I cannot say.")).call(ticket()).await.unwrap_err();
    let answer = error.as_answer().unwrap();
    assert!(matches!(answer.kind, AnswerErrorKind::Reading { .. }), "{error}");
    assert!(answer.raw.starts_with("I would say"));
    assert_eq!(main.calls(), 3, "the main model was asked again");

    let error = two_step(&broken).with_lm(broken.lm()).call(ticket()).await.unwrap_err();
    assert!(error.as_answer().is_none(), "the main model failed itself: {error}");
}

#[tokio::test]
async fn a_follow_up_goes_to_the_main_model() {
    let main = Scripted::texts(&["No idea.", "High, 0.9."]);
    let reader = Scripted::texts(&[
        &sections(&[("priority", "unknown")]),
        &sections(&[("priority", "High"), ("confidence", "0.9")]),
    ]);
    let predict =
        Predict::<Triage>::new().with_lm(main.lm()).with_adapter(TwoStepAdapter::new(reader.lm()));
    let prediction = predict.call(ticket()).record().await.unwrap();
    assert_eq!(prediction.confidence, 0.9);
    assert_eq!(prediction.usage().calls, 4);
    let told = question(&main.requests()[1]);
    assert!(told.contains("`confidence`") && told.contains("unknown"), "{told}");
    assert_eq!(prediction.trace().calls()[0].side_calls.len(), 2);
}

#[tokio::test]
async fn a_stream_gives_the_fields_whole_after_the_second_step() {
    let (main, reader) = (free(), reader());
    let predict =
        Predict::<Triage>::new().with_lm(main.lm()).with_adapter(TwoStepAdapter::new(reader.lm()));
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let run = Run::with(RunOptions::default().with_events(sender));
    predict.call(ticket()).run(&run).await.unwrap();
    let mut told = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::FieldDelta { field, delta, .. } = event {
            told.push((field, delta));
        }
    }
    let expected = [("priority", "High"), ("confidence", "0.9"), ("note", "None")];
    assert_eq!(told, expected.map(|(field, delta)| (field.to_owned(), delta.to_owned())));
}
