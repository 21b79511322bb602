//! The two tasks an agent has: to choose the next step, and to answer in the end.

use serde_json::json;

use crate::adapter::{ARGUMENTS, FINISH, THOUGHT, TOOL, TRAJECTORY};
use crate::lm::ToolSpec;
use crate::predict::chain_of_thought::reasoning;
use crate::signature::{Field, SignatureError, SignatureSchema};
use crate::tool::Toolset;

/// Inputs and the steps so far → the next step.
pub(super) fn step(task: &SignatureSchema, tools: &Toolset) -> SignatureSchema {
    let outputs = names(task.outputs());
    let mut names: Vec<&str> = tools.names().collect();
    names.push(FINISH);
    let inputs = task.inputs().iter().cloned().chain([steps()]);
    SignatureSchema::new(
        task.name(),
        inputs,
        [
            Field::of::<String>(THOUGHT).with_desc("What to find out or do next, and why."),
            Field::with_schema(TOOL, json!({"type": "string", "enum": names}))
                .with_desc("The tool to call."),
            Field::with_schema(ARGUMENTS, json!({"type": "object", "additionalProperties": true}))
                .with_desc("Its arguments: a JSON object of values by name.")
                .with_default(json!({})),
        ],
    )
    .with_instructions(format!(
        "{}\n\nWork towards {outputs} step by step, with the help of tools. In each step think \
         about what is still to be found out, then choose a tool and its arguments; what it gives \
         is shown to you with your steps so far. As soon as you know enough to give {outputs}, \
         choose the tool `{FINISH}`.",
        task.instructions()
    ))
}

/// Inputs and all steps → the outputs.
///
/// # Errors
/// A field of the task that has the name of one of ours.
pub(super) fn answer(task: &SignatureSchema) -> Result<SignatureSchema, SignatureError> {
    for name in super::answered::OWN.into_iter().chain([THOUGHT, TOOL, ARGUMENTS]) {
        if task.fields().any(|field| field.answers_to(name)) {
            return Err(SignatureError::Taken { name: name.to_owned() });
        }
    }
    task.clone()
        .append_input(steps())?
        .prepend_output(reasoning())
        .map(|schema| schema.with_instructions(task.instructions()))
}

fn steps() -> Field {
    Field::of::<String>(TRAJECTORY).with_desc("The steps taken so far, and what came of them.")
}

fn names(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name())).collect();
    names.join(", ")
}

/// All tools as a model is told of them, with the one that ends the steps.
pub(super) fn specs(task: &SignatureSchema, tools: &Toolset) -> Vec<ToolSpec> {
    let mut specs = tools.specs();
    let what = format!(
        "Ends the steps. Call it as soon as you know enough to give {}.",
        names(task.outputs())
    );
    specs.push(ToolSpec::new(FINISH, what, json!({"type": "object", "properties": {}})));
    specs
}
