//! Which error a failure is, and what it says.

use std::time::{Duration, SystemTime};

use dspy::lm::{LanguageModel, Lm, LmError, OpenAi};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::{Answer, Server};
use super::{KEY, builder, client, failed, question, shown};

#[tokio::test]
async fn a_server_that_is_not_there() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let base = format!("http://{address}");
    let client = OpenAi::builder("m").api_base(base).env(|_| None).build().unwrap();
    let error = client.generate(&question()).await.unwrap_err();
    assert!(matches!(error, LmError::Transport { .. }) && error.is_retryable(), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&address.to_string()) && text.contains("is a server running"), "{text}");
}

#[tokio::test]
async fn a_server_without_tls_behind_an_https_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read_u8().await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let client = OpenAi::builder("m").api_base(base).env(|_| None).build().unwrap();
    match client.generate(&question()).await.unwrap_err() {
        LmError::Transport { message, .. } => assert!(message.contains("scheme"), "{message}"),
        // A machine without certificates cannot even begin; it has to say so.
        LmError::Config { message } => assert!(message.contains("certificates"), "{message}"),
        error => panic!("unexpected {error:?}"),
    }
}

#[tokio::test]
async fn a_server_that_stalls() {
    let stalling = Answer::text("late").after(Duration::from_secs(30));
    let server = Server::start([stalling]).await;
    let limit = Duration::from_millis(150);
    let client = builder(&server).timeout(limit).build().unwrap();
    let error = client.generate(&question()).await.unwrap_err();
    assert!(matches!(&error, LmError::Timeout { after, .. } if *after == limit), "{error:?}");
    assert!(error.is_timeout() && error.is_retryable());
    assert!(error.to_string().contains("127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn an_answer_that_breaks_off() {
    let error = failed(Answer::text("Par").cut()).await;
    assert!(matches!(error, LmError::Transport { .. }) && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_refused_key() {
    let answer =
        Answer::error(401, "invalid_api_key", &format!("Incorrect API key provided: {KEY}."))
            .header("x-request-id", "req_1");
    let error = failed(answer).await;
    let LmError::Auth(failure) = &error else { panic!("unexpected {error:?}") };
    assert_eq!((failure.status, failure.code.as_deref()), (401, Some("invalid_api_key")));
    assert_eq!(failure.request_id.as_deref(), Some("req_1"));
    assert!(error.is_auth() && !error.is_retryable());
    let text = shown(&error);
    assert!(!text.contains(KEY), "{text}");
    assert!(text.contains("Incorrect API key provided: ***."), "{text}");
    assert!(text.contains("check the API key (it was given by `.api_key(…)`)"), "{text}");
}

#[tokio::test]
async fn a_key_echoed_anywhere_is_blotted_out() {
    let echo = format!("you sent Bearer {KEY} and Zm9vYmFyYmF6");
    for answer in [
        Answer::raw(500, "text/plain", echo.clone()),
        Answer::raw(200, "text/plain", echo.clone()),
        Answer::raw(502, "text/html", format!("<html><title>{echo}</title></html>")),
        Answer::raw(200, "text/html", format!("<html><title>{echo}</title></html>")),
        Answer::error(400, &echo, "no").header("x-request-id", &echo),
        Answer::json(200, json!({"error": {"message": echo}})),
        Answer::raw(302, "text/plain", "").header("location", &format!("https://x.org/{KEY}?a=1")),
        // The key lies across the place where the message is cut.
        Answer::error(400, "long", &format!("{}{KEY}", "x".repeat(990))),
    ] {
        let server = Server::start([answer]).await;
        let client = builder(&server).header("x-token", "Zm9vYmFyYmF6").build().unwrap();
        let error = client.generate(&question()).await.unwrap_err();
        let text = shown(&error);
        assert!(!text.contains("sk-canary") && !text.contains("Zm9vYmFyYmF6"), "{text}");
    }
}

fn kind(error: &LmError) -> &'static str {
    match error {
        LmError::Auth(_) => "auth",
        LmError::Billing(_) => "billing",
        LmError::RateLimit(_) => "rate limit",
        LmError::ContextWindow(_) => "context window",
        LmError::NotFound(_) => "not found",
        LmError::InvalidRequest(_) => "invalid request",
        LmError::Server(_) => "server",
        _ => "another",
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let openai = |code: &str, message: &str| json!({"error": {"message": message, "code": code}});
    let gemini = |message: &str, details: Value| {
        json!([{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": message,
            "details": details}}])
    };
    let daily = json!([{"violations": [{"quotaId": "RequestsPerDayPerModel-FreeTier"}]}]);
    let cases = [
        (401, json!({"error": "no key"}), "auth"),
        (403, json!({"detail": "forbidden"}), "auth"),
        (402, openai("x", "pay"), "billing"),
        (429, openai("insufficient_quota", "You exceeded your current quota"), "billing"),
        (400, openai("x", "Your credit balance is too low to access the API"), "billing"),
        (429, gemini("Quota exceeded", daily), "billing"),
        (429, gemini("Quota exceeded, limit: 0, model: m", json!([])), "billing"),
        (
            429,
            gemini("You exceeded your current quota", json!([{"retryDelay": "46s"}])),
            "rate limit",
        ),
        (429, openai("rate_limit_exceeded", "maximum context length of requests"), "rate limit"),
        (400, openai("context_length_exceeded", "too long"), "context window"),
        (
            400,
            json!({"error": {"code": 400, "type": "exceed_context_size_error"}}),
            "context window",
        ),
        (
            400,
            json!({"object": "error", "message": "This model's maximum context length is 4096 \
            tokens.", "code": 400}),
            "context window",
        ),
        (413, json!({"error": {"message": "too large"}}), "context window"),
        (500, openai("x", "maximum context length"), "server"),
        (404, openai("model_not_found", "no such model"), "not found"),
        (403, openai("model_not_found", "your project has no access"), "not found"),
        (404, json!({"detail": "Not Found"}), "not found"),
        (400, openai("x", "temperature must be positive"), "invalid request"),
        (422, json!({"detail": [{"msg": "field required", "loc": ["body"]}]}), "invalid request"),
        (501, openai("x", "not implemented"), "invalid request"),
        (408, openai("x", "slow"), "server"),
        (409, openai("x", "conflict"), "server"),
        (500, openai("x", "oops"), "server"),
        (503, json!({}), "server"),
        (529, json!({"type": "error", "error": {"type": "overloaded_error"}}), "server"),
    ];
    for (status, body, expected) in cases {
        let error = failed(Answer::json(status, body.clone())).await;
        assert_eq!(kind(&error), expected, "{status} {body} became {error:?}");
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.is_context_window(), expected == "context window");
    }
}

#[tokio::test]
async fn messages_of_many_shapes_are_found() {
    for (body, message) in [
        (json!({"error": {"message": "one"}}).to_string(), "one"),
        (json!({"error": "two"}).to_string(), "two"),
        (json!({"detail": "three"}).to_string(), "three"),
        (json!({"detail": [{"msg": "four"}, {"msg": "five"}]}).to_string(), "four; five"),
        (json!({"object": "error", "message": "six", "code": 400}).to_string(), "six"),
        (json!([{"error": {"message": "seven"}}]).to_string(), "seven"),
        (
            json!({"error": {"message": "eight", "metadata": {"raw": "{\"a\":1}"}}}).to_string(),
            "eight: {\"a\":1}",
        ),
        ("just words,\n  on two lines".to_owned(), "just words, on two lines"),
        (String::new(), "no message"),
    ] {
        let error = failed(Answer::raw(400, "application/json", body)).await;
        let LmError::InvalidRequest(failure) = &error else { panic!("unexpected {error:?}") };
        assert_eq!(failure.message, message);
    }
}

#[tokio::test]
async fn an_html_page_is_not_poured_out() {
    let page = format!(
        "<!DOCTYPE html><html><head><title>502 Bad\n Gateway</title></head><body>{}</body></html>",
        "<p>padding</p>".repeat(10_000)
    );
    let error = failed(Answer::raw(502, "text/html", page)).await;
    assert!(matches!(error, LmError::Server(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("an HTML page titled \"502 Bad Gateway\""), "{text}");
    assert!(text.len() < 300, "{text}");
    let long = failed(Answer::error(400, "x", &"word ".repeat(10_000))).await;
    assert!(long.to_string().len() < 1_200);
}

#[tokio::test]
async fn an_error_inside_a_success() {
    for (body, expected) in [
        (json!({"error": {"code": 429, "message": "slow down"}}), "too many requests"),
        (json!({"error": {"code": 502, "message": "upstream"}}), "the provider failed"),
        (json!({"error": {"type": "overloaded_error", "message": "busy"}}), "the provider failed"),
        (json!({"error": {"type": "invalid_request_error", "message": "bad"}}), "200 (invalid_req"),
        (json!({"error": "something broke"}), "something broke; the provider failed"),
        (
            json!({"choices": [{"error": {"code": 401, "message": "no"}, "message": {}}]}),
            "check the API key",
        ),
    ] {
        let error = failed(Answer::json(200, body.clone())).await;
        assert!(error.to_string().contains(expected), "{body} became {error}");
        assert_eq!(error.status(), Some(200));
    }
    // An empty error is none.
    for nothing in [json!(null), json!({}), json!("")] {
        let body = json!({"error": nothing, "choices": [{"message": {"content": "fine"}}]});
        assert!(super::answered(Answer::json(200, body)).await.is_ok());
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::start([Answer::text("stolen")]).await;
    let target = format!("http://{}/v1/chat/completions?token=abc", elsewhere.address());
    for status in [301, 302, 307, 308] {
        let answer = Answer::raw(status, "text/plain", "").header("location", &target);
        let server = Server::start([answer]).await;
        let error = client(&server).generate(&question()).await.unwrap_err();
        assert!(matches!(error, LmError::InvalidRequest(_)) && !error.is_retryable());
        let text = error.to_string();
        let address = elsewhere.address().to_string();
        assert!(text.contains("redirects to http://") && text.contains(&address), "{text}");
        assert!(!text.contains("token"), "{text}");
        assert_eq!(server.seen().len(), 1);
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_server_says_when_to_come_back() {
    let limited = || Answer::error(429, "rate_limit_exceeded", "slow down");
    let in_words = |words: &str| Answer::error(429, "rate_limit_exceeded", words);
    let seconds = Duration::from_secs_f64;
    for (answer, wait) in [
        (limited(), None),
        (limited().header("retry-after", "2"), Some(seconds(2.0))),
        (limited().header("retry-after", "1.5"), Some(seconds(1.5))),
        (limited().header("retry-after", "soon"), None),
        (limited().header("retry-after", "-1"), None),
        (limited().header("retry-after-ms", "250").header("retry-after", "9"), Some(seconds(0.25))),
        (limited().header("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO)),
        (in_words("Please try again in 1.5s. Visit our page."), Some(seconds(1.5))),
        (in_words("Please try again in 6m0s."), Some(seconds(360.0))),
        (in_words("Please retry in 20ms"), Some(seconds(0.02))),
        (in_words("Try again in 30 seconds."), Some(seconds(30.0))),
        (in_words("try again in 7."), Some(seconds(7.0))),
        (in_words("Try again later"), None),
        (
            Answer::json(
                429,
                json!({"error": {"message": "quota", "details": [
                    {"@type": "Help"}, {"@type": "RetryInfo", "retryDelay": "46s"},
                ]}}),
            ),
            Some(seconds(46.0)),
        ),
    ] {
        let error = failed(answer).await;
        assert!(matches!(error, LmError::RateLimit(_)), "{error:?}");
        assert_eq!(error.retry_after(), wait, "{error:?}");
    }
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(60));
    let wait = failed(limited().header("retry-after", &date)).await.retry_after().unwrap();
    assert!((50..=60).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn the_servers_word_on_retrying_counts() {
    let word = |status, word: &str| Answer::error(status, "x", "x").header("x-should-retry", word);
    assert!(failed(Answer::error(500, "x", "x")).await.is_retryable());
    assert!(!failed(word(500, "false")).await.is_retryable());
    assert!(!failed(Answer::error(400, "x", "x")).await.is_retryable());
    assert!(failed(word(400, "true")).await.is_retryable());
}

#[test]
fn an_unknown_provider_is_suggested_a_known_one() {
    let error = Lm::new("opnai/gpt-4o-mini").unwrap_err();
    assert!(matches!(error, LmError::UnknownProvider { .. }));
    assert!(error.to_string().contains("did you mean `openai`?"), "{error}");
}
