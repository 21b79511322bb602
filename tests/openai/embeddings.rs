//! Texts as vectors.

use dspy::lm::{
    Embedder, EmbeddingModel, Embeddings, LmError, OpenAi, OpenAiBuilder, Service, Settings,
};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, shown};

fn builder(server: &Server) -> OpenAiBuilder {
    OpenAi::builder("e").api_base(server.base()).api_key(KEY).env(|_| None)
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|place| format!("text {place}")).collect()
}

fn vectors(data: Value) -> Answer {
    Answer::json(
        200,
        json!({"object": "list", "data": data, "model": "e-1",
        "usage": {"prompt_tokens": 8, "total_tokens": 8}}),
    )
}

async fn embedded(answer: Answer, count: usize) -> Result<Embeddings, LmError> {
    let server = Server::start([answer]).await;
    builder(&server).build_embedder(None).unwrap().embed(&texts(count)).await
}

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts() {
    let server = Server::start([vectors(json!([
        {"object": "embedding", "index": 1, "embedding": [0.5, -1]},
        {"object": "embedding", "index": 0, "embedding": [0.25, 1e-3]},
    ]))])
    .await;
    let model = builder(&server).build_embedder(Some(2)).unwrap();
    let embeddings = model.embed(&texts(2)).await.unwrap();
    assert_eq!(embeddings.vectors, [[0.25, 0.001], [0.5, -1.0]]);
    assert_eq!((embeddings.usage.calls, embeddings.usage.prompt_tokens), (1, 8));
    assert_eq!(embeddings.model.as_deref(), Some("e-1"));
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1/embeddings HTTP/1.1");
    assert_eq!(
        seen.json(),
        json!({"model": "e", "input": ["text 0", "text 1"], "encoding_format": "float",
            "dimensions": 2})
    );
    assert_eq!(model.name(), "openai/e");
    assert!(model.fingerprint().contains("/v1/embeddings") && !model.fingerprint().contains(KEY));
    assert!(!format!("{model:?}").contains(KEY));
}

#[tokio::test]
async fn the_bare_minimum_is_enough() {
    let data = json!({"data": [{"embedding": [1]}, {"embedding": [2]}]});
    let embeddings = embedded(Answer::json(200, data), 2).await.unwrap();
    assert_eq!(embeddings.vectors, [[1.0], [2.0]]);
    assert_eq!((embeddings.usage.calls, embeddings.model), (1, None));
    let server = Server::start([vectors(json!([]))]).await;
    let none = builder(&server).build_embedder(None).unwrap().embed(&[]).await.unwrap();
    assert!(none.vectors.is_empty() && server.seen().is_empty());
}

#[tokio::test]
async fn many_texts_go_in_several_calls() {
    let answer = |from: usize, count: usize| {
        let item = |place: usize| json!({"index": place, "embedding": [from + place]});
        vectors((0..count).map(item).collect())
    };
    // One call at a time reaches the server's script, whatever the order: both have one length.
    let server = Server::start([answer(0, 256), answer(0, 256)]).await;
    let embeddings =
        builder(&server).build_embedder(None).unwrap().embed(&texts(512)).await.unwrap();
    assert_eq!((embeddings.vectors.len(), embeddings.usage.calls), (512, 2));
    assert_eq!(embeddings.usage.prompt_tokens, 16);
    let mut inputs: Vec<String> = Vec::new();
    for seen in server.seen() {
        let body = seen.json();
        let input = body["input"].as_array().unwrap().iter();
        inputs.extend(input.map(|text| text.as_str().unwrap().to_owned()));
    }
    inputs.sort();
    let mut expected = texts(512);
    expected.sort();
    assert_eq!(inputs, expected);
}

#[tokio::test]
async fn failures_are_told_apart() {
    let error = embedded(Answer::error(401, "invalid_api_key", KEY), 1).await.unwrap_err();
    assert!(error.is_auth() && !shown(&error).contains(KEY), "{error}");
    let error = embedded(Answer::json(200, json!({"error": {"code": 429, "message": "slow"}})), 1);
    assert!(matches!(error.await.unwrap_err(), LmError::RateLimit(_)));
    for (answer, fault) in [
        (vectors(json!([{"embedding": [1]}])), "expected 2 vectors, found 1"),
        (vectors(json!([{"embedding": [1]}, {"embedding": [1, 2]}])), "differ in length"),
        (vectors(json!([{"embedding": "AAAA"}])), "expected a list of vectors"),
        (Answer::raw(200, "text/html", "<html><title>Hi</title></html>"), "an HTML page"),
    ] {
        let error = embedded(answer, 2).await.unwrap_err();
        assert!(matches!(error, LmError::Decode { .. }), "{error:?}");
        assert!(error.to_string().contains(fault), "{error}");
    }
}

#[tokio::test]
async fn services_and_model_strings() {
    let server = Server::start([vectors(json!([{"embedding": [1]}]))]).await;
    let mistral = builder(&server).service(Service::MISTRAL).build_embedder(Some(1)).unwrap();
    mistral.embed(&texts(1)).await.unwrap();
    let body = server.only().json();
    assert_eq!((&body["output_dimension"], body.get("dimensions")), (&json!(1), None));

    let root = format!("http://{}", server.address());
    let azure = OpenAi::builder("e").service(Service::AZURE).api_key(KEY).env(|_| None);
    let azure = azure.api_base(format!("{root}?api-version=1")).build_embedder(None).unwrap();
    azure.embed(&texts(1)).await.unwrap();
    let line = server.seen().pop().unwrap().line;
    assert_eq!(line, "POST /openai/deployments/e/embeddings?api-version=1 HTTP/1.1");

    let embedder = Embedder::new(&format!("vllm/bge@{root}")).unwrap();
    assert_eq!(embedder.embed(&texts(1)).await.unwrap().vectors, [[1.0]]);
    assert_eq!(embedder.name(), "vllm/bge");
    for (name, fault) in [
        ("text-embedding-3-small", "names no embedding model"),
        ("openai/", "names no embedding model"),
        ("nobody/m", "names no embedding model"),
        ("openai-text/m", "has no embeddings; write `openai/m`"),
    ] {
        let error = Embedder::new(name).unwrap_err();
        assert!(error.to_string().contains(fault), "{error}");
    }
    let settings = Settings::default().with_temperature(0.5);
    let error = builder(&server).settings(settings).build_embedder(None).unwrap_err();
    assert!(matches!(error, LmError::Config { .. }), "{error}");
}
