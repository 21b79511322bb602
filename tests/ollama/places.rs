//! Where it calls, and which key goes there.

use dspy::lm::{LanguageModel, Lm, LmError, Ollama, OllamaBuilder};

use super::support::Server;
use super::{KEY, question, text};

const ENV_KEY: &str = "ol-canary-environment";

/// A builder in an environment of these variables.
fn within(variables: &[(&str, &str)]) -> OllamaBuilder {
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ollama::builder("m").env(move |wanted| {
        variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    })
}

#[test]
fn a_host_is_read_as_ollama_reads_it() {
    for (host, address) in [
        ("", "http://localhost:11434"),
        ("myhost", "http://myhost:11434"),
        ("myhost:1234", "http://myhost:1234"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("::1", "http://[::1]:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[fe80::1]:99", "http://[fe80::1]:99"),
        ("http://myhost", "http://myhost"),
        ("http://", "http://127.0.0.1"),
        ("http://myhost:1234/", "http://myhost:1234"),
        ("http://0.0.0.0:1234", "http://127.0.0.1:1234"),
        ("https://example.org", "https://example.org"),
        ("https://example.org/ollama", "https://example.org/ollama"),
        ("myhost/ollama/", "http://myhost:11434/ollama"),
        ("  myhost  ", "http://myhost:11434"),
        ("ollama.com", "https://ollama.com"),
    ] {
        let client = within(&[("OLLAMA_HOST", host)]).api_key(KEY).build().unwrap();
        assert_eq!(client.endpoint(), format!("{address}/api/chat"), "{host}");
    }
    for host in ["my host", "myhost:port", "ftp://myhost", "a:b:c"] {
        let error = within(&[("OLLAMA_HOST", host)]).build().unwrap_err();
        assert!(matches!(error, LmError::Config { .. }), "{host}: {error:?}");
        assert!(error.to_string().contains("`OLLAMA_HOST`"), "{error}");
    }
}

#[tokio::test]
async fn bases_may_hold_the_path_already() {
    let server = Server::start([text("fine")]).await;
    let root = format!("http://{}", server.address());
    for (base, path) in [
        ("", "/api/chat"),
        ("/", "/api/chat"),
        ("/api", "/api/chat"),
        ("/api/", "/api/chat"),
        ("/api/chat", "/api/chat"),
        ("/ollama", "/ollama/api/chat"),
        ("/ollama/api/", "/ollama/api/chat"),
        ("/chat", "/chat/api/chat"),
    ] {
        let client = within(&[]).api_base(format!("{root}{base}")).build().unwrap();
        client.generate(&question()).await.unwrap();
        let line = server.seen().pop().unwrap().line;
        assert_eq!(line, format!("POST {path} HTTP/1.1"), "{base}");
    }
}

#[tokio::test]
async fn the_environments_key_goes_where_its_host_says() {
    let server = Server::start([text("fine")]).await;
    let host = server.address().to_string();
    let root = format!("http://{host}");
    let key = ("OLLAMA_API_KEY", ENV_KEY);
    for (builder, expected) in [
        (within(&[("OLLAMA_HOST", &host), key]), Some(ENV_KEY)),
        (within(&[("OLLAMA_HOST", &host)]), None),
        (within(&[key]).api_base(&root), None),
        (within(&[key]).api_base(&root).api_key(KEY), Some(KEY)),
    ] {
        builder.build().unwrap().generate(&question()).await.unwrap();
        let seen = server.seen().pop().unwrap();
        let expected = expected.map(|key| format!("Bearer {key}"));
        assert_eq!(seen.header("authorization"), expected.as_deref());
    }
    // This machine's server wants no key, the provider's own does.
    assert!(within(&[]).build().is_ok());
    let error = within(&[]).api_base("https://ollama.com").build().unwrap_err();
    assert!(matches!(error, LmError::MissingKey { .. }), "{error:?}");
    assert!(error.to_string().contains("OLLAMA_API_KEY"), "{error}");
    assert!(within(&[key]).api_base("https://ollama.com/api").build().is_ok());
    assert!(within(&[key]).api_base("http://ollama.com").build().is_err());
}

#[test]
fn nothing_shows_the_key() {
    let builder = || within(&[("OLLAMA_HOST", "myhost"), ("OLLAMA_API_KEY", ENV_KEY)]);
    let client = builder().build().unwrap();
    let text =
        format!("{:?} {:?} {client:?} {}", builder(), builder().api_key(KEY), client.fingerprint());
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_model_string_names_it() {
    let server = Server::start([text("fine")]).await;
    let lm = Lm::new(&format!("ollama/qwen3:8b@http://{}", server.address())).unwrap();
    assert_eq!(lm.name(), "ollama/qwen3:8b");
    lm.generate(&question()).await.unwrap();
    assert_eq!(server.only().json()["model"], "qwen3:8b");
}
