//! What can go wrong in a program.

use std::error::Error as StdError;
use std::fmt;

use crate::adapter::{AnswerError, AnswerErrorKind};
use crate::interpreter::InterpreterError;
use crate::lm::LmError;
use crate::module::ParameterError;
use crate::predict::StrategyError;
use crate::retrieve::RetrieveError;
use crate::row::DataError;
use crate::run::{FailedAssertion, Stopped};
use crate::signature::{NoFields, SignatureError};

/// The result of running programs.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failed call of a program, or a failed operation on one.
///
/// `Display` and `Debug` both say what happened, where, and what to do.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model could not be called, or refused.
    #[error("predictor `{path}`: {error}")]
    Lm {
        /// The predictor's path.
        path: String,
        /// What the model reported.
        error: Box<LmError>,
    },
    /// The model's answer does not fit the signature.
    #[error("predictor `{path}`: {error}")]
    Answer {
        /// The predictor's path.
        path: String,
        /// What was wrong with the answer, with its text.
        error: Box<AnswerError>,
    },
    /// An assertion of a `forward` does not hold, although the model was asked again.
    #[error("predictor `{path}`: {error}")]
    Asserted {
        /// The path of the predictor that is judged.
        path: String,
        /// What does not hold, after how many answers, and the last one.
        error: Box<FailedAssertion>,
    },
    /// The call was streamed, and stopped from outside before its end.
    #[error("predictor `{path}`: {error}")]
    Stopped {
        /// The path of the predictor that was at work.
        path: String,
        /// Why, and what had come by then.
        error: Box<Stopped>,
    },
    /// The request could not be built.
    #[error("predictor `{path}`: {message}")]
    Prompt {
        /// The predictor's path.
        path: String,
        /// What is wrong and how to mend it.
        message: String,
    },
    /// A language model was called for outside any predictor.
    #[error(transparent)]
    Model(Box<LmError>),
    /// A parameter could not be set.
    #[error("leaf `{path}`: {error}")]
    Parameter {
        /// The leaf's path.
        path: String,
        /// Why not.
        error: ParameterError,
    },
    /// Data could not be read or used.
    #[error(transparent)]
    Data(Box<DataError>),
    /// Code that a model wrote could not be run.
    #[error(transparent)]
    Interpreter(Box<InterpreterError>),
    /// A program could not be saved or loaded.
    #[error(transparent)]
    File(Box<FileError>),
    /// An evaluation or optimization cannot be done as asked.
    #[error("{0}")]
    Invalid(String),
    /// An inference strategy has nothing to give.
    #[error(transparent)]
    Strategy(Box<StrategyError>),
    /// A search failed.
    #[error(transparent)]
    Retrieve(Box<RetrieveError>),
    /// A signature could not be read or changed.
    #[error(transparent)]
    Signature(Box<SignatureError>),
    /// The user's own code failed.
    #[error(transparent)]
    User(Box<dyn StdError + Send + Sync>),
}

/// A program file that could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file system refused.
    #[error("{action} `{path}`: {message}")]
    Io {
        /// `could not read` or `could not write`.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        message: String,
    },
    /// The file is no JSON.
    #[error("`{path}` is not a saved program: {message}; the file may be cut off, save it again")]
    Syntax {
        /// The file.
        path: String,
        /// Where and what.
        message: String,
    },
    /// The file was written by a later version.
    #[error(
        "`{path}` has format version {found}, this version of dspy reads up to {known}; update dspy"
    )]
    Newer {
        /// The file.
        path: String,
        /// The file's version.
        found: u64,
        /// The newest version that can be read.
        known: u64,
    },
    /// The file's parameters and the program's do not match.
    #[error("`{path}` does not fit this program, nothing was loaded:\n{report}")]
    Mismatch {
        /// The file.
        path: String,
        /// What was missing, unused or wrong.
        report: crate::module::LoadReport,
    },
    /// A value could not be written as JSON.
    #[error("could not write a parameter as JSON: {0}")]
    Value(String),
}

impl Error {
    /// An error of the user's code; one of the framework's own is kept as it is.
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync>) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => *own,
            Err(foreign) => Self::User(foreign),
        }
    }

    /// The model's error, where a model failed: the predictor's own, or one that its adapter asked.
    pub fn as_lm(&self) -> Option<&LmError> {
        match self {
            Self::Lm { error, .. } | Self::Model(error) => Some(error),
            Self::Retrieve(error) => error.as_lm(),
            Self::Answer { error, .. } => match &error.kind {
                AnswerErrorKind::Reader { error, .. } => Some(error),
                _ => None,
            },
            _ => None,
        }
    }

    /// What was wrong with the model's answer, where that is the matter.
    pub fn as_answer(&self) -> Option<&AnswerError> {
        match self {
            Self::Answer { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Whether a hard assertion failed: one of a `forward`, or one of a signature.
    pub fn is_assertion(&self) -> bool {
        match self {
            Self::Asserted { .. } => true,
            Self::Answer { error, .. } => matches!(error.kind, AnswerErrorKind::Asserted { .. }),
            _ => false,
        }
    }

    /// Whether the set-up is at fault (no model, no key, a refused key), so that every other call
    /// would fail as well.
    pub fn is_setup(&self) -> bool {
        self.as_lm().is_some_and(LmError::is_setup)
    }

    /// What kind of error it is, in a word for spans.
    pub(crate) fn kind(&self) -> &'static str {
        if let Some(error) = self.as_lm() {
            return error.kind();
        }
        match self {
            Self::Answer { .. } if self.is_assertion() => "assertion",
            Self::Answer { .. } => "answer",
            Self::Asserted { .. } => "assertion",
            Self::Stopped { .. } => "stopped",
            Self::Prompt { .. } => "prompt",
            Self::Parameter { .. } => "parameter",
            Self::Data(_) => "data",
            Self::Interpreter(_) => "interpreter",
            Self::File(_) => "file",
            Self::Invalid(_) => "invalid",
            Self::Strategy(_) => "strategy",
            Self::Retrieve(_) => "retrieve",
            Self::Signature(_) => "signature",
            Self::User(_) => "user",
            Self::Lm { .. } | Self::Model(_) => "lm",
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.as_lm().is_some_and(LmError::is_retryable)
    }
}

// `fn main() -> dspy::Result<()>` prints this; a reader wants the message, not the structure.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<LmError> for Error {
    fn from(error: LmError) -> Self {
        Self::Model(Box::new(error))
    }
}

impl From<StrategyError> for Error {
    fn from(error: StrategyError) -> Self {
        Self::Strategy(Box::new(error))
    }
}

impl From<DataError> for Error {
    fn from(error: DataError) -> Self {
        Self::Data(Box::new(error))
    }
}

impl From<InterpreterError> for Error {
    fn from(error: InterpreterError) -> Self {
        Self::Interpreter(Box::new(error))
    }
}

impl From<RetrieveError> for Error {
    fn from(error: RetrieveError) -> Self {
        match error {
            RetrieveError::User(error) => Self::from_boxed(error),
            other => Self::Retrieve(Box::new(other)),
        }
    }
}

impl From<SignatureError> for Error {
    fn from(error: SignatureError) -> Self {
        Self::Signature(Box::new(error))
    }
}

impl From<NoFields> for Error {
    fn from(error: NoFields) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<FileError> for Error {
    fn from(error: FileError) -> Self {
        Self::File(Box::new(error))
    }
}

/// Lifts errors of other crates into [`Error::User`], where a `forward` returns [`Result`].
///
/// ```
/// use dspy::prelude::*;
///
/// fn parse(text: &str) -> dspy::Result<u32> {
///     Ok(text.trim().parse::<u32>().user()?)
/// }
/// assert!(parse("x").unwrap_err().to_string().contains("invalid digit"));
/// ```
pub trait UserError<T> {
    /// The same result with the framework's error type.
    ///
    /// # Errors
    /// The error inside, as [`Error::User`].
    fn user(self) -> Result<T>;
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> UserError<T> for std::result::Result<T, E> {
    fn user(self) -> Result<T> {
        self.map_err(|error| Error::from_boxed(error.into()))
    }
}
