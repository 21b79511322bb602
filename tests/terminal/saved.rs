//! Saved programs, looked at without their type.

use dspy::module::{self, SavedProgram};
use dspy::prelude::*;
use dspy::terminal::Colour;
use serde_json::json;

/// Answer the question.
#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    /// In one word.
    #[output]
    answer: String,
}

#[derive(Clone, Default, Parameters)]
struct Rag {
    generate: Predict<Qa>,
    hops: Vec<Predict<Qa>>,
}

#[derive(Clone, Default, Parameters)]
struct Whole {
    rag: Rag,
    judge: Predict<Qa>,
}

fn whole() -> Whole {
    let rag = Rag { generate: Predict::new(), hops: vec![Predict::new()] };
    Whole { rag, judge: Predict::new() }
}

fn tuned() -> Whole {
    let mut tuned = whole();
    tuned.rag.hops[0] = Predict::new()
        .with_instructions(
            "Answer the question in a single word, and where several words would do, take the \
             shortest.\n\nNever guess.",
        )
        .with_demos([
            Qa { question: "Who?\nWhere?".into(), answer: "Ada, London".into() },
            Qa { question: "When?".into(), answer: "1843".into() },
        ]);
    tuned
}

fn saved(program: &Whole) -> SavedProgram {
    SavedProgram::of_value(module::to_value(program, None), "x.json").unwrap()
}

#[test]
fn a_program_is_a_tree_of_predictors() {
    let text = saved(&tuned()).compared_with(&saved(&whole())).to_string();
    let (head, body) = text.split_once("\n\n").unwrap();
    assert!(head.starts_with("x.json\n  dspy 0.1.0, identity "), "{head}");
    assert_eq!(
        body,
        "\
rag
  generate
    instructions
      Answer the question.
    descriptions
      Question:
      Answer: In one word.

  hops[0]
    instructions (changed)
      Answer the question in a single word, and where several words would do,
      take the shortest.

      Never guess.
    descriptions
      Question:
      Answer: In one word.
    demonstrations: 2 (changed)
      1. question:
           Who?
           Where?
         answer: Ada, London
      2. question: When?
         answer: 1843

judge
  instructions
    Answer the question.
  descriptions
    Question:
    Answer: In one word.
"
    );
}

#[test]
fn a_file_is_opened_without_its_type() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tuned.json");
    module::save(&tuned(), &path, None).unwrap();
    let opened = SavedProgram::open(&path).unwrap();
    assert_eq!(opened.paths().collect::<Vec<_>>(), ["rag.generate", "rag.hops[0]", "judge"]);
    assert_eq!(opened.diff(&saved(&whole())).changes().len(), 2);
    let error = SavedProgram::open(folder.path().join("absent.json")).unwrap_err().to_string();
    assert!(error.contains("absent.json"), "{error}");
}

#[test]
fn where_it_comes_from_is_said() {
    let mut file = module::to_value(&whole(), None);
    file["metadata"]["dspy_rust"]["provenance"] = json!({
        "optimizer": "GEPA", "seed": 7, "scores": [0.5, 0.75], "model": "openai/gpt-4o-mini",
        "saved_at": 1_700_000_000,
    });
    let text = SavedProgram::of_value(file, "x.json").unwrap().to_string();
    let lines: Vec<&str> = text.lines().skip(2).take(3).collect();
    assert_eq!(
        lines,
        [
            "  by GEPA with seed 7 on openai/gpt-4o-mini",
            "  0.500 → 0.750 on rows that decided",
            "  saved Tue, 14 Nov 2023 22:13:20 GMT",
        ]
    );
}

#[test]
fn files_of_python_and_of_later_versions() {
    let file = json!({
        "traces": [], "train": [], "demos": [], "lm": null,
        "signature": {"instructions": "Answer.", "fields": [
            {"prefix": "Question:", "description": "${question}"},
        ]},
        "metadata": {"dependency_versions": {"python": "3.11"}},
    });
    assert_eq!(
        SavedProgram::of_value(file, "py.json").unwrap().to_string(),
        "py.json\n  not of dspy for Rust\n\nself\n  instructions\n    Answer.\n  descriptions\n    \
         Question:\n"
    );
    let mut file = module::to_value(&whole(), None);
    file["metadata"]["dspy_rust"]["format"] = json!(999);
    let error = SavedProgram::of_value(file, "x.json").unwrap_err().to_string();
    assert!(error.contains("999"), "{error}");
    assert!(SavedProgram::of_value(json!([]), "x.json").is_err());
}

#[test]
fn odd_files_are_shown_and_nothing_steers_the_terminal() {
    for entry in [json!(1), json!([]), json!({}), json!({"demos": 3, "signature": [], "lm": "x"})] {
        let file = json!({"a.b['x.y'].c": entry, "é\u{1b}[2J": entry});
        let text = SavedProgram::of_value(file, "odd.json").unwrap().to_text(Colour::Never);
        assert!(!text.contains('\u{1b}') && text.contains("b['x.y']"), "{text}");
    }
    let wide = json!({"a": {"signature": {"instructions": "word ".repeat(99), "fields": []},
        "demos": [{"q": "x".repeat(300)}, [1, 2]], "lm": {"model": "m".repeat(100)}}});
    let text = SavedProgram::of_value(wide, "odd.json").unwrap().to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}
