//! What goes wrong: in the code, and with the interpreter.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::Limit;

/// Why a piece of code did not run to its end. `Display` tells it to a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodeError {
    /// It is no code of the language.
    Syntax {
        /// What is wrong.
        message: String,
        /// The line, counted from 1.
        line: Option<u32>,
    },
    /// It raised an exception that it did not catch.
    Runtime {
        /// The exception's type: `ValueError`.
        exception: String,
        /// The exception's message.
        message: String,
        /// The line where it left the code, counted from 1.
        line: Option<u32>,
        /// The way it took, as the language shows it.
        traceback: String,
    },
    /// It uses what the interpreter does not have.
    Unsupported {
        /// What.
        message: String,
        /// The line, counted from 1.
        line: Option<u32>,
    },
    /// It ran into a limit.
    Limit {
        /// Which.
        limit: Limit,
        /// What was used and what is allowed.
        message: String,
        /// Whether everything that code had defined is gone.
        state_lost: bool,
    },
    /// The interpreter died of it. Everything that code had defined is gone.
    Crashed {
        /// How.
        message: String,
    },
    /// There was no code to run: the answer that should hold it could not be read.
    Unreadable {
        /// Why not.
        message: String,
    },
}

impl CodeError {
    /// Whether everything that code had defined is gone.
    pub fn loses_state(&self) -> bool {
        matches!(self, Self::Crashed { .. } | Self::Limit { state_lost: true, .. })
    }

    /// The limit that the code ran into.
    pub fn limit(&self) -> Option<Limit> {
        match self {
            Self::Limit { limit, .. } => Some(*limit),
            _ => None,
        }
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place =
            |line: &Option<u32>| line.map_or(String::new(), |line| format!(" in line {line}"));
        match self {
            Self::Syntax { message, line } => write!(f, "syntax error{}: {message}", place(line)),
            Self::Runtime { exception, message, line, .. } => {
                write!(f, "{exception}{}: {message}", place(line))
            }
            Self::Unsupported { message, line } => {
                write!(f, "not available here{}: {message}", place(line))
            }
            Self::Limit { limit, message, .. } => write!(f, "{limit} limit: {message}"),
            Self::Crashed { message } => write!(f, "the interpreter died of this code: {message}"),
            Self::Unreadable { message } => write!(f, "no code was found: {message}"),
        }?;
        if self.loses_state() {
            f.write_str(
                "; what the code had defined so far is lost, the given variables are there",
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for CodeError {}

/// An interpreter that cannot be used, or cannot be used so.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InterpreterError {
    /// It does not start.
    #[error("the interpreter does not start: {message}")]
    Start {
        /// Why, and how to mend it.
        message: String,
    },
    /// A variable or function has a name that cannot be one.
    #[error("`{name}` cannot be a name in the interpreter: {message}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        message: String,
    },
    /// A strategy got no code out of the model that runs.
    #[error("no code ran to its end in {attempts} attempts; the last one: {error}")]
    GaveUp {
        /// How many pieces of code were tried.
        attempts: usize,
        /// What was wrong with the last.
        error: CodeError,
    },
}
