//! What is said about an attempt, and whom it reaches.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::super::attempt::Attempt;
use super::super::predictor::Predictor;
use crate::module::{Leaf, Parameters, Path};
use crate::signature::{Data, Field, Fields, SignatureSchema};
use crate::wire;

/// Characters of one value that are shown; a program may pass whole books around.
const SHOWN: usize = 4_000;

const INSTRUCTIONS: &str = "\
A program made of modules ran once, and a reward judged its output. The reward is below the threshold.
Find out which modules are to blame, and say to each of them what it should do otherwise when the \
program runs again on the same input.
Concrete advice helps most: name the part of the module's input or output that it concerns. A module \
sees its own inputs and your advice, and nothing else.";

/// The predictor that gives advice.
pub(super) fn predictor() -> Predictor {
    let text = |name: &str, desc: &str| Field::of::<String>(name).with_desc(desc);
    let schema = SignatureSchema::new(
        "Advise",
        [
            text("program", "The program's modules: what each is told to do, takes and gives."),
            text("program_input", "What the program was given."),
            text("trajectory", "Each call of a module, in order: what it was given, what it gave."),
            text("program_output", "What the program gave."),
            text("reward_description", "What the reward is for."),
            text("reward_remark", "What the reward has to say about this output."),
            Field::of::<f64>("reward").with_desc("The reward of this output."),
            Field::of::<f64>("threshold").with_desc("The least reward that is good enough."),
            Field::of::<Vec<String>>("modules").with_desc("The names of the modules."),
        ],
        [
            text("discussion", "Why the reward is what it is, and what each module adds to that."),
            Field::of::<BTreeMap<String, String>>("advice").with_desc(
                "For each module to blame its name, spelled as above, and the advice. Leave the \
                 others out.",
            ),
        ],
    );
    Predictor::new(schema.with_instructions(INSTRUCTIONS))
}

/// What predictors are told, by their paths in the whole program.
pub(super) fn hints(
    advice: impl IntoIterator<Item = (String, String)>,
) -> BTreeMap<String, String> {
    let worded = |advice: String| {
        format!("Advice after an earlier attempt, which was not good enough: {advice}")
    };
    advice.into_iter().map(|(path, advice)| (path, worded(advice))).collect()
}

/// The predictors inside a program that is being refined.
#[derive(Debug)]
pub(super) struct Places(Vec<Place>);

#[derive(Debug)]
struct Place {
    /// The path inside the program.
    name: String,
    /// The path in the whole program that runs.
    path: String,
    description: String,
}

impl Places {
    /// Those of a program that takes part in a run.
    pub(super) fn of(program: &impl Parameters) -> Self {
        let mut places = Vec::new();
        program.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
            if let (Some(schema), Some(slot)) = (leaf.schema(), leaf.slot()) {
                places.push(Place {
                    name: path.to_string(),
                    path: slot.path().to_owned(),
                    description: described(path.as_str(), schema),
                });
            }
        });
        Self(places)
    }

    /// The advice of an answer by paths in the whole program, and the names that mean nothing.
    pub(super) fn addressed(&self, answer: &Fields) -> (Vec<(String, String)>, Vec<String>) {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        let advice = answer.get("advice").and_then(Value::as_object);
        for (name, advice) in advice.into_iter().flatten() {
            let advice = advice.as_str().unwrap_or_default().trim();
            match self.0.iter().find(|place| place.name == *name) {
                Some(place) if !advice.is_empty() => {
                    found.push((place.path.clone(), advice.to_owned()));
                }
                Some(_) => {}
                None => unknown.push(name.clone()),
            }
        }
        (found, unknown)
    }

    fn name_of<'a>(&'a self, path: &'a str) -> &'a str {
        self.0.iter().find(|place| place.path == path).map_or(path, |place| &place.name)
    }
}

fn described(name: &str, schema: &SignatureSchema) -> String {
    let list = |fields: &[Field]| -> String {
        let one = |field: &Field| match field.desc() {
            "" => format!("`{}` ({})", field.name(), field.type_name()),
            desc => format!("`{}` ({}): {desc}", field.name(), field.type_name()),
        };
        fields.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    format!(
        "Module `{name}`\n  is told: {}\n  takes: {}\n  gives: {}\n",
        schema.instructions().replace('\n', "\n    "),
        list(schema.inputs()),
        list(schema.outputs())
    )
}

/// One attempt as the predictor of advice sees it.
#[derive(Debug)]
pub(super) struct Lesson<'a, I, O> {
    pub(super) places: &'a Places,
    pub(super) input: &'a I,
    pub(super) attempt: &'a Attempt<O>,
    pub(super) threshold: f64,
    pub(super) reward_description: &'a str,
}

impl<I: Data, O: Data> Lesson<'_, I, O> {
    pub(super) fn fields(&self) -> Fields {
        let places = &self.places.0;
        let program: String = places.iter().map(|place| place.description.as_str()).collect();
        let names: Vec<_> = places.iter().map(|place| place.name.as_str()).collect();
        let remark = self.attempt.score.feedback.as_deref().unwrap_or("Nothing but the number.");
        [
            ("program", json!(program)),
            ("program_input", json!(shown(&value(self.input)))),
            ("trajectory", json!(self.trajectory())),
            ("program_output", json!(shown(&value(self.attempt.prediction.output())))),
            ("reward_description", json!(self.reward_description)),
            ("reward_remark", json!(remark)),
            ("reward", json!(self.attempt.score.value)),
            ("threshold", json!(self.threshold)),
            ("modules", json!(names)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }

    fn trajectory(&self) -> String {
        let mut text = String::new();
        for call in self.attempt.trace.calls() {
            let _ = writeln!(text, "Module `{}`", self.places.name_of(&call.path));
            let _ = writeln!(text, "  was given: {}", all_shown(&call.inputs));
            let _ = match &call.outputs {
                Ok(outputs) => writeln!(text, "  gave: {}", all_shown(outputs)),
                Err(error) => writeln!(text, "  failed: {error}"),
            };
        }
        if text.is_empty() {
            text.push_str("No module was called.");
        }
        text
    }
}

fn value(data: &impl Data) -> Value {
    wire::to_value(data).unwrap_or(Value::Null)
}

fn all_shown(fields: &Fields) -> String {
    let one = |(name, value): (&String, &Value)| format!("{name} = {}", shown(value));
    fields.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A value as JSON, its end left out where it is very long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            let left = text.get(end..).unwrap_or_default().chars().count();
            format!("{} … ({left} more characters)", text.get(..end).unwrap_or_default())
        }
        None => text,
    }
}
