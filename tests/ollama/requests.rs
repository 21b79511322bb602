//! What is sent.

use dspy::lm::{
    LanguageModel, LmError, Media, MediaSource, Message, Part, Request, ResponseFormat, Role,
    Settings, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use serde_json::{Value, json};

use super::support::Server;
use super::{KEY, builder, client, question, sent, text, with};

#[tokio::test]
async fn a_plain_question() {
    let server = Server::start([text("Paris.")]).await;
    let response = client(&server).generate(&question()).await.unwrap();
    assert_eq!(response.completions[0].joined_text(), "Paris.");
    let seen = server.only();
    assert_eq!(seen.line, "POST /api/chat HTTP/1.1");
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(
        seen.json(),
        json!({
            "model": "qwen3:8b",
            "messages": [{"role": "user", "content": "What is the capital of France?"}],
            "stream": false,
            "truncate": false,
        })
    );
}

#[tokio::test]
async fn every_setting_has_its_field() {
    let request = with(|settings| {
        *settings = Settings::default().with_temperature(0.5).with_max_tokens(64).with_n(1);
        settings.top_p = Some(0.25);
        settings.top_k = Some(40);
        settings.seed = Some(-7);
        settings.stop = vec!["END".into()];
        settings.presence_penalty = Some(0.5);
        settings.frequency_penalty = Some(-0.5);
        settings.logprobs = Some(3);
        settings.reasoning_effort = Some("high".into());
        settings.parallel_tool_calls = Some(true);
        settings.extra.insert("options".into(), json!({"num_ctx": 16384, "min_p": 0.125}));
        settings.extra.insert("keep_alive".into(), json!("10m"));
        settings.extra.insert("truncate".into(), json!(true));
    });
    let mut body = sent(&request).await;
    body.as_object_mut().unwrap().remove("messages");
    assert_eq!(
        body,
        json!({
            "model": "qwen3:8b",
            "options": {
                "temperature": 0.5,
                "top_p": 0.25,
                "top_k": 40,
                "num_predict": 64,
                "seed": -7,
                "stop": ["END"],
                "presence_penalty": 0.5,
                "frequency_penalty": -0.5,
                "num_ctx": 16384,
                "min_p": 0.125,
            },
            "think": "high",
            "logprobs": true,
            "top_logprobs": 3,
            "stream": false,
            "keep_alive": "10m",
            "truncate": true,
        })
    );
    let alone = with(|settings| {
        settings.extra.insert("options".into(), json!({"num_ctx": 8}));
        settings.logprobs = Some(0);
    });
    let body = sent(&alone).await;
    assert_eq!(body["options"], json!({"num_ctx": 8}));
    assert_eq!((&body["logprobs"], body.get("top_logprobs")), (&json!(true), None));
}

#[tokio::test]
async fn an_effort_is_a_switch_or_a_level() {
    for (effort, think) in [
        ("none", json!(false)),
        ("False", json!(false)),
        ("true", json!(true)),
        ("low", json!("low")),
        ("MAX", json!("max")),
    ] {
        let body = sent(&with(|settings| settings.reasoning_effort = Some(effort.into()))).await;
        assert_eq!(body["think"], think, "{effort}");
    }
    assert_eq!(sent(&question()).await.get("think"), None);
}

#[tokio::test]
async fn what_the_api_lacks_is_refused_before_the_call() {
    let offering = |choice: ToolChoice| {
        let mut request = question();
        request.tools = vec![ToolSpec::new("f", "", json!({"type": "object"}))];
        request.tool_choice = choice;
        request
    };
    let image = |media| Request::new([Message::new(Role::User, vec![Part::Image { media }])]);
    let mut uploaded = Media::url("");
    uploaded.source = MediaSource::FileId("file-7".into());
    let mut detailed = Media::base64("aGk=", "image/png");
    detailed.detail = Some("high".into());
    let sound = Part::Audio { media: Media::base64("UklG", "audio/wav") };
    let pdf = Part::File { media: Media::base64("JVBE", "application/pdf") };
    let user = |part| Request::new([Message::new(Role::User, vec![part])]);
    let extra = |name: &'static str, value: Value| {
        with(|settings| {
            settings.temperature = Some(1.0);
            settings.extra.insert(name.into(), value);
        })
    };
    for (request, fault) in [
        (offering(ToolChoice::Required), "does not support a required tool call"),
        (offering(ToolChoice::Tool("f".into())), "a required tool call"),
        (offering(ToolChoice::Tool("g".into())), "requires the tool `g`"),
        (with(|settings| settings.parallel_tool_calls = Some(false)), "parallel_tool_calls=false"),
        (image(Media::url("https://example.org/cat.png")), "an image by address"),
        (image(uploaded), "an image by file id"),
        (image(detailed), "`detail` of an image"),
        (user(sound), "audio in a user message"),
        (user(pdf), "a file in a user message"),
        (Request::new([]), "no messages"),
        (
            Request::new([Message::new(Role::Tool, vec![Part::text("x")])]),
            "text in a tool's message",
        ),
        (
            extra("options", json!({"temperature": 0.0})),
            "the extra field `options.temperature` is already set",
        ),
        (extra("options", json!([])), "the extra field `options` is already set"),
        (extra("stream", json!(true)), "the extra field `stream` is already set"),
    ] {
        let server = Server::start([text("fine")]).await;
        let error = client(&server).generate(&request).await.unwrap_err();
        assert!(matches!(error, LmError::Unsupported { .. } | LmError::Config { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
        assert_eq!(server.seen().len(), 0, "it asked all the same");
    }
}

#[tokio::test]
async fn messages_of_all_kinds() {
    let call = ToolCall::new("call-1", "weather", json!({"city": "Paris"}));
    let odd = ToolCall::new("call-2", "weather", json!("{\"city\": "));
    let results = vec![
        Part::ToolResult(ToolResult::new(&call, "rain")),
        Part::ToolResult(ToolResult::new(&odd, "no city").with_error(true)),
    ];
    let thought = Part::Reasoning { text: "Outside?".into(), opaque: None };
    let seen = vec![
        Part::text("Look: "),
        Part::Image { media: Media::base64("aGk=", "image/png") },
        Part::text("a cat?"),
        Part::Image { media: Media::url("data:image/gif;base64,R0lG") },
    ];
    let request = Request::new([
        Message::system("Be brief."),
        Message::new(Role::User, seen),
        Message::new(
            Role::Assistant,
            vec![thought, Part::ToolCall(call.clone()), Part::ToolCall(odd)],
        ),
        Message::new(Role::Tool, results),
        Message::new(
            Role::User,
            vec![Part::ToolResult(ToolResult::new(&call, "sun")), Part::text("And now?")],
        ),
        Message::assistant("Sun."),
    ]);
    assert_eq!(
        sent(&request).await["messages"],
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Look: a cat?", "images": ["aGk=", "R0lG"]},
            {"role": "assistant", "content": "", "thinking": "Outside?", "tool_calls": [
                {"id": "call-1", "function": {"name": "weather", "arguments": {"city": "Paris"}}},
                {"id": "call-2", "function": {
                    "name": "weather", "arguments": {"arguments": "{\"city\": "},
                }},
            ]},
            {"role": "tool", "tool_name": "weather", "tool_call_id": "call-1", "content": "rain"},
            {
                "role": "tool", "tool_name": "weather", "tool_call_id": "call-2",
                "content": "error: no city",
            },
            {"role": "tool", "tool_name": "weather", "tool_call_id": "call-1", "content": "sun"},
            {"role": "user", "content": "And now?"},
            {"role": "assistant", "content": "Sun."},
        ])
    );
}

#[tokio::test]
async fn tools_and_forms() {
    let mut request = question();
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    request.tools = vec![
        ToolSpec::new("weather", "Looks outside.", parameters.clone()),
        ToolSpec::new("f", "", json!({})),
    ];
    let tools = json!([
        {"type": "function", "function": {
            "name": "weather", "description": "Looks outside.", "parameters": parameters,
        }},
        {"type": "function", "function": {"name": "f", "parameters": {}}},
    ]);
    assert_eq!(sent(&request).await["tools"], tools);
    // A model that is not told of tools calls none.
    request.tool_choice = ToolChoice::None;
    assert_eq!(sent(&request).await.get("tools"), None);

    request.response_format = ResponseFormat::JsonObject;
    assert_eq!(sent(&request).await["format"], "json");
    request.response_format = ResponseFormat::JsonSchema {
        name: "place".into(),
        schema: parameters.clone(),
        strict: true,
    };
    assert_eq!(sent(&request).await["format"], parameters);
}

#[tokio::test]
async fn several_completions_are_several_calls() {
    let server = Server::start([text("one"), text("two")]).await;
    let mut settings = Settings::default().with_n(2);
    settings.seed = Some(5);
    let lm = builder(&server).settings(settings).build().unwrap();
    let response = lm.generate(&question()).await.unwrap();
    assert_eq!((response.completions.len(), response.usage.calls), (2, 2));
    let mut seeds: Vec<i64> =
        server.seen().iter().map(|seen| seen.json()["options"]["seed"].as_i64().unwrap()).collect();
    seeds.sort_unstable();
    assert_eq!(seeds, [5, 6]);
}
