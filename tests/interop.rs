//! Programs of Python DSPy 3.4.1 in Rust: twelve of them, as Python saved them, with the messages that
//! Python built for 50 inputs each. `just test-interop` makes new ones and adds what needs Python.
#![cfg(feature = "chrono")]

#[path = "interop/again.rs"]
mod again;
#[path = "interop/decisions.rs"]
mod decisions;
#[path = "interop/layout.rs"]
mod layout;
#[path = "interop/phrases.rs"]
mod phrases;
#[path = "interop/programs.rs"]
mod programs;
#[path = "interop/recorded.rs"]
mod recorded;
#[path = "interop/scores.rs"]
mod scores;

use dspy::adapter::{ChatAdapter, Phrases};
use dspy::lm::Scripted;
use dspy::module;
use programs::{Job, each};
use recorded::{Recorded, said};

/// Loads the file and answers all inputs with Python's answers; gives what was asked.
struct Asked<'a> {
    recorded: &'a Recorded,
    phrases: Option<Phrases>,
}

impl Job for Asked<'_> {
    type Done = Vec<Vec<Vec<(String, String)>>>;

    async fn with<P: programs::Program>(self, mut program: P) -> Self::Done {
        let options = module::LoadOptions::default();
        let report = module::load(&mut program, self.recorded.program(), options)
            .unwrap_or_else(|error| panic!("{}: {error}", self.recorded.name));
        assert!(!report.loaded.is_empty());
        if let Some(phrases) = self.phrases {
            module::set_adapter(&mut program, ChatAdapter::with_phrases(phrases));
        }
        let mut all = Vec::new();
        for run in &self.recorded.runs {
            let model = Scripted::texts(run.calls.iter().map(|call| call.answer.clone()));
            let mut program = program.clone();
            module::set_lm(&mut program, &model.lm());
            let output = programs::answer(&program, &run.inputs).await.unwrap();
            let target = &self.recorded.target;
            assert_eq!(output[target], run.output, "{}: {}", self.recorded.name, run.inputs);
            all.push(model.requests().iter().map(|request| said(request)).collect());
        }
        all
    }
}

async fn asked(recorded: &Recorded, phrases: Option<Phrases>) -> Vec<Vec<Vec<(String, String)>>> {
    each(&recorded.name, Asked { recorded, phrases }).await
}

#[tokio::test]
async fn roles_order_markers_and_values_are_those_of_python() {
    let all = Recorded::all();
    assert_eq!(all.len(), 12);
    let mut compared = 0;
    for recorded in &all {
        assert!(recorded.runs.len() >= 50, "{}", recorded.name);
        let ours = asked(recorded, None).await;
        for (run, ours) in recorded.runs.iter().zip(&ours) {
            assert_eq!(run.calls.len(), ours.len(), "{}: {}", recorded.name, run.inputs);
            for (call, ours) in run.calls.iter().zip(ours) {
                let theirs = layout::of_messages(&call.messages);
                let ours = layout::of_messages(ours);
                assert_eq!(theirs, ours, "{}: {}", recorded.name, run.inputs);
                compared += 1;
            }
        }
    }
    println!("{compared} calls of {} programs: same roles, order, markers and values", all.len());
}

/// Programs whose system messages and reminders have what Rust's types say otherwise: schemas of
/// nested types, a closed set as an enum. Agents tell their steps in other words.
const OTHER_TYPES: [&str; 4] = ["typed", "offers", "agent", "desk"];

#[tokio::test]
async fn with_pythons_phrases_messages_are_pythons_to_the_letter() {
    let (mut same, mut all) = (0, 0);
    for recorded in &Recorded::all() {
        let ours = asked(recorded, Some(Phrases::python().unwrap())).await;
        let by_type = OTHER_TYPES.contains(&recorded.name.as_str());
        for (run, ours) in recorded.runs.iter().zip(&ours) {
            for (call, ours) in run.calls.iter().zip(ours) {
                for (theirs, ours) in call.messages.iter().zip(ours) {
                    all += 1;
                    same += usize::from(theirs == ours);
                    if !by_type {
                        assert_eq!(theirs, ours, "{}: {}", recorded.name, run.inputs);
                    }
                }
            }
        }
    }
    println!("with Python's phrases {same} of {all} messages are equal to the letter");
    assert!(same * 10 >= all * 8, "{same} of {all}");
}
