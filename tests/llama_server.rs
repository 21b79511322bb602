//! The OpenAI client against a real llama.cpp server; `scripts/test_servers.py` starts one and runs
//! this. Without a server each test says so and does nothing.

use std::time::Duration;

use dspy::lm::{FinishReason, Lm, LmError, Message, OpenAi, Request, ResponseFormat, Settings};
use serde_json::{Value, json};

const BASE: &str = "DSPY_TEST_LLAMA_BASE";

/// The server's model, or a word on why the test is skipped.
fn model() -> Option<Lm> {
    let Ok(base) = std::env::var(BASE) else {
        println!("skipped: {BASE} names no llama.cpp server");
        return None;
    };
    let client = OpenAi::builder("tiny")
        .api_base(base)
        .timeout(Duration::from_secs(60))
        .env(|_| None)
        .build()
        .expect("an address");
    Some(client.into_lm())
}

fn settings() -> Settings {
    let mut settings = Settings::default().with_temperature(1.0).with_max_tokens(48);
    settings.seed = Some(3);
    settings
}

fn question() -> Request {
    Request::new([Message::system("Be brief."), Message::user("What is the capital of France?")])
        .with_settings(settings())
}

#[tokio::test]
async fn a_chat_with_usage() {
    let Some(lm) = model() else { return };
    let response = lm.generate(&question()).await.unwrap();
    let usage = response.usage;
    assert_eq!((response.completions.len(), usage.calls), (1, 1));
    // The vocabulary is bytes, so the prompt has at least as many tokens as letters.
    assert!(usage.prompt_tokens >= 39, "{usage:?}");
    assert!((1..=48).contains(&usage.completion_tokens), "{usage:?}");
    assert!(response.request_id.is_some() && response.model.is_some(), "{response:?}");
    let provider = response.provider.unwrap();
    assert!(provider.get("timings").is_some(), "{provider}");
    println!("usage: {usage:?}");
}

#[tokio::test]
async fn a_seed_repeats_the_answer() {
    let Some(lm) = model() else { return };
    let text = |response: dspy::lm::Response| response.completions.first().unwrap().joined_text();
    let (one, two) = (lm.generate(&question()).await, lm.generate(&question()).await);
    assert_eq!(text(one.unwrap()), text(two.unwrap()));
}

#[tokio::test]
async fn several_completions() {
    let Some(lm) = model() else { return };
    let response = lm.generate(&question().with_settings(settings().with_n(2))).await.unwrap();
    assert_eq!(response.completions.len(), 2);
    assert_eq!(response.usage.calls, 1);
}

#[tokio::test]
async fn log_probabilities() {
    let Some(lm) = model() else { return };
    let mut settings = settings().with_temperature(0.0).with_max_tokens(5);
    settings.logprobs = Some(3);
    settings.extra.insert("ignore_eos".into(), json!(true));
    let response = lm.generate(&question().with_settings(settings)).await.unwrap();
    let tokens = response.completions.first().unwrap().logprobs.clone().unwrap();
    assert_eq!(tokens.len(), 5);
    for token in &tokens {
        assert!(token.logprob <= 0.0 && token.top.len() == 3, "{token:?}");
        assert!(token.top.is_sorted_by(|one, other| one.1 >= other.1), "{token:?}");
    }
    println!("first token: {:?}", tokens.first());
}

#[tokio::test]
async fn a_token_limit_cuts_off() {
    let Some(lm) = model() else { return };
    let mut settings = settings().with_max_tokens(4);
    settings.extra.insert("ignore_eos".into(), json!(true));
    let response = lm.generate(&question().with_settings(settings)).await.unwrap();
    let completion = response.completions.first().unwrap();
    assert_eq!(completion.finish, FinishReason::Length);
    assert_eq!(completion.raw_finish.as_deref(), Some("length"));
    assert_eq!(response.usage.completion_tokens, 4);
}

#[tokio::test]
async fn too_long_a_prompt() {
    let Some(lm) = model() else { return };
    let request = Request::new([Message::user("word ".repeat(5_000))]).with_settings(settings());
    let error = lm.generate(&request).await.unwrap_err();
    assert!(error.is_context_window() && !error.is_retryable(), "{error:?}");
    assert!(matches!(error, LmError::ContextWindow(_)), "{error:?}");
    println!("overflow: {error}");
}

#[tokio::test]
async fn answers_held_to_a_schema() {
    let Some(lm) = model() else { return };
    let schema = json!({
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 12},
            "size": {"enum": ["small", "large"]},
            "score": {"type": "integer", "minimum": 0, "maximum": 10},
        },
        "required": ["city", "size", "score"],
        "additionalProperties": false,
    });
    for seed in 0..10 {
        let mut settings = settings().with_max_tokens(400);
        settings.seed = Some(seed);
        let mut request = question().with_settings(settings);
        request.response_format = ResponseFormat::JsonSchema {
            name: "place".into(),
            schema: schema.clone(),
            strict: true,
        };
        let response = lm.generate(&request).await.unwrap();
        let text = response.completions.first().unwrap().joined_text();
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert!(value["city"].is_string(), "{text}");
        assert!(["small", "large"].contains(&value["size"].as_str().unwrap()), "{text}");
        assert!((0..=10).contains(&value["score"].as_i64().unwrap()), "{text}");
        if seed == 0 {
            println!("schema: {text}");
        }
    }
}

#[tokio::test]
async fn tool_calls_are_accepted_in_a_conversation() {
    let Some(lm) = model() else { return };
    let call = dspy::lm::ToolCall::new("call_1", "weather", json!({"city": "Paris"}));
    let result = dspy::lm::Part::ToolResult(dspy::lm::ToolResult::new(&call, "rain"));
    let call = dspy::lm::Part::ToolCall(call);
    let request = Request::new([
        Message::user("How is the weather?"),
        Message::new(dspy::lm::Role::Assistant, vec![call]),
        Message::new(dspy::lm::Role::Tool, vec![result]),
    ])
    .with_settings(settings());
    assert_eq!(lm.generate(&request).await.unwrap().completions.len(), 1);
}
