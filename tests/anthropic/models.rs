//! What differs between models, by their names.

use dspy::lm::{Anthropic, LanguageModel, LmError, Message, Request, ToolChoice, ToolSpec};
use serde_json::{Value, json};

use super::{question, settings, tried};

fn with_effort(effort: &str) -> Request {
    question().with_settings(settings(|settings| settings.reasoning_effort = Some(effort.into())))
}

/// `thinking`, `output_config` and `max_tokens` of what is sent.
async fn thinking(model: &str, effort: &str) -> Result<(Value, Value, Value), LmError> {
    let body = tried(model, &with_effort(effort)).await?;
    Ok((body["thinking"].clone(), body["output_config"].clone(), body["max_tokens"].clone()))
}

#[tokio::test]
async fn room_for_the_answer_where_none_is_named() {
    for (model, room) in [
        ("claude-3-haiku-20240307", 4096),
        ("claude-3-5-sonnet-20240620", 8192),
        ("claude-sonnet-4-20250514", 8192),
        ("claude-opus-4-1-20250805", 8192),
        ("claude-haiku-4-5", 8192),
        ("claude-opus-4-6", 16_384),
        ("claude-sonnet-5", 16_384),
        ("claude-something-9", 16_384),
        ("qwen3", 8192),
    ] {
        assert_eq!(tried(model, &question()).await.unwrap()["max_tokens"], room, "{model}");
    }
}

#[tokio::test]
async fn effort_is_a_budget_for_older_models() {
    for model in ["claude-3-7-sonnet-20250219", "claude-opus-4.5", "tiny"] {
        let budget = json!({"type": "enabled", "budget_tokens": 2048});
        assert_eq!(
            thinking(model, "low").await.unwrap(),
            (budget, Value::Null, json!(8192 + 2048)),
            "{model}"
        );
    }
    let tight = with_effort("high");
    let tight = tight.clone().with_settings(settings(|settings| {
        settings.max_tokens = Some(16_384);
        settings.reasoning_effort = Some("high".into());
    }));
    let error = tried("claude-sonnet-4-5", &tight).await.unwrap_err();
    assert!(
        matches!(&error, LmError::Config { message } if message.contains("raise it above 16384")),
        "{error:?}"
    );
    let error = thinking("claude-sonnet-4-5", "enormous").await.unwrap_err();
    assert!(error.to_string().contains("`minimal`, `low`"), "{error}");
}

#[tokio::test]
async fn effort_is_a_word_for_newer_models() {
    let shown = json!({"type": "adaptive", "display": "summarized"});
    for (model, expected) in [
        ("claude-opus-4-6", json!({"type": "adaptive"})),
        ("anthropic/claude-opus-4.7", shown.clone()),
        ("claude-fable-5", shown.clone()),
        ("claude-opus-5-5", shown.clone()),
        ("claude-sonnet-5", shown.clone()),
        ("claude-haiku-7", shown),
    ] {
        assert_eq!(
            thinking(model, "high").await.unwrap(),
            (expected, json!({"effort": "high"}), json!(16_384)),
            "{model}"
        );
    }
    assert!(thinking("claude-opus-4-8", "xhigh").await.is_ok());
    let error = thinking("claude-opus-4-6", "xhigh").await.unwrap_err();
    assert!(error.to_string().contains("`low`, `medium`, `high`, `max`"), "{error}");
    assert!(thinking("claude-haiku-7", "whatever").await.is_ok(), "the server decides");
}

#[tokio::test]
async fn thinking_is_switched_off_where_it_is_on() {
    let off = json!({"type": "disabled"});
    for (model, expected) in [
        ("claude-3-haiku-20240307", Value::Null),
        ("claude-haiku-4-5", Value::Null),
        ("claude-opus-4-8", Value::Null),
        ("claude-opus-5", off.clone()),
        ("claude-sonnet-5", off.clone()),
        ("tiny", off),
    ] {
        assert_eq!(thinking(model, "none").await.unwrap().0, expected, "{model}");
    }
    for (model, effort) in [("claude-fable-5", "none"), ("claude-3-5-haiku-20241022", "low")] {
        let error = thinking(model, effort).await.unwrap_err();
        assert!(matches!(error, LmError::Unsupported { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn sampling_where_it_is_not_allowed() {
    let cold = settings(|settings| settings.temperature = Some(0.0));
    let warm = settings(|settings| settings.temperature = Some(1.0));
    let picky = settings(|settings| settings.top_k = Some(5));
    let both = settings(|settings| (settings.temperature, settings.top_p) = (Some(1.0), Some(1.0)));
    let thoughtful = settings(|settings| {
        (settings.temperature, settings.reasoning_effort) = (Some(0.0), Some("low".into()));
    });
    for (model, settings, allowed) in [
        ("claude-opus-4-6", &cold, true),
        ("claude-opus-4-7", &cold, false),
        ("claude-opus-4-7", &picky, false),
        ("claude-opus-4-7", &both, false),
        ("claude-sonnet-5", &cold, false),
        ("claude-opus-4-6", &thoughtful, false),
        ("claude-sonnet-4-5", &thoughtful, false),
        ("claude-sonnet-4-5", &picky, true),
        ("claude-haiku-7", &cold, true),
        ("tiny", &both, true),
    ] {
        let answer = tried(model, &question().with_settings(settings.clone())).await;
        assert_eq!(answer.is_ok(), allowed, "{model} {settings:?} {answer:?}");
    }
    // What it is fixed at anyway is no news to the provider.
    let body = tried("claude-opus-4-7", &question().with_settings(warm)).await.unwrap();
    assert_eq!(body.get("temperature"), None);
    // Anthropic's own rule; other servers may know better.
    let error = Anthropic::builder("claude-sonnet-4-5").api_key("k").env(|_| None).build().unwrap();
    let error = error.generate(&question().with_settings(both)).await.unwrap_err();
    assert!(error.to_string().contains("temperature together with top_p"), "{error}");
}

#[tokio::test]
async fn a_required_tool_and_thinking_exclude_each_other() {
    let mut request = with_effort("low");
    request.tools = vec![ToolSpec::new("now", "", json!({"type": "object"}))];
    assert!(tried("claude-sonnet-4-5", &request).await.is_ok());
    request.tool_choice = ToolChoice::Required;
    let error = tried("claude-sonnet-4-5", &request).await.unwrap_err();
    assert!(matches!(error, LmError::Unsupported { .. }), "{error:?}");
}

#[tokio::test]
async fn answers_begun_by_the_caller() {
    let begun = Request::new([Message::user("Count."), Message::assistant("One,")]);
    assert!(tried("claude-sonnet-4-5", &begun).await.is_ok());
    let error = tried("claude-sonnet-4-6", &begun).await.unwrap_err();
    assert!(error.to_string().contains("end with a user message"), "{error}");
}

#[test]
fn capabilities() {
    let of = |model: &str| {
        Anthropic::builder(model).api_key("k").env(|_| None).build().unwrap().capabilities()
    };
    let (old, new) = (of("claude-3-5-sonnet-20240620"), of("claude-opus-5"));
    assert!(!old.json_schema && !old.reasoning && old.tools && old.images);
    assert!(new.json_schema && new.reasoning && new.tools && new.images);
    assert!(!new.n && !new.logprobs && !new.audio && !new.json_object);
}
