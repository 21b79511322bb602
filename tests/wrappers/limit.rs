//! [`Limit`]: places, rates, and what the server says of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dspy::lm::{EmbeddingModel, LanguageModel, Limit, LmError, RateLimit, StreamEvent};
use futures_util::StreamExt;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep, timeout};

use super::model::{Model, Texts, Turn};
use super::{answer, asking, failure, invalid, question, rate_limit, secs, text};

fn slow(seconds: f64) -> Model {
    Model::new(move |_| Turn::After(secs(seconds), Ok(answer(10, 5))))
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_at_once_than_allowed() {
    let model = slow(1.0);
    let limit = Limit::new(model.clone()).with_concurrency(3);
    let request = question();
    let start = Instant::now();
    let answers = join_all((0..10).map(|_| limit.generate(&request))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((model.most(), start.elapsed()), (3, secs(4.0)));
    let stats = limit.stats();
    assert_eq!((stats.in_flight, stats.waiting, stats.concurrency), (0, 0, Some(3)));
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_first_goes_first() {
    let limit = Limit::new(slow(1.0)).with_concurrency(1);
    let order = Arc::new(Mutex::new(Vec::new()));
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let (limit, order) = (limit.clone(), Arc::clone(&order));
            tokio::spawn(async move {
                sleep(Duration::from_millis(number)).await;
                limit.generate(&question()).await.unwrap();
                order.lock().unwrap().push(number);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test(start_paused = true)]
async fn places_come_back_however_a_call_ends() {
    let model = Model::new(|call| match call {
        0 => invalid().into(),
        1 => Turn::After(secs(1000.0), Ok(answer(1, 1))),
        _ => answer(1, 1).into(),
    });
    let limit = Limit::new(model.clone()).with_concurrency(1);
    assert!(limit.generate(&question()).await.is_err());
    // One is under way, another waits; both are given up.
    let request = question();
    let both = async { tokio::join!(limit.generate(&request), limit.generate(&request)) };
    let watched = async {
        sleep(secs(1.0)).await;
        limit.stats()
    };
    let (gone, stats) = tokio::join!(timeout(secs(2.0), both), watched);
    assert!(gone.is_err());
    assert_eq!((stats.in_flight, stats.waiting), (1, 1));
    let stats = limit.stats();
    assert_eq!((stats.in_flight, stats.waiting), (0, 0));
    assert!(limit.generate(&request).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_stream_keeps_its_place_until_it_is_over() {
    let events = || {
        Turn::Events(vec![
            (secs(1.0), Ok(text("a"))),
            (secs(1.0), Ok(StreamEvent::Done(answer(1, 1)))),
        ])
    };
    let model = Model::new(move |_| events());
    let limit = Limit::new(model.clone()).with_concurrency(1);
    let mut first = limit.stream(&question()).await.unwrap();
    assert!(matches!(first.next().await, Some(Ok(StreamEvent::Text { .. }))));
    assert!(timeout(secs(60.0), limit.stream(&question())).await.is_err(), "no place yet");
    assert!(matches!(first.next().await, Some(Ok(StreamEvent::Done(_)))));
    // It is over although nobody has dropped it.
    let second = limit.stream(&question()).await.unwrap();
    assert_eq!(limit.stats().in_flight, 1);
    drop(second);
    assert_eq!(limit.stats().in_flight, 0);
    assert!(limit.stream(&question()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn requests_go_out_at_their_rate() {
    let model = slow(0.0);
    let limit = Limit::new(model.clone()).with_requests_per_minute(60);
    let request = question();
    join_all((0..16).map(|_| limit.generate(&request))).await;
    let starts = model.starts();
    // A tenth of a minute's worth at once, then one each second.
    assert_eq!(starts[5], Duration::ZERO);
    for (place, start) in starts.iter().enumerate().skip(6) {
        let due = secs((place - 5) as f64);
        assert!(*start >= due && *start <= due + secs(0.05), "{place}: {start:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_are_taken_before_and_settled_after() {
    let model = slow(1.0);
    let limit = Limit::new(model.clone()).with_tokens_per_minute(6000);
    let request = asking(|settings| settings.max_tokens = Some(500));
    // 600 tokens can go out at once; a call takes 500 and some, and gives back all but 15.
    let start = Instant::now();
    limit.generate(&request).await.unwrap();
    limit.generate(&request).await.unwrap();
    assert_eq!(start.elapsed(), secs(2.0), "the rest had come back");
    // Two at once: the second waits for the first one's rest.
    join_all((0..2).map(|_| limit.generate(&request))).await;
    let starts = model.starts();
    assert_eq!(starts[3] - starts[2], secs(1.0), "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_bigger_than_the_bucket_passes_and_is_paid_for() {
    let model = Model::new(|_| answer(1200, 0).into());
    let limit = Limit::new(model.clone()).with_tokens_per_minute(6000);
    let request = asking(|settings| settings.max_tokens = Some(2000));
    let start = Instant::now();
    limit.generate(&request).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(limit.stats().tokens, Some(-600.0));
    limit.generate(&request).await.unwrap();
    // From -600 to the full 600, at 100 a second.
    assert!(start.elapsed() >= secs(12.0) && start.elapsed() < secs(12.1), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_servers_count_goes_before_our_own() {
    let model = Model::new(|call| {
        let mut response = answer(1, 1);
        if call == 0 {
            let mut left = RateLimit::default();
            left.remaining_requests = Some(0);
            left.reset_requests = Some(secs(20.0));
            response.rate_limit = Some(left);
        }
        response.into()
    });
    let limit = Limit::new(model.clone()).with_requests_per_minute(600);
    limit.generate(&question()).await.unwrap();
    let stats = limit.stats();
    assert_eq!((stats.requests, stats.held), (Some(0.0), Some(secs(20.0))));
    let request = question();
    join_all((0..3).map(|_| limit.generate(&request))).await;
    // Nothing until the window begins anew, then a full bucket.
    let starts = model.starts();
    assert!(starts[1] >= secs(20.0) && starts[3] < secs(20.1), "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn the_servers_higher_count_does_not_lift_the_limit() {
    let model = Model::new(|_| {
        let mut response = answer(1, 1);
        let mut left = RateLimit::default();
        left.remaining_requests = Some(10_000);
        response.rate_limit = Some(left);
        response.into()
    });
    let limit = Limit::new(model.clone()).with_requests_per_minute(60);
    let request = question();
    join_all((0..8).map(|_| limit.generate(&request))).await;
    assert!(model.starts()[7] >= secs(2.0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_with_a_time_keeps_everybody_back() {
    let model = Model::new(|call| match call {
        0 => rate_limit(Some(secs(7.0))).into(),
        _ => answer(1, 1).into(),
    });
    let limit = Limit::new(model.clone()).with_concurrency(4);
    assert!(limit.generate(&question()).await.is_err());
    assert_eq!(limit.stats().refused, 1);
    limit.generate(&question()).await.unwrap();
    assert!(model.starts()[1] >= secs(7.0));
}

#[tokio::test(start_paused = true)]
async fn concurrency_halves_once_a_round_and_recovers() {
    let overload = || LmError::Server(failure(529));
    let model = Model::new(move |call| match call {
        // The whole first round is refused.
        0..16 => Turn::After(secs(1.0), Err(overload())),
        _ => Turn::After(secs(1.0), Ok(answer(1, 1))),
    });
    let limit = Limit::new(model.clone()).with_adaptive_concurrency(16);
    let request = question();
    assert!(join_all((0..16).map(|_| limit.generate(&request))).await.iter().all(Result::is_err));
    assert_eq!(limit.stats().concurrency, Some(8), "once for all sixteen");
    let most = async {
        join_all((0..8 + 9).map(|_| limit.generate(&request))).await;
        model.most()
    };
    most.await;
    assert_eq!(limit.stats().concurrency, Some(10), "one more after 8, one more after 9");
    join_all((0..200).map(|_| limit.generate(&request))).await;
    assert_eq!(limit.stats().concurrency, Some(16), "and never beyond its bound");
}

#[tokio::test(start_paused = true)]
async fn places_given_up_are_not_used_again() {
    let model = Model::new(|call| match call {
        0 => Turn::After(secs(1.0), Err(rate_limit(None))),
        _ => Turn::After(secs(5.0), Ok(answer(1, 1))),
    });
    let limit = Limit::new(model.clone()).with_adaptive_concurrency(4);
    let request = question();
    let rest = async {
        sleep(secs(1.5)).await;
        join_all((0..20).map(|_| limit.generate(&request))).await
    };
    tokio::join!(join_all((0..4).map(|_| limit.generate(&request))), rest);
    // Four at first, then two, and one more after each whole round.
    let starts = model.starts();
    let at = |from: f64, to: f64| {
        starts.iter().filter(|start| **start >= secs(from) && **start < secs(to)).count()
    };
    assert_eq!((at(0.0, 1.0), at(1.0, 4.9)), (4, 0), "{starts:?}");
    assert_eq!(limit.stats().in_flight, 0);
    assert!(model.most() == 4 && at(5.0, 9.9) <= 4, "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn clones_and_neighbours_share_the_limits() {
    let (model, neighbour) = (slow(1.0), slow(1.0));
    let limit = Limit::new(model).with_concurrency(1);
    let other = limit.share(neighbour);
    let texts = limit.share(Texts(slow(1.0)));
    let (clone, request) = (limit.clone(), question());
    let start = Instant::now();
    let some_texts = ["x".to_owned()];
    let (a, b, c, d) = tokio::join!(
        limit.generate(&request),
        other.generate(&request),
        clone.generate(&request),
        texts.embed(&some_texts),
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok());
    assert_eq!(start.elapsed(), secs(4.0));
}
