//! The tasks of the model that writes instructions.

mod evidence;

use std::collections::BTreeMap;

use serde_json::Value;

use super::engine::{CandidateId, Engine, Question};
use super::stage::{Part, Task};
use crate::error::{Error, Result};
use crate::predict::Predictor;
use crate::signature::{Fields, SignatureSchema};

pub(super) use self::evidence::{Evidence, row_evidence};

/// A hint on the manner of an instruction, as in the reference; which one helps is found by trying.
pub(super) const TIPS: [&str; 6] = [
    "",
    "Find an unusual way to put it.",
    "Keep it short and plain.",
    "Tell in detail what matters and what does not.",
    "Say what is at stake if the answer is wrong.",
    "Give the reader a role that fits the task.",
];

/// A task of the proposer.
pub(super) fn task(
    signature: &str,
    instructions: &str,
    descs: &[(&str, &str)],
) -> Result<Predictor> {
    let descs: BTreeMap<String, String> =
        descs.iter().map(|(name, desc)| ((*name).to_owned(), (*desc).to_owned())).collect();
    let schema = SignatureSchema::parse(signature)
        .map_err(Error::from)?
        .with_instructions(instructions)
        .with_descs(&descs);
    Ok(Predictor::new(schema))
}

/// What a predictor is for, in words: its fields and their descriptions.
pub(super) fn describe(task: &Task) -> String {
    let schema = &task.schema;
    let field = |field: &crate::signature::Field| {
        let desc = field.desc().trim();
        match desc.is_empty() {
            true => format!("- `{}` ({})", field.name(), field.type_name()),
            false => format!("- `{}` ({}): {desc}", field.name(), field.type_name()),
        }
    };
    let list = |fields: &[crate::signature::Field]| {
        fields.iter().map(field).collect::<Vec<_>>().join("\n")
    };
    format!("It is given:\n{}\nIt must give:\n{}", list(schema.inputs()), list(schema.outputs()))
}

/// The structure of a program: every predictor with its fields.
pub(super) fn describe_program(engine: &Engine) -> String {
    let steps = engine.all_tasks().iter().map(|task| {
        let names = |fields: &[crate::signature::Field]| {
            fields.iter().map(|f| f.name().to_owned()).collect::<Vec<_>>().join(", ")
        };
        let (inputs, outputs) = (names(task.schema.inputs()), names(task.schema.outputs()));
        format!("- `{}`: {inputs} -> {outputs}", task.path)
    });
    let steps: Vec<String> = steps.collect();
    match steps.len() {
        1 => format!("One call of a language model:\n{}", steps.join("\n")),
        count => format!("{count} calls of a language model:\n{}", steps.join("\n")),
    }
}

/// The answer's text field, trimmed; `None` where there is none.
pub(super) fn text_of(answer: Option<Result<Fields>>, field: &str) -> Option<String> {
    let fields = answer?.ok()?;
    let text = fields.get(field).and_then(Value::as_str)?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What to ask for an instruction with.
#[derive(Clone, Debug, Default)]
pub(super) struct Brief {
    /// The predictor.
    pub(super) path: String,
    /// The candidate whose instruction is to be improved.
    pub(super) from: Option<CandidateId>,
    /// What text of it is to be written, if it is not the instruction.
    pub(super) subject: String,
    /// The text it has now; empty for the instruction of `from`.
    pub(super) current: String,
    /// What is known of the data.
    pub(super) data: String,
    /// Rows, or what became of them.
    pub(super) evidence: Vec<Evidence>,
    /// Instructions tried before and what they scored, the best last.
    pub(super) tried: Vec<(String, f64)>,
    /// A hint on the manner.
    pub(super) tip: String,
}

impl Brief {
    /// The question that asks for an instruction.
    pub(super) fn question(
        &self,
        engine: &Engine,
        purpose: &str,
        index: u64,
        temperature: f64,
    ) -> Result<Question> {
        let mut fields = Fields::new();
        let mut signature = vec!["program: str", "step: str", "current_instruction: str"];
        let described = engine.all_tasks().iter().find(|task| task.path == self.path);
        let step = described.map(describe).unwrap_or_default();
        let from = self.from.unwrap_or(CandidateId::BASELINE);
        fields.insert("program".to_owned(), Value::from(describe_program(engine)));
        fields.insert("step".to_owned(), Value::from(step));
        let current = match self.current.is_empty() {
            true => engine.instructions(from, &self.path),
            false => self.current.clone(),
        };
        fields.insert("current_instruction".to_owned(), Value::from(current));
        if !self.subject.is_empty() {
            signature.push("subject: str");
            fields.insert("subject".to_owned(), Value::from(self.subject.as_str()));
        }
        if !self.data.is_empty() {
            signature.push("data_summary: str");
            fields.insert("data_summary".to_owned(), Value::from(self.data.as_str()));
        }
        if !self.tried.is_empty() {
            signature.push("tried_instructions: str");
            let tried = self.tried.iter().map(|(text, score)| format!("score {score:.3}:\n{text}"));
            let tried: Vec<String> = tried.collect();
            fields.insert("tried_instructions".to_owned(), Value::from(tried.join("\n\n")));
        }
        if !self.evidence.is_empty() {
            signature.push("examples: str");
            let shown = evidence::show(&self.evidence);
            fields.insert("examples".to_owned(), Value::from(shown));
        }
        if !self.tip.is_empty() {
            signature.push("tip: str");
            fields.insert("tip".to_owned(), Value::from(self.tip.as_str()));
        }
        let signature = format!("{} -> proposed_instruction: str", signature.join(", "));
        let predictor = task(
            &signature,
            "You write the instruction of one step of a program made of language-model calls. \
             Study what the step is for, and learn from the examples what answers are wanted, in \
             particular where the step went wrong. Then write a better instruction. Keep what is \
             right in the current one. State every rule, fact and habit of the answers that the \
             examples show and that a model could not know without them, as exactly as you can, and \
             nothing that holds for one example only. The instruction must make sense without the \
             examples.",
            &[
                ("program", "The steps of the program, with what each is given and gives."),
                ("step", "The step that the instruction is for."),
                ("current_instruction", "The instruction it has now."),
                ("subject", "The text to write in place of an instruction."),
                ("data_summary", "What is known of the data."),
                (
                    "tried_instructions",
                    "Instructions that were tried before; the best is the last.",
                ),
                ("examples", "What the step is given, and what answer was expected."),
                ("tip", "A hint on the manner of the new instruction."),
                ("proposed_instruction", "The new instruction, and nothing else."),
            ],
        )?;
        Ok(Question::new(purpose, index, &predictor, fields).with_temperature(temperature))
    }
}

/// Reads training rows in batches and says what is typical of them: up to `batches` + 1 questions.
pub(super) async fn summarize(engine: &mut Engine, batch: usize, batches: usize) -> Result<String> {
    let observe = task(
        "rows: str -> observations: str",
        "Look at these rows of a data set and note what is typical of them: subjects, wording, \
         length, how answers follow from what is given, exceptions. Be specific and brief.",
        &[
            ("rows", "Some rows of the data set."),
            ("observations", "What is typical of these rows."),
        ],
    )?;
    let size = batch.max(1);
    let count = engine.len(Part::Train).div_ceil(size).min(batches);
    let mut questions = Vec::new();
    for index in 0..count {
        let shown: Vec<Evidence> = engine
            .rows(Part::Train)
            .iter()
            .enumerate()
            .skip(index * size)
            .take(size)
            .map(|(item, _)| row_evidence(engine, None, item))
            .collect();
        let rows = Fields::from_iter([("rows".to_owned(), Value::from(evidence::show(&shown)))]);
        questions.push(Question::new("observations", index as u64, &observe, rows));
    }
    let answers = engine.ask(questions).await?;
    let notes: Vec<String> =
        answers.into_iter().filter_map(|answer| text_of(answer, "observations")).collect();
    if notes.len() < 2 {
        return Ok(notes.into_iter().next().unwrap_or_default());
    }
    let summarize = task(
        "observations: str -> summary: str",
        "Sum up these notes on parts of one data set in a few sentences that help somebody who \
         has to write an instruction for the task. Keep what is specific.",
        &[("observations", "Notes on parts of the data set."), ("summary", "A few sentences.")],
    )?;
    let notes = Fields::from_iter([("observations".to_owned(), Value::from(notes.join("\n\n")))]);
    let question = Question::new("summary", 0, &summarize, notes.clone());
    let summary = engine.ask(vec![question]).await?.into_iter().next().flatten();
    let own = || notes.get("observations").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(text_of(summary, "summary").unwrap_or_else(own))
}
