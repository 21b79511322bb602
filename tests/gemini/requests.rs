//! What is sent.

use dspy::lm::{
    LanguageModel, LmError, Media, MediaSource, Message, Part, Request, ResponseFormat, Role,
    Settings, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use serde_json::json;

use super::support::Server;
use super::{KEY, builder, client, question, refused_by, sent, sent_by, text, with};

#[tokio::test]
async fn a_plain_question_sends_nothing_but_itself() {
    let server = Server::start([text("Paris.")]).await;
    let response = client(&server).generate(&question()).await.unwrap();
    assert_eq!(response.completions[0].joined_text(), "Paris.");
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1beta/models/gemini-2.5-flash:generateContent HTTP/1.1");
    assert_eq!(seen.header("x-goog-api-key"), Some(KEY));
    assert_eq!(seen.header("authorization"), None);
    assert_eq!(
        seen.json(),
        json!({
            "contents": [{"role": "user", "parts": [{"text": "What is the capital of France?"}]}],
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
        settings.stop = vec!["END".into(), "\n\n".into()];
        settings.presence_penalty = Some(0.5);
        settings.frequency_penalty = Some(-0.5);
        settings.logprobs = Some(3);
        settings.reasoning_effort = Some("low".into());
        settings.parallel_tool_calls = Some(true);
        settings.extra.insert("generationConfig".into(), json!({"mediaResolution": "LOW"}));
        settings.extra.insert("cachedContent".into(), json!("cachedContents/1"));
    });
    let mut body = sent(&request).await;
    body.as_object_mut().unwrap().remove("contents");
    assert_eq!(
        body,
        json!({
            "generationConfig": {
                "temperature": 0.5,
                "topP": 0.25,
                "topK": 40,
                "maxOutputTokens": 64,
                "seed": -7,
                "stopSequences": ["END", "\n\n"],
                "presencePenalty": 0.5,
                "frequencyPenalty": -0.5,
                "responseLogprobs": true,
                "logprobs": 3,
                "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": true},
                "mediaResolution": "LOW",
            },
            "cachedContent": "cachedContents/1",
        })
    );
    let zero = sent(&with(|settings| settings.logprobs = Some(0))).await;
    assert_eq!(zero["generationConfig"], json!({"responseLogprobs": true}));
}

#[tokio::test]
async fn an_effort_is_a_budget_or_a_level() {
    for (model, effort, thinking) in [
        ("gemini-2.5-flash", "none", json!({"thinkingBudget": 0, "includeThoughts": false})),
        (
            "gemini-2.5-flash-lite",
            "medium",
            json!({"thinkingBudget": 8192, "includeThoughts": true}),
        ),
        ("gemini-2.5-pro", "high", json!({"thinkingBudget": 24576, "includeThoughts": true})),
        ("models/gemini-2.5-pro", "300", json!({"thinkingBudget": 300, "includeThoughts": true})),
        ("gemini-3-pro-preview", "low", json!({"thinkingLevel": "low", "includeThoughts": true})),
        (
            "gemini-3.5-flash",
            "Minimal",
            json!({"thinkingLevel": "minimal", "includeThoughts": true}),
        ),
        ("gemini-flash-latest", "high", json!({"thinkingLevel": "high", "includeThoughts": true})),
    ] {
        let request = with(|settings| settings.reasoning_effort = Some(effort.into()));
        let body = sent_by(model, &request).await;
        assert_eq!(body["generationConfig"]["thinkingConfig"], thinking, "{model} {effort}");
    }
    for (model, effort) in [
        ("gemini-2.0-flash", "low"),
        ("gemini-1.5-pro", "none"),
        ("gemini-2.5-pro", "none"),
        ("gemini-3-pro-preview", "none"),
    ] {
        let request = with(|settings| settings.reasoning_effort = Some(effort.into()));
        let error = refused_by(model, &request).await;
        assert!(matches!(error, LmError::Unsupported { .. }), "{model} {effort}: {error}");
    }
    let odd = with(|settings| settings.reasoning_effort = Some("a lot".into()));
    let error = refused_by("gemini-2.5-flash", &odd).await;
    assert!(error.to_string().contains("`none`, `minimal`, `low`"), "{error}");
}

#[tokio::test]
async fn what_the_api_lacks_is_refused_before_the_call() {
    let mut late = question();
    late.messages.push(Message::system("Be brief.").into());
    let mut pointless = question();
    pointless.tool_choice = ToolChoice::Required;
    let mut unknown = question();
    unknown.tools = vec![ToolSpec::new("f", "", json!({"type": "object"}))];
    unknown.tool_choice = ToolChoice::Tool("g".into());
    let mut detailed = Media::base64("aGk=", "image/png");
    detailed.detail = Some("low".into());
    let unnamed = Media::url("data:;base64,aGk=");
    let image = |media| Request::new([Message::new(Role::User, vec![Part::Image { media }])]);
    for (request, fault) in [
        (with(|settings| settings.stop = vec!["x".into(); 6]), "6 stop texts; give at most 5"),
        (with(|settings| settings.parallel_tool_calls = Some(false)), "parallel_tool_calls=false"),
        (with(|settings| settings.seed = Some(1 << 40)), "fits 32 bits"),
        (with(|settings| settings.n = Some(0)), "n is 0"),
        (with(|settings| settings.temperature = Some(f64::NAN)), "finite number"),
        (late, "a system message within the conversation; put it first"),
        (pointless, "offers no tool"),
        (unknown, "requires the tool `g`"),
        (Request::new([Message::system("Be brief.")]), "no message but the system's"),
        (image(detailed), "`mediaResolution` within `generationConfig`"),
        (image(unnamed), "without its MIME type"),
        (
            Request::new([Message::new(Role::Tool, vec![Part::text("x")])]),
            "text in a tool's message; put it into a user message",
        ),
        (
            with(|settings| {
                settings.temperature = Some(1.0);
                let more = json!({"temperature": 0.0});
                settings.extra.insert("generationConfig".into(), more);
            }),
            "the extra field `generationConfig.temperature` is already set",
        ),
        (
            with(|settings| {
                settings.extra.insert("contents".into(), json!([]));
            }),
            "the extra field `contents` is already set",
        ),
    ] {
        let error = refused_by("gemini-2.5-flash", &request).await;
        assert!(matches!(error, LmError::Unsupported { .. } | LmError::Config { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
    }
}

#[tokio::test]
async fn system_messages_stand_apart_and_turns_of_one_role_become_one() {
    let request = Request::new([
        Message::system("Be brief."),
        Message::system("Be kind."),
        Message::user("One."),
        Message::user("Two."),
        Message::assistant("Three."),
        Message::assistant(""),
        Message::user("Four."),
    ]);
    assert_eq!(
        sent(&request).await,
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "One."}, {"text": "Two."}]},
                {"role": "model", "parts": [{"text": "Three."}]},
                {"role": "user", "parts": [{"text": "Four."}]},
            ],
        })
    );
}

#[tokio::test]
async fn images_audio_and_files_become_parts() {
    let mut pdf = Media::url("https://example.org/a.pdf");
    pdf.mime = Some("application/pdf".into());
    let uploaded = |id: &str| {
        let mut media = Media::url("");
        media.source = MediaSource::FileId(id.into());
        media
    };
    let parts = vec![
        Part::text("Compare."),
        Part::Image { media: Media::base64("aGk=", "image/png") },
        Part::Image { media: Media::url("data:image/gif;base64,R0lG") },
        Part::Image { media: Media::url("https://example.org/cat.png") },
        Part::Audio { media: Media::base64("UklGRg==", "audio/mpeg") },
        Part::File { media: pdf },
        Part::File { media: uploaded("files/7") },
        Part::File { media: uploaded("gs://bucket/a.mp4") },
    ];
    let body = sent(&Request::new([Message::new(Role::User, parts)])).await;
    let files = "https://generativelanguage.googleapis.com/v1beta/files";
    assert_eq!(
        body["contents"][0]["parts"],
        json!([
            {"text": "Compare."},
            {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
            {"inlineData": {"mimeType": "image/gif", "data": "R0lG"}},
            {"fileData": {"fileUri": "https://example.org/cat.png"}},
            {"inlineData": {"mimeType": "audio/mpeg", "data": "UklGRg=="}},
            {"fileData": {"mimeType": "application/pdf", "fileUri": "https://example.org/a.pdf"}},
            {"fileData": {"fileUri": format!("{files}/7")}},
            {"fileData": {"fileUri": "gs://bucket/a.mp4"}},
        ])
    );
}

#[tokio::test]
async fn tools_and_their_results() {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let call = ToolCall::new("made-up", "weather", json!({"city": "Paris"}));
    let odd = ToolCall::new("made-up-2", "weather", json!("{\"city\": "));
    let results = vec![
        Part::ToolResult(ToolResult::new(&call, "rain")),
        Part::ToolResult(ToolResult::new(&odd, "no city").with_error(true)),
    ];
    let mut request = Request::new([
        Message::user("Weather?"),
        Message::new(Role::Assistant, vec![Part::ToolCall(call), Part::ToolCall(odd)]),
        Message::new(Role::Tool, results),
        Message::user("So?"),
    ]);
    request.tools = vec![
        ToolSpec::new("weather", "Looks outside.", parameters.clone()),
        ToolSpec::new("f", "", json!({})),
    ];
    let body = sent(&request).await;
    assert_eq!(
        body,
        json!({
            "tools": [{"functionDeclarations": [
                {
                    "name": "weather",
                    "description": "Looks outside.",
                    "parametersJsonSchema": parameters,
                },
                {"name": "f", "parametersJsonSchema": {}},
            ]}],
            "contents": [
                {"role": "user", "parts": [{"text": "Weather?"}]},
                {"role": "model", "parts": [
                    {"functionCall": {"name": "weather", "args": {"city": "Paris"}}},
                    {"functionCall": {"name": "weather", "args": {"arguments": "{\"city\": "}}},
                ]},
                {"role": "user", "parts": [
                    {"functionResponse": {"name": "weather", "response": {"result": "rain"}}},
                    {"functionResponse": {"name": "weather", "response": {"error": "no city"}}},
                    {"text": "So?"},
                ]},
            ],
        })
    );
    for (choice, calling) in [
        (ToolChoice::None, json!({"mode": "NONE"})),
        (ToolChoice::Required, json!({"mode": "ANY"})),
        (ToolChoice::Tool("f".into()), json!({"mode": "ANY", "allowedFunctionNames": ["f"]})),
    ] {
        request.tool_choice = choice;
        let body = sent(&request).await;
        assert_eq!(body["toolConfig"], json!({"functionCallingConfig": calling}));
    }
}

#[tokio::test]
async fn the_form_of_the_answer_goes_where_the_model_takes_it() {
    let mut request = question();
    request.response_format = ResponseFormat::JsonObject;
    let plain = json!({"responseMimeType": "application/json"});
    assert_eq!(sent(&request).await["generationConfig"], plain);
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    request.response_format =
        ResponseFormat::JsonSchema { name: "place".into(), schema: schema.clone(), strict: true };
    for (model, field) in [
        ("gemini-2.5-flash", "responseJsonSchema"),
        ("gemini-3-pro", "responseJsonSchema"),
        ("gemini-2.0-flash", "responseSchema"),
    ] {
        assert_eq!(
            sent_by(model, &request).await["generationConfig"],
            json!({"responseMimeType": "application/json", field: schema}),
            "{model}"
        );
    }
}

#[tokio::test]
async fn several_completions_are_several_calls() {
    let server = Server::start([text("one"), text("two"), text("three")]).await;
    let mut settings = Settings::default().with_n(3);
    settings.seed = Some(5);
    let response = builder(&server, "gemini-3-pro")
        .build()
        .unwrap()
        .generate(&question().with_settings(settings))
        .await
        .unwrap();
    assert_eq!((response.completions.len(), response.usage.calls), (3, 3));
    let seeds: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| {
            let config = seen.json()["generationConfig"].clone();
            assert_eq!(config.as_object().unwrap().len(), 1, "{config}");
            config["seed"].as_i64().unwrap()
        })
        .collect();
    let mut sorted = seeds.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [5, 6, 7]);
}
