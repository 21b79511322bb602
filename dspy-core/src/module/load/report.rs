//! What a load did, and what it found.

use std::fmt;

use super::LoadOptions;
use super::settings::REFUSED;

/// Issues that a report shows.
const MOST_SHOWN: usize = 40;
/// Characters of a message that a report shows.
const LONGEST: usize = 400;

/// What a load did, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadReport {
    /// The leaves that were loaded.
    pub loaded: Vec<String>,
    /// What did not match.
    pub issues: Vec<LoadIssue>,
}

/// Something in a file and a program that does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadIssue {
    /// The program has this leaf, the file does not.
    Missing {
        /// The leaf.
        path: String,
    },
    /// The program has this leaf, and it is of a kind that Python DSPy does not save.
    Unsaved {
        /// The leaf.
        path: String,
    },
    /// The file has this entry, or this parameter of one, the program does not.
    Unused {
        /// The entry.
        path: String,
    },
    /// A parameter in the file does not fit.
    Wrong {
        /// The leaf.
        path: String,
        /// What was expected and what was found.
        message: String,
    },
    /// Something in the file that is left out: an endpoint or a key, which files must not set, a
    /// setting that this version does not know, a value of a demonstration for no field.
    Ignored {
        /// The leaf.
        path: String,
        /// What it is.
        key: String,
    },
}

impl LoadIssue {
    pub(super) fn wrong(path: &str, message: impl Into<String>) -> Self {
        Self::Wrong { path: path.to_owned(), message: message.into() }
    }

    pub(super) fn ignored(path: &str, key: impl Into<String>) -> Self {
        Self::Ignored { path: path.to_owned(), key: key.into() }
    }

    pub(super) fn is_fatal(&self, options: &LoadOptions) -> bool {
        match self {
            Self::Missing { .. } => !options.allow_missing,
            Self::Unused { .. } => !options.allow_unused,
            Self::Wrong { .. } => true,
            Self::Unsaved { .. } | Self::Ignored { .. } => false,
        }
    }
}

impl fmt::Display for LoadIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "missing: the file has no entry for `{path}`"),
            Self::Unsaved { path } => write!(f, "kept: `{path}` is not of what Python saves"),
            Self::Unused { path } => {
                write!(f, "unused: the program has nothing that is called `{}`", shortened(path))
            }
            Self::Wrong { path, message } => write!(f, "wrong: `{path}`: {}", shortened(message)),
            Self::Ignored { path, key } if REFUSED.contains(&key.as_str()) => write!(
                f,
                "ignored: `{path}` sets `{key}`; a file may not set endpoints or keys, set it in code"
            ),
            Self::Ignored { path, key } => {
                write!(f, "ignored: `{path}` sets `{}`, which has no meaning here", shortened(key))
            }
        }
    }
}

/// Whoever writes a file decides how long its texts are, but not how long our messages are.
fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for issue in self.issues.iter().take(MOST_SHOWN) {
            writeln!(f, "  {issue}")?;
        }
        if let Some(more) = self.issues.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            writeln!(f, "  and {more} more")?;
        }
        write!(f, "  loaded: {}", self.loaded.len())
    }
}
