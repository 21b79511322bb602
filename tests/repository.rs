//! What the project promises about its own layout.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_library_file_is_longer_than_500_lines() {
    let mut files = Vec::new();
    for folder in ["src", "dspy-core/src", "dspy-macros/src"] {
        rust_files(&root().join(folder), &mut files);
    }
    assert!(files.len() > 50, "the library has more files than {}", files.len());
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines", file.display());
    }
}

#[test]
fn the_map_in_architecture_names_every_module_and_no_other() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, table) = text.split_once("| module | owns |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let mapped: BTreeSet<String> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"))
        .flat_map(|(cell, _)| cell.split(", "))
        .map(|name| name.trim_matches('`').to_owned())
        .collect();
    let modules: BTreeSet<String> = fs::read_dir(root().join("dspy-core/src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "lib" && name != "private")
        .collect();
    assert_eq!(mapped, modules);
}

#[test]
fn the_readme_has_exactly_two_commands_to_get_going() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, commands) = text.split_once("```sh\n").unwrap();
    let (commands, rest) = commands.split_once("```").unwrap();
    assert_eq!(
        commands.lines().collect::<Vec<_>>(),
        ["cargo run --release --example historic_events", "cargo test --workspace"]
    );
    assert!(!rest.contains("```sh"), "one block of commands is enough");
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.contains("step cargo test --workspace\n"), "CI runs the README's test command");
}
