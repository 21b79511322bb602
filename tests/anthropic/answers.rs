//! What is made of an answer.

use dspy::lm::{FinishReason, LmError, Part};
use serde_json::{Value, json};

use super::support::Answer;
use super::{answered, message, shown};

async fn read(content: Value) -> dspy::lm::Response {
    answered(Answer::json(200, message(content))).await.unwrap()
}

#[tokio::test]
async fn an_answer_keeps_what_the_provider_says() {
    let mut body = message(json!([{"type": "text", "text": "Paris."}]));
    body["usage"] = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 200,
        "cache_read_input_tokens": 3000,
        "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 45,
        "output_tokens_details": {"thinking_tokens": 30},
        "service_tier": "standard",
    });
    body["stop_reason"] = json!("stop_sequence");
    body["stop_sequence"] = json!("END");
    body["container"] = json!({"id": "c-1"});
    let response = answered(Answer::json(200, body).header("request-id", "req_7")).await.unwrap();
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 3210, 45));
    assert_eq!(
        (usage.cached_tokens, usage.cache_write_tokens, usage.reasoning_tokens),
        (3000, 200, 30)
    );
    assert_eq!(response.model.as_deref(), Some("claude-test-1"));
    assert_eq!(response.request_id.as_deref(), Some("req_7"));
    let completion = &response.completions[0];
    assert_eq!(completion.finish, FinishReason::Stop);
    assert_eq!(completion.raw_finish.as_deref(), Some("stop_sequence"));
    assert_eq!(
        response.provider,
        Some(json!({"stop_sequence": "END", "container": {"id": "c-1"}}))
    );
}

#[tokio::test]
async fn an_answer_of_the_bare_minimum_is_enough() {
    let response = answered(Answer::json(200, json!({"content": []}))).await.unwrap();
    assert_eq!(response.completions.len(), 1);
    assert_eq!(response.completions[0].parts, []);
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
    assert_eq!((response.usage.calls, response.usage.total_tokens()), (1, 0));
    assert_eq!((response.model, response.request_id, response.provider), (None, None, None));
    let odd = json!({"content": [{}, {"type": "text"}, 7, null], "usage": [], "stop_reason": 3});
    let response = answered(Answer::json(200, odd)).await.unwrap();
    assert_eq!(response.completions[0].parts, []);
}

#[tokio::test]
async fn blocks_become_parts() {
    let thought = json!({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"});
    let hidden = json!({"type": "redacted_thinking", "data": "ZGF0YQ=="});
    let response = read(json!([
        thought,
        hidden,
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"}},
        {"type": "tool_use", "name": "now"},
    ]))
    .await;
    let completion = &response.completions[0];
    assert_eq!(
        completion.parts[..3],
        [
            Part::Reasoning { text: "Hm.".into(), opaque: Some(thought) },
            Part::Reasoning { text: String::new(), opaque: Some(hidden) },
            Part::text("I look."),
        ]
    );
    let calls: Vec<_> = completion.tool_calls().collect();
    assert_eq!((calls[0].id.as_str(), calls[0].name.as_str()), ("toolu_1", "weather"));
    assert_eq!(calls[0].arguments, json!({"city": "Paris"}));
    assert_eq!((calls[1].id.len(), &calls[1].arguments), (9, &json!({})));
    // Some servers say the turn ended although tools were called.
    assert_eq!(completion.finish, FinishReason::ToolCalls);
    assert_eq!(response.provider, None);
}

#[tokio::test]
async fn what_parts_cannot_hold_is_kept() {
    let content = json!([
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
        {"type": "a_block_of_tomorrow", "data": [1]},
        {"type": "text", "text": "Paris", "citations": [{"cited_text": "…", "url": "https://a.b"}]},
        {"type": "text", "text": " it is.", "citations": []},
    ]);
    let response = read(content.clone()).await;
    assert_eq!(response.completions[0].parts, [Part::text("Paris"), Part::text(" it is.")]);
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
    assert_eq!(response.provider, Some(json!({"content": content})));
}

#[tokio::test]
async fn reasons_to_stop_are_open() {
    for (word, finish) in [
        ("end_turn", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("refusal", FinishReason::ContentFilter),
        ("model_context_window_exceeded", FinishReason::ContextWindow),
        ("pause_turn", FinishReason::Other("pause_turn".into())),
        ("tomorrow", FinishReason::Other("tomorrow".into())),
    ] {
        let mut body = message(json!([]));
        body["stop_reason"] = json!(word);
        body["stop_details"] = json!({"category": "x"});
        let response = answered(Answer::json(200, body)).await.unwrap();
        assert_eq!(response.completions[0].finish, finish);
        assert_eq!(response.completions[0].raw_finish.as_deref(), Some(word));
        assert_eq!(response.provider, Some(json!({"stop_details": {"category": "x"}})));
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let failed = |status: u16, kind: &str, message: &str| {
        let error = json!({"type": "error", "error": {"type": kind, "message": message}});
        let answer = Answer::json(status, error).header("request-id", "req_9");
        async move { answered(answer).await.unwrap_err() }
    };
    let overloaded = failed(529, "overloaded_error", "Overloaded").await;
    assert!(matches!(overloaded, LmError::Server(_)) && overloaded.is_retryable());
    let limited = failed(429, "rate_limit_error", "Slow down").await;
    assert!(matches!(limited, LmError::RateLimit(_)) && limited.is_retryable());
    assert!(failed(401, "authentication_error", "invalid x-api-key").await.is_auth());
    let missing = failed(404, "not_found_error", "model: claude-9").await;
    assert!(matches!(missing, LmError::NotFound(_)));
    let long = failed(400, "invalid_request_error", "prompt is too long: 9 > 8 maximum").await;
    assert!(long.is_context_window());
    let poor = failed(400, "invalid_request_error", "Your credit balance is too low").await;
    assert!(matches!(poor, LmError::Billing(_)));
    assert!(matches!(failed(402, "billing_error", "Pay").await, LmError::Billing(_)));
    let odd = failed(400, "invalid_request_error", "max_tokens: too large").await;
    assert!(matches!(odd, LmError::InvalidRequest(_)) && !odd.is_retryable());
    assert!(shown(&odd).contains("req_9") && odd.to_string().contains("max_tokens: too large"));
}

#[tokio::test]
async fn answers_that_are_none() {
    for (body, fault) in [
        ("[]", "expected a JSON object"),
        ("{\"content\": \"Paris\"}", "an array `content`"),
        ("{\"choices\": []}", "an array `content`"),
        ("Paris", "no JSON"),
    ] {
        let error = answered(Answer::raw(200, "application/json", body)).await.unwrap_err();
        assert!(matches!(&error, LmError::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
    }
    let reported = json!({"type": "error", "error": {"type": "overloaded_error", "message": "x"}});
    let error = answered(Answer::json(200, reported)).await.unwrap_err();
    assert!(matches!(error, LmError::Server(_)) && error.is_retryable());
}
