//! Limits against a server that keeps count.

use dspy::lm::{LanguageModel, Limit};
use futures_util::future::join_all;
use serde_json::json;

use super::fault::{FaultServer, Step, completion, good, json as answer};
use super::{client, ms, question};

#[tokio::test]
async fn the_server_never_sees_more_calls_than_allowed() {
    let mut steps = vec![Step::Wait(ms(5))];
    steps.extend(good());
    let server = FaultServer::always(steps).await;
    let limit = Limit::new(client(&server)).with_concurrency(7);
    let request = question();
    let answers = join_all((0..100).map(|_| limit.generate(&request))).await;
    assert!(answers.iter().all(Result::is_ok));
    let most = server.asked().iter().map(|asked| asked.under_way).max();
    assert_eq!((server.requests(), most), (100, Some(7)));
    assert!(server.most_open() <= 7, "{}", server.most_open());
}

#[tokio::test]
async fn the_headers_of_the_server_are_heeded() {
    let server = FaultServer::start(|asked| {
        let left = if asked.number == 0 { "0" } else { "100" };
        let headers =
            [("x-ratelimit-remaining-requests", left), ("x-ratelimit-reset-requests", "300ms")];
        answer(200, &headers, &completion("Paris."))
    })
    .await;
    let limit = Limit::new(client(&server)).with_requests_per_minute(6000);
    limit.generate(&question()).await.unwrap();
    let request = question();
    join_all((0..5).map(|_| limit.generate(&request))).await;
    let asked = server.asked();
    assert!(asked[1].at - asked[0].at >= ms(290), "{:?}", asked[1].at - asked[0].at);
    let body: serde_json::Value = serde_json::from_slice(&asked[1].body).unwrap();
    assert_eq!(body["model"], json!("m"));
}
