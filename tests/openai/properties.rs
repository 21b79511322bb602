//! What holds for all answers: streamed or whole, read the short way or the long way, they are the
//! same.

use dspy::lm::{LanguageModel, OpenAi, Response, Settings, StreamEvent};
use futures_util::StreamExt;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::pieces::serve;
use super::question;

/// One choice, from which both the whole answer and its pieces are made.
#[derive(Clone, Debug)]
struct Choice {
    reasoning: String,
    said: String,
    refuses: bool,
    calls: Vec<(String, String, Value)>,
    finish: Option<&'static str>,
    logprobs: Option<Vec<(String, f64)>>,
}

/// How a stream is dressed.
#[derive(Clone, Debug)]
struct Dress {
    seed: u64,
    old_name: bool,
    numbered: bool,
    usage_apart: bool,
    done: bool,
    crlf: bool,
    comments: bool,
}

fn choice() -> impl Strategy<Value = Choice> {
    let call =
        ("[a-z]{1,8}", prop_oneof![Just(json!({})), any::<String>().prop_map(|s| json!({"x": s}))]);
    let finish = prop::sample::select(vec![
        Some("stop"),
        Some("length"),
        Some("tool_calls"),
        Some("lunch"),
        None,
    ]);
    let tokens = prop::collection::vec((any::<String>(), -9.0..0.0), 0..4);
    (
        prop_oneof![Just(String::new()), any::<String>()],
        any::<String>(),
        any::<bool>(),
        prop::collection::vec(call, 0..3),
        finish,
        prop::option::of(tokens),
    )
        .prop_map(|(reasoning, said, refuses, calls, finish, logprobs)| Choice {
            reasoning,
            said,
            refuses,
            calls: calls
                .into_iter()
                .enumerate()
                .map(|(place, (name, arguments))| (format!("call_{place}"), name, arguments))
                .collect(),
            finish,
            logprobs,
        })
}

fn dress() -> impl Strategy<Value = Dress> {
    let flags = any::<[bool; 6]>();
    (any::<u64>(), flags).prop_map(
        |(seed, [old_name, numbered, usage_apart, done, crlf, comments])| Dress {
            seed,
            old_name,
            numbered,
            usage_apart,
            done,
            crlf,
            comments,
        },
    )
}

/// A small generator, so that one number decides where everything is cut.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// `text` in pieces of up to four letters.
    fn cut(&mut self, text: &str) -> Vec<String> {
        let letters: Vec<char> = text.chars().collect();
        let mut rest = letters.as_slice();
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((1 + self.below(4)).min(rest.len()));
            pieces.push(piece.iter().collect());
            rest = after;
        }
        pieces
    }
}

fn thought(dress: &Dress) -> &'static str {
    if dress.old_name { "reasoning_content" } else { "reasoning" }
}

fn tokens(logprobs: &[(String, f64)]) -> Value {
    let token = |(token, logprob): &(String, f64)| json!({"token": token, "logprob": logprob});
    json!({"content": logprobs.iter().map(token).collect::<Vec<_>>()})
}

fn whole(choices: &[Choice], dress: &Dress, usage: &Value) -> String {
    let choices = choices.iter().enumerate().map(|(index, choice)| {
        let mut message = Map::new();
        message.insert("role".into(), "assistant".into());
        message.insert(thought(dress).into(), choice.reasoning.clone().into());
        let said = if choice.refuses { "refusal" } else { "content" };
        message.insert("content".into(), Value::Null);
        message.insert(said.into(), choice.said.clone().into());
        let call = |(id, name, arguments): &(String, String, Value)| {
            json!({"id": id, "type": "function",
                "function": {"name": name, "arguments": arguments.to_string()}})
        };
        let calls: Vec<Value> = choice.calls.iter().map(call).collect();
        message.insert("tool_calls".into(), calls.into());
        json!({"index": index, "message": message, "finish_reason": choice.finish,
            "logprobs": choice.logprobs.as_deref().map(tokens)})
    });
    json!({"id": "c", "object": "chat.completion", "created": 5, "model": "m", "tier": {"a": 1},
        "choices": choices.collect::<Vec<_>>(), "usage": usage})
    .to_string()
}

/// The deltas of one choice, in order.
fn deltas(choice: &Choice, dress: &Dress, dice: &mut Dice) -> Vec<Value> {
    let mut deltas = vec![json!({"delta": {"role": "assistant", "content": ""}})];
    for piece in dice.cut(&choice.reasoning) {
        deltas.push(json!({"delta": {thought(dress): piece}}));
    }
    let said = if choice.refuses { "refusal" } else { "content" };
    for piece in dice.cut(&choice.said) {
        deltas.push(json!({"delta": {said: piece}}));
    }
    for (place, (id, name, arguments)) in choice.calls.iter().enumerate() {
        let mut begin = json!({"id": id, "function": {"name": name, "arguments": ""}});
        let mut pieces = vec![];
        for piece in dice.cut(&arguments.to_string()) {
            pieces.push(json!({"function": {"arguments": piece}}));
        }
        if dress.numbered {
            begin["index"] = place.into();
            pieces.iter_mut().for_each(|piece| piece["index"] = place.into());
        }
        for piece in std::iter::once(begin).chain(pieces) {
            deltas.push(json!({"delta": {"tool_calls": [piece]}}));
        }
    }
    if let Some(logprobs) = &choice.logprobs {
        deltas.push(json!({"delta": {}, "logprobs": tokens(&[])}));
        for token in logprobs {
            deltas.push(json!({"delta": {}, "logprobs": tokens(std::slice::from_ref(token))}));
        }
    }
    deltas.push(json!({"delta": {}, "finish_reason": choice.finish}));
    deltas
}

/// The stream's bytes, cut anywhere.
fn stream(choices: &[Choice], dress: &Dress, usage: &Value) -> Vec<Vec<u8>> {
    let mut dice = Dice(dress.seed);
    let mut queues: Vec<_> = choices
        .iter()
        .enumerate()
        .map(|(index, choice)| (index, deltas(choice, dress, &mut dice).into_iter()))
        .collect();
    let mut chunks = vec![json!({"id": "c", "model": "m", "tier": {"a": 1}, "choices": []})];
    while !queues.is_empty() {
        let place = dice.below(queues.len());
        let (index, queue) = &mut queues[place];
        match queue.next() {
            Some(mut choice) => {
                choice["index"] = (*index).into();
                chunks.push(json!({"id": "c", "created": 5, "choices": [choice]}));
            }
            None => drop(queues.remove(place)),
        }
    }
    if dress.usage_apart {
        chunks.push(json!({"choices": [], "usage": usage}));
    } else if let Some(last) = chunks.last_mut() {
        last["usage"] = usage.clone();
    }
    let mut text = String::new();
    for chunk in chunks {
        if dress.comments && dice.below(3) == 0 {
            text.push_str(": still here\n\n");
        }
        text.push_str(&format!("data: {chunk}\n\n"));
    }
    // Only a stream whose every choice gave a reason may end without the closing word.
    if dress.done || choices.iter().any(|choice| choice.finish.is_none()) {
        text.push_str("data: [DONE]\n\n");
    }
    let text = if dress.crlf { text.replace('\n', "\r\n") } else { text };
    let mut rest = text.as_bytes();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((1 + dice.below(40)).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

fn usage() -> impl Strategy<Value = Value> {
    let count = || {
        prop_oneof![
            Just(Value::Null),
            (0u32..9999).prop_map(Value::from),
            (0u32..999).prop_map(|n| json!(f64::from(n))),
        ]
    };
    let details = prop_oneof![
        Just(Value::Null),
        (count(), count()).prop_map(|(a, b)| json!({"cached_tokens": a, "reasoning_tokens": b})),
    ];
    (count(), count(), count(), details.clone(), details).prop_map(|(a, b, c, d, e)| {
        json!({"prompt_tokens": a, "completion_tokens": b, "total_tokens": c,
            "prompt_tokens_details": d, "completion_tokens_details": e, "cost": 0.25})
    })
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

async fn ask(whole: String, stream: Vec<Vec<u8>>, n: u32) -> (Response, Response) {
    let base = format!("http://{}", serve(whole, stream).await);
    let client = OpenAi::builder("m").api_base(base).env(|_| None).build().unwrap();
    let request = question().with_settings(Settings::default().with_n(n));
    let whole = client.generate(&request).await.unwrap();
    let mut stream = client.stream(&request).await.unwrap();
    while let Some(event) = stream.next().await {
        if let StreamEvent::Done(response) = event.unwrap() {
            return (whole, response);
        }
    }
    panic!("the stream has no end");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_however_cut_is_the_answer(
        choices in prop::collection::vec(choice(), 1..3),
        dress in dress(),
        usage in usage(),
    ) {
        let n = choices.len() as u32;
        let (whole, stream) =
            (whole(&choices, &dress, &usage), stream(&choices, &dress, &usage));
        let (whole, streamed) = block_on(ask(whole, stream, n));
        prop_assert_eq!(whole, streamed);
    }

    /// Plain answers are read without a tree of values. A field of no meaning makes an answer
    /// unusual, and nothing may change by it.
    #[test]
    fn plain_answers_read_the_same_the_long_way(
        texts in prop::collection::vec(prop::option::of(any::<String>()), 1..3),
        words in prop::collection::vec(prop::option::of(prop::sample::select(vec!["stop", "", "length", "tool_calls", "x"])), 2),
        usage in prop_oneof![Just(Value::Null), usage()],
        model in prop::option::of(any::<String>()),
        extra in prop::collection::btree_map("[a-z_]{1,9}", prop_oneof![Just(Value::Null), Just(json!([1, {"a": null}])), Just(json!("x"))], 0..4),
        numbered in any::<bool>(),
    ) {
        let choices: Vec<Value> = texts.iter().zip(&words).enumerate().map(|(index, (text, word))| {
            let mut choice = json!({"message": {"role": "assistant", "content": text, "refusal": null,
                "annotations": []}, "finish_reason": word, "logprobs": null});
            if numbered {
                choice["index"] = index.into();
            }
            choice
        }).collect();
        let mut body = json!({"id": "c", "model": model, "choices": choices, "usage": usage});
        for (name, value) in extra {
            if !["id", "model", "choices", "usage", "error"].contains(&name.as_str()) {
                body[name] = value;
            }
        }
        let mut unusual = body.clone();
        unusual["choices"][0]["message"]["reasoning"] = false.into();
        let read = |body: &Value| block_on(async {
            super::answered(super::support::Answer::json(200, body.clone())).await
        });
        prop_assert_eq!(read(&body).unwrap(), read(&unusual).unwrap());
    }
}
