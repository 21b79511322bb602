//! `run` on one input, and what all commands have: help, usage, streams.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use dspy::cli::{Cli, Exit, Surroundings};
use dspy::lm::{LmError, Scripted};
use dspy::prelude::*;
use dspy::signature::SignatureSchema;
use serde_json::{Value, json};

use super::{answer, model, program, say, say_with};

const SHORT: Duration = Duration::from_secs(1);

fn here() -> &'static Path {
    Path::new("target")
}

#[test]
fn takes_options_and_gives_json() {
    let cli = Cli::new(program(&model()));
    let done = say(&cli, here(), &["run", "--town", "Gouda"]).ended(Exit::Done);
    assert_eq!(done.json(), json!({"fame": "Gouda cheese"}));
    assert_eq!(done.err, "");

    let done = say(&cli, here(), &["run", "--town", "-5 °C", "--year", "-44", "--json"]);
    let line = done.ended(Exit::Done);
    assert_eq!(line.json()["output"]["fame"], "-5 °C cheese");
    assert_eq!(line.json()["usage"]["calls"], 1);
    assert_eq!(line.out.lines().count(), 1);
}

#[test]
fn takes_json_from_the_argument_and_from_standard_input() {
    let model = model();
    let cli = Cli::new(program(&model));
    let done = say(&cli, here(), &["run", r#"{"town": "Brie"}"#]).ended(Exit::Done);
    assert_eq!(done.json()["fame"], "Brie cheese");

    let done =
        say_with(&cli, &["run"], |around| around.stdin(&b"{\"town\": \"Edam\", \"year\": 3}"[..]));
    assert_eq!(done.ended(Exit::Done).json()["fame"], "Edam cheese");
    // The option goes before the same field of JSON.
    let done = say_with(&cli, &["run", "-", "--town", "Ulm"], |around| {
        around.stdin(&b"{\"town\": \"Edam\"}"[..])
    });
    assert_eq!(done.ended(Exit::Done).json()["fame"], "Ulm cheese");
    assert_eq!(model.calls(), 3);
}

#[test]
fn refuses_inputs_that_do_not_fit_before_it_asks() {
    let model = model();
    let cli = Cli::new(program(&model));
    for (line, words) in [
        (&["run"][..], "the input `town` (text) is missing"),
        (&["run", r#"{"town": 4}"#], "the input `town` does not fit"),
        (&["run", "--town", "Ulm", "--year", "last"], "the input `year` does not fit"),
        (&["run", r#"{"twon": "Ulm"}"#], "no input `twon`; did you mean `town`?"),
        (&["run", "[1]"], "must be a JSON object with the inputs `town`, `year`"),
        (&["run", "{"], "the argument is no JSON"),
        (&["run", "--town", "a", "--town", "b"], "given more than once"),
        (&["run", "--twon", "a"], "a similar argument exists: '--town'"),
        (&["evla"], "a similar subcommand exists: 'eval'"),
    ] {
        let done = say(&cli, here(), line).ended(Exit::Usage);
        assert!(done.err.contains(words), "{line:?}: {}", done.err);
        assert_eq!(done.out, "");
    }
    assert_eq!(model.calls(), 0);
}

#[test]
fn says_what_failed() {
    let broken = Scripted::with(|_, _| LmError::Timeout { host: "far.away".into(), after: SHORT });
    let cli = Cli::new(program(&broken));
    let done = say(&cli, here(), &["run", "--town", "Ulm"]).ended(Exit::Failed);
    assert!(done.err.starts_with("error: predictor `self`: "), "{}", done.err);
    let done = say(&cli, here(), &["run", "--town", "Ulm", "--json"]).ended(Exit::Failed);
    let line: Value = serde_json::from_str(&done.err).unwrap();
    assert_eq!(line["exit_code"], 1);
    let done = say(&cli, here(), &["run", "--nonsense", "--json"]).ended(Exit::Usage);
    let line: Value = serde_json::from_str(&done.err).unwrap();
    assert!(line["error"].as_str().unwrap().contains("--nonsense"), "{line}");
}

#[test]
fn helps_with_the_words_of_the_signature() {
    let cli = Cli::new(program(&model())).name("towns");
    let done = say(&cli, here(), &["--help"]).ended(Exit::Done);
    assert!(done.out.contains("Say in one word what the town is known for."), "{}", done.out);
    assert!(done.out.contains("Exit codes:"), "{}", done.out);
    assert_eq!(say(&cli, here(), &[]).ended(Exit::Done).out, done.out);
    let done = say(&cli, here(), &["run", "--help"]).ended(Exit::Done);
    assert!(done.out.contains("--town <VALUE>"), "{}", done.out);
    assert!(done.out.contains("The town's name. [text]"), "{}", done.out);
    assert!(done.out.contains("[default: 2000]"), "{}", done.out);
    assert!(!done.out.contains('\u{1b}'));
    let longest = done.out.lines().map(|line| line.chars().count()).max();
    assert!(longest <= Some(100), "{longest:?}");
}

#[test]
fn colours_terminals_that_want_them() {
    let cli = Cli::new(program(&model()));
    let coloured = |name: &str, value: &str| {
        let done =
            say_with(&cli, &["inspect"], |around| around.terminal(true).variable(name, value));
        done.ended(Exit::Done).out.contains('\u{1b}')
    };
    assert!(coloured("TERM", "xterm"));
    assert!(!coloured("TERM", "dumb"));
    assert!(!coloured("NO_COLOR", "1"));
}

#[test]
fn streams_fields_as_they_come() {
    let model = model().with_pieces(3);
    let cli = Cli::new(program(&model));
    let done =
        say(&cli, here(), &["run", "--town", "Gouda", "--stream", "--json"]).ended(Exit::Done);
    let lines: Vec<Value> =
        done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, pieces) = lines.split_last().unwrap();
    assert!(pieces.len() > 2, "{pieces:?}");
    let told: String = pieces.iter().map(|piece| piece["delta"].as_str().unwrap()).collect();
    assert_eq!(told, "Gouda cheese");
    assert!(pieces.iter().all(|piece| piece["field"] == "fame"));
    assert_eq!(last["output"]["fame"], "Gouda cheese");

    let done = say(&cli, here(), &["run", "--town", "Gouda", "--stream"]).ended(Exit::Done);
    assert!(done.out.starts_with("fame: Gouda cheese\n"), "{}", done.out);
}

/// A pipe whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_reader_who_leaves_is_no_failure() {
    let cli = Cli::new(program(&model()));
    for line in [&["run", "--town", "Ulm"][..], &["schema"], &["--help"], &["complete", "bash"]] {
        let mut err = Vec::new();
        let around = Surroundings::new().stdout(Closed).stderr(&mut err);
        assert_eq!(cli.run_from(line, around), Exit::Done, "{line:?}");
        assert_eq!(String::from_utf8(err).unwrap(), "");
    }
}

/// Count the words.
#[derive(Signature)]
struct Lists {
    #[input]
    words: Vec<String>,
    #[input]
    sizes: Vec<u8>,
    /// Called as an option of the command is.
    #[input]
    json: bool,
    #[output]
    fame: String,
}

#[test]
fn lists_are_given_item_by_item_and_taken_names_get_another() {
    let seen = Scripted::with(|_, _| answer("done"));
    let cli = Cli::new(Predict::<Lists>::new().with_lm(seen.lm()));
    let line = "run --words a,b --words [c] --sizes [1,2] --input-json yes";
    let line: Vec<&str> = line.split(' ').collect();
    say(&cli, here(), &line).ended(Exit::Done);
    let asked = seen.requests()[0].messages.last().unwrap().text();
    assert!(asked.contains("a,b") && asked.contains("[c]"), "{asked}");
    assert!(asked.contains("True"), "{asked}");
    let done = say(&cli, here(), &["run", "--words", "a", "--sizes", "300", "--input-json", "no"]);
    assert!(done.ended(Exit::Usage).err.contains("the input `sizes` does not fit"));
}

#[test]
fn a_task_made_at_run_time_has_its_fields_too() {
    let schema = SignatureSchema::parse("town, visitors: list[int] -> fame").unwrap();
    let model = model();
    let program = dspy::Predictor::new(schema).with_lm(model.lm());
    let cli = Cli::new(program);
    let line = ["run", "--town", "Gouda", "--visitors", "3", "--visitors", "4"];
    let done = say(&cli, here(), &line).ended(Exit::Done);
    assert_eq!(done.json()["fame"], "Gouda cheese");
    let done = say(&cli, here(), &["schema", "--output"]).ended(Exit::Done);
    assert!(done.json()["properties"]["fame"].is_object(), "{}", done.out);
}
