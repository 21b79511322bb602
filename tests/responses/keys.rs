//! Where it calls, and which key goes there.

use dspy::lm::{LanguageModel, Lm, OpenAiResponses, Service};

use super::support::{Answer, Server};
use super::{KEY, builder, fine, question, shown};

#[tokio::test]
async fn addresses_in_any_spelling() {
    let server = Server::start([fine()]).await;
    let root = format!("http://{}", server.address());
    for (base, path) in [
        (root.clone(), "/v1/responses"),
        (format!("{root}/"), "/v1/responses"),
        (format!("{root}/v1/"), "/v1/responses"),
        (format!("{root}/v1/responses"), "/v1/responses"),
        (
            format!("{root}/openai/v1?api-version=preview"),
            "/openai/v1/responses?api-version=preview",
        ),
    ] {
        let client = builder(&server, "gpt-5").api_base(base.clone()).build().unwrap();
        client.generate(&question()).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line, format!("POST {path} HTTP/1.1"), "{base}");
        assert_eq!(seen.header("authorization"), Some(&*format!("Bearer {KEY}")));
    }
}

#[tokio::test]
async fn the_same_variables_as_chat_completions() {
    let server = Server::start([fine()]).await;
    let base = server.base();
    let client = OpenAiResponses::builder("gpt-5").env(move |name| match name {
        "OPENAI_API_KEY" => Some("sk-of-the-environment".to_owned()),
        "OPENAI_BASE_URL" => Some(base.clone()),
        _ => None,
    });
    client.build().unwrap().generate(&question()).await.unwrap();
    assert_eq!(server.only().header("authorization"), Some("Bearer sk-of-the-environment"));
    let service = Service::named("openai-responses").unwrap();
    assert_eq!(service.key_variables(), ["OPENAI_API_KEY"]);
    let lm = Lm::new("openai-responses/gpt-5@http://localhost:1/v1").unwrap();
    assert_eq!(lm.name(), "openai-responses/gpt-5");
}

#[tokio::test]
async fn the_key_is_never_shown() {
    for answer in [
        Answer::error(401, "invalid_api_key", &format!("Incorrect API key provided: {KEY}")),
        Answer::raw(502, "text/plain", KEY),
        Answer::raw(200, "application/json", format!("{{\"output\": \"{KEY}\"")),
    ] {
        let server = Server::start([answer]).await;
        let client = builder(&server, "gpt-5");
        assert!(!format!("{client:?}").contains("canary"));
        let client = client.build().unwrap();
        let error = client.generate(&question()).await.unwrap_err();
        let text = format!("{client:?} {}", shown(&error));
        assert!(!text.contains("canary"), "{text}");
        assert!(!LanguageModel::fingerprint(&client).contains("canary"));
    }
}
