//! Words of prompts from a file.

use dspy::adapter::{ChatAdapter, PhraseError, Phrases};
use dspy::prelude::*;

use crate::programs::Label;
use crate::recorded::Recorded;

#[tokio::test]
async fn what_a_file_leaves_out_is_as_it_was() {
    for recorded in &Recorded::all() {
        let ours = crate::asked(recorded, None).await;
        let same = crate::asked(recorded, Some(Phrases::parse("{}").unwrap())).await;
        assert_eq!(same, ours, "{}", recorded.name);
    }
}

#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let error = Phrases::parse(text).unwrap_err().to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn unknown_and_missing_slots_and_phrases_are_named() {
    refused(
        r#"{"reminder": "Give {output}."}"#,
        &["`reminder`", "no slot `{output}`", "`{outputs}`"],
    );
    refused(r#"{"reminder": "Give it."}"#, &["`reminder`", "lacks the slot `{outputs}`"]);
    refused(r#"{"field": "{name"}"#, &["`field`", "a brace without its partner"]);
    refused(r#"{"remainder": "x"}"#, &["unknown field `remainder`", "`reminder`"]);
    refused(r#"{"types": "java"}"#, &["java", "`words`", "`python`"]);
    refused(r#"["#, &["these are no phrases"]);
    let error = Phrases::from_file("/no/such/file.json").unwrap_err();
    assert!(matches!(error, PhraseError::Io { .. }), "{error}");
}

#[test]
fn a_house_format_needs_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("house.json");
    let text = r#"{
        "system": "{{in}}\n{inputs}\n{{out}}\n{outputs}\n{input_layout}\n{output_layout}\n{objective}",
        "field": "- {name}: {type}", "objective_line": "> {line}", "reminder": ""
    }"#;
    std::fs::write(&file, text).unwrap();
    let phrases = Phrases::from_file(&file).unwrap();
    let ask = Predict::<Label>::new()
        .with_instructions("Label it.")
        .with_adapter(ChatAdapter::with_phrases(phrases));
    let prompt = ask.explain("a text").unwrap();
    let start = "{in}\n- text: text\n{out}\n- label: text\n[[ ## text ## ]]\n{text}\n\
                 [[ ## label ## ]]\n{label}\n> Label it.";
    assert!(prompt.contains(start), "{prompt}");
    assert!(prompt.trim_end().ends_with("[[ ## text ## ]]\na text"), "{prompt}");
}
