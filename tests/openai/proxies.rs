//! Proxies that the environment names. Each case is a process of its own, since the environment is.

use std::process::Command;

use dspy::lm::{LanguageModel, Message, OpenAi, Request};

use super::KEY;
use super::support::{Answer, Server};

const CHILD: &str = "DSPY_PROXY_TEST_BASE";

/// In the parent, does nothing; in the child, asks a server.
#[tokio::test]
async fn child_process_asks() {
    let Ok(base) = std::env::var(CHILD) else { return };
    // By itself, so that nothing is tried again.
    let client = OpenAi::builder("m").api_base(base).api_key(KEY).build().unwrap();
    match client.generate(&Request::new([Message::user("Hello?")])).await {
        Ok(response) => println!("answer={}", response.completions[0].joined_text()),
        Err(error) => println!("error={error}"),
    }
}

/// What a process says that asks this server with these variables.
async fn said(base: &str, variables: Vec<(&'static str, String)>) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "openai::proxies::child_process_asks", "--nocapture"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"] {
        child.env_remove(name).env_remove(name.to_lowercase());
    }
    child.env(CHILD, base).envs(variables);
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_server_without_tls_is_asked_by_the_proxy() {
    let proxy = Server::start([Answer::text("Hello.")]).await;
    let named = format!("http://ann:s3cret@{}", proxy.address());
    let said = said("http://models.example/v1", vec![("HTTP_PROXY", named)]).await;
    assert!(said.contains("answer=Hello."), "{said}");
    let seen = proxy.only();
    assert_eq!(seen.line, "POST http://models.example/v1/chat/completions HTTP/1.1");
    assert_eq!(seen.header("host"), Some("models.example"));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic YW5uOnMzY3JldA=="));
    assert_eq!(seen.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

#[tokio::test]
async fn a_server_with_tls_is_reached_through_the_proxy_which_sees_no_key() {
    let proxy = Server::start([Answer::raw(403, "text/plain", "no")]).await;
    let named = format!("http://ann:s3cret@{}", proxy.address());
    let said = said("https://models.example/v1", vec![("HTTPS_PROXY", named)]).await;
    assert!(said.contains("error=") && said.contains("models.example"), "{said}");
    assert!(said.contains("tunnel error: unsuccessful"), "{said}");
    assert!(!said.contains("s3cret") && !said.contains(KEY), "{said}");
    for seen in proxy.seen() {
        assert_eq!(seen.line, "CONNECT models.example:443 HTTP/1.1");
        assert_eq!(seen.header("proxy-authorization"), Some("Basic YW5uOnMzY3JldA=="));
        assert_eq!(seen.header("authorization"), None);
    }
    assert!(!proxy.seen().is_empty());
}

#[tokio::test]
async fn this_machine_is_asked_without_a_proxy() {
    let proxy = Server::start([Answer::text("from the proxy")]).await;
    let server = Server::start([Answer::text("from the server")]).await;
    let variables = vec![("ALL_PROXY", format!("http://{}", proxy.address()))];
    let said = said(&server.base(), variables).await;
    assert!(said.contains("answer=from the server"), "{said}");
    assert!(proxy.seen().is_empty());
}

#[tokio::test]
async fn a_proxy_of_another_kind_is_refused_by_name() {
    let named = vec![("ALL_PROXY", "socks5://127.0.0.1:1".to_owned())];
    let said = said("http://models.example/v1", named).await;
    assert!(said.contains("`socks5`") && said.contains("models.example"), "{said}");
}
