//! Advice from the contrast of two runs of one row.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Result;
use crate::optimize::changes::Changes;
use crate::optimize::engine::{CandidateId, Engine, Question};
use crate::optimize::outcome::Outcome;
use crate::optimize::proposer::{describe_program, task};
use crate::optimize::stage::Part;
use crate::signature::Fields;

/// Two runs of one row that went differently.
pub(super) struct Contrast {
    pub(super) source: CandidateId,
    pub(super) base: Changes,
    pub(super) item: usize,
    pub(super) better: Outcome,
    pub(super) worse: Outcome,
}

/// Has a model say what each predictor should do when a row like this comes; gives the changed
/// instructions of those contrasts for which something came of it.
pub(super) async fn write(
    engine: &mut Engine,
    contrasts: Vec<Contrast>,
    step: u64,
) -> Result<Vec<(Contrast, Changes)>> {
    let predictor = task(
        "program: str, row: str, better_run: str, worse_run: str \
         -> discussion: str, module_advice: dict[str, str]",
        "Two runs of one program on the same row went differently. Compare them, find where they \
         part and why one scored better, and give advice that makes future runs on similar rows go \
         like the better one. The advice is given before the row is seen, so say when it applies \
         and what to do then, concretely.",
        &[
            ("program", "The steps of the program."),
            ("row", "What the program was given, and what was expected."),
            ("better_run", "The run that scored better, step by step."),
            ("worse_run", "The run that scored worse, step by step."),
            ("discussion", "Where and why the runs part."),
            ("module_advice", "By the name of a step, the advice for it. Leave out steps without."),
        ],
    )?;
    let mut questions = Vec::new();
    for (place, contrast) in contrasts.iter().enumerate() {
        let row = engine.rows(Part::Train).get(contrast.item).cloned().unwrap_or_default();
        let mut fields = Fields::new();
        fields.insert("program".to_owned(), Value::from(describe_program(engine)));
        fields.insert("row".to_owned(), Value::from(Value::Object(row).to_string()));
        fields.insert("better_run".to_owned(), Value::from(told(&contrast.better)));
        fields.insert("worse_run".to_owned(), Value::from(told(&contrast.worse)));
        let index = step * 1_000 + place as u64;
        questions.push(Question::new("advice", index, &predictor, fields).with_temperature(1.0));
    }
    let answers = engine.ask(questions).await?;
    let mut made = Vec::new();
    for (contrast, answer) in contrasts.into_iter().zip(answers) {
        let Some(Ok(fields)) = answer else { continue };
        let advice: BTreeMap<String, String> = fields
            .get("module_advice")
            .cloned()
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default();
        let mut changes = contrast.base.clone();
        let mut any = false;
        let paths: Vec<String> = engine.tasks().map(|task| task.path.clone()).collect();
        for path in &paths {
            // Of a program of one step it is clear which one is meant.
            let only = (paths.len() == 1).then(|| advice.values().next()).flatten();
            let Some(text) = advice.get(path).or(only).map(|text| text.trim()) else { continue };
            if text.is_empty() {
                continue;
            }
            any = true;
            let own = engine.instructions(contrast.source, path);
            let own = changes.instructions(path).unwrap_or(&own).to_owned();
            changes = changes.with_instructions(path, format!("{own}\n\n{text}"));
        }
        if any {
            made.push((contrast, changes));
        }
    }
    Ok(made)
}

/// A run, step by step.
fn told(outcome: &Outcome) -> String {
    let mut text = String::new();
    for step in outcome.steps.iter().flatten() {
        let inputs = Value::Object(step.inputs.clone());
        text.push_str(&format!("step `{}` was given {inputs}\n", step.path));
        match &step.error {
            Some(error) => text.push_str(&format!("and failed: {error}\n")),
            None => {
                let outputs = Value::Object(step.outputs.clone());
                text.push_str(&format!("and gave {outputs}\n"));
            }
        }
    }
    text.push_str(&format!("score: {}", outcome.score));
    for feedback in outcome.feedback.iter().chain(&outcome.error) {
        text.push_str(&format!("\nfeedback: {feedback}"));
    }
    text
}
