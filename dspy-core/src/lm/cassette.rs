//! [`Record`] and [`Replay`]: calls of a model written into a file, and answered from it.

mod fault;
mod line;
mod nearest;
mod record;
mod replay;

use std::path::Path;

use super::error::LmError;

pub(crate) use line::Outcome as Answered;
pub use record::Record;
pub use replay::{Nothing, Replay};

fn failed(path: &Path, message: impl Into<String>) -> LmError {
    LmError::Storage { what: "cassette", path: path.display().to_string(), message: message.into() }
}
