//! [`Budget`]: what is set aside, what is spent, what is refused.

use dspy::lm::{
    Amount, Budget, Budgeted, EmbeddingModel, LanguageModel, LmError, Price, Prices, Retry,
    StreamEvent,
};
use futures_util::StreamExt;
use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::model::{Model, Texts, Turn};
use super::{answer, asking, broken, invalid, question, rate_limit, secs, server_error, text};

/// A dollar for a thousand tokens, both ways.
fn prices() -> Prices {
    Prices::empty().with("openai/gpt-4o-mini", Price::per_million(1000.0, 1000.0))
}

fn paid(model: &Model, budget: &Budget) -> Budgeted<Model> {
    Budgeted::with_prices(model.clone(), budget, &prices())
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_cost_is_spent_and_the_rest_comes_back() {
    let model = Model::new(|_| Turn::After(secs(1.0), Ok(answer(60, 40))));
    let budget = Budget::usd(2.0).with_tokens(2000).with_calls(3);
    let lm = paid(&model, &budget);
    let request = asking(|settings| settings.max_tokens = Some(1000));
    let watched = async {
        sleep(secs(0.5)).await;
        budget.spent()
    };
    let (answered, during) = tokio::join!(lm.generate(&request), watched);
    assert!(answered.is_ok());
    assert_eq!((during.calls, during.held_calls), (0, 1));
    assert!(during.held_tokens > 1000 && during.held_usd > 1.0, "{during:?}");
    let spent = budget.spent();
    assert_eq!((spent.usd, spent.tokens, spent.calls), (0.1, 100, 1));
    assert_eq!((spent.held_usd, spent.held_tokens, spent.held_calls), (0.0, 0, 0));
    assert_eq!(budget.left(), [Amount::Usd(1.9), Amount::Tokens(1900), Amount::Calls(2)]);
}

#[tokio::test(start_paused = true)]
async fn calls_at_once_do_not_spend_more_than_there_is() {
    let model = Model::new(|_| Turn::After(secs(1.0), Ok(answer(10, 90))));
    let request = asking(|settings| settings.max_tokens = Some(90));
    for budget in [Budget::usd(1.0), Budget::tokens(1000), Budget::calls(10)] {
        let lm = paid(&model, &budget);
        let answers = join_all((0..100).map(|_| lm.generate(&request))).await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert!((8..=10).contains(&made.len()), "{}", made.len());
        assert!(refused.iter().all(|r| matches!(r, Err(LmError::BudgetExceeded { .. }))));
        let spent = budget.spent();
        assert_eq!(spent.calls, made.len() as u64);
        assert!(spent.usd <= 1.0 && spent.tokens <= 1000, "{spent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_was_spent_and_is_final() {
    let model = Model::turns([answer(600, 300)]);
    let budget = Budget::usd(1.0);
    let retry = Retry::new(paid(&model, &budget));
    let request = asking(|settings| settings.max_tokens = Some(300));
    retry.generate(&request).await.unwrap();
    let error = retry.generate(&request).await.unwrap_err();
    let LmError::BudgetExceeded { limit, needed, spent } = &error else { panic!("{error:?}") };
    assert_eq!(*limit, Amount::Usd(1.0));
    assert!(matches!(needed, Amount::Usd(usd) if *usd > 0.3), "{needed}");
    assert_eq!((spent.usd, spent.calls), (0.9, 1));
    let shown = error.to_string();
    for part in ["$1.00", "$0.90", "900 tokens", "1 call"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert_eq!(model.calls(), 1);
    assert!(!budget.is_exhausted(), "a smaller call would fit");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_price_is_an_error_where_money_is_bounded() {
    let model = Model::named("openai/nobody-knows", |_| answer(1, 1).into());
    let error = Budgeted::new(model.clone(), &Budget::usd(1.0)).generate(&question()).await;
    let error = error.unwrap_err();
    assert!(matches!(&error, LmError::UnknownPrice { model } if model == "openai/nobody-knows"));
    assert!(
        error.to_string().contains("Prices::builtin().with(\"openai/nobody-knows\""),
        "{error}"
    );
    assert_eq!(model.calls(), 0);
    assert!(Budgeted::new(model, &Budget::calls(1)).generate(&question()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn retries_count() {
    let model = Model::new(|call| match call {
        0 => server_error().into(),
        1 => rate_limit(None).into(),
        _ => answer(5, 5).into(),
    });
    let budget = Budget::calls(10).with_usd(9.0);
    Retry::new(paid(&model, &budget)).generate(&question()).await.unwrap();
    let spent = budget.spent();
    assert_eq!((spent.calls, spent.tokens, spent.usd), (3, 10, 0.01));
    // When the calls are over, so are the retries.
    let model = Model::turns([server_error()]);
    let budget = Budget::calls(2);
    let error = Retry::new(paid(&model, &budget)).generate(&question()).await.unwrap_err();
    assert!(error.to_string().contains("2 calls") && model.calls() == 2, "{error}");
    assert!(error.is_budget() && !error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn what_may_have_cost_something_counts_the_prompt() {
    let budget = Budget::usd(100.0);
    let spent_on = async |error: LmError| {
        let budget = budget.clone().with_tokens(100_000);
        let _ = paid(&Model::turns([error]), &budget).generate(&question()).await;
        let spent = budget.spent();
        assert_eq!((spent.held_calls, spent.held_tokens), (0, 0));
        (spent.calls, spent.tokens > 0)
    };
    assert_eq!(spent_on(broken()).await, (1, true));
    assert_eq!(spent_on(server_error()).await, (1, false));
    assert_eq!(spent_on(invalid()).await, (1, false));
    assert_eq!(spent_on(LmError::NotConfigured).await, (0, false));
}

#[tokio::test(start_paused = true)]
async fn a_call_given_up_returns_what_it_did_not_use() {
    let model = Model::new(|_| Turn::After(secs(9.0), Ok(answer(1, 1))));
    let budget = Budget::usd(100.0);
    let lm = paid(&model, &budget);
    assert!(timeout(secs(1.0), lm.generate(&question())).await.is_err());
    let spent = budget.spent();
    assert_eq!((spent.calls, spent.held_calls, spent.held_usd), (1, 0, 0.0));
    // The prompt, but no answer.
    assert!((1..30).contains(&spent.tokens), "{spent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_given_up_costs_what_had_come() {
    let twenty = "twenty characters...";
    let events = vec![
        (secs(1.0), Ok(text(twenty))),
        (secs(1.0), Ok(text(twenty))),
        (secs(1.0), Ok(StreamEvent::Done(answer(7, 10)))),
    ];
    let model = Model::turns([Turn::Events(events)]);
    let budget = Budget::usd(100.0);
    let lm = paid(&model, &budget);
    let mut stream = lm.stream(&question()).await.unwrap();
    assert!(stream.next().await.is_some());
    drop(stream);
    let part = budget.spent().tokens;
    let whole = Budget::usd(100.0);
    let mut stream = paid(&model, &whole).stream(&question()).await.unwrap();
    while stream.next().await.is_some() {}
    assert_eq!((whole.spent().tokens, whole.spent().usd), (17, 0.017));
    let budget = Budget::usd(100.0);
    drop(paid(&model, &budget).stream(&question()).await.unwrap());
    assert_eq!(part - budget.spent().tokens, 5, "a token for four bytes of what came");
}

#[tokio::test(start_paused = true)]
async fn cached_answers_are_free_and_reported_costs_are_believed() {
    let mut cached = answer(600, 300);
    cached.cached = true;
    let budget = Budget::usd(10.0);
    paid(&Model::turns([cached]), &budget).generate(&question()).await.unwrap();
    assert_eq!((budget.spent().usd, budget.spent().calls), (0.0, 0));

    let mut reported = answer(600, 300);
    reported.provider = Some(json!({"cost": 0.25}));
    paid(&Model::turns([reported]), &budget).generate(&question()).await.unwrap();
    assert_eq!(budget.spent().usd, 0.25);
}

#[tokio::test(start_paused = true)]
async fn several_completions_are_set_aside_together() {
    let request = asking(|settings| {
        settings.max_tokens = Some(100);
        settings.n = Some(4);
    });
    let budget = Budget::tokens(399);
    let refused = paid(&Model::turns([answer(1, 1)]), &budget).generate(&request).await;
    assert!(matches!(refused, Err(LmError::BudgetExceeded { .. })));
    // Without several at once, there are as many calls.
    let budget = Budget::calls(3);
    let one_by_one = Model::turns([answer(1, 1)]).without_n();
    let refused = paid(&one_by_one, &budget).generate(&request).await;
    assert!(matches!(refused, Err(LmError::BudgetExceeded { needed: Amount::Calls(4), .. })));
}

#[tokio::test(start_paused = true)]
async fn time_runs_from_the_first_call() {
    let budget = Budget::time(secs(60.0));
    let lm = paid(&Model::turns([answer(1, 1)]), &budget);
    sleep(secs(100.0)).await;
    lm.generate(&question()).await.unwrap();
    sleep(secs(59.0)).await;
    lm.generate(&question()).await.unwrap();
    sleep(secs(1.0)).await;
    let refused = lm.generate(&question()).await;
    let Err(LmError::BudgetExceeded { limit: Amount::Time(_), .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(budget.is_exhausted());
}

#[tokio::test(start_paused = true)]
async fn one_budget_for_several_models() {
    let budget = Budget::tokens(150);
    let short = |model: &Model| paid(model, &budget).with_assumed_tokens(20);
    let (one, other) = (Model::turns([answer(40, 10)]), Model::turns([answer(40, 40)]));
    short(&one).generate(&question()).await.unwrap();
    short(&other).generate(&question()).await.unwrap();
    let texts =
        Budgeted::embedder(Texts(Model::turns([answer(20, 0)])), &budget, &Prices::builtin());
    let refused = texts.embed(&["x".repeat(100)]).await;
    assert!(matches!(refused, Err(LmError::BudgetExceeded { .. })), "{refused:?}");
    assert!(texts.embed(&["x".repeat(80)]).await.is_ok());
    assert!(budget.is_exhausted());
    assert_eq!(budget.spent().tokens, 150);
}
