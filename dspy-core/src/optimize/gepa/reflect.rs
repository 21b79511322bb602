//! Reflection: a text rewritten by what came of it.

use super::component::Component;
use crate::error::Result;
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::outcome::Outcome;
use crate::optimize::proposer::{Brief, row_evidence, text_of};

/// Has texts of a candidate rewritten by what became of some training rows; `None` where nothing
/// came of it.
pub(super) async fn rewrite(
    engine: &mut Engine,
    id: CandidateId,
    components: &[Component],
    outcomes: &[(usize, Outcome)],
    index: u64,
    temperature: f64,
) -> Result<Option<crate::optimize::changes::Changes>> {
    let mut questions = Vec::new();
    for (place, component) in components.iter().enumerate() {
        let evidence = outcomes
            .iter()
            .map(|(item, outcome)| row_evidence(engine, Some((&component.path, outcome)), *item))
            .collect();
        let brief = Brief {
            path: component.path.clone(),
            subject: component.subject(),
            current: component.text(engine, id),
            evidence,
            ..Brief::default()
        };
        let index = index * components.len() as u64 + place as u64;
        questions.push(brief.question(engine, "reflection", index, temperature)?);
    }
    let answers = engine.ask(questions).await?;
    let mut changes = None;
    for (component, answer) in components.iter().zip(answers) {
        let Some(text) = text_of(answer, "proposed_instruction") else { continue };
        if text == component.text(engine, id) {
            continue;
        }
        let one = component.with_text(engine, id, &text);
        changes = Some(match changes {
            None => one,
            Some(all) => one.over(&only(&all, engine, id)),
        });
    }
    Ok(changes)
}

/// The changes that a candidate does not have.
fn only(
    changes: &crate::optimize::changes::Changes,
    engine: &Engine,
    id: CandidateId,
) -> crate::optimize::changes::Changes {
    let mut own = crate::optimize::changes::Changes::new();
    for (path, kind, value) in changes.iter() {
        if engine.value(id, path, kind) != Some(value) {
            own.set(path, kind.clone(), value.clone());
        }
    }
    own
}
