//! Texts as vectors.

use dspy::lm::EmbeddingModel;
use serde_json::json;

use super::support::{Answer, Server};
use super::{KEY, builder};

fn texts() -> Vec<String> {
    vec!["one".to_owned(), "two".to_owned()]
}

#[tokio::test]
async fn a_batch_of_texts() {
    let body = json!({
        "model": "nomic-embed-text",
        "embeddings": [[1.0, 0.5], [0, -1]],
        "prompt_eval_count": 6,
    });
    let server = Server::start([Answer::json(200, body)]).await;
    let embedder = builder(&server).build_embedder(Some(2)).unwrap();
    let answer = embedder.embed(&texts()).await.unwrap();
    assert_eq!(answer.vectors, [[1.0, 0.5], [0.0, -1.0]]);
    assert_eq!((answer.usage.calls, answer.usage.prompt_tokens), (1, 6));
    assert_eq!(answer.model.as_deref(), Some("nomic-embed-text"));
    let seen = server.only();
    assert_eq!(seen.line, "POST /api/embed HTTP/1.1");
    assert_eq!(
        seen.json(),
        json!({"model": "qwen3:8b", "input": ["one", "two"], "truncate": false, "dimensions": 2})
    );
    let plain = builder(&server).build_embedder(None).unwrap();
    plain.embed(&texts()).await.unwrap();
    assert_eq!(server.seen()[1].json().get("dimensions"), None);
}

#[tokio::test]
async fn answers_that_do_not_fit_are_errors() {
    for (answer, fault) in [
        (Answer::json(200, json!({"embeddings": [[1.0]]})), "expected 2 vectors, found 1"),
        (Answer::json(200, json!({})), "expected a list of vectors `embeddings`"),
        (Answer::json(200, json!({"embeddings": [["x"], [1]]})), "expected a list of vectors"),
        (Answer::json(200, json!({"error": KEY})), "answered 200"),
        (
            Answer::json(400, json!({"error": "the input length exceeds the context length"})),
            "context window",
        ),
    ] {
        let server = Server::start([answer]).await;
        let embedder = builder(&server).build_embedder(None).unwrap();
        let error = embedder.embed(&texts()).await.unwrap_err();
        let shown = format!("{error} {error:?} {embedder:?}");
        assert!(shown.contains(fault), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
