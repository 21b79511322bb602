//! `eval` and `compare`: scores, files, gates.

use std::fs;
use std::path::Path;

use dspy::cli::{Cli, Exit};
use dspy::lm::Scripted;
use dspy::metric::Score;
use dspy::prelude::*;
use serde_json::Value;

use super::{Town, TownOutput, answer, model, program, say, town_of};

/// Ten rows, of which the model has seven right.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = "town,year,fame\n".to_owned();
    for n in 0..10 {
        let fame = if n < 7 { format!("T{n} cheese") } else { "nothing".to_owned() };
        rows.push_str(&format!("T{n},{},{fame}\n", 1990 + n % 2));
    }
    fs::write(folder.path().join("rows.csv"), rows).unwrap();
    folder
}

fn plain() -> Cli<Predict<Town>> {
    Cli::new(program(&model()))
}

#[test]
fn scores_by_exact_match_where_no_metric_is_given() {
    let folder = folder();
    let done = say(&plain(), folder.path(), &["eval", "rows.csv"]).ended(Exit::Done);
    assert!(done.out.starts_with("score 0.700 (95 % interval"), "{}", done.out);
    let line = ["eval", "rows.csv", "--json", "--slice", "year", "--limit", "4", "--repeats", "2"];
    let json = say(&plain(), folder.path(), &line).ended(Exit::Done).json();
    assert_eq!(json["score"], 1.0);
    assert_eq!(json["rows"], 4);
    assert_eq!(json["usage"]["calls"], 8);
    assert_eq!(json["slices"][1]["name"], "1991");
    assert_eq!(json["verdict"], Value::Null);
}

#[test]
fn parts_share_no_row_and_have_them_all() {
    let folder = folder();
    let rows = |part: &str| {
        let model = model();
        let line = ["eval", "rows.csv", "--part", part, "--test-share", "0.4", "--json"];
        say(&Cli::new(program(&model)), folder.path(), &line).ended(Exit::Done);
        let mut towns: Vec<String> = model.requests().iter().map(|r| town_of(r)).collect();
        towns.sort();
        towns
    };
    let (train, test) = (rows("train"), rows("test"));
    assert_eq!((train.len(), test.len()), (6, 4));
    assert!(train.iter().all(|town| !test.contains(town)));
}

#[test]
fn rows_without_labels_are_found_before_anything_is_asked() {
    let folder = folder();
    fs::write(folder.path().join("bare.csv"), "town,year\nUlm,3\n").unwrap();
    let model = model();
    let done =
        say(&Cli::new(program(&model)), folder.path(), &["eval", "bare.csv"]).ended(Exit::Usage);
    assert!(done.err.contains("row 0 labels none of the outputs `fame`"), "{}", done.err);
    assert!(done.err.contains("Cli::new(…).metric(…)"), "{}", done.err);
    assert_eq!(model.calls(), 0);
}

fn short(_: &Town, out: &TownOutput) -> Score {
    Score::from(out.fame.len() < 4)
}

fn right(row: &Town, out: &TownOutput) -> bool {
    row.fame == out.fame
}

#[test]
fn metrics_are_chosen_by_name() {
    let folder = folder();
    let cli = Cli::new(program(&model())).rows::<Town>();
    let cli = cli.named_metric("right", right).named_metric("short", short);
    let score =
        |line: &[&str]| say(&cli, folder.path(), line).ended(Exit::Done).json()["score"].clone();
    assert_eq!(score(&["eval", "rows.csv", "--json"]), 0.7);
    assert_eq!(score(&["eval", "rows.csv", "--json", "--metric", "short"]), 0.0);
    let done =
        say(&cli, folder.path(), &["eval", "rows.csv", "--metric", "rihgt"]).ended(Exit::Usage);
    assert!(done.err.contains("no metric `rihgt`; did you mean `right`?"), "{}", done.err);
    let help = say(&cli, folder.path(), &["eval", "--help"]).ended(Exit::Done).out;
    assert!(help.contains("right, short"), "{help}");
}

#[test]
fn a_metric_for_a_signature_fits_its_chain_of_thought() {
    let folder = folder();
    let model = Scripted::with(|request, _| {
        format!("[[ ## reasoning ## ]]\nHm.\n\n{}", answer(&format!("{} cheese", town_of(request))))
    });
    let thinking = ChainOfThought::<Town>::new().with_lm(model.lm());
    let typed = Cli::new(thinking.clone()).rows::<Town>().metric(right);
    let done = say(&typed, folder.path(), &["eval", "rows.csv", "--json"]).ended(Exit::Done);
    assert_eq!(done.json()["score"], 0.7);
    // And exact match looks at what rows label alone.
    let done = say(&Cli::new(thinking), folder.path(), &["eval", "rows.csv", "--json"]);
    assert_eq!(done.ended(Exit::Done).json()["score"], 0.7);
}

#[test]
fn gates_decide_the_exit_code_and_write_files() {
    let folder = folder();
    let folder = folder.path();
    let gate = |least: &str| {
        let line =
            ["eval", "rows.csv", "--min-score", least, "--junit", "j.xml", "--verdict", "v.json"];
        say(&plain(), folder, &line)
    };
    let done = gate("0.7").ended(Exit::Done);
    assert!(done.out.contains("accepted\n"), "{}", done.out);
    let junit = fs::read_to_string(folder.join("j.xml")).unwrap();
    assert!(junit.contains("failures=\"0\""), "{junit}");
    let done = gate("0.71").ended(Exit::Refused);
    assert!(done.out.contains("rejected\n"), "{}", done.out);
    let junit = fs::read_to_string(folder.join("j.xml")).unwrap();
    assert!(junit.contains("failures=\"1\""), "{junit}");
    let verdict = fs::read_to_string(folder.join("v.json")).unwrap();
    assert!(verdict.contains("\"accepted\": false"), "{verdict}");

    fs::write(folder.join("gate.json"), r#"{"max_failures": 0}"#).unwrap();
    let line = ["eval", "rows.csv", "--gate", "gate.json", "--json"];
    let done = say(&plain(), folder, &line).ended(Exit::Done);
    assert_eq!(done.json()["verdict"]["accepted"], true);

    fs::write(folder.join("gate.json"), r#"{"min_scoer": 0}"#).unwrap();
    for (line, words) in [
        (&["eval", "rows.csv", "--gate", "gate.json"][..], "min_scoer"),
        (&["eval", "rows.csv", "--junit", "j.xml"], "none is asked"),
        (&["eval", "rows.csv", "--min-improvement", "0.1"], "--baseline"),
        (&["eval", "rows.csv", "--min-score", "much"], "`--min-score` must be a number"),
        (&["eval", "rows.csv", "--slice", "yaer"], "they have town, year, fame"),
        (&["eval", "gone.csv"], "gone.csv"),
        (&["eval", "rows.csv", "--column", "fame"], "must be FIELD=COLUMN"),
        (&["eval", "rows.csv", "--out", "nowhere/r.jsonl"], "there is no folder"),
        (&["eval", "rows.csv", "--min-score", "0", "--junit", "nowhere/j.xml"], "no folder"),
    ] {
        let done = say(&plain(), folder, line).ended(Exit::Usage);
        assert!(done.err.contains(words), "{line:?}: {}", done.err);
    }
}

fn results(folder: &Path, name: &str, cheese: &'static str) {
    let model = Scripted::with(move |request, _| answer(&format!("{} {cheese}", town_of(request))));
    let line = ["eval", "rows.csv", "--out", name];
    say(&Cli::new(program(&model)), folder, &line).ended(Exit::Done);
}

#[test]
fn results_are_written_compared_and_gated() {
    let folder = folder();
    let folder = folder.path();
    results(folder, "before.jsonl", "ham");
    results(folder, "after.jsonl", "cheese");
    let after = fs::read_to_string(folder.join("after.jsonl")).unwrap();
    assert!(after.contains("\"trace\""), "{after}");

    let json = ["compare", "before.jsonl", "after.jsonl", "--json"];
    let json = say(&plain(), folder, &json).ended(Exit::Done).json();
    assert_eq!(json["before"]["score"], 0.0);
    assert_eq!(json["difference"], 0.7);
    assert_eq!(json["flipped"].as_array().unwrap().len(), 7);
    assert!(json["p_value"].as_f64().unwrap() < 0.05);
    let done = say(&plain(), folder, &["compare", "before.jsonl", "after.jsonl"]).ended(Exit::Done);
    assert!(done.out.contains("7 rows score otherwise"), "{}", done.out);
    assert!(done.out.contains("row 0: 0.000 → 1.000"), "{}", done.out);

    let line = ["eval", "rows.csv", "--baseline", "before.jsonl", "--min-improvement", "0.1"];
    say(&plain(), folder, &line).ended(Exit::Done);
    let line = ["eval", "rows.csv", "--baseline", "after.jsonl", "--min-improvement", "0.1"];
    say(&plain(), folder, &line).ended(Exit::Refused);

    let line = ["eval", "rows.csv", "--out", "bare.jsonl", "--no-trace"];
    say(&plain(), folder, &line).ended(Exit::Done);
    assert!(!fs::read_to_string(folder.join("bare.jsonl")).unwrap().contains("\"trace\""));

    let line = ["eval", "rows.csv", "--limit", "3", "--out", "few.jsonl"];
    say(&plain(), folder, &line).ended(Exit::Done);
    let done = say(&plain(), folder, &["compare", "few.jsonl", "after.jsonl"]).ended(Exit::Usage);
    assert!(done.err.contains("not of the same rows"), "{}", done.err);
    let done = say(&plain(), folder, &["compare", "rows.csv", "after.jsonl"]).ended(Exit::Usage);
    assert!(done.err.contains("no saved evaluation"), "{}", done.err);
}

#[test]
fn programs_are_compared_on_data() {
    let folder = folder();
    let folder = folder.path();
    let model = Scripted::with(|request, _| {
        let is_told = request.messages[0].text().contains("Think of cheese.");
        answer(&format!("{} {}", town_of(request), if is_told { "cheese" } else { "ham" }))
    });
    program(&model).with_instructions("Think of cheese.").save(folder.join("cheese.json")).unwrap();
    let cli = Cli::new(program(&model));
    let line = ["compare", "-", "cheese.json", "--data", "rows.csv", "--json", "--quiet"];
    let json = say(&cli, folder, &line).ended(Exit::Done).json();
    assert_eq!(json["difference"], 0.7);
    assert_eq!(json["program"][0]["after"], "Think of cheese.");
    assert_eq!(model.calls(), 20);
    let done = say(&cli, folder, &["compare", "-", "gone.json", "--data", "rows.csv"]);
    assert!(done.ended(Exit::Usage).err.contains("gone.json"));
}
