//! Crates made of recorded programs: their text, and that it compiles.

use std::path::{Path, PathBuf};
use std::process::Command;

use dspy_import::{ImportError, Skeleton, generate};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recorded(name: &str, kind: &str) -> Value {
    let path = root().join(format!("../tests/interop/recorded/{name}.{kind}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn skeleton(name: &str, dspy: &str) -> Skeleton {
    let dump = serde_json::from_value(recorded(name, "signatures")).unwrap();
    generate(&recorded(name, "program"), &dump, dspy).unwrap()
}

/// All files but the saved program, one after the other.
fn text(skeleton: &Skeleton) -> String {
    let files = skeleton.files().filter(|(path, _)| *path != "program.json");
    files.map(|(path, text)| format!("==== {path}\n{text}\n")).collect()
}

#[test]
fn the_text_is_as_expected() {
    for name in ["desk", "offers", "votes", "experts", "nested", "thought"] {
        let found = text(&skeleton(name, "0.1"));
        let golden = root().join(format!("tests/golden/{name}.txt"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&golden, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap();
        assert_eq!(found, expected, "{name}: look at the change, then run with BLESS=1");
    }
}

/// Two of them as crates, with the file loaded; heavy, so only where `DSPY_IMPORT_BUILD` is set.
#[test]
fn what_is_made_compiles_and_loads_its_file() {
    if std::env::var_os("DSPY_IMPORT_BUILD").is_none() {
        println!("skipped: set DSPY_IMPORT_BUILD=1 to build the crates");
        return;
    }
    let dspy = root().join("..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["desk", "experts"] {
        let made = folder.path().join(name);
        skeleton(name, dspy.to_str().unwrap()).write(&made).unwrap();
        let main = format!(
            "fn main() {{\n    let path = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/program.json\");\n    \
             {name}::program::load(path).unwrap();\n    println!(\"loaded\");\n}}\n"
        );
        std::fs::write(made.join("src/main.rs"), main).unwrap();
        std::fs::copy(dspy.join("Cargo.lock"), made.join("Cargo.lock")).unwrap();
        let target: PathBuf = dspy.join("target/imported");
        let done = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline"])
            .current_dir(&made)
            .env("CARGO_TARGET_DIR", target)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{name}: {said}");
        assert!(!said.contains("warning"), "{name}: {said}");
    }
}

#[test]
fn what_does_not_belong_together_is_said() {
    let dump = serde_json::from_value(recorded("nested", "signatures")).unwrap();
    let error = generate(&recorded("votes", "program"), &dump, "0.1").unwrap_err();
    assert!(matches!(error, ImportError::Differ(_)), "{error}");
    let mut file = recorded("nested", "program");
    file["router.topic"]["signature"]["fields"].as_array_mut().unwrap().pop();
    let error = generate(&file, &dump, "0.1").unwrap_err().to_string();
    assert!(error.contains("`router.topic` has 1 fields in the file, its signature 2"), "{error}");
}

#[test]
fn odd_names_and_types_become_rust() {
    let field = |name: &str, schema: Value| json!({"name": name, "schema": schema});
    let task = json!({"name": "class", "instructions": "", "inputs": [
        field("type", json!({"type": "string"})),
        field("2nd", json!({"anyOf": [{"type": "integer"}, {"type": "string"}]})),
    ], "outputs": [
        field("kind", json!({"enum": ["a b", "A B", "1"], "type": "string"})),
        field("tree", json!({"$ref": "#/$defs/Node", "$defs": {"Node": {"type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}}}}})),
    ]});
    let dump =
        json!({"program": "odd", "predictors": {"self": {"module": "Predict", "signature": task}}});
    let file = json!({"self": {"signature": {"fields": [{}, {}, {}, {}]}}});
    let made = generate(&file, &serde_json::from_value(dump).unwrap(), "0.1").unwrap();
    let all = text(&made);
    for part in [
        "#[input(rename = \"type\")]\n    pub type_: String",
        "#[input(rename = \"2nd\")]\n    pub n2nd: serde_json::Value",
        "#[serde(rename = \"a b\")]\n    AB,\n    #[serde(rename = \"A B\")]\n    AB2,\n    #[serde(rename = \"1\")]\n    N1,",
        "pub next: Option<Box<crate::types::Node>>",
    ] {
        assert!(all.contains(part), "`{part}` is not in:\n{all}");
    }
    assert_eq!(made.notes, ["`Class_2nd` is any JSON value, because it is a union"]);
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let made = skeleton("plain", "0.1");
    made.write(folder.path()).unwrap();
    let error = made.write(folder.path()).unwrap_err().to_string();
    assert!(error.contains("it is there already"), "{error}");
}
