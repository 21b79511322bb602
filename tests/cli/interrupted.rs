//! A process that is interrupted or killed, and another one that goes on.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dspy::cli::{Cli, Exit, Surroundings};

use super::{model, program, say};

/// Where the child process works, and on what.
const FOLDER: &str = "DSPY_TEST_CLI_FOLDER";
const LINE: &str = "DSPY_TEST_CLI_LINE";
const ROWS: usize = 60;
const RUN: &str = "run --in in.jsonl --out out.jsonl --concurrency 2";

/// What the child process does: this executable, asked for this test alone.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let line = std::env::var(LINE).unwrap();
    let slow = model().with_delay(Duration::from_millis(30));
    let around = Surroundings::process().folder(folder);
    let exit = Cli::new(program(&slow)).run_from(line.split(' '), around);
    std::process::exit(i32::from(exit.code()));
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let row = |n| format!("{{\"town\": \"T{n}\", \"fame\": \"T{n} cheese\"}}\n");
    let rows: String = (0..ROWS).map(row).collect();
    fs::write(folder.path().join("in.jsonl"), rows).unwrap();
    folder
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Starts the child, waits until a file has grown to some size, and ends it by a signal.
fn end_by(
    signal: &str,
    line: &str,
    folder: &Path,
    watched: &str,
    bytes: u64,
) -> (Option<i32>, String) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "interrupted::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(LINE, line)
        .env_remove("DSPY_LM")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while size(&folder.join(watched)) < bytes {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing was done");
        std::thread::sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Goes on, and gives the file and how many calls that took.
fn go_on(folder: &Path) -> (String, usize) {
    let model = model();
    let line: Vec<&str> = RUN.split(' ').collect();
    say(&Cli::new(program(&model)), folder, &line).ended(Exit::Done);
    (fs::read_to_string(folder.join("out.jsonl")).unwrap(), model.calls())
}

#[test]
fn ctrl_c_and_kill_leave_a_file_to_go_on_from() {
    let mut files = Vec::new();
    for signal in ["-INT", "-KILL"] {
        let folder = folder();
        let (code, err) = end_by(signal, RUN, folder.path(), "out.jsonl", 1_000);
        if signal == "-INT" {
            assert_eq!(code, Some(130), "{err}");
            assert!(err.contains("interrupted: what was answered is in the file"), "{err}");
        }
        let text = fs::read_to_string(folder.path().join("out.jsonl")).unwrap();
        let before = text.matches('\n').count();
        assert!((1..ROWS).contains(&before), "{before} rows were answered");
        let (file, calls) = go_on(folder.path());
        assert_eq!(calls, ROWS - before);
        files.push(file);
    }
    let folder = folder();
    let (unbroken, calls) = go_on(folder.path());
    assert_eq!(calls, ROWS);
    assert!(files.iter().all(|file| *file == unbroken));
}

#[test]
fn an_interrupted_search_gives_the_best_so_far() {
    let folder = folder();
    let line = "optimize in.jsonl --optimizer random-search --out tuned.json --journal j.jsonl";
    let (code, err) = end_by("-INT", line, folder.path(), "j.jsonl", 8_000);
    assert_eq!(code, Some(130), "{err}");
    let done = say(&Cli::new(program(&model())), folder.path(), &["inspect", "tuned.json"]);
    assert!(done.ended(Exit::Done).out.contains("made by optimizer: "));
}

#[test]
fn an_interrupted_evaluation_leaves_what_it_wrote() {
    let folder = folder();
    let line = "eval in.jsonl --out r.jsonl --concurrency 2";
    let (code, err) = end_by("-INT", line, folder.path(), "r.jsonl", 8_000);
    assert_eq!(code, Some(130), "{err}");
    assert!(err.contains("`r.jsonl` has the rows"), "{err}");
    let done = say(&Cli::new(program(&model())), folder.path(), &["compare", "r.jsonl", "r.jsonl"]);
    assert!(done.ended(Exit::Done).err.contains("the file ends after"));
}
