//! Settings, tools and formats on the wire.

use dspy::lm::{LanguageModel, LmError, Request, ResponseFormat, ToolChoice, ToolSpec};
use serde_json::{Map, Value, json};

use super::support::Server;
use super::{builder, fine, question, sent, settings, tried};

fn with_tools(choice: ToolChoice, parallel: Option<bool>) -> Request {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let mut request = question();
    request.tools = vec![
        ToolSpec::new("weather", "Tells the weather.", parameters),
        ToolSpec::new("now", "", json!({"type": "object"})),
    ];
    request.tool_choice = choice;
    request.with_settings(settings(|settings| settings.parallel_tool_calls = parallel))
}

#[tokio::test]
async fn the_least_that_is_sent() {
    assert_eq!(
        sent(&question()).await,
        json!({
            "model": "claude-sonnet-4-5",
            "messages": [{
                "role": "user",
                "content": [{"type": "text", "text": "What is the capital of France?"}],
            }],
            "max_tokens": 8192,
        })
    );
}

#[tokio::test]
async fn settings_under_this_providers_names() {
    let request = question().with_settings(settings(|settings| {
        settings.temperature = Some(0.5);
        settings.top_k = Some(40);
        settings.max_tokens = Some(300);
        settings.n = Some(1);
        settings.stop = vec!["END".into()];
        settings.extra = Map::from_iter([("metadata".to_owned(), json!({"user_id": "u-1"}))]);
    }));
    let body = sent(&request).await;
    assert_eq!(body["temperature"], 0.5);
    assert_eq!(body["top_k"], 40);
    assert_eq!(body["max_tokens"], 300);
    assert_eq!(body["stop_sequences"], json!(["END"]));
    assert_eq!(body["metadata"], json!({"user_id": "u-1"}));
    assert_eq!(body.get("n"), None);
    let top_p = question().with_settings(settings(|settings| settings.top_p = Some(0.9)));
    assert_eq!(sent(&top_p).await["top_p"], 0.9);
}

#[tokio::test]
async fn what_this_api_does_not_have_is_an_error() {
    for (change, feature) in [
        (settings(|s| s.seed = Some(1)), "seed"),
        (settings(|s| s.logprobs = Some(0)), "logprobs"),
        (settings(|s| s.presence_penalty = Some(0.1)), "presence_penalty"),
        (settings(|s| s.frequency_penalty = Some(0.1)), "frequency_penalty"),
        (settings(|s| s.temperature = Some(1.2)), "a temperature of 1.2"),
        (settings(|s| s.temperature = Some(-0.1)), "a temperature of -0.1"),
    ] {
        let error = tried("claude-sonnet-4-5", &question().with_settings(change)).await;
        let error = error.unwrap_err();
        assert!(
            matches!(&error, LmError::Unsupported { feature: named, .. } if named == feature),
            "{error:?}"
        );
    }
    let mut json_object = question();
    json_object.response_format = ResponseFormat::JsonObject;
    assert!(tried("claude-sonnet-4-5", &json_object).await.is_err());
}

#[tokio::test]
async fn several_completions_are_several_calls() {
    let server = Server::start([fine()]).await;
    let client = builder(&server, "claude-sonnet-4-5").build().unwrap();
    let three = question().with_settings(settings(|s| s.n = Some(3)));
    let response = client.generate(&three).await.unwrap();
    assert_eq!((response.completions.len(), response.usage.calls), (3, 3));
    assert_eq!(server.seen().len(), 3);
    assert!(server.seen().iter().all(|seen| seen.json().get("n").is_none()));
}

#[tokio::test]
async fn tools_and_their_choice() {
    let body = sent(&with_tools(ToolChoice::Auto, None)).await;
    assert_eq!(
        body["tools"],
        json!([
            {
                "name": "weather",
                "description": "Tells the weather.",
                "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
            },
            {"name": "now", "input_schema": {"type": "object"}},
        ])
    );
    assert_eq!(body.get("tool_choice"), None);
    for (choice, parallel, expected) in [
        (ToolChoice::Auto, Some(false), json!({"type": "auto", "disable_parallel_tool_use": true})),
        (ToolChoice::Required, None, json!({"type": "any"})),
        (
            ToolChoice::Required,
            Some(true),
            json!({"type": "any", "disable_parallel_tool_use": false}),
        ),
        (ToolChoice::Tool("now".into()), None, json!({"type": "tool", "name": "now"})),
        (ToolChoice::None, Some(false), json!({"type": "none"})),
    ] {
        assert_eq!(sent(&with_tools(choice, parallel)).await["tool_choice"], expected);
    }
    let unknown = with_tools(ToolChoice::Tool("later".into()), None);
    assert!(matches!(
        tried("claude-sonnet-4-5", &unknown).await,
        Err(LmError::Config { message }) if message.contains("`later`")
    ));
    let mut none = question();
    none.tool_choice = ToolChoice::Required;
    assert!(matches!(tried("claude-sonnet-4-5", &none).await, Err(LmError::Config { .. })));
}

#[tokio::test]
async fn a_schema_goes_into_output_config() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let mut request = question();
    request.response_format =
        ResponseFormat::JsonSchema { name: "answer".into(), schema: schema.clone(), strict: true };
    assert_eq!(
        sent(&request).await["output_config"],
        json!({"format": {"type": "json_schema", "schema": schema}})
    );
    let error = tried("claude-3-5-sonnet-20240620", &request).await.unwrap_err();
    assert!(matches!(error, LmError::Unsupported { .. }), "{error:?}");
}

#[tokio::test]
async fn extra_fields_join_and_never_replace() {
    let with = |extra: Value| {
        let Value::Object(extra) = extra else { panic!("an object") };
        let mut request = question().with_settings(settings(|settings| {
            settings.reasoning_effort = Some("low".into());
            settings.extra = extra;
        }));
        request.response_format = ResponseFormat::JsonSchema {
            name: "answer".into(),
            schema: json!({"type": "object"}),
            strict: true,
        };
        request
    };
    let body = tried("claude-opus-5", &with(json!({"output_config": {"task_budget": 9}}))).await;
    let body = body.unwrap();
    assert_eq!(
        body["output_config"],
        json!({
            "effort": "low",
            "format": {"type": "json_schema", "schema": {"type": "object"}},
            "task_budget": 9,
        })
    );
    for (extra, field) in [
        (json!({"output_config": {"effort": "max"}}), "`output_config.effort`"),
        (json!({"max_tokens": 5}), "`max_tokens`"),
        (json!({"stream": true}), "`stream`"),
    ] {
        let error = tried("claude-opus-5", &with(extra)).await.unwrap_err();
        assert!(
            matches!(&error, LmError::Config { message } if message.contains(field)),
            "{error:?}"
        );
    }
}
