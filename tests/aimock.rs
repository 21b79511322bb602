//! The clients against aimock, a server of others; `scripts/aimock.sh` starts one with the answers
//! of `scripts/aimock.json` and runs this. Without a server each test says so and does nothing.

use std::time::Duration;

use dspy::lm::{
    FinishReason, Gemini, Lm, LmError, Message, Ollama, OpenAi, Part, Request, Response, Role,
    StreamEvent, ToolResult, ToolSpec,
};
use futures_util::StreamExt;
use serde_json::json;

const BASE: &str = "DSPY_TEST_AIMOCK_BASE";

/// One model of each format, without retries; none, and a word on why, without a server.
fn models() -> Vec<Lm> {
    let Ok(base) = std::env::var(BASE) else {
        println!("skipped: {BASE} names no aimock server");
        return Vec::new();
    };
    let openai = OpenAi::builder("gpt-4o").api_base(&base).api_key("k").build();
    let gemini = Gemini::builder("gemini-2.5-flash").api_base(&base).api_key("k").build();
    let ollama = Ollama::builder("llama3.2").api_base(&base).api_key("k").build();
    vec![
        Lm::from_model(openai.unwrap()),
        Lm::from_model(gemini.unwrap()),
        Lm::from_model(ollama.unwrap()),
    ]
}

fn ask(text: &str) -> Request {
    Request::new([Message::system("Be brief."), Message::user(text)])
}

/// The answer as a stream, and the text that came in pieces.
async fn streamed(lm: &Lm, request: &Request) -> Result<(Response, String), LmError> {
    let mut events = lm.stream(request).await?;
    let mut text = String::new();
    while let Some(event) = events.next().await {
        match event? {
            StreamEvent::Text { delta, .. } => text.push_str(&delta),
            StreamEvent::Done(response) => return Ok((response, text)),
            _ => {}
        }
    }
    panic!("{}: the stream ended without a word", lm.name());
}

#[tokio::test]
async fn an_answer_whole_and_in_pieces() {
    for lm in models() {
        let whole = lm.generate(&ask("plain")).await.unwrap();
        let (pieces, text) = streamed(&lm, &ask("plain")).await.unwrap();
        for response in [&whole, &pieces] {
            let only = &response.completions[0];
            assert_eq!(only.joined_text(), "Zürich lies on the Limmat. 🗼", "{}", lm.name());
            assert_eq!((&only.finish, response.usage.calls), (&FinishReason::Stop, 1));
        }
        assert_eq!(text, whole.completions[0].joined_text(), "{}", lm.name());
        println!("{}: {:?} {:?}", lm.name(), whole.model, whole.usage);
    }
}

#[tokio::test]
async fn reasoning_whole_and_in_pieces() {
    // As Ollama, aimock names the field of the thoughts otherwise than Ollama does.
    for lm in models().into_iter().filter(|lm| !lm.name().starts_with("ollama/")) {
        let whole = lm.generate(&ask("think")).await.unwrap();
        let (pieces, _) = streamed(&lm, &ask("think")).await.unwrap();
        for response in [whole, pieces] {
            let only = &response.completions[0];
            assert_eq!(only.joined_text(), "Four.", "{}", lm.name());
            assert_eq!(
                only.reasoning().as_deref(),
                Some("Two and two make four."),
                "{}",
                lm.name()
            );
        }
    }
}

#[tokio::test]
async fn tools_are_called_and_answered() {
    for lm in models() {
        let mut request = ask("weather");
        let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
        request.tools = vec![ToolSpec::new("weather", "Looks outside.", parameters)];
        let whole = lm.generate(&request).await.unwrap();
        let (pieces, _) = streamed(&lm, &request).await.unwrap();
        for response in [whole, pieces] {
            let only = &response.completions[0];
            assert_eq!(only.finish, FinishReason::ToolCalls, "{}", lm.name());
            let calls: Vec<_> = only.tool_calls().collect();
            let cities: Vec<_> = calls.iter().map(|call| &call.arguments["city"]).collect();
            assert_eq!(cities, ["Zürich", "Basel"], "{}", lm.name());
            assert_ne!(calls[0].id, calls[1].id);
            let results = calls.iter().map(|call| Part::ToolResult(ToolResult::new(call, "rain")));
            let results = Message::new(Role::Tool, results.collect());
            let mut next = request.clone();
            next.messages.push(Message::new(Role::Assistant, only.parts.clone()).into());
            next.messages.push(results.into());
            let answer = lm.generate(&next).await.unwrap();
            assert_eq!(answer.completions[0].joined_text(), "It rains.", "{}", lm.name());
        }
    }
}

#[tokio::test]
async fn failures_have_their_kinds() {
    for lm in models() {
        for stream in [false, true] {
            let fail = async |text: &str| {
                let request = ask(text);
                let outcome = if stream {
                    streamed(&lm, &request).await.map(|(response, _)| response)
                } else {
                    lm.generate(&request).await
                };
                outcome.expect_err(lm.name())
            };
            let name = format!("{} stream={stream}", lm.name());
            let error = fail("busy").await;
            assert!(
                matches!(error, LmError::Server(_)) && error.is_retryable(),
                "{name} {error:?}"
            );
            let error = fail("limited").await;
            assert!(matches!(error, LmError::RateLimit(_)), "{name} {error:?}");
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)), "{name}");
            let error = fail("refused").await;
            assert!(matches!(error, LmError::InvalidRequest(_)), "{name} {error:?}");
            let error = fail("garbled").await;
            assert!(matches!(error, LmError::Decode { .. }), "{name} {error:?}");
            let error = fail("gone").await;
            assert!(matches!(error, LmError::Transport { .. }), "{name} {error:?}");
        }
        let error = streamed(&lm, &ask("cut short")).await.unwrap_err();
        assert!(error.is_retryable(), "{} {error:?}", lm.name());
        println!("{}: cut short: {error}", lm.name());
    }
}
