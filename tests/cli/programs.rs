//! `inspect`, `diff`, `schema`: looking at programs.

use std::fs;

use dspy::cli::{Cli, Exit};
use dspy::prelude::*;

use super::{Town, model, program, say};

fn saved(folder: &std::path::Path) -> Cli<Predict<Town>> {
    let program = program(&model());
    let demo = Town { town: "Brie".into(), year: 1, fame: "cheese".into() };
    let tuned = program.clone().with_instructions("Think of food.").with_demos([demo]);
    tuned.save(folder.join("tuned.json")).unwrap();
    Cli::new(program)
}

#[test]
fn inspect_shows_a_tree() {
    let folder = tempfile::tempdir().unwrap();
    let cli = saved(folder.path());
    let tree = say(&cli, folder.path(), &["inspect"]).ended(Exit::Done).out;
    assert!(tree.contains("self\n  instructions\n    Say in one word"), "{tree}");
    assert!(tree.contains("    town [text]: The town's name.\n"), "{tree}");
    assert!(tree.contains("0 demonstrations"), "{tree}");
    let tree = say(&cli, folder.path(), &["inspect", "tuned.json"]).ended(Exit::Done).out;
    assert!(tree.contains("Think of food."), "{tree}");
    assert!(tree.contains("- town: Brie; year: 1; fame: cheese"), "{tree}");
    assert!(tree.lines().all(|line| line.chars().count() <= 82), "{tree}");
    let json =
        say(&cli, folder.path(), &["inspect", "tuned.json", "--json"]).ended(Exit::Done).json();
    assert_eq!(json["self"]["signature"]["instructions"], "Think of food.");
}

#[test]
fn diff_tells_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let cli = saved(folder.path());
    let text = say(&cli, folder.path(), &["diff", "tuned.json"]).ended(Exit::Done).out;
    assert!(text.contains("self · instructions\n  - Say in one word"), "{text}");
    assert!(text.contains("  + Think of food.\n"), "{text}");
    let same =
        say(&cli, folder.path(), &["diff", "tuned.json", "tuned.json"]).ended(Exit::Done).out;
    assert_eq!(same, "no difference\n");
    let json = say(&cli, folder.path(), &["diff", "tuned.json", "--json"]).ended(Exit::Done).json();
    assert_eq!(json[0]["kind"], "instructions");
}

#[test]
fn files_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cli = saved(folder.path());
    let text = fs::read_to_string(folder.path().join("tuned.json")).unwrap();
    fs::write(folder.path().join("torn.json"), &text[..text.len() / 2]).unwrap();
    fs::write(folder.path().join("other.json"), text.replace("\"self\"", "\"hops[0]\"")).unwrap();
    for (line, words) in [
        (["inspect", "gone.json"], "could not read"),
        (["inspect", "torn.json"], "is not a saved program"),
        (["diff", "other.json"], "hops[0]"),
    ] {
        let done = say(&cli, folder.path(), &line).ended(Exit::Usage);
        assert!(done.err.contains(words), "{line:?}: {}", done.err);
    }
    let line = ["run", "--town", "Ulm", "--program", "other.json"];
    say(&cli, folder.path(), &line).ended(Exit::Usage);
}

#[test]
fn a_saved_program_answers() {
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path());
    let model = model();
    let cli = Cli::new(program(&model));
    say(&cli, folder.path(), &["run", "--town", "Ulm", "--program", "tuned.json"])
        .ended(Exit::Done);
    let text = model.requests()[0].messages[0].text();
    assert!(text.contains("Think of food."), "{text}");
}

#[test]
fn schema_writes_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(program(&model()));
    let json = say(&cli, folder.path(), &["schema"]).ended(Exit::Done).json();
    assert_eq!(json["input"]["properties"]["town"]["description"], "The town's name.");
    assert_eq!(json["output"]["properties"]["fame"]["type"], "string");
    let json = say(&cli, folder.path(), &["schema", "--output", "--json"]).ended(Exit::Done);
    assert_eq!(json.out.lines().count(), 1);
    assert!(json.json()["properties"]["town"].is_null());
    say(&cli, folder.path(), &["schema", "--input", "--output"]).ended(Exit::Usage);
}
