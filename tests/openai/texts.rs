//! The older text completions.

use dspy::lm::{
    FinishReason, LanguageModel, Lm, LmError, Media, Message, OpenAi, OpenAiText, Part, Request,
    ResponseFormat, Role, Service, Settings, StreamEvent, ToolSpec,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, question};

fn client(server: &Server) -> OpenAiText {
    let builder = OpenAiText::builder("base-model").api_base(server.base());
    builder.api_key(KEY).env(|_| None).build().unwrap()
}

fn fine() -> Answer {
    Answer::json(200, json!({"choices": [{"index": 0, "text": " Paris", "finish_reason": "stop"}]}))
}

async fn sent(request: &Request) -> Value {
    let server = Server::start([fine()]).await;
    client(&server).generate(request).await.unwrap();
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1/completions HTTP/1.1");
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    seen.json()
}

#[tokio::test]
async fn one_message_of_the_user_is_the_prompt() {
    let text = "The capital of France is";
    let body = sent(&Request::new([Message::user(text)])).await;
    assert_eq!(body, json!({"model": "base-model", "prompt": text}));
    let two = Message::new(Role::User, vec![Part::text("One, "), Part::text("two,")]);
    assert_eq!(sent(&Request::new([two])).await["prompt"], "One, two,");
}

#[tokio::test]
async fn a_conversation_becomes_a_dialogue() {
    let talk = [Message::system("Be brief."), Message::user("2+2?"), Message::assistant("4")];
    let mut request = Request::new(talk);
    let prompt = "System: Be brief.\n\nUser: 2+2?\n\nAssistant: 4";
    assert_eq!(sent(&request).await["prompt"], prompt);
    request.messages.push(Message::user("Sure?").into());
    let prompt = format!("{prompt}\n\nUser: Sure?\n\nAssistant:");
    assert_eq!(sent(&request).await["prompt"], prompt);
}

#[tokio::test]
async fn settings_and_what_is_missing() {
    let mut request = question().with_settings(Settings::default().with_max_tokens(5).with_n(1));
    request.settings.seed = Some(3);
    request.settings.logprobs = Some(2);
    request.settings.stop = vec!["\n".into()];
    request.settings.extra.insert("echo".into(), json!(true));
    let mut body = sent(&request).await;
    body.as_object_mut().unwrap().remove("prompt");
    assert_eq!(
        body,
        json!({"model": "base-model", "max_tokens": 5, "n": 1, "seed": 3, "logprobs": 2,
            "stop": ["\n"], "echo": true})
    );

    let with = |change: fn(&mut Request)| {
        let mut request = question();
        change(&mut request);
        request
    };
    let server = Server::start([fine()]).await;
    for (request, what) in [
        (with(|r| r.tools = vec![ToolSpec::new("f", "", json!({}))]), "tools"),
        (with(|r| r.response_format = ResponseFormat::JsonObject), "answers in JSON"),
        (with(|r| r.settings.reasoning_effort = Some("low".into())), "reasoning_effort"),
        (
            Request::new([Message::new(
                Role::User,
                vec![Part::Image { media: Media::url("https://example.org/cat.png") }],
            )]),
            "images",
        ),
    ] {
        let error = client(&server).generate(&request).await.unwrap_err();
        assert!(
            matches!(&error, LmError::Unsupported { feature, .. } if feature == what),
            "{error}"
        );
    }
    let error = client(&server).generate(&Request::new([])).await.unwrap_err();
    assert!(matches!(error, LmError::Config { .. }), "{error}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_answer_is_read() {
    let body = json!({"id": "cmpl-1", "object": "text_completion", "model": "b-1", "choices": [
        {"index": 0, "text": " Paris", "finish_reason": "length", "logprobs": {
            "tokens": ["The", " Par", "is"], "token_logprobs": [null, -0.5, -0.25],
            "top_logprobs": [null, {" Lyon": -2.0, " Par": -0.5}, null], "text_offset": [0, 3, 7],
        }},
        {"index": 1, "text": "", "finish_reason": "eos", "logprobs": null},
    ], "usage": {"prompt_tokens": 5, "completion_tokens": 2}});
    let server = Server::start([Answer::json(200, body)]).await;
    let request = question().with_settings(Settings::default().with_n(2));
    let response = client(&server).generate(&request).await.unwrap();
    let first = &response.completions[0];
    assert_eq!(
        (first.parts.as_slice(), &first.finish),
        (&[Part::text(" Paris")][..], &FinishReason::Length)
    );
    let tokens = first.logprobs.as_ref().unwrap();
    assert_eq!(tokens.len(), 2);
    assert_eq!((tokens[0].token.as_str(), tokens[0].logprob), (" Par", -0.5));
    assert_eq!(tokens[0].top, [(" Par".to_owned(), -0.5), (" Lyon".to_owned(), -2.0)]);
    let second = &response.completions[1];
    assert_eq!((second.parts.len(), &second.finish), (0, &FinishReason::Stop));
    assert_eq!((second.raw_finish.as_deref(), &second.logprobs), (Some("eos"), &None));
    assert_eq!((response.usage.prompt_tokens, response.model.as_deref()), (5, Some("b-1")));
    assert_eq!(response.request_id.as_deref(), Some("cmpl-1"));

    // llama.cpp sends the tokens as Chat Completions does.
    let modern = json!({"choices": [{"text": "x", "logprobs": {"content": [
        {"token": "x", "logprob": -1.5, "top_logprobs": []}]}}]});
    let server = Server::start([Answer::json(200, modern)]).await;
    let response = client(&server).generate(&question()).await.unwrap();
    assert_eq!(response.completions[0].logprobs.as_ref().unwrap()[0].logprob, -1.5);
}

#[tokio::test]
async fn a_stream_is_the_same_answer() {
    let logprobs = |token: &str| json!({"tokens": [token], "token_logprobs": [-0.5], "top_logprobs": [{"a": -0.5}]});
    let chunk = |text: &str, finish: Value| {
        json!({"id": "c", "model": "b-1", "choices": [{"index": 0, "text": text,
            "logprobs": logprobs(text), "finish_reason": finish}]})
    };
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 2});
    let chunks = [
        chunk(" Par", Value::Null),
        chunk("is", json!("stop")),
        json!({"choices": [], "usage": usage}),
    ];
    let stream: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let whole = json!({"id": "c", "model": "b-1", "usage": usage, "choices": [{
        "text": " Paris", "finish_reason": "stop", "logprobs": {
            "tokens": [" Par", "is"], "token_logprobs": [-0.5, -0.5],
            "top_logprobs": [{"a": -0.5}, {"a": -0.5}]},
    }]});
    let server = Server::start([
        Answer::raw(200, "text/event-stream", stream + "data: [DONE]\n\n"),
        Answer::json(200, whole),
    ])
    .await;
    let client = client(&server);
    let events: Vec<_> = client.stream(&question()).await.unwrap().collect().await;
    assert_eq!(events.len(), 3);
    let Some(Ok(StreamEvent::Done(response))) = events.last() else { panic!("{events:?}") };
    assert_eq!(response, &client.generate(&question()).await.unwrap());
    let body = server.seen()[0].json();
    assert_eq!(
        (&body["stream"], &body["stream_options"]),
        (&json!(true), &json!({"include_usage": true}))
    );
}

#[test]
fn model_strings_name_it() {
    let lm = Lm::new("openai-text/davinci-002@http://localhost:8000/v1").unwrap();
    assert_eq!(lm.name(), "openai-text/davinci-002");
    assert!(lm.capabilities().logprobs && !lm.capabilities().tools);
    let chat = OpenAi::builder("m").service(Service::OPENAI_TEXT).env(|_| None).build();
    assert!(matches!(chat, Err(LmError::Config { .. })));
}
