//! The program's prompts as they were.

use dspy_core::evaluate::ProgramNote;
use maud::{Markup, html};

use super::prose;
use crate::number;

pub(super) fn prompts(program: &ProgramNote) -> Markup {
    html! {
        p .muted {
            @if !program.model.is_empty() { "Model " code { (program.model) } ". " }
            "Identity " code { (program.identity.chars().take(12).collect::<String>()) }
            ", a hash of shape, schemas and parameters."
        }
        @for parameter in &program.parameters {
            @let text = prose::lines(&parameter.value);
            @let entries = parameter.value.as_array().map(Vec::len);
            @if !text.is_empty() && entries != Some(0) {
                details .change open[entries.is_none() && text.lines().count() <= 40] {
                    summary {
                        code { (parameter.path) } " "
                        span { (parameter.kind.to_string().replace('_', " ")) } " "
                        @if let Some(entries) = entries { span .muted { (number::size(entries)) } }
                    }
                    pre .text { (text) }
                }
            }
        }
    }
}
