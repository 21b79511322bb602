//! The three kinds of report: what is in them, and that no text of a user's is more than text.

mod parsed;

use std::path::PathBuf;

use dspy::evaluate::Evaluation;
use dspy::lm::{LmError, Scripted};
use dspy::metric::Score;
use dspy::optimize::{BootstrapFewShotWithRandomSearch, LabeledFewShot, Optimizer};
use dspy::prelude::*;
use dspy::report::Report;
use dspy::{Evaluate, Result};
use parsed::{Parsed, parse};
use serde_json::{Value, json};

/// Texts that try to become more than text.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "\" onload=\"alert(3)\" x=\"",
    "' onload='alert(4)'",
    "]]>",
    "<!-- <script>",
    "\u{2028}alert(5)\u{2029}",
    "</title></style></textarea></pre><img src=x onerror=alert(6)>&lt;",
];

/// Say which colour it is.
#[derive(Signature, Clone)]
struct Colour {
    #[input]
    text: String,
    #[output]
    colour: String,
}

fn rows(evil: &str) -> Vec<Colour> {
    (0..12)
        .map(|place| Colour {
            text: format!("thing {place} {evil}"),
            colour: format!("{} {evil}", ["red", "blue"][place % 2]),
        })
        .collect()
}

/// Says one colour of all things; of the third it knows nothing.
fn program(colour: &'static str, evil: &str) -> Predict<Colour> {
    let evil = evil.to_owned();
    let model = Scripted::with(move |request: &dspy::lm::Request, _| {
        if request.messages.last().is_some_and(|asked| asked.text().contains("thing 3 ")) {
            return Err(LmError::Other {
                message: format!("out of order {evil}"),
                retryable: false,
            });
        }
        Ok(format!("[[ ## colour ## ]]\n{colour} {evil}\n\n[[ ## completed ## ]]"))
    });
    Predict::new().with_lm(model.with_name("the model").lm())
}

async fn evaluation(colour: &'static str, evil: &str) -> Result<Evaluation<ColourOutput>> {
    let said = evil.to_owned();
    let slice = evil.to_owned();
    let instruction =
        format!("{} Say it. {evil}", if colour == "red" { "Look." } else { "Guess." });
    Evaluate::new(rows(evil))
        .slices(move |row: &Colour| format!("{} {slice}", row.colour.len() % 2))
        .record()
        .run(&program(colour, evil).with_instructions(instruction), move |row, output| {
            let right = row.colour.trim() == output.colour.trim();
            Score::from(right).with_feedback(format!("seen {said}"))
        })
        .await
}

fn folder(name: &str) -> tempfile::TempDir {
    tempfile::Builder::new().prefix(name).tempdir().unwrap()
}

/// Without times, which differ from run to run.
fn saved(evaluation: &Evaluation<ColourOutput>) -> (tempfile::TempDir, PathBuf) {
    let folder = folder("report");
    let path = folder.path().join("evaluation.jsonl");
    evaluation.save(&path).unwrap();
    (folder, path)
}

#[tokio::test]
async fn an_evaluation_shows_score_slices_confusion_items_and_cost() {
    let evaluation = evaluation("red", "").await.unwrap();
    let html = Report::of_evaluation(&evaluation).with_title("Colours & more").html();
    let Parsed { scripts, text, data, .. } = parse(&html);
    assert_eq!(scripts, 2);
    assert!(html.contains("<title>Colours &amp; more</title>"));
    // Six of twelve are red, and none of those is the third.
    for wanted in
        ["Mean score", "0.500", "1 failed with an error", "the model", "Confusion", "Slices"]
    {
        assert!(text.contains(wanted), "{wanted}");
    }
    let data = data.unwrap();
    let rows = data["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 12);
    let third = &rows[3]["outcomes"][0];
    assert!(third["error"].as_str().unwrap().contains("out of order"), "{third}");
    let first = &rows[0]["outcomes"][0];
    let turn = &first["calls"][0]["turns"][0];
    let texts = data["texts"].as_array().unwrap();
    let of = |message: &Value| texts[message[1].as_u64().unwrap() as usize].as_str().unwrap();
    assert_eq!(turn["sent"][0][0], "system");
    assert!(of(&turn["sent"][0]).contains("Look. Say it."));
    assert!(of(&turn["sent"][1]).contains("thing 0"));
    assert_eq!(of(&turn["answers"][0]), "[[ ## colour ## ]]\nred \n\n[[ ## completed ## ]]");
    // The system message is there once for all twelve.
    assert_eq!(
        texts.iter().filter(|text| text.as_str().unwrap().contains("Look. Say it.")).count(),
        1
    );
    // For readers without a script: errors first.
    let table = &html[html.find("<noscript>").unwrap()..];
    assert!(table.find("out of order").unwrap() < table.find("thing 0").unwrap());
}

#[tokio::test]
async fn a_comparison_shows_the_difference_and_what_changed() {
    let before = evaluation("red", "").await.unwrap();
    let after = evaluation("blue", "").await.unwrap();
    let html = Report::of_comparison(&before, &after).unwrap().html();
    let Parsed { text, data, .. } = parse(&html);
    for wanted in ["Mean difference", "-0.083", "What changed", "Rows that differ", "McNemar"] {
        assert!(text.contains(wanted), "{wanted}");
    }
    assert!(text.contains("These rows do not settle which is better"));
    assert!(html.contains("<mark>Look.</mark>") || html.contains("<mark>Look</mark>"));
    assert!(html.contains("<mark>Guess.</mark>") || html.contains("<mark>Guess</mark>"));
    let rows = data.unwrap()["rows"].clone();
    assert_eq!(rows[0]["outcomes"].as_array().unwrap().len(), 2);

    let fewer = Evaluate::new(rows_of(3)).run(&program("red", ""), |_, _| true).await.unwrap();
    let error = Report::of_comparison(&before, &fewer).unwrap_err().to_string();
    assert!(error.contains("rows"), "{error}");
}

fn rows_of(count: usize) -> Vec<Colour> {
    rows("").into_iter().take(count).collect()
}

#[tokio::test]
async fn a_run_shows_what_was_tried_and_what_came_of_it() {
    let right = |row: &Colour, output: &ColourOutput| row.colour.trim() == output.colour.trim();
    let report = BootstrapFewShotWithRandomSearch::new(right)
        .candidates(2)
        .seed(3)
        .compile(&program("red", ""), rows(""))
        .await
        .unwrap();
    assert!(!report.given.parameters.is_empty());
    assert!(report.trajectory.last().unwrap().candidates >= 2);
    assert!(report.candidates[0].run_cost.is_some());
    let html = Report::of_run(&report).html();
    let Parsed { scripts, text, .. } = parse(&html);
    assert_eq!(scripts, 1);
    for wanted in ["Trajectory", "Candidates", "Cost", "Optimization by", "as given"] {
        assert!(text.contains(wanted), "{wanted}");
    }
    // The saved report gives the same page.
    let folder = folder("run");
    let path = folder.path().join("run.json");
    report.save_report(&path).unwrap();
    assert_eq!(Report::from_files(&[&path]).unwrap().html(), html);

    let labeled = LabeledFewShot::new(2).compile(&program("red", ""), rows("")).await.unwrap();
    let html = Report::of_run(&labeled).html();
    assert!(parse(&html).text.contains("2 instead of 0"));
}

#[tokio::test]
async fn a_journal_of_a_run_that_was_killed_shows_how_far_it_came() {
    let folder = folder("journal");
    let path = folder.path().join("journal.jsonl");
    let right = |row: &Colour, output: &ColourOutput| row.colour.trim() == output.colour.trim();
    let run = BootstrapFewShotWithRandomSearch::new(right).candidates(2).seed(3).journal(&path);
    run.compile(&program("red", ""), rows("")).await.unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let cut: Vec<&str> = whole.lines().take_while(|line| !line.contains("\"verdict\"")).collect();
    std::fs::write(&path, format!("{}\n{{\"call\": {{\"un", cut.join("\n"))).unwrap();
    let html = Report::from_files(&[&path]).unwrap().html();
    let text = parse(&html).text;
    for wanted in ["no end is noted", "read from the journal", "Trajectory", "the model"] {
        assert!(text.contains(wanted), "{wanted}");
    }
}

#[tokio::test]
async fn saved_evaluations_give_the_same_pages() {
    let before = evaluation("red", "").await.unwrap();
    let after = evaluation("blue", "").await.unwrap();
    let ((_a, first), (_b, second)) = (saved(&before), saved(&after));
    let one = Report::from_files(&[&first]).unwrap().html();
    assert_eq!(one, Report::of_evaluation(&before).html());
    assert_eq!(one, Report::from_files(&[&first]).unwrap().html());
    let two = Report::from_files(&[&first, &second]).unwrap().html();
    assert_eq!(two, Report::of_comparison(&before, &after).unwrap().html());
}

#[tokio::test]
async fn items_that_were_written_to_a_file_are_read_from_there() {
    let folder = folder("written");
    let path = folder.path().join("items.jsonl");
    let evaluate = Evaluate::new(rows("")).record().to_jsonl(&path);
    let evaluation = evaluate.run(&program("red", ""), |_, _| true).await.unwrap();
    let html = Report::of_evaluation(&evaluation).html();
    assert!(
        parse(&html).data.unwrap()["rows"][0]["input"]["text"]
            .as_str()
            .unwrap()
            .contains("thing 0")
    );
    std::fs::remove_file(&path).unwrap();
    let html = Report::of_evaluation(&evaluation).html();
    assert!(parse(&html).text.contains("could not be read"));
}

#[tokio::test]
async fn files_that_make_no_report_are_named() {
    let folder = folder("none");
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "hello\n").unwrap();
    let of = |paths: &[&PathBuf]| Report::from_files(paths).unwrap_err().to_string();
    assert!(of(&[&path]).contains("neither a saved evaluation"));
    assert!(of(&[]).contains("none"));
    assert!(of(&[&folder.path().join("missing")]).contains("could not read"));
    let (_folder, saved) = saved(&evaluation("red", "").await.unwrap());
    assert!(of(&[&saved, &saved, &saved]).contains("3 files"));
}

#[tokio::test]
async fn hostile_texts_are_texts() {
    for evil in HOSTILE {
        let before = evaluation("red", evil).await.unwrap();
        let after = evaluation("blue", evil).await.unwrap();
        for report in
            [Report::of_evaluation(&before), Report::of_comparison(&before, &after).unwrap()]
        {
            let html = report.with_title(evil).html();
            let Parsed { scripts, data, .. } = parse(&html);
            assert_eq!(scripts, 2, "{evil}");
            let data = data.unwrap();
            let first = data["rows"][0]["input"]["text"].as_str().unwrap();
            assert_eq!(first, format!("thing 0 {evil}"));
        }
    }
}

#[tokio::test]
async fn hostile_runs_are_texts() {
    let folder = folder("hostile");
    for evil in HOSTILE {
        let path = folder.path().join("run.json");
        std::fs::write(&path, hostile_run(evil).to_string()).unwrap();
        let html = Report::from_files(&[&path]).unwrap().with_title(evil).html();
        let Parsed { scripts, text, .. } = parse(&html);
        assert_eq!(scripts, 1, "{evil}");
        assert!(text.contains("Which came from which"));
        assert!(text.contains(" also from #2"), "{evil}");
    }
}

/// A run of an evolution with two parents, and the text wherever there is a text.
fn hostile_run(evil: &str) -> Value {
    let usage = json!({"calls": 4, "prompt_tokens": 90, "completion_tokens": 10, "cached_tokens": 0,
        "cache_write_tokens": 0, "reasoning_tokens": 0, "usd": 0.5, "unpriced_calls": 0});
    let spent = json!({"calls": 4, "tokens": 100, "usd": 0.5});
    let candidate = |parents: Vec<usize>, score: f64, instruction: &str| {
        json!({"name": format!("made {evil}"), "parents": parents, "score": score,
            "interval": [score - 0.1, score + 0.1], "estimate": score, "demos": 0, "items": [0, 1],
            "scores": [score, score],
            "changes": {format!("self{evil}"): {"instructions": format!("{instruction} {evil}")}},
            "run_cost": {"calls": 1, "tokens": 50 * (parents.len() + 1), "usd": 0.0}})
    };
    let note = |word: &str| {
        json!({"identity": format!("id{evil}"), "model": format!("model{evil}"), "parameters": [
            {"path": format!("self{evil}"), "kind": "instructions", "value": format!("{word}{evil}\nlast")},
            {"path": "self", "kind": format!("odd{evil}"), "value": {evil: [evil]}}]})
    };
    let moment = |calls: u64, candidates: usize| {
        json!({"step": format!("step{evil}"), "leader": format!("lead{evil}"), "score": 0.5, "items": 2,
            "calls": calls, "tokens": calls * 25, "usd": 0.1, "candidates": candidates})
    };
    json!({"optimizer": format!("Evolution{evil}"), "seed": 1, "data": evil, "winner": 3,
        "given": note("before"), "returned": note("after"),
        "candidates": [candidate(vec![], 0.4, "a"), candidate(vec![0], 0.5, "b"),
            candidate(vec![0], 0.45, "c"), candidate(vec![1, 2], 0.6, "d")],
        "judgement": {"basis": "holdout", "rows": 9, "found": 3, "baseline": 0.4, "winner": 0.6,
            "difference": 0.2, "interval": [0.1, 0.3], "probability": 0.9, "p_value": 0.01,
            "optimism": 0.1, "cost_ratio": 1.5, "better": [evil], "worse": [evil],
            "verdict": {"accepted": true, "reasons": [evil]}},
        "stopped": {"budget": evil}, "demo_counts": [{"path": evil, "usable": 1, "rows": 2}],
        "usage": {"student": usage, "teacher": usage, "proposer": usage},
        "spending": {"student": spent, "teacher": spent, "proposer": spent, "metric": spent},
        "trajectory": [moment(4, 1), moment(8, 3), moment(12, 4)], "warnings": [evil], "elapsed_s": 3.5})
}

#[tokio::test]
async fn a_page_loads_nothing_and_allows_nothing_else() {
    let evaluation = evaluation("red", "").await.unwrap();
    let html = Report::of_evaluation(&evaluation).html();
    let Parsed { styles, .. } = parse(&html);
    assert_eq!(styles.len(), 1);
    assert!(!styles[0].contains("url(") && !styles[0].contains("@import"));
    for address in ["http://", "https://", "src=", "srcset=", "<link", "<iframe", "import("] {
        assert!(!html.contains(address), "{address}");
    }
    let policy = html.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn the_same_facts_give_the_same_file() {
    let evaluation = evaluation("red", "").await.unwrap();
    let report = Report::of_evaluation(&evaluation);
    assert_eq!(report.html(), Report::of_evaluation(&evaluation).html());
    let folder = folder("same");
    let path = folder.path().join("report.html");
    report.save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report.html());
    assert!(report.save(folder.path().join("no/such/folder.html")).is_err());
}
