//! What is made of an answer.

use std::time::Duration;

use dspy::lm::{FinishReason, LanguageModel, LmError, Part, Settings};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{answered, client, failed, question};

/// The first completion of an answer with this choice.
async fn completion(choice: Value) -> dspy::lm::Completion {
    let response = answered(Answer::json(200, json!({"choices": [choice]}))).await.unwrap();
    response.completions.into_iter().next().unwrap()
}

#[tokio::test]
async fn an_answer_keeps_what_the_provider_says() {
    let body = json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": "test-model-0613",
        "system_fingerprint": "fp_1",
        "service_tier": "on_demand",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Paris."}}],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 3},
            "completion_tokens_details": {"reasoning_tokens": 12},
            "cost": 0.0021,
        },
    });
    let answer = Answer::json(200, body)
        .header("x-request-id", "req_9")
        .header("x-ratelimit-remaining-requests", "59")
        .header("x-ratelimit-remaining-tokens", "149984")
        .header("x-ratelimit-reset-requests", "20ms")
        .header("x-ratelimit-reset-tokens", "6m0s");
    let response = answered(answer).await.unwrap();
    assert_eq!(response.model.as_deref(), Some("test-model-0613"));
    assert_eq!(response.request_id.as_deref(), Some("req_9"));
    assert!(!response.cached);
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 100, 20));
    assert_eq!(
        (usage.cached_tokens, usage.cache_write_tokens, usage.reasoning_tokens),
        (64, 3, 12)
    );
    let limit = response.rate_limit.unwrap();
    assert_eq!((limit.remaining_requests, limit.remaining_tokens), (Some(59), Some(149_984)));
    assert_eq!(limit.reset_requests, Some(Duration::from_millis(20)));
    assert_eq!(limit.reset_tokens, Some(Duration::from_secs(360)));
    let provider = response.provider.unwrap();
    assert_eq!(provider["system_fingerprint"], "fp_1");
    assert_eq!(provider["service_tier"], "on_demand");
    assert_eq!(provider["cost"], 0.0021);
}

#[tokio::test]
async fn an_answer_of_the_bare_minimum_is_enough() {
    let response = answered(Answer::json(200, json!({"choices": [{}]}))).await.unwrap();
    assert_eq!(response.completions[0].parts, []);
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
    assert_eq!((response.usage.calls, response.usage.total_tokens()), (1, 0));
    assert_eq!((response.model, response.rate_limit, response.provider), (None, None, None));
}

#[tokio::test]
async fn usage_under_other_names() {
    let usage = |usage: Value| async move {
        let body = json!({"choices": [{"message": {"content": "x"}}], "usage": usage});
        answered(Answer::json(200, body)).await.unwrap().usage
    };
    let beside = usage(json!({
        "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 45,
        "completion_tokens_details": {"reasoning_tokens": 30},
    }))
    .await;
    assert_eq!((beside.completion_tokens, beside.reasoning_tokens), (35, 30));
    let other =
        usage(json!({"input_tokens": 4.0, "output_tokens": 2, "prompt_cache_hit_tokens": 3})).await;
    assert_eq!((other.prompt_tokens, other.completion_tokens, other.cached_tokens), (4, 2, 3));
    assert_eq!(usage(Value::Null).await.calls, 1);
}

#[tokio::test]
async fn finish_reasons_are_open() {
    let plain = json!({"content": "x"});
    let calling = json!({"tool_calls": [{"function": {"name": "f", "arguments": {}}}]});
    let refusing = json!({"content": null, "refusal": "I cannot help with that."});
    for (word, message, finish) in [
        (json!("stop"), &plain, FinishReason::Stop),
        (json!("eos"), &plain, FinishReason::Stop),
        (Value::Null, &plain, FinishReason::Stop),
        (json!(""), &plain, FinishReason::Stop),
        (json!("length"), &plain, FinishReason::Length),
        (json!("MAX_TOKENS"), &plain, FinishReason::Length),
        (json!("model_length"), &plain, FinishReason::Length),
        (json!("content_filter"), &plain, FinishReason::ContentFilter),
        (json!("error"), &plain, FinishReason::Error),
        (json!("lunch"), &plain, FinishReason::Other("lunch".into())),
        (json!("tool_calls"), &calling, FinishReason::ToolCalls),
        (json!("stop"), &calling, FinishReason::ToolCalls),
        (Value::Null, &calling, FinishReason::ToolCalls),
        (json!("length"), &calling, FinishReason::Length),
        (json!("stop"), &refusing, FinishReason::ContentFilter),
    ] {
        let read = completion(json!({"finish_reason": word, "message": message})).await;
        assert_eq!(read.finish, finish, "{word} {message}");
        let raw = word.as_str().filter(|word| !word.is_empty());
        assert_eq!(read.raw_finish.as_deref(), raw);
    }
    let refused = completion(json!({"finish_reason": "stop", "message": refusing})).await;
    assert_eq!(refused.joined_text(), "I cannot help with that.");
}

#[tokio::test]
async fn content_comes_in_several_shapes() {
    let parts = |message: Value| async move { completion(json!({"message": message})).await.parts };
    assert_eq!(parts(json!({"content": null})).await, []);
    assert_eq!(
        parts(json!({"content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "one"},
            "two",
        ]}))
        .await,
        [Part::Reasoning { text: "hm".into(), opaque: None }, Part::text("one"), Part::text("two"),]
    );
    for name in ["reasoning_content", "reasoning"] {
        assert_eq!(
            parts(json!({"content": "4", name: "2+2"})).await,
            [Part::Reasoning { text: "2+2".into(), opaque: None }, Part::text("4")]
        );
    }
    let details = json!([{"type": "reasoning.encrypted", "data": "abc"}]);
    assert_eq!(
        parts(json!({"content": "4", "reasoning": "2+2", "reasoning_details": details})).await[0],
        Part::Reasoning { text: "2+2".into(), opaque: Some(json!({"reasoning_details": details})) }
    );
}

#[tokio::test]
async fn tool_calls_come_in_several_shapes() {
    let call = |arguments: Value| json!({"function": {"name": "f", "arguments": arguments}});
    let message = json!({"tool_calls": [
        call(json!({"a": 1})),
        call(json!("{\"a\": 1}")),
        call(json!("")),
        call(Value::Null),
        call(json!("{\"a\": ")),
    ]});
    let read = completion(json!({"message": message})).await;
    let arguments: Vec<&Value> = read.tool_calls().map(|call| &call.arguments).collect();
    assert_eq!(
        arguments,
        [&json!({"a": 1}), &json!({"a": 1}), &json!({}), &json!({}), &json!("{\"a\": ")]
    );
    // No id came, so each got one; they differ, also from those of another answer.
    let ids = |completion: &dspy::lm::Completion| -> Vec<String> {
        completion.tool_calls().map(|call| call.id.clone()).collect()
    };
    let mut all = ids(&read);
    all.extend(ids(&completion(json!({"message": {"tool_calls": [call(json!({"b": 2}))]}})).await));
    assert!(all.iter().all(|id| id.len() == 9), "{all:?}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6);

    let old = json!({"function_call": {"name": "g", "arguments": "{\"a\":1}"}});
    let read = completion(json!({"finish_reason": "function_call", "message": old})).await;
    assert_eq!(read.finish, FinishReason::ToolCalls);
    assert_eq!(read.tool_calls().next().unwrap().name, "g");
}

#[tokio::test]
async fn several_completions() {
    let choice = |text: &str| json!({"message": {"content": text}, "finish_reason": "stop"});
    let answer = Answer::json(200, json!({"choices": [choice("one"), choice("two")]}));
    let server = Server::start([answer]).await;
    let two = question().with_settings(Settings::default().with_n(2));
    let response = client(&server).generate(&two).await.unwrap();
    let texts: Vec<String> = response.completions.iter().map(|one| one.joined_text()).collect();
    assert_eq!(texts, ["one", "two"]);
    assert_eq!((server.only().json()["n"].clone(), response.usage.calls), (json!(2), 1));

    // A server that overlooks `n` must not pass for one that obeyed.
    let server = Server::start([Answer::text("one")]).await;
    let error = client(&server).generate(&two).await.unwrap_err();
    assert!(matches!(error, LmError::Unsupported { .. }), "{error}");
}

#[tokio::test]
async fn log_probabilities() {
    let read = completion(json!({
        "message": {"content": "Paris"},
        "logprobs": {"content": [
            {"token": "Par", "logprob": -0.25, "bytes": [80], "id": 7, "top_logprobs": [
                {"token": "Lyon", "logprob": -2.5},
                {"token": "Par", "logprob": -0.25},
            ]},
            {"token": "is", "logprob": 0},
        ]},
    }))
    .await;
    let tokens = read.logprobs.unwrap();
    assert_eq!((tokens[0].token.as_str(), tokens[0].logprob), ("Par", -0.25));
    assert_eq!(tokens[0].top, [("Par".to_owned(), -0.25), ("Lyon".to_owned(), -2.5)]);
    assert_eq!((tokens[1].token.as_str(), tokens[1].logprob, tokens[1].top.len()), ("is", 0.0, 0));
    assert_eq!(completion(json!({"logprobs": null})).await.logprobs, None);
}

#[tokio::test]
async fn a_stream_brings_the_same_answer() {
    let server = Server::start([Answer::text("Paris.")]).await;
    let client = client(&server);
    let events: Vec<_> = client.stream(&question()).await.unwrap().collect().await;
    let dspy::lm::StreamEvent::Done(response) = events.last().unwrap().as_ref().unwrap() else {
        panic!("expected the end, got {events:?}");
    };
    assert_eq!(response, &client.generate(&question()).await.unwrap());
}

#[tokio::test]
async fn unreadable_answers_say_what_came() {
    for (answer, fault) in [
        (Answer::json(200, json!({"choices": []})), "`choices` is empty"),
        (
            Answer::json(200, json!({"choices": null})),
            "expected an array `choices`; it sent `{\"ch",
        ),
        (Answer::json(200, json!("hello")), "expected a JSON object"),
        (Answer::raw(200, "text/html", "<html><title>Log in</title></html>"), "titled \"Log in\""),
        (Answer::raw(200, "application/json", ""), "it sent nothing"),
        (Answer::raw(200, "text/plain", "hello there"), "no JSON"),
    ] {
        let error = failed(answer).await;
        assert!(matches!(&error, LmError::Decode { host, .. } if host.starts_with("127.0.0.1:")));
        assert!(error.to_string().contains(fault), "{error}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let error = failed(Answer::raw(200, "application/json", vec![b' '; 33 << 20])).await;
    assert!(matches!(&error, LmError::Decode { message, .. } if message.contains("32 MiB")));
}
