//! `#[assert]` and `#[check]`: a retry inside the call.

use dspy::adapter::AnswerErrorKind;
use dspy::lm::{LmError, Response, Scripted, ScriptedAnswer};
use dspy::module::set_assertion_retries;
use dspy::prelude::*;

use super::{answer, asked};

#[derive(Signature)]
struct Short {
    #[input]
    topic: String,
    #[output]
    #[assert(text.len() <= 5, "{} bytes are more than 5", text.len())]
    #[check(!text.contains('#'), "no hashtags")]
    text: String,
}

fn program(answers: &[&str]) -> (Predict<Short>, Scripted) {
    let model = Scripted::texts(answers.iter().map(|text| answer(text)));
    (Predict::new().with_lm(model.lm()), model)
}

#[tokio::test]
async fn an_assert_sends_the_answer_back_with_its_message() {
    let (program, model) = program(&["too long", "short"]);
    let prediction = program.call("bees").record().await.unwrap();
    assert_eq!((prediction.text.as_str(), prediction.usage().calls), ("short", 2));
    let questions: Vec<_> = model.requests().iter().map(|request| asked(request)).collect();
    assert_eq!(questions, ["bees", "bees < too long: 8 bytes are more than 5"]);
    assert_eq!(
        prediction.warnings(),
        ["asked again: the outputs break an assertion: 8 bytes are more than 5 \
             (`text.len() <= 5`)"]
    );
    let trace = prediction.trace();
    let call = &trace.calls()[0];
    assert_eq!((call.retries.len(), call.requests.len(), call.responses.len()), (1, 2, 2));
    assert_eq!(call.retries[0].message, "8 bytes are more than 5");
    assert!(call.passed_after_retries());
    assert_eq!((trace.retries(), trace.abandoned().len()), (1, 0));
}

#[tokio::test]
async fn an_assert_fails_after_two_retries_or_as_many_as_were_said() {
    let (plain, model) = program(&["too long"; 3]);
    let error = plain.call("bees").await.unwrap_err();
    assert!(error.is_assertion());
    assert!(matches!(error.as_answer().unwrap().kind, AnswerErrorKind::Asserted { .. }));
    assert_eq!(model.calls(), 3);

    let (of_predictor, model) = program(&["too long"; 5]);
    of_predictor.with_assertion_retries(4).call("bees").await.unwrap_err();
    assert_eq!(model.calls(), 5);

    let (mut of_program, model) = program(&["too long"; 2]);
    set_assertion_retries(&mut of_program, 1);
    of_program.call("bees").await.unwrap_err();
    assert_eq!(model.calls(), 2);

    let (of_call, model) = program(&["too long"; 4]);
    of_call.call("bees").assertion_retries(0).await.unwrap_err();
    assert_eq!(model.calls(), 1);
    of_call.call("bees").await.unwrap_err();
    assert_eq!(model.calls(), 4, "the option was that one call's");
}

#[tokio::test]
async fn what_was_wrong_before_is_still_said() {
    let (program, model) = program(&["too long", "#bee", "too long", "bee"]);
    let prediction = program.call("bees").await.unwrap();
    assert_eq!((prediction.text.as_str(), prediction.broken_checks()), ("bee", [].as_slice()));
    let questions: Vec<_> = model.requests().iter().map(|request| asked(request)).collect();
    assert_eq!(questions[2], "bees < #bee: - 8 bytes are more than 5\n- no hashtags");
    // Said once more, it comes last; and the third retry was left, for checks count apart.
    assert_eq!(questions[3], "bees < too long: - no hashtags\n- 8 bytes are more than 5");
}

#[tokio::test]
async fn a_check_is_retried_and_then_warned_of() {
    let (program, model) = program(&["#a", "#b", "#c"]);
    let prediction = program.call("bees").record().await.unwrap();
    assert_eq!((prediction.text.as_str(), model.calls()), ("#c", 3));
    assert_eq!(prediction.broken_checks().len(), 1);
    let warnings = prediction.warnings();
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    assert!(warnings[..2].iter().all(|warning| warning.starts_with("asked again: no hashtags")));
    assert!(warnings[2].starts_with("broken check: no hashtags"));
    let trace = prediction.trace();
    assert_eq!((trace.calls()[0].retries.len(), trace.calls()[0].broken.len()), (2, 1));
    assert!(!trace.calls()[0].passed_after_retries());
}

#[tokio::test]
async fn a_check_never_makes_it_worse() {
    let down = || LmError::Other { message: "down".into(), retryable: true };
    let model = Scripted::new([
        ScriptedAnswer::from(Response::text(answer("#a"))),
        ScriptedAnswer::from(down()),
    ]);
    let program = Predict::<Short>::new().with_lm(model.lm());
    let prediction = program.call("bees").await.unwrap();
    assert_eq!((prediction.text.as_str(), prediction.broken_checks().len()), ("#a", 1));
    let warnings = prediction.warnings().join("\n");
    assert!(warnings.contains("kept an earlier answer, for asking again failed"), "{warnings}");
    assert!(warnings.contains("broken check: no hashtags"), "{warnings}");
}

#[tokio::test]
async fn a_second_retry_is_told_apart_from_the_first_by_a_cache() {
    // The same answer and the same message: without more, the requests would be equal.
    let (program, model) = program(&["too long", "too long", "short"]);
    program.call("bees").await.unwrap();
    let requests = model.requests();
    assert_eq!(requests[1].messages, requests[2].messages);
    assert_eq!((requests[0].rollout, requests[1].rollout), (0, 0));
    assert_ne!(requests[1].rollout, requests[2].rollout);
}
