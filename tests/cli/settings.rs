//! Settings: what goes before what, and what is refused.

use std::fs;
use std::path::Path;

use dspy::cli::{Cli, Exit, Surroundings};
use dspy::prelude::*;

use super::{Done, Town, say_with};

fn cli() -> Cli<Predict<Town>> {
    Cli::new(Predict::new())
}

fn config(folder: &Path, line: &[&str], env: &[(&str, &str)]) -> Done {
    let line = [&["config", "--json"], line].concat();
    say_with(&cli(), &line, |around| {
        env.iter()
            .fold(around.folder(folder), |around, (name, value)| around.variable(*name, *value))
    })
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("dspy.toml"), "lm = \"openai/of-file\"\nconcurrency = 3\n").unwrap();
    let lm = |line: &[&str], env: &[(&str, &str)]| {
        config(folder, line, env).ended(Exit::Done).json()["lm"].clone()
    };
    assert_eq!(lm(&[], &[])["value"], "openai/of-file");
    let env = [("DSPY_LM", "openai/of-env")];
    assert_eq!(lm(&[], &env)["value"], "openai/of-env");
    assert_eq!(lm(&[], &env)["origin"], "DSPY_LM");
    assert_eq!(lm(&["--lm", "openai/of-flag"], &env)["value"], "openai/of-flag");
    fs::write(folder.join("other.toml"), "lm = \"openai/of-other\"\n").unwrap();
    assert_eq!(lm(&["--config", "other.toml"], &[])["value"], "openai/of-other");
    // An empty variable is none.
    assert_eq!(lm(&[], &[("DSPY_LM", " ")])["value"], "openai/of-file");
    let all = config(folder, &[], &[]).ended(Exit::Done).json();
    assert_eq!(all["concurrency"]["value"], "3");
}

#[test]
fn settings_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |prepare: &dyn Fn(Surroundings<'_>) -> Surroundings<'_>| {
        say_with(&cli(), &["run", "--town", "Ulm"], |around| prepare(around.folder(folder)))
    };
    // None: the embedded model answers, and that is said.
    let done = run(&|around| around).ended(Exit::Done);
    assert!(done.err.contains("no model is set"), "{}", done.err);
    fs::write(folder.join("dspy.toml"), "lm = \"embedded\"\n").unwrap();
    assert_eq!(run(&|around| around).ended(Exit::Done).err, "");
    let done = run(&|around| around.variable("DSPY_LM", "nobody/nothing")).ended(Exit::Usage);
    assert!(done.err.contains("DSPY_LM: ") && done.err.contains("nobody"), "{}", done.err);
    fs::write(folder.join("dspy.toml"), "api_base = \"http://localhost:1/v1\"\n").unwrap();
    let done = run(&|around| around).ended(Exit::Usage);
    assert!(done.err.contains("no model is named"), "{}", done.err);
    fs::write(folder.join("dspy.toml"), "lm = \"embedded\"\nconcurrency = \"many\"\n").unwrap();
    fs::write(folder.join("rows.csv"), "town,year\nUlm,3\n").unwrap();
    let line = ["run", "--in", "rows.csv", "--out", "out.jsonl"];
    let done = say_with(&cli(), &line, |around| around.folder(folder)).ended(Exit::Usage);
    assert!(done.err.contains("`concurrency` of"), "{}", done.err);
}

#[test]
fn files_with_faults_are_refused_by_key_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (text, words) in [
        ("optimzer = \"gepa\"\n", "unknown key `optimzer`; did you mean `optimizer`?"),
        ("zzz = 1\n", "unknown key `zzz`. Known are: lm, api_base"),
        ("lm = [\"a\"]\n", "`lm` of"),
        ("lm = \"a\"\nlm = \"b\"\n", "line 2"),
        ("lm = \n", "line 1"),
    ] {
        fs::write(folder.join("dspy.toml"), text).unwrap();
        let done = config(folder, &[], &[]).ended(Exit::Usage);
        assert!(done.err.contains(words), "{text}: {}", done.err);
    }
    fs::remove_file(folder.join("dspy.toml")).unwrap();
    let done = config(folder, &["--config", "gone.toml"], &[]).ended(Exit::Usage);
    assert!(done.err.contains("gone.toml"), "{}", done.err);
}

#[test]
fn no_secret_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let secret = "hunter2";
    for text in [
        format!("api_key = \"{secret}\"\n"),
        format!("openai_api_key = \"{secret}\n"),
        format!("lm = [\"{secret}\"]\n"),
    ] {
        fs::write(folder.join("dspy.toml"), text).unwrap();
        let done = config(folder, &[], &[]).ended(Exit::Usage);
        assert!(!done.err.contains(secret), "{}", done.err);
    }
    fs::write(folder.join("dspy.toml"), "").unwrap();
    let base = format!("http://me:{secret}@localhost:9/v1?key={secret}");
    let lm = format!("openai/x@http://me:{secret}@localhost:9/v1");
    for (line, env) in [
        (&["--api-base", base.as_str()][..], [("DSPY_LM", "embedded")]),
        (&["--lm", &lm], [("DSPY_API_KEY", secret)]),
    ] {
        let done = config(folder, line, &env).ended(Exit::Done);
        assert!(done.out.contains("localhost:9/v1"), "{}", done.out);
        assert!(!done.out.contains(secret), "{}", done.out);
    }
    let line = ["run", "--town", "Ulm", "--lm", &lm];
    let done = say_with(&cli(), &line, |around| around.folder(folder));
    assert_ne!(done.exit, Exit::Done);
    assert!(!done.err.contains(secret), "{}", done.err);
}
