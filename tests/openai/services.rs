//! What services want that depart from OpenAI's own API.

use dspy::lm::{
    Capabilities, LanguageModel, LmError, Message, OpenAi, Part, Request, ResponseFormat, Role,
    Service, Settings, ToolCall, ToolChoice, ToolResult, ToolSpec,
};
use dspy::schema::subset::Dialect;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::question;
use super::support::{Answer, Server};

fn at(server: &Server, service: Service) -> OpenAi {
    OpenAi::builder("m").service(service).api_base(server.base()).env(|_| None).build().unwrap()
}

/// What the client of a service sends for `request`.
async fn sent(service: Service, request: &Request) -> Value {
    let server = Server::start([Answer::text("fine")]).await;
    at(&server, service).generate(request).await.unwrap();
    server.only().json()
}

/// The failure before anything is sent.
async fn refused(service: Service, request: &Request) -> LmError {
    let server = Server::start([Answer::text("fine")]).await;
    let error = at(&server, service).generate(request).await.unwrap_err();
    assert!(server.seen().is_empty());
    error
}

async fn streaming(service: Service) -> Value {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n\
        data: [DONE]\n\n";
    let server = Server::start([Answer::raw(200, "text/event-stream", body)]).await;
    let stream = at(&server, service).stream(&question()).await.unwrap();
    assert!(stream.collect::<Vec<_>>().await.iter().all(Result::is_ok));
    server.only().json()
}

fn set(change: impl FnOnce(&mut Settings)) -> Request {
    let mut settings = Settings::default();
    change(&mut settings);
    question().with_settings(settings)
}

fn capabilities(service: Service) -> Capabilities {
    let builder = OpenAi::builder("m").service(service).api_base("http://localhost:1");
    builder.env(|_| None).build().unwrap().capabilities()
}

fn weather() -> ToolSpec {
    ToolSpec::new("weather", "", json!({"type": "object"}))
}

#[tokio::test]
async fn a_seed_by_its_name() {
    let request = set(|settings| settings.seed = Some(7));
    assert_eq!(sent(Service::OPENAI, &request).await["seed"], 7);
    let mistral = sent(Service::MISTRAL, &request).await;
    assert_eq!((&mistral["random_seed"], mistral.get("seed")), (&json!(7), None));
}

#[tokio::test]
async fn some_tool_by_its_word() {
    let mut request = question();
    request.tools = vec![weather()];
    request.tool_choice = ToolChoice::Required;
    assert_eq!(sent(Service::MISTRAL, &request).await["tool_choice"], "any");
    assert_eq!(sent(Service::GROQ, &request).await["tool_choice"], "required");
}

#[tokio::test]
async fn mistral_gets_short_ids_that_still_meet() {
    let one = ToolCall::new("call_0123456789", "weather", json!({}));
    let two = ToolCall::new("abcDEF123", "weather", json!({}));
    let calls = [&one, &two].map(|call| Part::ToolCall(call.clone())).to_vec();
    let results = [&one, &two].map(|call| Part::ToolResult(ToolResult::new(call, "rain"))).to_vec();
    let request = Request::new([
        Message::user("Weather?"),
        Message::new(Role::Assistant, calls),
        Message::new(Role::Tool, results),
    ]);
    let body = sent(Service::MISTRAL, &request).await;
    let ids: Vec<&str> = body["messages"][1]["tool_calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids[1], "abcDEF123");
    assert!(ids[0].len() == 9 && ids[0].chars().all(|c| c.is_ascii_alphanumeric()), "{ids:?}");
    assert_eq!(body["messages"][2]["tool_call_id"], ids[0]);
    assert_eq!(body["messages"][3]["tool_call_id"], ids[1]);
    let elsewhere = sent(Service::GROQ, &request).await;
    assert_eq!(elsewhere["messages"][2]["tool_call_id"], "call_0123456789");
}

#[tokio::test]
async fn a_streams_usage_is_asked_for_where_that_is_allowed() {
    let asked = json!({"include_usage": true});
    assert_eq!(streaming(Service::OPENAI).await["stream_options"], asked);
    assert_eq!(streaming(Service::MISTRAL).await.get("stream_options"), None);
}

#[tokio::test]
async fn settings_a_service_does_not_have_are_refused() {
    let logprobs = set(|settings| settings.logprobs = Some(1));
    let top_k = set(|settings| settings.top_k = Some(1));
    let seed = set(|settings| settings.seed = Some(1));
    let parallel = set(|settings| settings.parallel_tool_calls = Some(true));
    for (service, request, name) in [
        (Service::GROQ, &logprobs, "logprobs"),
        (Service::GROQ, &top_k, "top_k"),
        (Service::MISTRAL, &logprobs, "logprobs"),
        (Service::MISTRAL, &top_k, "top_k"),
        (Service::DEEPSEEK, &seed, "seed"),
        (Service::DEEPSEEK, &parallel, "parallel_tool_calls"),
        (Service::CEREBRAS, &top_k, "top_k"),
    ] {
        let error = refused(service, request).await;
        assert!(
            matches!(&error, LmError::Unsupported { feature, .. } if feature == name),
            "{error}"
        );
        assert!(error.to_string().contains("`extra`"), "{error}");
    }
    // What is put into `extra` is the caller's own word.
    let extra = set(|settings| {
        settings.extra.insert("top_k".into(), json!(5));
    });
    assert_eq!(sent(Service::GROQ, &extra).await["top_k"], 5);
    assert!(!capabilities(Service::GROQ).logprobs && capabilities(Service::DEEPSEEK).logprobs);
}

#[tokio::test]
async fn several_completions_by_several_calls() {
    for service in [Service::GROQ, Service::DEEPSEEK, Service::OPENROUTER, Service::LM_STUDIO] {
        let server = Server::start([Answer::text("fine")]).await;
        let response = at(&server, service).generate(&set(|settings| settings.n = Some(3))).await;
        let response = response.unwrap();
        assert_eq!((response.completions.len(), response.usage.calls), (3, 3));
        assert_eq!(server.seen().len(), 3);
        assert!(server.seen().iter().all(|seen| seen.json().get("n").is_none()));
        assert!(!capabilities(service).n);
    }
}

#[tokio::test]
async fn forms_of_answers_by_service() {
    let schema = json!({"type": "object", "properties": {}});
    let mut by_schema = question();
    by_schema.response_format =
        ResponseFormat::JsonSchema { name: "a".into(), schema: schema.clone(), strict: true };
    let mut any_json = question();
    any_json.response_format = ResponseFormat::JsonObject;

    let inner = |strict: bool| match strict {
        true => json!({"name": "a", "strict": true, "schema": schema}),
        false => json!({"name": "a", "schema": schema}),
    };
    for (service, strict) in [
        (Service::OPENAI, true),
        (Service::MISTRAL, true),
        (Service::LLAMA_CPP, true),
        (Service::VLLM, false),
        (Service::TOGETHER, false),
    ] {
        let body = sent(service, &by_schema).await;
        let format = json!({"type": "json_schema", "json_schema": inner(strict)});
        assert_eq!(body["response_format"], format, "{}", service.id());
    }
    let error = refused(Service::DEEPSEEK, &by_schema).await;
    assert!(error.to_string().contains("JSON object instead"), "{error}");
    let error = refused(Service::LM_STUDIO, &any_json).await;
    assert!(error.to_string().contains("give a schema"), "{error}");
    assert_eq!(sent(Service::DEEPSEEK, &any_json).await["response_format"]["type"], "json_object");

    assert!(!capabilities(Service::DEEPSEEK).json_schema);
    assert!(!capabilities(Service::LM_STUDIO).json_object);
    assert_eq!(capabilities(Service::VLLM).dialect, Dialect::Vllm);
    assert_eq!(capabilities(Service::LLAMA_CPP).dialect, Dialect::LlamaCpp);
    assert_eq!(capabilities(Service::GROQ).dialect, Dialect::OpenAiStrict);
}

#[tokio::test]
async fn openrouter_has_fields_of_its_own() {
    let mut marked = Message::system("Rules.");
    marked.cache = true;
    let mut request = Request::new([marked, Message::user("Hi.")]);
    request.settings.reasoning_effort = Some("high".into());
    let body = sent(Service::OPENROUTER, &request).await;
    assert_eq!(body["reasoning"], json!({"effort": "high"}));
    assert_eq!(body["usage"], json!({"include": true}));
    assert_eq!(body.get("reasoning_effort"), None);
    let mark = json!({"type": "ephemeral"});
    assert_eq!(
        body["messages"],
        json!([
            {"role": "system", "content": [{"type": "text", "text": "Rules.", "cache_control": mark}]},
            {"role": "user", "content": "Hi."},
        ])
    );
    let plain = sent(Service::OPENAI, &request).await;
    assert_eq!(plain["reasoning_effort"], "high");
    assert_eq!(plain["messages"][0]["content"], "Rules.");
}

#[tokio::test]
async fn only_the_last_four_cache_marks_are_sent() {
    let marked = |text: &str| {
        let mut message = Message::user(text);
        message.cache = true;
        message
    };
    let request = Request::new(["a", "b", "c", "d", "e", "f"].map(marked));
    let body = sent(Service::OPENROUTER, &request).await;
    let is_marked = |message: &Value| message["content"].is_array();
    let marks: Vec<bool> = body["messages"].as_array().unwrap().iter().map(is_marked).collect();
    assert_eq!(marks, [false, false, true, true, true, true]);
}

#[tokio::test]
async fn earlier_reasoning_goes_back_where_it_is_wanted() {
    let details = |data: &str| json!({"reasoning_details": [{"type": "encrypted", "data": data}]});
    let thought =
        |text: &str, data: &str| Part::Reasoning { text: text.into(), opaque: Some(details(data)) };
    let turn = vec![thought("so ", "1"), thought("be it", "2"), Part::text("4")];
    let request = Request::new([
        Message::user("2+2"),
        Message::new(Role::Assistant, turn),
        Message::user("sure?"),
    ]);
    let turn = |body: Value| body["messages"][1].clone();
    assert_eq!(
        turn(sent(Service::DEEPSEEK, &request).await),
        json!({"role": "assistant", "reasoning_content": "so be it", "content": "4"})
    );
    let both = json!([{"type": "encrypted", "data": "1"}, {"type": "encrypted", "data": "2"}]);
    assert_eq!(
        turn(sent(Service::OPENROUTER, &request).await),
        json!({"role": "assistant", "reasoning_details": both, "content": "4"})
    );
    for service in [Service::MISTRAL, Service::GROQ] {
        let bare = json!({"role": "assistant", "content": "4"});
        assert_eq!(turn(sent(service, &request).await), bare);
    }
}

#[tokio::test]
async fn what_services_answer() {
    // Mistral: content as a list with thinking, a reason of its own.
    let mistral = json!({"choices": [{"finish_reason": "model_length", "message": {"content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "Paris."},
    ]}}]});
    let response = super::answered(Answer::json(200, mistral)).await.unwrap();
    assert_eq!(response.completions[0].finish, dspy::lm::FinishReason::Length);
    assert_eq!(response.completions[0].reasoning().as_deref(), Some("hm"));
    // DeepSeek: what its cache held.
    let deepseek = json!({"choices": [{"message": {"content": "x", "reasoning_content": "y"}}],
        "usage": {"prompt_tokens": 9, "prompt_cache_hit_tokens": 5, "prompt_cache_miss_tokens": 4}});
    let response = super::answered(Answer::json(200, deepseek)).await.unwrap();
    assert_eq!((response.usage.prompt_tokens, response.usage.cached_tokens), (9, 5));
    // xAI: an error that is a text beside a code.
    let xai = json!({"code": "Client specified an invalid argument", "error": "no such parameter"});
    let error = super::failed(Answer::json(400, xai)).await;
    assert!(error.to_string().contains("no such parameter"), "{error}");
    // Choices out of order.
    let choice = |index: u64, text: &str| json!({"index": index, "message": {"content": text}});
    let body = json!({"choices": [choice(1, "b"), choice(0, "a")]});
    let response = super::answered(Answer::json(200, body)).await.unwrap();
    let texts: Vec<String> = response.completions.iter().map(|one| one.joined_text()).collect();
    assert_eq!(texts, ["a", "b"]);
}

#[tokio::test]
async fn openai_itself_refuses_effort_where_nothing_reasons() {
    let build = |name: &str| OpenAi::builder(name).api_key(super::KEY).env(|_| None).build();
    let request = set(|settings| settings.reasoning_effort = Some("low".into()));
    let error = build("gpt-4o").unwrap().generate(&request).await.unwrap_err();
    assert!(
        matches!(&error, LmError::Unsupported { feature, .. } if feature == "reasoning_effort"),
        "{error}"
    );
}
