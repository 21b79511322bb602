//! [`Fallback`]: which failures it moves on for, and what it says of it.

use dspy::lm::{
    Completion, Fallback, FinishReason, LanguageModel, LmError, Response, Retry, StreamEvent,
};

use super::model::{Model, Turn};
use super::{
    all, answer, broken, failure, invalid, question, rate_limit, secs, server_error, text,
};

fn named(name: &str, turn: impl Into<Turn>) -> Model {
    let turn = turn.into();
    Model::named(name, move |_| turn.clone())
}

fn filtered() -> Response {
    let mut completion = Completion::text("");
    completion.finish = FinishReason::ContentFilter;
    let mut response = answer(1, 1);
    response.completions = vec![completion];
    response
}

#[tokio::test(start_paused = true)]
async fn it_moves_on_when_a_model_fails() {
    let late = LmError::Timeout { host: "far.example".to_owned(), after: secs(1.0) };
    let open = LmError::CircuitOpen { name: "a/first".to_owned(), retry_in: secs(1.0) };
    for error in
        [server_error(), broken(), rate_limit(None), LmError::Billing(failure(429)), late, open]
    {
        let first = named("a/first", error);
        let second = named("b/second", answer(1, 1));
        let third = named("c/third", answer(1, 1));
        let lm = Fallback::new(first.clone()).or(second.clone()).or(third.clone());
        let response = lm.generate(&question()).await.unwrap();
        assert_eq!((first.calls(), second.calls(), third.calls()), (1, 1, 0));
        assert_eq!(response.stand_in.as_deref(), Some("b/second"));
        let provider = response.provider.unwrap();
        assert_eq!(provider["fallback"][0]["model"], "a/first");
        assert!(!provider["fallback"][0]["error"].as_str().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_models_answer_carries_no_mark() {
    let first = named("a/first", answer(1, 1));
    let lm = Fallback::new(first).or(named("b/second", answer(1, 1)));
    let response = lm.generate(&question()).await.unwrap();
    assert_eq!((response.stand_in, response.provider), (None, None));
    assert_eq!((lm.name(), &*lm.fingerprint()), ("a/first", "a/first"));
}

#[tokio::test(start_paused = true)]
async fn retries_come_first() {
    let first = named("a/first", server_error());
    let lm = Fallback::new(Retry::new(first.clone())).or(named("b/second", answer(1, 1)));
    let response = lm.generate(&question()).await.unwrap();
    assert_eq!((first.calls(), response.stand_in.as_deref()), (8, Some("b/second")));
}

#[tokio::test(start_paused = true)]
async fn it_does_not_move_on_for_mistakes() {
    let garbled = LmError::Decode { host: "far.example".to_owned(), message: "what?".to_owned() };
    for error in [
        invalid(),
        LmError::Auth(failure(401)),
        LmError::NotFound(failure(404)),
        LmError::ContextWindow(failure(400)),
        garbled,
    ] {
        let second = named("b/second", answer(1, 1));
        let lm = Fallback::new(named("a/first", error.clone())).or(second.clone());
        let failed = lm.generate(&question()).await.unwrap_err();
        assert_eq!(failed.to_string(), error.to_string());
        assert_eq!(second.calls(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_bigger_window_and_another_filter_can_be_asked_for() {
    let first = named("a/first", LmError::ContextWindow(failure(400)));
    let lm = Fallback::new(first).or(named("b/second", answer(1, 1))).on_context_window();
    assert!(lm.generate(&question()).await.is_ok());

    let mut refusal = failure(400);
    refusal.code = Some("content_filter".to_owned());
    for turn in [Turn::from(LmError::InvalidRequest(refusal)), filtered().into()] {
        let first = || named("a/first", turn.clone());
        let lm = Fallback::new(first()).or(named("b/second", answer(1, 1))).on_content_filter();
        let response = lm.generate(&question()).await.unwrap();
        assert_eq!(response.stand_in.as_deref(), Some("b/second"));
        // Without the wish nothing moves on.
        let lm = Fallback::new(first()).or(named("b/second", answer(1, 1)));
        if let Ok(response) = lm.generate(&question()).await {
            assert_eq!(response.stand_in, None);
        }
    }
    // The last model's filtered answer is an answer.
    let lm = Fallback::new(named("a/first", filtered()))
        .or(named("b/second", filtered()))
        .on_content_filter();
    let response = lm.generate(&question()).await.unwrap();
    assert_eq!(response.completions[0].finish, FinishReason::ContentFilter);
}

#[tokio::test(start_paused = true)]
async fn when_all_fail_all_are_listed() {
    let lm = Fallback::new(named("a/first", server_error())).or(named("b/second", invalid()));
    let error = lm.generate(&question()).await.unwrap_err();
    let LmError::FallbackFailed { failures } = &error else { panic!("unexpected {error:?}") };
    assert_eq!(failures.len(), 2);
    let text = error.to_string();
    for part in ["a/first", "503", "b/second", "400"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn streams_move_on_until_something_is_seen() {
    let unseen = Turn::Events(vec![(secs(1.0), Err(broken()))]);
    let done = Ok(StreamEvent::Done(answer(1, 1)));
    let fine = Turn::Events(vec![(secs(1.0), Ok(text("Paris."))), (secs(0.0), done)]);
    let lm = Fallback::new(named("a/first", unseen)).or(named("b/second", fine));
    let events = all(lm.stream(&question()).await.unwrap()).await;
    let Some(Ok(StreamEvent::Done(response))) = events.last() else { panic!("{events:?}") };
    assert_eq!(response.stand_in.as_deref(), Some("b/second"));

    let seen = Turn::Events(vec![(secs(1.0), Ok(text("Par"))), (secs(1.0), Err(broken()))]);
    let second = named("b/second", answer(1, 1));
    let lm = Fallback::new(named("a/first", seen)).or(second.clone());
    let events = all(lm.stream(&question()).await.unwrap()).await;
    assert!(matches!(events.last(), Some(Err(LmError::Transport { .. }))), "{events:?}");
    assert_eq!(second.calls(), 0);
}
