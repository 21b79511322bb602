//! `new`: a project that works. Building it takes minutes, so that is done where
//! `DSPY_CLI_BUILD=1` asks for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use dspy::cli::{Cli, Exit};

use super::{model, program, say, say_with};

#[test]
fn writes_the_files_of_a_project() {
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(program(&model()));
    let done = say(&cli, folder.path(), &["new", "help-desk"]).ended(Exit::Done);
    assert!(done.out.contains("cargo run -- optimize data/train.jsonl"), "{}", done.out);
    let read = |name: &str| fs::read_to_string(folder.path().join("help-desk").join(name)).unwrap();
    let version = format!("dspy = {{ version = \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(read("Cargo.toml").contains(&version), "{}", read("Cargo.toml"));
    assert!(read("src/main.rs").contains("dspy::cli::Cli::new"));
    assert_eq!(read("data/train.jsonl").lines().count(), 12);

    let done = say(&cli, folder.path(), &["new", "help-desk"]).ended(Exit::Usage);
    assert!(done.err.contains("exists already"), "{}", done.err);
    for name in ["Help", "9lives", "../up", "match", "a b", ""] {
        let done = say(&cli, folder.path(), &["new", name]).ended(Exit::Usage);
        assert!(done.err.contains("is no name for a project"), "{}", done.err);
    }
    let done =
        say(&cli, folder.path(), &["new", "other", "--dspy-path", "gone"]).ended(Exit::Usage);
    assert!(done.err.contains("--dspy-path must name"), "{}", done.err);
    assert!(!folder.path().join("other").exists());
}

#[test]
fn a_new_project_builds_and_works_offline() {
    let sources = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(program(&model()));
    say_with(&cli, &["new", "help-desk", "--json"], |around| {
        around.folder(folder.path()).variable("DSPY_PATH", sources)
    })
    .ended(Exit::Done);
    let project = folder.path().join("help-desk");
    let manifest = fs::read_to_string(project.join("Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("path = '{sources}'")), "{manifest}");
    if std::env::var("DSPY_CLI_BUILD").is_err() {
        println!("not built: DSPY_CLI_BUILD is not set");
        return;
    }
    // The versions that are here already, since nothing is fetched.
    fs::copy(Path::new(sources).join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let cargo = |line: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(["run", "--offline", "--quiet", "--"])
            .args(line)
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", Path::new(sources).join("target/new-project"))
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line:?}: {err}");
        // The compiler has nothing to say of the project, nor has the program.
        let complaints = ["--> src/", "repaired", "no model is set"];
        assert!(!complaints.iter().any(|words| err.contains(words)), "{err}");
        String::from_utf8(output.stdout).unwrap()
    };
    let out = cargo(&["run", "--message", "The printer on floor 2 is on fire!"]);
    assert!(out.contains("\"topic\""), "{out}");
    cargo(&["optimize", "data/train.jsonl", "--optimizer", "labeled", "--out", "tuned.json"]);
    let out = cargo(&["eval", "data/test.jsonl", "--program", "tuned.json"]);
    assert!(out.starts_with("score "), "{out}");
}
