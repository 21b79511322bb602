//! How a worker ends that did not mean to.

use std::process::ExitStatus;
use std::time::Duration;

use dspy_core::interpreter::{CodeError, Limit, Limits};

/// What an allocator ends the worker with that counts memory.
const OUT_OF_MEMORY: i32 = monty_types::OOM_EXIT_CODE;

/// Why there is no further word from a worker.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It computed for too long and was killed.
    Overtime(Duration),
    /// It ended.
    Ended { status: Option<ExitStatus>, last_words: String },
    /// It said what a worker does not say.
    Babble(String),
    /// It said more than code may.
    Flood(Limit),
}

impl Fault {
    /// What that says of the code that ran.
    pub(crate) fn into_error(self, limits: &Limits) -> CodeError {
        let limit = |limit, message: String| CodeError::Limit { limit, message, state_lost: true };
        match self {
            Self::Overtime(took) => limit(
                Limit::Time,
                format!("stopped after {took:.1?}, {:?} are allowed", limits.time),
            ),
            Self::Flood(which) => limit(which, "more than is allowed".to_owned()),
            Self::Babble(message) => CodeError::Crashed { message },
            Self::Ended { status, last_words } => {
                let memory = format!("more than the allowed {} MiB", limits.memory >> 20);
                let code = status.and_then(|status| status.code());
                // The system's limit on the address space makes allocations fail, which Rust reports
                // so before it aborts.
                if code == Some(OUT_OF_MEMORY) || last_words.contains("memory allocation of") {
                    return limit(Limit::Memory, memory);
                }
                if last_words.contains("has overflowed its stack") {
                    return limit(Limit::Recursion, "the stack overflowed".to_owned());
                }
                if processor_time_is_up(status) {
                    return limit(Limit::Time, format!("{:?} are allowed", limits.time));
                }
                let status = status.map_or("unknown".to_owned(), |status| status.to_string());
                let words = last_words.trim();
                CodeError::Crashed {
                    message: if words.is_empty() { status } else { format!("{status}: {words}") },
                }
            }
        }
    }
}

#[cfg(unix)]
fn processor_time_is_up(status: Option<ExitStatus>) -> bool {
    use std::os::unix::process::ExitStatusExt;
    /// `SIGXCPU` on every system that has it.
    const PROCESSOR_TIME: i32 = 24;
    status.and_then(|status| status.signal()) == Some(PROCESSOR_TIME)
}

#[cfg(not(unix))]
fn processor_time_is_up(_status: Option<ExitStatus>) -> bool {
    false
}
