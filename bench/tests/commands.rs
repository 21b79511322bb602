//! The commands as others run them: lines in, lines out, and what comes of mistakes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dspy-bench"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that refuses its arguments is gone before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn answers(command: &str, cases: &[Value]) -> (Vec<Value>, String) {
    let input: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let output = run(&[command, "--cases", "-"], &input);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn parse_gives_values_and_errors_with_what_was_repaired() {
    let (lines, summary) = answers(
        "parse",
        &[
            json!({"id": "a", "schema": {"type": "integer"}, "text": "42"}),
            json!({"id": "b", "schema": {"type": "integer"}, "text": "\"1,200\"", "note": "more"}),
            json!({"id": 3, "schema": {"type": "integer"}, "text": "many"}),
        ],
    );
    assert_eq!(summary, "", "nothing is expected, so nothing is counted");
    let [exact, repaired, refused] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(
        (&exact["id"], &exact["status"], &exact["level"], &exact["value"], &exact["error"]),
        (&json!("a"), &json!("ok"), &json!("Exact"), &json!(42), &Value::Null)
    );
    assert_eq!((&repaired["level"], &repaired["value"]), (&json!("Repaired"), &json!(1200)));
    let number = |change: &Value| change["kind"] == "Number" && change["to"] == "1200";
    assert!(repaired["repairs"].as_array().unwrap().iter().any(number), "{repaired}");
    assert_eq!((&refused["id"], &refused["status"]), (&json!(3), &json!("error")));
    assert!(refused["error"].as_str().unwrap().contains("many"), "{refused}");
    assert!(lines.iter().all(|line| line["micros"].as_f64().unwrap() > 0.0), "{lines:?}");
}

#[test]
fn parse_counts_what_came_out_as_expected() {
    let case = |id: &str, text: &str, more: Value| {
        let mut case = json!({
            "id": id, "category": "number", "schema": {"type": "number"}, "text": text,
        });
        case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        case
    };
    let (_, summary) = answers(
        "parse",
        &[
            case("right", "85", json!({"expected": 85.0})),
            case("refused as it should be", "many", json!({"expect_error": true})),
            case("wrong", "3", json!({"expected": 4})),
            case("too much", "3", json!({"expect_error": true})),
            case("too little", "many", json!({"expected": 3})),
            case("level", "3", json!({"expected": 3, "level": "Repaired"})),
        ],
    );
    let all = "2 of 6 as expected, 2 wrong values, 1 refused, 1 at another level";
    assert!(summary.ends_with(&format!("number: {all}\nall: {all}\n")), "{summary}");
    for fault in ["WrongValue number/wrong: 3 (Exact)", "WrongValue number/too much", "Refused"] {
        assert!(summary.contains(fault), "{summary}");
    }
}

#[test]
fn a_line_that_is_no_case_costs_only_itself() {
    let input = "{\"id\": 1, \"schema\": {\"type\": \"integer\"}, \"text\": \"1\"}\nno JSON\n\n[1]\n\
                 {\"id\": 5}\n{\"id\": 6, \"schema\": {\"$ref\": \"#\"}, \"text\": \"1\"}\n\
                 {\"id\": 7, \"schema\": true, \"text\": \"last\"}";
    for command in ["parse", "format", "adapter-parse"] {
        let output = run(&[command, "--cases", "-"], input);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ids: Vec<_> = lines.iter().map(|line| line["id"].clone()).collect();
        assert_eq!(ids, [json!(1), json!(null), json!(null), json!(5), json!(6), json!(7)]);
        assert!(lines[1]["error"].as_str().unwrap().contains("line 2"), "{text}");
        assert!(lines[2]["error"].as_str().unwrap().contains("line 4"), "{text}");
        assert!(lines[1..5].iter().all(|line| line["status"] == "error"), "{text}");
        assert_eq!(lines[5]["status"] == "error", command != "parse");
    }
}

fn call() -> Value {
    json!({
        "id": "call",
        "adapter": "chat",
        "signature": {
            "instructions": "Name the capital.",
            "inputs": [{"name": "country", "type": "str", "desc": "A country."}],
            "outputs": [
                {"name": "capital", "type": "str", "desc": ""},
                {"name": "people", "type": "int", "desc": "Rounded."},
            ],
        },
        "demos": [
            {"country": "Spain", "capital": "Madrid", "people": 3_300_000},
            {"country": "Atlantis"},
        ],
        "inputs": {"country": "Portugal"},
    })
}

#[test]
fn format_gives_the_messages_and_says_what_it_left_out() {
    let (lines, _) = answers("format", &[call()]);
    let messages = lines[0]["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    let content = |index: usize| messages[index]["content"].as_str().unwrap();
    assert!(content(0).contains("Name the capital.") && content(0).contains("A country."));
    assert_eq!(content(1), "[[ ## country ## ]]\nSpain");
    assert!(content(2).starts_with("[[ ## capital ## ]]\nMadrid\n\n[[ ## people ## ]]\n3300000"));
    assert!(content(3).starts_with("[[ ## country ## ]]\nPortugal"));
    assert_eq!(
        lines[0]["warnings"],
        json!(["demo 1 is left out: it has no output of the signature"])
    );
}

#[test]
fn adapter_parse_gives_fields_or_the_field_that_does_not_fit() {
    let with = |completion: &str| {
        let mut case = call();
        case["completion"] = json!(completion);
        case
    };
    let (lines, _) = answers(
        "adapter-parse",
        &[
            with(
                "[[ ## capital ## ]]\nLisbon\n\n[[ ## people ## ]]\n545,000\n\n[[ ## completed ## ]]",
            ),
            with("[[ ## capital ## ]]\nLisbon\n\n[[ ## people ## ]]\nmany"),
            call(),
        ],
    );
    assert_eq!(lines[0]["status"], "ok", "{}", lines[0]);
    assert_eq!(lines[0]["fields"], json!({"capital": "Lisbon", "people": 545_000}));
    assert_eq!(lines[0]["repairs"][0]["field"], "people");
    assert_eq!(lines[1]["status"], "error");
    assert_eq!(lines[1]["fields"], json!({"capital": "Lisbon"}));
    assert!(lines[1]["error"].as_str().unwrap().contains("`people`"), "{}", lines[1]);
    assert!(lines[2]["error"].as_str().unwrap().contains("`completion`"), "{}", lines[2]);
}

#[test]
fn an_unknown_type_or_adapter_is_named() {
    let mut unknown_type = call();
    unknown_type["signature"]["outputs"][1]["type"] = json!("integre");
    let mut unknown_adapter = call();
    unknown_adapter["adapter"] = json!("morse");
    let (lines, _) = answers("format", &[unknown_type, unknown_adapter]);
    for (line, name) in lines.iter().zip(["integre", "morse"]) {
        assert!(line["error"].as_str().unwrap().contains(name), "{line}");
    }
}

/// The clock is no test's business, but what a call allocates is the same at every time.
#[test]
fn a_call_allocates_no_more_than_it_did() {
    let calls = env!("CARGO_BIN_EXE_calls");
    let output = Command::new(calls).args(["--rounds", "1"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (name, most) in [
        ("the model alone", 4),
        ("question -> answer", 25),
        ("2 inputs, 2 outputs", 31),
        ("the same after 16 demos", 31),
        ("2 inputs, an enum and a number", 28),
        ("question -> reasoning, answer", 28),
    ] {
        let row = rows.iter().find(|row| row["row"] == name).expect(name);
        let allocations = row["allocations"].as_u64().unwrap();
        assert!((1..=most).contains(&allocations), "at most {most}: {row}");
    }
}

#[test]
fn mistakes_on_the_command_line_show_the_usage() {
    for arguments in [
        &[][..],
        &["guess"],
        &["--verbose"],
        &["parse"],
        &["parse", "--cases"],
        &["parse", "--file", "x"],
        &["parse", "--cases", "x", "y"],
        &["speed", "--rounds", "0"],
    ] {
        let output = run(arguments, "");
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains("usage: dspy-bench"), "{arguments:?}: {text}");
        assert!(output.stdout.is_empty());
    }
    let help = run(&["--help"], "");
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().starts_with("usage: dspy-bench"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let output = run(&["parse", "--cases", "no/such/file.jsonl"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("no/such/file.jsonl"));
}

#[cfg(feature = "disk-cache")]
#[test]
fn processes_that_write_one_cache_at_once_lose_nothing() {
    let output = run(&["cache", "--writers", "4", "--entries", "150"], "");
    assert!(output.status.success(), "{output:?}");
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["in_file"], &line["lost"]), (&json!(600), &json!(0)));
}

#[test]
fn a_cache_has_one_task_at_a_time() {
    for arguments in [&["cache"][..], &["cache", "--hits", "--writers", "2"], &["cache", "--what"]]
    {
        assert_eq!(run(arguments, "").status.code(), Some(2), "{arguments:?}");
    }
}
