//! [`Evidence`]: a row as whoever writes instructions sees it.

use serde_json::Value;

use super::super::engine::Engine;
use super::super::outcome::Outcome;
use super::super::stage::Part;
use crate::adapter::render_value;
use crate::signature::Fields;

/// Characters of one value that are shown.
const LONG: usize = 2_000;

/// A row as whoever writes instructions sees it: what was given, what came, what was expected.
#[derive(Clone, Debug, Default)]
pub(in crate::optimize) struct Evidence {
    pub(in crate::optimize) given: Fields,
    pub(in crate::optimize) came: Fields,
    pub(in crate::optimize) expected: Fields,
    pub(in crate::optimize) score: Option<f64>,
    pub(in crate::optimize) feedback: Vec<String>,
}

/// A training row; with what a predictor made of it where there is an outcome.
pub(in crate::optimize) fn row_evidence(
    engine: &Engine,
    of: Option<(&str, &Outcome)>,
    item: usize,
) -> Evidence {
    let row = engine.rows(Part::Train).get(item).cloned().unwrap_or_default();
    let (labels, inputs) = split(engine, &row);
    let Some((path, outcome)) = of else {
        return Evidence { given: inputs, expected: labels, ..Evidence::default() };
    };
    // Of several calls a failed one tells most, else the last.
    let steps: Vec<_> = outcome.steps_of(path).collect();
    let step = steps.iter().find(|step| step.error.is_some()).or(steps.last());
    let mut feedback = Vec::new();
    feedback.extend(outcome.feedback_for.get(path).cloned());
    feedback.extend(outcome.feedback.clone());
    feedback.extend(outcome.error.as_ref().map(|error| format!("the program failed: {error}")));
    if let Some(raw) = step.and_then(|step| step.raw.as_ref()) {
        feedback.push(format!("it wrote, which could not be read: {}", cut(raw)));
    }
    Evidence {
        given: step.map_or(inputs, |step| step.inputs.clone()),
        came: step.map(|step| step.outputs.clone()).unwrap_or_default(),
        expected: labels,
        score: Some(outcome.score),
        feedback,
    }
}

/// A row's labels and the rest: what some predictor gives and none is given from outside is a label.
fn split(engine: &Engine, row: &Fields) -> (Fields, Fields) {
    let gives = |name: &str| {
        engine.all_tasks().iter().any(|task| task.schema.outputs().iter().any(|f| f.name() == name))
    };
    let mut labels = Fields::new();
    let mut inputs = Fields::new();
    for (name, value) in row {
        let to = if gives(name) { &mut labels } else { &mut inputs };
        to.insert(name.clone(), value.clone());
    }
    (labels, inputs)
}

pub(super) fn show(evidence: &[Evidence]) -> String {
    let all = evidence.iter().enumerate().map(|(index, item)| one(index + 1, item));
    all.collect::<Vec<_>>().join("\n\n")
}

fn one(number: usize, item: &Evidence) -> String {
    let mut text = format!("Example {number}");
    let mut add = |what: &str, fields: &Fields| {
        for (name, value) in fields {
            text.push_str(&format!("\n{what} `{name}`: {}", shown(value)));
        }
    };
    add("given", &item.given);
    add("the step gave", &item.came);
    add("expected", &item.expected);
    if let Some(score) = item.score {
        text.push_str(&format!("\nscore: {score}"));
    }
    for feedback in &item.feedback {
        text.push_str(&format!("\nfeedback: {}", cut(feedback)));
    }
    text
}

fn shown(value: &Value) -> String {
    cut(&render_value(value))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONG) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… (cut)", text.get(..end).unwrap_or(text)),
    }
}
