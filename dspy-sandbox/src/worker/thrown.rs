//! Exceptions that left the code, as errors.

use dspy_core::interpreter::{CodeError, Limit, Limits};
use monty_types::{ExcType, MontyException};

/// How much of a traceback is told.
const TRACEBACK: usize = 4_000;

pub(super) fn error(thrown: &MontyException, limits: &Limits, overtime: bool) -> CodeError {
    let message = clipped(thrown.message().unwrap_or_default());
    let first = thrown.traceback().first();
    // A function that earlier code defined has lines of its own: the place in this code counts.
    let here = |frame: &&monty_types::StackFrame| {
        first.is_some_and(|first| first.filename == frame.filename)
    };
    let line = thrown.traceback().iter().rfind(here).map(|frame| frame.start.line);
    let limit =
        |limit, state_lost| CodeError::Limit { limit, message: message.clone(), state_lost };
    match thrown.exc_type() {
        ExcType::TimeoutError if overtime => {
            let message = format!("the code ran for more than {:?}", limits.time);
            CodeError::Limit { limit: Limit::Time, message, state_lost: false }
        }
        // What filled the memory is still there: the session could do nothing any more.
        ExcType::MemoryError => limit(Limit::Memory, true),
        ExcType::RecursionError => limit(Limit::Recursion, false),
        ExcType::SyntaxError => CodeError::Syntax { message, line },
        ExcType::ModuleNotFoundError | ExcType::ImportError => {
            CodeError::Unsupported { message, line }
        }
        ExcType::NotImplementedError if message.contains("not yet support") => {
            CodeError::Unsupported { message, line }
        }
        other => CodeError::Runtime {
            exception: other.to_string(),
            message,
            line,
            traceback: clipped(&thrown.to_string()),
        },
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(TRACEBACK) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
