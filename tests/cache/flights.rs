use std::time::Duration;

use dspy::lm::{Cache, Cached, LanguageModel, LmError, Scripted, ScriptedAnswer};
use futures_util::future::join_all;

use super::{ask, ask_for};

const SLOW: Duration = Duration::from_millis(50);

#[tokio::test]
async fn equal_requests_at_once_are_sent_once() {
    let model = Scripted::with(|_, before| before.to_string()).with_delay(SLOW);
    let cache = Cache::new();
    let lm = Cached::new(model.clone(), &cache);
    let request = ask("a");
    let answers = join_all((0..20).map(|_| lm.generate(&request))).await;
    assert_eq!(model.calls(), 1);
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| !answer.cached).count(), 1);
    assert!(answers.iter().all(|answer| answer.completions[0].joined_text() == "0"));
    assert_eq!(answers.iter().map(|answer| answer.usage.calls).sum::<u64>(), 1);
    assert_eq!((cache.stats().shared, cache.stats().misses), (19, 1));

    let (one, two) = (ask_for("b", 1), ask_for("b", 2));
    let both = join_all([lm.generate(&one), lm.generate(&two)]).await;
    assert!(both.iter().all(Result::is_ok), "more completions are another request: {both:?}");
    assert_eq!(model.calls(), 3);
}

#[tokio::test]
async fn another_takes_over_when_the_one_who_asks_is_dropped() {
    let model = Scripted::with(|_, before| before.to_string()).with_delay(SLOW);
    let lm = Cached::new(model.clone(), &Cache::new());
    let asker = |lm: &Cached<Scripted>| {
        let lm = lm.clone();
        tokio::spawn(async move { lm.generate(&ask("a")).await })
    };
    let first = asker(&lm);
    tokio::time::sleep(SLOW / 5).await;
    let waiting: Vec<_> = (0..5).map(|_| asker(&lm)).collect();
    tokio::time::sleep(SLOW / 5).await;
    first.abort();
    for answer in join_all(waiting).await {
        let answer = answer.unwrap().unwrap();
        assert_eq!(answer.completions[0].joined_text(), "1", "the second call's answer");
    }
    assert_eq!(model.calls(), 2, "the call that was dropped, and one more for all");

    // Everybody leaves: the next one starts anew.
    let alone = asker(&lm);
    alone.abort();
    assert!(lm.generate(&ask("b")).await.is_ok());
    let (gone, also_gone) = (
        tokio::time::timeout(SLOW / 5, lm.generate(&ask("c"))).await,
        tokio::time::timeout(SLOW / 5, lm.generate(&ask("c"))).await,
    );
    assert!(gone.is_err() && also_gone.is_err());
    assert!(!lm.generate(&ask("c")).await.unwrap().cached);
}

#[tokio::test]
async fn an_error_is_shared_by_those_who_wait_and_by_nobody_later() {
    let failure = LmError::Other { message: "no luck".to_owned(), retryable: true };
    let model = Scripted::new([
        ScriptedAnswer::from(failure).after(SLOW),
        ScriptedAnswer::from("better").after(SLOW),
    ]);
    let lm = Cached::new(model.clone(), &Cache::new());
    let request = ask("a");
    for answer in join_all((0..5).map(|_| lm.generate(&request))).await {
        assert_eq!(answer.unwrap_err().to_string(), "no luck");
    }
    assert_eq!(model.calls(), 1);
    let next = lm.generate(&request).await.unwrap();
    assert_eq!((next.completions[0].joined_text().as_str(), next.cached), ("better", false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_threads_lose_and_double_nothing() {
    let model = Scripted::with(|request, _| request.messages[0].text());
    let cache = Cache::new();
    let lm = Cached::new(model.clone(), &cache);
    let tasks = (0..400).map(|number| {
        let lm = lm.clone();
        tokio::spawn(async move {
            let text = (number % 40).to_string();
            let answer = lm.generate(&ask(&text)).await.unwrap();
            assert_eq!(answer.completions[0].joined_text(), text);
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(model.calls(), 40);
    let stats = cache.stats();
    assert_eq!(stats.misses + stats.memory_hits + stats.shared, 400);
}
