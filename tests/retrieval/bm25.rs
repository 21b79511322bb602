//! Search by words.

use dspy::retrieve::{Bm25, Bm25Index, Passage, RetrieveError, Tokenizer};
use serde::Deserialize;

use super::ids;

#[derive(Deserialize)]
struct Recorded {
    documents: Vec<String>,
    queries: Vec<String>,
    /// For each query the best places with their scores, as `rank_bm25` gave them.
    found: Vec<Vec<(usize, f64)>>,
}

#[test]
fn it_finds_and_scores_as_rank_bm25_does() {
    let recorded: Recorded = serde_json::from_str(include_str!("../data/bm25.json")).unwrap();
    let index = Bm25::new()
        .with_tokenizer(Tokenizer::whitespace())
        .build(Passage::numbered(recorded.documents))
        .unwrap();
    assert_eq!(recorded.queries.len(), 20);
    for (query, expected) in recorded.queries.iter().zip(&recorded.found) {
        let found = index.search(query, 10);
        let places: Vec<usize> = found.iter().map(|passage| passage.id.parse().unwrap()).collect();
        // Ties stand in the order of the documents on both sides.
        assert_eq!(places, expected.iter().map(|(place, _)| *place).collect::<Vec<_>>(), "{query}");
        for (passage, (_, score)) in found.iter().zip(expected) {
            assert!((passage.score - score).abs() < 1e-9, "{query}: {} {score}", passage.score);
        }
    }
}

#[test]
fn frequent_words_of_a_small_corpus_have_the_floor() {
    // By hand: `a` stands in 3 of 4 texts, `b`, `c` and `d` in one each.
    let texts = ["a b", "a c", "a d", "e"];
    let index = Bm25Index::new(Passage::numbered(texts)).unwrap();
    let frequent = 1.5_f64.ln() - 3.5_f64.ln();
    let rare = 3.5_f64.ln() - 1.5_f64.ln();
    let floor = 0.25 * (frequent + 4.0 * rare) / 5.0;
    // All texts that hold `a` have two words where 1.75 are average.
    let norm = 1.5 * (1.0 - 0.75 + 0.75 * 2.0 / 1.75);
    let found = index.search("a", 10);
    assert_eq!(ids(&found), ["0", "1", "2"]);
    assert!((found[0].score - floor * 2.5 / (1.0 + norm)).abs() < 1e-12);
}

#[test]
fn settings_change_the_ranking() {
    let texts =
        ["tea tea tea and much else that is said of it", "tea", "rail", "rail and road", "moon"];
    let found = |settings: Bm25| {
        let index = settings.build(Passage::numbered(texts)).unwrap();
        index.search("tea", 10).into_iter().map(|passage| passage.id).collect::<Vec<_>>()
    };
    assert_eq!(found(Bm25::new().with_b(0.0)), ["0", "1"]);
    assert_eq!(found(Bm25::new().with_b(1.0)), ["1", "0"]);
    // Without `k1` how often a word occurs is nothing: a tie, in the order given.
    assert_eq!(found(Bm25::new().with_k1(0.0).with_b(1.0)), ["0", "1"]);
    let words = Tokenizer::words().with_stop_words(["tea"]);
    assert!(found(Bm25::new().with_tokenizer(words)).is_empty());
}

#[test]
fn settings_out_of_range_are_refused() {
    let none = || Passage::numbered(["x"]);
    let wrong = [
        Bm25::new().with_k1(-1.0),
        Bm25::new().with_k1(f64::NAN),
        Bm25::new().with_b(1.5),
        Bm25::new().with_epsilon(f64::INFINITY),
    ];
    for settings in wrong {
        let error = settings.build(none()).unwrap_err();
        assert!(matches!(error, RetrieveError::Setting { .. }), "{error}");
    }
}

#[test]
fn ids_are_unique_and_metadata_comes_along() {
    let passage = |id: &str| Passage::new(id, "tea").with("year", 1931);
    let error = Bm25Index::new([passage("a"), passage("a")]).unwrap_err();
    assert!(matches!(&error, RetrieveError::DuplicateId { id } if id == "a"), "{error}");
    let index = Bm25Index::new([passage("a"), passage("b"), Passage::new("c", "rail")]).unwrap();
    assert_eq!(index.search("tea", 1)[0].metadata["year"], 1931);
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let empty = Bm25Index::new([]).unwrap();
    assert!(empty.search("tea", 3).is_empty());
    let index = Bm25Index::new(Passage::numbered(["", "tea", "rail"])).unwrap();
    assert!(index.search("", 3).is_empty());
    assert!(index.search("coffee", 3).is_empty());
    assert!(index.search("tea", 0).is_empty());
}

#[test]
fn words_of_all_scripts_are_found() {
    let texts = ["Größe und Maß", "茶は静岡で作られる", "Чай растёт в Ассаме", "nothing", "none"];
    let index = Bm25Index::new(Passage::numbered(texts)).unwrap();
    assert_eq!(ids(&index.search("GRÖSSE größe", 1)), ["0"]);
    assert_eq!(ids(&index.search("静岡の茶", 1)), ["1"]);
    assert_eq!(ids(&index.search("чай", 1)), ["2"]);
    let words = Tokenizer::words();
    assert_eq!(words.tokens("in 静岡2茶 x"), ["in", "静", "岡", "2", "茶", "x"]);
}
