//! What is made of an answer.

use dspy::lm::{Completion, FinishReason, LmError, Media, Part, ToolCall};
use serde_json::{Value, json};

use super::support::Answer;
use super::{answered, candidate};

/// The first completion of an answer with this candidate.
async fn completion(one: Value) -> Completion {
    let response = answered(candidate(one)).await.unwrap();
    response.completions.into_iter().next().unwrap()
}

async fn parts(parts: Value) -> Vec<Part> {
    completion(json!({"content": {"parts": parts}})).await.parts
}

#[tokio::test]
async fn an_answer_keeps_what_the_provider_says() {
    let body = json!({
        "candidates": [{
            "index": 0,
            "content": {"role": "model", "parts": [{"text": "Paris."}]},
            "finishReason": "STOP",
            "tokenCount": 2,
            "avgLogprobs": -0.25,
            "citationMetadata": null,
            "groundingMetadata": {"webSearchQueries": ["capital"]},
        }],
        "usageMetadata": {
            "promptTokenCount": 100,
            "toolUsePromptTokenCount": 11,
            "cachedContentTokenCount": 64,
            "candidatesTokenCount": 20,
            "thoughtsTokenCount": 12,
            "totalTokenCount": 143,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}],
        },
        "modelVersion": "gemini-2.5-flash-001",
        "responseId": "r-9",
        "createTime": "2026-11-20T10:00:00Z",
    });
    let response = answered(Answer::json(200, body)).await.unwrap();
    assert_eq!(response.model.as_deref(), Some("gemini-2.5-flash-001"));
    assert_eq!(response.request_id.as_deref(), Some("r-9"));
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 111, 32));
    assert_eq!((usage.cached_tokens, usage.reasoning_tokens), (64, 12));
    assert_eq!(
        response.provider.unwrap(),
        json!({
            "createTime": "2026-11-20T10:00:00Z",
            "candidates": [{
                "index": 0,
                "avgLogprobs": -0.25,
                "groundingMetadata": {"webSearchQueries": ["capital"]},
            }],
        })
    );
}

#[tokio::test]
async fn an_answer_of_the_bare_minimum_is_enough() {
    for one in [json!({}), json!({"content": {}}), json!({"content": {"parts": [{}]}})] {
        let response = answered(candidate(one)).await.unwrap();
        assert_eq!(response.completions[0].parts, []);
        assert_eq!(response.completions[0].finish, FinishReason::Stop);
        assert_eq!((response.usage.calls, response.usage.total_tokens()), (1, 0));
        assert_eq!((response.model, response.provider), (None, None));
    }
    let odd = json!({"candidates": [{"content": {"parts": [{"text": "x", "thought": "no"}]}}],
        "usageMetadata": {"promptTokenCount": "many"}, "modelVersion": 7});
    let response = answered(Answer::json(200, odd)).await.unwrap();
    assert_eq!(response.completions[0].joined_text(), "x");
}

#[tokio::test]
async fn finish_reasons_are_open() {
    let plain = json!([{"text": "x"}]);
    let calling = json!([{"functionCall": {"name": "f", "args": {}}}]);
    for (word, parts, finish) in [
        ("STOP", &plain, FinishReason::Stop),
        ("", &plain, FinishReason::Stop),
        ("STOP", &calling, FinishReason::ToolCalls),
        ("MAX_TOKENS", &plain, FinishReason::Length),
        ("MAX_TOKENS", &calling, FinishReason::Length),
        ("SAFETY", &plain, FinishReason::ContentFilter),
        ("RECITATION", &plain, FinishReason::ContentFilter),
        ("SPII", &plain, FinishReason::ContentFilter),
        ("IMAGE_SAFETY", &plain, FinishReason::ContentFilter),
        ("MALFORMED_FUNCTION_CALL", &plain, FinishReason::Error),
        ("UNEXPECTED_TOOL_CALL", &plain, FinishReason::Error),
        ("MISSING_THOUGHT_SIGNATURE", &plain, FinishReason::Error),
        ("LUNCH", &plain, FinishReason::Other("LUNCH".into())),
    ] {
        let read = completion(json!({"content": {"parts": parts}, "finishReason": word})).await;
        assert_eq!(read.finish, finish, "{word}");
        assert_eq!(read.raw_finish.as_deref(), Some(word).filter(|word| !word.is_empty()));
    }
}

#[tokio::test]
async fn a_blocked_prompt_is_an_empty_filtered_completion() {
    for word in ["SAFETY", "PROHIBITED_CONTENT", "OTHER", "LUNCH"] {
        let body = json!({
            "promptFeedback": {"blockReason": word, "safetyRatings": [{"blocked": true}]},
            "usageMetadata": {"promptTokenCount": 4},
        });
        let response = answered(Answer::json(200, body.clone())).await.unwrap();
        let only = &response.completions[0];
        assert_eq!((&only.finish, only.parts.len()), (&FinishReason::ContentFilter, 0));
        assert_eq!(only.raw_finish.as_deref(), Some(word));
        assert_eq!(response.usage.prompt_tokens, 4);
        assert_eq!(response.provider.unwrap()["promptFeedback"], body["promptFeedback"]);
    }
    // Beside an answer the feedback blocks nothing.
    let both = json!({
        "candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}],
        "promptFeedback": {"blockReason": "BLOCK_REASON_UNSPECIFIED"},
    });
    let response = answered(Answer::json(200, both)).await.unwrap();
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
}

#[tokio::test]
async fn thoughts_stand_apart_from_the_answer() {
    let read = completion(json!({"content": {"parts": [
        {"text": "Let me ", "thought": true},
        {"text": "see.", "thought": true},
        {"text": "Par"},
        {"text": "is."},
    ]}}))
    .await;
    assert_eq!(
        read.parts,
        [Part::Reasoning { text: "Let me see.".into(), opaque: None }, Part::text("Paris.")]
    );
    assert_eq!(read.reasoning().as_deref(), Some("Let me see."));
}

#[tokio::test]
async fn tool_calls_are_whole_and_have_ids() {
    let call = |more: Value| {
        let mut call = json!({"name": "f", "args": {"a": 1}});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"functionCall": call})
    };
    let read = parts(json!([
        call(json!({})),
        {"text": "and"},
        call(json!({})),
        call(json!({"id": "given"})),
        {"functionCall": {"name": "g"}},
        {"functionCall": {"name": "h", "args": null}},
    ]))
    .await;
    let calls: Vec<&ToolCall> = read
        .iter()
        .filter_map(|part| match part {
            Part::ToolCall(call) => Some(call),
            _ => None,
        })
        .collect();
    // The order of the parts is kept.
    assert_eq!(read[1], Part::text("and"));
    assert_eq!(calls[0].arguments, json!({"a": 1}));
    assert_eq!((calls[3].arguments.clone(), calls[4].arguments.clone()), (json!({}), json!({})));
    assert_eq!(calls[2].id, "given");
    let mut ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    assert!(ids.iter().all(|id| id.len() == 9 || *id == "given"), "{ids:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn media_and_unknown_parts_are_kept() {
    let ran = json!({"executableCode": {"language": "PYTHON", "code": "1+1"}});
    let read = parts(json!([
        {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
        {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "UklG"}},
        {"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}},
        ran,
    ]))
    .await;
    assert_eq!(read[0], Part::Image { media: Media::base64("aGk=", "image/png") });
    assert_eq!(read[1], Part::Audio { media: Media::base64("UklG", "audio/L16;rate=24000") });
    assert_eq!(read[2], Part::File { media: Media::base64("AAAA", "video/mp4") });
    let Part::Reasoning { text, opaque: Some(kept) } = &read[3] else { panic!("{read:?}") };
    assert_eq!((text.as_str(), &kept["geminiPart"]), ("", &ran));
}

#[tokio::test]
async fn candidates_may_be_several() {
    let one = |index: u64, text: &str| json!({"index": index, "content": {"parts": [{"text": text}]}, "finishReason": "STOP"});
    let body = json!({"candidates": [one(1, "two"), one(0, "one")]});
    let response = answered(Answer::json(200, body)).await.unwrap();
    let texts: Vec<String> = response.completions.iter().map(|one| one.joined_text()).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[tokio::test]
async fn log_probabilities() {
    let read = completion(json!({
        "content": {"parts": [{"text": "Paris"}]},
        "logprobsResult": {
            "chosenCandidates": [
                {"token": "Par", "tokenId": 7, "logProbability": -0.25},
                {"token": "is", "logProbability": 0},
                {"tokenId": 8},
            ],
            "topCandidates": [{"candidates": [
                {"token": "Lyon", "logProbability": -2.5},
                {"token": "Par", "logProbability": -0.25},
            ]}],
        },
    }))
    .await;
    let tokens = read.logprobs.unwrap();
    assert_eq!(tokens.len(), 2);
    assert_eq!((tokens[0].token.as_str(), tokens[0].logprob), ("Par", -0.25));
    assert_eq!(tokens[0].top, [("Par".to_owned(), -0.25), ("Lyon".to_owned(), -2.5)]);
    assert_eq!((tokens[1].token.as_str(), tokens[1].top.len()), ("is", 0));
    assert_eq!(completion(json!({"logprobsResult": {}})).await.logprobs, None);
}

#[tokio::test]
async fn unreadable_answers_say_what_came() {
    for (answer, fault) in [
        (Answer::json(200, json!({})), "it holds no completion; it sent `{}`"),
        (Answer::json(200, json!({"candidates": []})), "it holds no completion"),
        (Answer::json(200, json!([1])), "expected a JSON object"),
        (Answer::raw(200, "application/json", "{\"candidates\""), "no JSON"),
        (Answer::raw(200, "text/html", "<html><title>Log in</title></html>"), "titled \"Log in\""),
    ] {
        let error = answered(answer).await.unwrap_err();
        assert!(matches!(&error, LmError::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
    }
}
