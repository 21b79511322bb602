use std::time::Duration;

use dspy::lm::{
    Cache, CacheKey, CacheUse, Cached, Completion, FinishReason, LanguageModel, Lm, LmError,
    Response, Scripted, StreamEvent,
};
use dspy::prelude::*;
use futures_util::StreamExt;

use super::{ask, ask_for};

/// Counts its answers, `n` completions each, and says what they cost.
fn model() -> Scripted {
    Scripted::with(|request, before| {
        let n = request.settings.n.unwrap_or(1);
        let texts = (0..n).map(|place| Completion::text(format!("answer {before}.{place}")));
        let mut response = Response::default();
        response.completions = texts.collect();
        response.usage.prompt_tokens = 10;
        response.usage.completion_tokens = 5;
        response.usage.usd = 0.25;
        response.model = Some("model-1".to_owned());
        response
    })
}

fn text(response: &Response) -> String {
    response.completions[0].joined_text()
}

#[tokio::test]
async fn a_hit_is_marked_and_free() {
    let (cache, model) = (Cache::new(), model());
    let lm = Cached::new(model.clone(), &cache);
    let first = lm.generate(&ask("a")).await.unwrap();
    let second = lm.generate(&ask("a")).await.unwrap();
    assert!(!first.cached && second.cached);
    assert_eq!(first.completions, second.completions);
    assert_eq!(second.model, first.model);
    assert_eq!((first.usage.calls, first.usage.prompt_tokens), (1, 10));
    assert_eq!(second.usage, dspy::lm::Usage::default());
    assert_eq!(model.calls(), 1);
    let stats = cache.stats();
    assert_eq!((stats.memory_hits, stats.misses, stats.entries), (1, 1, 1));
    assert_eq!((stats.saved.usd, stats.saved.calls), (0.25, 1));
    assert!(stats.bytes > 500, "{stats:?}");
}

#[tokio::test]
async fn fewer_completions_are_served_from_more() {
    let model = model();
    let lm = Cached::new(model.clone(), &Cache::new());
    let three = lm.generate(&ask_for("a", 3)).await.unwrap();
    let two = lm.generate(&ask_for("a", 2)).await.unwrap();
    assert_eq!(two.completions, three.completions[..2]);
    assert!(two.cached);
    assert_eq!(lm.generate(&ask_for("a", 4)).await.unwrap().completions.len(), 4);
    assert_eq!(lm.generate(&ask_for("a", 4)).await.unwrap().completions.len(), 4);
    assert_eq!(model.calls(), 2);
    // Without a word on `n` the model decides, so only its own answer to that counts.
    let left_open = lm.generate(&ask("a")).await.unwrap();
    assert_eq!((left_open.completions.len(), left_open.cached), (1, false));
    assert_eq!(model.calls(), 3);
    // And that answer is good for one.
    let lm = Cached::new(model.clone(), &Cache::new());
    lm.generate(&ask("b")).await.unwrap();
    assert!(lm.generate(&ask_for("b", 1)).await.unwrap().cached);
    assert!(!lm.generate(&ask_for("b", 2)).await.unwrap().cached);
}

#[tokio::test]
async fn one_request_can_refresh_or_pass_by() {
    let model = model();
    let lm = Cached::new(model.clone(), &Cache::new());
    let of = |cache| {
        let mut request = ask("a");
        request.cache = cache;
        request
    };
    assert_eq!(text(&lm.generate(&ask("a")).await.unwrap()), "answer 0.0");
    assert_eq!(text(&lm.generate(&of(CacheUse::Bypass)).await.unwrap()), "answer 1.0");
    assert_eq!(text(&lm.generate(&ask("a")).await.unwrap()), "answer 0.0");
    let fresh = lm.generate(&of(CacheUse::Refresh)).await.unwrap();
    assert_eq!((text(&fresh).as_str(), fresh.cached), ("answer 2.0", false));
    assert_eq!(text(&lm.generate(&ask("a")).await.unwrap()), "answer 2.0");
    let mut again = ask("a");
    again.rollout = 1;
    assert_eq!(text(&lm.generate(&again).await.unwrap()), "answer 3.0");
    assert!(lm.generate(&again).await.unwrap().cached);
}

#[tokio::test]
async fn a_call_of_a_program_says_how_to_use_the_cache() {
    #[derive(Signature)]
    struct Echo {
        #[input]
        text: String,
        #[output]
        copy: String,
    }
    let model = Scripted::with(|_, before| format!("[[ ## copy ## ]]\n{before}"));
    let lm = model.lm().cached(&Cache::new());
    let program = Predict::<Echo>::new().with_lm(lm);
    assert_eq!(program.call("x").await.unwrap().copy, "0");
    let hit = program.call("x").await.unwrap();
    assert_eq!((hit.copy.as_str(), hit.usage().calls), ("0", 0));
    assert_eq!(program.call("x").cache(CacheUse::Bypass).await.unwrap().copy, "1");
    assert_eq!(program.call("x").cache(CacheUse::Refresh).await.unwrap().copy, "2");
    assert_eq!(program.call("x").await.unwrap().copy, "2");
    assert_eq!(program.call("x").rollout(7).await.unwrap().copy, "3");
}

#[tokio::test]
async fn errors_and_broken_answers_are_not_kept_and_cut_off_ones_are() {
    let ended = |finish| {
        let mut response = Response::text("some");
        response.completions[0].finish = finish;
        Ok(response)
    };
    let failure = || LmError::Timeout { host: "h".to_owned(), after: Duration::from_secs(1) };
    let script: Vec<Result<Response, LmError>> = vec![
        Err(failure()),
        ended(FinishReason::Error),
        ended(FinishReason::ContentFilter),
        ended(FinishReason::Length),
    ];
    let model = Scripted::new(script.clone());
    let lm = Cached::new(model.clone(), &Cache::new());
    assert!(lm.generate(&ask("a")).await.unwrap_err().is_timeout());
    let mut last = Response::default();
    for _ in 0..4 {
        last = lm.generate(&ask("a")).await.unwrap();
    }
    assert_eq!((last.cached, &last.completions[0].finish), (true, &FinishReason::Length));
    model.check_exhausted().unwrap();

    let model = Scripted::new(script);
    let lm = Cached::new(model.clone(), &Cache::builder().keep_filtered(true).build());
    lm.generate(&ask("a")).await.unwrap_err();
    lm.generate(&ask("a")).await.unwrap();
    lm.generate(&ask("a")).await.unwrap();
    let hit = lm.generate(&ask("a")).await.unwrap();
    assert_eq!((hit.cached, &hit.completions[0].finish), (true, &FinishReason::ContentFilter));
}

#[tokio::test]
async fn streams_are_kept_when_done_and_replayed() {
    let model = model().with_pieces(3);
    let cache = Cache::new();
    let lm = Cached::new(model.clone(), &cache);
    let cut_short = lm.stream(&ask("a")).await.unwrap();
    drop(cut_short);
    let mut texts = Vec::new();
    for round in 0..2 {
        let events: Vec<_> = lm.stream(&ask("a")).await.unwrap().collect().await;
        let mut text = String::new();
        for event in &events {
            if let Ok(StreamEvent::Text { delta, .. }) = event {
                text.push_str(delta);
            }
        }
        let Some(Ok(StreamEvent::Done(response))) = events.last() else { panic!("{events:?}") };
        assert_eq!(response.cached, round == 1);
        texts.push(text);
    }
    assert_eq!(texts, ["answer 1.0", "answer 1.0"]);
    assert_eq!(model.calls(), 2);
    assert!(lm.generate(&ask("a")).await.unwrap().cached);
}

#[tokio::test]
async fn memory_is_bounded_by_bytes_and_time() {
    let long = "x".repeat(10_000);
    let model = Scripted::with(move |_, _| long.clone());
    let cache = Cache::builder().max_bytes(100_000).build();
    let lm = Cached::new(model.clone(), &cache);
    for number in 0..50 {
        lm.generate(&ask(&number.to_string())).await.unwrap();
    }
    let stats = cache.stats();
    assert!((5..10).contains(&stats.entries), "{stats:?}");
    assert!(stats.bytes <= 100_000, "{stats:?}");
    assert!(lm.generate(&ask("49")).await.unwrap().cached, "the last one is still there");

    let cache = Cache::builder().ttl(Duration::from_millis(40)).build();
    let lm = Cached::new(model.clone(), &cache);
    lm.generate(&ask("a")).await.unwrap();
    assert!(lm.generate(&ask("a")).await.unwrap().cached);
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert!(!lm.generate(&ask("a")).await.unwrap().cached);
}

#[tokio::test]
async fn a_cache_can_be_looked_into() {
    let cache = Cache::new();
    let lm = model().lm().cached(&cache);
    lm.generate(&ask("a")).await.unwrap();
    let key = CacheKey::new(&lm, &ask("a")).unwrap();
    assert_eq!(text(&cache.get(&key).unwrap()), "answer 0.0");
    assert_eq!(key.to_string().parse::<CacheKey>().unwrap(), key);
    assert!("no key".parse::<CacheKey>().is_err());
    assert!(cache.remove(&key));
    assert!(!cache.remove(&key));
    lm.generate(&ask("a")).await.unwrap();
    cache.clear();
    assert_eq!(cache.get(&key), None);
}

#[tokio::test]
async fn one_cache_serves_several_models() {
    let cache = Cache::new();
    let ask_all = async |request| {
        let mut cached = Vec::new();
        for name in ["one", "two"] {
            let lm: Lm = model().with_name(name).lm().cached(&cache);
            cached.push(lm.generate(&request).await.unwrap().cached);
        }
        cached
    };
    assert_eq!(ask_all(ask("a")).await, [false, false]);
    assert_eq!(ask_all(ask("a")).await, [true, true]);
}
