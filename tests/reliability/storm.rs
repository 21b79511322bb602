//! Many tasks at once against a server that can do little.

use dspy::lm::{LanguageModel, Limit, Retry};
use futures_util::future::join_all;

use super::fault::{FaultServer, Step, error, good};
use super::{client, ms, question};

/// What the server can do at once.
const CAPACITY: usize = 8;
const TASKS: usize = 256;
const PLACES: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_refusals_passes_and_leaves_nothing_behind() {
    let server = FaultServer::start(|asked| {
        let mut steps = vec![Step::Wait(ms(5))];
        steps.extend(match asked.under_way {
            0..=CAPACITY => good(),
            _ => error(429, "rate_limit_exceeded", &[("retry-after-ms", "20")]),
        });
        steps
    })
    .await;
    let limit = Limit::new(client(&server)).with_adaptive_concurrency(PLACES);
    let retry = Retry::new(limit.clone()).with_base(ms(10)).with_attempts(20);
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let retry = retry.clone();
            tokio::spawn(async move { retry.generate(&question()).await })
        })
        .collect();
    for task in join_all(tasks).await {
        task.unwrap().unwrap();
    }
    let stats = limit.stats();
    assert!(stats.refused > 0, "it was no storm");
    assert_eq!((stats.in_flight, stats.waiting), (0, 0));
    assert_eq!(server.requests(), TASKS + stats.refused as usize);
    // A connection goes back to its pool a moment after its call has given up its place, so that a
    // few more than places may be open.
    assert!(server.most_open() <= PLACES + PLACES / 4, "{}", server.most_open());
    assert_eq!(server.under_way(), 0);
    // All places are there: as many calls as may be are under way at once.
    let places = stats.concurrency.unwrap();
    let request = question();
    let before = server.requests();
    let answers = join_all((0..places).map(|_| limit.generate(&request))).await;
    assert_eq!((answers.len(), server.requests()), (places, before + places));
    drop((limit, retry));
    assert!(server.is_left_alone().await, "{} connections leaked", server.open());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_are_given_up_in_a_storm_leave_nothing_behind() {
    let server = FaultServer::start(|asked| match asked.number % 2 {
        0 => error(429, "rate_limit_exceeded", &[("retry-after-ms", "5")]),
        _ => vec![Step::Stall],
    })
    .await;
    let limit = Limit::new(client(&server)).with_concurrency(16);
    let retry = Retry::new(limit.clone()).with_base(ms(5));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let retry = retry.clone();
            tokio::spawn(async move { retry.generate(&question()).await.is_ok() })
        })
        .collect();
    // Sooner or later all places are taken by calls that stall.
    while server.under_way() < 16 {
        tokio::time::sleep(ms(5)).await;
    }
    assert_eq!(limit.stats().in_flight, 16);
    for task in &tasks {
        task.abort();
    }
    for task in tasks {
        assert!(task.await.is_err());
    }
    let stats = limit.stats();
    assert_eq!((stats.in_flight, stats.waiting), (0, 0));
    drop((limit, retry));
    assert!(server.is_left_alone().await, "{} connections leaked", server.open());
}
