//! What is made of an answer.

use dspy::lm::{FinishReason, LanguageModel, LmError, Part};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, answered, client, question, said};

async fn message(message: Value) -> dspy::lm::Completion {
    let response = answered(Answer::json(200, said(message))).await.unwrap();
    response.completions.into_iter().next().unwrap()
}

#[tokio::test]
async fn an_answer_keeps_what_the_server_says() {
    let body = json!({
        "model": "qwen3:8b",
        "created_at": "2026-11-20T10:00:00Z",
        "message": {"role": "assistant", "thinking": "Hm.", "content": "Paris."},
        "done": true,
        "done_reason": "stop",
        "total_duration": 12,
        "prompt_eval_count": 26,
        "eval_count": 9,
    });
    let response = answered(Answer::json(200, body)).await.unwrap();
    let only = &response.completions[0];
    assert_eq!(
        only.parts,
        [Part::Reasoning { text: "Hm.".into(), opaque: None }, Part::text("Paris.")]
    );
    assert_eq!((&only.finish, only.raw_finish.as_deref()), (&FinishReason::Stop, Some("stop")));
    assert_eq!(response.model.as_deref(), Some("qwen3:8b"));
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 26, 9));
    let rest = json!({"created_at": "2026-11-20T10:00:00Z", "total_duration": 12});
    assert_eq!(response.provider, Some(rest));
}

#[tokio::test]
async fn an_answer_of_the_bare_minimum_is_enough() {
    for body in [
        json!({"done": true}),
        json!({"message": {}}),
        json!({"message": null, "done": true, "eval_count": "many"}),
        json!({"message": {"content": null, "tool_calls": null, "thinking": 7}, "done": "yes"}),
    ] {
        let response = answered(Answer::json(200, body)).await.unwrap();
        assert_eq!(response.completions[0].parts, []);
        assert_eq!(response.completions[0].finish, FinishReason::Stop);
        assert_eq!((response.usage.calls, response.usage.total_tokens()), (1, 0));
        assert_eq!(response.model, None);
    }
}

#[tokio::test]
async fn finish_reasons_are_open() {
    for (word, finish) in [
        ("stop", FinishReason::Stop),
        ("", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("load", FinishReason::Other("load".into())),
        ("lunch", FinishReason::Other("lunch".into())),
    ] {
        let body = json!({"message": {"content": "x"}, "done": true, "done_reason": word});
        let response = answered(Answer::json(200, body)).await.unwrap();
        assert_eq!(response.completions[0].finish, finish, "{word}");
    }
}

#[tokio::test]
async fn tool_calls_have_ids() {
    let call = |arguments: Value| json!({"function": {"name": "f", "arguments": arguments}});
    let mut given = call(json!({"b": 2}));
    given["id"] = json!("call_7");
    let calls = [
        call(json!({"a": 1})),
        call(json!({"a": 1})),
        call(json!("{\"a\": 1}")),
        call(Value::Null),
        given,
    ];
    let read = message(json!({"content": "", "tool_calls": calls})).await;
    assert_eq!(read.finish, FinishReason::ToolCalls);
    let all: Vec<_> = read.tool_calls().cloned().collect();
    assert_eq!(all[0].arguments, json!({"a": 1}));
    assert_eq!(all[2].arguments, json!({"a": 1}));
    assert_eq!(all[3].arguments, json!({}));
    assert_eq!(all[4].id, "call_7");
    let mut ids: Vec<&str> = all.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn log_probabilities() {
    let mut body = said(json!({"content": "Paris"}));
    body["logprobs"] = json!([
        {"token": "Par", "logprob": -0.25, "bytes": [80], "top_logprobs": [
            {"token": "Lyon", "logprob": -2.5},
            {"token": "Par", "logprob": -0.25},
        ]},
        {"token": "is", "logprob": 0},
        {"token": "!"},
    ]);
    let response = answered(Answer::json(200, body)).await.unwrap();
    let tokens = response.completions[0].logprobs.clone().unwrap();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0].top, [("Par".to_owned(), -0.25), ("Lyon".to_owned(), -2.5)]);
    assert_eq!((tokens[1].token.as_str(), tokens[1].logprob), ("is", 0.0));
    assert_eq!(message(json!({"content": "x"})).await.logprobs, None);
}

#[tokio::test]
async fn lines_under_the_type_of_a_whole_answer_are_put_together() {
    let lines = "{\"message\":{\"content\":\"Pa\"},\"done\":false}\n\
                 {\"message\":{\"content\":\"ris\"},\"done\":true}\n";
    let response = answered(Answer::raw(200, "application/json", lines)).await.unwrap();
    assert_eq!(response.completions[0].parts, [Part::text("Paris")]);
}

#[tokio::test]
async fn failures_have_their_kinds() {
    type Check = fn(&LmError) -> bool;
    let nested = json!({"error": {"code": 400, "type": "exceed_context_size_error", "message":
        "request (8889 tokens) exceeds the available context size (4096 tokens)"}});
    let cases: [(u16, Value, Check); 8] = [
        (404, json!("model 'x' not found"), |e| matches!(e, LmError::NotFound(_))),
        (400, json!("x does not support tools"), |e| matches!(e, LmError::InvalidRequest(_))),
        (401, json!("unauthorized"), LmError::is_auth),
        (400, json!(nested.to_string()), LmError::is_context_window),
        (400, json!("the input length exceeds the context length"), LmError::is_context_window),
        (
            400,
            json!("the prompt is longer than the context length currently available"),
            LmError::is_context_window,
        ),
        (500, json!("llama runner process has terminated"), LmError::is_retryable),
        (503, json!("server busy, please try again"), LmError::is_retryable),
    ];
    for (status, error, check) in cases {
        let error = answered(Answer::json(status, json!({"error": error}))).await.unwrap_err();
        assert!(check(&error), "{error:?}");
    }
    // The error alone says what went wrong.
    let error = answered(Answer::json(200, json!({"error": "out of memory"}))).await.unwrap_err();
    assert!(matches!(&error, LmError::Server(_)), "{error:?}");
    assert!(error.to_string().contains("out of memory"), "{error}");
}

#[tokio::test]
async fn unreadable_answers_say_what_came() {
    for (answer, fault) in [
        (Answer::json(200, json!({})), "it holds no completion; it sent `{}`"),
        (Answer::json(200, json!([1])), "expected a JSON object"),
        (Answer::raw(200, "application/json", ""), "it sent nothing"),
        (Answer::raw(200, "application/json", "{\"message\""), "no JSON"),
        (Answer::raw(200, "text/plain", "Ollama is running"), "`Ollama is running`"),
    ] {
        let error = answered(answer).await.unwrap_err();
        assert!(matches!(&error, LmError::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
    }
}

#[tokio::test]
async fn the_key_is_blotted_out_of_what_a_server_says() {
    for answer in [
        Answer::json(401, json!({"error": format!("who is {KEY}?")})),
        Answer::json(200, json!({"error": KEY})),
        Answer::raw(200, "text/plain", KEY),
    ] {
        let server = Server::start([answer]).await;
        let client = client(&server);
        let error = client.generate(&question()).await.unwrap_err();
        let text = format!("{error} {error:?} {client:?}");
        assert!(text.contains("***") && !text.contains("canary"), "{text}");
    }
}
