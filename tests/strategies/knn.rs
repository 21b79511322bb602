//! `Knn` and `KnnDemos`: what is near, what is shown.

use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
use dspy::module::{ParameterKind, freeze, parameter_value};
use dspy::predict::{Knn, KnnDemos};
use dspy::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::model::steady;
use super::{Qa, QaInput, ask};

fn row(question: &str, answer: &str) -> Qa {
    Qa { question: question.into(), answer: answer.into() }
}

fn rows() -> Vec<Qa> {
    vec![
        row("What is the capital city of France?", "Paris"),
        row("How many legs has the spider?", "8"),
        row("What is the longest of the rivers?", "Nile"),
        row("How many wings have spiders?", "0"),
    ]
}

#[tokio::test]
async fn rare_words_and_their_parts_decide() {
    let knn = Knn::<QaInput, Qa>::new(rows()).unwrap();
    let nearest = async |question: &str, k| -> Vec<usize> {
        let found = knn.nearest(&ask(question), k).await.unwrap();
        found.iter().map(|neighbor| neighbor.place).collect()
    };
    assert_eq!(nearest("Do spiders have wings?", 2).await, [3, 1]);
    assert_eq!(nearest("Which river is it?", 1).await, [2], "`river` is part of `rivers`");
    assert_eq!(nearest("What is the capital of Peru?", 1).await, [0], "`is the` is everywhere");
    assert_eq!(nearest("x", 99).await.len(), 4);
    let same = knn.nearest(&ask("How many legs has the spider?"), 1).await.unwrap();
    assert!((same[0].similarity - 1.0).abs() < 1e-9);
    assert_eq!(same[0].row.answer, "8");
    assert!(Knn::<QaInput, Qa>::new(Vec::new()).is_err());
}

/// Puts texts in a plane: whether they speak of spiders, and of anything else.
#[derive(Clone, Default)]
struct Spiders(Arc<AtomicUsize>);

impl EmbeddingModel for Spiders {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        self.0.fetch_add(texts.len(), Ordering::Relaxed);
        let vector = |text: &String| match text.contains("pider") || text.contains("arachnid") {
            true => vec![3.0, 1.0],
            false => vec![0.0, 2.0],
        };
        Ok(Embeddings::new(texts.iter().map(vector).collect()))
    }

    fn name(&self) -> &str {
        "spiders"
    }
}

#[tokio::test]
async fn an_embedding_model_may_decide() {
    let embedder = Embedder::from_model(Spiders::default());
    let knn = Knn::<QaInput, Qa>::with_embedder(rows(), embedder).await.unwrap();
    let found = knn.nearest(&ask("Is an arachnid an insect?"), 3).await.unwrap();
    let places: Vec<usize> = found.iter().map(|neighbor| neighbor.place).collect();
    assert_eq!(places, [1, 3, 0], "nearest first, of equals the earlier");
    assert!((found[0].similarity - 1.0).abs() < 1e-6);
}

#[tokio::test]
async fn the_nearest_rows_are_shown_and_no_others() {
    let model = steady();
    let own = row("Is this one my own?", "yes");
    let program = KnnDemos::new(Predict::<Qa>::new().with_demos([own]), rows(), 2).unwrap();
    let program = {
        let mut program = program;
        program.set_lm(&model.lm());
        program
    };
    program.call("Do spiders have wings?").await.unwrap();
    assert_eq!(model.calls(), 1, "it costs no further call");
    let texts: Vec<String> = model.requests()[0].messages.iter().map(|m| m.text()).collect();
    let shown: Vec<&String> = texts.iter().skip(1).step_by(2).collect();
    assert_eq!(shown.len(), 4);
    assert!(shown[0].contains("my own"), "its own come first");
    assert!(shown[1].contains("legs") && shown[2].contains("wings have"), "the nearest is last");
    assert!(shown[3].contains("Do spiders have wings?"));
    assert_eq!(program.module().demos().len(), 1, "nothing is kept");
}

#[tokio::test]
async fn rows_are_saved_with_the_program() {
    let model = steady();
    let program = KnnDemos::new(Predict::<Qa>::new().with_lm(model.lm()), rows(), 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.json");
    program.save(&file).unwrap();
    let other = vec![row("Why?", "because")];
    let mut loaded = KnnDemos::new(Predict::<Qa>::new().with_lm(model.lm()), other, 3).unwrap();
    loaded.load(&file).unwrap();
    let kind = ParameterKind::new("examples");
    assert_eq!(
        parameter_value(&loaded, "examples", &kind),
        parameter_value(&program, "examples", &kind)
    );
    loaded.call("How many legs has it?").await.unwrap();
    assert!(model.requests()[0].messages[1].text().contains("legs has the spider"));
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("\"k\"", "\"q\""))
        .unwrap();
    let error = loaded.load(&file).unwrap_err().to_string();
    assert!(error.contains("wrong: `examples`"), "{error}");
}

#[tokio::test]
async fn frozen_predictors_and_embedders() {
    let model = steady();
    let embedded = Spiders::default();
    let mut program = KnnDemos::new(Predict::<Qa>::new(), rows(), 1)
        .unwrap()
        .with_embedder(Embedder::from_model(embedded.clone()));
    program.set_lm(&model.lm());
    program.call("An arachnid?").await.unwrap();
    program.call("Another arachnid?").await.unwrap();
    assert_eq!(embedded.0.load(Ordering::Relaxed), 4 + 2, "rows are embedded once");
    assert!(model.requests()[1].messages[1].text().contains("legs"));
    freeze(&mut program, "*").unwrap();
    program.call("A third arachnid?").await.unwrap();
    assert_eq!(model.requests()[2].messages.len(), 2);
}

#[test]
fn rows_must_concern_the_program() {
    let none = KnnDemos::new(Predict::<Qa>::new(), Vec::<Qa>::new(), 1);
    assert!(none.unwrap_err().to_string().contains("demonstrations"));
    let wrong: Vec<(QaInput, Label)> = vec![(ask("Which?"), Label { label: 3 })];
    let error = KnnDemos::new(Predict::<Qa>::new(), wrong, 1).unwrap_err().to_string();
    assert!(error.contains("no row has both"), "{error}");
}

#[dspy::data]
struct Label {
    label: u8,
}
