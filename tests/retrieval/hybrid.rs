//! Several retrievers as one.

use dspy::lm::Embedder;
use dspy::retrieve::{Bm25Index, Fusion, Hybrid, Passage, RetrieveError, Retriever, VectorIndex};

use super::{Letters, ids};

/// Finds always the same.
struct Fixed(Vec<(&'static str, f64)>);

impl Retriever for Fixed {
    async fn retrieve(&self, _: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
        let passage = |(id, score): &(&str, f64)| {
            let mut passage = Passage::new(*id, *id);
            passage.score = *score;
            passage
        };
        Ok(self.0.iter().take(k).map(passage).collect())
    }

    fn name(&self) -> &str {
        "fixed"
    }
}

struct Broken;

impl Retriever for Broken {
    async fn retrieve(&self, _: &str, _: usize) -> Result<Vec<Passage>, RetrieveError> {
        Err(RetrieveError::user("the shelf is locked"))
    }

    fn name(&self) -> &str {
        "broken"
    }
}

fn one() -> Fixed {
    Fixed(vec![("a", 10.0), ("b", 9.0), ("c", 0.0)])
}

fn two() -> Fixed {
    Fixed(vec![("c", 0.9), ("b", 0.8), ("d", 0.1)])
}

#[tokio::test]
async fn ranks_are_added_up() {
    let found = Hybrid::new().with(one(), 1.0).with(two(), 1.0).retrieve("x", 9).await.unwrap();
    assert_eq!(ids(&found), ["c", "b", "a", "d"]);
    let expected = [1.0 / 63.0 + 1.0 / 61.0, 2.0 / 62.0, 1.0 / 61.0, 1.0 / 63.0];
    for (passage, score) in found.iter().zip(expected) {
        assert!((passage.score - score).abs() < 1e-12, "{passage:?}");
    }
    let first = Fusion::ReciprocalRank { constant: 0.0 };
    let weighed = Hybrid::new().with(one(), 5.0).with(two(), 1.0).with_fusion(first);
    assert_eq!(ids(&weighed.retrieve("x", 2).await.unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn scores_are_added_up_on_one_scale() {
    let hybrid = Hybrid::new().with(one(), 1.0).with(two(), 2.0).with_fusion(Fusion::Weighted);
    let found = hybrid.retrieve("x", 9).await.unwrap();
    assert_eq!(ids(&found), ["b", "c", "a", "d"]);
    let expected = [0.9 + 2.0 * 0.7 / 0.8, 2.0, 1.0, 0.0];
    for (passage, score) in found.iter().zip(expected) {
        assert!((passage.score - score).abs() < 1e-12, "{passage:?}");
    }
    // A single finding is its retriever's best.
    let single = Hybrid::new().with(Fixed(vec![("a", -3.0)]), 2.0).with_fusion(Fusion::Weighted);
    assert_eq!(single.retrieve("x", 1).await.unwrap()[0].score, 2.0);
}

#[tokio::test]
async fn candidates_bound_what_is_asked_for() {
    let hybrid = Hybrid::new().with(one(), 1.0).with(two(), 1.0).with_candidates(1);
    assert_eq!(ids(&hybrid.retrieve("x", 1).await.unwrap()), ["a"]);
    assert_eq!(hybrid.retrieve("x", 3).await.unwrap().len(), 3);
    assert!(hybrid.retrieve("x", 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn words_and_vectors_together_find_what_one_alone_misses() {
    let texts = ["enlist", "rail", "silent"];
    let words = Bm25Index::new(Passage::numbered(texts)).unwrap();
    let vectors = VectorIndex::new(Passage::numbered(texts), Embedder::from_model(Letters));
    let hybrid = Hybrid::new().with(words.clone(), 1.0).with(vectors.await.unwrap(), 1.0);
    assert_eq!(ids(&words.search("silent", 3)), ["2"]);
    assert_eq!(ids(&hybrid.retrieve("silent", 2).await.unwrap()), ["2", "0"]);
}

#[tokio::test]
async fn a_failure_and_a_wrong_setting_are_errors() {
    let hybrid = Hybrid::new().with(one(), 1.0).with(Broken, 1.0);
    assert_eq!(hybrid.retrieve("x", 1).await.unwrap_err().to_string(), "the shelf is locked");
    let minus = Fusion::ReciprocalRank { constant: -1.0 };
    let wrong = [
        Hybrid::new(),
        Hybrid::new().with(one(), 0.0),
        Hybrid::new().with(one(), f64::NAN),
        Hybrid::new().with(one(), 1.0).with_fusion(minus),
    ];
    for hybrid in wrong {
        let error = hybrid.retrieve("x", 1).await.unwrap_err();
        assert!(matches!(error, RetrieveError::Setting { .. }), "{error}");
    }
}
