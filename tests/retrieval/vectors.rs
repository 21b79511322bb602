//! Search by vectors.

use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
use dspy::retrieve::{Passage, RetrieveError, Retriever, Similarity, VectorIndex};

use super::chance::Chance;
use super::{Letters, ids};

/// Gives what it was made with.
struct Fixed(Vec<Vec<f32>>);

impl EmbeddingModel for Fixed {
    async fn embed(&self, _: &[String]) -> Result<Embeddings, LmError> {
        Ok(Embeddings::new(self.0.clone()))
    }

    fn name(&self) -> &str {
        "fixed"
    }
}

fn random(chance: &mut Chance, count: usize, width: usize) -> Vec<Vec<f32>> {
    let mut vector = || (0..width).map(|_| chance.normal() as f32).collect();
    (0..count).map(|_| vector()).collect()
}

fn builder() -> dspy::retrieve::VectorIndexBuilder {
    VectorIndex::builder(Embedder::from_model(Letters))
}

#[tokio::test]
async fn passages_are_embedded_in_parts_and_found() {
    let texts = ["silent", "tea", "rail", "enlist", "moon"];
    let index = builder().with_texts_per_call(2).build(Passage::numbered(texts)).await.unwrap();
    let found = index.retrieve("LISTEN", 3).await.unwrap();
    // Anagrams are as near as can be; of equals, the earlier comes first.
    assert_eq!(ids(&found)[..2], ["0", "3"]);
    assert!((found[0].score - 1.0).abs() < 1e-6);
    assert!(index.retrieve("x", 0).await.unwrap().is_empty());
    assert_eq!(index.retrieve("tea", 99).await.unwrap().len(), 5);
}

#[test]
fn similarities_are_those_of_the_definition() {
    let mut chance = Chance(5);
    // 11 numbers: neither one lane nor whole lanes.
    let vectors = random(&mut chance, 40, 11);
    let query = random(&mut chance, 1, 11).remove(0);
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    for similarity in [Similarity::Dot, Similarity::Cosine] {
        let index = builder()
            .with_similarity(similarity)
            .build_with_vectors(Passage::numbered((0..40).map(|n| n.to_string())), vectors.clone())
            .unwrap();
        let mut expected: Vec<(usize, f64)> = vectors
            .iter()
            .map(|vector| match similarity {
                Similarity::Dot => dot(vector, &query),
                _ => dot(vector, &query) / (dot(vector, vector) * dot(&query, &query)).sqrt(),
            })
            .enumerate()
            .collect();
        expected.sort_by(|a, b| b.1.total_cmp(&a.1));
        let found = index.nearest(&query, 7).unwrap();
        assert_eq!(found.len(), 7);
        for (passage, (place, value)) in found.iter().zip(expected) {
            assert_eq!(passage.id, place.to_string());
            assert!((passage.score - value).abs() < 1e-5, "{} {value}", passage.score);
        }
    }
}

#[tokio::test]
async fn vectors_that_do_not_fit_are_errors() {
    let passages = || Passage::numbered(["a", "b"]);
    let cases = [
        (vec![vec![1.0, 2.0]], "gave 1 vectors for 2 texts"),
        (vec![vec![1.0, 2.0], vec![1.0]], "the vector of the passage `1` has 1 numbers"),
        (vec![vec![1.0], vec![f32::NAN]], "gave the passage `1` a vector with an infinite number"),
        (vec![vec![], vec![]], "gave a vector without numbers"),
    ];
    for (vectors, expected) in cases {
        let embedder = Embedder::from_model(Fixed(vectors));
        let error = VectorIndex::new(passages(), embedder).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let index = builder().build_with_vectors(passages(), vec![vec![1.0], vec![2.0]]).unwrap();
    let error = index.retrieve("query", 1).await.unwrap_err();
    assert!(matches!(error, RetrieveError::Dimensions { expected: 1, found: 26, .. }), "{error}");
    let error = builder().build_with_vectors(passages(), vec![]).unwrap_err();
    assert!(matches!(error, RetrieveError::Setting { .. }), "{error}");
}

#[tokio::test]
async fn an_empty_index_asks_nobody() {
    let embedder = Embedder::from_model(Fixed(vec![]));
    let index = VectorIndex::new([], embedder).await.unwrap();
    assert!(index.retrieve("anything", 3).await.unwrap().is_empty());
}

#[cfg(feature = "hnsw")]
mod approximate {
    use dspy::retrieve::Hnsw;

    use super::*;

    const COUNT: usize = 600;
    const WIDTH: usize = 12;

    fn index(vectors: &[Vec<f32>], hnsw: Option<Hnsw>) -> VectorIndex {
        let passages = Passage::numbered((0..vectors.len()).map(|n| n.to_string()));
        let builder = match hnsw {
            Some(hnsw) => builder().with_approximate_search(hnsw),
            None => builder(),
        };
        builder.build_with_vectors(passages, vectors.to_vec()).unwrap()
    }

    #[test]
    fn it_finds_nearly_all_that_exact_search_finds() {
        let mut chance = Chance(9);
        let vectors = random(&mut chance, COUNT, WIDTH);
        let exact = index(&vectors, None);
        let approximate = index(&vectors, Some(Hnsw::new().with_build_width(64)));
        let (mut hits, mut all) = (0, 0);
        for query in random(&mut chance, 25, WIDTH) {
            let expected = exact.nearest(&query, 10).unwrap();
            let found = approximate.nearest(&query, 10).unwrap();
            assert_eq!(found.len(), 10);
            assert!(found.is_sorted_by(|a, b| a.score >= b.score));
            hits += found.iter().filter(|passage| expected.contains(passage)).count();
            all += expected.len();
        }
        assert!(hits * 100 >= all * 95, "{hits} of {all}");
    }

    #[test]
    fn a_passage_finds_itself_and_graphs_repeat() {
        let vectors = random(&mut Chance(2), 300, WIDTH);
        let (one, two) = (index(&vectors, Some(Hnsw::new())), index(&vectors, Some(Hnsw::new())));
        for (place, vector) in vectors.iter().enumerate() {
            let found = one.nearest(vector, 3).unwrap();
            assert_eq!(found[0].id, place.to_string());
            assert_eq!(found, two.nearest(vector, 3).unwrap());
        }
    }

    #[test]
    fn graphs_are_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let vectors = random(&mut Chance(4), 200, WIDTH);
        let saved = index(&vectors, Some(Hnsw::new().with_search_width(20)));
        saved.save(&path).unwrap();
        let loaded = VectorIndex::load(&path, Embedder::from_model(Letters)).unwrap();
        for query in vectors.iter().take(20) {
            assert_eq!(loaded.nearest(query, 5).unwrap(), saved.nearest(query, 5).unwrap());
        }
    }

    #[test]
    fn small_and_degenerate_graphs_work() {
        assert!(index(&[], Some(Hnsw::new())).nearest(&[], 2).unwrap().is_empty());
        let one = index(&[vec![1.0, 0.0]], Some(Hnsw::new()));
        assert_eq!(ids(&one.nearest(&[0.0, 1.0], 2).unwrap()), ["0"]);
        let alike = index(&vec![vec![1.0, 1.0]; 100], Some(Hnsw::new().with_links(2)));
        assert_eq!(alike.nearest(&[1.0, 1.0], 5).unwrap().len(), 5);
        let error = builder()
            .with_approximate_search(Hnsw::new().with_links(1))
            .build_with_vectors([], vec![])
            .unwrap_err();
        assert!(matches!(error, RetrieveError::Setting { .. }), "{error}");
    }
}
