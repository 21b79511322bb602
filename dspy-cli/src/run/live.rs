//! An answer, shown while it is written.

use dspy_core::module::{Module, Streamed, leaf_paths};
use dspy_core::predict::Prediction;
use dspy_core::run::Event;
use serde_json::json;

use crate::console::Console;
use crate::fault::Fault;

/// Calls the program and writes pieces of output fields as they come: each field under its name,
/// and under its predictor's path where there are several.
pub(super) async fn follow<P: Module>(
    program: &P,
    input: P::Input,
    console: &mut Console<'_>,
) -> Result<Prediction<P::Output>, Fault> {
    let has_several = leaf_paths(program).len() > 1;
    let mut stream = program.call(input).stream();
    let mut under = None;
    while let Some(item) = stream.next().await {
        match item? {
            Streamed::Event(Event::FieldDelta { path, call, field, delta, .. }) => {
                if console.is_json {
                    console.json(&json!({"path": path, "field": field, "delta": delta}))?;
                    continue;
                }
                let now = Some((call, field.clone()));
                if under != now {
                    let name = if has_several { format!("{path}.{field}") } else { field };
                    let gap = if under.is_some() { "\n" } else { "" };
                    let name = console.style.bold(&format!("{name}:"));
                    console.write(&format!("{gap}{name} "))?;
                    under = now;
                }
                console.write(&delta)?;
            }
            Streamed::Event(Event::Status { text, .. }) => console.note(&text),
            Streamed::Event(event) if event.voids().is_some() => {
                if under.take().is_some() {
                    console.write("\n")?;
                }
                console
                    .note("what was shown of this answer does not count; the model is asked again");
            }
            Streamed::Done(prediction) => {
                if under.is_some() {
                    console.write("\n\n")?;
                }
                return Ok(prediction);
            }
            _ => {}
        }
    }
    Err(Fault::Program(dspy_core::error::Error::Invalid(
        "the program ended without an output".to_owned(),
    )))
}
