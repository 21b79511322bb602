//! [`Retry`]: when it asks again, and how long it waits.

use std::time::Duration;

use dspy::lm::{EmbeddingModel, LanguageModel, LmError, Retry, StreamEvent};
use tokio::time::Instant;

use super::model::{Model, Texts, Turn};
use super::{
    all, answer, asking, broken, failure, invalid, question, rate_limit, secs, server_error, text,
};

#[tokio::test(start_paused = true)]
async fn waits_are_random_below_a_bound_that_doubles() {
    let mut second_waits = Vec::new();
    for _ in 0..20 {
        let model = Model::turns([server_error()]);
        let error = Retry::new(model.clone()).generate(&question()).await.unwrap_err();
        assert!(matches!(error, LmError::RetriesExhausted { attempts: 8, .. }), "{error:?}");
        let starts = model.starts();
        for (place, pair) in starts.windows(2).enumerate() {
            let bound = secs(0.5 * f64::from(1 << place)).min(secs(60.0));
            // Timers count whole milliseconds.
            assert!(pair[1] - pair[0] <= bound + secs(0.001), "{place}: {starts:?}");
        }
        second_waits.push(starts[2] - starts[1]);
    }
    second_waits.sort();
    second_waits.dedup();
    assert!(second_waits.len() > 10, "the waits hardly differ: {second_waits:?}");
}

#[tokio::test(start_paused = true)]
async fn the_servers_wait_is_a_floor_with_a_little_on_top() {
    for asked in [secs(2.0), secs(59.0)] {
        let model = Model::turns([Turn::from(rate_limit(Some(asked))), answer(1, 1).into()]);
        Retry::new(model.clone()).generate(&question()).await.unwrap();
        let waited = model.starts()[1];
        assert!(waited >= asked, "{waited:?}");
        assert!(waited <= asked + secs(1.002), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_never_cut_short() {
    let asked = Some(secs(61.0));
    let model = Model::turns([rate_limit(asked)]);
    let start = Instant::now();
    let error = Retry::new(model.clone()).generate(&question()).await.unwrap_err();
    assert_eq!((model.calls(), error.retry_after()), (1, asked));
    assert_eq!(start.elapsed(), Duration::ZERO);
    // With more patience it is waited for.
    let model = Model::turns([Turn::from(rate_limit(asked)), answer(1, 1).into()]);
    let patient = Retry::new(model.clone()).with_max_wait(secs(90.0));
    patient.generate(&question()).await.unwrap();
    assert!(model.starts()[1] >= secs(61.0));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_total_time() {
    let slow = |_| Turn::After(secs(20.0), Err(broken()));
    let model = Model::new(slow);
    let retry = Retry::new(model.clone()).with_attempts(1000).with_total(secs(60.0));
    let error = retry.generate(&question()).await.unwrap_err();
    let LmError::RetriesExhausted { elapsed, .. } = error else { panic!("unexpected {error:?}") };
    assert!(model.starts().iter().all(|start| *start <= secs(60.0)), "{:?}", model.starts());
    assert!(elapsed <= secs(80.1));
}

#[tokio::test(start_paused = true)]
async fn the_servers_word_on_retrying_goes_before() {
    let mut no = failure(503);
    no.should_retry = Some(false);
    let mut yes = failure(400);
    yes.should_retry = Some(true);
    for (error, calls) in [(LmError::Server(no), 1), (LmError::InvalidRequest(yes), 2)] {
        let model = Model::turns([Turn::from(error), answer(1, 1).into()]);
        let _ = Retry::new(model.clone()).generate(&question()).await;
        assert_eq!(model.calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_pass_is_not_repeated() {
    let circuit = LmError::CircuitOpen { name: "m".to_owned(), retry_in: secs(1.0) };
    for error in [invalid(), LmError::Billing(failure(429)), LmError::Auth(failure(401)), circuit] {
        let model = Model::turns([error]);
        assert!(Retry::new(model.clone()).generate(&question()).await.is_err());
        assert_eq!(model.calls(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_repeats_itself_ends_early() {
    let cold = asking(|settings| settings.temperature = Some(0.0));
    let seeded = asking(|settings| settings.seed = Some(7));
    let warm = asking(|settings| settings.temperature = Some(0.7));
    let overloaded = || LmError::Server(failure(529));
    for (request, error, calls) in [
        (&cold, server_error(), 3),
        (&seeded, server_error(), 3),
        (&warm, server_error(), 8),
        // These have nothing to do with the answer.
        (&cold, broken(), 8),
        (&cold, overloaded(), 8),
        (&cold, rate_limit(None), 8),
    ] {
        let model = Model::turns([error]);
        Retry::new(model.clone()).generate(request).await.unwrap_err();
        assert_eq!(model.calls(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_connection_is_replaced_at_once_and_once() {
    let stale = || LmError::StaleConnection { host: "far.example".to_owned() };
    let model = Model::turns([Turn::from(stale()), answer(1, 1).into()]);
    Retry::new(model.clone()).with_attempts(2).generate(&question()).await.unwrap();
    assert_eq!(model.starts(), [Duration::ZERO; 2]);
    // A second one is a failure as others.
    let model = Model::turns([stale()]);
    let error = Retry::new(model.clone()).with_attempts(3).generate(&question()).await.unwrap_err();
    assert!(matches!(error, LmError::RetriesExhausted { attempts: 3, .. }), "{error:?}");
    assert_eq!(model.calls(), 4);
    // Whoever wants no repetition gets none.
    let model = Model::turns([stale()]);
    Retry::new(model.clone()).with_attempts(1).generate(&question()).await.unwrap_err();
    assert_eq!(model.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_repeated_until_something_is_seen() {
    let unseen = vec![(secs(1.0), Ok(text(""))), (secs(1.0), Err(broken()))];
    let good = vec![
        (secs(1.0), Ok(text("Par"))),
        (secs(1.0), Ok(text("is."))),
        (secs(0.0), Ok(StreamEvent::Done(answer(1, 1)))),
    ];
    let model = Model::turns([Turn::Events(unseen), Turn::Events(good)]);
    let events = all(Retry::new(model.clone()).stream(&question()).await.unwrap()).await;
    assert_eq!(model.calls(), 2);
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].as_ref().unwrap(), &text("Par"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_repeated_after_something_was_seen() {
    let seen = vec![(secs(1.0), Ok(text("Par"))), (secs(1.0), Err(broken()))];
    let model = Model::turns([Turn::Events(seen)]);
    let events = all(Retry::new(model.clone()).stream(&question()).await.unwrap()).await;
    assert_eq!(model.calls(), 1);
    assert!(matches!(&events[..], [Ok(_), Err(LmError::Transport { .. })]), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn embeddings_are_repeated_as_well() {
    let model = Model::turns([Turn::from(server_error()), answer(3, 0).into()]);
    let retry = Retry::new(Texts(model.clone()));
    let embeddings = retry.embed(&["a".to_owned(), "b".to_owned()]).await.unwrap();
    assert_eq!((embeddings.vectors.len(), model.calls()), (2, 2));
    assert_eq!(EmbeddingModel::name(&retry), "openai/text-embedding-3-small");
}

/// The clients' own limit is 300 seconds by default; `Retry` must not be over by then.
#[tokio::test(start_paused = true)]
async fn a_call_that_timed_out_by_default_is_asked_again() {
    let late = LmError::Timeout { host: "far.example".to_owned(), after: secs(300.0) };
    let model = Model::turns([Turn::After(secs(300.0), Err(late)), answer(1, 1).into()]);
    Retry::new(model.clone()).generate(&question()).await.unwrap();
    assert_eq!(model.calls(), 2);
}
