//! What is made of an answer.

use dspy::lm::{FinishReason, LmError, Part};
use serde_json::{Value, json};

use super::support::Answer;
use super::{answered, response, said};

async fn read(output: Value) -> dspy::lm::Response {
    answered(Answer::json(200, response(output))).await.unwrap()
}

#[tokio::test]
async fn an_answer_keeps_what_the_provider_says() {
    let mut body = response(json!([said("Paris.")]));
    body["usage"] = json!({
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 3},
        "output_tokens": 40,
        "output_tokens_details": {"reasoning_tokens": 32},
    });
    body["service_tier"] = json!("a_tier_of_tomorrow");
    let answer = Answer::json(200, body)
        .header("x-request-id", "req_9")
        .header("x-ratelimit-remaining-requests", "59");
    let response = answered(answer).await.unwrap();
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 100, 40));
    assert_eq!(
        (usage.cached_tokens, usage.cache_write_tokens, usage.reasoning_tokens),
        (64, 3, 32)
    );
    assert_eq!(response.model.as_deref(), Some("gpt-test-1"));
    assert_eq!(response.request_id.as_deref(), Some("req_9"));
    assert_eq!(response.rate_limit.unwrap().remaining_requests, Some(59));
    assert_eq!(response.provider, Some(json!({"service_tier": "a_tier_of_tomorrow"})));
    let completion = &response.completions[0];
    assert_eq!(
        (completion.joined_text().as_str(), &completion.finish),
        ("Paris.", &FinishReason::Stop)
    );
    assert_eq!(completion.raw_finish.as_deref(), Some("completed"));
    assert_eq!(completion.logprobs, None);
}

#[tokio::test]
async fn an_answer_of_the_bare_minimum_is_enough() {
    let response = answered(Answer::json(200, json!({"output": []}))).await.unwrap();
    assert_eq!(response.completions[0].parts, []);
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
    assert_eq!((response.usage.calls, response.usage.total_tokens()), (1, 0));
    assert_eq!((response.model, response.request_id, response.provider), (None, None, None));
    let odd = json!({"output": [7, {"type": "message"}, {"type": "reasoning"}], "usage": 3});
    let response = answered(Answer::json(200, odd)).await.unwrap();
    assert_eq!(response.completions[0].joined_text(), "");
}

#[tokio::test]
async fn items_become_parts() {
    let thought = json!({
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Hm."}, {"type": "summary_text", "text": "So."}],
        "encrypted_content": "x==",
    });
    let open = json!({
        "type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Aha."}],
    });
    let response = read(json!([
        thought,
        open,
        said("I look."),
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{\"a\": 1}"},
        {"type": "function_call", "name": "g", "arguments": "{\"a\": "},
    ]))
    .await;
    let completion = &response.completions[0];
    assert_eq!(
        completion.parts[..3],
        [
            Part::Reasoning { text: "Hm.\n\nSo.".into(), opaque: Some(thought) },
            Part::Reasoning { text: "Aha.".into(), opaque: Some(open) },
            Part::text("I look."),
        ]
    );
    let calls: Vec<_> = completion.tool_calls().collect();
    assert_eq!((calls[0].id.as_str(), &calls[0].arguments), ("call_1", &json!({"a": 1})));
    assert_eq!((calls[1].id.len(), &calls[1].arguments), (9, &json!("{\"a\": ")));
    assert_eq!(completion.finish, FinishReason::ToolCalls);
    assert_eq!(response.provider, None);
}

#[tokio::test]
async fn refusals_and_what_parts_cannot_hold() {
    let refusal = json!([{
        "type": "message",
        "content": [{"type": "refusal", "refusal": "I cannot help with that."}],
    }]);
    let refused = read(refusal).await;
    assert_eq!(refused.completions[0].finish, FinishReason::ContentFilter);
    assert_eq!(refused.completions[0].joined_text(), "I cannot help with that.");
    let mut noted = said("Paris.");
    noted["content"][0]["annotations"] = json!([{"type": "url_citation", "url": "https://a.b"}]);
    for odd in [noted, json!({"type": "web_search_call", "status": "completed"})] {
        let output = json!([odd, said("Yes.")]);
        let response = read(output.clone()).await;
        assert_eq!(response.provider, Some(json!({"output": output})));
    }
}

#[tokio::test]
async fn log_probabilities() {
    let mut item = said("Paris");
    item["content"][0]["logprobs"] = json!([
        {"token": "Par", "logprob": -0.25, "bytes": [80], "top_logprobs": [
            {"token": "Lyon", "logprob": -2.5},
            {"token": "Par", "logprob": -0.25},
        ]},
        {"token": "is", "logprob": 0},
    ]);
    let response = read(json!([item])).await;
    let tokens = response.completions[0].logprobs.as_ref().unwrap();
    assert_eq!((tokens[0].token.as_str(), tokens[0].logprob), ("Par", -0.25));
    assert_eq!(tokens[0].top, [("Par".to_owned(), -0.25), ("Lyon".to_owned(), -2.5)]);
    assert_eq!(tokens.len(), 2);
}

#[tokio::test]
async fn reasons_to_stop() {
    for (status, details, finish) in [
        ("incomplete", json!({"reason": "max_output_tokens"}), FinishReason::Length),
        ("incomplete", json!({"reason": "content_filter"}), FinishReason::ContentFilter),
        ("incomplete", json!({"reason": "steered"}), FinishReason::Other("steered".into())),
        ("incomplete", Value::Null, FinishReason::Length),
        ("completed", Value::Null, FinishReason::Stop),
        ("cancelled", Value::Null, FinishReason::Other("cancelled".into())),
    ] {
        let mut body = response(json!([said("Par")]));
        body["status"] = json!(status);
        body["incomplete_details"] = details.clone();
        let response = answered(Answer::json(200, body)).await.unwrap();
        let completion = &response.completions[0];
        assert_eq!(completion.finish, finish, "{details}");
        let raw = details.get("reason").and_then(Value::as_str).unwrap_or(status);
        assert_eq!(completion.raw_finish.as_deref(), Some(raw));
    }
}

#[tokio::test]
async fn failures_in_a_successful_answer() {
    let with = |error: Value| {
        let mut body = response(json!([]));
        body["status"] = json!("failed");
        body["error"] = error;
        async move { answered(Answer::json(200, body)).await.unwrap_err() }
    };
    let limited = with(json!({"code": "rate_limit_exceeded", "message": "Slow down."})).await;
    assert!(matches!(limited, LmError::RateLimit(_)) && limited.is_retryable());
    let broken = with(json!({"code": "server_error", "message": "Oops."})).await;
    assert!(matches!(broken, LmError::Server(_)) && broken.to_string().contains("Oops."));
    let silent = with(Value::Null).await;
    assert!(silent.to_string().contains("does not say why"), "{silent}");
    let error = answered(Answer::error(400, "invalid_request_error", "no")).await.unwrap_err();
    assert!(matches!(error, LmError::InvalidRequest(_)));
}

#[tokio::test]
async fn answers_that_are_none() {
    for (body, fault) in [
        ("{\"choices\": []}", "array `output`"),
        ("[]", "array `output`"),
        ("Paris", "no JSON"),
        ("<html><title>Log in</title></html>", "titled \"Log in\""),
    ] {
        let error = answered(Answer::raw(200, "application/json", body)).await.unwrap_err();
        assert!(matches!(error, LmError::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
    }
}
