//! `run --in FILE --out FILE`: many rows, and going on after an end in the middle.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dspy::cli::{Cli, Exit};
use dspy::lm::{LmError, Scripted};
use serde_json::Value;

use super::{answer, model, program, say, town_of};

const ROWS: usize = 40;

fn write_rows(folder: &Path) {
    let rows: String =
        (0..ROWS).map(|n| format!("{{\"town\": \"T{n}\", \"year\": {n}}}\n")).collect();
    fs::write(folder.join("in.jsonl"), rows).unwrap();
}

const LINE: [&str; 7] = ["run", "--in", "in.jsonl", "--out", "out.jsonl", "--concurrency", "4"];

fn lines(folder: &Path, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The file of a run that nothing broke.
fn unbroken() -> String {
    let folder = tempfile::tempdir().unwrap();
    write_rows(folder.path());
    let done = say(&Cli::new(program(&model())), folder.path(), &LINE).ended(Exit::Done);
    assert!(
        done.out.contains("40 answered, 0 kept, 0 failed of 40 rows; 40 LM calls"),
        "{}",
        done.out
    );
    fs::read_to_string(folder.path().join("out.jsonl")).unwrap()
}

#[test]
fn answers_all_rows_in_order() {
    let text = unbroken();
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), ROWS);
    for (place, line) in all.iter().enumerate() {
        assert_eq!(line["index"], place);
        assert_eq!(line["output"]["fame"], format!("T{place} cheese"));
    }
}

#[test]
fn goes_on_where_it_stopped_and_pays_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(folder);
    // A key that is refused half way ends the run; nothing more can be answered then.
    let half = Scripted::with(|request, before| match before {
        0..20 => Ok(answer(&format!("{} cheese", town_of(request)))),
        _ => Err(LmError::MissingKey { host: "there".into(), variable: "NO_SUCH_KEY".into() }),
    });
    let done = say(&Cli::new(program(&half)), folder, &LINE).ended(Exit::Usage);
    assert!(done.err.contains("NO_SUCH_KEY"), "{}", done.err);
    let kept = lines(folder, "out.jsonl").len();
    assert!((1..=20).contains(&kept), "{kept}");

    let rest = model();
    let done = say(&Cli::new(program(&rest)), folder, &LINE).ended(Exit::Done);
    assert_eq!(rest.calls(), ROWS - kept);
    assert!(done.out.contains(&format!("{} answered, {kept} kept", ROWS - kept)), "{}", done.out);
    assert_eq!(fs::read_to_string(folder.join("out.jsonl")).unwrap(), unbroken());

    // Once more: nothing is left to do.
    let idle = model();
    say(&Cli::new(program(&idle)), folder, &LINE).ended(Exit::Done);
    assert_eq!(idle.calls(), 0);
    assert_eq!(fs::read_to_string(folder.join("out.jsonl")).unwrap(), unbroken());
}

#[test]
fn a_torn_last_line_is_mended() {
    let whole = unbroken();
    // In the middle of a line; and of a letter.
    let whole_lines = whole.lines().take(9).map(|line| format!("{line}\n")).collect::<String>();
    let ends: [&[u8]; 3] = [b"{\"index\":9,\"ha", b"{\"index\":9,\"hash\":\"\xc3", b"\x00\x00"];
    for end in ends {
        let folder = tempfile::tempdir().unwrap();
        write_rows(folder.path());
        let torn = [whole_lines.as_bytes(), end].concat();
        fs::write(folder.path().join("out.jsonl"), torn).unwrap();
        let model = model();
        let done = say(&Cli::new(program(&model)), folder.path(), &LINE).ended(Exit::Done);
        assert!(done.err.contains("the last line was cut off"), "{}", done.err);
        assert_eq!(model.calls(), ROWS - 9);
        assert_eq!(fs::read_to_string(folder.path().join("out.jsonl")).unwrap(), whole);
    }
    // Whole but for its end: it counts.
    let folder = tempfile::tempdir().unwrap();
    write_rows(folder.path());
    fs::write(folder.path().join("out.jsonl"), whole_lines.trim_end()).unwrap();
    let model = model();
    let done = say(&Cli::new(program(&model)), folder.path(), &LINE).ended(Exit::Done);
    assert_eq!((done.err.as_str(), model.calls()), ("", ROWS - 9));
    assert_eq!(fs::read_to_string(folder.path().join("out.jsonl")).unwrap(), whole);
}

#[test]
fn failed_rows_are_noted_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(folder);
    let is_well = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&is_well);
    let sick = Scripted::with(move |request, _| match town_of(request).as_str() {
        "T7" if !now.load(Ordering::Relaxed) => {
            Err(LmError::Timeout { host: "far.away".into(), after: Duration::from_secs(1) })
        }
        town => Ok(answer(&format!("{town} cheese"))),
    });
    let cli = Cli::new(program(&sick));
    let done = say(&cli, folder, &LINE).ended(Exit::Failed);
    assert!(done.out.contains("39 answered, 0 kept, 1 failed"), "{}", done.out);
    assert!(done.err.contains("row 7 failed: predictor `self`"), "{}", done.err);
    let line = &lines(folder, "out.jsonl")[7];
    assert!(line["error"].is_string() && line["output"].is_null(), "{line}");

    is_well.store(true, Ordering::Relaxed);
    let before = sick.calls();
    let json = [&LINE[..], &["--json"]].concat();
    let done = say(&cli, folder, &json).ended(Exit::Done);
    assert_eq!(done.json()["answered"], 1);
    assert_eq!(done.json()["kept"], 39);
    assert_eq!(sick.calls() - before, 1);
    assert_eq!(fs::read_to_string(folder.join("out.jsonl")).unwrap(), unbroken());
}

#[test]
fn a_panic_is_the_error_of_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(folder);
    let shy = Scripted::with(move |request, _| match town_of(request).as_str() {
        "T7" => panic!("nobody knows T7"),
        town => Ok::<_, LmError>(answer(&format!("{town} cheese"))),
    });
    let done = say(&Cli::new(program(&shy)), folder, &LINE).ended(Exit::Failed);
    assert!(done.out.contains("39 answered, 0 kept, 1 failed"), "{}", done.out);
    let line = &lines(folder, "out.jsonl")[7];
    assert!(line["error"].as_str().unwrap().contains("nobody knows T7"), "{line}");
}

#[test]
fn rows_or_a_program_that_changed_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_rows(folder);
    let model = model();
    let cli = Cli::new(program(&model));
    say(&cli, folder, &LINE).ended(Exit::Done);
    let before = fs::read_to_string(folder.join("out.jsonl")).unwrap();
    let calls = model.calls();

    let other = Cli::new(program(&model).with_instructions("Say it in French."));
    let done = say(&other, folder, &LINE).ended(Exit::Usage);
    assert!(done.err.contains("line 1 was answered by the program"), "{}", done.err);

    let rows = fs::read_to_string(folder.join("in.jsonl")).unwrap();
    fs::write(folder.join("in.jsonl"), rows.replace("\"T3\"", "\"Rome\"")).unwrap();
    let done = say(&cli, folder, &LINE).ended(Exit::Usage);
    assert!(done.err.contains("line 4 answers row 3 with other inputs"), "{}", done.err);

    fs::write(folder.join("in.jsonl"), rows.lines().next().unwrap()).unwrap();
    let done = say(&cli, folder, &LINE).ended(Exit::Usage);
    assert!(done.err.contains("the input file has 1 rows now"), "{}", done.err);

    fs::write(folder.join("out.jsonl"), "{\"mine\": 1}\n").unwrap();
    let done = say(&cli, folder, &LINE).ended(Exit::Usage);
    assert!(done.err.contains("line 1: this is no line of answers"), "{}", done.err);
    assert_eq!(model.calls(), calls);
    assert_eq!(fs::read_to_string(folder.join("out.jsonl")).unwrap(), "{\"mine\": 1}\n");
    assert!(before.ends_with('\n'));
}

#[test]
fn reads_csv_by_the_types_of_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // A town that looks like a number, a year left out, and a column that is none of its business.
    fs::write(folder.join("in.csv"), "year,town,note\n1990,007,x\n,Ulm,y\n").unwrap();
    let model = model();
    let cli = Cli::new(program(&model));
    let line = ["run", "--in", "in.csv", "--out", "out.jsonl"];
    say(&cli, folder, &line).ended(Exit::Done);
    assert_eq!(lines(folder, "out.jsonl")[0]["output"]["fame"], "007 cheese");
    let asked: Vec<String> =
        model.requests().iter().map(|r| r.messages.last().unwrap().text()).collect();
    let ulm = asked.iter().find(|text| text.contains("Ulm")).unwrap();
    assert!(ulm.contains("2000"), "{ulm}");

    fs::write(folder.join("in.csv"), "year,town\nsoon,Ulm\n").unwrap();
    let done = say(&cli, folder, &["run", "--in", "in.csv", "--out", "other.jsonl"]);
    let err = done.ended(Exit::Usage).err;
    assert!(err.contains("line 2, column `year`"), "{err}");
    assert!(!folder.join("other.jsonl").exists());
}

#[test]
fn options_of_many_rows_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(program(&model()));
    for (line, words) in [
        (&["run", "--in", "in.csv"][..], "--out"),
        (&["run", "--in", "a.csv", "--out", "b", "--stream"], "--stream"),
        (&["run", "--in", "a.csv", "--out", "b", "--town", "Ulm"], "the input `town` and `--in`"),
        (&["run", "--concurrency", "4", "--town", "Ulm"], "--in"),
        (&["run", "--in", "gone.csv", "--out", "b"], "gone.csv"),
        (&["run", "--in", "a.csv", "--out", "b", "--concurrency", "0"], "--concurrency must be"),
    ] {
        let done = say(&cli, folder.path(), line).ended(Exit::Usage);
        assert!(done.err.contains(words), "{line:?}: {}", done.err);
    }
}
