//! Why a command could not do what it was asked.

use std::io;

use dspy_core::error::{Error as CoreError, FileError};
use dspy_core::row::DataError;

use crate::exit::Exit;

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The command line or a setting cannot be used.
    #[error("{0}")]
    Usage(String),
    /// A data file cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The program failed, or a file that it works with.
    #[error(transparent)]
    Program(CoreError),
    /// The file system refused.
    #[error("{action} `{path}`: {source}")]
    File { action: &'static str, path: String, source: io::Error },
    /// What was written to is gone or full.
    #[error("could not write the output: {0}")]
    Output(io::Error),
    /// The asynchronous runtime did not start.
    #[error("could not start threads to work with: {0}")]
    Runtime(io::Error),
    /// Ctrl-C.
    #[error("interrupted{0}")]
    Interrupted(String),
}

impl Fault {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Data(_) => Exit::Usage,
            Self::File { action, .. } if action.starts_with("could not read") => Exit::Usage,
            Self::Program(CoreError::File(error)) if is_unwritten(error) => Exit::Failed,
            Self::Program(error) if error.is_setup() => Exit::Usage,
            Self::Program(CoreError::Data(_) | CoreError::File(_)) => Exit::Usage,
            Self::Interrupted(_) => Exit::Interrupted,
            // Nobody reads any more, as with `head`.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            _ => Exit::Failed,
        }
    }

    /// Whether there is somebody to tell.
    pub(crate) fn is_told(&self) -> bool {
        !matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn is_unwritten(error: &FileError) -> bool {
    matches!(error, FileError::Io { action, .. } if action.starts_with("could not write"))
}

impl From<CoreError> for Fault {
    fn from(error: CoreError) -> Self {
        Self::Program(error)
    }
}

impl From<FileError> for Fault {
    fn from(error: FileError) -> Self {
        Self::Program(error.into())
    }
}
