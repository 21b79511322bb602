//! Evaluation: ordered, concurrent, honest about failures and uncertainty.

#[path = "support/scripted.rs"]
mod scripted;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dspy::Evaluate;
use dspy::evaluate::{compare, compare_scores};
use dspy::lm::{LanguageModel, Lm, LmError, Request, Response};
use dspy::metric::{Metric, Score, with_trace};
use dspy::prelude::*;
use dspy::run::Trace;
use scripted::{Scripted, question, sections};

/// Repeat the word.
#[derive(Signature, Clone)]
struct Echo {
    #[input]
    word: String,
    #[output]
    copy: String,
}

fn rows(count: usize) -> Vec<Echo> {
    (0..count).map(|n| Echo { word: format!("w{n}"), copy: format!("w{n}") }).collect()
}

fn asked(request: &Request) -> String {
    question(request).lines().nth(1).unwrap().to_owned()
}

/// Echoes the word; every third one wrongly, every seventh not at all.
fn flawed() -> Scripted {
    Scripted::new(|request, _| {
        let word = asked(request);
        let number: usize = word[1..].parse().unwrap();
        match number {
            n if n % 7 == 6 => Ok(Response::text("no sections, and too much to be one")),
            n if n % 3 == 2 => Ok(Response::text(sections(&[("copy", "wrong")]))),
            _ => Ok(Response::text(sections(&[("copy", &word)]))),
        }
    })
}

fn right(row: &Echo, out: &EchoOutput) -> bool {
    row.copy == out.copy
}

#[tokio::test]
async fn the_result_does_not_depend_on_concurrency() {
    let program = Predict::<Echo>::new().with_lm(flawed().lm());
    let mut seen = Vec::new();
    for concurrency in [1, 64] {
        let evaluation =
            Evaluate::new(rows(50)).concurrency(concurrency).run(&program, right).await.unwrap();
        assert!(evaluation.items().iter().enumerate().all(|(n, item)| item.index == n));
        seen.push((evaluation.scores(), evaluation.score(), evaluation.interval()));
    }
    assert_eq!(seen[0], seen[1]);
    let [low, high] = seen[0].2;
    assert!(low < seen[0].1 && seen[0].1 < high);
}

#[tokio::test]
async fn concurrency_is_bounded_and_used() {
    #[derive(Clone, Default)]
    struct Slow {
        now: Arc<AtomicUsize>,
        most: Arc<AtomicUsize>,
    }
    impl LanguageModel for Slow {
        async fn generate(&self, _: &Request) -> Result<Response, LmError> {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            Ok(Response::text(sections(&[("copy", "x")])))
        }
        fn name(&self) -> &str {
            "slow"
        }
    }
    let model = Slow::default();
    let program = Predict::<Echo>::new().with_lm(Lm::from_model(model.clone()));
    Evaluate::new(rows(40)).concurrency(8).run(&program, right).await.unwrap();
    assert_eq!(model.most.load(Ordering::SeqCst), 8);
}

/// Fails on some rows with an error of the model.
fn failing(every: usize) -> Scripted {
    Scripted::new(move |request, _| {
        let word = asked(request);
        if word[1..].parse::<usize>().unwrap() % every == 0 {
            return Err(LmError::Other { message: "the model fell over".into(), retryable: false });
        }
        Ok(Response::text(sections(&[("copy", &word)])))
    })
}

#[tokio::test]
async fn failed_rows_are_kept_counted_and_stop_nothing() {
    let program = Predict::<Echo>::new().with_lm(failing(10).lm());
    let evaluation = Evaluate::new(rows(50)).run(&program, right).await.unwrap();
    assert_eq!(evaluation.errors().map(|item| item.index).collect::<Vec<_>>(), [0, 10, 20, 30, 40]);
    assert!(evaluation.items()[10].error.as_ref().unwrap().contains("fell over"));
    assert!((evaluation.score() - 0.9).abs() < 1e-9);
    assert!(evaluation.to_string().contains("5 failed"), "{evaluation}");

    let counted = Evaluate::new(rows(50)).failure_score(0.5).run(&program, right).await.unwrap();
    assert!((counted.score() - 0.95).abs() < 1e-9);
}

#[tokio::test]
async fn it_stops_after_so_many_errors_only_if_asked_and_keeps_the_rest() {
    let program = Predict::<Echo>::new().with_lm(failing(2).lm());
    let evaluation = Evaluate::new(rows(100))
        .concurrency(1)
        .stop_after_errors(3)
        .run(&program, right)
        .await
        .unwrap();
    assert_eq!(evaluation.items().len(), 5, "rows 0 to 4, of which 0, 2 and 4 fail");
    assert!(evaluation.stopped().unwrap().contains("3 failed"));
}

#[tokio::test]
async fn a_metric_for_the_signature_fits_its_chain_of_thought() {
    let answer = sections(&[("reasoning", "so"), ("copy", "w0")]);
    let program = ChainOfThought::<Echo>::new().with_lm(Scripted::text(&answer).lm());
    let by_metric = Evaluate::new(rows(2)).run_metric(&program, right).await.unwrap();
    assert_eq!(by_metric.scores(), [1.0, 0.0]);
    // Inferred parameter types: the output is the reasoned one and dereferences to the bare one.
    let by_closure = Evaluate::new(rows(2))
        .run(&program, |row, out| row.copy == out.copy && out.reasoning == "so")
        .await
        .unwrap();
    assert_eq!(by_closure.scores(), [1.0, 0.0]);
}

#[tokio::test]
async fn closures_give_bools_numbers_or_scores_with_feedback() {
    let program = Predict::<Echo>::new().with_lm(Scripted::text(&sections(&[("copy", "w0")])).lm());
    let of_rows = || Evaluate::new(rows(2));
    let bools = of_rows().run(&program, |row, out| row.copy == out.copy).await.unwrap();
    assert_eq!(bools.scores(), [1.0, 0.0]);
    let numbers = of_rows().run(&program, |row, _| row.word.len() as f64 / 4.0).await.unwrap();
    assert_eq!(numbers.scores(), [0.5, 0.5]);
    let scores = of_rows()
        .run(&program, |row, out| Score::from(row.copy == out.copy).with_feedback(&row.word))
        .await
        .unwrap();
    assert_eq!(scores.scores(), [1.0, 0.0]);
    assert_eq!(scores.items()[1].feedback.as_deref(), Some("w1"));
}

struct Patient;

impl Metric<Echo, EchoOutput> for Patient {
    async fn score(&self, row: &Echo, output: &EchoOutput, _: &Trace) -> dspy::Result<Score> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok(Score::new(0.25).with_feedback(format!("{} became {}", row.word, output.copy)))
    }
}

#[tokio::test]
async fn metrics_may_wait_and_may_see_the_run() {
    let program = Predict::<Echo>::new().with_lm(Scripted::text(&sections(&[("copy", "x")])).lm());
    let evaluation = Evaluate::new(rows(3)).run_metric(&program, Patient).await.unwrap();
    assert_eq!(evaluation.score(), 0.25);
    assert_eq!(evaluation.items()[2].feedback.as_deref(), Some("w2 became x"));

    let calls = with_trace(|_: &Echo, _: &EchoOutput, trace: &Trace| trace.calls().len() as f64);
    let evaluation = Evaluate::new(rows(3)).run_metric(&program, calls).await.unwrap();
    assert_eq!(evaluation.scores(), [1.0, 1.0, 1.0]);
    assert!(evaluation.items()[0].trace.calls().is_empty(), "recorded for the metric alone");
}

#[tokio::test]
async fn comparisons_are_paired() {
    let rows = rows(60);
    let before = Predict::<Echo>::new().with_lm(flawed().lm());
    let after = Predict::<Echo>::new().with_lm(failing(1000).lm());
    let first = Evaluate::new(&rows).run(&before, right).await.unwrap();
    let second = Evaluate::new(&rows).run(&after, right).await.unwrap();
    let comparison = compare(&first, &second).unwrap();
    assert!(comparison.interval[0] > 0.0, "{comparison:?}");
    assert_eq!(comparison.worse, [0], "row 0 is the one that fails in the second");
    assert_eq!(compare(&first, &first).unwrap().interval, [0.0, 0.0]);
    let other = Evaluate::new(&rows[1..]).run(&after, right).await.unwrap();
    assert!(compare(&first, &other).unwrap_err().to_string().contains("same rows"));
}

#[test]
fn intervals_cover_the_truth_about_as_often_as_they_say() {
    // 200 data sets of 60 coin flips with p = 0.3, from a small generator of the test's own.
    let mut state = 12345_u64;
    let mut flip = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        f64::from(u8::from((state >> 33) % 1000 < 300))
    };
    let mut covered = 0;
    for _ in 0..200 {
        let scores: Vec<f64> = (0..60).map(|_| flip()).collect();
        let [low, high] = compare_scores(&vec![0.0; 60], &scores).interval;
        covered += usize::from(low <= 0.3 && 0.3 <= high);
    }
    assert!((180..=198).contains(&covered), "{covered} of 200 intervals cover the truth");
}

#[test]
fn large_data_sets_have_the_same_interval_at_once() {
    let scores = |count: usize| -> Vec<f64> {
        (0..count).map(|n| f64::from(u8::from(n % 3 == 0))).collect()
    };
    let width = |count: usize| {
        let [low, high] = compare_scores(&vec![0.0; count], &scores(count)).interval;
        high - low
    };
    assert!((width(4_998) / width(5_001) - 1.0).abs() < 0.08, "resampled and normal agree");
    let started = std::time::Instant::now();
    assert!(width(1_000_000) < 0.002);
    assert!(started.elapsed() < Duration::from_secs(5), "a million rows need no resampling");
}

#[tokio::test]
async fn dropping_an_evaluation_cancels_what_is_in_flight() {
    let model = Scripted::new(|_, _| Ok(Response::text(sections(&[("copy", "x")]))));
    struct Never(Scripted);
    impl LanguageModel for Never {
        async fn generate(&self, request: &Request) -> Result<Response, LmError> {
            let answer = self.0.generate(request).await;
            tokio::time::sleep(Duration::from_secs(3600)).await;
            answer
        }
        fn name(&self) -> &str {
            "never"
        }
    }
    let program = Predict::<Echo>::new().with_lm(Lm::from_model(Never(model.clone())));
    let evaluation = Evaluate::new(rows(100));
    let work =
        evaluation.concurrency(4).run(&program, right).await_for(Duration::from_millis(50)).await;
    assert!(work.is_err(), "it cannot have finished");
    let calls = model.calls();
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!((calls, model.calls()), (4, 4), "no row is begun after the caller went away");
}

trait AwaitFor: Future + Sized {
    async fn await_for(self, limit: Duration) -> Result<Self::Output, tokio::time::error::Elapsed> {
        tokio::time::timeout(limit, self).await
    }
}

impl<F: Future> AwaitFor for F {}
