//! Programs watched while they run: what is told counts, comes early, and ends when nobody reads.

#[cfg(feature = "cache")]
#[path = "streaming/cache.rs"]
mod cache;
#[path = "streaming/equal.rs"]
mod equal;
#[path = "streaming/fields.rs"]
mod fields;
#[path = "streaming/pace.rs"]
mod pace;
#[path = "streaming/programs.rs"]
mod programs;
#[path = "streaming/retries.rs"]
mod retries;
#[path = "streaming/server.rs"]
mod server;
#[path = "streaming/wire.rs"]
mod wire;

use std::collections::BTreeMap;
use std::fmt::Debug;

use dspy::lm::Scripted;
use dspy::module::{ProgramStream, Streamed};
use dspy::prelude::*;
use dspy::run::Event;

/// Answer the question.
#[derive(Signature, Clone)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn sections(fields: &[(&str, &str)]) -> String {
    let one = |(name, text): &(&str, &str)| format!("[[ ## {name} ## ]]\n{text}\n\n");
    fields.iter().map(one).collect::<String>() + "[[ ## completed ## ]]"
}

fn answer(text: &str) -> String {
    sections(&[("answer", text)])
}

/// A model that gives these answers, a few characters at a time.
fn model(answers: &[&str]) -> Scripted {
    Scripted::texts(answers.iter().map(|text| answer(text))).with_pieces(3)
}

/// All events, and how it ended.
async fn collected<O: Send + Debug>(
    mut stream: ProgramStream<O>,
) -> (Vec<Event>, dspy::Result<Prediction<O>>) {
    let mut events = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(Streamed::Event(event)) => events.push(event),
            Ok(Streamed::Done(prediction)) => {
                assert!(stream.next().await.is_none(), "nothing comes after the prediction");
                return (events, Ok(prediction));
            }
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing comes after an error");
                return (events, Err(error));
            }
            Ok(other) => panic!("{other:?}"),
        }
    }
    panic!("a stream ends with a prediction or an error");
}

/// The texts that count, by call and field.
fn texts(events: &[Event]) -> BTreeMap<(u64, String), String> {
    let mut texts: BTreeMap<(u64, String), String> = BTreeMap::new();
    for event in events {
        if let Some(void) = event.voids() {
            texts.retain(|(call, _), _| *call != void);
        }
        if let Event::FieldDelta { call, field, delta, .. } = event {
            texts.entry((*call, field.clone())).or_default().push_str(delta);
        }
    }
    texts
}

/// The events in short, but for deltas.
fn told(events: &[Event]) -> Vec<String> {
    let short = |event: &Event| match event {
        Event::ModuleStarted { path, name, .. } => Some(format!("{name} at {path}")),
        Event::ModuleEnded { path, ok, .. } => Some(format!("{path} ended {ok}")),
        Event::CallStarted { path, .. } => Some(format!("ask {path}")),
        Event::CallEnded { path, ok, .. } => Some(format!("asked {path} {ok}")),
        Event::Backtracked { path, call, broken, .. } => {
            Some(format!("back {path} {call}: {}", broken.message))
        }
        Event::Discarded { path, call, .. } => Some(format!("discard {path} {call}")),
        Event::ToolStarted { path, arguments, .. } => Some(format!("{path} with {arguments}")),
        Event::ToolEnded { name, ok, observation, .. } => {
            Some(format!("{name} {ok}: {observation}"))
        }
        Event::Status { path, text, .. } => Some(format!("{path} says {text}")),
        _ => None,
    };
    events.iter().filter_map(short).collect()
}
