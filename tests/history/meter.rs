use dspy::lm::{LmError, Response, Scripted};
use futures_util::StreamExt;
use futures_util::future::join_all;

use super::ask;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn usage_adds_up_over_the_handle_and_its_clones() {
    let model = Scripted::with(|request, _| {
        if request.messages[0].text() == "fail" {
            return Err(LmError::NotConfigured);
        }
        let mut response = Response::text("x");
        response.usage.prompt_tokens = 10;
        response.usage.completion_tokens = 5;
        response.usage.cached_tokens = 4;
        response.usage.usd = 0.25;
        response.cached = request.messages[0].text() == "hit";
        Ok(response)
    });
    let lm = model.lm();
    let tasks = (0..200).map(|_| {
        let lm = lm.clone();
        tokio::spawn(async move { lm.generate(&ask("a")).await.unwrap() })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    lm.stream(&ask("a")).await.unwrap().collect::<Vec<_>>().await;
    lm.generate(&ask("hit")).await.unwrap();
    lm.generate(&ask("fail")).await.unwrap_err();
    let usage = lm.usage();
    assert_eq!((usage.spent.calls, usage.cached, usage.failed), (201, 1, 1));
    assert_eq!(usage.spent.prompt_tokens, 2010);
    assert_eq!(usage.spent.completion_tokens, 1005);
    assert_eq!(usage.spent.cached_tokens, 804);
    assert_eq!(usage.spent.usd, 50.25);
    assert_eq!(model.lm().usage(), dspy::lm::LmUsage::default(), "each handle counts its own");
}
