//! Metrics: the values of their originals, and words that help.

use dspy::lm::{Embedder, EmbeddingModel, Embeddings, LmError};
use dspy::metric::{
    EmbeddingSimilarity, JsonFields, Metric, Score, Tolerance, Weighted, answer_in_passage, bleu,
    corpus_bleu, edit_similarity, exact_match, hotpot_f1, last_number, near, normalize_text,
    number_in_text, rouge_l, same_text, token_f1, with_trace,
};
use dspy::run::Trace;
use serde::Deserialize;
use serde_json::{Value, json};

/// A case of `tests/data/metric_cases.jsonl`, which `bench/peers/metrics_parity.py` recorded.
#[derive(Deserialize)]
struct Case {
    prediction: String,
    references: Vec<String>,
    passages: Vec<String>,
    numbers: (f64, f64, f64, f64),
    values: serde_json::Map<String, Value>,
}

#[test]
fn values_are_those_of_the_originals() {
    let text = include_str!("data/metric_cases.jsonl");
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() >= 50, "{} cases", cases.len());
    for case in cases {
        let Case { prediction, references, passages, numbers: (a, b, relative, absolute), values } =
            case;
        let found = [
            ("exact_match", exact_match(&prediction, &references)),
            ("token_f1", token_f1(&prediction, &references)),
            ("hotpot_f1", hotpot_f1(&prediction, &references)),
            ("answer_in_passage", answer_in_passage(&passages, &references)),
            ("rouge_l", rouge_l(&prediction, &references)),
            ("bleu", bleu(&prediction, &references)),
            ("edit_similarity", edit_similarity(&prediction, &references)),
            ("near", near(a, b, Tolerance::relative(relative).or_absolute(absolute))),
        ];
        assert_eq!(normalize_text(&prediction), values["normalized"], "{prediction:?}");
        for (name, score) in found {
            let expected = values[name].as_f64().unwrap();
            let is_same = (score.value - expected).abs() <= 1e-6;
            assert!(
                is_same,
                "{name} of {prediction:?} and {references:?}: {score:?}, not {expected}"
            );
            assert!(score.feedback.is_some_and(|words| !words.is_empty()), "{name} says why");
        }
    }
}

#[test]
fn without_references_nothing_is_right() {
    let none: [&str; 0] = [];
    for score in [
        exact_match("a", &none),
        token_f1("a", &none),
        rouge_l("a", &none),
        bleu("a", &none),
        edit_similarity("a", &none),
        answer_in_passage(&["a"], &none),
    ] {
        assert_eq!(score.value, 0.0);
    }
    assert_eq!(same_text(" The End\n", "The End").value, 1.0);
    assert_eq!(same_text("the end", "The End").value, 0.0);
    assert_eq!(exact_match("", "The").value, 1.0, "both are nothing");
    assert_eq!(answer_in_passage(&["all of it"], "The").value, 0.0, "nothing is nowhere");
}

#[test]
fn bleu_of_a_corpus_is_not_the_mean_of_its_sentences() {
    // sacrebleu.corpus_bleu(["the cat sat on the mat", "dogs bark"],
    //     [["the cat is on the mat", "all dogs bark loudly"]]).score / 100
    let pairs = [
        ("the cat sat on the mat", ["the cat is on the mat"]),
        ("dogs bark", ["all dogs bark loudly"]),
    ];
    let value = corpus_bleu(pairs);
    assert!((value - CORPUS_BLEU).abs() < 1e-6, "{value}");
    assert_eq!(corpus_bleu([("ab", ["ab"])]), 0.0, "too short for four words, as in the original");
}

const CORPUS_BLEU: f64 = 0.307505415;

#[test]
fn numbers_in_texts() {
    for (text, number) in [
        ("It costs $1,234.50.", Some(1234.5)),
        ("from 3 to -7", Some(-7.0)),
        ("10-20", Some(20.0)),
        ("about .5", Some(0.5)),
        ("1,2,3", Some(123.0)),
        ("so it is 12.", Some(12.0)),
        ("100 %", Some(100.0)),
        ("no number…", None),
        ("٣", None),
    ] {
        assert_eq!(last_number(text), number, "{text}");
    }
    let off = number_in_text("It is 11.", 10.0, Tolerance::absolute(0.5));
    assert_eq!((off.value, off.feedback.as_deref()), (0.0, Some("expected 10, got 11: off by +1")));
    assert_eq!(number_in_text("none", 10.0, Tolerance::default()).value, 0.0);
    assert!(!Tolerance::absolute(1.0).allows(f64::NAN, 0.0));
    assert!(!Tolerance::relative(1.0).allows(f64::INFINITY, 1.0));
}

#[test]
fn fields_of_json() {
    let expected = json!({"name": "Ada", "tags": ["x", "y"], "born": {"year": 1815}, "id": 7});
    let given =
        json!({"name": "Ada", "tags": ["x"], "born": {"year": 1815.0}, "more": true, "id": 8});
    let score = JsonFields::new().score(&given, &expected).unwrap();
    assert!((score.value - 3.0 / 6.0).abs() < 1e-9, "{score:?}");
    let words = score.feedback.unwrap();
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(
        lines,
        [
            "/id: expected 7, got 8",
            "/tags/1: expected \"y\", got nothing",
            "/more: not expected, got true",
        ]
    );
    let lenient = JsonFields::new().ignore("/id").ignore("/more").ignore("/tags/1");
    assert_eq!(lenient.score(&given, &expected).unwrap().value, 1.0);
    assert_eq!(JsonFields::new().score(&json!({}), &json!({})).unwrap().value, 1.0);
    assert_eq!(JsonFields::new().score(&json!(null), &json!({"a": 1})).unwrap().value, 0.0);
    assert!(JsonFields::new().score(&f64::NAN, &1.0).is_err());
}

async fn score<M: Metric<String, String>>(
    metric: M,
    row: &str,
    output: &str,
) -> dspy::Result<Score> {
    metric.score(&row.to_owned(), &output.to_owned(), &Trace::default()).await
}

#[tokio::test]
async fn metrics_can_be_weighted() {
    let metric = || {
        Weighted::<String, String>::new()
            .with("right", 3.0, |row, out| exact_match(out, row).with_feedback_for("think", "why?"))
            .with("brief", 1.0, |_, out| out.len() < 5)
    };
    let both = score(metric(), "Ada", "Ada").await.unwrap();
    assert_eq!(both.value, 1.0);
    assert_eq!(both.feedback_for["think"], "why?");
    let one = score(metric(), "Ada", "ada lovelace").await.unwrap();
    assert_eq!(one.value, 0.0);
    let one = score(metric(), "Countess", "countess").await.unwrap();
    assert_eq!(one.value, 0.75);
    assert_eq!(one.feedback.as_deref(), Some("right 1.000: the answer is right\nbrief 0.000"));
    assert!(score(Weighted::new().with("x", -1.0, |_, _| true), "", "").await.is_err());
    assert!(score(Weighted::new(), "", "").await.is_err());
    let traced = with_trace(|_: &String, _: &String, _: &Trace| 1.0);
    assert!(Metric::needs_trace(&Weighted::new().with_metric("calls", 1.0, traced)));
}

#[tokio::test]
async fn meaning_by_embeddings() {
    struct Letters;
    impl EmbeddingModel for Letters {
        async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
            let vector = |text: &String| {
                ["a", "b"].iter().map(|l| text.matches(l).count() as f32).collect::<Vec<_>>()
            };
            Ok(Embeddings::new(texts.iter().map(vector).collect()))
        }
        fn name(&self) -> &str {
            "letters"
        }
    }
    let similarity = EmbeddingSimilarity::new(Embedder::from_model(Letters));
    let value = similarity.score("ab", &["b", "aabb"]).await.unwrap();
    assert!((value.value - 1.0).abs() < 1e-6);
    assert_eq!(value.feedback.as_deref(), Some("1.00 similar to `aabb`"));
    assert_eq!(similarity.score("a", "b").await.unwrap().value, 0.0);
    assert_eq!(similarity.score("xyz", "a").await.unwrap().value, 0.0, "a vector of nothing");
    let metric = similarity.metric(|row: &String, out: &String| (out.clone(), row.clone()));
    assert!((score(metric, "b", "ab").await.unwrap().value - 0.5_f64.sqrt()).abs() < 1e-6);
}
