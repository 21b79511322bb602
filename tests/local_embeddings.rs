//! Embeddings in process, from weights that the tests write.
#![cfg(feature = "local-embeddings")]

use std::fs;
use std::path::Path;

use dspy::lm::{Embedder, EmbeddingModel};
use dspy::local_embeddings::{LocalEmbeddingsError, StaticEmbeddings};
use dspy::retrieve::{Passage, Retriever, VectorIndex};
use serde_json::{Value, json};

/// A safetensors file of these tensors: name, type, shape, bytes.
fn safetensors(tensors: &[(&str, &str, &[usize], Vec<u8>)]) -> Vec<u8> {
    let (mut head, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, kind, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        head.insert(
            (*name).into(),
            json!({"dtype": kind, "shape": shape, "data_offsets": offsets}),
        );
        data.extend_from_slice(bytes);
    }
    let head = Value::Object(head).to_string();
    let mut file = (head.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(head.as_bytes());
    file.extend(data);
    file
}

fn f32s(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// Words between white space and punctuation, in lower case.
fn tokenizer() -> Value {
    json!({
        "version": "1.0",
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "padding": null,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": null,
        "decoder": null,
        "model": {
            "type": "WordLevel",
            "vocab": {"[UNK]": 0, "tea": 1, "coffee": 2, "rail": 3, "the": 4},
            "unk_token": "[UNK]",
        },
    })
}

const ROWS: [[f32; 2]; 5] = [[9.0, 9.0], [1.0, 0.0], [0.75, 0.25], [0.0, 1.0], [0.5, 0.5]];

fn table() -> Vec<u8> {
    safetensors(&[("embeddings", "F32", &[5, 2], f32s(ROWS.as_flattened()))])
}

fn write(folder: &Path, weights: &[u8], tokenizer: &Value, config: Option<Value>) {
    fs::write(folder.join("model.safetensors"), weights).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    if let Some(config) = config {
        fs::write(folder.join("config.json"), config.to_string()).unwrap();
    }
}

async fn vector(model: &StaticEmbeddings, text: &str) -> Vec<f32> {
    model.embed(&[text.to_owned()]).await.unwrap().vectors.remove(0)
}

#[tokio::test]
async fn a_text_is_the_mean_of_its_known_tokens() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &table(), &tokenizer(), Some(json!({"normalize": false})));
    let model = StaticEmbeddings::load(folder.path()).unwrap();
    assert_eq!(model.dimensions(), 2);
    assert_eq!(vector(&model, "Tea").await, [1.0, 0.0]);
    // `of` is unknown and counts for nothing; the tokenizer's own limit does not hold.
    assert_eq!(vector(&model, "the rail of tea").await, [0.5, 0.5]);
    assert_eq!(vector(&model, "nothing known").await, [0.0, 0.0]);
    assert_eq!(vector(&model.clone().with_max_tokens(1), "rail tea").await, [0.0, 1.0]);
    let embeddings = model.embed(&["tea rail".to_owned(), "of".to_owned()]).await.unwrap();
    assert_eq!((embeddings.vectors.len(), embeddings.usage.prompt_tokens), (2, 2));
}

#[tokio::test]
async fn vectors_have_length_one_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &table(), &tokenizer(), None);
    let model = StaticEmbeddings::load(folder.path()).unwrap();
    let found = vector(&model, "tea rail").await;
    for x in &found {
        assert!((x - 0.5_f32.sqrt()).abs() < 1e-6, "{found:?}");
    }
}

#[tokio::test]
async fn shares_mappings_and_half_precision_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // 1.0, 0.0, -0.5, 2^-24 in 16 bits.
    let halves: Vec<u8> =
        [0x3c00_u16, 0, 0xb800, 0x0001].iter().flat_map(|x| x.to_le_bytes()).collect();
    let mapping: Vec<u8> = [0_i64, 0, 0, 1, 1].iter().flat_map(|x| x.to_le_bytes()).collect();
    let shares: Vec<u8> =
        [0.0_f64, 1.0, 3.0, 1.0, 1.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let weights = safetensors(&[
        ("embeddings", "F16", &[2, 2], halves),
        ("mapping", "I64", &[5], mapping),
        ("weights", "F64", &[5], shares),
    ]);
    write(folder.path(), &weights, &tokenizer(), Some(json!({"normalize": false})));
    let model = StaticEmbeddings::load(folder.path()).unwrap();
    assert_eq!(vector(&model, "coffee").await, [3.0, 0.0]);
    assert_eq!(vector(&model, "tea coffee").await, [2.0, 0.0]);
    assert_eq!(vector(&model, "rail").await, [-0.5, 2.0_f32.powi(-24)]);
}

#[tokio::test]
async fn passages_are_found_by_meaning_and_indexes_know_their_model() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &table(), &tokenizer(), None);
    let embedder = || Embedder::from_model(StaticEmbeddings::load(folder.path()).unwrap());
    let passages = Passage::numbered(["the rail", "coffee"]);
    let index = VectorIndex::new(passages, embedder()).await.unwrap();
    assert_eq!(index.retrieve("tea", 1).await.unwrap()[0].text, "coffee");
    let file = folder.path().join("index");
    index.save(&file).unwrap();
    assert!(VectorIndex::load(&file, embedder()).is_ok());
    let mut other = ROWS;
    other[1] = [0.0, 1.0];
    let weights = safetensors(&[("embeddings", "F32", &[5, 2], f32s(other.as_flattened()))]);
    write(folder.path(), &weights, &tokenizer(), None);
    assert!(VectorIndex::load(&file, embedder()).is_err());
}

#[tokio::test]
async fn what_is_wrong_with_files_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let load = || StaticEmbeddings::load(path).unwrap_err();
    assert!(matches!(load(), LocalEmbeddingsError::Io { .. }));
    let infinite = f32s(&[f32::INFINITY, 0.0]);
    let cases: [(Vec<u8>, Value, Option<Value>, &str); 6] = [
        (b"short".to_vec(), tokenizer(), None, "it is no safetensors file"),
        (safetensors(&[("x", "F32", &[1], f32s(&[1.0]))]), tokenizer(), None, "it has: x"),
        (safetensors(&[("0", "F32", &[1], f32s(&[1.0]))]), tokenizer(), None, "no table"),
        (safetensors(&[("0", "I8", &[1, 1], vec![1])]), tokenizer(), None, "type I8"),
        (safetensors(&[("0", "F32", &[1, 2], infinite)]), tokenizer(), None, "infinite"),
        (table(), json!({"model": 1}), None, "it is no tokenizer"),
    ];
    for (weights, tokenizer, config, expected) in cases {
        write(path, &weights, &tokenizer, config);
        let error = load();
        assert!(error.to_string().contains(expected), "{error}");
    }
    write(path, &table(), &tokenizer(), Some(json!({"normalize": 1})));
    assert!(load().to_string().contains("`normalize` must be true or false, not 1"));
    // Weights of a smaller vocabulary.
    let small = safetensors(&[("embeddings", "F32", &[2, 1], f32s(&[1.0, 2.0]))]);
    write(path, &small, &tokenizer(), Some(json!({})));
    let model = StaticEmbeddings::load(path).unwrap();
    let error = model.embed(&["rail".to_owned()]).await.unwrap_err();
    assert!(error.to_string().contains("no vector for the token 3"), "{error}");
}
