use std::time::{Duration, Instant};

use dspy::lm::{LanguageModel, LmError, Response, Scripted, ScriptedAnswer, StreamEvent};
use futures_util::StreamExt;

use super::ask;

#[tokio::test]
async fn answers_come_in_order_until_the_script_ends() {
    let model = Scripted::new([
        ScriptedAnswer::from("text"),
        Response::text("response").into(),
        LmError::NotConfigured.into(),
    ]);
    assert!(
        model.check_exhausted().unwrap_err().to_string().contains("3 scripted answers are left")
    );
    let lm = model.lm();
    let first = lm.generate(&ask("a")).await.unwrap();
    assert_eq!((first.completions[0].joined_text().as_str(), first.usage.calls), ("text", 1));
    lm.generate(&ask("b")).await.unwrap();
    assert!(matches!(lm.generate(&ask("c")).await, Err(LmError::NotConfigured)));
    model.check_exhausted().unwrap();
    let error = lm.generate(&ask("d")).await.unwrap_err();
    assert!(error.to_string().contains("ends after 3 answers"), "{error}");
    let asked: Vec<_> = model.requests().iter().map(|seen| seen.messages[0].text()).collect();
    assert_eq!(asked, ["a", "b", "c", "d"]);
    assert_eq!((model.calls(), model.remaining()), (4, 0));
}

#[tokio::test]
async fn answers_can_take_their_time_and_come_in_pieces() {
    let model = Scripted::new([ScriptedAnswer::from("äbcde").after(Duration::from_millis(30))])
        .with_delay(Duration::from_millis(10))
        .with_pieces(2)
        .with_name("slow");
    let started = Instant::now();
    let events: Vec<_> = model.stream(&ask("a")).await.unwrap().collect().await;
    assert!(started.elapsed() >= Duration::from_millis(40));
    let mut pieces = Vec::new();
    for event in &events {
        if let Ok(StreamEvent::Text { delta, .. }) = event {
            pieces.push(delta.as_str());
        }
    }
    assert_eq!(pieces, ["äb", "cd", "e"]);
    assert!(matches!(events.last(), Some(Ok(StreamEvent::Done(_)))));
    assert_eq!(model.name(), "slow");
}
