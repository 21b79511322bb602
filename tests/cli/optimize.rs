//! `optimize`: by name, within limits, from a journal.

use std::fs;
use std::path::Path;

use dspy::cli::{Cli, Exit};
use dspy::lm::Lm;
use dspy::prelude::*;

use super::{Done, Town, TownOutput, say};

fn right(row: &Town, out: &TownOutput) -> bool {
    row.fame == out.fame
}

fn cli() -> Cli<Predict<Town>, Town> {
    Cli::new(Predict::new().with_lm(Lm::embedded())).rows::<Town>().metric(right)
}

/// Rows that examples teach: towns on the sea and in the hills.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::new();
    for n in 0..24 {
        let (town, fame) = if n % 2 == 0 { ("harbour", "ships") } else { ("mountain", "snow") };
        rows.push_str(&format!("{{\"town\": \"{town} town {n}\", \"fame\": \"{fame}\"}}\n"));
    }
    fs::write(folder.path().join("rows.jsonl"), rows).unwrap();
    folder
}

fn optimize(folder: &Path, more: &str) -> Done {
    let line = format!("optimize rows.jsonl --out tuned.json {more}");
    say(&cli(), folder, &line.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn every_optimizer_has_a_name() {
    let folder = folder();
    for name in
        ["best", "miprov2", "gepa", "simba", "copro", "random-search", "bootstrap", "labeled"]
    {
        let more = format!("--optimizer {name} --json --max-calls 60");
        let json = optimize(folder.path(), &more).ended(Exit::Done).json();
        assert!(json["optimizer"].is_string(), "{name}: {json}");
        assert!(json["usage"]["calls"].as_u64().unwrap() <= 60, "{name}: {json}");
        let line = ["inspect", "tuned.json"];
        say(&cli(), folder.path(), &line).ended(Exit::Done);
        fs::remove_file(folder.path().join("tuned.json")).unwrap();
    }
}

#[test]
fn what_is_learnt_is_saved_and_used() {
    let folder = folder();
    let folder = folder.path();
    let more = "--optimizer random-search --part train --report r.json --seed 3";
    let done = optimize(folder, more).ended(Exit::Done);
    assert!(done.out.contains("the program is in tuned.json"), "{}", done.out);
    assert!(fs::read_to_string(folder.join("r.json")).unwrap().contains("\"candidates\""));
    let score = |more: &[&str]| {
        let line = [&["eval", "rows.jsonl", "--part", "test", "--json"], more].concat();
        say(&cli(), folder, &line).ended(Exit::Done).json()["score"].as_f64().unwrap()
    };
    let (before, after) = (score(&[]), score(&["--program", "tuned.json"]));
    assert!(after > before, "{after} is not above {before}");
}

#[test]
fn a_journal_pays_nothing_twice() {
    let folder = folder();
    let more = "--optimizer bootstrap --journal j.jsonl --json";
    let first = optimize(folder.path(), more).ended(Exit::Done).json();
    let text = fs::read_to_string(folder.path().join("tuned.json")).unwrap();
    let length = fs::metadata(folder.path().join("j.jsonl")).unwrap().len();
    let again = optimize(folder.path(), more).ended(Exit::Done).json();
    assert_eq!(first["after"], again["after"]);
    assert_eq!(fs::metadata(folder.path().join("j.jsonl")).unwrap().len(), length);
    let demos = |text: &str| {
        let file: serde_json::Value = serde_json::from_str(text).unwrap();
        file["self"]["demos"].clone()
    };
    let now = fs::read_to_string(folder.path().join("tuned.json")).unwrap();
    assert_eq!(demos(&now), demos(&text));
}

#[test]
fn plans_ask_nothing() {
    let folder = folder();
    let line = ["optimize", "rows.jsonl", "--optimizer", "miprov2", "--plan", "--auto", "heavy"];
    let done = say(&cli(), folder.path(), &line).ended(Exit::Done);
    assert!(done.out.contains("calls"), "{}", done.out);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn mistakes_are_found_before_anything_is_spent() {
    let folder = folder();
    for (more, words) in [
        ("--optimizer mipro2", "no optimizer `mipro2`; did you mean `miprov2`?"),
        ("--optimizer simba --auto heavy", "`simba` has no sizes"),
        ("--auto huge --optimizer gepa", "--auto must be light, medium or heavy, not `huge`"),
        ("--optimizer labeled --journal j", "no use for --journal"),
        ("--max-calls few", "--max-calls must be a whole number, not `few`"),
        ("--validation gone.csv", "gone.csv"),
        ("--proposer-lm nobody/x", "--proposer-lm: "),
        ("--part all", "possible values: train, test"),
        ("--report nowhere/r.json", "`--report nowhere/r.json`: there is no folder"),
        ("--journal .", "`--journal .` is a folder"),
    ] {
        let done = optimize(folder.path(), more).ended(Exit::Usage);
        assert!(done.err.contains(words), "{more}: {}", done.err);
    }
    let done = say(&cli(), folder.path(), &["optimize", "rows.jsonl"]).ended(Exit::Usage);
    assert!(done.err.contains("--out"), "{}", done.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
