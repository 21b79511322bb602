//! Streams that break, stall, or say strange things.

use dspy::lm::{LanguageModel, Limit, LmError, Retry};
use futures_util::StreamExt;
use serde_json::json;

use super::fault::{FaultServer, Step, chunk, done, end, events, piece, piece_text};
use super::{builder, client, hasty, ms, question, read, text};

fn fine() -> Vec<Step> {
    vec![events(), piece("Par"), piece("is."), done(), end()]
}

#[tokio::test]
async fn an_end_without_the_last_event() {
    for last in [end(), Step::Close, Step::Reset] {
        let short = vec![events(), piece("Par"), Step::Wait(ms(150)), last];
        let server = FaultServer::always(short).await;
        let (seen, end) = read(hasty(client(&server)).stream(&question()).await.unwrap()).await;
        assert_eq!(seen, "Par");
        let error = end.unwrap_err();
        assert!(matches!(error, LmError::Transport { .. }) && error.is_retryable(), "{error:?}");
        assert_eq!(server.requests(), 1, "what was seen cannot be taken back");
    }
}

#[tokio::test]
async fn an_end_before_anything_was_seen() {
    for last in [end(), Step::Close, Step::Reset] {
        let empty = vec![events(), chunk(": warming up\n\n"), Step::Wait(ms(150)), last];
        let server = FaultServer::turns(vec![empty, fine()]).await;
        let (seen, end) = read(hasty(client(&server)).stream(&question()).await.unwrap()).await;
        assert_eq!((seen.as_str(), text(&end.unwrap()).as_str()), ("Paris.", "Paris."));
        assert_eq!(server.requests(), 2);
    }
}

#[tokio::test]
async fn an_error_within_a_stream() {
    let failure = json!({"error": {"message": "busy", "type": "overloaded_error", "code": 529}});
    let failure = chunk(format!("data: {failure}\n\n"));
    let server = FaultServer::turns(vec![vec![events(), failure.clone(), end()], fine()]).await;
    let (seen, _) = read(hasty(client(&server)).stream(&question()).await.unwrap()).await;
    assert_eq!((seen.as_str(), server.requests()), ("Paris.", 2));
    let server = FaultServer::always(vec![events(), piece("Par"), failure, end()]).await;
    let (seen, end) = read(hasty(client(&server)).stream(&question()).await.unwrap()).await;
    let error = end.unwrap_err();
    assert_eq!((seen.as_str(), server.requests()), ("Par", 1));
    assert!(matches!(error, LmError::Server(_)) && error.is_overload(), "{error:?}");
}

#[tokio::test]
async fn a_letter_in_two_chunks() {
    let event = piece_text("naïve 日本 🦀").into_bytes();
    let mut steps = vec![events()];
    for byte in event {
        steps.extend([chunk([byte]), Step::Wait(ms(1))]);
    }
    steps.extend([done(), end()]);
    let server = FaultServer::always(steps).await;
    let (seen, end) = read(client(&server).stream(&question()).await.unwrap()).await;
    assert_eq!((seen.as_str(), text(&end.unwrap()).as_str()), ("naïve 日本 🦀", "naïve 日本 🦀"));
}

#[tokio::test]
async fn no_choices_and_unknown_words() {
    let odd = json!({"object": "x", "choices": [{"index": 0, "delta": {"content": "Paris.",
        "role": "oracle", "mood": 7}, "finish_reason": "stars_aligned"}]});
    let steps = vec![
        events(),
        chunk("event: surprise\ndata: {\"choices\": []}\n\n"),
        chunk(format!("id: 7\nretry: 10\ndata: {odd}\n\n")),
        chunk("data: {\"choices\": [], \"usage\": {\"prompt_tokens\": 9}}\n\ndata: [DONE]\n\n"),
        end(),
    ];
    let server = FaultServer::always(steps).await;
    let (seen, end_of) = read(client(&server).stream(&question()).await.unwrap()).await;
    let response = end_of.unwrap();
    assert_eq!((seen.as_str(), response.usage.prompt_tokens), ("Paris.", 9));
    let none = vec![events(), chunk("data: {\"choices\": []}\n\ndata: [DONE]\n\n"), end()];
    let server = FaultServer::always(none).await;
    let (_, end) = read(client(&server).stream(&question()).await.unwrap()).await;
    assert!(matches!(end, Err(LmError::Decode { .. })), "{end:?}");
}

#[tokio::test]
async fn a_stall_between_events() {
    let server = FaultServer::always(vec![events(), piece("Par"), Step::Stall]).await;
    let client = builder(&server).idle_timeout(ms(100)).build().unwrap();
    let (seen, end) = read(client.stream(&question()).await.unwrap()).await;
    let error = end.unwrap_err();
    assert_eq!(seen, "Par");
    assert!(matches!(error, LmError::Timeout { after, .. } if after == ms(100)), "{error:?}");
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn a_slow_drip_of_events_is_read_to_its_end() {
    let mut steps = vec![events()];
    for letter in ["P", "a", "r", "i", "s"] {
        steps.extend([piece(letter), Step::Wait(ms(60))]);
    }
    steps.extend([done(), end()]);
    let server = FaultServer::always(steps).await;
    let client = builder(&server).idle_timeout(ms(1500)).build().unwrap();
    assert_eq!(read(client.stream(&question()).await.unwrap()).await.0, "Paris");
}

#[tokio::test]
async fn a_stream_without_end_against_a_bound() {
    let mut steps = vec![events()];
    steps.extend(std::iter::repeat_n(piece(&"x".repeat(1 << 16)), 160));
    let server = FaultServer::always(steps).await;
    let client = builder(&server).max_answer_bytes(1 << 20).build().unwrap();
    let (seen, end) = read(client.stream(&question()).await.unwrap()).await;
    assert!(matches!(end, Err(LmError::Decode { .. })), "{end:?}");
    assert!(seen.len() <= 1 << 20);
    assert!(server.is_left_alone().await);
}

#[tokio::test]
async fn a_stream_given_up_returns_its_place_and_its_connection() {
    let server = FaultServer::always(vec![events(), piece("Par"), Step::Stall]).await;
    let limit = Limit::new(client(&server)).with_concurrency(1);
    let lm = Retry::new(limit.clone());
    for round in 1..=3 {
        let mut stream = lm.stream(&question()).await.unwrap();
        assert!(stream.next().await.is_some_and(|event| event.is_ok()));
        assert_eq!((limit.stats().in_flight, server.under_way()), (1, 1));
        drop(stream);
        assert_eq!(limit.stats().in_flight, 0);
        assert!(server.is_left_alone().await, "the server still serves nobody");
        assert_eq!((server.requests(), server.under_way()), (round, 0));
    }
}

#[tokio::test]
async fn a_call_given_up_closes_its_connection() {
    let server = FaultServer::always(vec![Step::Stall]).await;
    let limit = Limit::new(client(&server)).with_concurrency(1);
    for _ in 0..3 {
        let request = question();
        let call = tokio::time::timeout(ms(80), limit.generate(&request));
        assert!(call.await.is_err());
        assert_eq!((limit.stats().in_flight, limit.stats().waiting), (0, 0));
        assert!(server.is_left_alone().await);
    }
    assert_eq!(server.requests(), 3);
}
