//! All wrappers on top of each other, in the order that the docs recommend.

use dspy::lm::{
    Budget, Budgeted, CircuitBreaker, Fallback, Limit, Lm, Price, Priced, Prices, Retry, Timeout,
};
use futures_util::future::join_all;

use super::model::{Model, Turn};
use super::{answer, question, rate_limit, secs, server_error};

#[tokio::test(start_paused = true)]
async fn they_work_together() {
    // One endpoint is down, the other one refuses every third call.
    let down = Model::named("a/down", |_| server_error().into());
    let busy = Model::named("b/busy", |call| match call % 3 {
        0 => Turn::After(secs(0.1), Err(rate_limit(Some(secs(1.0))))),
        _ => Turn::After(secs(0.5), Ok(answer(10, 5))),
    });
    let free = Price::per_million(100.0, 100.0);
    let prices = Prices::empty().with("a/down", free).with("b/busy", free);
    let budget = Budget::usd(5.0).with_calls(2000);
    let limit = |model: &Model| {
        let timed = Timeout::new(model.clone(), secs(600.0));
        let paid = Budgeted::with_prices(timed, &budget, &prices);
        Limit::new(Priced::new(paid, &prices)).with_adaptive_concurrency(8)
    };
    let (down_limit, busy_limit) = (limit(&down), limit(&busy));
    let first = Retry::new(CircuitBreaker::new(down_limit.clone()));
    let second = Retry::new(CircuitBreaker::new(busy_limit.clone())).with_attempts(20);
    let lm = Lm::from_model(Fallback::new(first).or(second));
    let request = question();
    let answers = join_all((0..100).map(|_| lm.generate(&request))).await;
    let usd: f64 = answers.iter().map(|answer| answer.as_ref().unwrap().usage.usd).sum();
    assert!((usd - 100.0 * 0.0015).abs() < 1e-9, "{usd}");
    assert!(answers.iter().flatten().all(|answer| answer.stand_in.as_deref() == Some("b/busy")));
    // Once the circuit was open, nobody tried the dead one in vain.
    assert!(down.calls() < 100, "{}", down.calls());
    assert!(busy.most() <= 8);
    for limit in [down_limit.stats(), busy_limit.stats()] {
        assert_eq!((limit.in_flight, limit.waiting), (0, 0));
    }
    let spent = budget.spent();
    assert_eq!((spent.held_calls, spent.held_usd, spent.tokens), (0, 0.0, 1500));
    assert_eq!(spent.calls as usize, down.calls() + busy.calls(), "every attempt is counted");
}
