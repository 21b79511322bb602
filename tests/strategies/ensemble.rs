//! `Ensemble`: votes, subsets, early ends, failures.

use std::collections::BTreeSet;
use std::time::Duration;

use dspy::lm::{LmError, Request, Response, Scripted, ScriptedAnswer};
use dspy::module::DynModule;
use dspy::predict::{Ensemble, Vote};
use dspy::prelude::*;

use super::model::sections;
use super::{Qa, QaInput, QaOutput, ask};

/// A program that answers this after so many seconds; `bad` fails.
fn program(answer: &str, seconds: u64) -> (Predict<Qa>, Scripted) {
    let answer = answer.to_owned();
    let model = Scripted::with(move |_: &Request, _| {
        let answer = match answer.as_str() {
            "bad" => LmError::Timeout { host: "test".into(), after: Duration::ZERO }.into(),
            text => ScriptedAnswer::from(Response::text(sections(&[("answer", text)]))),
        };
        answer.after(Duration::from_secs(seconds))
    });
    (Predict::new().with_lm(model.lm()), model)
}

fn ensemble(answers: &[&str]) -> (Ensemble<Predict<Qa>>, Vec<Scripted>) {
    let (programs, models): (Vec<_>, Vec<_>) = answers.iter().map(|text| program(text, 1)).unzip();
    (Ensemble::new(programs), models)
}

fn calls(models: &[Scripted]) -> Vec<usize> {
    models.iter().map(Scripted::calls).collect()
}

#[tokio::test(start_paused = true)]
async fn all_run_at_once_and_the_majority_answers() {
    let (all, models) = ensemble(&["a", "b", "B.", "c"]);
    let started = tokio::time::Instant::now();
    let prediction = all.call("Which?").await.unwrap();
    assert_eq!(prediction.answer, "b");
    assert_eq!(started.elapsed(), Duration::from_secs(1));
    assert_eq!((calls(&models), prediction.usage().calls), (vec![1; 4], 4));
    let (tied, _) = ensemble(&["x", "y"]);
    assert_eq!(tied.call("Which?").await.unwrap().answer, "x");
}

#[tokio::test(start_paused = true)]
async fn a_vote_that_is_decided_ends_it() {
    let (all, models) = ensemble(&["a", "a", "a", "b", "c"]);
    let prediction = all.clone().concurrency(1).call("Which?").await.unwrap();
    assert_eq!(prediction.answer, "a");
    assert_eq!(calls(&models), [1, 1, 1, 0, 0], "three of five decide");
    assert_eq!(prediction.usage().calls, 3);

    // Two of four do not: the others might agree.
    let (all, models) = ensemble(&["a", "a", "b", "b"]);
    assert_eq!(all.concurrency(1).call("Which?").await.unwrap().answer, "a");
    assert_eq!(calls(&models), [1; 4]);
}

#[tokio::test(start_paused = true)]
async fn programs_that_would_come_too_late_are_dropped() {
    let (quick, slow) = (program("a", 1), program("a", 60));
    let all = Ensemble::new([quick.0.clone(), quick.0, slow.0]);
    let started = tokio::time::Instant::now();
    assert_eq!(all.call("Which?").await.unwrap().answer, "a");
    assert_eq!(started.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn votes_have_weights_and_keys() {
    let (all, models) = ensemble(&["a", "b", "b"]);
    let weighted = all.clone().weights([3.0, 1.0, 1.0]).concurrency(1);
    assert_eq!(weighted.call("Which?").await.unwrap().answer, "a");
    assert_eq!(calls(&models), [1, 0, 0], "3 of 5 decide");
    for weights in [vec![1.0, 1.0], vec![1.0, -1.0, 1.0], vec![f64::NAN, 1.0, 1.0]] {
        let error = all.clone().weights(weights).call("Which?").await.unwrap_err().to_string();
        assert!(error.contains("3 programs need as many weights"), "{error}");
    }
    let (all, _) = ensemble(&["x", "aa", "bb"]);
    let by_length = all.clone().vote_by(|output| output.answer.len());
    assert_eq!(by_length.call("Which?").await.unwrap().answer, "aa");
    let field = all.clone().vote(Vote::new().field("nothing"));
    assert!(field.call("Which?").await.unwrap_err().to_string().contains("no field `nothing`"));
    let joined = all.reduce(|outputs: Vec<QaOutput>| async move {
        let all: Vec<String> = outputs.into_iter().map(|output| output.answer).collect();
        Ok(QaOutput { answer: all.join("+") })
    });
    assert_eq!(joined.call("Which?").await.unwrap().answer, "x+aa+bb");
}

#[tokio::test(start_paused = true)]
async fn a_subset_is_drawn_by_the_input_alone() {
    let (all, models) = ensemble(&["a", "b", "c", "d", "e", "f"]);
    let three = all.size(3);
    let mut drawn = BTreeSet::new();
    for question in ["one", "two", "three", "four", "five"] {
        let before = calls(&models);
        three.call(question).await.unwrap();
        let once = calls(&models);
        three.clone().concurrency(1).call(question).await.unwrap();
        let twice = calls(&models);
        let first: Vec<usize> = before.iter().zip(&once).map(|(a, b)| b - a).collect();
        let second: Vec<usize> = once.iter().zip(&twice).map(|(a, b)| b - a).collect();
        assert_eq!(first, second, "{question}");
        assert_eq!(first.iter().sum::<usize>(), 3);
        drawn.insert(first);
    }
    assert!(drawn.len() > 1, "other inputs draw others");
    let before = calls(&models);
    three.seed(1).call("one").await.unwrap();
    assert_ne!(calls(&models), before);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_fails_has_no_vote() {
    let (all, _) = ensemble(&["bad", "b", "bad"]);
    let prediction = all.call("Which?").await.unwrap();
    assert_eq!(prediction.answer, "b");
    let failed = "a program of the ensemble failed: predictor `programs[0]`";
    assert!(prediction.warnings()[0].starts_with(failed), "{:?}", prediction.warnings());
    assert_eq!(prediction.warnings().len(), 2);
    let (none, _) = ensemble(&["bad", "bad"]);
    let error = none.call("Which?").await.unwrap_err().to_string();
    assert!(error.starts_with("2 of 2 programs failed"), "{error}");
    let empty: Ensemble<DynModule<QaInput, QaOutput>> = Ensemble::new([]);
    let error = empty.call(ask("Which?")).await.unwrap_err().to_string();
    assert_eq!(error, "there is no program to choose from: give at least one");
}
