//! Why a tool gave no result.

use std::time::Duration;

use dspy_grammar::nearest;

use crate::error::Error;

/// A failed call of a tool, or tools that cannot stand together.
///
/// The messages are written so that they can be shown to the model that made the call.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The arguments do not fit; the code behind the tool was not run.
    #[error(
        "the arguments of the tool `{tool}` do not fit: {}; it takes ({takes})",
        problems.join("; ")
    )]
    Arguments {
        /// The tool.
        tool: String,
        /// All that is missing, unknown or of the wrong type.
        problems: Vec<String>,
        /// The arguments with their types.
        takes: String,
    },
    /// There is no such tool.
    #[error("{}", unknown(name, known))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The code behind the tool reported a failure.
    #[error("the tool `{tool}` failed: {message}")]
    Failed {
        /// The tool.
        tool: String,
        /// What it reported.
        message: String,
    },
    /// The code behind the tool panicked.
    #[error("the tool `{tool}` broke down: {message}")]
    Panicked {
        /// The tool.
        tool: String,
        /// The panic's message.
        message: String,
    },
    /// The call took too long.
    #[error("the tool `{tool}` gave no result within {after:?}")]
    TimedOut {
        /// The tool.
        tool: String,
        /// The time it had.
        after: Duration,
    },
    /// Two tools of one set have this name.
    #[error("there are two tools called `{name}`; rename one of them with `named`")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// The name cannot be a tool's.
    #[error("`{name}` cannot be the name of a tool: {reason}; give it another with `named`")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
}

fn unknown(name: &str, known: &[String]) -> String {
    if known.is_empty() {
        return format!("there is no tool `{name}`; there are none at all");
    }
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let meant = match nearest(name, &names) {
        Some(meant) => format!(", did you mean `{meant}`?"),
        None => String::new(),
    };
    format!("there is no tool `{name}`{meant}; there are: {}", known.join(", "))
}

impl From<ToolError> for Error {
    fn from(error: ToolError) -> Self {
        Self::User(Box::new(error))
    }
}

impl ToolError {
    /// What kind of error it is, in a word for spans.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Arguments { .. } => "arguments",
            Self::Unknown { .. } => "unknown_tool",
            Self::Failed { .. } => "failed",
            Self::Panicked { .. } => "panicked",
            Self::TimedOut { .. } => "timeout",
            Self::Duplicate { .. } | Self::Name { .. } => "tool_name",
        }
    }
}
