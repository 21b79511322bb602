//! Cached answers: told like new ones, and kept when they were streamed.

use dspy::lm::Cache;
use dspy::prelude::*;

use super::{Qa, collected, model, texts};

#[tokio::test]
async fn a_streamed_answer_is_kept_and_told_again() {
    let (model, cache) = (model(&["a river in Egypt"]), Cache::new());
    let lm = model.lm().with_history(10).cached(&cache);
    let ask = Predict::<Qa>::new().with_lm(lm.clone());
    let (events, out) = collected(ask.stream("Nile?")).await;
    assert_eq!(out.unwrap().usage().calls, 1);
    assert!(texts(&events).len() == 1 && events.len() > 4, "{events:?}");

    // The same question, streamed and not, is answered from the cache.
    let whole = ask.call("Nile?").await.unwrap();
    let (replayed, streamed) = collected(ask.stream("Nile?")).await;
    let streamed = streamed.unwrap();
    assert_eq!((whole.usage().calls, streamed.usage().calls, model.calls()), (0, 0, 1));
    assert_eq!(texts(&replayed), texts(&events));
    assert_eq!(streamed.answer, whole.answer);
    assert_eq!(cache.stats().memory_hits, 2);

    let history = lm.history();
    let calls: Vec<_> = history.iter().map(|call| (call.is_streamed(), call.request())).collect();
    assert_eq!(calls.iter().map(|(it, _)| *it).collect::<Vec<_>>(), [true, false, true]);
    assert!(calls.iter().all(|(_, request)| *request == calls[0].1));
}

#[tokio::test]
async fn an_answer_that_was_not_streamed_is_told_from_the_cache() {
    let (model, cache) = (model(&["a river"]), Cache::new());
    let ask = Predict::<Qa>::new().with_lm(model.lm().cached(&cache));
    ask.call("Nile?").await.unwrap();
    let (events, out) = collected(ask.stream("Nile?")).await;
    assert_eq!((out.unwrap().answer.as_str(), model.calls()), ("a river", 1));
    assert_eq!(texts(&events).into_values().collect::<Vec<_>>(), ["a river"]);
}

#[tokio::test]
async fn what_was_stopped_is_not_kept() {
    // So long that it is not there at once.
    let long = format!("a river in Egypt {}", "and on it flows ".repeat(50));
    let (model, cache) = (model(&[&long, "a river"]), Cache::new());
    let ask = Predict::<Qa>::new().with_lm(model.lm().cached(&cache));
    let stream = ask
        .stream("Nile?")
        .stop_when(|it| it.text("answer").contains("riv").then(|| "enough".to_owned()));
    assert!(stream.finish().await.unwrap_err().to_string().contains("enough"));
    assert_eq!(ask.call("Nile?").await.unwrap().answer, "a river");
    assert_eq!(model.calls(), 2);
}
