//! Tools as a prompt lists them.

use std::fmt::Write as _;

use crate::lm::ToolSpec;
use crate::schema;

/// The tools as a numbered list: name, description, and the arguments in the short notation.
pub(crate) fn listing(tools: &[ToolSpec]) -> String {
    let mut text = String::new();
    for (index, tool) in tools.iter().enumerate() {
        let _ = write!(text, "{}{}. `{}`", if index > 0 { "\n" } else { "" }, index + 1, tool.name);
        if !tool.description.is_empty() {
            let _ = write!(text, ": {}", tool.description.trim().replace('\n', "\n   "));
        }
        let arguments = schema::compact(&tool.parameters, &tool.parameters);
        let _ = write!(text, "\n   Its arguments: {}", arguments.replace('\n', "\n   "));
    }
    text
}
