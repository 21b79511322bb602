//! One piece of code that ran, as models and people read it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::coded::told;
use crate::interpreter::{CodeError, Execution};

/// One piece of code and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CodeStep {
    /// Why the model wrote it; empty where it was not asked.
    pub reasoning: String,
    /// The code; empty where the model's answer could not be read.
    pub code: String,
    /// What was printed, and the value of the last line, as the model saw it: no longer than it may
    /// be.
    pub output: String,
    /// Why the code did not run to its end.
    pub error: Option<CodeError>,
    /// How often it called host functions.
    pub calls: usize,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl CodeStep {
    pub(super) fn of(reasoning: String, code: String, run: &Execution, limit: usize) -> Self {
        let mut output = run.output.trim_end().to_owned();
        let value = told(&run.value);
        if !value.is_empty() {
            if !output.is_empty() {
                output.push('\n');
            }
            output.push_str(&value);
        }
        Self {
            reasoning,
            code,
            output: clipped(&output, limit),
            error: run.error.clone(),
            calls: run.calls,
            seconds: run.elapsed.as_secs_f64(),
        }
    }

    /// A step in which there was nothing to run.
    pub(super) fn unreadable(message: String) -> Self {
        Self {
            reasoning: String::new(),
            code: String::new(),
            output: String::new(),
            error: Some(CodeError::Unreadable { message }),
            calls: 0,
            seconds: 0.0,
        }
    }

    fn show(&self, number: usize, into: &mut String) {
        into.push_str(&format!("Step {number}\n"));
        for (title, text) in [("Reasoning", &self.reasoning), ("Code", &self.code)] {
            if !text.is_empty() {
                into.push_str(&format!("{title}:\n{}\n", text.trim_end()));
            }
        }
        match (&self.error, self.output.as_str()) {
            (None, "") => into.push_str("Output: none; print what you want to see\n"),
            (_, "") => {}
            (_, output) => into.push_str(&format!("Output:\n{output}\n")),
        }
        if let Some(error) = &self.error {
            into.push_str(&format!("Error: {error}\n"));
        }
    }
}

/// The steps as a prompt shows them, without so many of the first.
pub(super) fn shown(steps: &[CodeStep], left_out: usize) -> String {
    if steps.is_empty() {
        return "No code has run yet.".to_owned();
    }
    let mut text = String::new();
    if left_out > 0 {
        text.push_str(&format!("(The first {left_out} steps are left out.)\n\n"));
    }
    for (index, step) in steps.iter().enumerate().skip(left_out) {
        if !text.is_empty() && !text.ends_with("\n\n") {
            text.push('\n');
        }
        step.show(index + 1, &mut text);
    }
    text
}

/// The text, or its beginning and end with a note of what is missing between them.
pub(super) fn clipped(text: &str, limit: usize) -> String {
    let length = text.chars().count();
    if length <= limit {
        return text.to_owned();
    }
    let half = limit / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(length - half).collect();
    format!("{head}\n… {} of {length} characters left out …\n{tail}", length - 2 * half)
}

/// The code in an answer: what stands in its first fenced block, or all of it.
pub(super) fn code_of(answer: &str) -> String {
    let mut lines = answer.lines();
    let opened = lines.by_ref().any(|line| line.trim_start().starts_with("```"));
    if !opened {
        return answer.trim().to_owned();
    }
    let code: Vec<_> = lines.take_while(|line| line.trim() != "```").collect();
    code.join("\n").trim().to_owned()
}
