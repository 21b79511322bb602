//! Quality gates: what passes, what does not, and how CI learns of it.

#[path = "support/scripted.rs"]
mod scripted;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use dspy::Evaluate;
use dspy::evaluate::Evaluation;
use dspy::lm::Response;
use dspy::optimize::{Gate, LabeledFewShot, Optimizer, Verdict};
use dspy::prelude::*;
use dspy::quality::{QualityGate, QualityVerdict};
use scripted::{Scripted, question, sections};

/// Repeat the word.
#[derive(Signature, Clone)]
struct Echo {
    #[input]
    word: String,
    #[output]
    copy: String,
}

/// Repeats words but those whose numbers are listed.
async fn evaluated(wrong: &'static [usize]) -> Evaluation<EchoOutput> {
    let model = Scripted::new(move |request, _| {
        let word = question(request).lines().nth(1).unwrap().to_owned();
        let number: usize = word[1..].parse().unwrap();
        let copy = if wrong.contains(&number) { "wrong" } else { &word };
        Ok(Response::text(sections(&[("copy", copy)])))
    });
    let rows: Vec<Echo> =
        (0..20).map(|n| Echo { word: format!("w{n}"), copy: format!("w{n}") }).collect();
    let program = Predict::<Echo>::new().with_lm(model.lm());
    let slice = |row: &Echo| if row.word.len() < 3 { "short" } else { "long" };
    let metric = |row: &Echo, out: &EchoOutput| row.copy == out.copy;
    Evaluate::new(rows).slices(slice).run(&program, metric).await.unwrap()
}

fn failed(verdict: &QualityVerdict) -> Vec<&str> {
    assert_eq!(verdict.accepted, verdict.failed().next().is_none());
    verdict.failed().map(|check| check.name.as_str()).collect()
}

#[tokio::test]
async fn an_evaluation_by_itself() {
    let evaluation = evaluated(&[1, 2, 3, 4]).await;
    let pass = QualityGate::new()
        .min_score(0.8)
        .min_sure_score(0.5)
        .max_failures(0)
        .max_tokens_per_row(15.0)
        .max_latency_p95(Duration::from_secs(60))
        .must_score("0", 1.0)
        .must_score(evaluation.items()[5].id.clone(), 1.0);
    assert!(failed(&pass.check(&evaluation)).is_empty());
    let fail = QualityGate::new()
        .min_score(0.81)
        .min_sure_score(0.7)
        .max_tokens_per_row(14.0)
        .max_latency_p95(Duration::ZERO)
        .must_score("1", 1.0)
        .must_score("w99", 0.0)
        .improvement(Gate::default())
        .pinned(["0"]);
    assert_eq!(
        failed(&fail.check(&evaluation)),
        [
            "min_score",
            "min_sure_score",
            "max_tokens_per_row",
            "max_latency_p95",
            "must_score:1",
            "must_score:w99",
            "improvement",
            "pinned:0",
        ]
    );
    // Scripted models have no price: a limit on money cannot be kept.
    let mut verdict = QualityGate::new().max_usd_per_row(1.0).check(&evaluation);
    if evaluation.usage().unpriced_calls > 0 {
        assert_eq!(failed(&verdict), ["max_usd_per_row"]);
    }
    verdict = QualityGate::new().check(&evaluation);
    assert!(verdict.accepted && verdict.checks.is_empty());
}

#[tokio::test]
async fn an_evaluation_beside_a_baseline() {
    let baseline = evaluated(&[1, 2, 3, 4, 5, 6, 12, 13]).await;
    let better = evaluated(&[12]).await;
    let gate = QualityGate::new()
        .improvement(Gate::default().min_improvement(0.1))
        .no_regression_on(["short", "long"])
        .pinned(["0", "19"]);
    assert!(failed(&gate.check_against(&better, &baseline)).is_empty());
    // The same by the optimizer's gate, which is what judges improvement.
    let evidence = dspy::evaluate::PairedEvidence::of(&baseline, &better).unwrap();
    let verdict: Verdict =
        QualityGate::new().improvement(Gate::default()).check_against(&better, &baseline).into();
    let own = Gate::default().decide(&evidence, Some(1.0));
    assert_eq!((verdict.accepted, verdict.reasons), (own.accepted, vec![own.reasons.join("; ")]));

    let other = evaluated(&[0, 14, 15, 16]).await;
    assert_eq!(
        failed(&gate.check_against(&other, &baseline)),
        ["improvement", "slice:long", "pinned:0"]
    );
    let lenient = QualityGate::new().no_regression_on(["long"]).slice_tolerance(0.1);
    assert!(lenient.check_against(&other, &baseline).accepted);
    let unknown = QualityGate::new().no_regression_on(["tall"]).pinned(["77"]);
    assert_eq!(failed(&unknown.check_against(&other, &baseline)), ["slice:tall", "pinned:77"]);
}

#[tokio::test]
async fn what_an_optimizer_found() {
    let rows: Vec<Echo> =
        (0..20).map(|n| Echo { word: format!("w{n}"), copy: format!("w{n}") }).collect();
    let program = Predict::<Echo>::new().with_lm(Scripted::text("no").lm());
    let report = LabeledFewShot::new(2).compile(&program, &rows).await.unwrap();
    let gate = QualityGate::new().min_score(0.5).improvement(Gate::default()).pinned(["0"]);
    let verdict = gate.check_report(&report);
    // It compares nothing, and says nothing about single rows.
    assert_eq!(failed(&verdict), ["min_score", "improvement", "pinned"]);
}

#[test]
fn gates_and_verdicts_are_json() {
    let gate = QualityGate::new().min_score(0.5).improvement(Gate::default()).pinned(["a"]);
    let text = serde_json::to_string(&gate).unwrap();
    assert_eq!(serde_json::from_str::<QualityGate>(&text).unwrap(), gate);
    let error = serde_json::from_str::<QualityGate>(r#"{"min_scores": 0.5}"#).unwrap_err();
    assert!(error.to_string().contains("unknown field `min_scores`"), "{error}");
}

#[tokio::test]
async fn junit_survives_any_text() {
    let evaluation = evaluated(&[]).await;
    let verdict =
        QualityGate::new().must_score("<script>\u{7}\"&\n", 1.0).min_score(0.1).check(&evaluation);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/junit.xml");
    verdict.write_junit(&file, "a & b").unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("<testsuite name=\"a &amp; b\" tests=\"2\" failures=\"1\""), "{text}");
    assert!(text.contains("must_score:&lt;script&gt;\u{fffd}&quot;&amp;&#10;"), "{text}");
    assert_eq!(text.matches("<testcase").count(), text.matches("</testcase>").count());
    assert_eq!(text.matches("<failure").count(), 1);
}

/// The example: `cargo test` builds all of them before it runs any test. Where this test alone was
/// built, it builds the example itself.
fn example() -> PathBuf {
    let folder = std::env::current_exe().unwrap();
    let folder = folder.ancestors().nth(2).unwrap().join("examples");
    let file = folder.join(format!("quality_gate{}", std::env::consts::EXE_SUFFIX));
    if !file.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        // What cargo says of this test is not about that build, and would have it begin anew.
        for (name, _) in std::env::vars() {
            if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_"].iter().any(|p| name.starts_with(p))
            {
                cargo.env_remove(name);
            }
        }
        let built = cargo
            .args(["build", "--quiet", "--offline", "-p", "dspy", "--example", "quality_gate"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(built.success());
    }
    file
}

/// Runs the example as CI would.
fn gate(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(example()).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text + &String::from_utf8_lossy(&output.stderr))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn ci_sees_exit_code_and_junit_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (code, text) =
        gate(&["--junit", &at("ok.xml"), "--json", &at("ok.json"), "--save", &at("today.jsonl")]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("accepted"), "{text}");
    let junit = read(&folder.path().join("ok.xml"));
    assert!(junit.contains("name=\"sort messages\" tests=\"6\" failures=\"0\""), "{junit}");
    let verdict: QualityVerdict =
        serde_json::from_str(&read(&folder.path().join("ok.json"))).unwrap();
    assert!(verdict.accepted && verdict.checks.len() == 6);

    let baseline = at("today.jsonl");
    let (code, text) =
        gate(&["--min-score", "1.01", "--junit", &at("no.xml"), "--baseline", &baseline]);
    assert_eq!(code, Some(1), "{text}");
    let junit = read(&folder.path().join("no.xml"));
    assert!(junit.contains("name=\"min_score\">\n      <failure message="), "{junit}");
}
