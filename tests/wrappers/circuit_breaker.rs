//! [`CircuitBreaker`]: when it opens, what it lets through, when it closes.

use dspy::lm::{CircuitBreaker, EmbeddingModel, LanguageModel, LmError, StreamEvent};
use futures_util::StreamExt;
use tokio::time::{sleep, timeout};

use super::model::{Model, Texts, Turn};
use super::{answer, broken, invalid, question, rate_limit, secs, server_error, text};

/// Fails so many times, then answers.
fn failing(times: usize) -> Model {
    Model::new(move |call| match call {
        call if call < times => server_error().into(),
        _ => answer(1, 1).into(),
    })
}

async fn ask(breaker: &CircuitBreaker<Model>, times: usize) {
    for _ in 0..times {
        let _ = breaker.generate(&question()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_opens_rests_tries_and_closes() {
    let model = failing(5);
    let breaker = CircuitBreaker::new(model.clone());
    ask(&breaker, 4).await;
    assert!(!breaker.is_open(), "four calls are too few to judge by");
    ask(&breaker, 1).await;
    assert!(breaker.is_open());
    let error = breaker.generate(&question()).await.unwrap_err();
    let LmError::CircuitOpen { name, retry_in } = &error else { panic!("unexpected {error:?}") };
    assert_eq!((name.as_str(), *retry_in), ("openai/gpt-4o-mini", secs(30.0)));
    assert!(!error.is_retryable());
    assert_eq!(model.calls(), 5, "nothing was sent");
    sleep(secs(30.0)).await;
    assert!(breaker.generate(&question()).await.is_ok());
    assert!(!breaker.is_open());
    assert_eq!(model.calls(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_starts_the_cool_down_anew() {
    let model = failing(6);
    let breaker = CircuitBreaker::new(model.clone()).with_cool_down(secs(10.0));
    ask(&breaker, 5).await;
    sleep(secs(10.0)).await;
    assert!(matches!(breaker.generate(&question()).await, Err(LmError::Server(_))));
    assert!(matches!(breaker.generate(&question()).await, Err(LmError::CircuitOpen { .. })));
    sleep(secs(10.0)).await;
    assert!(breaker.generate(&question()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_probe_at_a_time_and_the_next_where_it_is_given_up() {
    let model = Model::new(|call| match call {
        0..5 => broken().into(),
        5 => Turn::After(secs(100.0), Ok(answer(1, 1))),
        _ => answer(1, 1).into(),
    });
    let breaker = CircuitBreaker::new(model.clone()).with_cool_down(secs(10.0));
    ask(&breaker, 5).await;
    sleep(secs(10.0)).await;
    let request = question();
    let other = async {
        sleep(secs(1.0)).await;
        breaker.generate(&request).await.unwrap_err()
    };
    let (probe, other) = tokio::join!(timeout(secs(2.0), breaker.generate(&request)), other);
    assert!(probe.is_err(), "it was given up");
    assert!(matches!(other, LmError::CircuitOpen { retry_in, .. } if retry_in.is_zero()));
    assert!(breaker.generate(&request).await.is_ok(), "the next call is the probe");
    assert!(!breaker.is_open());
}

#[tokio::test(start_paused = true)]
async fn refusals_do_not_open_it() {
    for error in [rate_limit(None), invalid()] {
        let breaker = CircuitBreaker::new(Model::turns([error]));
        ask(&breaker, 50).await;
        assert!(!breaker.is_open());
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_the_share_within_the_window_that_counts() {
    // Every third call fails: below half.
    let model = Model::new(|call| match call % 3 {
        0 => server_error().into(),
        _ => answer(1, 1).into(),
    });
    let breaker = CircuitBreaker::new(model.clone());
    ask(&breaker, 60).await;
    assert!(!breaker.is_open());
    let strict = CircuitBreaker::new(model).with_failures(0.3);
    ask(&strict, 60).await;
    assert!(strict.is_open());
    // Failures far apart are not many.
    let breaker = CircuitBreaker::new(Model::turns([server_error()]));
    for _ in 0..20 {
        ask(&breaker, 1).await;
        sleep(secs(20.0)).await;
    }
    assert!(!breaker.is_open());
    let long = CircuitBreaker::new(Model::turns([server_error()])).with_window(4, secs(90.0), 4);
    for _ in 0..4 {
        ask(&long, 1).await;
        sleep(secs(20.0)).await;
    }
    assert!(long.is_open());
}

#[tokio::test(start_paused = true)]
async fn a_stream_counts_by_its_end() {
    let breaks = || Turn::Events(vec![(secs(0.1), Ok(text("a"))), (secs(0.1), Err(broken()))]);
    let fine = || {
        let done = Ok(StreamEvent::Done(answer(1, 1)));
        Turn::Events(vec![(secs(0.1), Ok(text("a"))), (secs(0.1), done)])
    };
    let model = Model::new(move |call| if call < 5 { breaks() } else { fine() });
    let breaker = CircuitBreaker::new(model).with_cool_down(secs(10.0));
    for _ in 0..5 {
        let events: Vec<_> = breaker.stream(&question()).await.unwrap().collect().await;
        assert_eq!(events.len(), 2);
    }
    assert!(breaker.is_open());
    sleep(secs(10.0)).await;
    // Dropped before anything came, it says nothing; after that, the server did answer.
    drop(breaker.stream(&question()).await.unwrap());
    assert!(breaker.is_open());
    let mut stream = breaker.stream(&question()).await.unwrap();
    assert!(stream.next().await.is_some());
    drop(stream);
    assert!(!breaker.is_open());
}

#[tokio::test(start_paused = true)]
async fn clones_and_embeddings_use_the_same_circuit() {
    let breaker = CircuitBreaker::new(Texts(Model::turns([server_error()]))).clone();
    let texts = ["x".to_owned()];
    for _ in 0..5 {
        assert!(breaker.clone().embed(&texts).await.unwrap_err().is_outage());
    }
    assert!(matches!(breaker.embed(&texts).await, Err(LmError::CircuitOpen { .. })));
}
