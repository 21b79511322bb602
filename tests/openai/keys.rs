//! Where it calls, and which key goes there.

use dspy::lm::{LanguageModel, LmError, OpenAi, OpenAiBuilder};

use super::support::{Answer, Server};
use super::{KEY, question, shown};

const OPENAI_KEY: &str = "sk-openai-canary-1f2e3d4c";
const DSPY_KEY: &str = "sk-dspy-canary-9a8b7c6d";

/// A builder in an environment of these variables.
fn within(variables: &[(&str, &str)]) -> OpenAiBuilder {
    let variables: Vec<(String, String)> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    OpenAi::builder("m").env(move |wanted| {
        variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    })
}

/// The `authorization` that arrives.
async fn authorization(builder: OpenAiBuilder, server: &Server) -> Option<String> {
    builder.build().unwrap().generate(&question()).await.unwrap();
    server.seen().pop().unwrap().header("authorization").map(str::to_owned)
}

fn bearer(key: &str) -> Option<String> {
    Some(format!("Bearer {key}"))
}

#[tokio::test]
async fn addresses_with_and_without_a_path() {
    let server = Server::start([Answer::text("fine")]).await;
    let root = format!("http://{}", server.address());
    for (base, path) in [
        (root.clone(), "/v1/chat/completions"),
        (format!("{root}/"), "/v1/chat/completions"),
        (format!("{root}/v1"), "/v1/chat/completions"),
        (format!("{root}/v1/"), "/v1/chat/completions"),
        (format!("{root}/openai/v1"), "/openai/v1/chat/completions"),
        (format!("{root}/api"), "/api/chat/completions"),
        (format!("{root}/v1/chat/completions"), "/v1/chat/completions"),
        (format!("  {root}/d?api-version=3#x "), "/d/chat/completions?api-version=3"),
    ] {
        let client = within(&[]).api_base(base.clone()).build().unwrap();
        client.generate(&question()).await.unwrap();
        let line = server.seen().pop().unwrap().line;
        assert_eq!(line, format!("POST {path} HTTP/1.1"), "{base}");
    }
}

#[tokio::test]
async fn the_builders_address_goes_before_the_environments() {
    let (one, two, three) = (
        Server::start([Answer::text("fine")]).await,
        Server::start([Answer::text("fine")]).await,
        Server::start([Answer::text("fine")]).await,
    );
    let both = [("DSPY_API_BASE", &*two.base()), ("OPENAI_BASE_URL", &*three.base())];
    let ask = |builder: OpenAiBuilder| async move {
        builder.build().unwrap().generate(&question()).await.unwrap();
    };
    ask(within(&both).api_base(one.base())).await;
    ask(within(&both)).await;
    ask(within(&both[1..])).await;
    ask(within(&[("DSPY_API_BASE", "  "), both[1]])).await;
    assert_eq!((one.seen().len(), two.seen().len(), three.seen().len()), (1, 1, 2));
}

#[test]
fn addresses_that_are_none() {
    for (base, fault) in [
        ("localhost:8000/v1", "lacks `http://`"),
        ("", "lacks `http://`"),
        ("ftp://example.org", "no `http` or `https` address"),
        ("http://", "is no address"),
        ("https://user:secret-pw@example.org", "user name or password"),
        ("http://api.openai.com/v1", "without TLS"),
        ("sk-oops-a-key", "lacks `http://`"),
    ] {
        let error = within(&[("OPENAI_API_KEY", OPENAI_KEY)]).api_base(base).build().unwrap_err();
        assert!(matches!(error, LmError::Config { .. }), "{base}: {error:?}");
        let text = shown(&error);
        assert!(text.contains(fault), "{base}: {text}");
        assert!(text.contains("http"), "the fix is missing: {text}");
        assert!(!text.contains("secret-pw") && !text.contains("sk-"), "{text}");
    }
    let error = within(&[("DSPY_API_BASE", "localhost:8000")]).build().unwrap_err();
    assert!(error.to_string().contains("`DSPY_API_BASE`"), "{error}");
}

#[test]
fn openai_without_a_key() {
    for variables in [&[][..], &[("OPENAI_API_KEY", " ")], &[("DSPY_API_KEY", DSPY_KEY)]] {
        let error = within(variables).build().unwrap_err();
        assert!(matches!(error, LmError::MissingKey { .. }) && error.is_auth(), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("api.openai.com") && text.contains("OPENAI_API_KEY"), "{text}");
    }
    assert!(within(&[("OPENAI_API_KEY", OPENAI_KEY)]).build().is_ok());
    assert!(within(&[]).api_key(KEY).build().is_ok());
    assert!(within(&[]).header("Authorization", "Bearer x").build().is_ok());
    let elsewhere = within(&[]).api_base("https://eu.api.openai.com/v1").build();
    assert!(matches!(elsewhere, Err(LmError::MissingKey { .. })));
}

#[tokio::test]
async fn openais_key_stays_with_openai() {
    let server = Server::start([Answer::text("fine")]).await;
    let base = server.base();
    let openai = ("OPENAI_API_KEY", OPENAI_KEY);
    let dspy = ("DSPY_API_KEY", DSPY_KEY);
    let here = ("DSPY_API_BASE", &*base);
    let openai_here = ("OPENAI_BASE_URL", &*base);
    let elsewhere = ("DSPY_API_BASE", "http://models.example.org/v1");
    for (builder, expected) in [
        (within(&[here, openai]), None),
        (within(&[openai]).api_base(base.clone()), None),
        (within(&[openai_here, openai]).api_base(base.clone()), None),
        (within(&[openai_here, openai]), bearer(OPENAI_KEY)),
        (within(&[here, openai, dspy]), bearer(DSPY_KEY)),
        (within(&[here, dspy]).api_base(base.clone()), bearer(DSPY_KEY)),
        (within(&[elsewhere, dspy]).api_base(base.clone()), None),
        (within(&[openai_here, dspy]), None),
        (within(&[here, openai, dspy]).api_key(format!(" {KEY}\n")), bearer(KEY)),
        (within(&[here, dspy]).header("authorization", "Basic x"), Some("Basic x".to_owned())),
        (within(&[here, dspy]).header("api-key", "azure-key"), None),
    ] {
        assert_eq!(authorization(builder, &server).await, expected);
    }
    assert_eq!(server.seen().pop().unwrap().header("api-key"), Some("azure-key"));
}

#[tokio::test]
async fn a_withheld_key_is_explained() {
    let server = Server::start([Answer::error(401, "unauthorized", "who are you?")]).await;
    let base = server.base();
    let openai = ("OPENAI_API_KEY", OPENAI_KEY);
    for (builder, hint) in [
        (
            within(&[("DSPY_API_BASE", &base), openai]),
            "`OPENAI_API_KEY` is set but was not sent, because it belongs to another host; set \
             `DSPY_API_KEY` or pass `.api_key(…)`",
        ),
        (
            within(&[openai]).api_base(base.clone()),
            "`OPENAI_API_KEY` is set but was not sent, because it belongs to another host; pass \
             `.api_key(…)`",
        ),
        (within(&[("DSPY_API_BASE", &base)]), "no key was sent; set `DSPY_API_KEY`"),
        (
            within(&[("DSPY_API_BASE", &base), ("DSPY_API_KEY", DSPY_KEY)]),
            "it came from `DSPY_API_KEY`",
        ),
        (within(&[("OPENAI_BASE_URL", &base), openai]), "it came from `OPENAI_API_KEY`"),
    ] {
        let error = builder.build().unwrap().generate(&question()).await.unwrap_err();
        assert!(error.is_auth(), "{error:?}");
        let text = shown(&error);
        assert!(text.contains(hint), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn keys_and_headers_that_cannot_be_sent() {
    let base = || within(&[]).api_base("http://localhost:8000");
    for (builder, fault) in [
        (base().api_key(""), "the API key is empty"),
        (base().api_key("sk-canary\u{7}-with-a-bell"), "the API key contains a character"),
        (base().header("no spaces", "x"), "`no spaces` is no header name"),
        (base().header("x-token", "sk-canary\n"), "the header `x-token` contains a character"),
        (base().api_key(KEY).header("authorization", "Bearer x"), "give one of them"),
        (OpenAi::builder(" ").env(|_| None), "the model's name is empty"),
    ] {
        let error = builder.build().unwrap_err();
        assert!(matches!(error, LmError::Config { .. }), "{error:?}");
        let text = shown(&error);
        assert!(text.contains(fault), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn debug_shows_no_secret() {
    let builder = || {
        within(&[])
            .api_base("http://localhost:8000/v1?key=sk-canary-in-query")
            .api_key(KEY)
            .header("x-token", "sk-canary-token")
    };
    let client = builder().build().unwrap();
    let text = format!("{:?} {client:?} {client:#?}", builder());
    assert!(!text.contains("canary"), "{text}");
    assert!(text.contains("http://localhost:8000/v1/chat/completions"), "{text}");
    let lm = format!("{:?}", client.into_lm());
    assert_eq!(lm, "Lm(\"openai/m\")");
}
