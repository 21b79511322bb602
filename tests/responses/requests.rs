//! What is sent.

use dspy::lm::{
    LanguageModel, LmError, Media, MediaSource, Message, OpenAiResponses, Part, Request,
    ResponseFormat, Role, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use serde_json::{Value, json};

use super::support::Server;
use super::{builder, fine, question, sent, settings, tried};

#[tokio::test]
async fn the_least_that_is_sent() {
    assert_eq!(
        sent(&question()).await,
        json!({
            "model": "gpt-4.1",
            "input": [{"role": "user", "content": "What is the capital of France?"}],
            "store": false,
        })
    );
    let body = tried("gpt-5-mini", &question()).await.unwrap();
    assert_eq!(body["include"], json!(["reasoning.encrypted_content"]));
}

#[tokio::test]
async fn settings_under_this_apis_names() {
    let request = question().with_settings(settings(|settings| {
        settings.temperature = Some(0.5);
        settings.top_p = Some(0.9);
        settings.max_tokens = Some(300);
        settings.n = Some(1);
        settings.logprobs = Some(3);
        settings.parallel_tool_calls = Some(false);
        settings.extra.insert("service_tier".into(), json!("flex"));
    }));
    let body = sent(&request).await;
    assert_eq!((&body["temperature"], &body["top_p"]), (&json!(0.5), &json!(0.9)));
    assert_eq!(body["max_output_tokens"], 300);
    assert_eq!(body["top_logprobs"], 3);
    assert_eq!(body["include"], json!(["message.output_text.logprobs"]));
    assert_eq!(body["parallel_tool_calls"], false);
    assert_eq!(body["service_tier"], "flex");
    assert_eq!((body.get("n"), body.get("max_tokens")), (None, None));

    let effort = question().with_settings(settings(|settings| {
        settings.reasoning_effort = Some("low".into());
        settings.extra.insert("reasoning".into(), json!({"summary": "auto"}));
    }));
    let body = tried("o4-mini", &effort).await.unwrap();
    assert_eq!(body["reasoning"], json!({"effort": "low", "summary": "auto"}));
    let twice = effort.with_settings(settings(|settings| {
        settings.reasoning_effort = Some("low".into());
        settings.extra.insert("reasoning".into(), json!({"effort": "high"}));
    }));
    assert!(matches!(
        tried("o4-mini", &twice).await,
        Err(LmError::Config { message }) if message.contains("`reasoning.effort`")
    ));
}

#[tokio::test]
async fn what_this_api_does_not_have_is_an_error() {
    for (change, feature) in [
        (settings(|s| s.stop = vec!["END".into()]), "stop"),
        (settings(|s| s.seed = Some(1)), "seed"),
        (settings(|s| s.presence_penalty = Some(0.1)), "presence_penalty"),
        (settings(|s| s.frequency_penalty = Some(0.1)), "frequency_penalty"),
        (settings(|s| s.top_k = Some(4)), "top_k"),
    ] {
        let error = tried("gpt-4.1", &question().with_settings(change)).await.unwrap_err();
        assert!(matches!(error, LmError::Unsupported { .. }), "{error:?}");
        assert!(error.to_string().contains(feature), "{error}");
    }
    let cold = settings(|settings| settings.temperature = Some(0.0));
    let silent = settings(|settings| {
        (settings.temperature, settings.reasoning_effort) = (Some(0.0), Some("none".into()));
    });
    for (model, settings, allowed) in [
        ("gpt-4.1", &cold, true),
        ("gpt-5", &cold, false),
        ("o3", &cold, false),
        ("gpt-5.1", &silent, true),
        ("gpt-5-chat-latest", &cold, true),
        ("ft:gpt-4o:acme", &cold, true),
    ] {
        let answer = tried(model, &question().with_settings(settings.clone())).await;
        assert_eq!(answer.is_ok(), allowed, "{model} {answer:?}");
    }
}

#[tokio::test]
async fn several_completions_are_several_calls() {
    let server = Server::start([fine()]).await;
    let client = builder(&server, "gpt-4.1").build().unwrap();
    let two = question().with_settings(settings(|s| s.n = Some(2)));
    let response = client.generate(&two).await.unwrap();
    assert_eq!((response.completions.len(), response.usage.calls), (2, 2));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn tools_and_their_choice() {
    let with = |choice| {
        let mut request = question();
        request.tools = vec![
            ToolSpec::new("weather", "Tells the weather.", json!({"type": "object"})),
            ToolSpec::new("now", "", json!({"type": "object"})),
        ];
        request.tool_choice = choice;
        request
    };
    let body = sent(&with(ToolChoice::Auto)).await;
    assert_eq!(
        body["tools"],
        json!([
            {
                "type": "function",
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": {"type": "object"},
                "strict": false,
            },
            {"type": "function", "name": "now", "parameters": {"type": "object"}, "strict": false},
        ])
    );
    assert_eq!(body.get("tool_choice"), None);
    for (choice, expected) in [
        (ToolChoice::Required, json!("required")),
        (ToolChoice::None, json!("none")),
        (ToolChoice::Tool("now".into()), json!({"type": "function", "name": "now"})),
    ] {
        assert_eq!(sent(&with(choice)).await["tool_choice"], expected);
    }
    let unknown = with(ToolChoice::Tool("later".into()));
    assert!(matches!(tried("gpt-4.1", &unknown).await, Err(LmError::Config { .. })));
}

#[tokio::test]
async fn formats_stand_in_text() {
    let with = |format| {
        let mut request = question();
        request.response_format = format;
        request
    };
    let schema = json!({"type": "object"});
    let strict =
        ResponseFormat::JsonSchema { name: "answer".into(), schema: schema.clone(), strict: true };
    assert_eq!(
        sent(&with(strict)).await["text"],
        json!({"format": {
            "type": "json_schema", "name": "answer", "strict": true, "schema": schema,
        }})
    );
    assert_eq!(
        sent(&with(ResponseFormat::JsonObject)).await["text"],
        json!({"format": {"type": "json_object"}})
    );
}

#[tokio::test]
async fn messages_become_instructions_and_items() {
    let call = ToolCall::new("call_1", "weather", json!({"city": "Paris"}));
    let broken = ToolCall::new("call_2", "weather", json!("{\"city\":"));
    let messages = [
        Message::system("Be brief."),
        Message::system("Be kind."),
        Message::user("How is the weather?"),
        Message::new(
            Role::Assistant,
            vec![
                Part::text("I "),
                Part::text("look."),
                Part::ToolCall(call.clone()),
                Part::ToolCall(broken.clone()),
            ],
        ),
        Message::new(Role::Tool, vec![Part::ToolResult(ToolResult::new(&call, "sunny"))]),
        Message::new(
            Role::User,
            vec![
                Part::ToolResult(ToolResult::new(&broken, "no such city").with_error(true)),
                Part::text("And?"),
            ],
        ),
        Message::system("Be exact."),
        Message::assistant("Sunny."),
    ];
    let body = sent(&Request::new(messages)).await;
    assert_eq!(body["instructions"], "Be brief.\n\nBe kind.");
    let output = |id: &str, text: &str| json!({"type": "function_call_output", "call_id": id, "output": text});
    let called = |id: &str, arguments: &str| {
        json!({
            "type": "function_call", "call_id": id, "name": "weather", "arguments": arguments,
        })
    };
    assert_eq!(
        body["input"],
        json!([
            {"role": "user", "content": "How is the weather?"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
            called("call_1", "{\"city\":\"Paris\"}"),
            called("call_2", "{\"city\":"),
            output("call_1", "sunny"),
            output("call_2", "error: no such city"),
            {"role": "user", "content": "And?"},
            {"role": "system", "content": "Be exact."},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Sunny."}]},
        ])
    );
    for messages in [vec![], vec![Message::system("Be brief.")]] {
        let error = tried("gpt-4.1", &Request::new(messages)).await.unwrap_err();
        assert!(matches!(error, LmError::Config { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn images_and_files() {
    let mut uploaded = Media::url("");
    uploaded.source = MediaSource::FileId("file_1".into());
    let mut detailed = Media::url("https://example.org/a.png");
    detailed.detail = Some("low".into());
    let parts = vec![
        Part::text("See:"),
        Part::Image { media: detailed },
        Part::Image { media: Media::base64("aGk=", "image/png") },
        Part::Image { media: uploaded.clone() },
        Part::File { media: Media::base64("JVBERg==", "application/pdf") },
        Part::File { media: Media::url("https://example.org/a.pdf") },
        Part::File { media: uploaded },
    ];
    let body = sent(&Request::new([Message::new(Role::User, parts)])).await;
    assert_eq!(
        body["input"][0]["content"],
        json!([
            {"type": "input_text", "text": "See:"},
            {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"},
            {"type": "input_image", "image_url": "data:image/png;base64,aGk=", "detail": "auto"},
            {"type": "input_image", "file_id": "file_1", "detail": "auto"},
            {
                "type": "input_file",
                "filename": "file.pdf",
                "file_data": "data:application/pdf;base64,JVBERg==",
            },
            {"type": "input_file", "file_url": "https://example.org/a.pdf"},
            {"type": "input_file", "file_id": "file_1"},
        ])
    );
    let audio = Part::Audio { media: Media::base64("aGk=", "audio/wav") };
    let error = tried("gpt-4.1", &Request::new([Message::new(Role::User, vec![audio])])).await;
    assert!(matches!(error, Err(LmError::Unsupported { .. })), "{error:?}");
}

#[tokio::test]
async fn thoughts_go_back_as_they_came() {
    let sealed = json!({
        "type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x==",
        "status": null,
    });
    let open = json!({"type": "reasoning", "id": "rs_2", "content": [{"text": "Hm."}]});
    let foreign = json!({"type": "thinking", "signature": "x"});
    let part = |item: &Value| Part::Reasoning { text: String::new(), opaque: Some(item.clone()) };
    let call = ToolCall::new("call_1", "now", json!({}));
    let request = Request::new([
        Message::user("When?"),
        Message::new(
            Role::Assistant,
            vec![
                part(&foreign),
                part(&sealed),
                Part::text("I look."),
                part(&open),
                Part::ToolCall(call),
            ],
        ),
    ]);
    let called = json!({
        "type": "function_call", "call_id": "call_1", "name": "now", "arguments": "{}",
    });
    let body = tried("gpt-5", &request).await.unwrap();
    assert_eq!(
        body["input"],
        json!([
            {"role": "user", "content": "When?"},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x=="},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
            open,
            called,
        ])
    );
}

#[test]
fn capabilities() {
    let of = |model: &str| {
        OpenAiResponses::builder(model).api_key("k").env(|_| None).build().unwrap().capabilities()
    };
    let (plain, thinker) = (of("gpt-4.1"), of("gpt-5"));
    assert!(plain.json_schema && plain.json_object && plain.logprobs && !plain.reasoning);
    assert!(thinker.json_schema && thinker.reasoning && !thinker.logprobs);
    assert!(!plain.audio && !plain.n && plain.images && plain.tools);
    assert!(!of("gpt-4-turbo").json_schema);
}
