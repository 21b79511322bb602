//! Why a text cannot be read as JSON.

use crate::parse::error::ParseError;
use crate::parse::excerpt::excerpt;

/// Why a value could not be read.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(super) stop: Stop,
    /// Whether enough was read to say that JSON was meant.
    pub(crate) committed: bool,
}

/// Why reading goes no further. Most of these nobody is told of, so no text is made of them yet.
#[derive(Debug)]
pub(super) enum Stop {
    Malformed { problem: &'static str, at: usize },
    Fatal(Box<ParseError>),
}

impl From<ParseError> for Stop {
    fn from(error: ParseError) -> Self {
        Self::Fatal(Box::new(error))
    }
}

impl Fault {
    /// Whether reading elsewhere is pointless.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self.stop, Stop::Fatal(_))
    }

    /// The error, for the text that was read.
    pub(crate) fn error(self, text: &str) -> ParseError {
        match self.stop {
            Stop::Fatal(error) => *error,
            Stop::Malformed { problem, at } => {
                let before = text.get(..at).unwrap_or_default();
                let mut near: Vec<char> = before.chars().rev().take(24).collect();
                near.reverse();
                near.extend(text.get(at..).unwrap_or_default().chars().take(24));
                ParseError::Malformed {
                    problem: problem.to_owned(),
                    near: excerpt(&near.into_iter().collect::<String>()),
                }
            }
        }
    }
}
