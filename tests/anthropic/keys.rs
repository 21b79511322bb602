//! Where it calls, and which key goes there.

use dspy::lm::{Anthropic, LanguageModel, Lm, LmError, Service};

use super::support::{Answer, Server};
use super::{KEY, builder, fine, question, shown};

const ENV_KEY: &str = "sk-ant-canary-of-the-environment";

#[tokio::test]
async fn addresses_in_any_spelling() {
    let server = Server::start([fine()]).await;
    let root = format!("http://{}", server.address());
    for (base, path) in [
        (root.clone(), "/v1/messages"),
        (format!("{root}/"), "/v1/messages"),
        (format!("{root}/v1"), "/v1/messages"),
        (format!("{root}/v1/"), "/v1/messages"),
        (format!("{root}/v1/messages"), "/v1/messages"),
        (format!("{root}/anthropic"), "/anthropic/v1/messages"),
        (format!("{root}/anthropic/v1?beta=true"), "/anthropic/v1/messages?beta=true"),
    ] {
        let client = builder(&server, "claude-opus-5").api_base(base.clone()).build().unwrap();
        client.generate(&question()).await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.line, format!("POST {path} HTTP/1.1"), "{base}");
        assert_eq!(seen.header("x-api-key"), Some(KEY));
        assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));
        assert_eq!(seen.header("authorization"), None);
        assert_eq!(seen.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn keys_of_the_environment() {
    let server = Server::start([fine()]).await;
    let base = server.base();
    let env = move |name: &str| match name {
        "ANTHROPIC_API_KEY" => Some(ENV_KEY.to_owned()),
        "ANTHROPIC_BASE_URL" => Some(base.clone()),
        _ => None,
    };
    let client = Anthropic::builder("claude-opus-5").env(env).build().unwrap();
    client.generate(&question()).await.unwrap();
    assert_eq!(server.seen().pop().unwrap().header("x-api-key"), Some(ENV_KEY));
    // An address of the builder is not what the variable's key was meant for.
    let only_key = |name: &str| (name == "ANTHROPIC_API_KEY").then(|| ENV_KEY.to_owned());
    let elsewhere = Anthropic::builder("claude-opus-5").api_base(server.base()).env(only_key);
    elsewhere.build().unwrap().generate(&question()).await.unwrap();
    assert_eq!(server.seen().pop().unwrap().header("x-api-key"), None);
    let client = Anthropic::builder("claude-opus-5").env(only_key).build().unwrap();
    assert_eq!(client.endpoint(), "https://api.anthropic.com/v1/messages");
    let error = Anthropic::builder("claude-opus-5").env(|_| None).build().unwrap_err();
    assert!(
        matches!(&error, LmError::MissingKey { variable, .. } if variable == "ANTHROPIC_API_KEY")
    );
}

#[tokio::test]
async fn other_credentials_and_betas() {
    let server = Server::start([fine()]).await;
    let client = Anthropic::builder("claude-opus-5")
        .api_base(server.base())
        .env(|_| None)
        .header("authorization", "Bearer token-canary")
        .header("anthropic-beta", "files-api-2025-04-14")
        .header("anthropic-version", "2099-01-01")
        .build()
        .unwrap();
    client.generate(&question()).await.unwrap();
    let seen = server.only();
    assert_eq!(seen.header("authorization"), Some("Bearer token-canary"));
    assert_eq!(seen.header("x-api-key"), None);
    assert_eq!(seen.header("anthropic-beta"), Some("files-api-2025-04-14"));
    assert_eq!(seen.header("anthropic-version"), Some("2099-01-01"));
}

#[tokio::test]
async fn the_key_is_never_shown() {
    let body = format!(
        r#"{{"type":"error","error":{{"type":"authentication_error","message":"bad key {KEY}"}}}}"#
    );
    for answer in [
        Answer::raw(401, "application/json", body),
        Answer::raw(500, "text/plain", KEY),
        Answer::raw(200, "application/json", format!("{{\"content\": \"{KEY}\"")),
    ] {
        let server = Server::start([answer]).await;
        let client = builder(&server, "claude-opus-5");
        assert!(!format!("{client:?}").contains("canary"));
        let client = client.build().unwrap();
        let error = client.generate(&question()).await.unwrap_err();
        let text = format!("{client:?} {}", shown(&error));
        assert!(!text.contains("canary"), "{text}");
        assert!(!LanguageModel::fingerprint(&client).contains("canary"));
    }
}

#[test]
fn the_model_string() {
    let service = Service::named("anthropic").unwrap();
    assert_eq!(service.key_variables(), ["ANTHROPIC_API_KEY"]);
    let lm = Lm::new("anthropic/claude-opus-5@http://localhost:1").unwrap();
    assert_eq!(lm.name(), "anthropic/claude-opus-5");
    let wrong = Anthropic::builder("m").service(Service::OPENAI).api_key("k").build();
    assert!(matches!(wrong, Err(LmError::Config { .. })));
}
