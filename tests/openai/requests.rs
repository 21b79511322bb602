//! What is sent.

use dspy::lm::{
    LanguageModel, LmError, Media, MediaSource, Message, OpenAi, Part, Request, ResponseFormat,
    Role, Settings, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, builder, client, question, sent};

#[tokio::test]
async fn a_plain_question_sends_nothing_but_itself() {
    let server = Server::start([Answer::text("Paris.")]).await;
    let response = client(&server).generate(&question()).await.unwrap();
    assert_eq!(response.completions[0].joined_text(), "Paris.");
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(
        seen.json(),
        json!({
            "model": "test-model",
            "messages": [{"role": "user", "content": "What is the capital of France?"}],
        })
    );
}

#[tokio::test]
async fn every_setting_has_its_field() {
    let mut settings = Settings::default().with_temperature(0.5).with_max_tokens(64).with_n(1);
    settings.top_p = Some(0.25);
    settings.top_k = Some(40);
    settings.seed = Some(-7);
    settings.stop = vec!["END".into(), "\n\n".into()];
    settings.presence_penalty = Some(0.5);
    settings.frequency_penalty = Some(-0.5);
    settings.logprobs = Some(3);
    settings.reasoning_effort = Some("low".into());
    settings.parallel_tool_calls = Some(false);
    settings.extra.insert("min_p".into(), json!(0.125));
    let mut request = question().with_settings(settings);
    request.rollout = 9;
    let mut body = sent(&request).await;
    body.as_object_mut().unwrap().remove("messages");
    assert_eq!(
        body,
        json!({
            "model": "test-model",
            "temperature": 0.5,
            "top_p": 0.25,
            "top_k": 40,
            "max_tokens": 64,
            "n": 1,
            "seed": -7,
            "stop": ["END", "\n\n"],
            "presence_penalty": 0.5,
            "frequency_penalty": -0.5,
            "logprobs": true,
            "top_logprobs": 3,
            "reasoning_effort": "low",
            "parallel_tool_calls": false,
            "min_p": 0.125,
        })
    );
}

#[tokio::test]
async fn the_clients_settings_lie_under_the_requests() {
    let server = Server::start([Answer::text("fine")]).await;
    let defaults = Settings::default().with_temperature(0.25).with_max_tokens(10);
    let client = builder(&server).settings(defaults).build().unwrap();
    let request = question().with_settings(Settings::default().with_temperature(0.75));
    client.generate(&request).await.unwrap();
    let body = server.only().json();
    assert_eq!((&body["temperature"], &body["max_tokens"]), (&json!(0.75), &json!(10)));
}

#[tokio::test]
async fn zero_alternatives_ask_for_the_chosen_token_only() {
    let mut settings = Settings::default();
    settings.logprobs = Some(0);
    let body = sent(&question().with_settings(settings)).await;
    assert_eq!((&body["logprobs"], body.get("top_logprobs")), (&json!(true), None));
}

#[tokio::test]
async fn images_audio_and_files_become_content_parts() {
    let mut picture = Media::url("https://example.org/cat.png");
    picture.detail = Some("low".into());
    let mut uploaded = Media::url("");
    uploaded.source = MediaSource::FileId("file-7".into());
    let parts = vec![
        Part::text("Compare."),
        Part::Image { media: picture },
        Part::Image { media: Media::base64("aGk=", "image/png") },
        Part::Audio { media: Media::base64("UklGRg==", "audio/mpeg") },
        Part::File { media: Media::base64("JVBERg==", "application/pdf") },
        Part::File { media: uploaded },
    ];
    let body = sent(&Request::new([Message::new(Role::User, parts)])).await;
    assert_eq!(
        body["messages"][0]["content"],
        json!([
            {"type": "text", "text": "Compare."},
            {"type": "image_url", "image_url": {
                "url": "https://example.org/cat.png", "detail": "low",
            }},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "mp3"}},
            {"type": "file", "file": {
                "filename": "file.pdf", "file_data": "data:application/pdf;base64,JVBERg==",
            }},
            {"type": "file", "file": {"file_id": "file-7"}},
        ])
    );
}

#[tokio::test]
async fn what_the_api_cannot_carry_is_refused() {
    let image = || Part::Image { media: Media::url("https://example.org/cat.png") };
    let refused = [
        Message::new(Role::System, vec![image()]),
        Message::new(Role::Assistant, vec![image()]),
        Message::new(Role::Tool, vec![Part::text("no result")]),
        Message::new(Role::User, vec![Part::Audio { media: Media::url("https://example.org/a") }]),
        Message::new(Role::User, vec![Part::File { media: Media::url("https://example.org/f") }]),
    ];
    let server = Server::start([Answer::text("fine")]).await;
    for message in refused {
        let error = client(&server).generate(&Request::new([message])).await.unwrap_err();
        assert!(matches!(error, LmError::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains("openai/test-model does not support"), "{error}");
    }
    let unnamed = Part::Image {
        media: {
            let mut m = Media::base64("aGk=", "");
            m.mime = None;
            m
        },
    };
    let request = Request::new([Message::new(Role::User, vec![unnamed])]);
    let error = client(&server).generate(&request).await.unwrap_err();
    assert!(matches!(error, LmError::Config { .. }), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn formats_of_the_answer() {
    let mut request = question();
    request.response_format = ResponseFormat::JsonObject;
    assert_eq!(sent(&request).await["response_format"], json!({"type": "json_object"}));
    let schema = json!({"type": "object", "properties": {"b": {}, "a": {}}});
    let mut format = |strict| {
        request.response_format =
            ResponseFormat::JsonSchema { name: "answer".into(), schema: schema.clone(), strict };
        request.clone()
    };
    assert_eq!(
        sent(&format(true)).await["response_format"],
        json!({"type": "json_schema", "json_schema": {
            "name": "answer", "strict": true, "schema": schema,
        }})
    );
    assert_eq!(sent(&format(false)).await["response_format"]["json_schema"].get("strict"), None);
}

fn weather() -> ToolSpec {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    ToolSpec::new("weather", "The weather of a city.", parameters)
}

#[tokio::test]
async fn a_tool_call_goes_round() {
    let call = json!({"id": "call_1", "type": "function", "function": {
        "name": "weather", "arguments": "{\"city\":\"Paris\"}",
    }});
    let choice = json!({"finish_reason": "tool_calls", "message": {
        "role": "assistant", "content": null, "tool_calls": [call],
    }});
    let server =
        Server::start([Answer::json(200, json!({"choices": [choice]})), Answer::text("Rain.")])
            .await;
    let client = client(&server);
    let mut request = question();
    request.tools = vec![weather()];
    request.tool_choice = ToolChoice::Tool("weather".into());
    let first = client.generate(&request).await.unwrap();
    let parts = first.completions[0].parts.clone();
    let made = ToolCall::new("call_1", "weather", json!({"city": "Paris"}));
    assert_eq!(parts, [Part::ToolCall(made.clone())]);

    let result = |content: &str, is_error| {
        Part::ToolResult(ToolResult::new(&made, content).with_error(is_error))
    };
    request.messages.push(Message::new(Role::Assistant, parts).into());
    request.messages.push(
        Message::new(Role::Tool, vec![result("rain", false), result("no network", true)]).into(),
    );
    request.tool_choice = ToolChoice::Auto;
    client.generate(&request).await.unwrap();

    let seen = server.seen();
    let (one, two) = (seen[0].json(), seen[1].json());
    assert_eq!(
        one["tools"],
        json!([{"type": "function", "function": {
            "name": "weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        }}])
    );
    assert_eq!(one["tool_choice"], json!({"type": "function", "function": {"name": "weather"}}));
    assert_eq!(two.get("tool_choice"), None);
    assert_eq!(
        two["messages"].as_array().unwrap()[1..],
        [
            json!({"role": "assistant", "content": null, "tool_calls": [call]}),
            json!({"role": "tool", "tool_call_id": "call_1", "content": "rain"}),
            json!({"role": "tool", "tool_call_id": "call_1", "content": "error: no network"}),
        ]
    );
}

#[tokio::test]
async fn a_tool_must_be_offered_to_be_required() {
    let server = Server::start([Answer::text("fine")]).await;
    for choice in [ToolChoice::Required, ToolChoice::Tool("weather".into())] {
        let mut request = question();
        request.tool_choice = choice;
        let error = client(&server).generate(&request).await.unwrap_err();
        assert!(matches!(error, LmError::Config { .. }), "{error}");
    }
    assert!(server.seen().is_empty());
    let mut request = question();
    request.tools = vec![weather()];
    request.tool_choice = ToolChoice::Required;
    assert_eq!(sent(&request).await["tool_choice"], "required");
    request.tool_choice = ToolChoice::None;
    assert_eq!(sent(&request).await["tool_choice"], "none");
}

#[tokio::test]
async fn reasoning_items_go_back_to_those_who_made_them() {
    let details = json!([{"type": "reasoning.encrypted", "data": "abc"}]);
    let thought =
        Part::Reasoning { text: "hm".into(), opaque: Some(json!({"reasoning_details": details})) };
    let turn = Message::new(Role::Assistant, vec![thought, Part::text("4")]);
    let body = sent(&Request::new([Message::user("2+2"), turn, Message::user("sure?")])).await;
    assert_eq!(
        body["messages"][1],
        json!({"role": "assistant", "reasoning_details": details, "content": "4"})
    );
}

#[tokio::test]
async fn malformed_requests_are_not_sent() {
    let server = Server::start([Answer::text("fine")]).await;
    let with_extra = |name: &str, value: Value| {
        let mut settings = Settings::default().with_temperature(0.5);
        settings.extra.insert(name.into(), value);
        question().with_settings(settings)
    };
    let malformed = [
        (with_extra("temperature", json!(0.9)), "`temperature` is already set"),
        (with_extra("messages", json!([])), "`messages` is already set"),
        (with_extra("stream", json!(true)), "`stream`"),
        (question().with_settings(Settings::default().with_temperature(f64::NAN)), "finite"),
        (question().with_settings(Settings::default().with_n(0)), "n is 0"),
        (Request::new([]), "no messages"),
    ];
    for (request, fault) in malformed {
        let error = client(&server).generate(&request).await.unwrap_err();
        assert!(
            matches!(&error, LmError::Config { message } if message.contains(fault)),
            "{error}"
        );
    }
    assert!(server.seen().is_empty());
}

/// What the client of a model of this name says to these settings, and what it sends.
async fn asked(name: &str, settings: Settings) -> Result<Value, LmError> {
    let server = Server::start([Answer::text("fine")]).await;
    let client = OpenAi::builder(name).api_base(server.base()).env(|_| None).build().unwrap();
    client.generate(&question().with_settings(settings)).await?;
    Ok(server.only().json())
}

#[tokio::test]
async fn reasoning_models_take_another_token_limit() {
    for name in ["o1", "o3-mini", "o4-mini-2025-04-16", "gpt-5", "gpt-5.1-codex", "openai/gpt-5"] {
        let body = asked(name, Settings::default().with_max_tokens(9)).await.unwrap();
        assert_eq!(body["max_completion_tokens"], 9, "{name}");
        assert_eq!(body.get("max_tokens"), None, "{name}");
    }
    for name in ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "gpt-35-turbo", "gpt-oss-20b", "o10"] {
        let body = asked(name, Settings::default().with_max_tokens(9)).await.unwrap();
        assert_eq!(body["max_tokens"], 9, "{name}");
    }
}

#[tokio::test]
async fn reasoning_models_refuse_sampling_before_the_call() {
    let mut refused = vec![Settings::default().with_temperature(0.0)];
    for set in [
        |s: &mut Settings| s.top_p = Some(0.5),
        |s: &mut Settings| s.presence_penalty = Some(0.5),
        |s: &mut Settings| s.frequency_penalty = Some(0.5),
        |s: &mut Settings| s.logprobs = Some(0),
        |s: &mut Settings| s.stop = vec!["x".into()],
    ] {
        let mut settings = Settings::default();
        set(&mut settings);
        refused.push(settings);
    }
    for settings in refused {
        let error = asked("gpt-5-mini", settings.clone()).await.unwrap_err();
        assert!(matches!(error, LmError::Unsupported { .. }), "{settings:?}: {error}");
        asked("gpt-4o-mini", settings).await.unwrap();
    }
    asked("gpt-5-mini", Settings::default().with_temperature(1.0)).await.unwrap();
    let mut plain = Settings::default().with_temperature(0.25);
    plain.reasoning_effort = Some("none".into());
    assert_eq!(asked("gpt-5.1", plain).await.unwrap()["temperature"], 0.25);
}

#[tokio::test]
async fn openai_itself_has_no_top_k() {
    let client = OpenAi::builder("gpt-4o-mini").api_key(KEY).env(|_| None).build().unwrap();
    let mut settings = Settings::default();
    settings.top_k = Some(5);
    // Nothing is sent, so this needs no network.
    let error = client.generate(&question().with_settings(settings)).await.unwrap_err();
    assert!(
        matches!(&error, LmError::Unsupported { feature, .. } if feature == "top_k"),
        "{error}"
    );
}

#[test]
fn capabilities_follow_from_the_name() {
    let of = |name: &str| {
        OpenAi::builder(name).api_key(KEY).env(|_| None).build().unwrap().capabilities()
    };
    assert!(of("gpt-4o").json_schema && of("gpt-4o").logprobs && !of("gpt-4o").reasoning);
    assert!(!of("gpt-3.5-turbo").json_schema && of("gpt-3.5-turbo").tools);
    assert!(of("o3").reasoning && !of("o3").logprobs);
    assert!(of("gpt-4o-audio-preview").audio && !of("gpt-4o").audio);
}
