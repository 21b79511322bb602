//! Streamed answers, piece by piece, as servers really send them.

use dspy::lm::{
    FinishReason, LanguageModel, LmError, Part, Response, Settings, StreamEvent, ToolCall,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, client, question, shown};

/// What comes of a stream: all events, and the error that ended it, if any.
struct Seen {
    events: Vec<StreamEvent>,
    error: Option<LmError>,
}

impl Seen {
    fn response(&self) -> &Response {
        match self.events.last() {
            Some(StreamEvent::Done(response)) => response,
            other => panic!("expected the end, got {other:?} and {:?}", self.error),
        }
    }

    fn text(&self, wanted: usize) -> String {
        let text = |event: &StreamEvent| match event {
            StreamEvent::Text { index, delta } if *index == wanted => Some(delta.clone()),
            _ => None,
        };
        self.events.iter().filter_map(text).collect()
    }

    fn calls(&self) -> Vec<&ToolCall> {
        self.response().completions[0].tool_calls().collect()
    }
}

async fn streamed_with(body: impl Into<Vec<u8>>, settings: Settings) -> Seen {
    let server = Server::start([Answer::raw(200, "text/event-stream", body)]).await;
    let request = question().with_settings(settings);
    let mut stream = client(&server).stream(&request).await.unwrap();
    let mut seen = Seen { events: Vec::new(), error: None };
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => seen.events.push(event),
            Err(error) => seen.error = Some(error),
        }
    }
    assert_eq!(server.only().json()["stream"], true);
    seen
}

async fn streamed(body: impl Into<Vec<u8>>) -> Seen {
    streamed_with(body, Settings::default()).await
}

/// These chunks as events, and the closing one.
fn events(chunks: &[Value]) -> String {
    let chunks: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    chunks + "data: [DONE]\n\n"
}

fn delta(delta: Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta}]})
}

fn finish(word: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": word}]})
}

#[tokio::test]
async fn a_stream_as_openai_sends_it() {
    let body = events(&[
        json!({"id": "c-1", "object": "chat.completion.chunk", "model": "m-1", "created": 1,
            "system_fingerprint": "fp", "obfuscation": "xyz",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""},
                "logprobs": null, "finish_reason": null}], "usage": null}),
        delta(json!({"content": "Pa"})),
        delta(json!({"content": "ris."})),
        finish("stop"),
        json!({"id": "c-1", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2,
            "prompt_tokens_details": {"cached_tokens": 4}}}),
    ]);
    let seen = streamed(body).await;
    let texts = [("Pa", 0), ("ris.", 0)]
        .map(|(delta, index)| StreamEvent::Text { index, delta: delta.to_owned() });
    assert_eq!(seen.events[..2], texts);
    assert_eq!(seen.events.len(), 3);
    let response = seen.response();
    assert_eq!(response.completions[0].parts, [Part::text("Paris.")]);
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
    assert_eq!(
        (response.model.as_deref(), response.request_id.as_deref()),
        (Some("m-1"), Some("c-1"))
    );
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 5, 2));
    assert_eq!(usage.cached_tokens, 4);
    assert_eq!(response.provider, Some(json!({"system_fingerprint": "fp"})));
}

#[tokio::test]
async fn usage_comes_in_several_places() {
    let usage = json!({"prompt_tokens": 5, "completion_tokens": 2, "cost": 0.5});
    let mut at_the_end = finish("stop");
    at_the_end["usage"] = usage.clone();
    let mut in_each = delta(json!({"content": "x"}));
    in_each["usage"] = json!({"prompt_tokens": 5, "completion_tokens": 1});
    for chunks in [
        vec![delta(json!({"content": "x"})), at_the_end.clone()],
        vec![in_each, at_the_end],
        vec![
            delta(json!({"content": "x"})),
            finish("stop"),
            json!({"choices": [], "x_groq": {"id": "r", "usage": usage}}),
        ],
        vec![delta(json!({"content": "x"})), finish("stop"), json!({"usage": usage})],
    ] {
        let seen = streamed(events(&chunks)).await;
        let response = seen.response();
        let usage = response.usage;
        assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 5, 2));
        assert_eq!(response.provider.as_ref().unwrap()["cost"], 0.5);
    }
    let seen = streamed(events(&[delta(json!({"content": "x"})), finish("stop")])).await;
    assert_eq!((seen.response().usage.calls, seen.response().usage.total_tokens()), (1, 0));
}

#[tokio::test]
async fn a_first_chunk_without_choices() {
    let first = json!({"id": "", "model": "", "choices": [], "prompt_filter_results": [{"p": 1}]});
    let seen = streamed(events(&[first, delta(json!({"content": "x"})), finish("stop")])).await;
    assert_eq!(seen.text(0), "x");
    assert_eq!(seen.response().model, None);
    let provider = seen.response().provider.as_ref().unwrap();
    assert_eq!(provider["prompt_filter_results"], json!([{"p": 1}]));
}

#[tokio::test]
async fn an_answer_without_a_word_is_empty() {
    let seen = streamed(events(&[delta(json!({"role": "assistant", "content": ""}))])).await;
    assert_eq!(seen.response().completions.len(), 1);
    assert_eq!(seen.text(0), "");
}

#[tokio::test]
async fn tool_calls_come_in_pieces() {
    let piece = |index: u64, id: Value, name: Value, arguments: &str| {
        delta(json!({"tool_calls": [{"index": index, "id": id, "type": "function",
            "function": {"name": name, "arguments": arguments}}]}))
    };
    let null = || Value::Null;
    let body = events(&[
        piece(0, json!("call_a"), json!("f"), ""),
        piece(0, null(), null(), "{\"x\""),
        piece(1, json!("call_b"), json!("g"), ""),
        // The name once more, as some servers do.
        piece(0, null(), json!("f"), ": 1}"),
        piece(1, json!(""), json!(""), "{}"),
        finish("tool_calls"),
    ]);
    let seen = streamed(body).await;
    let expected =
        [ToolCall::new("call_a", "f", json!({"x": 1})), ToolCall::new("call_b", "g", json!({}))];
    assert_eq!(seen.calls(), expected.iter().collect::<Vec<_>>());
    let told: Vec<StreamEvent> =
        expected.map(|call| StreamEvent::ToolCall { index: 0, call }).into();
    assert_eq!(seen.events[..2], told);
    assert_eq!(seen.response().completions[0].finish, FinishReason::ToolCalls);
}

#[tokio::test]
async fn tool_calls_without_numbers() {
    let calls = |calls: Value| delta(json!({"tool_calls": calls}));
    let call = |id: Value, name: &str, arguments: Value| json!({"id": id, "function": {"name": name, "arguments": arguments}});
    // In pieces; two whole ones at once; arguments as an object; one number for two calls; the id
    // and the name with every piece.
    let numbered = |id: &str, arguments: &str| json!([{"index": 0, "id": id, "function": {"name": "f", "arguments": arguments}}]);
    for chunks in [
        vec![
            calls(json!([call(json!("a"), "f", json!("{\"x\":"))])),
            calls(json!([{"function": {"arguments": "1}"}}])),
            calls(json!([call(json!("b"), "f", json!("{}"))])),
        ],
        vec![calls(json!([
            call(json!("a"), "f", json!("{\"x\":1}")),
            call(json!("b"), "f", json!("{}"))
        ]))],
        vec![calls(json!([
            call(json!("a"), "f", json!({"x": 1})),
            call(json!("b"), "f", Value::Null)
        ]))],
        vec![calls(numbered("a", "{\"x\":1}")), calls(numbered("b", ""))],
        vec![
            calls(json!([call(json!("a"), "f", json!("{\"x\":"))])),
            calls(json!([call(json!("a"), "f", json!("1}"))])),
            calls(json!([call(json!("b"), "f", json!(""))])),
        ],
    ] {
        let seen = streamed(events(&[chunks.clone(), vec![finish("stop")]].concat())).await;
        let expected =
            [ToolCall::new("a", "f", json!({"x": 1})), ToolCall::new("b", "f", json!({}))];
        assert_eq!(seen.calls(), expected.iter().collect::<Vec<_>>(), "{chunks:?}");
        assert_eq!(seen.response().completions[0].finish, FinishReason::ToolCalls);
    }
    // Without ids, too: each gets its own.
    let two = json!([call(Value::Null, "f", json!("{}")), call(Value::Null, "f", json!("{}"))]);
    let seen = streamed(events(&[calls(two), finish("tool_calls")])).await;
    let ids: Vec<&str> = seen.calls().iter().map(|call| call.id.as_str()).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1] && ids.iter().all(|id| id.len() == 9), "{ids:?}");
}

#[tokio::test]
async fn one_chunk_may_hold_everything() {
    let body = events(&[json!({"choices": [{"index": 0, "delta": {
        "reasoning": "hm", "reasoning_content": "hm", "content": "yes",
        "tool_calls": [
            {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}},
            {"index": 1, "id": "b", "function": {"name": "g", "arguments": "{}"}},
        ],
    }, "finish_reason": "tool_calls"}]})]);
    let seen = streamed(body).await;
    assert_eq!(
        seen.response().completions[0].parts,
        [
            Part::Reasoning { text: "hm".into(), opaque: None },
            Part::text("yes"),
            Part::ToolCall(ToolCall::new("a", "f", json!({}))),
            Part::ToolCall(ToolCall::new("b", "g", json!({}))),
        ]
    );
}

#[tokio::test]
async fn reasoning_under_either_name() {
    for name in ["reasoning", "reasoning_content"] {
        let body = events(&[
            delta(json!({name: "1+"})),
            delta(json!({name: "1", "content": null})),
            delta(json!({name: null, "content": "2"})),
            finish("stop"),
        ]);
        let seen = streamed(body).await;
        let thoughts = |event: &&StreamEvent| matches!(event, StreamEvent::Reasoning { .. });
        assert_eq!(seen.events.iter().filter(thoughts).count(), 2, "{name}");
        assert_eq!(
            seen.response().completions[0].parts,
            [Part::Reasoning { text: "1+1".into(), opaque: None }, Part::text("2")]
        );
    }
}

#[tokio::test]
async fn reasoning_items_are_put_together() {
    let item = |fields: Value| delta(json!({"reasoning": "", "reasoning_details": [fields]}));
    let text = |text: &str| {
        let mut chunk =
            item(json!({"type": "reasoning.text", "index": 0, "text": text, "format": "f"}));
        chunk["choices"][0]["delta"]["reasoning"] = text.into();
        chunk
    };
    let body = events(&[
        text("I thi"),
        text("nk"),
        item(json!({"type": "reasoning.text", "index": 0, "signature": "sig"})),
        delta(json!({"content": "so."})),
        item(json!({"type": "reasoning.encrypted", "index": 1, "data": "abc"})),
        finish("stop"),
    ]);
    let seen = streamed(body).await;
    let opaque = |item: Value| Some(json!({"reasoning_details": [item]}));
    assert_eq!(
        seen.response().completions[0].parts,
        [
            Part::Reasoning {
                text: "I think".into(),
                opaque: opaque(json!({"type": "reasoning.text", "index": 0, "text": "I think",
                    "format": "f", "signature": "sig"})),
            },
            Part::text("so."),
            Part::Reasoning {
                text: String::new(),
                opaque: opaque(json!({"type": "reasoning.encrypted", "index": 1, "data": "abc"})),
            },
        ]
    );
}

#[tokio::test]
async fn keep_alives_line_ends_and_fields_of_events() {
    let plain = events(&[delta(json!({"content": "Grüße 🙂"})), finish("stop")]);
    let bodies = [
        plain.replace('\n', "\r\n"),
        format!(": OPENROUTER PROCESSING\n\n:\n\n{}", plain.replace("\n\n", "\n\n: wait\n\n")),
        plain.replace("data: ", "data:"),
        plain.replace("data: ", "event: message\nid: 7\nretry: 5\ndata: "),
        // A byte order mark, and an empty piece.
        format!("\u{feff}data:\n\n{plain}"),
    ];
    for body in bodies {
        let seen = streamed(body.clone()).await;
        assert_eq!(seen.text(0), "Grüße 🙂", "{body:?}");
        assert_eq!(seen.response().completions.len(), 1);
    }
}

#[tokio::test]
async fn an_error_in_mid_stream() {
    let begun = format!("data: {}\n\n", delta(json!({"content": "Par"})));
    for (piece, retryable, fault) in [
        (json!({"error": {"message": "busy", "type": "overloaded_error"}}), true, "busy"),
        (json!({"error": {"message": "bad", "code": 400}}), false, "bad"),
        (json!({"error": "it broke"}), true, "it broke"),
        (json!({"choices": [{"error": {"code": 502, "message": "upstream"}}]}), true, "upstream"),
        (json!({"error": {"message": format!("you sent {KEY}"), "code": 401}}), false, "***"),
    ] {
        let seen = streamed(format!("{begun}data: {piece}\n\n")).await;
        assert_eq!(seen.text(0), "Par");
        let error = seen.error.expect("an error");
        assert_eq!(error.is_retryable(), retryable, "{error:?}");
        let text = shown(&error);
        assert!(text.contains(fault) && !text.contains(KEY), "{text}");
    }
    let named =
        format!("{begun}event: error\ndata: {{\"message\": \"no more\", \"code\": 503}}\n\n");
    let error = streamed(named).await.error.unwrap();
    assert!(
        matches!(error, LmError::Server(_)) && error.to_string().contains("no more"),
        "{error}"
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_no_answer() {
    let begun = format!("data: {}\n\n", delta(json!({"content": "Par"})));
    // Half an event counts for nothing.
    for body in [String::new(), begun.clone(), format!("{begun}data: {{\"choi")] {
        let seen = streamed(body.clone()).await;
        let error = seen.error.expect("an error");
        match error {
            LmError::Transport { .. } => assert!(error.is_retryable()),
            LmError::Decode { .. } => assert!(body.ends_with("choi"), "{error}"),
            error => panic!("unexpected {error:?}"),
        }
        assert!(!seen.events.iter().any(|event| matches!(event, StreamEvent::Done(_))));
    }
    let answer = Answer::raw(200, "text/event-stream", begun).cut();
    let server = Server::start([answer]).await;
    let last = client(&server).stream(&question()).await.unwrap().collect::<Vec<_>>().await.pop();
    assert!(matches!(last, Some(Err(LmError::Transport { .. }))), "{last:?}");
}

#[tokio::test]
async fn an_end_without_the_closing_word() {
    let whole = events(&[delta(json!({"content": "Paris."})), finish("stop")]);
    let open = whole.replace("data: [DONE]\n\n", "");
    // Also without the empty line at the end.
    for body in [open.clone(), open.trim_end().to_owned()] {
        let seen = streamed(body).await;
        assert_eq!(seen.response().completions[0].joined_text(), "Paris.");
        assert_eq!(seen.response().completions[0].finish, FinishReason::Stop);
    }
    // `[DONE]` without a reason is an end, too.
    let seen = streamed(events(&[delta(json!({"content": "Paris."}))])).await;
    assert_eq!(seen.response().completions[0].raw_finish, None);
}

#[tokio::test]
async fn garbage_is_shown() {
    let begun = format!("data: {}\n\n", delta(json!({"content": "Par"})));
    for garbage in ["oops <b>", "7", "[1]", "{\"choices\": "] {
        let error = streamed(format!("{begun}data: {garbage}\n\n")).await.error.unwrap();
        assert!(matches!(error, LmError::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains(garbage.trim()), "{error}");
    }
    let page = "<html><title>Log in</title></html>";
    let server = Server::start([Answer::raw(200, "text/html", page)]).await;
    let Err(error) = client(&server).stream(&question()).await else { panic!("expected an error") };
    assert!(error.to_string().contains("an HTML page titled \"Log in\""), "{error}");
    let empty = streamed(events(&[json!({"choices": []})])).await.error.unwrap();
    assert!(empty.to_string().contains("no completion"), "{empty}");
}

#[tokio::test]
async fn several_completions_at_once() {
    let of = |index: u64, delta: Value, word: Value| json!({"choices": [{"index": index, "delta": delta, "finish_reason": word}]});
    let body = events(&[
        of(1, json!({"content": "b"}), Value::Null),
        of(0, json!({"content": "a"}), Value::Null),
        of(1, json!({"content": "B"}), json!("stop")),
        of(0, json!({"content": "A"}), json!("length")),
    ]);
    let seen = streamed_with(body.clone(), Settings::default().with_n(2)).await;
    assert_eq!((seen.text(0), seen.text(1)), ("aA".to_owned(), "bB".to_owned()));
    let finishes = seen.response().completions.iter().map(|one| one.finish.clone());
    assert_eq!(finishes.collect::<Vec<_>>(), [FinishReason::Length, FinishReason::Stop]);
    assert_eq!(seen.response().usage.calls, 1);
    let seen = streamed_with(body, Settings::default().with_n(3)).await;
    assert!(matches!(seen.error, Some(LmError::Unsupported { .. })), "{:?}", seen.error);
}

#[tokio::test]
async fn refusals_log_probabilities_and_strange_words() {
    let body = events(&[
        delta(json!({"refusal": "I can"})),
        delta(json!({"refusal": "not."})),
        json!({"choices": [{"index": 0, "delta": {}, "logprobs": {"content": [
            {"token": "I", "logprob": -0.5, "top_logprobs": [{"token": "I", "logprob": -0.5}]},
        ]}}]}),
        finish("stop"),
    ]);
    let seen = streamed(body).await;
    let read = &seen.response().completions[0];
    assert_eq!(
        (read.joined_text(), &read.finish),
        ("I cannot.".to_owned(), &FinishReason::ContentFilter)
    );
    assert_eq!(read.logprobs.as_ref().unwrap()[0].top, [("I".to_owned(), -0.5)]);

    let strange = events(&[
        json!({"object": 7, "service_tier": "on_demand", "choices": [{"delta": {
            "role": "droid", "content": [{"type": "text", "text": "a"}, {"type": "hologram"}],
            "tool_calls": [null], "annotations": {}}, "stop_reason": 3}]}),
        json!({"choices": [{"delta": null, "finish_reason": "lunch"}], "usage": {}}),
    ]);
    let seen = streamed(strange).await;
    let read = &seen.response().completions[0];
    assert_eq!(
        (read.joined_text().as_str(), &read.finish),
        ("a", &FinishReason::Other("lunch".into()))
    );
    assert_eq!(seen.response().provider, Some(json!({"service_tier": "on_demand"})));
}

#[tokio::test]
async fn a_message_in_place_of_the_delta() {
    let body = events(&[json!({"choices": [{"index": 0, "message": {"content": "whole"},
        "finish_reason": "stop"}]})]);
    assert_eq!(streamed(body).await.response().completions[0].joined_text(), "whole");
}
