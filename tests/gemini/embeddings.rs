//! Texts as vectors.

use dspy::lm::{EmbeddingModel, LmError, Settings};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, builder};

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn vectors(vectors: &[[f32; 2]]) -> Value {
    let list: Vec<Value> = vectors.iter().map(|values| json!({"values": values})).collect();
    json!({"embeddings": list})
}

#[tokio::test]
async fn a_batch_of_texts() {
    let mut body = vectors(&[[1.0, 0.5], [0.0, -1.0]]);
    body["usageMetadata"] = json!({"promptTokenCount": 6});
    let server = Server::start([Answer::json(200, body)]).await;
    let embedder = builder(&server, "gemini-embedding-001").build_embedder(Some(2)).unwrap();
    let answer = embedder.embed(&texts(&["one", "two"])).await.unwrap();
    assert_eq!(answer.vectors, [[1.0, 0.5], [0.0, -1.0]]);
    assert_eq!((answer.usage.calls, answer.usage.prompt_tokens), (1, 6));
    assert_eq!(embedder.name(), "gemini/gemini-embedding-001");
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1beta/models/gemini-embedding-001:batchEmbedContents HTTP/1.1");
    assert_eq!(seen.header("x-goog-api-key"), Some(KEY));
    let request = |text: &str| {
        json!({
            "model": "models/gemini-embedding-001",
            "content": {"parts": [{"text": text}]},
            "outputDimensionality": 2,
        })
    };
    assert_eq!(seen.json(), json!({"requests": [request("one"), request("two")]}));
}

#[tokio::test]
async fn many_texts_are_several_calls() {
    let first = vectors(&[[1.0, 1.0]; 100]);
    // Whichever of the two calls comes first, the counts tell them apart.
    let server = Server::start([Answer::json(200, first)]).await;
    let embedder = builder(&server, "m").build_embedder(None).unwrap();
    let answer = embedder.embed(&vec!["x".to_owned(); 200]).await.unwrap();
    assert_eq!((answer.vectors.len(), answer.usage.calls), (200, 2));
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.json()["requests"][0].get("outputDimensionality").is_none())
    );
    assert_eq!(embedder.embed(&[]).await.unwrap().vectors.len(), 0);
}

#[tokio::test]
async fn answers_that_do_not_fit_are_errors() {
    for (answer, fault) in [
        (Answer::json(200, vectors(&[[1.0, 1.0]])), "expected 2 vectors, found 1"),
        (Answer::json(200, json!({})), "expected an array `embeddings`"),
        (Answer::json(200, json!({"embeddings": [{}, {}]})), "`values` are no vector"),
        (Answer::json(200, json!({"error": {"code": 503, "message": KEY}})), "answered 200"),
    ] {
        let server = Server::start([answer]).await;
        let embedder = builder(&server, "m").build_embedder(None).unwrap();
        let error = embedder.embed(&texts(&["one", "two"])).await.unwrap_err();
        let shown = format!("{error} {error:?} {embedder:?}");
        assert!(shown.contains(fault), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }
    let server = Server::start([Answer::json(200, json!({}))]).await;
    let sampled = builder(&server, "m").settings(Settings::default().with_temperature(0.0));
    assert!(matches!(sampled.build_embedder(None), Err(LmError::Config { .. })));
}
